"""Extensions (延期): asked for before due, decided by the tier above; expected instants are counted by hand."""

from typing import Any

import msgspec
import pytest

from router.core import events as e
from router.core.commands import (
    Accept,
    ApproveExtension,
    ApproveReturn,
    RefuseExtension,
    RequestExtension,
    RequestReturn,
    Resolve,
)
from router.core.history import advance
from router.core.policies.policy import Days, DaySet, Ends, ExtensionRule, Mode, Policy, Satisfies, Track
from tests.city import ACCEPT, DISPATCH, Play, milestone, policy, rules
from tests.unit.core.calendars import china

FIVE = Days(count=5, days=DaySet.WORKING, ends=Ends.END_OF_DAY)
TEN = Days(count=10, days=DaySet.WORKING, ends=Ends.END_OF_DAY)
CLOSE = milestone("close", FIVE, Satisfies.CLOSED)
AIM = milestone(
    "aim", Days(count=3, days=DaySet.WORKING, ends=Ends.END_OF_DAY), Satisfies.RESOLVED, track=Track.INTERNAL
)


def office_days(**changes: Any) -> Policy:
    """Five working days from Monday 21 September: until 24:00 of Monday 28 September; up to ten more."""
    plain = policy(calendar="cn", milestones=(DISPATCH, ACCEPT, CLOSE), extension=ExtensionRule(longest=TEN))
    return msgspec.structs.replace(plain, **changes)


def _play(**changes: Any) -> Play:
    play = Play(rules(office_days(**changes)))
    play.open()
    play.say("willow", Accept)
    return play


def _due(play: Play, name: str = "close") -> Any:
    found = play.case.milestone(name)
    assert found is not None
    return found.due_at


def test_a_request_stops_nothing() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=3)
    assert play.refused is None
    assert _due(play) == china(2026, 9, 29)
    assert play.told("lake")[-1] == "extension_requested"
    # One working day for the tier above: until 24:00 of Tuesday.
    assert _due(play, "extension_decision") == china(2026, 9, 23)


def test_an_approval_moves_the_date_and_the_original_stays_beside_it() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=3)
    play.wait(hours=4).say("lake", ApproveExtension)
    # Tuesday 29, Wednesday 30 September; 1 to 7 October are off; Thursday 8 October.
    assert _due(play) == china(2026, 10, 9)
    assert (play.case.due_at, play.case.extended_due_at) == (china(2026, 9, 29), china(2026, 10, 9))
    assert play.told("willow")[-1] == "extension_decided"
    assert "extension_decision" not in play.running()
    play.wait_until(china(2026, 10, 8, 23))
    assert play.case.lead == "willow"
    play.wait_until(china(2026, 10, 9, 1))
    assert play.case.lead == "lake"


def test_an_extension_until_a_day_ends_there() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", until=china(2026, 9, 30, 18))
    play.say("lake", ApproveExtension)
    assert _due(play) == china(2026, 9, 30, 18)


def test_both_tracks_move_and_the_signature_and_a_promise_do_not() -> None:
    play = _play(milestones=(DISPATCH, ACCEPT, AIM, CLOSE))
    # Wednesday 23 and Thursday 24 September would be the second and third working day.
    assert _due(play, "aim") == china(2026, 9, 25)
    play.say("willow", RequestExtension, reason="parts", days=1)
    play.say("lake", ApproveExtension)
    assert (_due(play, "aim"), _due(play)) == (china(2026, 9, 26), china(2026, 9, 30))
    assert [one.milestone for one in play.events(e.ExtensionApproved)[0].moved] == ["aim", "close"]


def test_silence_is_no_consent_and_the_tier_above_that_says_nothing_is_supervised() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=3)
    play.wait_until(china(2026, 9, 24))
    missed = play.events(e.DeadlineMissed)
    assert [(one.milestone, one.charged_to) for one in missed] == [("extension_decision", "lake")]
    assert play.told("cloud") == ["supervised"]
    assert _due(play) == china(2026, 9, 29)
    play.wait_until(china(2026, 9, 29, 1))
    assert play.case.lead == "lake"
    play.say("cloud", ApproveExtension)
    assert play.refused is None  # the request waits on, whoever leads


def test_a_recorded_miss_stands_and_a_later_approval_moves_only_the_next_due() -> None:
    play = _play(mode=Mode.SUPERVISE)
    play.say("willow", RequestExtension, reason="parts", days=2)
    play.wait_until(china(2026, 9, 29, 1))
    # The step has two natural days from the missed deadline: 24:00 of Wednesday 30 September.
    assert _due(play, "close@district") == china(2026, 10, 1)
    play.say("lake", ApproveExtension)
    # Two working days after 30 September: Thursday 8 and Friday 9 October.
    assert _due(play, "close@district") == china(2026, 10, 10)
    missed = play.case.milestone("close")
    assert missed is not None
    assert (missed.status, missed.due_at) == (e.MilestoneStatus.MISSED, china(2026, 9, 29))
    assert play.case.extended_due_at is None


def test_asked_for_in_time_it_stays_to_be_decided_above_the_new_lead_when_the_case_goes_up() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 28, 15))
    play.say("willow", RequestExtension, reason="parts", days=2)
    play.wait_until(china(2026, 9, 29, 1))
    assert play.case.lead == "lake"
    assert _due(play, "close@district") == china(2026, 10, 1)
    # Lake was asked and leads now: the tier above it decides, a working day after the miss on Tuesday at 00:00.
    decision = play.case.milestone("extension_decision")
    assert decision is not None
    assert (decision.holder, decision.due_at) == ("cloud", china(2026, 10, 1))
    assert play.told("cloud")[-1] == "extension_requested"
    play.say("lake", ApproveExtension)
    assert play.refused == "not_permitted"
    play.say("cloud", ApproveExtension)
    assert play.refused is None
    # Two working days after 30 September: Thursday 8 and Friday 9 October. The miss stands.
    assert _due(play, "close@district") == china(2026, 10, 10)
    missed = play.case.milestone("close")
    assert missed is not None
    assert (missed.status, missed.charged_to) == (e.MilestoneStatus.MISSED, "willow")
    assert play.told("lake")[-1] == "due_changed"
    assert "extension_decided" in play.told("willow")
    assert advance(None, play.entries) == play.case


def test_what_a_desk_below_had_asked_for_gives_way_to_what_the_lead_asks_for_itself() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=2)
    play.wait_until(china(2026, 9, 29, 1))
    play.say("lake", RequestExtension, reason="rain", days=1)
    assert play.refused is None
    asked = play.case.changes.extension_asked
    assert asked is not None
    assert (asked.desk, asked.reason) == ("lake", "rain")
    assert play.running().count("extension_decision") == 1


def test_refused_it_changes_nothing_and_may_be_asked_again() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=3)
    play.say("lake", RefuseExtension, text="no")
    assert play.case.changes.extension_asked is None
    assert _due(play) == china(2026, 9, 29)
    play.say("willow", RequestExtension, reason="parts", days=2)
    assert play.refused is None


def test_a_day_long_since_past_is_no_deadline() -> None:
    """Approved in its last hour, an extension leaves a working day at least."""
    play = _play(
        milestones=(
            ACCEPT,
            milestone("close", Days(count=1, days=DaySet.NATURAL, ends=Ends.SAME_TIME), Satisfies.CLOSED),
        )
    )
    play.wait_until(china(2026, 9, 22, 8))
    play.say("willow", RequestExtension, reason="parts", until=china(2026, 9, 22, 10))
    play.say("lake", ApproveExtension)
    assert _due(play) == china(2026, 9, 24)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("extension_too_long", {"days": 11}),
        ("extension_too_long", {"until": china(2026, 10, 20)}),
        ("extension_too_short", {"days": 0}),
        ("extension_too_short", {"until": china(2026, 9, 29)}),
        ("extension_how_long", {}),
        ("extension_how_long", {"days": 1, "until": china(2026, 10, 9)}),
        ("request_reason", {"days": 1, "reason": "no mood"}),
    ],
)
def test_what_does_not_fit_is_refused(code: str, said: dict[str, Any]) -> None:
    play = _play(extension=ExtensionRule(longest=TEN, reasons=("parts",)))
    play.say("willow", RequestExtension, **({"reason": "parts"} | said))
    assert play.refused == code


def test_ten_days_are_allowed_to_the_last() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=10)
    play.say("lake", ApproveExtension)
    # 29, 30 September; 8, 9, 10 (a worked Saturday), 12, 13, 14, 15, 16 October.
    assert _due(play) == china(2026, 10, 17)


def test_the_cap_holds_for_the_case_and_a_second_request_waits_for_the_first() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=1)
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused == "extension_pending"
    play.say("lake", ApproveExtension)
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused == "extension_cap"


def test_the_longest_holds_for_all_extensions_together() -> None:
    play = _play(extension=ExtensionRule(longest=TEN, cap=3))
    for days in (6, 4):
        play.say("willow", RequestExtension, reason="parts", days=days)
        play.say("lake", ApproveExtension)
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused == "extension_too_long"


def test_filed_late_is_refused_and_nobody_is_asked() -> None:
    play = _play(mode=Mode.SUPERVISE)
    play.wait_until(china(2026, 9, 29, 1))
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused == "filed_late"
    assert "extension_requested" not in play.told("lake")


def test_at_the_very_instant_it_is_filed_in_time() -> None:
    play = _play()
    play.wait_until(china(2026, 9, 29))
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused is None


def test_only_the_tier_above_decides() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=1)
    for who in ("willow", "plane", "canal", "dispatcher:li"):
        play.say(who, ApproveExtension)
        assert play.refused is not None, who
    play.say("cloud", ApproveExtension)
    assert play.refused is None


def test_a_policy_that_says_nothing_extends_nothing() -> None:
    play = _play(extension=None)
    play.say("willow", RequestExtension, reason="parts", days=1)
    assert play.refused == "no_extensions"


def test_a_request_ends_with_the_lead_that_made_it_and_with_the_case() -> None:
    play = _play()
    play.say("willow", RequestExtension, reason="parts", days=1)
    play.say("willow", RequestReturn, reason="not_our_place", suggested_desk="plane")
    play.say("dispatch", ApproveReturn)
    assert play.case.changes.extension_asked is None
    assert "extension_decision" not in play.running()
    play.say("plane", RequestExtension, reason="parts", days=1)
    play.say("plane", Resolve)
    assert play.case.changes.extension_asked is None
    assert play.running() == []
