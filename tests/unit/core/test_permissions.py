"""Who is what to a case, and so may give which command."""

import pytest

from router.core.commands import Accept, Actor, ActorRole, ApproveReturn, RequestReturn
from router.core.permissions import PERMISSIONS, Kind, Role, roles_of
from router.core.territory.divisions import merge
from router.core.territory.tree import Tree
from tests.city import Play, actor, file, policy, rules


def _roles(play: Play, who: str | Actor) -> set[Role]:
    return set(roles_of(actor(who), play.case, play.rules))


def _opened(**fields: object) -> Play:
    play = Play()
    play.open(**fields)  # type: ignore[arg-type]
    return play


def test_one_desk_leads_and_every_desk_above_it_is_its_superior() -> None:
    play = _opened()
    assert _roles(play, "willow") == {Role.LEAD}
    assert _roles(play, "lake") == {Role.SUPERIOR}
    assert _roles(play, "cloud") == {Role.SUPERIOR, Role.CITY}
    assert _roles(play, "supervision-1") == {Role.SUPERIOR, Role.CITY, Role.SUPERVISION}
    assert _roles(play, "plane") == _roles(play, "canal") == _roles(play, "nobody") == set()


def test_after_an_escalation_the_lower_desk_helps_and_once_had_it() -> None:
    play = _opened()
    play.wait(days=6)
    assert _roles(play, "willow") == {Role.ASSIST, Role.FORMER}
    assert _roles(play, "lake") == {Role.LEAD}


def test_after_a_return_the_desk_once_had_it_and_helps_no_more() -> None:
    play = _opened()
    play.say("willow", RequestReturn, reason="not_our_place", suggested_desk="plane")
    play.say("dispatch", ApproveReturn)
    assert _roles(play, "willow") == {Role.FORMER}


@pytest.mark.parametrize("division", [("lake", "?"), ("?",)])
def test_a_triage_desk_that_leads_hands_the_case_on_signed_for_or_not(division: tuple[str, ...]) -> None:
    play = _opened(division=division)
    triage = play.case.lead
    assert _roles(play, triage) == {Role.LEAD, Role.SORTER}
    play.say(triage, Accept)
    assert _roles(play, triage) == {Role.LEAD, Role.SORTER}
    assert play.case.state in PERMISSIONS[Kind.DISPATCH].states


def test_the_superior_that_must_designate_may() -> None:
    play = Play(rules(policy(return_cap=1)))
    play.open()
    play.say("willow", RequestReturn, reason="not_our_place")
    play.say("dispatch", ApproveReturn)
    assert _roles(play, "lake") == {Role.LEAD, Role.DESIGNATOR}


def test_a_dispatcher_or_supervisor_that_handles_the_case_is_only_its_desk() -> None:
    play = _opened(confidential=True)
    assert _roles(play, "supervision-1") == {Role.LEAD}
    assert Role.SUPERVISION in _roles(play, "supervision-3")
    assert _roles(play, "dispatch") == {Role.DISPATCHER}


def test_the_heir_of_a_merged_superior_is_the_superior() -> None:
    play = Play(rules(tree=Tree(merge(file(), "lake", "canal")[0])))
    play.open()
    assert _roles(play, "canal") == {Role.SUPERIOR}


def test_a_channel_speaks_for_its_own_cases_alone() -> None:
    play = _opened()
    assert _roles(play, "channel:hotline") == {Role.CHANNEL}
    assert _roles(play, "channel:app") == set()


def test_a_citizen_speaks_through_the_channel_of_the_case_alone() -> None:
    play = _opened()
    assert _roles(play, Actor(ActorRole.CITIZEN, "hotline")) == {Role.CITIZEN}
    assert _roles(play, Actor(ActorRole.CITIZEN, "app")) == set()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (ActorRole.DISPATCHER, Role.DISPATCHER),
        (ActorRole.FOLLOW_UP, Role.FOLLOW_UP),
        (ActorRole.SUPERVISION, Role.SUPERVISION),
        (ActorRole.SYSTEM, Role.SYSTEM),
    ],
)
def test_people_have_the_role_they_speak_in(role: ActorRole, expected: Role) -> None:
    assert _roles(_opened(), Actor(role, "anna")) == {expected}


def test_history_has_a_voice_only_in_a_replay() -> None:
    assert _roles(_opened(), "source:") == set()
    play = Play(rules(replay=True))
    play.open()
    assert {Role.LEAD, Role.CHANNEL} <= _roles(play, "source:")


@pytest.mark.parametrize(
    "kind",
    [
        Kind.WITHDRAW,
        Kind.FOLLOW_UP,
        Kind.CLOSE,
        Kind.REOPEN,
        Kind.CORRECT,
        Kind.EXCUSE,
        Kind.UNSTAR,
        Kind.APPROVE_EXTENSION,
        Kind.APPROVE_SUSPENSION,
    ],
)
def test_what_is_never_the_handling_desks_is_not_in_its_rows(kind: Kind) -> None:
    assert not PERMISSIONS[kind].roles & {Role.LEAD, Role.ASSIST, Role.SORTER, Role.DESIGNATOR}
