"""Cases whose lead no longer stands: each goes to the desk that does its work today, with an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
import structlog

from router.app import Installation
from router.arrivals import direct
from router.cli.veiling import veil
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Dispatch
from router.core.offices.routing import Wanted, is_stranded, route
from router.core.telling.kept import is_kept
from router.core.territory.tree import Desk, Tree
from router.flow import Router
from router.ledger.port import Answer

log = structlog.get_logger(__name__)

#: Who it says on record.
_ACTOR = Actor(ActorRole.SYSTEM, "divisions")
_BATCH = 256


class Rerouted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the cases of desks that no longer stand."""

    #: Ids of cases that have another lead now; one that is hidden from whoever sits here is a dash.
    moved: tuple[str, ...]
    #: Case id, or a dash → refusal: these are still with their old lead.
    stayed: dict[str, str]


def stranded(installation: Installation) -> Iterator[Case]:
    """Cases at work with a desk that is in the tree no more, or at work no more."""
    tree = installation.rulebook().tree
    for case in installation.ledger.all_cases(open_only=True):
        if is_stranded(tree, case):
            yield case


def reroute(installation: Installation) -> Rerouted:
    """Dispatch every stranded case anew; interrupted or run again, each case is moved once.

    Raises:
        UnreachableError: the ledger does not answer.
    """
    tree = installation.rulebook().tree
    moved: list[str] = []
    stayed: dict[str, str] = {}
    # Read to the end first: what is written below must not change what is being streamed.
    cases = list(stranded(installation))
    router = installation.counter(restoring=True)
    for start in range(0, len(cases), _BATCH):
        for answer in _dispatch(router, tree, cases[start : start + _BATCH], installation.now()):
            if answer.refused is None:
                moved.append(answer.case_id)
            else:
                stayed[answer.case_id] = answer.refused
    veiled = veil(installation, moved, stayed)
    stayed = veiled.by_id(stayed)
    for case_id, code in stayed.items():
        log.warning("case.not_rerouted", case=case_id, code=code)
    return Rerouted(moved=tuple(map(veiled.text, moved)), stayed=stayed)


def _dispatch(router: Router, tree: Tree, cases: list[Case], now: datetime) -> list[Answer]:
    commands = [
        Dispatch(
            # The same change of the same case as it stands is the same command.
            id=f"divisions/{tree.version}/{case.id}/{case.version}",
            case_id=case.id,
            actor=_ACTOR,
            desk=heir(tree, case).code,
        )
        for case in cases
    ]
    answers = router.carry_out([direct(command, "shell") for command in commands], now)
    router.flush(now)
    return [answers[command.id] for command in commands if command.id in answers]


def heir(tree: Tree, case: Case) -> Desk:
    """The desk that does the lead's work today; when nobody does, or may not see the case, it is routed afresh."""
    standing = tree.standing(case.lead)
    if standing is not None and not is_kept(tree, case.kept, standing.code):
        return standing
    wanted = Wanted(
        division=tuple(_known(tree, code) for code in case.division_path[1:]),
        desk=None,
        category=case.category,
        kept=case.kept,
    )
    return route(tree, wanted).desk


def _known(tree: Tree, code: str) -> str | None:
    """A division as its source would name it: an unknown one is not named."""
    division = tree.divisions.get(code)
    return None if division is not None and division.unknown else code
