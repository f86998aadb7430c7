"""`case-router case open`: a case comes in over the shell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from router.cli.call import Call
from router.cli.case_names import Names
from router.cli.case_show import desk_name, due
from router.cli.grammar import Spoken, option
from router.cli.handing_in import from_stdin, hand_in, new_id, say_answer
from router.cli.output import emit, local, tell
from router.cli.reading import Gate
from router.cli.times import WHEN
from router.cli.veiling import answer_if_taken
from router.cli.words import said, word
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Contact, Open
from router.core.events import MilestoneStatus
from router.core.files.misfits import misfit
from router.core.lifecycle import with_case_id
from router.core.policies.matching import MATTER_TYPES
from router.core.rules import Rules
from router.core.telling.citizen import code_of
from router.errors import NotFoundError, UsageError
from router.sentences import Sentence, UnfitError, nearest

#: The source of what is typed here, unless said otherwise.
SOURCE = "shell"


@click.command("open", cls=Spoken)
@option("--channel", default="hotline", show_default=True)
@option("--source", default=SOURCE, show_default=True)
@option("--source-id", metavar="ID")
@option("--appeal", metavar="KEY")
@option("--matter", type=click.Choice(MATTER_TYPES), default="complaint", show_default=True)
@option("--category", metavar="CODE")
@option("--division", metavar="CODE/CODE")
@option("--desk", metavar="CODE", says="case open --desk")
@option("--text", default="", metavar="TEXT")
@option("--due", "due_at", type=WHEN, metavar="TIME", says="case open --due")
@option("--received", type=WHEN, metavar="TIME", says="case open --received")
@option("--raised-by", type=click.Choice(["resident", "worker"]))
@option("--on-behalf", is_flag=True)
@option("--solved", "solved_on_the_spot", is_flag=True)
@option("--nothing-raised", is_flag=True)
@option("--evidence", multiple=True, metavar="REF")
@option("--starred", is_flag=True)
@option("--vulnerable", is_flag=True)
@option("--confidential", is_flag=True)
@option("--subject-desk", metavar="CODE")
@option("--named-desk", "named_desks", multiple=True, metavar="CODE")
@option("--named-person", "named_persons", multiple=True, metavar="ACCOUNT")
@option("--affected", type=click.IntRange(1), default=1, show_default=True)
@option("--quiet", is_flag=True)
@option("--contact", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def open_case(
    call: Call,
    /,
    channel: str,
    source: str,
    source_id: str | None,
    matter: str,
    division: str | None,
    text: str,
    due_at: datetime | None,
    received: datetime | None,
    contact: Path | None,
    evidence: tuple[str, ...],
    quiet: bool,  # noqa: FBT001 - click's flag
    **facts: Any,
) -> int:
    """Open a case; the same source id with the same content is the same case."""
    told = (text, division, due_at, received, contact, *map(facts.get, ("category", "desk", "subject_desk")))
    if not any(told):
        raise UsageError(
            "there is nothing in this case", todo="Say what it is about: --text, --category, --division or --desk."
        )
    command_id = new_id()
    command = with_case_id(
        Open(
            id=command_id,
            case_id="",
            actor=Actor(ActorRole.CHANNEL, channel),
            at=received,
            source=source,
            source_id=source_id or command_id,
            channel=channel,
            matter_type=matter,
            division=tuple(code or None for code in division.split("/")) if division else (),
            text=from_stdin() if text == "-" else text,
            due_at=due_at,
            contact=contact_in(contact) if contact is not None else None,
            evidence=evidence,
            **facts,
        )
    )
    with call.installation() as installation:
        if received is not None and received > installation.now():
            raise UsageError(said("received_in_future", at=local(received)), todo=said("received_in_future_todo"))
        if (taken := answer_if_taken(call, installation, command.case_id, source_id or command_id)) is not None:
            return taken
        answer = hand_in(installation, command)
        case = installation.ledger.case(command.case_id) if answer.refused is None else None
        rules, now = installation.rulebook(), installation.now()
        code = code_of(installation.ledger.keyed_hash, command.case_id)
        # Whoever takes down what names them has the id for the citizen, and not where it went.
        kept = case is not None and Gate(installation).hides(case)
    if case is None or call.as_json:
        return say_answer(call, answer, "", **(_where(case, code, kept=kept) if case is not None else {}))
    emit(case.id)
    if not quiet:
        if not kept:
            _tell_where(case, rules, now)
        if code is not None:
            tell(word("case_code", code=code))
    return 0


def _where(case: Case, code: str | None, *, kept: bool) -> dict[str, object]:
    where = {} if kept else {"lead": case.lead, "policy": case.policy, "next_due_at": case.next_due_at}
    return {**where, "code": code}


def _tell_where(case: Case, rules: Rules, now: datetime) -> None:
    """Beside the id, for whoever sits there: who has the case, by which policy, and what falls due first."""
    tree = rules.tree
    if case.nothing_raised:
        tell(word("case_visit_kept", case=case.id, desk=desk_name(tree, case.lead)))
        return
    tell(word("case_opened", case=case.id))
    tell(word("case_went", desk=desk_name(tree, case.lead)))
    tell(word("case_by_policy", policy=case.policy))
    running = [one for one in case.milestones if one.status is MilestoneStatus.RUNNING]
    if running:
        first = min(running, key=lambda one: one.due_at)
        names = Names(tree, [rules.policy(case.policy)] if rules.knows(case.policy) else [])
        tell(word("case_first_due", milestone=names.milestone(first.name), due=due(first.due_at, now)))


def contact_in(file: Path) -> Contact:
    """Personal data come from a file, never from the command line: that is in the shell's history.

    Raises:
        NotFoundError: there is no such file.
        UsageError: the file cannot be read, or is no contact; a misspelt key would lose what stands under it.
    """
    try:
        return msgspec.convert(_known_keys(msgspec.json.decode(file.read_bytes())), Contact)
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=str(file), todo="Name an existing file.") from error
    except OSError as error:
        raise _no_contact(file, "the file cannot be read: {reason}", reason=error.strerror) from error
    except UnfitError as error:
        raise _no_contact(file, error.reason) from error
    except msgspec.ValidationError as error:
        wrong = misfit(error, Contact)
        raise _no_contact(file, wrong.reason, wrong.path.removeprefix(".")) from error
    except msgspec.DecodeError as error:
        raise _no_contact(file, "this is no JSON: {reason}", reason=error) from error


def _known_keys(read: object) -> object:
    known = Contact.__struct_fields__
    for key in read if isinstance(read, dict) else ():
        if key not in known:
            raise UnfitError(
                "the key {key} is not known. {nearest}Known here: {known}",
                key=key,
                nearest=nearest(key, known),
                known=", ".join(known),
            )
    return read


def _no_contact(file: Path, what: str | Sentence, key: str = "", **data: object) -> UsageError:
    return UsageError(
        what,
        where=f"{file}, {key}" if key else str(file),
        todo='Write JSON: {{"name": "…", "phone": "…", "identity_number": "…", "address": "…"}}.',
        **data,
    )
