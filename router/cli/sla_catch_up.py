"""`case-router sla catch-up`: what passed while nothing ran is said, and then taken in order."""

from __future__ import annotations

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.operating import operating
from router.cli.output import emit_json, emit_table, local, tell
from router.cli.sla_brake import progress
from router.cli.words import said, word
from router.errors import ConflictError, UsageError
from router.sla.catching_up import CaughtUp, Survey, catch_up as take, survey


@click.command("catch-up", cls=Spoken)
@option("--by", metavar="NAME")
@option("--reason", metavar="TEXT")
@option("--dry-run", is_flag=True, says="sla catch-up --dry-run")
@click.pass_obj
def catch_up(call: Call, /, by: str | None, reason: str | None, dry_run: bool) -> int:  # noqa: FBT001 - click's flag
    """Take what has passed; say first how much that is."""
    if not dry_run and not (by and reason and reason.strip()):
        raise UsageError(said("catch_up_who"), todo=said("catch_up_who_todo"))
    with operating(call, dry_run=dry_run) as installation:
        now, ledger = installation.now(), installation.ledger
        found = survey(ledger, installation.rulebook, now)
        _show(call, found)
        if dry_run:
            if call.as_json:
                emit_json({"survey": found, "done": None})
            tell(word("catch_up_dry"))
            return 0
        if ledger.brake() is not None:
            raise ConflictError(said("catch_up_braked"), todo=said("catch_up_braked_todo"))
        done: CaughtUp = take(
            ledger,
            installation.rulebook,
            installation.counter(),
            by=by or "",
            reason=reason or "",
            now=now,
            progress=progress,
        )
    if call.as_json:
        emit_json({"survey": found, "done": done})
    tell(word("catch_up_done", taken=done.taken, rearmed=done.rearmed, held=done.held, batch=done.batch))
    return 0


def _show(call: Call, found: Survey) -> None:
    tell(
        word(
            "catch_up_found",
            open=found.open_cases,
            cases=found.overdue_cases,
            deadlines=found.deadlines,
            without=found.without,
        )
    )
    if found.kinds and not call.as_json:
        headers = [word("held_milestone"), word("catch_up_on_pass"), word("held_count"), word("catch_up_oldest")]
        rows = (
            (kind.milestone, word(f"on_pass_{kind.on_pass}"), str(kind.count), local(kind.oldest_at))
            for kind in found.kinds
        )
        emit_table(headers, rows, right=(2,))
