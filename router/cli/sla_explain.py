"""`case-router sla explain`: the deadlines of a case in words, on record or not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import click
import msgspec

from router.cli.call import Call
from router.cli.case_show import desk_name
from router.cli.case_time import exact
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_fields, emit_json, emit_table, local
from router.cli.policy_words import clause_word, fact_word, reason_word
from router.cli.priority_words import grounds_word
from router.cli.reading import case_for_reading
from router.cli.times import WHEN
from router.cli.words import step_word, value_word, word
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Open
from router.core.counting.explaining import Consequence, DayKind, DayRange, Explained, Explanation, Tried, explain
from router.core.events import Dispatched, Entry, Escalated
from router.core.lifecycle import decide, with_case_id
from router.core.policies.matching import MATTER_TYPES, Mismatch
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.territory.tree import Tree
from router.errors import ConflictError, UsageError
from router.sentences import Sentence


@click.command("explain", cls=Spoken)
@click.argument("case_id", required=False, metavar="[ID]")
@option("--channel", default=None, metavar="CHANNEL")
@option("--matter", type=click.Choice(MATTER_TYPES), default=None)
@option("--category", metavar="CODE")
@option("--division", metavar="CODE/CODE")
@option("--desk", metavar="CODE", says="case open --desk")
@option("--due", type=WHEN, metavar="TIME", says="case open --due")
@option("--at", type=WHEN, metavar="TIME", says="sla explain --at")
@option("--raised-by", type=click.Choice(["resident", "worker"]))
@option("--starred", is_flag=True)
@option("--affected", type=click.IntRange(1))
@option("--vulnerable", is_flag=True)
@click.pass_obj
def explain_(call: Call, /, case_id: str | None, at: datetime | None, **facts: Any) -> None:
    """Explain the deadlines of a case, or of a case as described."""
    described = {name: value for name, value in facts.items() if value}
    if case_id is not None and (described or at is not None):
        raise UsageError(
            "a case on record has its facts already", todo="Say either an ID, or what a case would be like."
        )
    with call.installation() as installation:
        if case_id is not None:
            case, entries = case_for_reading(installation, case_id), installation.ledger.entries(case_id)
            rules = installation.rulebook({case.policy})
        else:
            rules = installation.rulebook()
            case, entries = imagined(rules, at or installation.now(), **described)
        told = explain(case, entries, rules)
    if call.as_json:
        emit_json({"case": case_id, **msgspec.structs.asdict(told)})
    else:
        _show(told, case, entries, rules.tree, on_record=case_id is not None)


def imagined(rules: Rules, at: datetime, *, division: str = "", **facts: Any) -> tuple[Case, list[Entry]]:
    """A case that is opened and kept nowhere.

    Raises:
        ConflictError: such a case would be refused.
    """
    named = {"matter": "matter_type", "due": "due_at"}
    said = {named.get(name, name): value for name, value in facts.items()}
    channel = said.setdefault("channel", "hotline")
    codes = tuple(code or None for code in division.split("/")) if division else ()
    command = Open(
        id="explain",
        case_id="",
        actor=Actor(ActorRole.CHANNEL, channel),
        at=at,
        source="explain",
        source_id="explain",
        division=codes,
        **said,
    )
    step = decide(None, with_case_id(command), rules, at)
    if isinstance(step, Refusal):
        raise ConflictError(Sentence(step.en, step.zh))
    return step.case, list(step.entries)


def _show(told: Explanation, case: Case, entries: Sequence[Entry], tree: Tree, *, on_record: bool) -> None:
    if on_record:
        emit(word("explain_case", case=case.id))
    else:
        emit(word("explain_imagined"))
    emit_fields(_fields(told, case, entries, tree, on_record=on_record))
    emit(f"\n{word('explain_tried')}")
    for tried in told.tried:
        emit(f"  {_tried(tried)}")
    if told.policy_today != told.policy:
        emit(f"  {word('explain_other_today', policy=told.policy_today or '-', kept=told.policy)}")
    emit(f"\n{word('explain_milestones')}")
    for one in told.milestones:
        for line in _milestone(one, tree):
            emit(f"  {line}")
    for waiting in told.waiting:
        title = _titled(waiting.name, waiting.title)
        started = word(f"explain_from_{waiting.anchor}")
        emit(f"  {word('explain_waiting', name=title, budget=_budget(waiting.budget), anchor=started)}")
    if told.ladder:
        emit(f"\n{word('explain_ladder')}")
        headers = [word(f"explain_{name}") for name in ("deadline", "instant", "then_head")]
        emit_table(
            headers,
            [(one.name, _instant(one), _consequences(one.consequences, tree)) for one in told.ladder],
        )
    if told.colours:
        emit(f"\n{word('explain_colours')}")
        for onset in told.colours:
            after = word("explain_after") if onset.after else ""
            emit(f"  {local(onset.at)}{after}  {onset.title or value_word(onset.name)}")


def _fields(
    told: Explanation, case: Case, entries: Sequence[Entry], tree: Tree, *, on_record: bool
) -> Iterable[tuple[str, str]]:
    kind = " · ".join(
        (value_word(case.channel), value_word(case.origin, of="origin"), value_word(case.matter_type))
    )
    yield word("case_channel"), kind
    if case.category:
        yield word("case_category"), case.category
    yield word("case_opened_at"), local(told.received_at)
    first = next((entry.event for entry in entries if isinstance(entry.event, Dispatched)), None)
    if first is not None:
        to = desk_name(tree, first.desk)
        yield word("explain_first_desk"), word("explain_goes_to", desk=to, reason=value_word(first.reason))
    yield word("case_policy"), f"{told.policy} {told.policy_title}".strip()
    if on_record:
        yield word("explain_why"), reason_word(told.policy_reason)
    yield word("case_priority"), grounds_word(told.priority)
    known = "explain_endless" if told.coverage_end == date.max else "explain_calendar"
    yield word("policy_calendar"), word(known, calendar=told.calendar, end=told.coverage_end)


def _tried(tried: Tried) -> str:
    if tried.mismatch is None:
        facts = [clause_word(key, fact) for key, fact in tried.clauses]
        return f"✓ {tried.policy}: {word('explain_and').join(facts) or word('explain_no_condition')}"
    wrong = tried.mismatch
    what = word(f"explain_key_{wrong.key}")
    fact, wanted = _mismatch(wrong)
    return f"✗ {tried.policy}: {word('explain_mismatch', what=what, fact=fact, wanted=wanted)}"


def _mismatch(wrong: Mismatch) -> tuple[str, str]:
    """What the case is and what was wanted, in words."""
    match wrong.key:
        case "window":
            opens, closes, at = (local(datetime.fromisoformat(one)) for one in (*wrong.wanted, wrong.fact))
            return at, word("explain_window", opens=opens, closes=closes)
        case "effective_from":
            return wrong.fact, word("explain_not_before", day=wrong.wanted[0])
        case "effective_to":
            return wrong.fact, word("explain_not_after", day=wrong.wanted[0])
    wanted = word("explain_or").join(fact_word(wrong.key, one) for one in wrong.wanted)
    return (fact_word(wrong.key, wrong.fact) if wrong.fact else word("explain_unknown")), wanted


def _milestone(one: Explained, tree: Tree) -> Iterable[str]:
    yield f"{_titled(one.name, one.title)}  {_instant(one)}  {value_word(one.status)}"
    if one.since is None:
        yield f"    {word('explain_named')}"
    else:
        anchor = word(f"explain_from_{one.anchor or ('missed' if '@' in one.name else 'request')}")
        budget = _budget(one.budget) if one.budget is not None else exact(one.due_at - one.since)
        yield f"    {word('explain_budget', budget=budget, anchor=anchor, since=local(one.since))}"
    if one.late:
        yield f"    {word('explain_late')}"
    for counted, label in ((True, "explain_counted"), (False, "explain_off")):
        ranges = [each for each in one.days if (each.kind in _COUNTED) is counted]
        if ranges:
            yield f"    {word(label, days=word('explain_and').join(map(_range, ranges)))}"
    if one.counted_to is not None:
        yield f"    {word('explain_moved', counted=local(one.counted_to))}"
    for change in one.changes:
        what = word(f"explain_by_{change.what}")
        yield f"    {word('explain_change', what=what, at=local(change.at), to=local(change.moved_to))}"
    if one.consequences:
        yield f"    {word('explain_passes', what=_consequences(one.consequences, tree))}"


_COUNTED = (DayKind.COUNTED, DayKind.MAKE_UP)


def _titled(name: str, title: str) -> str:
    return f"{name} {title}".strip()


def _instant(one: Explained) -> str:
    return local(one.due_at) + (word("provisional") if one.provisional else "")


def _range(days: DayRange) -> str:
    text = str(days.first) if days.first == days.last else f"{days.first}–{days.last:%m-%d}"
    return text if days.kind is DayKind.COUNTED else word(f"explain_{days.kind}", days=text)


def _budget(written: str | dict[str, Any]) -> str:
    """A budget in words."""
    if isinstance(written, dict):
        if "at" in written:
            moved = word("explain_next_day", days=written["next_day"]) if written.get("next_day") else ""
            return f"{moved}{written['at']}"
        ends = word(f"explain_ends_{written['ends']}")
        days = word(f"explain_days_{written['of']}", count=written["days"])
        return word("explain_days_to", days=days, ends=ends)
    for unit in ("wd", "wh", "d", "h", "m", "s"):
        if written.endswith(unit) and written[: -len(unit)].isdigit():
            return word(f"explain_unit_{unit}", count=int(written[: -len(unit)]))
    return (
        word("explain_given")
        if written == "given"
        else written.replace("next day ", word("explain_next_day", days=1))
    )


def _consequences(consequences: Sequence[Consequence], tree: Tree) -> str:
    if not consequences:
        return word("explain_nothing")
    return word("explain_then").join(_consequence(one, tree) for one in consequences)


def _consequence(one: Consequence, tree: Tree) -> str:
    step = step_word(one.step) if one.step else ""
    told = word(f"explain_{one.what}", to=desk_name(tree, one.to), step=step)
    if one.what == Escalated.__name__ and step != one.to:  # a desk may be called by the code of its step
        told += word("explain_step", step=step)
    until = "explain_due_there" if one.what == Escalated.__name__ else "explain_until"
    return told + (word(until, until=local(one.until)) if one.until is not None else "")
