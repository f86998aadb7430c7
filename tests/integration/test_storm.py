"""Ten thousand deadlines in one second: every one escalates, once, however small the batches are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from router.core.case_id import case_id_of
from router.core.events import Escalated
from tests.city import MONDAY
from tests.town import Town, town

CASES = 10_000
LIMIT = 500


def _open_all(here: Town) -> None:
    messages = [here.appeal(number) for number in range(CASES)]
    for start in range(0, CASES, 1000):
        here.publish(messages[start : start + 1000])
        here.pump()


def _storm(here: Town) -> None:
    _open_all(here)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    lateness, claims = [], 0
    while woken := here.waker.run_once(here.time, LIMIT):
        assert woken <= LIMIT
        lateness.append(here.waker.lateness_s)
        here.pump()
        # The hand that turns the clock is slow: a tenth of a second for each batch.
        here.time += timedelta(seconds=0.1)
        claims += 1
    assert claims == CASES / LIMIT
    # The last batch is as late as the batches before it took, and nothing waits for another round.
    assert lateness == pytest.approx([1 + 0.1 * round_ for round_ in range(claims)])
    entries = list(here.on.ledger.all_entries("Escalated"))
    assert {entry.case_id for entry in entries} == {case_id_of("hotline", str(n)) for n in range(CASES)}
    assert len(entries) == CASES
    assert {entry.event_at for entry in entries} == {MONDAY + timedelta(days=1)}
    for entry in entries:
        assert isinstance(entry.event, Escalated)
        assert (entry.event.from_name, entry.event.to_name) == ("street", "district")
        assert entry.event.next is not None
        assert entry.event.next.due_at == MONDAY + timedelta(days=2)


def test_ten_thousand_deadlines_of_one_second_all_escalate_once_on_the_embedded_default(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db") as here:
        _storm(here)


@pytest.mark.amqp
@pytest.mark.postgres
def test_ten_thousand_deadlines_of_one_second_all_escalate_once_on_real_servers(
    database_url: str, amqp_url: str
) -> None:
    with town(database_url, amqp_url) as here:
        _storm(here)
