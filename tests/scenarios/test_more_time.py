"""A street asks for more time, is refused, suspends, resumes and misses its day; the miss is excused."""

from router.core.commands import (
    Accept,
    ApproveSuspension,
    Excuse,
    Recheck,
    RefuseExtension,
    RequestExtension,
    RequestSuspension,
    Resolve,
    Resume,
)
from router.core.events import MilestoneStatus
from router.core.policies.policy import ExtensionRule, Satisfies, SuspensionRule
from tests.city import ACCEPT, DISPATCH, Play, days, ladder, milestone, policy, rules, working_days
from tests.unit.core.calendars import china

#: Five working days; up to ten more; on record for sixty days at most, looked at every two weeks.
SHANDONG = policy(
    calendar="cn",
    milestones=(DISPATCH, ACCEPT, milestone("close", working_days(5), Satisfies.CLOSED)),
    ladder=ladder(budget=working_days(2)),
    extension=ExtensionRule(longest=working_days(10), reasons=("parts", "weather")),
    suspension=SuspensionRule(longest=days(60), recheck=days(14), reasons=("road works",)),
)


def test_refused_more_time_a_street_suspends_resumes_and_its_miss_is_excused() -> None:
    play = Play(rules(SHANDONG))
    play.open(text="路灯不亮三天了")
    play.wait(hours=2).say("willow", Accept)
    play.wait_until(china(2026, 9, 22, 9)).say(
        "willow", RequestExtension, reason="parts", days=10, text="灯头缺货，下月到货"
    )
    play.wait(hours=3).say("lake", RefuseExtension, text="先装临时灯")
    play.wait_until(china(2026, 9, 23, 9)).say(
        "willow", RequestSuspension, reason="road works", text="道路改造，国庆后才能施工"
    )
    play.wait(hours=2).say("lake", ApproveSuspension)
    play.wait_until(china(2026, 10, 7, 8)).say("lake", Recheck, text="道路仍在施工")
    play.wait_until(china(2026, 10, 8, 10)).say("willow", Resume, text="道路已通")
    # Tuesday 22 September was the first day; 23 September to 8 October do not count; four days are left:
    # 9, 10 (a worked Saturday), 12 and 13 October.
    close = play.case.milestone("close")
    assert close is not None
    assert close.due_at == china(2026, 10, 14)
    play.wait_until(china(2026, 10, 14, 9))
    play.say("supervision-1", Excuse, milestone="close", due_at=china(2026, 10, 14), text="当日全区停电")
    play.say("lake", Resolve, text="已修好")
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to willow (territory)",
        "Mon 21 11:00 Accepted by willow",
        "Tue 22 09:00 ExtensionRequested by willow",
        "Tue 22 12:00 ExtensionRefused by willow",
        "Wed 23 09:00 SuspensionRequested by willow",
        "Wed 23 11:00 Suspended by willow",
        "Wed 07 08:00 Rechecked",
        "Thu 08 10:00 Resumed",
        "Wed 14 00:00 DeadlineMissed close by willow",
        "Wed 14 00:00 Escalated street > district: willow > lake (deadline)",
        "Wed 14 09:00 Excused by willow",
        "Wed 14 09:00 Resolved solved by lake",
        "Wed 14 09:00 Closed (gate none)",
    ]
    missed = play.case.milestone("close")
    assert missed is not None
    assert (missed.status, missed.charged_to, missed.excused) == (MilestoneStatus.MISSED, "willow", True)
    # The citizen was promised 28 September; that date stays, and the one after the suspension stands beside it.
    assert (play.case.due_at, play.case.extended_due_at) == (china(2026, 9, 29), china(2026, 10, 14))
    assert play.told("hotline") == ["received", "suspended", "resumed", "resolved", "closed"]
    assert play.told("willow") == [
        "assigned",
        "extension_decided",
        "suspension_decided",
        "due_changed",
        "taken",
        "excused",
    ]
