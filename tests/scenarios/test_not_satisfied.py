"""The residents are asked; what they do not accept goes back to work, and the second time to the tier above."""

from router.core.commands import Accept, FollowUp, FollowUpResult, Resolve
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies
from tests.city import ACCEPT, CLOSE, DISPATCH, Play, days, milestone, policy, rules

NO, YES = FollowUpResult.NOT_ACCEPTED, FollowUpResult.ACCEPTED


def test_the_gate_fails_twice_and_the_tier_above_reviews() -> None:
    follow_up = milestone(
        "follow_up", days(3), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.REMIND
    )
    gated = policy(
        milestones=(DISPATCH, ACCEPT, CLOSE, follow_up),
        gate=Gate(kind=GateKind.FOLLOW_UP, ask=10, accept_share=0.9),
    )
    play = Play(rules(gated))
    play.open("council", text="下水道反复堵塞")
    due_at = play.case.due_at
    play.wait(hours=1).say("willow", Accept)
    play.wait(days=1).say("willow", Resolve)
    play.wait(hours=2).say("follow_up:anna", FollowUp, result=NO, asked=10, accepted=4)
    play.wait(hours=5).say("willow", Resolve)
    play.wait(hours=2).say("follow_up:anna", FollowUp, result=YES, asked=10, accepted=8)
    play.wait(hours=5).say("lake", Resolve)
    play.wait(hours=2).say("follow_up:anna", FollowUp, result=YES, asked=10, accepted=9)
    assert play.story()[2:] == [
        "Mon 21 10:00 Accepted by willow",
        "Tue 22 10:00 Resolved solved by willow",
        "Tue 22 12:00 FollowedUp",
        "Tue 22 12:00 Reopened gate by willow",
        "Tue 22 17:00 Resolved solved by willow",
        "Tue 22 19:00 FollowedUp",
        "Tue 22 19:00 Reopened gate by willow",
        "Tue 22 19:00 Escalated street > district: willow > lake (repeat)",
        "Wed 23 00:00 Resolved solved by lake",
        "Wed 23 02:00 FollowedUp",
        "Wed 23 02:00 Closed (gate follow_up)",
    ]
    assert (play.case.reprocesses, play.case.escalations, play.case.due_at) == (2, 0, due_at)
    assert play.told("council") == [
        *("received", "resolved", "reopened", "resolved", "reopened", "resolved", "closed"),
    ]
