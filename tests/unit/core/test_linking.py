"""Links between cases, and what many complaints about one matter lead to."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import Accept, Actor, ActorRole, AddAssist, Link, Reply, Resolve, Unlink
from router.core.history import advance
from router.core.policies.policy import Gate, GateKind, Mode, RepeatRule
from router.core.several.linking import same_appeal
from tests.city import Play, policy, rules
from tests.several import Several
from tests.unit.core.calendars import china

_LI = "dispatcher:li"


def _linked(play: Play) -> list[str]:
    return sorted(one.other.case_id for one in play.case.links.standing())


def _three(at: int = 3, **changes: Any) -> Several:
    return Several(rules(policy(repeat=RepeatRule(escalate_at=at), **changes)))


# -- linking


def test_a_link_is_on_record_with_both_cases_and_both_leads_hear_of_it() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2", division=("canal", "bridge"))
    assert town.say(first, _LI, Link, other=second.case.id, text="同一盏灯") is None
    assert (_linked(first), _linked(second)) == ([second.case.id], [first.case.id])
    assert [entry.text for entry in first.entries + second.entries if isinstance(entry.event, e.Linked)] == [
        "同一盏灯",
        "同一盏灯",
    ]
    assert (first.told("willow")[-1], second.told("bridge")[-1]) == ("linked", "linked")
    assert first.case.lead == "willow"
    assert second.entries[-1].actor == Actor(ActorRole.SYSTEM, "router")


def test_a_link_is_taken_back_with_both() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    town.say(first, _LI, Link, other=second.case.id)
    assert town.say(second, _LI, Unlink, other=first.case.id) is None
    assert (_linked(first), _linked(second)) == ([], [])
    assert town.say(first, _LI, Unlink, other=second.case.id) == "not_linked"
    assert town.say(first, _LI, Link, other=second.case.id) is None
    assert (_linked(first), _linked(second)) == ([second.case.id], [first.case.id])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_follows_may_come_in_any_order_and_twice(order: tuple[int, ...]) -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    first.beside = {second.case.id: second.case}
    first.say(_LI, Link, id="a", other=second.case.id)
    first.say(_LI, Unlink, id="b", other=second.case.id)
    first.say(_LI, Link, id="c", other=second.case.id)
    said = town.waiting()
    for n in [*order, *order]:
        town.deliver(said[n])
    assert _linked(second) == [first.case.id]
    first.say(_LI, Unlink, id="d", other=second.case.id)
    (last,) = town.waiting()
    town.deliver(last)
    for one in said:
        town.deliver(one)
    assert _linked(second) == []
    assert advance(None, second.entries) == second.case


def test_a_link_that_was_taken_back_before_the_other_case_heard_of_it_does_not_come_to_stand() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    first.beside = {second.case.id: second.case}
    first.say(_LI, Link, id="a", other=second.case.id)
    first.say(_LI, Unlink, id="b", other=second.case.id)
    town.follow(reverse=True)
    assert (_linked(first), _linked(second)) == ([], [])
    assert advance(None, second.entries) == second.case


def test_the_handling_desk_of_either_case_links_and_unlinks_nothing() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2", division=("lake", "plane"))
    above = town.open("3", desk="lake")
    assert town.say(first, "willow", Link, other=second.case.id) == "not_permitted"
    assert town.say(first, "bridge", Link, other=second.case.id) == "not_permitted"
    assert town.say(first, "lake", Link, other=above.case.id) == "not_from_above"  # it handles that one itself
    assert town.say(first, "lake", Link, other=second.case.id) is None
    assert town.say(second, "plane", Unlink, other=first.case.id) == "not_permitted"


def test_a_desk_above_that_assists_has_a_part_in_the_matter_and_no_say_in_its_links() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    assert town.say(second, _LI, AddAssist, desk="lake") is None
    assert town.say(first, "lake", Link, other=second.case.id) == "not_from_above"
    assert town.say(second, "lake", Link, other=first.case.id) == "not_from_above"


def test_a_desk_links_only_cases_below_it() -> None:
    town = Several()
    first, elsewhere = town.open("1"), town.open("2", division=("canal", "bridge"))
    assert town.say(first, "lake", Link, other=elsewhere.case.id) == "not_from_above"
    assert town.say(first, "cloud", Link, other=elsewhere.case.id) is None


def test_what_is_kept_from_some_is_linked_to_nothing() -> None:
    town = Several()
    plain, secret = town.open("1"), town.open("2", confidential=True)
    report = town.open("3", division=("canal", "bridge"), subject_desk="canal")
    assert town.say(plain, _LI, Link, other=secret.case.id) == "kept_apart"
    assert town.say(plain, _LI, Link, other=report.case.id) == "kept_apart"
    assert town.say(report, _LI, Link, other=plain.case.id) == "kept_apart"
    # For the office a report is about there is no such case.
    assert town.say(plain, "canal", Link, other=report.case.id) == "not_permitted"
    in_canal = town.open("4", division=("canal", "bridge"))
    assert town.say(in_canal, "canal", Link, other=report.case.id) == "no_other_case"
    assert town.say(in_canal, "canal", Link, other="nothing") == "no_other_case"


def test_a_case_is_linked_once_and_not_to_itself() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    assert town.say(first, _LI, Link, other=first.case.id) == "linked_to_itself"
    town.say(first, _LI, Link, other=second.case.id)
    assert town.say(second, _LI, Link, other=first.case.id) == "linked_already"


def test_nobody_else_has_an_id_of_what_follows() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    first.beside = {second.case.id: second.case}
    first.say(_LI, Link, id="then:of-mine", other=second.case.id)
    assert first.refused == "reserved_id"


# -- repeats


def _complaint(town: Several, first: Play, number: int, who: str | None, **fields: Any) -> Play:
    """One more complaint, which is linked to the first."""
    other = town.open(str(number), complainant=who, **fields)
    town.say(first, _LI, Link, other=other.case.id)
    return other


def test_the_third_complainant_takes_the_case_up_one_tier() -> None:
    town = _three()
    first = town.open("1", complainant="anna")
    _complaint(town.wait(hours=1), first, 2, "bao")
    assert first.case.lead == "willow"
    third = _complaint(town.wait(hours=1), first, 3, "chen")
    assert first.story("Escalated") == ["Mon 21 11:00 Escalated street > district: willow > lake (repeat)"]
    assert (first.case.lead, first.case.escalations, third.case.lead) == ("lake", 0, "willow")
    assert first.running() == ["close"]


def test_a_policy_that_says_nothing_of_repeats_takes_nothing_up() -> None:
    town = Several()
    first = town.open("1", complainant="anna")
    for number, who in enumerate(("bao", "chen", "dong"), 2):
        _complaint(town.wait(hours=1), first, number, who)
    assert first.story("Escalated") == []


def test_the_same_person_counts_again_only_after_an_answer() -> None:
    town = _three(2)
    first = town.open("1", complainant="anna")
    _complaint(town.wait(hours=1), first, 2, "anna")
    assert first.case.lead == "willow"
    town.wait(hours=1)
    town.say(first, "willow", Reply, text="正在办理")
    _complaint(town.wait(hours=1), first, 3, "anna")
    assert first.story("Escalated") == ["Mon 21 12:00 Escalated street > district: willow > lake (repeat)"]


def test_the_same_persons_complaints_after_each_resolution_take_the_newest_case_up() -> None:
    town = _three()
    cases: list[Play] = []
    for number in range(3):
        case = town.wait(hours=2).open(str(number), complainant="anna")
        for other in cases:
            town.say(case, _LI, Link, other=other.case.id)
        cases.append(case)
        if number < 2:
            town.wait(hours=1)
            town.say(case, "willow", Resolve)
    assert [one.case.state for one in cases[:2]] == [State.CLOSED] * 2
    assert cases[2].story("Escalated") == ["Mon 21 17:00 Escalated street > district: willow > lake (repeat)"]


def test_two_complaints_of_one_person_without_an_answer_between_are_one() -> None:
    town = _three()
    cases = [town.wait(hours=1).open(str(number), complainant="anna") for number in range(2)]
    town.say(cases[0], _LI, Link, other=cases[1].case.id)
    for one in cases:
        town.wait(hours=1)
        town.say(one, "willow", Resolve)
    last = town.wait(hours=1).open("3", complainant="anna")
    for one in cases:
        town.say(last, _LI, Link, other=one.case.id)
    assert (last.case.lead, last.case.links.complaints) == ("willow", 1)


def test_a_first_case_that_waits_for_its_gate_holds_up_no_other() -> None:
    town = _three(gate=Gate(kind=GateKind.FOLLOW_UP))
    cases: list[Play] = []
    for number, who in enumerate(("anna", "bao", "chen")):
        case = town.wait(hours=1).open(str(number), complainant=who)
        for other in cases:
            town.say(case, _LI, Link, other=other.case.id)
        cases.append(case)
        if number == 0:
            town.say(case, "willow", Resolve)
    assert [one.case.lead for one in cases] == ["willow", "lake", "willow"]


def test_who_complained_is_not_known_and_a_patrol_is_no_complaint() -> None:
    town = _three(2)
    first = town.open("1", complainant="anna")
    _complaint(town.wait(hours=1), first, 2, None)
    _complaint(town.wait(hours=1), first, 3, "bao", channel="grid_patrol")
    assert first.case.lead == "willow"


def test_each_tier_is_climbed_once_and_needs_as_many_complaints_of_its_own() -> None:
    town = _three(2)
    first = town.open("1", complainant="p1")
    for number in range(2, 6):
        _complaint(town.wait(hours=1), first, number, f"p{number}")
    # Its own and the second; then the third and the fourth, which are new to the district.
    assert first.story("Escalated") == [
        "Mon 21 10:00 Escalated street > district: willow > lake (repeat)",
        "Mon 21 12:00 Escalated district > city: lake > cloud (repeat)",
    ]


def test_of_one_problem_only_the_first_open_case_goes_up() -> None:
    town = _three()
    first = town.open("1", complainant="anna")
    second = _complaint(town.wait(hours=1), first, 2, "bao")
    third = town.wait(hours=1).open("3", complainant="chen")
    town.say(third, _LI, Link, other=first.case.id)
    town.say(third, _LI, Link, other=second.case.id)
    assert [play.case.lead for play in (first, second, third)] == ["lake", "willow", "willow"]


def test_a_matter_that_comes_back_after_its_closing_takes_the_new_case_up() -> None:
    town = _three(2)
    first = town.open("1", complainant="anna")
    town.say(first, "willow", Resolve)
    assert first.case.state is State.CLOSED
    second = town.wait(hours=5).open("2", complainant="bao")
    town.say(second, _LI, Link, other=first.case.id)
    assert (first.case.lead, second.case.lead) == ("willow", "lake")


def test_where_the_lead_stays_the_tier_above_supervises() -> None:
    town = _three(2, mode=Mode.SUPERVISE)
    first = town.open("1", complainant="anna")
    _complaint(town, first, 2, "bao")
    assert (first.case.lead, first.told("lake")) == ("willow", ["supervised"])


def test_a_repeat_is_no_miss_and_the_clock_goes_up_with_the_case() -> None:
    town = _three(2)
    first = town.open("1", complainant="anna")
    due_at = first.case.due_at
    _complaint(town, first, 2, "bao")
    assert first.story("DeadlineMissed") == []
    assert (first.case.due_at, first.case.next_due_at) == (due_at, china(2026, 9, 26, 9))
    town.wait(days=5, hours=1)
    assert first.story("Escalated")[-1] == "Sat 26 09:00 Escalated district > city: lake > cloud (deadline)"


def test_resolved_cases_are_counted_but_not_taken_up() -> None:
    town = _three(2, gate=Gate(kind=GateKind.FOLLOW_UP))
    first = town.open("1", complainant="anna")
    town.say(first, "willow", Resolve)
    _complaint(town, first, 2, "bao")
    assert (first.case.state, first.case.links.complaints) == (State.RESOLVED, 1)


def test_more_than_ten_within_an_hour_are_a_cluster_and_take_nothing_up() -> None:
    town = _three(20)
    first = town.open("1", complainant="p1")
    for number in range(2, 11):
        _complaint(town.wait(minutes=5), first, number, f"p{number}")
    assert first.events(e.ClusterProposed) == []
    _complaint(town.wait(minutes=5), first, 11, "p11")
    (proposed,) = first.events(e.ClusterProposed)
    assert (proposed.to, proposed.category, proposed.division, proposed.count) == (
        "dispatch",
        "lamp",
        "willow",
        11,
    )
    assert first.told("dispatch") == ["cluster_proposed"]
    for number in range(12, 25):
        _complaint(town.wait(minutes=1), first, number, f"p{number}")
    assert len(first.events(e.ClusterProposed)) == 1
    assert first.story("Escalated") == []


def test_an_eleventh_of_another_street_or_an_hour_later_makes_no_cluster() -> None:
    town = _three(50)
    first = town.open("1", complainant="p1")
    for number in range(2, 11):
        _complaint(town, first, number, f"p{number}")
    _complaint(town, first, 11, "p11", division=("canal", "bridge"))
    _complaint(town.wait(hours=1, seconds=1), first, 12, "p12")
    assert first.events(e.ClusterProposed) == []


# -- one appeal on two channels


@pytest.mark.parametrize("noticed", [True, False], ids=["clock first", "word first"])
def test_what_is_in_time_for_one_channel_is_in_time_for_the_other(noticed: bool) -> None:
    town = Several()
    first, second = town.open("1", text="路灯不亮"), town.open("2", channel="app", text="路灯不亮")
    for command in same_appeal(first.case, second.case):
        town.deliver(command)
    town.say(first, "willow", Accept)
    for play in town.plays.values():
        (play.wait if noticed else play.outage)(days=5, minutes=5)
    first.beside = {play.case.id: play.case for play in town.plays.values()}
    first.say("willow", Resolve, id="resolved", at=china(2026, 9, 26, 8, 55))
    town.follow()
    for play in (first, second):
        assert (play.case.state, play.case.closed_at) == (State.CLOSED, china(2026, 9, 26, 8, 55))
        (close,) = [m for m in play.case.milestones if m.name == "close"]
        assert (close.status, close.due_at) == (e.MilestoneStatus.MET, china(2026, 9, 26, 9))
        assert ["close" in [x.milestone for x in play.events(e.Overtaken)]] == [noticed]


def test_it_never_counts_as_before_the_other_was_received() -> None:
    town = Several()
    first = town.open("1", text="路灯不亮")
    town.say(first, "willow", Accept)
    town.now += timedelta(minutes=5)
    second = town.open("2", channel="app", text="路灯不亮")
    for command in same_appeal(first.case, second.case):
        town.deliver(command)
    town.now += timedelta(minutes=5)
    town.say(first, "willow", Resolve, at=china(2026, 9, 21, 9, 1))
    assert first.case.closed_at == china(2026, 9, 21, 9, 1)
    assert second.case.closed_at == second.case.opened_at == china(2026, 9, 21, 9, 5)
