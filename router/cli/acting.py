"""Who gives a command from the shell: the options for that, and the way from the options to the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.grammar import option
from router.cli.handing_in import from_stdin, hand_in, new_id, no_case, operator, require_desk, say_answer
from router.cli.reading import case_for_reading
from router.cli.veiling import veil
from router.cli.words import said, value_word, word
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Command
from router.core.commands.naming import others
from router.core.offices.speaking import may_speak
from router.errors import ConflictError, NotFoundError, UsageError

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Roles a person at the shell may speak in, besides a desk. The router's own and history's are not for people.
ROLES = tuple(
    role.value
    for role in (
        ActorRole.DISPATCHER,
        ActorRole.FOLLOW_UP,
        ActorRole.SUPERVISION,
        ActorRole.CHANNEL,
        ActorRole.CITIZEN,
    )
)


def about_a_case(function: _Function) -> _Function:
    """The case's id, and who speaks."""
    function = option("--id", "command_id", metavar="ID")(function)
    function = option("--as", "role", type=click.Choice(ROLES))(function)
    function = option("--desk", metavar="CODE")(function)
    return click.argument("case_id", metavar="ID")(function)


def act(
    call: Call,
    kind: type[Command],
    usual: ActorRole,
    *,
    case_id: str,
    desk: str | None,
    role: str | None,
    command_id: str | None,
    receiver: str | None = None,
    **fields: Any,
) -> int:
    """Give one command about one case; returns the exit code.

    Args:
        call: the call of the command line.
        kind: of the command.
        usual: who gives it when neither `--desk` nor `--as` was said.
        case_id: of the case.
        desk: speaks as this desk.
        role: speaks in this role.
        command_id: the same id is carried out once; None makes one.
        receiver: the desk a command is for, which is its field `desk`; None leaves it out.
        fields: of the command; a text of `-` is read from stdin.

    Raises:
        ConflictError: whoever sits here may not speak as that.
        NotFoundError: there is no such case or desk, or the case is hidden from whoever sits here.
        UsageError: who speaks is not clear.
    """
    if fields.get("text") == "-":
        fields["text"] = from_stdin()
    if receiver is not None:
        fields["desk"] = receiver
    with call.installation() as installation:
        case = case_for_reading(installation, case_id)
        actor = _actor(installation, case, desk, ActorRole(role) if role else None, usual)
        require_speaker(installation, actor, [case.policy])
        command = kind(id=command_id or new_id(), case_id=case_id, actor=actor, **fields)
        for other in others(command):
            case_for_reading(installation, other)
        try:
            answer = hand_in(installation, command)
        except NotFoundError as error:
            raise no_case(case_id) from error
        answer = msgspec.structs.replace(answer, data=veil(installation, answer.data).document(answer.data))
    return say_answer(call, answer, word("case_done", case=case_id, version=answer.version))


def _actor(
    installation: Installation, case: Case, desk: str | None, role: ActorRole | None, usual: ActorRole
) -> Actor:
    if desk is not None and role is not None:
        raise UsageError(said("who_twice"))
    if desk is not None:
        require_desk(installation, desk)
        return Actor(ActorRole.DESK, desk)
    role = role or usual
    if role is ActorRole.DESK:
        raise UsageError(said("who_missing"), todo=said("who_missing_todo"))
    through_channel = role in (ActorRole.CHANNEL, ActorRole.CITIZEN)
    return Actor(role, case.channel if through_channel else operator())


def require_speaker(installation: Installation, actor: Actor, policies: Sequence[str]) -> None:
    """Let the people at a desk speak for that desk alone; an account that no desk lists speaks for anybody.

    Args:
        installation: to act in.
        actor: as whom whoever sits here wants to speak.
        policies: versions whose follow-ups it may be about.

    Raises:
        ConflictError: their account is listed, and not at a desk that may speak as that.
    """
    account, rules = operator(), installation.rulebook(policies)
    if may_speak(rules, account, actor, policies):
        return
    desks = ", ".join(desk.code for desk in rules.tree.seats(account))
    if actor.role is ActorRole.DESK:
        raise ConflictError(
            said("speaks_not_desk", account=account, desk=actor.id, desks=desks),
            todo=said("speaks_not_desk_todo", account=account, desk=actor.id),
        )
    raise ConflictError(
        said("speaks_not_role", account=account, role=value_word(actor.role), desks=desks),
        todo=said("speaks_not_role_todo", account=account),
    )
