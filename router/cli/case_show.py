"""`case-router case show`: one case for a reader; never a citizen's personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from router.cli.call import Call
from router.cli.case_names import Names
from router.cli.event_words import sentence
from router.cli.grammar import Spoken
from router.cli.output import age, emit, emit_fields, emit_json, emit_table, local
from router.cli.priority_words import grounds_word
from router.cli.reading import case_for_reading
from router.cli.veiling import veil
from router.cli.words import value_word, word
from router.core.case import Case
from router.core.commands import ActorRole
from router.core.events import Entry, Milestone, MilestoneStatus
from router.core.policies.colours import colour_of
from router.core.rules import Rules
from router.core.telling.pressing import grounds_of, priority_of
from router.core.territory.tree import Tree


@click.command("show", cls=Spoken)
@click.argument("case_id", metavar="ID")
@click.pass_obj
def show(call: Call, case_id: str) -> None:
    """Show a case: where it stands, its deadlines, its history."""
    with call.installation() as installation:
        case = case_for_reading(installation, case_id)
        entries = installation.ledger.entries(case_id)
        rules = installation.rulebook({case.policy})
        now = installation.now()
        veiled = veil(installation, case, entries)
    if call.as_json:
        priority = priority_of(rules.policy(case.policy), case)
        told = {"case": case, "next_due_at": case.next_due_at, "priority": priority, "history": entries}
        emit_json(veiled.document(told))
        return
    emit(word("case_title", case=case.id, version=case.version))
    emit_fields((name, veiled.text(value)) for name, value in _fields(case, rules, now))
    emit(f"\n{word('case_deadlines')}")
    headers = [word(f"col_{name}") for name in ("milestone", "due", "status", "passed")]
    names = Names.of(entries, rules)
    emit_table(headers, (_milestone(one, names, now) for one in case.milestones))
    emit(f"\n{word('case_history')}")
    for entry in entries:
        emit(veiled.text(_line(entry, names)))


def _fields(case: Case, rules: Rules, now: datetime) -> Iterator[tuple[str, str]]:
    tree = rules.tree
    yield word("case_state"), value_word(case.state)
    colour = colour_of(case, rules, now)
    if colour is not None:
        yield word("case_colour"), colour.title or value_word(colour.name)
    yield word("case_lead"), desk_name(tree, case.lead)
    if rules.policy(case.policy).priority is not None:
        yield word("case_priority"), grounds_word(grounds_of(rules.policy(case.policy), case))
    if case.affected > 1:
        yield word("case_affected"), str(case.affected)
    if case.assists:
        yield word("case_assists"), ", ".join(desk_name(tree, code) for code in case.assists)
    if case.together.leader is not None:
        yield word("case_leader"), f"{case.together.leader.leader} ({value_word(case.together.leader.tier)})"
    awaited = [one.desk for one in case.together.whistles if one.reported_at is None]
    if awaited:
        yield word("case_awaited"), ", ".join(desk_name(tree, code) for code in awaited)
    if case.together.mediation is not None:
        yield word("case_mediator"), desk_name(tree, case.together.mediation.desk)
    yield word("case_due"), due(case.next_due_at, now) + (word("provisional") if _rests_on_unknown(case) else "")
    if case.extended_due_at is not None and case.due_at is not None:
        yield word("case_statutory"), word("case_moved", due=local(case.due_at), to=local(case.extended_due_at))
    asked = [
        word(f"case_asked_{kind}", desk=desk_name(tree, one.desk), reason=one.reason)
        for kind, one in (
            ("extension", case.changes.extension_asked),
            ("suspension", case.changes.suspension_asked),
        )
        if one is not None
    ]
    if asked:
        yield word("case_asked"), "; ".join(asked)
    yield word("case_opened_at"), local(case.opened_at)
    kind = " · ".join(
        (value_word(case.channel), value_word(case.origin, of="origin"), value_word(case.matter_type))
    )
    yield word("case_channel"), kind
    yield word("case_source"), f"{case.source} {case.source_id}"
    if case.category:
        yield word("case_category"), _category(tree, case.category)
    yield word("case_place"), " / ".join(_division(tree, code) for code in case.division_path)
    yield word("case_policy"), case.policy
    if case.outcome is not None:
        yield word("case_outcome"), value_word(case.outcome)
    marks = [word(name) for name in ("starred", "vulnerable", "confidential") if getattr(case, name)]
    if marks:
        yield word("case_marks"), ", ".join(marks)
    kept_from = [*(desk_name(tree, code) for code in case.kept.desks), *case.named_persons]
    if kept_from:
        yield word("case_kept_from"), ", ".join(kept_from)
    if case.text:
        yield word("case_text"), case.text


def _rests_on_unknown(case: Case) -> bool:
    """Whether the next deadline may still move with the next notice."""
    running = [one for one in case.milestones if one.status is MilestoneStatus.RUNNING]
    return any(one.provisional for one in running if one.due_at == case.next_due_at)


def desk_name(tree: Tree, code: str) -> str:
    """A desk by name and code; a code that is in no tree any more alone."""
    desk = tree.desks.get(code)
    return f"{desk.name} ({code})" if desk is not None else code or "-"


def _division(tree: Tree, code: str) -> str:
    division = tree.divisions.get(code)
    return division.name if division is not None else code


def _category(tree: Tree, code: str) -> str:
    category = tree.categories.get(code)
    return f"{category.name} ({code})" if category is not None else code


def due(at: datetime | None, now: datetime) -> str:
    """A deadline, and how far off it is or how long it has passed."""
    if at is None:
        return "-"
    seconds = (at - now).total_seconds()
    left = word("due_in", age=age(seconds)) if seconds >= 0 else word("overdue_by", age=age(-seconds))
    return f"{local(at)} ({left})"


def _milestone(one: Milestone, names: Names, now: datetime) -> tuple[str, ...]:
    at = due(one.due_at, now) if one.status is MilestoneStatus.RUNNING else local(one.due_at)
    if one.provisional:
        at += word("provisional")
    status = value_word(one.status) + (word("excused") if one.excused else "")
    return names.milestone(one.name), at, status, value_word(one.on_pass)


def _line(entry: Entry, names: Names) -> str:
    is_channel = entry.actor.role in (ActorRole.CHANNEL, ActorRole.CITIZEN)
    who = value_word(entry.actor.id) if is_channel else names.desk(entry.actor.id)
    actor = " ".join(filter(None, (value_word(entry.actor.role), who)))
    text = f" “{entry.text}”" if entry.text else ""
    return f"{entry.version:>3}  {local(entry.event_at)}  {sentence(entry.event, names)}  [{actor}]{text}"
