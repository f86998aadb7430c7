"""`case-router inspection`: send inspectors out, draw by lot, and draw again to see that nobody cheated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from router.app import Installation
from router.cli.acting import ROLES, act, require_speaker
from router.cli.call import Call
from router.cli.case_show import desk_name, due
from router.cli.grammar import Nouns, Spoken, option
from router.cli.handing_in import from_stdin, hand_in, new_id, no_case, operator, require_desk, say_answer
from router.cli.output import emit, emit_json, emit_table, tell
from router.cli.reading import Gate, case_for_reading
from router.cli.times import WHEN
from router.cli.veiling import answer_if_taken, veil
from router.cli.words import said, value_word, word
from router.core import commands as c
from router.core.case import Case
from router.core.lifecycle import with_case_id
from router.core.several.lots import draw as draw_lots, seed_hash
from router.core.territory.tree import Tree
from router.errors import UsageError

inspection = Nouns("inspection")

_due = option("--due", "due_at", required=True, type=WHEN, metavar="TIME", says="inspection --due")
_by = option("--by", "by", metavar="CODE", says="inspection --by")
_text = option("--text", default="", metavar="TEXT")
_source_id = option("--source-id", metavar="ID", says="inspection --source-id")


@inspection.command("order", cls=Spoken)
@option("--desk", metavar="CODE", says="inspection order --desk")
@option("--case", "case_id", metavar="ID", says="inspection order --case")
@_due
@_by
@_text
@_source_id
@click.pass_obj
def order(call: Call, /, desk: str | None, case_id: str | None, due_at: datetime, **more: Any) -> int:
    """检查任务: one desk, or one case of it."""
    if (desk is None) == (case_id is None):
        raise UsageError(said("inspect_what"), todo=said("inspect_what_todo"))
    with call.installation() as installation:
        targets = _targets(installation, [desk] if desk else [], [case_id] if case_id else [])
        task = c.Task(kind=c.TaskKind.VISIT, targets=targets, due_at=due_at)
        return _send(call, installation, task, **more)


@inspection.command("plan", cls=Spoken)
@option("--candidate", "desks", multiple=True, metavar="CODE", says="inspection plan --candidate")
@option("--case", "cases", multiple=True, metavar="ID", says="inspection plan --case")
@option("--count", required=True, type=click.IntRange(1), metavar="N", says="inspection plan --count")
@option("--seed-hash", required=True, metavar="HEX")
@_due
@_by
@_text
@_source_id
@click.pass_obj
def plan(
    call: Call,
    /,
    desks: Sequence[str],
    cases: Sequence[str],
    count: int,
    seed_hash: str,
    due_at: datetime,
    **more: Any,
) -> int:
    """抽查: who may be drawn, how many, and the hash of the seed."""
    with call.installation() as installation:
        targets = _targets(installation, desks, cases)
        task = c.Task(
            kind=c.TaskKind.DRAW, targets=targets, due_at=due_at, count=count, seed_hash=seed_hash.lower()
        )
        return _send(call, installation, task, **more)


def _targets(installation: Installation, desks: Sequence[str], cases: Sequence[str]) -> tuple[c.Target, ...]:
    found = []
    for code in desks:
        require_desk(installation, code)
        found.append(c.Target(desk=code))
    for case_id in cases:
        case = case_for_reading(installation, case_id)
        found.append(c.Target(desk=case.lead, case=case_id))
    return tuple(found)


def _send(
    call: Call, installation: Installation, task: c.Task, *, by: str | None, text: str, source_id: str | None
) -> int:
    if by is not None:
        require_desk(installation, by)
    actor = c.Actor(c.ActorRole.DESK, by) if by else c.Actor(c.ActorRole.SUPERVISION, operator())
    require_speaker(installation, actor, [])
    command_id = new_id()
    command = with_case_id(
        c.Open(
            id=command_id,
            case_id="",
            actor=actor,
            source=c.INSPECTION,
            source_id=source_id or command_id,
            channel=c.INSPECTION,
            text=from_stdin() if text == "-" else text,
            task=task,
        )
    )
    if (taken := answer_if_taken(call, installation, command.case_id, source_id or command_id)) is not None:
        return taken
    answer = hand_in(installation, command)
    if answer.refused is None and not call.as_json:
        emit(command.case_id)
        return 0
    return say_answer(call, answer, "")


@inspection.command("draw", cls=Spoken)
@click.argument("case_id", metavar="ID")
@option("--seed", required=True, metavar="TEXT", says="inspection --seed")
@option("--desk", metavar="CODE")
@option("--as", "role", type=click.Choice(ROLES))
@option("--id", "command_id", metavar="ID")
@click.pass_obj
def draw(call: Call, /, seed: str, **who: Any) -> int:
    """抽取: with the seed whose hash is on record."""
    seed = from_stdin() if seed == "-" else seed
    return act(call, c.DrawInspection, c.ActorRole.SUPERVISION, seed=seed, **who)


@inspection.command("hash", cls=Spoken)
@option("--seed", required=True, metavar="TEXT", says="inspection --seed")
def hash_seed(seed: str) -> None:
    """What is put on record before a draw; nothing is kept."""
    emit(seed_hash(from_stdin() if seed == "-" else seed))


@inspection.command("verify", cls=Spoken)
@click.argument("case_id", metavar="ID")
@click.pass_obj
def verify(call: Call, /, case_id: str) -> int:
    """Draw again from what is on record: 0 when it comes to the same, 7 when it does not."""
    with call.installation() as installation:
        case, tree = case_for_reading(installation, case_id), installation.rulebook().tree
    task = case.inspections.task
    if task is None or task.kind is not c.TaskKind.DRAW:
        raise no_case(case_id)
    drawn = case.inspections.drawn
    if drawn is None:
        raise UsageError(said("not_drawn_yet"), where=case_id)
    same = seed_hash(drawn.seed) == task.seed_hash and (
        draw_lots(drawn.seed, task.targets, task.count) == drawn.targets
    )
    if call.as_json:
        emit_json({"case": case_id, "same": same, "seed": drawn.seed, "drawn": drawn.targets})
    else:
        headers = [word("inspected_desk"), word("inspected_case")]
        emit_table(headers, [(desk_name(tree, one.desk), one.case or "-") for one in drawn.targets])
        tell(word("draw_same" if same else "draw_differs", seed=drawn.seed))
    return 0 if same else 7


@inspection.command("list", cls=Spoken)
@option("--all", "done_too", is_flag=True)
@click.pass_obj
def list_tasks(call: Call, /, done_too: bool) -> None:  # noqa: FBT001 - click's flag
    """Inspection tasks, the most pressing first; `case list` does not show those that are not done."""
    with call.installation() as installation:
        now, tree = installation.now(), installation.rulebook().tree
        known = Gate(installation).cases(installation.ledger.all_cases(open_only=not done_too))
        found = [one for one in known if one.is_task]
        veiled = veil(installation, [one.inspections for one in found])
    found.sort(key=lambda one: (one.closed_at is not None, one.next_due_at or one.opened_at, one.id))
    if call.as_json:
        emit_json(veiled.document([_summary(one) for one in found]))
    elif not found:
        tell(word("inspection_none"))
    else:
        headers = [
            word(name) for name in ("case_id", "inspection_kind", "case_lead", "inspected_desk", "case_due")
        ]
        emit_table(headers, _rows(found, tree, now))


def _summary(case: Case) -> dict[str, object]:
    return {
        "case": case.id,
        "state": case.state,
        "lead": case.lead,
        "task": case.inspections.task,
        "parent": case.inspections.parent,
        "next_due_at": case.next_due_at,
    }


def _rows(cases: list[Case], tree: Tree, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in cases:
        task = one.inspections.task
        if task is None:
            continue
        targets = ", ".join(desk_name(tree, target.desk) for target in task.targets)
        kind = value_word(f"task_{task.kind}")
        yield one.id, kind, desk_name(tree, one.lead), targets, due(one.next_due_at, now)
