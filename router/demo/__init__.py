"""The demo: some weeks in a city that does not exist, on a hand-turned clock, through the real flow.

`run_demo(settings, weeks=4, per_day=250, seed=7, progress=None) -> Summary` makes a ledger and a broker ready,
lets the city live and counts what became of its cases. The rooms behind it: `city_life` (who appeals, when, about
what), `desks` and `temperaments` (who works, stalls, returns and stays silent), `clockwork` (the clock and the
flow), `courier` (messages to and from the broker), `history`, `summary` and `summary_page` (what came of it).

The law of the room: time is the clockwork's, chance is the seed's. The same seed gives the same summary, whichever
ledger and broker carry it.

When things fail
    A ledger that holds cases or rules of its own, and queues that are not empty, are refused before anything is
    written. A broker that loses a message of the demo's or stops answering ends it (`UnreachableError`): the
    summary of half a month would be no summary.
"""

from router.demo.run import demo_policies, run_demo
from router.demo.summary import Summary

__all__ = ["Summary", "demo_policies", "run_demo"]
