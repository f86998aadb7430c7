"""Two clocks at once: whatever they repeat, mix up or see too late, a missed deadline has one escalation.

A schedule says in which order two clocks and their routers act, and how old what each of them reads is: a router
that acts on an old reading has read before another wrote, and writes after. So one thread plays what two processes
may do to one ledger, the same way each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

from router.arrivals import direct
from router.core import events as e
from router.core.case import Case
from router.core.case_id import case_id_of
from router.core.commands import PassDeadline
from router.core.lifecycle import settle
from router.core.timing import deadlines
from router.core.timing.deadlines import first_passed
from router.flow import Router
from router.ledger.port import Answer, Ledger
from tests.city import MONDAY
from tests.town import Town, town

_CASES = 3


class Turn(msgspec.Struct, frozen=True):
    """One clock looks, and one router takes what it hands out."""

    #: Hours that pass before it looks.
    hours: int
    clock: int
    router: int
    #: How many turns ago the clock read what it sees, and the router what it decides on; 0: now.
    clock_behind: int
    router_behind: int
    #: In which order the wake-ups arrive, and how often each.
    order: tuple[int, ...]
    copies: int
    #: Whether all that this clock ever handed out comes once more, before the new.
    again: bool


_TURNS = st.lists(
    st.builds(
        Turn,
        hours=st.sampled_from([0, 0, 1, 23, 25, 49]),
        clock=st.integers(0, 1),
        router=st.integers(0, 1),
        clock_behind=st.sampled_from([0, 0, 1, 2]),
        router_behind=st.sampled_from([0, 1, 1, 3]),
        order=st.permutations(range(_CASES)).map(tuple),
        copies=st.integers(1, 2),
        again=st.booleans(),
    ),
    min_size=2,
    max_size=8,
)


class Read(msgspec.Struct, frozen=True):
    """What the ledger held at one moment."""

    cases: dict[str, Case]
    answers: dict[str, Answer]


class Behind:
    """A ledger whose next transaction reads what was there earlier, and writes to what is there now."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.read: Read | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    @contextmanager
    def begin(self) -> Iterator[Any]:
        read, self.read = self.read, None
        with self._ledger.begin() as unit:
            yield _Unit(unit, read) if read is not None else unit


class _Unit:
    def __init__(self, unit: Any, read: Read) -> None:
        self._unit = unit
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def cases(self, ids: Collection[str]) -> dict[str, Case]:
        return {one: self._read.cases[one] for one in ids if one in self._read.cases}

    def answers(self, commands: Collection[str]) -> dict[str, Answer]:
        return {one: self._read.answers[one] for one in commands if one in self._read.answers}


class Race:
    """Two clocks and two routers over one ledger, with a few cases."""

    def __init__(self, here: Town, first: int) -> None:
        self._here = here
        self.ids = [case_id_of("hotline", str(number)) for number in range(first, first + _CASES)]
        here.publish([here.appeal(number) for number in range(first, first + _CASES)])
        here.pump()
        self.opened = self._look().cases
        self._behind = [Behind(here.on.ledger), Behind(here.on.ledger)]
        sender = here.on.sender(background=False)
        self._routers = [Router(one, here.on.rulebook, sender) for one in self._behind]
        self._handed_out: tuple[list[PassDeadline], list[PassDeadline]] = ([], [])
        self._reads = [self._look()]

    def _look(self) -> Read:
        asked = [one.id for handed in getattr(self, "_handed_out", ()) for one in handed]
        with self._here.on.ledger.begin() as unit:
            return Read(cases=unit.cases(self.ids), answers=unit.answers(asked))

    def take(self, turn: Turn) -> int:
        """Let a turn happen; returns how many wake-ups there were."""
        self._here.time += timedelta(hours=turn.hours)
        self._reads.append(self._look())
        seen = self._reads[-1 - min(turn.clock_behind, len(self._reads) - 1)].cases
        new = [self._wake_up(seen[self.ids[index]]) for index in turn.order]
        handed = self._handed_out[turn.clock]
        wake_ups = [*(handed if turn.again else ()), *(one for one in new if one is not None)] * turn.copies
        handed += [one for one in new if one is not None]
        router = self._routers[turn.router]
        self._behind[turn.router].read = self._reads[-1 - min(turn.router_behind, len(self._reads) - 1)]
        calls = [direct(one, "clock") for one in {one.id: one for one in wake_ups}.values()]
        for start in range(turn.copies):
            router.carry_out(calls if start % 2 == 0 else calls[::-1], self._here.time)
        return len(wake_ups)

    def _wake_up(self, case: Case) -> PassDeadline | None:
        passed = first_passed(case, self._here.time)
        return deadlines.wake_up(case.id, passed.name, passed.due_at) if passed is not None else None

    def settle(self) -> None:
        """Both clocks go on until nothing has passed any more."""
        for turn in count():
            quiet = Turn(0, turn % 2, turn % 2, 0, 0, tuple(range(_CASES)), 1, again=False)
            if self.take(quiet) == 0:
                return

    def history(self, case_id: str) -> list[tuple[Any, e.AnyEvent]]:
        """What happened to a case after it was opened."""
        known = self.opened[case_id].version
        entries = self._here.on.ledger.entries(case_id)
        return [(one.event_at, one.event) for one in entries if one.version > known]

    def alone(self, case_id: str) -> list[tuple[Any, e.AnyEvent]]:
        """What one clock that never fails makes of the same case."""
        now = self._here.time
        steps = settle(self.opened[case_id], now, self._here.on.rulebook(), now)
        return [(one.event_at, one.event) for taken in steps for one in taken.entries]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    path: Path = tmp_path_factory.mktemp("two_clocks")
    with town(f"sqlite:///{path}/ledger.db") as found:
        yield found


_numbers = count(1, _CASES)


def one_escalation_a_missed_deadline(here: Town, turns: Sequence[Turn]) -> None:
    here.time = MONDAY
    race = Race(here, next(_numbers))
    for turn in turns:
        race.take(turn)
    race.settle()
    for case_id in race.ids:
        happened = race.history(case_id)
        missed = Counter((x.milestone, x.due_at) for _, x in happened if isinstance(x, e.DeadlineMissed))
        up = Counter((x.milestone, x.due_at) for _, x in happened if isinstance(x, e.Escalated | e.NoticeRepeated))
        assert missed == up
        assert set(missed.values()) <= {1}
        assert happened == race.alone(case_id)
        case = here.on.ledger.case(case_id)
        assert case is not None
        assert first_passed(case, here.time) is None


_SETTINGS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_two_clocks_escalate_once_a_missed_deadline_whatever_they_repeat_mix_up_or_see_late(here: Town) -> None:
    @_SETTINGS
    @given(_TURNS)
    def holds(turns: list[Turn]) -> None:
        one_escalation_a_missed_deadline(here, turns)

    holds()


# -- planted faults --------------------------------------------------------------------------------------------


def _take_any_wake_up_of_that_name(patch: pytest.MonkeyPatch) -> None:
    def running(case: Case, name: str, _due_at: object) -> e.Milestone | None:
        return next((m for m in case.milestones if m.name == name), None)

    true_wake_up, fresh = deadlines.wake_up, count()
    patch.setattr(Case, "running", running)
    patch.setattr(
        deadlines,
        "wake_up",
        lambda *said: msgspec.structs.replace(true_wake_up(*said), id=f"due:{next(fresh)}:{said[0]}"),
    )


def _write_over_what_another_wrote(patch: pytest.MonkeyPatch) -> None:
    true_wake_up, fresh = deadlines.wake_up, count()

    def write(unit: _Unit, writes: Sequence[Any]) -> Any:
        stored = unit._unit.cases([one.case.id for one in writes])
        first = {one.case.id: one for one in reversed(writes)}
        over = [
            msgspec.structs.replace(one, decided_on=stored[one.case.id].version)
            if first[one.case.id] is one
            else one
            for one in writes
        ]
        return unit._unit.write(over)

    patch.setattr(_Unit, "write", write, raising=False)
    patch.setattr(
        deadlines,
        "wake_up",
        lambda *said: msgspec.structs.replace(true_wake_up(*said), id=f"due:{next(fresh)}:{said[0]}"),
    )


@pytest.mark.parametrize(
    "fault",
    [_take_any_wake_up_of_that_name, _write_over_what_another_wrote],
    ids=lambda fault: fault.__name__.strip("_"),
)
def test_the_law_catches(here: Town, fault: Callable[[pytest.MonkeyPatch], None]) -> None:
    def breaks(turns: list[Turn]) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                one_escalation_a_missed_deadline(here, turns)
            except (AssertionError, RuntimeError):
                return True
        return False

    try:
        find(_TURNS, breaks, settings=settings(_SETTINGS, max_examples=200, phases=[Phase.generate]))
    except NoSuchExample:
        pytest.fail("the law does not notice")
