"""The pulse: what the loops themselves say of their lives, written beside them and at nobody's cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from router.app import ROLES, Installation, installation, prepare
from router.clock import clock
from router.errors import RouterError, UnreachableError
from router.ledger.port import Beat
from router.pulse import EVERY_S, Pulse
from router.settings import Settings

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation of the demo city."""
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as opened:
        opened.declare_embedded()
        yield opened


class CountedStop(Event):
    """A stop that lets a loop come round some times, without waiting."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self._rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        """Told to stop after so many rounds."""
        self.waits.append(timeout)
        return len(self.waits) > self._rounds


def test_each_loop_says_when_it_came_round_and_how_clear_each_of_its_queues_is(here: Installation) -> None:
    loops = {role.name: role for role in here.roles(ROLES)}
    for ago_s, name in enumerate(("router", "clock"), start=30):
        loops[name].beat_at = NOON - timedelta(seconds=ago_s)
    loops["router"].clear_until["case.reports"] = NOON - timedelta(seconds=3)  # type: ignore[attr-defined]
    found = here.pulse().beats()
    assert [(one.role, one.loop, one.queue, one.beat_at, one.clear_until) for one in found] == [
        ("router", "router", "case.intake", NOON - timedelta(seconds=30), None),
        ("router", "router", "case.reports", NOON - timedelta(seconds=30), NOON - timedelta(seconds=3)),
        ("sla", "clock", "", NOON - timedelta(seconds=31), None),
    ], "a loop that has not come round yet says nothing, and one that is stuck says when it last did"


def test_a_process_beats_every_five_seconds_and_says_when_it_stops(here: Installation) -> None:
    [router, *_] = here.roles(["router"])
    router.beat_at = NOON
    stop = CountedStop(rounds=3)
    pulse = here.pulse()
    pulse.run(stop)
    assert stop.waits[1:] == [EVERY_S] * 3
    [intake, reports] = here.ledger.beats(NOON)
    assert {intake.instance, reports.instance} == {pulse.instance}
    assert intake.stopped_at == reports.stopped_at == NOON


def test_the_next_process_forgets_those_who_died_days_ago(here: Installation) -> None:
    long_ago = NOON - timedelta(days=3)
    here.ledger.note_beats(
        [Beat(instance="a", loop="clock", queue="", role="sla", started_at=long_ago, beat_at=long_ago)]
    )
    here.pulse().run(CountedStop(rounds=0))
    assert here.ledger.beats(long_ago) == []


class SilentLedger:
    """Does not answer, or refuses."""

    def __init__(self, error: RouterError) -> None:
        self.error = error
        self.asked = 0

    def note_beats(self, _beats: object) -> NoReturn:
        """No."""
        self.asked += 1
        raise self.error

    def stop_beats(self, *_: object) -> NoReturn:
        """No."""
        raise self.error

    def forget_beats(self, *_: object) -> NoReturn:
        """No."""
        raise self.error


@pytest.mark.parametrize("error", [UnreachableError("it does not answer"), RouterError("the database refused")])
def test_a_ledger_that_is_away_costs_beats_and_nothing_else(error: RouterError) -> None:
    ledger = SilentLedger(error)
    Pulse(ledger, [], lambda: NOON).run(CountedStop(rounds=4))  # type: ignore[arg-type]
    assert ledger.asked == 4


def test_it_knows_whether_the_ledger_took_the_last_beat_and_how_far_the_clocks_are_apart(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.ledger, "clock", lambda: NOON - timedelta(seconds=7))
    pulse = here.pulse()
    assert (pulse.ledger_reachable, pulse.skew_s) == (None, None)
    pulse.run(CountedStop(rounds=1))
    assert (pulse.ledger_reachable, pulse.skew_s) == (True, 7.0)
    monkeypatch.setattr(here.ledger, "note_beats", SilentLedger(UnreachableError("no")).note_beats)
    pulse.run(CountedStop(rounds=1))
    assert (pulse.ledger_reachable, pulse.skew_s) == (False, 7.0), "of the clocks the last word holds"


@pytest.mark.parametrize(("skew_s", "cause"), [(4.0, None), (-60.0, "skew"), (60.0, "skew")])
def test_whatever_runs_in_a_process_its_clock_is_compared_with_the_databases(
    tmp_path: Path, skew_s: float, cause: str | None
) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: clock() + timedelta(seconds=skew_s)) as opened:
        opened.declare_embedded()
        opened.roles(["router"])
        opened.pulse().run(CountedStop(2))
        brake = opened.ledger.brake()
    assert (brake.cause if brake is not None else None) == cause


def test_without_a_brake_a_skewed_clock_holds_nothing(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", brake_floor=0)
    prepare(settings, NOON)
    with installation(settings, now=lambda: clock() + timedelta(hours=1)) as opened:
        opened.declare_embedded()
        opened.roles(["router"])
        opened.pulse().run(CountedStop(2))
        assert opened.ledger.brake() is None
