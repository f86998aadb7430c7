"""`case-router sla hold`, `unhold` and `holds`: outages on record, of a desk, a district, a policy or all."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import uuid4

import click
import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.handing_in import require_desk, require_division, require_policy
from router.cli.operating import operating
from router.cli.output import emit, emit_json, emit_table, local, tell
from router.cli.times import WHEN
from router.cli.words import said, word
from router.core.events import DeadlineMissed
from router.core.guards import Hold, HoldKind
from router.core.timing.taking_over import NOBODY
from router.errors import NotFoundError, UsageError


@click.command("hold", cls=Spoken)
@option("--desk", metavar="CODE", says="sla hold --desk")
@option("--district", metavar="CODE", says="sla hold --district")
@option("--policy", metavar="NAME", says="sla hold --policy")
@option("--all", "everything", is_flag=True, says="sla hold --all")
@option("--since", type=WHEN, metavar="TIME", says="sla hold --since")
@option("--until", type=WHEN, metavar="TIME", says="sla hold --until")
@option("--by", required=True, metavar="NAME")
@option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def hold(
    call: Call,
    /,
    desk: str | None,
    district: str | None,
    policy: str | None,
    everything: bool,  # noqa: FBT001 - click's flag
    since: datetime | None,
    until: datetime | None,
    by: str,
    reason: str,
) -> int:
    """Hold the deadlines of a desk, a district, a policy or everything; the time is an outage on record."""
    named = {HoldKind.DESK: desk, HoldKind.DISTRICT: district, HoldKind.POLICY: policy}
    chosen = [(kind, code) for kind, code in named.items() if code is not None]
    chosen += [(HoldKind.ALL, "")] if everything else []
    if len(chosen) != 1:
        raise UsageError(said("hold_which"), todo=said("hold_which_todo"))
    if not reason.strip():
        raise UsageError(said("hold_reason"))
    ((kind, what),) = chosen
    with operating(call) as installation:
        now = installation.now()
        _require(installation, kind, what)
        begin = since or now
        if begin > now or (until is not None and until <= begin):
            raise UsageError(said("hold_times"))
        made = Hold(
            id=f"hold-{uuid4().hex[:8]}",
            kind=kind,
            what=what,
            reason=reason.strip(),
            by=by,
            since=begin,
            until=until,
        )
        installation.ledger.put_hold(made)
    if call.as_json:
        emit_json(made)
    tell(word("hold_made", id=made.id, what=what_held(made)))
    return 0


def _require(installation: Installation, kind: HoldKind, what: str) -> None:
    """Refuse a mistyped code, which would hold nothing.

    Raises:
        NotFoundError: there is no such desk, division or policy.
    """
    match kind:
        case HoldKind.DESK:
            require_desk(installation, what)
        case HoldKind.DISTRICT:
            require_division(installation, what)
        case HoldKind.POLICY:
            require_policy(installation, what)


@click.command("unhold", cls=Spoken)
@click.argument("hold_id", metavar="ID")
@option("--by", required=True, metavar="NAME")
@click.pass_obj
def unhold(call: Call, /, hold_id: str, by: str) -> int:
    """Release a hold."""
    with operating(call) as installation:
        if not installation.ledger.release_hold(hold_id, by=by, now=installation.now()):
            raise NotFoundError(said("hold_none", id=hold_id), todo=said("hold_none_todo"))
    if call.as_json:
        emit_json({"released": hold_id})
    tell(word("hold_released", id=hold_id))
    return 0


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A hold with what fell into it."""

    hold: Hold
    end: datetime | None
    #: Misses whose deadline first fell into it; figures can leave them out.
    missed: int


@click.command("holds", cls=Spoken)
@click.pass_obj
def holds(call: Call, /) -> int:
    """List holds and the outages on record, with the misses in them."""
    with call.installation() as installation:
        ledger = installation.ledger
        events = (entry.event for entry in ledger.all_entries("DeadlineMissed"))
        # What an imported case had missed before it was ours is nobody's here, and in no outage of ours.
        charged = Counter(
            (one.charged_to != NOBODY, one.outage) for one in events if isinstance(one, DeadlineMissed)
        )
        inside = Counter({outage: n for (ours, outage), n in charged.items() if ours})
        before = charged.total() - inside.total()
        found = [Window(hold=one, end=one.end, missed=inside[one.id]) for one in ledger.holds()]
    if call.as_json:
        sums = {"missed": inside.total(), "missed_outside": inside[""], "missed_before_import": before}
        emit_json({"holds": found, **sums})
        return 0
    headers = [word(f"hold_{name}") for name in ("id", "what", "since", "end", "by", "why", "missed")]
    if found:
        emit_table(headers, map(_row, found), right=(6,))
    emit(word("hold_sum", total=inside.total(), outside=inside[""]))
    if before:
        emit(word("hold_imported", count=before))
    return 0


def _row(one: Window) -> tuple[str, ...]:
    made = one.hold
    return made.id, what_held(made), local(made.since), local(one.end), made.by, made.reason, str(one.missed)


def what_held(made: Hold) -> str:
    """What a hold is of: `desk liuyin`, `everything`."""
    return f"{word(f'hold_{made.kind.value}')} {made.what}".rstrip()
