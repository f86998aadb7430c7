"""How systems like this have failed (docs/behaviour.md, 8): one test for each, here or where it is named.

- a batch limit starves the rest: `test_storm`, and held and released `test_brake`
- processes killed for good in mid work: `test_kill`; here the pairs of steps, one by one
- the auditor looks at everything and beats on success only: `tests/unit/sla/test_auditor`
- the engine is repaired, the past is not: `test_catch_up`
- importing running cases: `tests/unit/cli/test_case_import`, `tests/unit/core/test_taking_over`
- the zone of the server: `test_server_zone`; here that of the source
- a policy change leaves old timers alive, pause time is lost: `tests/unit/core/test_replanning`; here by a star
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from router.arrivals import direct
from router.broker.topology import queue_arguments
from router.core import commands as c, events as e
from router.core.policies.policy import (
    Days,
    DaySet,
    Ends,
    ExtensionRule,
    Match,
    OnPass,
    Satisfies,
    SuspensionRule,
    Track,
)
from router.core.territory.address import desk_queue
from router.core.timing.deadlines import wake_up
from router.ledger.unit import SqlUnit
from router.relay import Relay
from router.sending import Sender
from router.sla.auditor import Auditor
from router.waker import Waker
from tests.city import ACCEPT, CLOSE, MONDAY, Play, days, milestone, policy, rules, working_days
from tests.town import Town, town
from tests.unit.core.calendars import CN, NATURAL, china

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    with town(f"sqlite:///{tmp_path}/ledger.db") as built:
        yield built


def ups(play: Play) -> list[tuple[str | None, object]]:
    """Milestone and instant of every escalation."""
    return [(event.milestone, event.due_at) for event in play.events(e.Escalated)]


# -- a holiday brings deadlines forward ------------------------------------------------------------------------


def test_national_day_moves_a_deadline_later_never_earlier() -> None:
    five = milestone("close", working_days(5), Satisfies.CLOSED)
    dues = []
    for calendar in (CN, msgspec.structs.replace(CN, days_off=frozenset())):
        play = Play(rules(policy(calendar="cn", milestones=(five,)), calendars=(NATURAL, calendar)))
        play.now = china(2026, 9, 29, 9)
        dues.append(play.open().due_at)
    # Wednesday 30, then Thursday 8, Friday 9, the worked Saturday 10 and Monday 12 October: until 24:00 of that.
    assert dues[0] == china(2026, 10, 13)
    # Without the holiday: Wednesday 30 September to Tuesday 6 October.
    assert dues[1] == china(2026, 10, 7)


# -- a status that is reset makes the case escalate again ------------------------------------------------------


def test_a_deadline_that_was_missed_is_never_missed_again_whatever_becomes_of_the_case() -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    case_id = play.open().id
    due_at = china(2026, 9, 26, 9)
    play.wait_until(due_at + A_SECOND)
    assert ups(play) == [("close", due_at)]
    deeds: list[tuple[str, type[c.Command], dict[str, str]]] = [
        ("dispatcher:li", c.Dispatch, {"desk": "plane"}),
        ("plane", c.Accept, {}),
        ("plane", c.Resolve, {}),
        ("channel:hotline", c.Reopen, {"text": "又坏了"}),
        ("supervision:wang", c.Designate, {"desk": "willow"}),
    ]
    for who, kind, fields in deeds:
        play.say(who, kind, **fields)
        play._answers.clear()  # as if nobody remembered the wake-up
        play.give(wake_up(case_id, "close", due_at))
        assert play.refused in ("stale_deadline", "closed")
    assert ups(play) == [("close", due_at)]


# -- mark, then act; act, then mark ----------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def _dies(patch: pytest.MonkeyPatch, owner: type, name: str, *, after: bool) -> None:
    """The next call of a method is the last thing the process does: before its work, or right after it."""
    real = getattr(owner, name)

    def last(*args: object, **more: object) -> object:
        patch.setattr(owner, name, real)
        if after:
            real(*args, **more)
        raise Killed

    patch.setattr(owner, name, last)


_STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "claimed, not yet sent": lambda patch: _dies(patch, Sender, "send", after=False),
    "sent, not yet handled": lambda patch: _dies(patch, Sender, "collect", after=False),
    "handled, not yet written": lambda patch: _dies(patch, SqlUnit, "write", after=False),
    "written, not yet committed": lambda patch: _dies(patch, SqlUnit, "write", after=True),
}


def _work(here: Town) -> None:
    here.waker.run_once(here.time)
    here.pump()


def _again(here: Town) -> None:
    """Everything is started again: what nobody acknowledged comes back, leases run out, the relay sends."""
    if here._consumer is not None:
        here._consumer.close()
        here._consumer = None
    here.router = here.on.router(background=False)
    here.waker = Waker(here.on.ledger, here.on.sender(background=False))
    for _ in range(3):
        here.pump()
        here.time += timedelta(seconds=61)
        here.wait(seconds=0)
    while Relay(here.on.ledger, here.on.sender(background=False)).run_once(here.time):
        pass


def _exactly_once(here: Town, case_id: str) -> None:
    entries = [entry for entry in here.on.ledger.entries(case_id) if isinstance(entry.event, e.Escalated)]
    assert len(entries) == 1
    assert entries[0].event_at == MONDAY + timedelta(days=1)
    waiting = here.waiting(desk_queue("lake"), wait_s=0.3)
    got = [delivery.id for delivery in waiting if delivery.type == "case.assigned.v1"]
    # In doubt twice, under the same id; never not at all.
    assert set(got) == {f"{case_id}/{here.on.ledger.case(case_id).assigned_version}/assigned"}  # type: ignore[union-attr]


@pytest.mark.parametrize("step", _STEPS)
def test_killed_between_two_steps_there_is_exactly_one_effect(
    here: Town, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    _STEPS[step](monkeypatch)
    with pytest.raises(Killed):
        _work(here)
    _again(here)
    _exactly_once(here, case_id)


def test_killed_after_the_commit_before_sending_the_relay_sends(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    here.waker.run_once(here.time)
    _dies(monkeypatch, Sender, "send", after=False)
    with pytest.raises(Killed):
        here.pump()
    _again(here)
    _exactly_once(here, case_id)


def test_killed_after_sending_before_acknowledging_the_repeat_changes_nothing(here: Town) -> None:
    case_id = here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    here.waker.run_once(here.time)
    deliveries = here.consumer.receive(10, 0.3)
    here.router.handle(deliveries, here.time)
    here.router.flush(here.time)
    _again(here)
    _exactly_once(here, case_id)


# -- a claim without expiry ------------------------------------------------------------------------------------


def test_a_claim_whose_worker_died_runs_out_and_one_that_nobody_handles_is_visible(here: Town) -> None:
    case_id = here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    auditor = Auditor(here.on.ledger, here.on.rulebook)
    for _ in range(7):  # claimed, minute by minute, and nobody consumes
        assert here.waker.run_once(here.time) == 1
        here.time += timedelta(seconds=61)
    here.waker.run_once(here.time)
    found = auditor.run_once(here.time + A_SECOND)
    assert [(one.code, one.case) for one in found.findings] == [("stuck", case_id)]
    here.pump()
    _exactly_once(here, case_id)
    # Seven of the eight wake-ups came for nothing, and that is counted.
    assert here.router.tally.counted()["duplicate"] + here.router.tally.counted()["stale"] == 7
    assert auditor.run_once(here.time + A_SECOND).findings == ()


# -- an empty level waits its whole delay ----------------------------------------------------------------------


def test_a_level_without_a_desk_costs_no_time() -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    play.open(desk="cloud-transport", division=("canal", "bridge"))
    due_at = china(2026, 9, 26, 9)
    play.wait_until(due_at + A_SECOND)
    (up,) = [entry for entry in play.entries if isinstance(entry.event, e.Escalated)]
    assert up.event_at == due_at
    for entry in play.entries:
        if isinstance(entry.event, e.Skipped):
            assert entry.event_at in (MONDAY, due_at)


# -- a late timer is discarded silently ------------------------------------------------------------------------


def test_a_late_timer_passes_its_deadline_and_its_lateness_is_measured(here: Town) -> None:
    here.open(1)
    here.time = MONDAY + timedelta(days=1, hours=7)
    assert here.waker.run_once(here.time) == 1
    assert here.waker.lateness_s == 7 * 3600
    here.pump()
    (entry,) = here.on.ledger.all_entries("Escalated")
    assert entry.event_at == MONDAY + timedelta(days=1)
    assert entry.recorded_at == here.time


def test_a_timer_that_is_stale_changes_nothing_and_is_counted(here: Town) -> None:
    case_id = here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    assert here.waker.run_once(here.time) == 1  # on its way
    willow = c.Actor(c.ActorRole.DESK, "willow")
    report = c.Resolve(id="in-time", case_id=case_id, actor=willow, at=MONDAY + timedelta(days=1))
    here.router.carry_out([direct(report, "shell")], here.time)
    here.pump()
    assert here.router.tally.counted()["stale"] == 1
    assert list(here.on.ledger.all_entries("Escalated")) == []


# -- a changed deadline does not re-arm its reminder -----------------------------------------------------------

_FIVE = Days(count=5, days=DaySet.NATURAL, ends=Ends.SAME_TIME)
_REMINDER = milestone(
    "reminder", days(4), Satisfies.CLOSED, on_pass=OnPass.REMIND, track=Track.INTERNAL, to="lead"
)


def test_an_extension_moves_the_reminder_with_the_deadline() -> None:
    play = Play(rules(policy(milestones=(_REMINDER, CLOSE), extension=ExtensionRule(longest=_FIVE))))
    case_id = play.open().id
    play.say("willow", c.Accept)
    play.say("willow", c.RequestExtension, reason="parts", days=3)
    play.say("lake", c.ApproveExtension)
    # The fourth day, and three more; the old timer is stale.
    play.wait_until(china(2026, 9, 25, 10))
    play.give(wake_up(case_id, "reminder", china(2026, 9, 25, 9)))
    assert play.refused == "stale_deadline"
    assert play.events(e.Reminded) == []
    play.wait_until(china(2026, 9, 28, 10))
    assert [event.milestone for event in play.events(e.Reminded)] == ["reminder"]
    play.wait_until(china(2026, 9, 29, 10))
    assert ups(play) == [("close", china(2026, 9, 29, 9))]


def test_a_reminder_that_has_passed_comes_again_before_the_date_it_was_moved_to() -> None:
    play = Play(rules(policy(milestones=(_REMINDER, CLOSE), extension=ExtensionRule(longest=_FIVE))))
    play.open()
    play.say("willow", c.Accept)
    play.wait(days=4, hours=1)
    play.say("willow", c.RequestExtension, reason="parts", days=3)
    play.say("lake", c.ApproveExtension)
    play.wait_until(china(2026, 9, 29, 10))
    assert play.story("Reminded", "Escalated") == [
        "Fri 25 09:00 Reminded to willow",
        "Mon 28 09:00 Reminded to willow",
        "Tue 29 09:00 Escalated street > district: willow > lake (deadline)",
    ]


def test_a_second_extension_moves_the_reminder_that_came_again() -> None:
    twice = ExtensionRule(longest=_FIVE, cap=2)
    play = Play(rules(policy(milestones=(_REMINDER, CLOSE), extension=twice)))
    play.open()
    play.say("willow", c.Accept)
    play.wait(days=4, hours=1)
    for more in (2, 1):
        play.say("willow", c.RequestExtension, reason="parts", days=more)
        play.say("lake", c.ApproveExtension)
    assert play.running() == ["reminder", "close"]
    assert [m.name for m in play.case.milestones].count("reminder") == 2
    play.wait_until(china(2026, 9, 28, 10))
    assert play.story("Reminded") == ["Fri 25 09:00 Reminded to willow", "Mon 28 09:00 Reminded to willow"]


def test_what_is_extended_after_it_went_up_reminds_nobody_of_the_old_date() -> None:
    play = Play(rules(policy(milestones=(_REMINDER, CLOSE), extension=ExtensionRule(longest=_FIVE))))
    play.open()
    play.say("willow", c.Accept)
    play.wait(days=6)
    play.say("lake", c.RequestExtension, reason="parts", days=3)
    play.say("cloud", c.ApproveExtension)
    assert play.refused is None
    play.wait(days=3)
    assert [event.milestone for event in play.events(e.Reminded)] == ["reminder"]


# -- a policy change leaves old timers alive, and loses pause time ---------------------------------------------


def test_a_star_kills_the_old_timers_and_keeps_the_time_that_stood_still() -> None:
    starred = policy(
        name="starred",
        match=Match(starred=True),
        milestones=(milestone("close", days(3), Satisfies.CLOSED),),
        suspension=SuspensionRule(longest=days(30), recheck=days(10)),
    )
    plain = policy(milestones=(CLOSE,), suspension=SuspensionRule(longest=days(30), recheck=days(10)))
    play = Play(rules(starred, plain))
    case_id = play.open().id
    play.say("willow", c.Accept)
    play.say("willow", c.RequestSuspension, reason="parts")
    play.say("lake", c.ApproveSuspension)
    play.wait(days=2)
    play.say("willow", c.Resume)
    assert play.case.next_due_at == china(2026, 9, 28, 9)  # five days, and the two that stood still
    play.say("dispatcher:li", c.Star)
    assert play.running() == ["close"]
    assert play.case.next_due_at == china(2026, 9, 26, 9)  # three days, and the same two
    play.wait_until(china(2026, 9, 26, 10))
    play.give(wake_up(case_id, "close", china(2026, 9, 28, 9)))
    assert play.refused == "stale_deadline"
    assert ups(play) == [("close", china(2026, 9, 26, 9))]


# -- a zone shift escalates at creation ------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-11, -5, 0, 8, 14])
def test_a_receipt_in_any_zone_has_the_same_deadline_and_escalates_not_at_creation(offset: int) -> None:
    play = Play(rules(policy(milestones=(ACCEPT, CLOSE))))
    play.open(at=MONDAY.astimezone(timezone(timedelta(hours=offset))))
    assert play.case.due_at == china(2026, 9, 26, 9)
    play.notice()
    assert play.events(e.DeadlineMissed) == []


# -- accepted, then forgotten ----------------------------------------------------------------------------------


def test_a_case_that_was_signed_for_and_forgotten_goes_up_all_the_same() -> None:
    play = Play()
    play.open()
    play.wait(hours=1)
    play.say("willow", c.Accept)
    assert play.running() == ["close"]
    play.wait_until(china(2026, 9, 26, 10))
    assert (play.case.lead, ups(play)) == ("lake", [("close", china(2026, 9, 26, 9))])


# -- TTL in queues expires at the head only --------------------------------------------------------------------


def test_no_queue_and_no_message_of_ours_has_a_time_to_live(here: Town) -> None:
    names = list(here.on.topology().queues)
    assert len(names) > 10
    for name in names:
        assert not {key for key in queue_arguments(name) if "ttl" in key or "expires" in key}
    here.open(1)
    here.time = MONDAY + timedelta(days=1, seconds=1)
    here.waker.run_once(here.time)
    deliveries = here.consumer.receive(10, 0.3)
    assert deliveries
    for delivery in deliveries:
        assert "expiration" not in delivery.headers
    # A queue that is lost loses no deadline: the lease runs out and it is handed out again.
    here.consumer.done(deliveries)
    here.time += timedelta(seconds=61)
    here.wait(seconds=0)
    assert len(list(here.on.ledger.all_entries("Escalated"))) == 1
