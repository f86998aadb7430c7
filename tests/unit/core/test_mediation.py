"""Mediation: its own desk and budget, a settlement as the outcome, and the lead's clocks when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from router.core import events as e
from router.core.case import State
from router.core.commands import Dispatch, EndMediation, Mediate, Outcome, RemoveAssist, Resolve, Withdraw
from router.core.counting.holding import charged, holding
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies
from router.core.territory.tree import Desk, DeskKind
from tests.city import CLOSE, Play, city, days, desk, milestone, policy, rules
from tests.unit.core.calendars import china

_DESKS: tuple[Desk, ...] = (
    desk("lake-peace", "lake", DeskKind.MEDIATION),
    desk("cloud-peace", "cloud", DeskKind.MEDIATION),
)
_TWO_DAYS = milestone("mediation", days(2), Satisfies.MEDIATED, anchor=Anchor.MEDIATION, on_pass=OnPass.ESCALATE)


def _opened(*more: Any, **fields: Any) -> Play:
    play = Play(rules(policy(milestones=(CLOSE, *more)), tree=city(*_DESKS)))
    play.open(**fields)
    return play


def test_the_nearest_mediation_desk_gets_it_and_the_lead_and_its_clocks_stay() -> None:
    play = _opened()
    play.say("willow", Mediate, text="双方对费用有争议")
    assert (play.case.lead, play.case.assists) == ("willow", ("lake-peace",))
    assert play.told("lake-peace") == ["assigned", "mediation_wanted"]
    assert play.running() == ["close", "mediation"]
    assert play.case.due_at == china(2026, 9, 26, 9)
    assert play.case.milestone("mediation").due_at == china(2026, 10, 22)  # type: ignore[union-attr]


def test_its_budget_is_the_policys_and_counts_from_the_hand_over() -> None:
    play = _opened(_TWO_DAYS)
    assert play.running() == ["close"]
    play.wait(days=1).say("willow", Mediate)
    assert play.case.milestone("mediation").due_at == china(2026, 9, 24, 9)  # type: ignore[union-attr]


def test_a_settlement_resolves_the_case_through_its_gate() -> None:
    play = _opened()
    play.say("willow", Mediate)
    play.say("lake-peace", EndMediation, settled=True, text="双方达成协议", evidence=("agreement-1",))
    assert (play.case.state, play.case.outcome) == (State.CLOSED, Outcome.SETTLED)
    assert play.events(e.Resolved)[0].desk == "lake-peace"
    assert play.told("willow")[-1] == "mediation_ended"
    gated = Play(
        rules(
            policy(
                milestones=(CLOSE, milestone("ask", days(9), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED)),
                gate=Gate(kind=GateKind.FOLLOW_UP),
            ),
            tree=city(*_DESKS),
        )
    )
    gated.open()
    gated.say("willow", Mediate)
    gated.say("lake-peace", EndMediation, settled=True)
    assert (gated.case.state, gated.case.outcome) == (State.RESOLVED, Outcome.SETTLED)


def test_after_a_failure_the_lead_goes_on_by_the_clocks_it_has() -> None:
    play = _opened()
    play.say("willow", Mediate)
    play.wait(days=3).say("lake-peace", EndMediation, settled=False, text="一方不同意")
    assert (play.case.state, play.case.lead, play.case.assists) == (State.DISPATCHED, "willow", ())
    assert play.running() == ["close"]
    assert play.case.next_due_at == china(2026, 9, 26, 9)
    assert play.told("willow")[-1] == "mediation_ended"
    play.say("lake-peace", EndMediation, settled=True)
    assert play.refused == "not_permitted"
    play.say("willow", Mediate, desk="cloud-peace")
    assert play.case.assists == ("cloud-peace",)


def test_what_is_missed_within_the_mediators_time_is_the_leads_and_beyond_it_the_mediators() -> None:
    within = _opened()
    within.say("willow", Mediate)
    within.wait(days=6)
    missed = within.events(e.DeadlineMissed)
    assert [(m.milestone, m.charged_to) for m in missed] == [("close", "willow")]
    assert within.case.together.mediation is not None

    beyond = _opened(_TWO_DAYS)
    beyond.say("willow", Mediate)
    beyond.wait(days=6)
    missed = beyond.events(e.DeadlineMissed)
    assert [(m.milestone, m.charged_to) for m in missed] == [("mediation", "lake-peace"), ("close", "lake-peace")]
    assert beyond.case.lead == "lake"
    assert beyond.told("cloud")[:1] == ["supervised"]
    for play, holder in ((within, "willow"), (beyond, "lake-peace")):
        span = charged(holding(play.entries, play.now), china(2026, 9, 26, 9))
        assert span is not None
        assert span.holder == holder


def test_a_mediation_ends_with_the_matter_the_assist_or_a_dispatch_to_the_mediator() -> None:
    for who, kind, fields in (
        ("willow", Resolve, {}),
        ("channel:hotline", Withdraw, {}),
        ("lake", RemoveAssist, {"desk": "lake-peace"}),
        ("dispatcher:li", Dispatch, {"desk": "lake-peace"}),
    ):
        play = _opened()
        play.say("willow", Mediate)
        play.say(who, kind, **fields)
        assert play.refused is None
        assert "mediation" not in play.running()
        assert play.case.together.mediation is None


@pytest.mark.parametrize(
    ("who", "fields", "code"),
    [
        ("willow", {"desk": "lake-water"}, "mediates_not"),
        ("willow", {"desk": "nobody"}, "unknown_desk"),
        ("plane", {}, "not_lead"),
        ("channel:hotline", {}, "not_permitted"),
    ],
)
def test_who_refers_and_to_whom(who: str, fields: dict[str, Any], code: str) -> None:
    play = _opened()
    play.say(who, Mediate, **fields)
    assert play.refused == code


def test_there_is_one_mediation_at_a_time_and_a_failed_one_says_why() -> None:
    play = _opened()
    play.say("lake", Mediate)
    play.say("willow", Mediate, desk="cloud-peace")
    assert play.refused == "mediated_already"
    play.say("lake-peace", EndMediation, settled=False)
    assert play.refused == "reason_missing"


def test_without_a_mediation_desk_the_case_stays_as_it_is() -> None:
    play = Play()
    play.open()
    play.say("willow", Mediate)
    assert play.refused == "no_mediation_desk"


def test_the_office_a_report_is_about_does_not_mediate_in_it() -> None:
    play = _opened(subject_desk="lake", matter_type="report")
    assert play.case.lead == "cloud"
    play.say("cloud", Mediate)
    assert play.case.assists == ("cloud-peace",)
