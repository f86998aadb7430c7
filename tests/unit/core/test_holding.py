"""Holding time: whose every second of a case was; the parts always sum to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

from router.core import commands as c, events as e
from router.core.counting import holding as room
from router.core.counting.counted import Counted
from router.core.counting.hands import HolderKind, Who
from router.core.counting.happened import _Walk, happened
from router.core.counting.holding import charge, charged, holding, standing_misses, totals
from router.core.history import advance
from router.core.policies.policy import (
    Anchor,
    ExtensionRule,
    Gate,
    GateKind,
    Given,
    Mode,
    Satisfies,
    SuspensionRule,
    Track,
)
from tests.city import CLOSE, MONDAY, Play, days, milestone, policy, rules
from tests.unit.core.calendars import china
from tests.unit.core.histories import HISTORIES, History, live

Told = list[tuple[str, str, datetime, datetime]]


def account(play: Play, as_of: datetime | None = None, *, replayed: bool = False) -> Told:
    spans = holding(play.entries, as_of or play.now, replayed=replayed)
    return [(span.kind.value, span.holder, span.begin, span.end) for span in spans]


def test_of_two_supervisors_the_first_has_the_clock_again_when_the_second_order_is_taken_back() -> None:
    play = Play(rules(policy(mode=Mode.SUPERVISE)))
    play.open()
    play.say("willow", c.Accept)
    play.wait(days=8)  # the district supervises from Saturday 26 September on, the city from Monday 28 on
    second = play.events(e.Escalated)[-1]
    taken_back = {"milestone": second.milestone, "due_at": second.due_at, "desk": "willow", "step": 1}
    play.say("system:sla", c.UndoEscalation, **taken_back, by="li", text="our clock was wrong")
    play.wait(hours=5)
    assert account(play)[-1] == ("supervision", "lake", china(2026, 9, 29, 9), china(2026, 9, 29, 14))
    assert play.running() == ["close@district"]  # and nobody has to sign for it again


def test_a_case_is_its_desks_from_receipt_to_closing() -> None:
    play = Play()
    play.open()
    play.wait(hours=3).say("willow", c.Accept)
    play.wait(hours=5).say("willow", c.Resolve)
    assert account(play) == [("desk", "willow", china(2026, 9, 21, 9), china(2026, 9, 21, 17))]
    assert account(play, as_of=china(2027, 1, 1, 0)) == account(play)
    assert account(play, as_of=china(2026, 9, 21, 10)) == [
        ("desk", "willow", china(2026, 9, 21, 9), china(2026, 9, 21, 10))
    ]
    assert account(play, as_of=china(2026, 9, 21, 9)) == account(play, as_of=china(2026, 9, 20, 0)) == []


def test_what_the_source_held_back_is_the_channels_and_a_miss_in_it_too() -> None:
    play = Play()
    play.open(at=MONDAY - timedelta(hours=3))
    play.wait(hours=1)
    assert account(play) == [
        ("channel", "hotline", china(2026, 9, 21, 6), china(2026, 9, 21, 9)),
        ("desk", "willow", china(2026, 9, 21, 9), china(2026, 9, 21, 10)),
    ]
    spans = holding(play.entries, play.now)
    found = charged(spans, china(2026, 9, 21, 8))
    assert found is not None
    assert found.kind is HolderKind.CHANNEL
    # In a replay everything was put on record long afterwards: that says nothing.
    assert account(play, replayed=True) == [("desk", "willow", china(2026, 9, 21, 6), china(2026, 9, 21, 10))]


def test_an_escalation_changes_hands_at_the_missed_deadline_and_our_delay_is_ours() -> None:
    play = Play()
    play.open()
    play.outage(days=6).notice()  # due on Saturday 09:00, noticed on Sunday 09:00
    play.wait(hours=2)
    assert account(play) == [
        ("desk", "willow", china(2026, 9, 21, 9), china(2026, 9, 26, 9)),
        ("system", "", china(2026, 9, 26, 9), china(2026, 9, 27, 9)),
        ("desk", "lake", china(2026, 9, 27, 9), china(2026, 9, 27, 11)),
    ]
    missed = charged(holding(play.entries, play.now), china(2026, 9, 26, 9))
    assert missed is not None
    assert (missed.kind, missed.holder) == (
        HolderKind.DESK,
        "willow",
    )  # at the very instant: whose time ended there


def test_the_account_ends_with_a_report_that_counts_as_in_time_whatever_happened_since() -> None:
    play = Play()
    play.open()
    play.wait_until(china(2026, 9, 26, 9, 5))
    play.say("willow", c.Resolve, at=china(2026, 9, 26, 8, 58))
    assert account(play) == [("desk", "willow", china(2026, 9, 21, 9), china(2026, 9, 26, 8, 58))]


def test_from_a_return_request_until_the_next_desk_has_signed_it_is_ping_pong() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane")
    play.wait(hours=2).say("dispatcher:li", c.ApproveReturn)
    play.wait(hours=4).say("plane", c.Accept)
    play.wait(hours=1)
    spans = holding(play.entries, play.now)
    assert [(span.kind.value, span.holder, span.to, span.length) for span in spans] == [
        ("desk", "willow", "", timedelta(hours=1)),
        ("ping_pong", "willow", "", timedelta(hours=2)),
        ("ping_pong", "willow", "plane", timedelta(hours=4)),
        ("desk", "plane", "", timedelta(hours=1)),
    ]
    assert totals(spans)[HolderKind.PING_PONG, "willow"] == timedelta(hours=6)
    assert next(iter(totals(spans))) == (HolderKind.PING_PONG, "willow")


def test_a_desk_that_lets_its_time_for_signing_pass_has_the_case() -> None:
    play = Play()
    play.open()
    play.say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane")
    play.say("dispatcher:li", c.ApproveReturn)
    play.wait(days=3)
    assert [(kind, who, end - begin) for kind, who, begin, end in account(play)] == [
        ("ping_pong", "willow", timedelta(days=1)),
        ("desk", "plane", timedelta(days=2)),
    ]


def test_a_refused_request_gives_the_desk_its_own_time_again() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("willow", c.RequestReturn, reason="not_our_matter")
    play.wait(hours=2).say("willow", c.ReportProgress, text="still here")
    play.wait(hours=1).say("dispatcher:li", c.RefuseReturn)
    play.wait(hours=1)
    assert [(kind, end - begin) for kind, _, begin, end in account(play)] == [
        ("desk", timedelta(hours=1)),
        ("ping_pong", timedelta(hours=3)),
        ("desk", timedelta(hours=1)),
    ]


def test_a_return_to_triage_is_the_dispatchers_until_it_is_placed() -> None:
    play = Play()
    play.open()
    play.say("willow", c.RequestReturn, reason="not_our_matter")
    play.say("dispatcher:li", c.ApproveReturn)
    play.wait(hours=2).say("dispatcher:li", c.Dispatch, desk="plane")
    play.wait(hours=3).say("plane", c.Accept)
    play.wait(hours=1)
    assert [(kind, who, end - begin) for kind, who, begin, end in account(play)] == [
        ("dispatcher", "willow:triage", timedelta(hours=2)),
        ("ping_pong", "willow", timedelta(hours=3)),
        ("desk", "plane", timedelta(hours=1)),
    ]


def test_what_nobody_could_place_is_the_dispatchers() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(hours=2).say("dispatcher:li", c.Dispatch, desk="plane")
    play.wait(hours=1)
    assert [(kind, end - begin) for kind, _, begin, end in account(play)] == [
        ("dispatcher", timedelta(hours=2)),
        ("desk", timedelta(hours=1)),
    ]


def test_while_the_tier_above_thinks_about_a_request_it_is_approval() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("willow", c.Escalate, text="needs the district")
    play.wait(hours=2).say("lake", c.AcceptEscalation)
    play.wait(hours=1)
    assert [(kind, who, end - begin) for kind, who, begin, end in account(play)] == [
        ("desk", "willow", timedelta(hours=1)),
        ("approval", "lake", timedelta(hours=2)),
        ("desk", "lake", timedelta(hours=1)),
    ]


def test_a_request_for_more_time_and_a_suspension_are_approvals() -> None:
    wide = policy(
        extension=ExtensionRule(longest=days(9)), suspension=SuspensionRule(longest=days(20), recheck=days(9))
    )
    play = Play(rules(wide))
    play.open()
    play.wait(hours=1).say("willow", c.RequestExtension, reason="parts", days=2)
    play.wait(hours=2).say("lake", c.RefuseExtension, text="no")
    play.wait(hours=3).say("willow", c.RequestSuspension, reason="winter")
    play.wait(hours=4).say("lake", c.ApproveSuspension)
    play.wait(days=2).say("lake", c.Resume)
    play.wait(hours=5)
    assert play.refused is None
    assert [(kind, who, end - begin) for kind, who, begin, end in account(play)] == [
        ("desk", "willow", timedelta(hours=1)),
        ("approval", "lake", timedelta(hours=2)),
        ("desk", "willow", timedelta(hours=3)),
        ("approval", "lake", timedelta(days=2, hours=4)),
        ("desk", "willow", timedelta(hours=5)),
    ]


def test_a_resolution_that_waits_for_its_gate_is_the_follow_ups() -> None:
    asks = milestone("follow_up", CLOSE.instant, Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)
    play = Play(rules(policy(milestones=(CLOSE, asks), gate=Gate(kind=GateKind.FOLLOW_UP))))
    play.open()
    play.wait(hours=1).say("willow", c.Resolve)
    play.wait(hours=2).say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    play.wait(hours=3).say("willow", c.Resolve)
    play.wait(hours=4).say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.ACCEPTED)
    assert [(kind, who, end - begin) for kind, who, begin, end in account(play)] == [
        ("desk", "willow", timedelta(hours=1)),
        ("follow_up", "dispatch", timedelta(hours=2)),
        ("desk", "willow", timedelta(hours=3)),
        ("follow_up", "dispatch", timedelta(hours=4)),
    ]


def test_while_a_case_is_closed_nobody_holds_it() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("willow", c.Resolve)
    play.wait(hours=10).say("citizen:hotline", c.Reopen)
    play.wait(hours=2)
    assert [(kind, end - begin) for kind, _, begin, end in account(play)] == [
        ("desk", timedelta(hours=1)),
        ("desk", timedelta(hours=2)),
    ]


def test_a_level_of_supervision_and_a_superior_that_supervises_are_supervision() -> None:
    play = Play()
    play.open()
    play.wait(days=10)  # street 5 days, district 2, city 2, supervision-1
    assert [(kind, who) for kind, who, begin, end in account(play) if kind != "system"] == [
        ("desk", "willow"),
        ("desk", "lake"),
        ("desk", "cloud"),
        ("supervision", "supervision-1"),
    ]
    play = Play(rules(policy(mode=Mode.SUPERVISE)))
    play.open()
    play.wait(days=6)
    assert [(kind, who) for kind, who, *_ in account(play) if kind != "system"] == [
        ("desk", "willow"),
        ("supervision", "lake"),
    ]


# -- the law ---------------------------------------------------------------------------------------------------


def whole(entries: list[e.Entry], as_of: datetime) -> timedelta:
    """From each receipt or reopening to the next closing, or to as-of: a sum that knows nothing of holders."""
    total, opened_at, reached = timedelta(), None, None
    for entry in entries:
        if entry.event_at > as_of:
            continue
        if isinstance(entry.event, e.Received | e.Reopened) and opened_at is None:
            opened_at = max(entry.event_at, reached or entry.event_at)
        if isinstance(entry.event, e.Closed) and opened_at is not None:
            reached = max(entry.event_at, opened_at)
            total += reached - opened_at
            opened_at = None
    return total + (max(as_of - opened_at, timedelta()) if opened_at is not None else timedelta())


def the_parts_sum_to_the_whole(told: History, back: timedelta = timedelta(), *, replayed: bool = False) -> None:
    play = live(told)
    as_of = play.now - back
    spans = holding(play.entries, as_of, replayed=replayed)
    assert sum((span.length for span in spans), timedelta()) == whole(play.entries, as_of)
    assert sum(totals(spans).values(), timedelta()) == whole(play.entries, as_of)
    assert all(span.begin < span.end <= as_of for span in spans)
    assert all(before.end <= after.begin for before, after in pairwise(spans))
    gaps = [entry for entry in play.entries if isinstance(entry.event, e.Reopened)]
    assert sum(before.end != after.begin for before, after in pairwise(spans)) <= len(gaps)


def every_miss_is_somebodys(told: History) -> None:
    play = live(told)
    spans = holding(play.entries, play.now)
    for entry in play.entries:
        if isinstance(entry.event, e.DeadlineMissed) and spans:
            found = charged(spans, entry.event_at)
            assert found is not None
            inside = found.begin < entry.event_at
            assert inside or (found is spans[0] and entry.event_at <= spans[0].begin)


BACK = st.sampled_from([timedelta(), timedelta(microseconds=1), timedelta(hours=7), timedelta(days=3)])


@given(HISTORIES, BACK, st.booleans())
def test_the_parts_of_any_history_sum_to_the_whole(told: History, back: timedelta, replayed: bool) -> None:
    the_parts_sum_to_the_whole(told, back, replayed=replayed)


@given(HISTORIES)
def test_every_miss_of_any_history_is_somebodys(told: History) -> None:
    every_miss_is_somebodys(told)


def _take_events_at_their_own_time(patch: pytest.MonkeyPatch) -> None:
    """A report that reaches us out of order begins before the change that is on record already."""

    def hand(self: room._Account, who: Who | None, at: datetime) -> None:
        if self._now is not None and self._since is not None and at != self._since:
            self._add(self._now, self._since, at)
        self._now, self._since = who, at

    patch.setattr(room._Account, "_hand", hand)


def _let_the_escalation_stand(patch: pytest.MonkeyPatch) -> None:
    """What was on record before a closing that counts as earlier stays in the account."""
    patch.setattr(room._Account, "_cut", lambda _self, _at: None)


def _hold_what_is_closed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room._Account, "_close", lambda _self, _at: None)


def _drop_what_is_short(patch: pytest.MonkeyPatch) -> None:
    kept = room._Account._add

    def add(self: room._Account, who: Who, begin: datetime, end: datetime) -> None:
        if end - begin > timedelta(seconds=1):
            kept(self, who, begin, end)

    patch.setattr(room._Account, "_add", add)


@pytest.mark.parametrize(
    "fault",
    [_take_events_at_their_own_time, _let_the_escalation_stand, _hold_what_is_closed, _drop_what_is_short],
    ids=lambda one: one.__name__.strip("_"),
)
def test_the_law_catches(fault: Callable[[pytest.MonkeyPatch], None]) -> None:
    def breaks(told: History) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                the_parts_sum_to_the_whole(told)
            except AssertionError:
                return True
        return False

    try:
        find(HISTORIES, breaks, settings=_ONCE)
    except NoSuchExample:
        pytest.fail("the law does not notice")


#: The first history that shows the fault will do; the same ones are tried every time.
_ONCE = settings(max_examples=2000, phases=[Phase.generate], derandomize=True, database=None)


# -- what every figure counts a miss by --------------------------------------------------------------------------


def a_miss_is_counted_for_whose_time_it_was(told: History) -> None:
    """A duty of a desk's own is its own; every other miss that of whoever had the case up to the instant."""
    play = live(told)
    found = happened(play.entries, play.rules)
    wanted: Counter[str] = Counter()
    for index, entry in enumerate(play.entries):
        event = entry.event
        if not isinstance(event, e.DeadlineMissed) or not _counts(play, index, event):
            continue
        span = charged(holding(play.entries[: index + 1], event.due_at), event.due_at)
        nobodys = span is None or span.kind in (HolderKind.CHANNEL, HolderKind.SYSTEM, HolderKind.PING_PONG)
        desk = "" if span is None or nobodys else span.holder
        wanted[(event.charged_to if event.own else desk) or "unknown"] += 1
    counted = {s.labels[0]: n for s, n in found.counts.items() if s.name is Counted.DESK_MISSED}
    assert counted == (dict(wanted) if found.case.is_matter else {})


def _counts(play: Play, index: int, missed: e.DeadlineMissed) -> bool:
    case = advance(None, play.entries[: index + 1])
    found = [m.track for m in case.milestones if (m.name, m.due_at) == (missed.milestone, missed.due_at)]
    return not found or found[-1] is Track.STATUTORY


@given(HISTORIES)
def test_a_miss_of_any_history_is_counted_for_whose_time_it_was(told: History) -> None:
    a_miss_is_counted_for_whose_time_it_was(told)


def test_that_law_catches_a_count_by_whose_clock_it_was() -> None:
    def breaks(told: History) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_Walk, "charged", lambda _walk, missed: missed.charged_to)
            try:
                a_miss_is_counted_for_whose_time_it_was(told)
            except AssertionError:
                return True
        return False

    find(
        HISTORIES,
        breaks,
        settings=settings(max_examples=4000, phases=[Phase.generate], derandomize=True, database=None),
    )


def test_what_passes_while_desks_hand_it_to_each_other_is_counted_for_none() -> None:
    play = Play(rules(policy(return_window=days(9))))
    play.open()
    play.wait(days=4, hours=23).say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane")
    play.wait(minutes=30).say("dispatcher:li", c.ApproveReturn)
    play.wait(hours=1)
    counts = happened(play.entries, play.rules).counts
    assert {s.labels: n for s, n in counts.items() if s.name is Counted.DESK_MISSED} == {("unknown",): 1}
    (close,) = [one for one in standing_misses(play.entries) if one.milestone == "close"]
    assert charge(holding(play.entries, play.now), close) == Who(HolderKind.PING_PONG, "willow")


def test_whoever_was_called_and_did_not_come_answers_for_that_and_not_the_lead() -> None:
    play = Play()
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.Whistle, desks=("lake-water",), text="need the pump")
    play.wait(days=1)
    (silent,) = standing_misses(play.entries)
    assert (silent.milestone, silent.own) == ("report_in:lake-water", True)
    assert charge(holding(play.entries, play.now), silent) == Who(HolderKind.DESK, "lake-water")


def test_a_miss_that_was_overtaken_is_nobodys() -> None:
    play = Play()
    play.open()
    play.say("willow", c.Accept)
    play.wait_until(china(2026, 9, 26, 9, 5)).say("willow", c.Resolve, at=china(2026, 9, 26, 8, 58))
    assert standing_misses(play.entries) == []


def test_a_date_that_was_over_before_we_had_the_case_is_no_offices() -> None:
    play = Play(rules(policy(milestones=(milestone("given", Given(), Satisfies.CLOSED),))))
    play.open(channel="upstream", due_at=china(2026, 8, 22, 9))
    play.wait(hours=1)
    (over,) = standing_misses(play.entries)
    who = charge(holding(play.entries, play.now), over)
    assert who is not None
    assert who.kind is HolderKind.CHANNEL
