"""Handing in one command from the shell: through the same flow as every other, and what is said about it."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Collection
from uuid import uuid4

from router.app import Installation
from router.broker.envelope import MAX_BODY_BYTES, encode
from router.cli.call import Call
from router.cli.output import emit_json, emit_refusal, tell
from router.cli.words import said
from router.core.commands import Command
from router.core.plausible import fault_of
from router.core.territory.tree import Tree
from router.errors import NotFoundError, UsageError
from router.ledger.port import Answer
from router.sentences import Sentence, nearest
from router.tiers.shell import carry_out


def new_id() -> str:
    """An id for a command that nobody will give twice."""
    return f"shell-{uuid4().hex}"


def operator() -> str:
    """The account of whoever sits here."""
    try:
        return _account()
    except (KeyError, OSError):
        # A container may run under a number without a name.
        return "operator"


def on_record(reader: str) -> str:
    """Who reads what is personal, as the log of readings has it: whom they say they are, and their account."""
    account = operator()
    return reader if reader == account else f"{reader} ({account})"


def _account() -> str:
    # By the number that it runs under: LOGNAME and USER are anybody's to set.
    return pwd.getpwuid(os.getuid()).pw_name


def from_stdin() -> str:
    """The text on stdin; not much more than may be taken is read.

    Raises:
        UsageError: it is too large or no UTF-8.
    """
    given = sys.stdin.buffer.read(MAX_BODY_BYTES + 1)
    if len(given) > MAX_BODY_BYTES:
        raise _too_large()
    try:
        return given.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError(said("not_utf8", where="stdin"), todo=said("not_utf8_todo")) from error


def _too_large() -> UsageError:
    return UsageError(said("too_large", limit=MAX_BODY_BYTES), todo=said("too_large_todo"))


def hand_in(installation: Installation, command: Command) -> Answer:
    """Carry out one command; what it leads to leaves at once, or with the relay when the broker is away.

    Raises:
        NotFoundError: there is no such case.
        RouterError: the command kept failing and was parked.
        UnreachableError: the ledger does not answer.
        UsageError: a value of it cannot be, or it is larger than what is taken from anybody.
    """
    if len(encode(command)) > MAX_BODY_BYTES:
        raise _too_large()
    fault = fault_of(command)
    if fault is not None:
        raise UsageError(Sentence(fault.en, fault.zh), where=fault.field)
    return carry_out(installation.counter(), installation.ledger, command, installation.now())


def say_answer(call: Call, answer: Answer, done: str, **more: object) -> int:
    """Say what a command was answered with, in JSON with `more` beside it; returns the exit code."""
    if answer.refused is not None:
        return emit_refusal(answer.refused, dict(answer.data), as_json=call.as_json)
    if call.as_json:
        emit_json({"case": answer.case_id, "version": answer.version, "command": answer.command, **more})
    else:
        tell(done)
    return 0


def no_case(case_id: str) -> NotFoundError:
    """The error about a case that does not exist."""
    return NotFoundError(said("no_case", case=case_id), todo=said("no_case_todo"))


def require_desk(installation: Installation, code: str) -> None:
    """Refuse a mistyped desk before it stands in a case's history.

    Raises:
        NotFoundError: the tree in force has no such desk.
    """
    tree = installation.rulebook().tree
    if code not in tree.desks:
        raise no_desk(tree, code)


def require_division(installation: Installation, code: str) -> None:
    """Refuse a mistyped division, of which nothing would be found.

    Raises:
        NotFoundError: the tree in force has no such division.
    """
    known = installation.rulebook().tree.divisions
    if code not in known:
        raise NotFoundError(
            said("no_division", division=code),
            todo="{nearest}`case-router divisions list` shows them.",
            nearest=nearest(code, known),
        )


def require_policy(installation: Installation, name: str, *, also: Collection[str] = ()) -> None:
    """Refuse a mistyped policy.

    Raises:
        NotFoundError: no policy in force has that name, nor one of `also`.
    """
    known = {*(policy.name for policy in installation.rulebook().policies), *also}
    if name not in known:
        raise NotFoundError(
            said("no_policy", policy=name),
            todo="{nearest}`case-router policy list` has the names.",
            nearest=nearest(name, known),
        )


def no_desk(tree: Tree, code: str) -> NotFoundError:
    """The error about a desk that is not in the tree."""
    return NotFoundError(
        said("no_desk", desk=code),
        todo="{nearest}`case-router divisions list` shows the desks.",
        nearest=nearest(code, tree.desks),
    )
