"""Handing in one command from the shell: through the same flow as every other, and what is said about it."""

from __future__ import annotations

import getpass
from uuid import uuid4

from router.app import Installation
from router.arrivals import direct
from router.cli.call import Call
from router.cli.output import emit_json, emit_refusal, tell
from router.cli.words import word
from router.core.commands import Command
from router.errors import NotFoundError, RouterError
from router.ledger.port import Answer

#: Where a command given here came from, should it be parked.
ORIGIN = "shell"


def new_id() -> str:
    """An id for a command that nobody will give twice."""
    return f"shell-{uuid4().hex}"


def operator() -> str:
    """The account of whoever sits here."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number without a name.
        return "operator"


def hand_in(installation: Installation, command: Command) -> Answer:
    """Carry out one command; messages leave at once, or with the relay when the broker is away.

    Raises:
        RouterError: the command kept failing and was parked.
    """
    router = installation.counter()
    now = installation.now()
    answers = router.carry_out([direct(command, ORIGIN)], now)
    router.flush(now)
    answer = answers.get(command.id)
    if answer is None:
        raise RouterError(
            "the command could not be decided and was parked",
            where=command.id,
            todo="Look at it: case-router parked list",
        )
    return answer


def say_answer(call: Call, answer: Answer, done: str) -> int:
    """Say what a command was answered with; returns the exit code."""
    if answer.refused is not None:
        return emit_refusal(answer.refused, dict(answer.data), as_json=call.as_json)
    if call.as_json:
        emit_json({"case": answer.case_id, "version": answer.version, "command": answer.command})
    else:
        tell(done)
    return 0


def no_case(case_id: str) -> NotFoundError:
    """The error about a case that does not exist."""
    return NotFoundError(word("no_case", case=case_id), todo=word("no_case_todo"))
