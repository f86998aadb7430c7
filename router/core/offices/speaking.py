"""In whose name an account may speak (以谁的名义): as the desks that list it, and in the roles they have.

An account that no desk lists is the operator's and may speak for anybody. What is written here says nothing of who
may see a case: that is `router.core.telling.hiding`'s alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.core.commands import Actor, ActorRole
from router.core.rules import Rules
from router.core.territory.tree import DeskKind

#: Kinds of desks whose people speak in a role; whoever answers the telephone speaks for channel and citizen.
_OF_KIND = {
    ActorRole.DISPATCHER: DeskKind.DISPATCHER,
    ActorRole.SUPERVISION: DeskKind.SUPERVISION,
    ActorRole.FOLLOW_UP: DeskKind.SUPERVISION,
    ActorRole.CHANNEL: DeskKind.DISPATCHER,
    ActorRole.CITIZEN: DeskKind.DISPATCHER,
}


def may_speak(rules: Rules, account: str, actor: Actor, policies: Iterable[str]) -> bool:
    """Whether an account may give a command as that actor.

    Args:
        rules: in force.
        account: of whoever gives it.
        actor: as whom.
        policies: versions; the desks that hold their follow-ups speak for the follow-up, as supervision does.
    """
    seats = rules.tree.seats(account)
    if not seats:
        return True
    if actor.role is ActorRole.DESK:
        return any(desk.code == actor.id for desk in seats)
    kind = _OF_KIND.get(actor.role)
    if kind is not None and any(desk.kind is kind for desk in seats):
        return True
    asking = {code for version in policies for code in rules.asking(version)}
    return actor.role is ActorRole.FOLLOW_UP and any(desk.code in asking for desk in seats)
