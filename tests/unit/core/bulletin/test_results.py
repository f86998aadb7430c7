"""What falls due at each desk: whoever led in time, and whoever held it when it was missed; nobody else."""

from __future__ import annotations

from router.core import commands as c, events as e
from router.core.bulletin.standing import EVERYTHING
from router.core.bulletin.week import week_named
from router.core.guards import Guards, Hold, HoldKind
from router.core.policies.policy import Gate, GateKind
from router.core.rules import Rules
from tests.bulletins import WEEK, bulletin, opened, solved
from tests.city import Play, policy, rules
from tests.unit.core.calendars import NATURAL, china


def sums(*plays: Play, in_force: Rules | None = None) -> dict[str, tuple[int, int]]:
    """Desk → closed in time, and all that counts."""
    ranking = bulletin(plays, in_force).ranking
    assert ranking is not None
    return {one.desk: (one.met, one.n) for peers in ranking.groups for one in peers.desks}


def test_in_time_is_the_leads_and_missed_is_whoevers_who_held_it() -> None:
    assert sums(solved(opened(1), days=4), opened(2).wait_until(WEEK.cutoff_at)) == {"willow": (1, 2)}


def test_a_miss_that_was_excused_is_nobodys() -> None:
    play = opened(1).wait_until(china(2026, 9, 27, 10))
    assert sums(play) == {"willow": (0, 1)}
    play.say("supervision:li", c.Excuse, milestone="close", due_at=china(2026, 9, 26, 9), text="停电")
    assert play.refused is None
    assert sums(play) == {}


def test_a_miss_in_an_outage_on_record_is_nobodys() -> None:
    play = opened(1)
    play.outage(days=5, hours=2)
    hold = Hold(
        id="hold-1",
        kind=HoldKind.ALL,
        what="",
        reason="机房停电",
        by="li",
        since=china(2026, 9, 26, 8),
        released_at=china(2026, 9, 26, 10),
    )
    play.rules = play.rules.guarded_by(Guards(holds=(hold,)))
    play.wait_until(WEEK.cutoff_at)
    assert play.events(e.SystemDelayed)
    assert play.case.escalations
    assert sums(play) == {}


def test_the_time_of_a_follow_up_is_no_desks() -> None:
    gated = rules(policy(gate=Gate(kind=GateKind.FOLLOW_UP)))
    play = opened(1, gated)
    play.say("willow", c.Resolve)
    play.wait_until(WEEK.cutoff_at)
    assert play.case.state == "resolved"
    assert sums(play, in_force=gated) == {}


def test_the_time_in_which_the_tier_above_decides_is_no_desks() -> None:
    play = opened(1).wait_until(china(2026, 9, 26, 8, 30))
    play.say("willow", c.Escalate, text="需多部门协调")
    assert play.refused is None
    play.wait_until(WEEK.cutoff_at)
    assert play.case.escalations
    assert sums(play) == {}


def test_a_case_that_left_before_it_fell_due_counts_where_it_was_then() -> None:
    play = opened(1).wait(hours=1)
    play.say("willow", c.RequestReturn, reason="not_our_place")
    play.say("dispatcher:li", c.ApproveReturn, desk="plane")
    assert (play.refused, play.case.lead) == (None, "plane")
    play.wait(hours=1).say("plane", c.Accept)
    play.wait_until(WEEK.cutoff_at)
    assert sums(play) == {"plane": (0, 1)}


def test_what_falls_due_in_another_week_is_counted_there() -> None:
    play = opened(1, after={"days": 3}).wait_until(china(2026, 9, 30, 9))  # due on the 29th
    assert sums(play) == {}
    ranking = bulletin([play], week=week_named("2026-W40", NATURAL), known=EVERYTHING).ranking
    assert ranking is not None
    assert [one.n for peers in ranking.groups for one in peers.desks] == [1]
