"""One street light becomes a project of many villages: made from above, resolved once, refused by one resident."""

from datetime import timedelta

from router.core.commands import Cluster, FilePlan, FollowUp, FollowUpResult, Link, Resolve
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, RepeatRule, Satisfies
from tests.city import CLOSE, Play, days, milestone, policy, rules
from tests.several import Several
from tests.unit.core.calendars import china

_FOLLOW_UP = milestone(
    "follow_up", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
)
_RULES = rules(
    policy(milestones=(CLOSE, _FOLLOW_UP), gate=Gate(kind=GateKind.FOLLOW_UP), repeat=RepeatRule(escalate_at=3))
)
_STREETS = ("willow", "willow", "willow", "plane", "plane")


def _villages(town: Several) -> list[Play]:
    """Five residents complain of dark streets, an hour after one another."""
    lamps = []
    for number, street in enumerate(_STREETS, 1):
        lamps.append(town.open(str(number), division=("lake", street), complainant=f"resident-{number}"))
        town.wait(hours=1)
    return lamps


def _asked(town: Several, lamp: Play, result: FollowUpResult) -> None:
    town.say(lamp, "follow_up:anna", FollowUp, result=result, asked=1, accepted=int(result == "accepted"))


def test_one_light_becomes_a_project_and_one_resident_refuses() -> None:
    town = Several(_RULES)
    lamps = _villages(town)
    first = lamps[0]
    for other in lamps[1:3]:  # the hotline sees that they are about one line of lamps
        town.say(first, "dispatcher:li", Link, other=other.case.id, text="同一条线路")
    assert first.story("Linked", "Escalated") == [
        "Mon 21 14:00 Linked",
        "Mon 21 14:00 Linked",
        "Mon 21 14:00 Escalated street > district: willow > lake (repeat)",
    ]
    town.wait(hours=1)
    # The district has the first one in hand by now: it cannot make itself a project, the city can.
    cases = tuple(lamp.case.id for lamp in lamps[1:])
    assert town.say(first, "lake", Cluster, cases=cases, due_at=china(2026, 10, 12, 18)) == "not_permitted"
    plan = {"due_at": china(2026, 10, 12, 18), "plan_due_at": china(2026, 9, 23, 18)}
    assert town.say(first, "cloud", Cluster, cases=cases, desk="lake", sample=1, text="整线更换", **plan) is None
    project = town.plays[first.case.member.project if first.case.member else ""]
    town.wait(days=1)
    town.say(project, "lake", FilePlan, text="国庆前换完")
    town.wait(days=10)  # nobody's own deadline takes a case away meanwhile
    assert [lamp.story("DeadlineMissed") for lamp in lamps] == [[]] * 5
    town.say(project, "lake", Resolve, text="五处已更换")
    assert project.story("Dispatched", "PlanFiled", "Resolved", "Closed") == [
        "Mon 21 15:00 Dispatched to lake (project)",
        "Tue 22 15:00 PlanFiled by lake",
        "Fri 02 15:00 Resolved solved by lake",
        "Fri 02 15:00 Closed (gate project)",
    ]
    town.wait(days=1)
    sampled = {lamp.case.division_path[-1]: lamp for lamp in lamps if lamp.case.member and lamp.case.member.asked}
    assert sorted(sampled) == ["plane", "willow"]  # one in each
    _asked(town, sampled["willow"], FollowUpResult.ACCEPTED)
    _asked(town, sampled["plane"], FollowUpResult.NOT_ACCEPTED)
    assert [lamp.case.state for lamp in lamps[:3]] == ["closed"] * 3
    refused = sampled["plane"]
    (other,) = [lamp for lamp in lamps[3:] if lamp is not refused]
    assert refused.story("Left", "Reopened", "Resolved") == [
        "Fri 02 15:00 Resolved solved by plane",
        "Sat 03 15:00 Reopened gate by plane",
        "Sat 03 15:00 Left",
    ]
    assert (refused.case.lead, refused.case.state, other.case.state) == ("plane", "dispatched", "resolved")
    # Its own date was over while the project had the matter: it has until the end of the next day, and no longer.
    assert refused.case.next_due_at == china(2026, 10, 5)
    # Its neighbour, for whom nobody speaks now, is asked itself; the one that refused is worked on again.
    _asked(town, other, FollowUpResult.ACCEPTED)
    town.say(refused, "plane", Resolve, text="又修了一次")
    _asked(town, refused, FollowUpResult.ACCEPTED)
    assert [lamp.case.state for lamp in lamps] == ["closed"] * 5
    assert [lamp.told("hotline")[-1] for lamp in lamps] == ["closed"] * 5
    assert town.now - timedelta(days=12, hours=6) == china(2026, 9, 21, 9)
