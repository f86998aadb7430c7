"""Foretelling: the ledger's own history told again under other policies. Reads the ledger once, writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from router.core.counting.what_if import Forecast
from router.core.rules import Rules
from router.ledger.port import Ledger


def foretell(
    ledger: Ledger,
    rules: Rules,
    since: datetime,
    until: datetime,
    progress: Callable[[int], None] = lambda _looked_at: None,
) -> Forecast:
    """What policies would have led to for the cases received in a time; one case in memory at once.

    Args:
        ledger: is read in the order of its cases.
        rules: made for a replay, with the policies to try.
        since: cases received from then on,
        until: and before then; what happened later is left out.
        progress: is told after each case how many were looked at.

    Raises:
        UnreachableError: the ledger does not answer.
    """
    forecast = Forecast()
    for number, (_, history) in enumerate(groupby(ledger.all_entries(), key=attrgetter("case_id")), 1):
        entries = tuple(history)
        if since <= entries[0].event_at < until:
            forecast.add(entries, rules, until)
        progress(number)
    return forecast
