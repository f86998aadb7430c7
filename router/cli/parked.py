"""`case-router parked`: messages that could not be handled, until somebody hands them in again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
import msgspec

from router.app import Installation
from router.arrivals import arrived_again
from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.handing_in import on_record
from router.cli.operating import operating, require_operator
from router.cli.output import emit, emit_fields, emit_json, emit_table, local, tell
from router.cli.parked_gate import ParkedGate, names_in
from router.cli.texts import WORDS
from router.cli.words import said, word
from router.collecting import SET_ASIDE
from router.errors import CheckFailedError, ConflictError, NotFoundError, UsageError
from router.flow import Router
from router.ledger.parking import UNROUTED
from router.ledger.parking_port import Parked
from router.rulebook import TREE

#: Messages whose sender contradicted the broker; taking one needs an operator's word.
FORGED = "forged"

parked = Nouns("parked")


@parked.command("list")
@option("--reason", metavar="CODE", says="parked list --reason")
@option("--replayed", is_flag=True)
@option("--dismissed", is_flag=True)
@click.pass_obj
def list_parked(
    call: Call,
    /,
    reason: str | None,
    replayed: bool,  # noqa: FBT001 - click's flag
    dismissed: bool,  # noqa: FBT001 - click's flag
) -> None:
    """List parked messages; a body is never shown here."""
    with call.installation() as installation:
        there = installation.ledger.parked(reason=reason, replayed=replayed, dismissed=dismissed)
        found = ParkedGate(installation).rows(there)
    if call.as_json:
        emit_json([_described(one) for one in found])
    elif found:
        headers = [word(f"col_{name}") for name in ("id", "reason", "origin", "type", "time", "detail")]
        emit_table(headers, (_row(one) for one in found))
    else:
        tell(word("parked_none"))


@parked.command("show")
@click.argument("parked_id", metavar="ID")
@option("--body", is_flag=True)
@option("--reader", metavar="NAME")
@option("--reason", metavar="TEXT", says="case contact --reason")
@click.pass_obj
def show(
    call: Call,
    /,
    parked_id: str,
    body: bool,  # noqa: FBT001 - click's flag
    reader: str | None,
    reason: str | None,
) -> None:
    """Show what is known about one; its content only when asked for, by whom and why: it may be personal data."""
    if body and not (reader and reason):
        raise UsageError(said("parked_who"))
    with call.installation() as installation:
        one = _find(installation, parked_id)
        if body and names_in(one.body) is None:  # it may be a report on anybody
            require_operator(installation.ledger.current(TREE))
        if body and reader and reason:
            read_by = on_record(reader)
            installation.ledger.read_parked(parked_id, reader=read_by, reason=reason, now=installation.now())
            tell(word("contact_logged", reader=read_by, reason=reason))
    described = _described(one)
    if body:
        described["body"] = one.body.decode("utf-8", errors="replace")
    if call.as_json:
        emit_json(described)
    else:
        emit_fields((word(f"parked_field_{name}"), _said(name, value)) for name, value in described.items())


@parked.command("drop")
@click.argument("parked_id", metavar="ID")
@option("--reason", required=True, metavar="TEXT", says="parked drop --reason")
@option("--by", required=True, metavar="NAME", says="parked drop --by")
@click.pass_obj
def drop(call: Call, /, parked_id: str, reason: str, by: str) -> None:
    """Dismiss one for good; it stays in the ledger with who did it and why, and counts as parked no more."""
    if not (reason.strip() and by.strip()):
        raise UsageError(said("parked_who"))
    with operating(call) as installation:
        _find(installation, parked_id)
        now = installation.now()
        if not installation.ledger.dismiss_parked(parked_id, by=by, reason=reason, now=now):
            raise ConflictError(said("parked_done_with", id=parked_id), todo=said("parked_done_with_todo"))
    if call.as_json:
        emit_json({"id": parked_id, "dismissed_at": now, "dismissed_by": by, "dismissed_reason": reason})
    else:
        tell(word("parked_dropped", id=parked_id))


@parked.command("replay")
@click.argument("parked_ids", nargs=-1, metavar="[ID…]")
@option("--all", "every", is_flag=True, says="parked replay --all")
@option("--reason", metavar="CODE", says="parked list --reason")
@option("--vouch", is_flag=True)
@click.pass_obj
def replay(
    call: Call,
    /,
    parked_ids: Sequence[str],
    every: bool,  # noqa: FBT001 - click's flag
    reason: str | None,
    vouch: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Hand messages in again, oldest first; one that still cannot be taken stays parked."""
    if bool(parked_ids) == (every or reason is not None):
        raise UsageError(said("parked_which"))
    with operating(call) as installation:
        chosen = [_find(installation, one) for one in parked_ids] or ParkedGate(installation).rows(
            installation.ledger.parked(reason=reason)
        )
        # One router for all: each has a connection of its own to the broker.
        router = installation.counter()
        results = [(one.id, _replay(installation, router, one, vouch=vouch)) for one in chosen]
        router.flush(installation.now())
    if call.as_json:
        emit_json([{"id": parked_id, "result": result} for parked_id, result in results])
    else:
        for parked_id, result in results:
            emit(f"{parked_id}  {word(f'parked_{result}')}")
    stayed = any(result in _STAYED for _, result in results)
    return CheckFailedError.exit_code if stayed else 0


#: Results after which a message is still parked.
_STAYED = frozenset({"dismissed", "undecodable", "forged", "waiting", "failing", "conflict"})


def _replay(installation: Installation, router: Router, one: Parked, *, vouch: bool) -> str:
    """What became of it: `sent`, `taken`, `refused`, or why it stays."""
    if one.dismissed_at is not None:
        return "dismissed"
    now = installation.now()
    if one.reason in (UNROUTED, SET_ASIDE):
        with installation.ledger.begin() as unit:
            if unit.send_again(one.id, now):
                return "sent"
    if one.reason == FORGED and not vouch:
        return "forged"
    again = arrived_again(one)
    if again is None:
        return "undecodable"
    answer = router.carry_out([again], now).get(again.command.id)
    if answer is None:
        return "failing"
    if not answer.is_to(again.command):
        return "conflict"
    if answer.refused == "unknown_case":
        return "waiting"
    installation.ledger.mark_replayed(one.id, now)
    return "taken" if answer.refused is None else "refused"


def _find(installation: Installation, parked_id: str) -> Parked:
    one = installation.ledger.parked_one(parked_id)
    if one is None or ParkedGate(installation).hides(one):
        raise NotFoundError(said("no_parked", id=parked_id), todo=said("no_parked_todo"))
    return one


def _described(one: Parked) -> dict[str, object]:
    """All but the content."""
    described = msgspec.structs.asdict(one)
    body: bytes = described.pop("body")
    return {**described, "size": len(body)}


def _said(name: str, value: object) -> str:
    """A value for people: a time where they are, a reason in words with its code beside."""
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return local(value)
    if name == "size":
        return word("parked_bytes", size=value)
    return _why(str(value)) if name == "reason" else str(value)


def _why(code: str) -> str:
    key = f"parked_why_{code}"
    return f"{word(key)} ({code})" if key in WORDS else code


def _row(one: Parked) -> tuple[str, ...]:
    mark = " ✓" if one.replayed_at is not None else " ✗" if one.dismissed_at is not None else ""
    return one.id + mark, _why(one.reason), one.origin, one.type, local(one.parked_at), one.detail
