"""Due from history: any order of the same changes gives one due date; instants are counted by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

from router.core.commands import (
    Accept,
    ApproveExtension,
    ApproveSuspension,
    Replan,
    RequestExtension,
    RequestSuspension,
    Resume,
)
from router.core.policies.instants import Due
from router.core.policies.policy import DaySet, ExtensionRule, Policy, Satisfies, SuspensionRule
from router.core.timing import changes, extensions
from router.core.timing.changes import NONE, Changes, Clock, Extension, Pause, due_from_history
from router.core.timing.rescheduling import clock_of
from tests.city import ACCEPT, MONDAY, Play, days, milestone, policy, rules, working_days
from tests.unit.core.calendars import CN, china

#: Five working days from Monday 21 September 2026, 9:00: until 24:00 of Monday 28 September.
FIVE = Clock(anchor_at=MONDAY, base=Due(china(2026, 9, 29)), days=DaySet.WORKING, first_day=date(2026, 9, 22))


def _pause(start: datetime, end: datetime) -> Changes:
    return Changes(pauses=(Pause(start=start, end=end),))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (NONE, china(2026, 9, 29)),
        # A day that was suspended in part is not counted: instead of Wednesday 23, Tuesday 29.
        (_pause(china(2026, 9, 23, 10), china(2026, 9, 23, 11)), china(2026, 9, 30)),
        # A weekend and the day of the receipt would not have counted anyhow.
        (_pause(china(2026, 9, 26, 10), china(2026, 9, 27, 11)), china(2026, 9, 29)),
        (_pause(china(2026, 9, 21, 10), china(2026, 9, 21, 11)), china(2026, 9, 29)),
        # Two days lost on the eve of National Day: 29 and 30 September.
        (_pause(china(2026, 9, 22, 10), china(2026, 9, 23, 11)), china(2026, 10, 1)),
        # Three days: 29, 30 September, and after the holidays 8 October.
        (_pause(china(2026, 9, 22, 10), china(2026, 9, 24, 11)), china(2026, 10, 9)),
        # Over the whole week: 8, 9, 10 (a worked Saturday), 12 and 13 October.
        (_pause(china(2026, 9, 21, 10), china(2026, 10, 7, 11)), china(2026, 10, 14)),
        # Suspended on the last day, resumed the day after: the last day comes on the day after that.
        (_pause(china(2026, 9, 28, 10), china(2026, 9, 29, 8)), china(2026, 10, 1)),
        (Changes(extensions=(Extension(at=MONDAY, count=3),)), china(2026, 10, 9)),
        (Changes(extensions=(Extension(at=MONDAY, count=3, days=DaySet.NATURAL),)), china(2026, 10, 2)),
        (Changes(extensions=(Extension(at=MONDAY, until=china(2026, 9, 30, 18)),)), china(2026, 9, 30, 18)),
    ],
)
def test_the_due_date_follows_from_what_is_on_record(found: Changes, expected: datetime) -> None:
    assert due_from_history(FIVE, found, CN).at == expected


def test_an_extension_until_a_day_moves_with_what_is_suspended_after_it_was_approved() -> None:
    until, pause = china(2026, 10, 9, 18), Pause(start=china(2026, 9, 22, 10), end=china(2026, 9, 23, 11))

    def due(approved_at: datetime) -> datetime:
        found = Changes(pauses=(pause,), extensions=(Extension(at=approved_at, until=until),))
        return due_from_history(FIVE, found, CN).at

    assert due(MONDAY) == china(2026, 10, 10, 19)  # 25 hours later
    assert due(china(2026, 9, 24, 9)) == until


def test_what_was_approved_before_the_clock_started_does_not_touch_it() -> None:
    before = Changes(
        pauses=(Pause(start=china(2026, 9, 14, 9), end=china(2026, 9, 18, 9)),),
        extensions=(Extension(at=china(2026, 9, 20), count=3),),
    )
    assert due_from_history(FIVE, before, CN).at == china(2026, 9, 29)


def test_approved_as_it_starts_an_extension_moves_the_case_and_not_what_starts_after_it() -> None:
    found = Changes(extensions=(Extension(at=MONDAY, count=3),))
    assert due_from_history(FIVE, found, CN).at == china(2026, 10, 9)
    later = msgspec.structs.replace(FIVE, after_changes=True)
    assert due_from_history(later, found, CN).at == china(2026, 9, 29)


def test_a_clock_that_never_pauses_and_one_that_is_nobodys_to_extend_stay() -> None:
    found = _pause(china(2026, 9, 22, 10), china(2026, 9, 24, 11))
    found = msgspec.structs.replace(found, extensions=(Extension(at=MONDAY, count=3),))
    fixed = msgspec.structs.replace(FIVE, pauses=False, extends=False)
    assert due_from_history(fixed, found, CN).at == china(2026, 9, 29)


def test_a_date_beyond_what_the_calendar_knows_is_provisional() -> None:
    # Wednesday 30, Thursday 31 December; a plain week is assumed from then on.
    late = _pause(china(2026, 9, 22, 10), china(2026, 12, 29, 11))
    assert due_from_history(FIVE, late, CN) == Due(china(2027, 1, 6), provisional=True)


# -- any order -------------------------------------------------------------------------------------------------

_hours = st.integers(0, 24 * 20)
_PAUSES = st.lists(
    st.tuples(_hours, st.integers(0, 24 * 9)).map(
        lambda one: Pause(start=MONDAY + timedelta(hours=one[0]), end=MONDAY + timedelta(hours=one[0] + one[1]))
    ),
    max_size=4,
)
_EXTENSIONS = st.lists(
    st.builds(
        Extension,
        at=_hours.map(lambda hours: MONDAY + timedelta(hours=hours)),
        count=st.integers(0, 4),
        days=st.sampled_from(DaySet),
        until=st.none() | _hours.map(lambda hours: MONDAY + timedelta(hours=hours + 200)),
    ),
    max_size=4,
)
_CLOCKS = st.builds(
    Clock,
    anchor_at=st.just(MONDAY),
    base=st.integers(1, 24 * 12).map(lambda hours: Due(MONDAY + timedelta(hours=hours))),
    days=st.none() | st.sampled_from(DaySet),
    first_day=st.just(date(2026, 9, 22)),
    in_hours=st.booleans(),
)


@settings(max_examples=300)
@given(_CLOCKS, _PAUSES, _EXTENSIONS, st.randoms(use_true_random=False))
def test_the_order_on_record_makes_no_difference(
    clock: Clock, pauses: list[Pause], extended: list[Extension], order: Any
) -> None:
    first = due_from_history(clock, Changes(pauses=tuple(pauses), extensions=tuple(extended)), CN)
    order.shuffle(pauses)
    order.shuffle(extended)
    assert due_from_history(clock, Changes(pauses=tuple(pauses), extensions=tuple(extended)), CN) == first


@settings(max_examples=300)
@given(_CLOCKS, _PAUSES, _EXTENSIONS, _EXTENSIONS)
def test_more_time_is_never_less(
    clock: Clock, pauses: list[Pause], extended: list[Extension], more: list[Extension]
) -> None:
    less = due_from_history(clock, Changes(extensions=tuple(extended)), CN)
    found = due_from_history(clock, Changes(pauses=tuple(pauses), extensions=(*extended, *more)), CN)
    assert clock.base.at <= less.at <= found.at


# -- the same commands in any order ----------------------------------------------------------------------------

Told = tuple[int, int, int, int]


def _policy(count: int) -> Policy:
    return policy(
        name="plain",
        calendar="cn",
        milestones=(ACCEPT, milestone("close", working_days(count), Satisfies.CLOSED)),
        extension=ExtensionRule(longest=working_days(10)),
        suspension=SuspensionRule(longest=days(60), recheck=days(30)),
    )


def _lived(told: Told, order: tuple[str, ...]) -> datetime:
    """Suspended, extended and re-planned in that order, each counting as of its own instant; then resumed."""
    suspended_h, extended_h, replanned_h, resumed_h = told
    five, other = _policy(5), _policy(8)
    play = Play(rules(five, earlier=[other], replay=True))
    play.open()
    play.say("willow", Accept, at=MONDAY)

    def suspend() -> None:
        at = MONDAY + timedelta(hours=suspended_h)
        play.say("willow", RequestSuspension, reason="road works", at=at)
        play.say("lake", ApproveSuspension, at=at)

    def extend() -> None:
        play.say("lake", ApproveExtension, at=MONDAY + timedelta(hours=extended_h))

    def replan() -> None:
        play.rules = rules(other, earlier=[five], replay=True)
        play.say("system:policy", Replan, at=MONDAY + timedelta(hours=replanned_h))

    def resume() -> None:
        play.say("willow", Resume, at=MONDAY + timedelta(hours=max(resumed_h, suspended_h)))

    # Asked for at once: only a lead at work may ask, and the order of the decisions is what counts.
    play.say("willow", RequestExtension, reason="parts", days=3, at=MONDAY)
    for name in order:
        {"suspend": suspend, "extend": extend, "replan": replan, "resume": resume}[name]()
        assert play.refused is None, (name, play.refusal)
    found = play.case.milestone("close")
    assert found is not None
    return found.due_at


_ORDERS = [
    order
    for order in permutations(("suspend", "extend", "replan", "resume"))
    if order.index("suspend") < order.index("resume")
]
#: Hours after the receipt at which each happens; all before the case is due.
_TOLD = st.tuples(st.integers(0, 100), st.integers(0, 170), st.integers(0, 170), st.integers(0, 170))


def one_due_date(told: Told) -> None:
    assert len({_lived(told, order) for order in _ORDERS}) == 1


@settings(max_examples=40, deadline=None)
@given(_TOLD)
def test_suspend_extend_and_replan_give_one_due_date_in_any_order(told: Told) -> None:
    one_due_date(told)


def test_and_it_is_the_one_counted_by_hand() -> None:
    # Suspended and resumed on Tuesday: eight working days without it, and three more. 23, 24, 25, 28, 29, 30
    # September, 8 and 9 October; 10, 12 and 13 October.
    told = (25, 3, 7, 27)
    assert {_lived(told, order) for order in _ORDERS} == {china(2026, 10, 14)}


def _lose_the_pause(patch: pytest.MonkeyPatch) -> None:
    """A new policy counts from the receipt and forgets what was suspended before."""
    true = changes.due_from_history

    def forgetful(clock: Clock, found: Changes, calendar: Any) -> Due:
        return true(clock, msgspec.structs.replace(found, pauses=()), calendar)

    patch.setattr("router.core.timing.replanning.due_of", _with(forgetful))


def _extend_as_if_never_suspended(patch: pytest.MonkeyPatch) -> None:
    """An approval counts its days and forgets what was suspended before."""
    true = extensions._with

    def forgotten(found: Changes, granted: Extension) -> Changes:
        return msgspec.structs.replace(true(found, granted), pauses=())

    patch.setattr(extensions, "_with", forgotten)


def _with(count: Callable[..., Due]) -> Callable[..., Due]:
    return lambda rules_, case, one, found: count(
        clock_of(rules_, case, one), found, rules_.calendar(rules_.policy(case.policy))
    )


@pytest.mark.parametrize("fault", [_lose_the_pause, _extend_as_if_never_suspended], ids=lambda one: one.__name__)
def test_the_law_catches(fault: Callable[[pytest.MonkeyPatch], None]) -> None:
    def breaks(told: Told) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                one_due_date(told)
            except AssertionError:
                return True
        return False

    once = settings(max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    try:
        find(_TOLD, breaks, settings=once)
    except NoSuchExample:
        pytest.fail("one_due_date does not notice")
