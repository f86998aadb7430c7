"""`case-router escalation undo`: cases that went up wrongly go back, and the misses are withdrawn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, Spoken, option
from router.cli.operating import operating
from router.cli.output import emit_json, emit_table, tell
from router.cli.reading import Gate
from router.cli.sla_brake import progress, say_done
from router.cli.times import WHEN
from router.cli.words import said, word
from router.core.events import Entry, Escalated
from router.errors import NotFoundError, UsageError
from router.ledger.guard_port import GuardedLedger
from router.sla import taking_back

#: Times the brake was on that are looked through for a batch.
_BATCHES = 10_000


@click.command("undo", cls=Spoken)
@option("--batch", type=click.IntRange(1), metavar="ID")
@option("--since", type=WHEN, metavar="TIME", says="escalation undo --since")
@option("--until", type=WHEN, metavar="TIME", says="escalation undo --until")
@option("--by", required=True, metavar="NAME")
@option("--reason", required=True, metavar="TEXT")
@option("--dry-run", is_flag=True, says="escalation undo --dry-run")
@click.pass_obj
def undo(
    call: Call,
    /,
    batch: int | None,
    since: datetime | None,
    until: datetime | None,
    by: str,
    reason: str,
    dry_run: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Take back the escalations of a batch."""
    if (batch is None) == (since is None) or (until is not None and since is None):
        raise UsageError(said("undo_which"), todo=said("undo_which_todo"))
    with operating(call, dry_run=dry_run) as installation:
        now = installation.now()
        chosen = _batch(installation.ledger, batch, since, until, now)
        found = taking_back.escalations(installation.ledger, chosen)
        # The table is a list of cases, by office; what is said of all below is true for whoever acts on it.
        _show(call, Gate(installation).rows(found, lambda one: one.case_id))
        if dry_run:
            tell(word("undo_dry", count=len(found)))
            if call.as_json:
                emit_json({"escalations": len(found), "done": None, "refused": {}})
            return 0
        done = taking_back.undo(installation.counter(), found, by=by, reason=reason, now=now, progress=progress)
    return say_done(call, done, "undone", escalations=len(found))


def _batch(
    ledger: GuardedLedger, batch: int | None, since: datetime | None, until: datetime | None, now: datetime
) -> taking_back.Batch:
    """Which escalations are meant.

    Raises:
        NotFoundError: nothing was ever let through under that number.
    """
    if since is not None:
        return taking_back.Batch(since=since, until=until or now)
    known = next((one for one in ledger.brakes(_BATCHES) if one.seq == batch), None)
    if known is None or known.ended_at is None or known.ended_how != "released":
        raise NotFoundError(said("undo_no_batch", batch=batch), todo=said("undo_no_batch_todo"))
    # What a release lets through had passed before it, and was put on record after it.
    return taking_back.Batch(since=known.ended_at, until=now, due_before=known.ended_at)


def _show(call: Call, found: list[Entry]) -> None:
    if call.as_json or not found:
        return
    events = [entry.event for entry in found if isinstance(entry.event, Escalated)]
    counted = Counter((one.from_desk, one.to_desk, one.milestone or "-") for one in events)
    headers = [word(f"undo_{name}") for name in ("from", "to")] + [word("held_milestone"), word("held_count")]
    emit_table(headers, ((*key, str(n)) for key, n in counted.most_common()), right=(3,))


escalation = Nouns("escalation")
escalation.add_command(undo)
