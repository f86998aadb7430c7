"""Accounts of desks: a case that is kept from an office is kept from the people who sit there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import commands as c, events as e
from router.core.policies.policy import Anchor, Gate, GateKind, Level, LevelStart, OnPass, Satisfies
from router.core.rules import Rules
from router.core.telling.hiding import hidden_from, hidden_from_account
from router.core.telling.kept import NOBODY
from router.core.territory.tree import DeskKind, Tree
from tests.city import CLOSE, Play, actor, city, days, desk, file, milestone, policy, rules
from tests.unit.core.calendars import china

#: Two dispatchers' offices: the city's own, and one that `lake` has for itself.
_DISPATCH_LAKE = desk("dispatch-lake", "lake", DeskKind.DISPATCHER)


def _listed(tree: Tree, **accounts: str) -> Tree:
    """The tree with accounts: `account="desk desk"`, with `_` for `-`."""
    at: dict[str, list[str]] = {}
    for account, desks in accounts.items():
        for code in desks.replace("_", "-").split():
            at.setdefault(code, []).append(account)
    there = (msgspec.structs.replace(one, accounts=tuple(at.get(one.code, ()))) for one in tree.file.desks)
    return Tree(msgspec.structs.replace(tree.file, desks=tuple(there)))


def _opened(tree: Tree, *policies: Any, **fields: Any) -> Play:
    play = Play(rules(*policies, tree=tree))
    play.open(**fields)
    return play


def _answer(play: Play, who: str, kind: type[c.Command] = c.Redact, **fields: Any) -> str | None:
    """What a command comes to for whoever speaks."""
    play.say(who, kind, **({"entry": 1, "text": "a name"} if kind is c.Redact else {}) | fields)
    return play.refused


# -- accounts of desks


def test_a_report_is_not_there_for_the_people_at_its_desk_nor_for_those_below() -> None:
    tree = _listed(city(), wang="willow", li="lake", sun="lake canal", zhao="supervision-1", gu="canal")
    play = _opened(tree, subject_desk="lake")
    found = {
        account for account in ("wang", "li", "sun", "zhao", "gu") if hidden_from_account(tree, play.case, account)
    }
    assert found == {"wang", "li", "sun"}, "one desk that is kept out is enough"
    assert not hidden_from_account(tree, play.case, "root"), "nobody lists that one"


def test_of_a_confidential_case_one_of_the_desks_must_have_a_part() -> None:
    tree = _listed(city(), wang="willow", li="plane canal", sun="willow dispatch")
    play = _opened(tree, confidential=True)
    play.say("supervision:anna", c.Designate, desk="lake")
    found = {account for account in ("wang", "li", "sun", "root") if hidden_from_account(tree, play.case, account)}
    assert found == {"wang", "li"}


def test_an_ordinary_case_is_there_for_everybody() -> None:
    tree = _listed(city(), wang="willow", li="canal")
    play = _opened(tree)
    assert not any(hidden_from_account(tree, play.case, account) for account in ("wang", "li", "root"))


def _task(kind: c.TaskKind, *codes: str) -> c.Open:
    lots: dict[str, Any] = {"count": 1, "seed_hash": "0" * 64} if kind is c.TaskKind.DRAW else {}
    targets = tuple(c.Target(desk=code) for code in codes)
    task = c.Task(kind=kind, targets=targets, due_at=china(2026, 9, 24, 18), **lots)
    return c.Open(
        id="1",
        case_id="",
        actor=actor("supervision:anna"),
        source=c.INSPECTION,
        source_id="1",
        channel=c.INSPECTION,
        task=task,
    )


@pytest.mark.parametrize(("kind", "codes"), [(c.TaskKind.VISIT, ("lake",)), (c.TaskKind.DRAW, ("lake", "bridge"))])
def test_an_inspection_is_not_there_for_the_people_at_the_inspected_desk(
    kind: c.TaskKind, codes: tuple[str, ...]
) -> None:
    tree = _listed(city(), wang="lake", li="willow", gu="mine", zhao="supervision_1")
    play = Play(rules(tree=tree))
    play.give(_task(kind, *codes))
    assert play.refusal is None
    found = [account for account in ("wang", "li", "gu", "zhao") if hidden_from_account(tree, play.case, account)]
    assert found == ["wang", "li"]
    play.say("supervision:anna", c.Withdraw, text="another day")
    assert not play.case.is_open
    # What was about one desk alone stays so; of a lot that is over nobody is kept out.
    assert hidden_from_account(tree, play.case, "wang") is (kind is c.TaskKind.VISIT)


# -- roles: the account decides; one that nobody lists speaks for an office that nobody knows


@pytest.mark.parametrize("subject", ["dispatch", "dispatch-lake", "lake"])
def test_a_report_on_one_dispatchers_office_is_not_there_for_a_role_that_does_not_say_which(subject: str) -> None:
    tree = _listed(city(_DISPATCH_LAKE), sun="dispatch", gu="dispatch_lake")
    play = _opened(tree, subject_desk=subject)
    assert _answer(play, "dispatcher:root") == "unknown_case"
    own, other = ("sun", "gu") if subject == "dispatch" else ("gu", "sun")
    assert _answer(play, f"dispatcher:{own}") == "unknown_case"
    assert _answer(play, f"dispatcher:{other}") is None


def test_the_office_that_may_see_it_speaks_as_a_desk() -> None:
    play = _opened(city(_DISPATCH_LAKE), subject_desk="dispatch-lake")
    assert _answer(play, "dispatch-lake") == "unknown_case"
    assert _answer(play, "dispatch") is None


def test_a_report_on_supervision_is_not_there_for_the_role_but_for_whoever_is_known_to_sit_elsewhere() -> None:
    tree = _listed(city(), sun="supervision_2", gu="supervision_3")
    play = _opened(tree, subject_desk="supervision-2")
    assert play.case.lead == "supervision-3"
    assert _answer(play, "supervision:root") == "unknown_case"
    assert _answer(play, "supervision:sun") == "unknown_case"
    assert _answer(play, "supervision-1") == "unknown_case", "it answers to the one that the report is about"
    assert _answer(play, "supervision:gu") is None
    assert _answer(play, "supervision-4") is None


def test_a_report_on_another_office_stays_open_to_roles_that_nobody_lists() -> None:
    play = _opened(city(_DISPATCH_LAKE), subject_desk="canal")
    for who in ("dispatcher:root", "supervision:root"):
        assert _answer(play, who) is None


_ASKED = milestone("follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE)


@pytest.mark.parametrize(
    ("to", "subject", "hidden"),
    [
        ("lead", "dispatch", True),
        ("lead", "canal", False),
        ("cloud-water", "cloud-water", True),
        ("cloud-water", "dispatch", False),
    ],
)
def test_a_report_on_the_desk_that_holds_the_follow_up_is_not_there_for_its_role(
    to: str,
    subject: str,
    hidden: bool,
) -> None:
    asked = msgspec.structs.replace(_ASKED, to=to)
    gated = policy(milestones=(CLOSE, asked), gate=Gate(kind=GateKind.FOLLOW_UP))
    play = _opened(city(), gated, subject_desk=subject)
    play.say(play.case.lead, c.Resolve)
    ask = {"result": c.FollowUpResult.ACCEPTED}
    assert _answer(play, "follow_up:root", c.FollowUp, **ask) == ("unknown_case" if hidden else None)


def test_without_a_milestone_the_follow_up_is_the_dispatchers() -> None:
    play = _opened(city(), subject_desk="dispatch")
    assert hidden_from(play.rules, play.case, actor("follow_up:root"))


def test_channels_and_the_router_are_not_asked_for_an_account() -> None:
    tree = _listed(city(), hotline="willow", router="willow")
    play = _opened(tree, subject_desk="willow")
    for who in ("channel:hotline", "system:router"):
        assert not hidden_from(play.rules, play.case, actor(who))


# -- who takes names off


def test_names_are_taken_off_by_supervision_that_may_see_the_case() -> None:
    play = _opened(city(), subject_desk="supervision-2")
    off = {"not_named": ("supervision-2",)}
    assert _answer(play, "supervision:root", c.Correct, **off) == "unknown_case"
    assert _answer(play, "channel:hotline", c.Correct, **off) == "names_stay"
    assert _answer(play, "supervision-4", c.Correct, **off) is None
    assert play.case.kept == NOBODY


def test_supervision_that_has_the_report_takes_names_off_where_no_other_of_it_may_see_the_report() -> None:
    play = _opened(city(), subject_desk="supervision-4")
    assert play.case.lead == "supervision-5"
    assert _answer(play, "supervision-5", c.Correct, not_named=("supervision-4",)) is None
    play = _opened(city(), subject_desk="supervision-3")
    assert play.case.lead == "supervision-4"
    assert _answer(play, "supervision-4", c.Correct, not_named=("supervision-3",)) == "not_permitted"


def _with_one_supervision() -> Tree:
    """As small cities are: supervision is one desk, the highest of all."""
    there = []
    for one in city().file.desks:
        if one.kind is not DeskKind.SUPERVISION:
            there.append(one)
        elif one.code == "supervision-1":
            there.append(msgspec.structs.replace(one, superior=None))
    return Tree(msgspec.structs.replace(city().file, desks=tuple(there)))


@pytest.mark.parametrize("who", ["dispatcher:root", "channel:hotline", "dispatch"])
def test_where_no_supervision_may_see_it_whoever_else_corrects_it_takes_names_off(who: str) -> None:
    play = _opened(_with_one_supervision(), subject_desk="supervision-1")
    assert play.case.lead == "cloud"
    assert _answer(play, "supervision:root", c.Correct, not_named=("supervision-1",)) == "unknown_case"
    assert _answer(play, who, c.Correct, not_named=("supervision-1",)) is None
    assert play.case.kept == NOBODY


# -- levels whose officer or audience is kept out

_DISCIPLINE = Level(name="discipline", after=days(1), audience=("supervision-4",), officer="li")


def test_a_level_whose_officer_sits_at_a_desk_that_is_kept_out_is_confirmed_by_another_of_supervision() -> None:
    tree = _listed(city(), li="supervision_2")
    play = _opened(tree, policy(levels=(_DISCIPLINE,)), subject_desk="supervision-2")
    play.wait(days=7)
    assert play.events(e.LevelProposed)[-1].officer == ""
    assert _answer(play, "supervision:li", c.ConfirmLevel, level="discipline") == "unknown_case"
    assert _answer(play, "supervision-5", c.ConfirmLevel, level="discipline") is None
    assert play.case.level == 1


def test_an_officer_who_may_see_it_is_still_the_only_one() -> None:
    tree = _listed(city(), li="supervision_5", sun="supervision_4")
    play = _opened(tree, policy(levels=(_DISCIPLINE,)), subject_desk="supervision-2")
    play.wait(days=7)
    assert play.events(e.LevelProposed)[-1].officer == "li"
    assert _answer(play, "supervision:sun", c.ConfirmLevel, level="discipline") == "not_the_officer"
    assert _answer(play, "supervision:li", c.ConfirmLevel, level="discipline") is None


def test_a_level_is_confirmed_by_the_only_supervision_that_may_see_the_case_though_it_leads_it() -> None:
    play = _opened(city(), policy(levels=(_DISCIPLINE,)), subject_desk="supervision-4")
    play.wait(days=7)
    assert play.case.lead == "supervision-5"
    assert _answer(play, "supervision-5", c.ConfirmLevel, level="discipline") is None
    assert play.case.level == 1


def _proposed_to(*levels: Level, lead: str = "cloud") -> set[tuple[str, ...]]:
    """Before whom the first level is put, again and again, of a report on all there is of supervision."""
    play = _opened(
        _with_one_supervision(),
        policy(levels=levels, levels_start=LevelStart.RECEIVED),
        subject_desk="supervision-1",
    )
    if lead != "cloud":
        play.say("dispatcher:root", c.Dispatch, desk=lead)
    assert play.case.lead == lead
    play.wait(days=4, hours=12)
    assert play.case.lead == lead
    proposed = play.events(e.LevelProposed)
    assert len(proposed) > 2
    assert play.case.level == 0
    return {one.audience for one in proposed}


def test_where_no_supervision_may_see_it_the_proposal_goes_to_the_next_audience_that_may_and_comes_again() -> None:
    discipline = msgspec.structs.replace(_DISCIPLINE, audience=("supervision-1",))
    congress = Level(name="congress", after=days(1), audience=("supervision-1", "canal"))
    assert _proposed_to(discipline, congress) == {("canal",)}
    assert _proposed_to(discipline, lead="lake") == {("cloud",)}, "the nearest above the lead"
    assert _proposed_to(discipline) == {("cloud",)}, "nobody above the lead may see it"


# -- leaders


def test_nobody_at_a_desk_that_is_kept_out_answers_for_the_case() -> None:
    play = _opened(_listed(city(), li="lake"), subject_desk="lake")
    assert _answer(play, "supervision:anna", c.AssignLeader, leader="li", tier="city") == "named_person"
    assert _answer(play, "supervision:anna", c.AssignLeader, leader="sun", tier="city") is None


# -- the tree


def test_the_accounts_are_part_of_the_version_of_a_tree() -> None:
    assert _listed(city(), wang="willow").version != city().version
    assert Rules(_listed(city(), wang="willow"), (policy(),), {}).tree.seats("wang")[0].code == "willow"
    assert file().desks[0].accounts == ()
