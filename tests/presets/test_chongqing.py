"""Chongqing: three tiers track the same case, which is with exactly one of them at a time.

Days off around it: 25 to 27 September and 1 to 7 October 2026; Saturday 10 October is worked.
"""

from __future__ import annotations

from router.core.commands import Accept, ApproveReturn, Designate, Escalate, Pull, RequestReturn, Resolve
from router.core.telling.seeing import Sight, sight
from tests.presets.conftest import Opening
from tests.presets.stage import Stage


def _sees(play: Stage) -> list[str]:
    """Codes of the desks that see the case, from below: three of its own line, two beside it."""
    tree = play.on.rulebook().tree
    desks = ("willow", "plane", "lake", "canal", "cloud")
    return [code for code in desks if sight(tree, code, play.case) is Sight.SHOWN]


def _tiers(play: Stage) -> list[str]:
    """Names of the tiers that have it: whoever may sign for it, and nobody else."""
    tree = play.on.rulebook().tree
    return [tree.tiers[tree.tier_of(tree.desks[play.case.lead])]]


def test_a_case_nobody_closes_is_with_one_tier_after_the_other_and_all_below_go_on_seeing_it(
    stage: Opening,
) -> None:
    play = stage("chongqing", start="2026-09-21 09:00")
    play.open()
    assert play.case.policy.startswith("chongqing@")
    # 22, 23, 24, 28 and 29 September, to 24:00; signed for by the end of the 22nd.
    assert play.running() == {"accept": "2026-09-23 00:00", "close": "2026-09-30 00:00"}
    assert (_tiers(play), _sees(play)) == (["street"], ["willow", "lake", "cloud"])
    # Another tier has it not: it can look, and nothing else.
    assert play.say("2026-09-21 10:00", "lake", Accept) == "not_lead"
    assert play.say("2026-09-21 10:01", "cloud", Resolve) == "not_lead"
    assert play.say("2026-09-21 10:02", "willow", Accept) is None

    play.until("2026-09-30 00:00:01")
    assert (_tiers(play), _sees(play)) == (["district"], ["willow", "lake", "cloud"])
    assert play.due("close@district") == "2026-10-09 00:00"  # 30 September, 8 October
    assert play.say("2026-09-30 09:00", "willow", Resolve) == "not_lead"

    play.until("2026-10-09 00:00:01")
    assert (_tiers(play), _sees(play)) == (["city"], ["willow", "lake", "cloud"])
    assert play.due("close@city") == "2026-10-11 00:00"  # 9 and 10 October
    assert play.say("2026-10-09 09:00", "cloud", Resolve) is None
    assert play.story("Dispatched", "Escalated", "Closed") == [
        "2026-09-21 09:00 Dispatched to willow (territory)",
        "2026-09-30 00:00 Escalated street > district: willow > lake (deadline)",
        "2026-10-09 00:00 Escalated district > city: lake > cloud (deadline)",
        "2026-10-09 09:00 Closed (gate none)",
    ]
    # Each tier that lost it was told, each that got it as well.
    assert play.told("willow") == ["assigned", "taken", "refused"]
    assert play.told("lake") == ["refused", "assigned", "taken"]
    assert play.told("cloud") == ["refused", "assigned"]


def test_every_move_between_tiers_is_on_record(stage: Opening) -> None:
    play = stage("chongqing", start="2026-09-21 09:00")
    play.open()
    play.say("2026-09-21 10:00", "willow", Escalate, text="需要区级协调")
    assert _tiers(play) == ["street"]  # asked for is not moved
    # Monday 10:00 and four working hours, lunch left out: the superior's silence is consent.
    play.until("2026-09-21 16:00")
    assert _tiers(play) == ["district"]
    play.say("2026-09-21 16:30", "lake", Accept)
    play.say("2026-09-22 09:00", "cloud", Pull, text="市级直接办理")
    assert _tiers(play) == ["city"]
    play.say("2026-09-22 10:00", "supervision-1", Designate, desk="plane")
    assert _tiers(play) == ["street"]
    moves = ("Dispatched", "Escalated", "Pulled", "Designated", "ReturnApproved")
    story = play.story(*moves)
    assert [one[17:].split()[0] for one in story] == ["Dispatched", "Escalated", "Pulled", "Designated"]
    assert story[1].endswith("street > district: willow > lake (voluntary)")
    # The due date has not moved with it.
    assert play.due("close") == "2026-09-30 00:00"


def test_a_return_moves_it_only_when_it_is_approved(stage: Opening) -> None:
    play = stage("chongqing", start="2026-09-21 09:00")
    play.open()
    play.say("2026-09-21 10:00", "willow", RequestReturn, reason="not_our_place", suggested_desk="canal")
    assert (play.case.lead, _sees(play)) == ("willow", ["willow", "lake", "cloud"])
    play.say("2026-09-21 11:00", "dispatch", ApproveReturn)
    assert (play.case.lead, _sees(play)) == ("canal", ["canal", "cloud"])
    assert play.story("ReturnApproved") == ["2026-09-21 11:00 ReturnApproved: willow > canal"]


def test_in_all_below_a_report_on_an_office_is_a_count_and_for_that_office_not_even_that(stage: Opening) -> None:
    play = stage("chongqing", start="2026-09-21 09:00")
    report = play.open(matter_type="report", subject_desk="willow", text="反映作风问题")
    tree = play.on.rulebook().tree
    assert report.lead == "lake"
    assert [sight(tree, code, report) for code in ("willow", "lake", "cloud", "canal")] == [
        Sight.HIDDEN,
        Sight.SHOWN,
        Sight.COUNTED,
        Sight.HIDDEN,
    ]
