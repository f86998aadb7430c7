"""Accounts of desks: a case that is kept from an office is kept from the people who sit there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import commands as c
from router.core.policies.policy import Anchor, Gate, GateKind, OnPass, Satisfies
from router.core.rules import Rules
from router.core.telling.hiding import hidden_from, hidden_from_account
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


# -- the tree


def test_the_accounts_are_part_of_the_version_of_a_tree() -> None:
    assert _listed(city(), wang="willow").version != city().version
    assert Rules(_listed(city(), wang="willow"), (policy(),), {}).tree.seats("wang")[0].code == "willow"
    assert file().desks[0].accounts == ()
