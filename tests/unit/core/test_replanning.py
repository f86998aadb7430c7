"""Star, unstar and replan: a running case gets the policy that matches now; instants are counted by hand."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from router.core import events as e
from router.core.commands import (
    Accept,
    ApproveExtension,
    ApproveSuspension,
    FollowUp,
    FollowUpResult,
    Replan,
    RequestExtension,
    RequestSuspension,
    Resolve,
    Resume,
    Star,
    Unstar,
)
from router.core.policies.policy import (
    ExtensionRule,
    Gate,
    GateKind,
    Match,
    OnPass,
    Policy,
    Satisfies,
    SuspensionRule,
    Track,
    Watcher,
    Window,
)
from router.core.territory.tree import DeskKind
from router.core.timing.deadlines import wake_up
from tests.city import ACCEPT, DISPATCH, Play, city, days, desk, ladder, milestone, policy, rules, working_days
from tests.unit.core.calendars import china


def _policy(count: int, **changes: Any) -> Policy:
    """So many working days from the receipt."""
    plain = policy(
        name="plain",
        calendar="cn",
        milestones=(DISPATCH, ACCEPT, milestone("close", working_days(count), Satisfies.CLOSED)),
        ladder=ladder(budget=working_days(2)),
        extension=ExtensionRule(longest=working_days(10)),
        suspension=SuspensionRule(longest=days(20), recheck=days(7)),
    )
    return msgspec.structs.replace(plain, **changes)


STARRED = _policy(3, name="starred", match=Match(starred=True))


def _play(*policies: Policy) -> Play:
    play = Play(rules(*(policies or (_policy(5),))))
    play.open()
    play.say("willow", Accept)
    return play


def _put_in_force(play: Play, *policies: Policy) -> None:
    play.rules = rules(*policies, earlier=play.rules.policies)


def _due(play: Play, name: str = "close") -> Any:
    found = play.case.milestone(name)
    assert found is not None
    return found.due_at


def test_a_running_case_moves_to_the_version_in_force_and_counts_from_its_receipt() -> None:
    play = _play()
    _put_in_force(play, _policy(10))
    play.wait(days=2).say("system:policy", Replan)
    # Ten working days from Monday 21: 22 to 25, 28 to 30 September, 8, 9 and 10 October (a worked Saturday).
    assert _due(play) == china(2026, 10, 11)
    assert (play.case.due_at, play.case.extended_due_at) == (china(2026, 9, 29), china(2026, 10, 11))
    assert play.case.policy == play.rules.policies[0].version
    replanned = play.events(e.Replanned)[0]
    assert (replanned.reason, replanned.policy_reason) == ("replan", "plain: default, no condition")
    assert play.told("willow")[-1] == "due_changed"


def test_old_timers_die() -> None:
    play = _play()
    _put_in_force(play, _policy(10))
    play.say("system:policy", Replan)
    play.wait_until(china(2026, 9, 30))
    play.give(wake_up(play.case.id, "close", china(2026, 9, 29)))
    assert play.refused == "stale_deadline"
    assert play.case.lead == "willow"
    play.wait_until(china(2026, 10, 11, 1))
    assert play.case.lead == "lake"


def test_no_recomputed_deadline_lies_in_the_past() -> None:
    play = _play()
    _put_in_force(play, _policy(1))
    play.wait_until(china(2026, 9, 24, 15)).say("system:policy", Replan)
    assert _due(play) == china(2026, 9, 26)  # Friday 24:00, the next working day; not Tuesday
    assert not play.events(e.DeadlineMissed)


def test_what_does_not_count_otherwise_stays_as_it_is() -> None:
    play = _play()
    _put_in_force(play, _policy(5, title="another title"))
    play.wait_until(china(2026, 9, 28, 23)).say("system:policy", Replan)
    assert _due(play) == china(2026, 9, 29)  # an hour away, and no day is given for nothing
    assert play.events(e.Replanned)[0].milestones == ()
    assert play.case.extended_due_at is None


def test_the_same_policy_is_nothing_to_do() -> None:
    play = _play()
    play.say("system:policy", Replan)
    assert play.refused == "nothing_to_replan"


def test_pause_time_is_not_lost_and_a_suspended_case_counts_by_the_new_policy_once_resumed() -> None:
    play = _play()
    play.say("willow", RequestSuspension, reason="road works")
    play.wait_until(china(2026, 9, 22, 10)).say("lake", ApproveSuspension)
    _put_in_force(play, _policy(6))
    play.wait_until(china(2026, 9, 23)).say("system:policy", Replan)
    assert play.running() == ["recheck", "suspension_end"]
    play.wait_until(china(2026, 9, 24, 15)).say("willow", Resume)
    # 22 to 24 September do not count: 25, 28, 29, 30 September, 8 and 9 October.
    assert _due(play) == china(2026, 10, 10)


def test_an_extension_is_not_lost() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=2)
    play.say("lake", ApproveExtension)
    _put_in_force(play, _policy(6))
    play.say("system:policy", Replan)
    # Six working days until 29 September, two more: 30 September and 8 October.
    assert _due(play) == china(2026, 10, 9)


def test_a_recorded_miss_stands_and_the_step_is_counted_by_the_new_ladder() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 29, 1))
    assert (play.case.lead, _due(play, "close@district")) == ("lake", china(2026, 10, 1))
    _put_in_force(play, _policy(10, ladder=ladder(budget=working_days(4))))
    play.say("system:policy", Replan)
    # Four working days from the missed 28 September: 29, 30 September, 8 and 9 October.
    assert _due(play, "close@district") == china(2026, 10, 10)
    missed = play.case.milestone("close")
    assert missed is not None
    assert (missed.status, missed.due_at) == (e.MilestoneStatus.MISSED, china(2026, 9, 29))


def test_what_was_missed_under_another_name_or_the_same_is_not_armed_again() -> None:
    look = milestone("look", working_days(1), Satisfies.PROGRESS, on_pass=OnPass.REMIND)
    play = _play(_policy(5, milestones=(ACCEPT, look, milestone("close", working_days(5), Satisfies.CLOSED))))
    play.wait_until(china(2026, 9, 29, 1))
    _put_in_force(
        play, _policy(5, milestones=(look, milestone("done", working_days(9), Satisfies.CLOSED)), name="other")
    )
    play.say("system:policy", Replan)
    assert play.running() == ["close@district"]


def test_another_ladder_leaves_the_case_on_the_step_of_its_name() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 29, 1))
    short = ladder("district", "city", "supervision-1", budget=working_days(4))
    _put_in_force(play, _policy(10, ladder=short))
    play.say("system:policy", Replan)
    assert (play.case.step, play.case.lead) == (0, "lake")
    play.wait_until(china(2026, 10, 10, 1))
    assert play.story("Escalated")[-1] == "Sat 10 00:00 Escalated district > city: lake > cloud (deadline)"


def test_milestones_of_another_name_take_the_place_of_the_old_ones() -> None:
    other = _policy(
        7,
        milestones=(
            milestone("plan", working_days(4), Satisfies.PROGRESS),
            milestone("send", working_days(1), Satisfies.DISPATCHED),
            milestone("sign", working_days(1), Satisfies.ACCEPTED),
            milestone("done", working_days(7), Satisfies.CLOSED),
        ),
    )
    play = _play()
    _put_in_force(play, other)
    play.wait(days=1).say("system:policy", Replan)
    assert play.running() == ["plan", "done"]  # it was sent out and signed for long ago
    # 25 September is the fourth working day, 30 September the seventh.
    assert (_due(play, "plan"), _due(play, "done")) == (china(2026, 9, 26), china(2026, 10, 1))


def test_a_star_gives_the_policy_of_starred_cases_and_its_loss_the_other_one() -> None:
    play = _play(STARRED, _policy(5))
    play.wait(days=1).say("supervision-1", Star, text="the mayor asked")
    # Three working days from Monday 21 September.
    assert (play.case.starred, _due(play)) == (True, china(2026, 9, 25))
    assert play.events(e.Replanned)[-1].policy_reason == "starred: starred is true"
    play.say("cloud", Unstar)
    assert (play.case.starred, _due(play)) == (False, china(2026, 9, 29))
    assert play.events(e.Replanned)[-1].reason == "unstarred"
    assert play.case.due_at == china(2026, 9, 29)


def test_starred_late_a_working_day_is_left() -> None:
    play = _play(STARRED, _policy(5))
    play.wait_until(china(2026, 9, 25, 10)).say("dispatcher:li", Star)
    assert _due(play) == china(2026, 9, 29)  # Monday 28 September, 24:00


@pytest.mark.parametrize("who", ["willow", "lake", "plane", "citizen:hotline", "follow_up:anna"])
def test_a_star_is_given_and_taken_by_the_dispatcher_supervision_or_the_city(who: str) -> None:
    play = _play(STARRED, _policy(5))
    play.say(who, Star)
    assert play.refused == "not_permitted"
    play.say("cloud", Star)
    play.say(who, Unstar)
    assert play.refused == "not_permitted"


def test_the_city_that_leads_a_case_takes_no_star_from_it() -> None:
    play = _play(STARRED, _policy(5))
    play.say("dispatcher:li", Star)
    play.wait_until(china(2026, 9, 30, 1))
    while play.case.lead != "cloud":
        play.wait(days=1)
    play.say("cloud", Unstar)
    assert play.refused == "not_permitted"


def test_what_came_while_a_special_channel_was_open_keeps_its_clock() -> None:
    window = Window(opens=datetime(2026, 9, 1, tzinfo=UTC), closes=datetime(2026, 10, 1, tzinfo=UTC))
    play = _play(_policy(2, name="special", window=window), _policy(5))
    _put_in_force(play, _policy(9))
    play.say("system:policy", Replan)
    assert play.refused == "keeps_clock"
    play.say("dispatcher:li", Star)
    assert (play.case.starred, play.case.policy.partition("@")[0]) == (True, "special")


def test_a_resolution_that_waits_keeps_the_gate_it_was_made_under() -> None:
    gated = _policy(5, gate=Gate(kind=GateKind.FOLLOW_UP))
    play = _play(gated)
    play.say("willow", Resolve)
    _put_in_force(play, _policy(5, name="other"))
    play.say("system:policy", Replan)
    assert play.refused == "not_in_state"
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.ACCEPTED)
    assert play.events(e.Closed)[0].gate == "follow_up"


def test_a_star_does_not_let_a_watcher_in_on_a_case_that_is_kept_from_it() -> None:
    seen = milestone("seen", days(3), Satisfies.MARKED, by="group", track=Track.INTERNAL)
    watched = msgspec.structs.replace(
        STARRED, milestones=(*STARRED.milestones, seen), watchers=(Watcher(name="group", desk="petitions"),)
    )
    in_force = rules(watched, _policy(5), tree=city(desk("petitions", "cloud", DeskKind.FUNCTIONAL, line="p")))
    for kept in ({"confidential": True}, {"subject_desk": "petitions"}):
        play = Play(in_force)
        play.open(**kept)
        play.say("dispatcher:li", Star)
        assert play.refused is None
        assert "seen" not in play.running()
        play.wait(days=4)
        assert play.told("petitions") == []
    play = Play(in_force)
    play.open()
    play.say("dispatcher:li", Star)
    assert "seen" in play.running()


def _back_from_its_gate(*, now_in_force: tuple[Policy, ...] = (), star: bool) -> Play:
    """Resolved under the plain policy, perhaps starred while it waits, and not accepted."""
    gate = Gate(kind=GateKind.FOLLOW_UP)
    both = (msgspec.structs.replace(STARRED, gate=gate), _policy(5, gate=gate))
    play = _play(*both)
    play.say("willow", Accept)
    play.say("willow", Resolve)
    if star:
        play.say("dispatcher:li", Star, text="the mayor asks")
    assert play.case.policy == both[1].version
    if now_in_force:
        play.rules = rules(*now_in_force, earlier=list(both))
    play.say("follow_up:anna", FollowUp, result=FollowUpResult.NOT_ACCEPTED, asked=1)
    return play


def test_a_star_that_came_while_a_resolution_waited_counts_once_it_is_worked_on_again() -> None:
    play = _back_from_its_gate(star=True)
    assert play.refused is None
    assert play.case.policy.startswith("starred")
    assert [one.reason for one in play.events(e.Replanned)] == ["starred"]


def test_without_a_star_a_failed_gate_moves_no_case_to_other_policies() -> None:
    gate = Gate(kind=GateKind.FOLLOW_UP)
    later = (msgspec.structs.replace(STARRED, gate=gate), _policy(7, gate=gate))
    for play in (_back_from_its_gate(star=False), _back_from_its_gate(star=False, now_in_force=later)):
        assert play.events(e.Replanned) == []
        assert play.case.policy.startswith("plain")
