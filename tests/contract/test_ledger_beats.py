"""Signs of life in the ledger, over every database: the newest of each loop, and what a stop leaves."""

from __future__ import annotations

import msgspec

from router.ledger.port import Beat
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import instant


def beat(instance: str = "a:1:x", loop: str = "router", queue: str = "case.intake", **more: object) -> Beat:
    """A sign of life at the opening of the cases."""
    first = Beat(
        instance=instance,
        loop=loop,
        queue=queue,
        role="router",
        started_at=instant(),
        beat_at=instant(),
        clear_until=None,
    )
    return msgspec.structs.replace(first, **more)


def test_a_loop_has_one_row_for_each_queue_and_the_newest_beat_in_it(ledger: SqlLedger) -> None:
    intake, reports = beat(), beat(queue="case.reports")
    ledger.note_beats([intake, reports, beat(instance="b:2:y")])
    later = beat(beat_at=instant(seconds=5), clear_until=instant(seconds=3))
    ledger.note_beats([later])
    ledger.note_beats([])
    assert ledger.beats(instant()) == [later, reports, beat(instance="b:2:y")]
    assert ledger.beats(instant(seconds=5)) == [later]


def test_a_process_that_stopped_says_so_and_what_it_knew_stays_known(ledger: SqlLedger) -> None:
    ledger.note_beats([beat(clear_until=instant()), beat(loop="clock", queue=""), beat(instance="b:2:y")])
    ledger.stop_beats("a:1:x", instant(seconds=9))
    ledger.stop_beats("a:1:x", instant(seconds=10))
    found = {(one.instance, one.loop): one for one in ledger.beats(instant())}
    assert found["a:1:x", "router"].stopped_at == found["a:1:x", "clock"].stopped_at == instant(seconds=9)
    assert found["a:1:x", "router"].clear_until == instant()
    assert found["b:2:y", "router"].stopped_at is None


def test_what_died_more_than_a_day_ago_is_forgotten(ledger: SqlLedger) -> None:
    ledger.note_beats([beat(), beat(instance="b:2:y", beat_at=instant(seconds=1))])
    assert ledger.forget_beats(instant(days=1)) == 0
    assert ledger.forget_beats(instant(days=1, seconds=1)) == 1
    assert [one.instance for one in ledger.beats(instant())] == ["b:2:y"]
