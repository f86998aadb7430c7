"""What a change of the tree leaves behind: each case goes to who does its lead's work today, with an entry.

Where the change makes it a case about others than before, those lose it and hear no more of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
import structlog

from router.app import Installation
from router.arrivals import direct
from router.cli.veiling import veil
from router.core.case import Case
from router.core.commands import Actor, ActorRole, AnyCommand, Dispatch, KeepOut
from router.core.offices.placing import named
from router.core.offices.routing import Wanted, is_stranded, route
from router.core.telling.hiding import not_yet_out
from router.core.territory.tree import Desk, Tree
from router.flow import Router
from router.ledger.port import Answer

log = structlog.get_logger(__name__)

#: Who it says on record.
_ACTOR = Actor(ActorRole.SYSTEM, "divisions")
_BATCH = 256


class Rerouted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the cases of desks that no longer stand, or from which they must be kept now."""

    #: Ids of cases that have another lead now, or lost whoever must not have them; a dash for one that is hidden
    #: from whoever sits here.
    moved: tuple[str, ...]
    #: Case id, or a dash → refusal: these are still with their old lead.
    stayed: dict[str, str]


def stranded(installation: Installation) -> Iterator[Case]:
    """Cases at work with a desk that is in the tree no more, or at work no more; and what a desk must lose."""
    tree = installation.rulebook().tree
    for case in installation.ledger.all_cases(open_only=True):
        if is_stranded(tree, case) or not_yet_out(tree, case):
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
    return Rerouted(moved=tuple(map(veiled.text, dict.fromkeys(moved))), stayed=stayed)


def _dispatch(router: Router, tree: Tree, cases: list[Case], now: datetime) -> list[Answer]:
    commands = [command for case in cases for command in follows(tree, case)]
    answers = router.carry_out([direct(command, "shell") for command in commands], now)
    router.flush(now)
    return [answers[command.id] for command in commands if command.id in answers]


def follows(tree: Tree, case: Case) -> Iterator[AnyCommand]:
    """What follows for a case. The same change of the same case as it stands is the same command."""
    name, out = f"divisions/{tree.version}/{case.id}/{case.version}", not_yet_out(tree, case)
    desk = heir(tree, case) if is_stranded(tree, case) else None
    if desk is not None and desk.code not in out:
        yield Dispatch(id=name, case_id=case.id, actor=_ACTOR, desk=desk.code)
    if out:
        yield KeepOut(id=f"{name}/kept", case_id=case.id, actor=_ACTOR)


def heir(tree: Tree, case: Case) -> Desk:
    """The desk that does the lead's work today; when nobody does it is routed afresh."""
    wanted = Wanted(division=named(tree, case), desk=None, category=case.category, kept=case.kept)
    return tree.standing(case.lead) or route(tree, wanted).desk
