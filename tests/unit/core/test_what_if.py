"""What if: history told again under the same policy is what happened, under another what would have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from router.core import commands as c, events as e
from router.core.counting import what_if as room
from router.core.counting.what_if import Forecast, tell_again
from router.core.policies.policy import (
    Anchor,
    ExtensionRule,
    Gate,
    GateKind,
    Match,
    Policy,
    Satisfies,
    SuspensionRule,
)
from router.core.rules import Rules
from tests.city import CLOSE, Play, days, ladder, milestone, policy, rules
from tests.unit.core.calendars import china
from tests.unit.core.histories import HISTORIES, History, live


def again(play: Play, *policies: Policy) -> list[e.Entry] | None:
    in_force = play.rules
    return tell_again(play.entries, Rules(in_force.tree, policies, in_force.calendars, replay=True), play.now)


def forecast(play: Play, *policies: Policy) -> Forecast:
    found = Forecast()
    found.add(play.entries, Rules(play.rules.tree, policies, play.rules.calendars, replay=True), play.now)
    return found


HARD = policy(
    name="hard", milestones=(milestone("close", days(2), Satisfies.CLOSED),), ladder=ladder(budget=days(1))
)


def test_under_a_harder_policy_the_same_deeds_would_have_been_late() -> None:
    play = Play()
    play.open()
    play.wait(hours=30).say("willow", c.Accept)
    play.wait(hours=50).say("willow", c.Resolve)  # after 80 hours; five days were allowed
    assert play.events(e.Escalated) == []
    found = forecast(play, HARD)
    # Wednesday 09:00 to the district, Thursday 09:00 to the city; resolved on Thursday 17:00.
    assert found.by_step == {"street>district": 1, "district>city": 1}
    assert (found.by_desk, found.to_desk) == ({"willow": 1, "lake": 1}, {"lake": 1, "cloud": 1})
    assert found.by_hour == {china(2026, 9, 23, 9): 1, china(2026, 9, 24, 9): 1}
    assert found.busiest_hour == (china(2026, 9, 23, 9), 1)
    assert (found.missed, found.on_record.total(), found.cases) == ({"close": 1, "close@district": 1}, 0, 1)


def test_what_did_happen_stands_beside_it() -> None:
    play = Play()
    play.open()
    play.wait(days=8)
    found = forecast(play, policy(milestones=(milestone("close", days(30), Satisfies.CLOSED),)))
    assert (found.escalations, found.busiest_hour) == (0, None)
    assert found.on_record == {"street>district": 1, "district>city": 1}


def test_a_case_that_no_policy_is_for_is_counted_apart() -> None:
    play = Play()
    play.open()
    found = forecast(play, policy(match=Match(channel=("media",))), policy(match=Match(starred=True)))
    assert (found.cases, found.unmatched) == (0, 1)
    assert again(play, policy(match=Match(tier=("street",), category=("lamp",)))) == []


def test_the_first_that_matches_is_taken() -> None:
    play = Play()
    play.open()
    play.wait(days=3)
    lenient = policy(name="lenient", match=Match(channel=("hotline",)))
    assert forecast(play, lenient, HARD).escalations == 0
    assert forecast(play, HARD, lenient).escalations == 1


def test_a_return_and_a_designation_happen_again_and_the_case_climbs_from_where_it_is() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="plane")
    play.wait(days=3).say("dispatcher:li", c.ApproveReturn)
    play.wait(days=1)
    play.say("lake", c.Designate, desk="willow")
    play.wait(hours=30)
    predicted = again(play, HARD)
    assert predicted is not None
    up = [x.event for x in predicted if isinstance(x.event, e.Escalated)]
    # The clock runs on while desks pass it on: Wednesday, Thursday, Friday and Saturday, each at 09:00. On
    # Thursday at 10:00 it goes to plane, on Friday at 10:00 to willow, and up from there.
    assert [(x.from_desk, x.to_name) for x in up] == [
        ("willow", "district"),
        ("lake", "city"),
        ("plane", "district"),
        ("willow", "district"),
    ]


def test_what_nobody_placed_goes_to_the_last_resort_once_and_by_the_other_policys_clocks() -> None:
    play = Play()
    play.open(division=("lake", "nowhere"))
    play.wait(days=8)
    assert [x.desk for x in play.events(e.Designated)] == ["lake:last_resort"]
    told = again(play, HARD)
    assert told is not None
    # Two days, then one for the district: on Thursday, not on the Monday after as on record.
    found = [(x.event_at, x.event.desk) for x in told if isinstance(x.event, e.Designated)]
    assert found == [(china(2026, 9, 24, 9), "lake:last_resort")]


def test_a_follow_up_has_its_clock_and_a_failed_gate_sends_it_back() -> None:
    asks = milestone("follow_up", days(1), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)
    gated = policy(milestones=(CLOSE, asks), gate=Gate(kind=GateKind.FOLLOW_UP))
    play = Play(rules(gated))
    play.open()
    play.say("willow", c.Resolve)
    play.wait(days=2).say("follow_up:anna", c.FollowUp, result=c.FollowUpResult.NOT_ACCEPTED)
    play.wait(days=6)
    assert _clocks(again(play, gated)) == _clocks(play.entries)
    assert forecast(play, gated).missed == {"follow_up": 1, "close": 1, "close@district": 1}


def test_a_case_that_was_pulled_to_the_top_climbs_from_there() -> None:
    play = Play()
    play.open()
    play.wait(hours=1).say("cloud", c.Pull, text="at once")
    assert play.refused is None
    play.wait(days=6)
    assert _clocks(again(play, play.rules.policy(play.case.policy))) == _clocks(play.entries)
    # From the city to supervision on Wednesday and Thursday, whatever a ladder of other steps calls them.
    short = msgspec.structs.replace(HARD, ladder=ladder("city", "supervision-1", "supervision-2", budget=days(1)))
    ups = [x.event for x in again(play, short) or [] if isinstance(x.event, e.Escalated)]
    assert [(x.from_name, x.to_name) for x in ups] == [
        ("city", "supervision-1"),
        ("supervision-1", "supervision-2"),
    ]


WIDE = policy(
    extension=ExtensionRule(longest=days(9)), suspension=SuspensionRule(longest=days(20), recheck=days(9))
)


def test_an_extension_and_a_suspension_move_the_other_clocks_too() -> None:
    play = Play(rules(WIDE))
    play.open()
    play.say("willow", c.RequestExtension, reason="parts", days=2)
    play.say("lake", c.ApproveExtension)
    play.wait(hours=1).say("willow", c.RequestSuspension, reason="winter")
    play.say("lake", c.ApproveSuspension)
    play.wait(days=3).say("lake", c.Resume)
    play.wait(days=20)
    assert play.refused is None
    assert _clocks(again(play, WIDE)) == _clocks(play.entries)
    # Two days are allowed and two granted: until Friday 09:00; three days are suspended.
    hard = msgspec.structs.replace(WIDE, milestones=HARD.milestones)
    missed = [x.event for x in again(play, hard) or [] if isinstance(x.event, e.DeadlineMissed)]
    assert (missed[0].milestone, missed[0].due_at) == ("close", china(2026, 9, 28, 9))


def test_a_suspension_that_lasted_as_long_as_it_may_ends_by_itself() -> None:
    play = Play(rules(WIDE))
    play.open()
    play.say("willow", c.RequestSuspension, reason="winter")
    play.say("lake", c.ApproveSuspension)
    play.wait(days=40)
    assert [x.reason for x in play.events(e.Resumed)] == ["longest"]
    assert _clocks(again(play, WIDE)) == _clocks(play.entries)


# -- the law ---------------------------------------------------------------------------------------------------


def _clocks(entries: list[e.Entry] | None) -> Counter[tuple[str, object, object]]:
    found: Counter[tuple[str, object, object]] = Counter()
    for entry in entries or []:
        event = entry.event
        if isinstance(event, e.DeadlineMissed):
            found["missed", event.milestone, event.due_at] += 1
        if isinstance(event, e.Escalated) and event.cause is e.Cause.DEADLINE:
            found[f"{event.from_desk}>{event.to_desk}", event.milestone, event.due_at] += 1
    return found


def in_order(told: History) -> History:
    """The history without what comes out of turn, and under one policy.

    A wake-up out of turn, and a report that counts as earlier than what is on record: the record keeps what the
    clock made of them, told again they come in order.
    """
    kept = (deed for deed in told.deeds if deed.what not in ("wake_up", "new_policy"))
    deeds = tuple(msgspec.structs.replace(deed, minutes_ago=None) for deed in kept)
    return msgspec.structs.replace(told, deeds=deeds)


def told_again_under_its_own_policy_a_case_is_what_it_was(told: History) -> None:
    play = live(in_order(told), min_in_hand_s=0)
    play.notice()
    if play.events(e.Replanned):  # it had several policies, one after the other
        return
    kept = play.rules.policy(play.case.policy)
    assert _clocks(again(play, kept)) == _clocks(play.entries)


@given(HISTORIES)
def test_told_again_under_its_own_policy_a_case_is_what_it_was(told: History) -> None:
    told_again_under_its_own_policy_a_case_is_what_it_was(told)


def _keep_the_step_of_who_had_it(patch: pytest.MonkeyPatch) -> None:
    def handed(self: room._Telling, event: Any, _desk: str, clocks: tuple[e.Milestone, ...]) -> e.Event:
        step = max(self.case.step, event.step or 0)
        return cast("e.Event", msgspec.structs.replace(event, step=step, ladder=None, milestones=clocks))

    patch.setattr(room._Telling, "handed", handed)


def _forget_the_clock_for_signing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room._Telling, "signing", lambda _self, _at, **_more: ())


def _look_inside_a_decision(patch: pytest.MonkeyPatch) -> None:
    kept = room._Telling.go_on

    def go_on(self: room._Telling, entry: e.Entry) -> None:
        self.pass_deadlines(entry.event_at)
        kept(self, entry)

    patch.setattr(room._Telling, "go_on", go_on)


def _take_no_case_up_for_a_word(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room, "_RETOLD", room._RETOLD | {e.Escalated: lambda _told, _event, _at: None})


@pytest.mark.parametrize(
    "fault",
    [
        _keep_the_step_of_who_had_it,
        _forget_the_clock_for_signing,
        _look_inside_a_decision,
        _take_no_case_up_for_a_word,
    ],
    ids=lambda one: one.__name__.strip("_"),
)
def test_the_law_catches(fault: Callable[[pytest.MonkeyPatch], None]) -> None:
    def breaks(told: History) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                told_again_under_its_own_policy_a_case_is_what_it_was(told)
            except AssertionError:
                return True
        return False

    try:
        find(HISTORIES, breaks, settings=_ONCE)
    except NoSuchExample:
        pytest.fail("the law does not notice")


#: The first history that shows the fault will do; the same ones are tried every time.
_ONCE = settings(max_examples=8000, phases=[Phase.generate], derandomize=True, database=None)
