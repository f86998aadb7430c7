"""`case-router case list`: cases, the most pressing first; no texts, no personal data."""

from __future__ import annotations

from datetime import datetime
from heapq import nsmallest

import click

from router.cli.call import Call
from router.cli.case_show import desk_name, due
from router.cli.grammar import Spoken, option
from router.cli.handing_in import require_desk
from router.cli.output import emit_json, emit_table, local, tell
from router.cli.priority_words import order_at, priority_word
from router.cli.reading import Gate
from router.cli.veiling import veil
from router.cli.words import value_word, word
from router.core.case import Case, State
from router.core.policies.priority import Priority
from router.core.telling.seeing import Below
from router.core.territory.tree import Tree


@click.command("list", cls=Spoken)
@option("--desk", metavar="CODE", says="case list --desk")
@option("--below", metavar="CODE", says="case list --below")
@option("--state", type=click.Choice([one.value for one in State]))
@option("--overdue", is_flag=True)
@option("--all", "closed_too", is_flag=True)
@option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.pass_obj
def list_cases(
    call: Call,
    /,
    desk: str | None,
    below: str | None,
    state: str | None,
    overdue: bool,  # noqa: FBT001 - click's flag
    closed_too: bool,  # noqa: FBT001 - click's flag
    limit: int,
) -> None:
    """List cases by their next deadline, with the head start that a priority gives."""
    with call.installation() as installation:
        now, tree = installation.now(), installation.rulebook().tree
        for named in (desk, below):
            if named is not None:
                require_desk(installation, named)
        sees = Below(tree, below) if below is not None else None
        open_only = not closed_too and state != State.CLOSED
        found = installation.ledger.all_cases(open_only=open_only, lead=desk if sees is None else None)
        # For nobody who lists cases does an inspection exist before it is done, nor a report for whom it names.
        known = (one for one in Gate(installation).cases(found) if not (one.is_task and one.is_open))
        # What may only be counted is counted before anything is asked: a number by state would tell its state.
        seen = sees.of(known) if sees is not None else known
        wanted = (one for one in seen if _wanted(one, desk, state, now if overdue else None))
        # One more than is shown tells whether there are more, whatever their number.
        order = order_at(installation, now)
        first = nsmallest(limit + 1, wanted, key=order.of)
        priorities = {one.id: order.haste(one).priority for one in first}
        shown = first[:limit]
        # What an inspection or a sweep made has its id as the source's own.
        veiled = veil(installation, [one.source_id for one in shown])
    if call.as_json:
        emit_json(veiled.document([_summary(one, priorities[one.id]) for one in shown]))
    elif not shown:
        tell(word("case_none"))
    else:
        names = ["id", "state", "lead", "due", "opened_at"]
        # Where nothing comes before anything else there is nothing to say of it.
        told = priorities if any(one is not Priority.NORMAL for one in priorities.values()) else {}
        emit_table(
            [word(f"case_{name}") for name in (*names, *(["priority"] if told else []))],
            (_row(one, tree, now, told.get(one.id)) for one in shown),
        )
    if len(first) > limit:
        tell(word("case_more"))
    if sees is not None and sees.counted:
        tell(word("case_counted", count=sees.counted))


def _wanted(case: Case, desk: str | None, state: str | None, overdue_at: datetime | None) -> bool:
    if desk not in (None, case.lead) or state not in (None, case.state):
        return False
    return overdue_at is None or (case.next_due_at is not None and case.next_due_at < overdue_at)


def _summary(case: Case, priority: Priority) -> dict[str, object]:
    return {
        "case": case.id,
        "source": case.source,
        "source_id": case.source_id,
        "version": case.version,
        "state": case.state,
        "lead": case.lead,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "next_due_at": case.next_due_at,
        "starred": case.starred,
        "affected": case.affected,
        "priority": priority,
        "escalations": case.escalations,
    }


def _row(one: Case, tree: Tree, now: datetime, priority: Priority | None) -> tuple[str, ...]:
    star = "★ " if one.starred else ""
    return (
        star + one.id,
        value_word(one.state),
        desk_name(tree, one.lead),
        due(one.next_due_at, now),
        local(one.opened_at),
        *([priority_word(priority)] if priority is not None else []),
    )
