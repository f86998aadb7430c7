"""The brake as a rule: what may pass at once, and who is told how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from hypothesis import given, strategies as st

from router.ledger.guard_port import Brake
from router.ledger.port import Ledger
from router.sla.brake import Limits, Watch
from tests.city import MONDAY


class Counting:
    """A ledger with so many deadlines due at once, and such a past."""

    def __init__(self, due: int, busiest: int) -> None:
        self.due = due
        self.busiest = busiest
        self.on: Brake | None = None
        self.now = MONDAY

    def clock(self) -> datetime:
        return self.now

    def brake(self) -> Brake | None:
        return self.on

    def put_brake_on(self, found: Brake) -> bool:
        assert self.on is None
        self.on = found
        return True

    def due_at_once(self, _now: datetime, limit: int) -> int:
        return min(self.due, limit)

    def count_held(self, _now: datetime) -> int:
        return self.due

    def busiest_minute(self, since: datetime) -> int:
        assert since == self.now - timedelta(days=30)
        return self.busiest


def watch(ledger: Counting, **limits: Any) -> Watch:
    return Watch(cast("Ledger", ledger), Limits(**limits))


@given(due=st.integers(0, 5000), busiest=st.integers(0, 400))
def test_it_holds_above_the_larger_of_floor_and_ten_times_the_busiest_minute_and_lets_pass_up_to_it(
    due: int, busiest: int
) -> None:
    allowed = 200 if busiest <= 20 else 10 * busiest
    ledger = Counting(due, busiest)
    assert watch(ledger).lets_pass(MONDAY) is (due <= allowed)
    assert (ledger.on is None) is (due <= allowed)


@given(skew_ms=st.integers(-20_000, 20_000))
def test_it_holds_when_the_clocks_differ_by_more_than_five_seconds(skew_ms: int) -> None:
    assert watch(Counting(0, 0)).lets_pass(MONDAY + timedelta(milliseconds=skew_ms)) is (abs(skew_ms) <= 5000)


def test_it_alarms_once_and_then_now_and_then() -> None:
    ledger = Counting(300, 0)
    with structlog.testing.capture_logs() as logs:
        first = watch(ledger)
        for second in range(600):
            first.lets_pass(MONDAY + timedelta(seconds=second % 5))
        watch(ledger).lets_pass(MONDAY)  # another process finds it on
    assert [line["event"] for line in logs].count("brake.put_on") == 1
    assert [line["log_level"] for line in logs if line["event"] == "brake.put_on"] == ["error"]
    assert len(logs) == 3


def test_what_it_holds_is_counted_for_the_metrics_and_forgotten_when_it_is_off() -> None:
    ledger = Counting(300, 0)
    one = watch(ledger)
    assert not one.lets_pass(MONDAY)
    assert (one.holds, one.held) == (True, 300)
    ledger.on, ledger.due = None, 0
    assert one.lets_pass(MONDAY + timedelta(seconds=1))
    assert (one.holds, one.held) == (False, 0)
