"""What is said of a case later: the citizen urges (催单), a text is blanked (删改)."""

from __future__ import annotations

from router.core.commands import Redact, Urge
from router.core.events import Redacted, Urged
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices


def urge(draft: Draft, command: Urge, rules: Rules) -> Refusal | None:
    """催单: the lead is told and the case counts it; once on each day of the policy's calendar."""
    case = draft.case
    calendar = rules.calendar(rules.policy(case.policy))
    today, last = calendar.local(draft.at).date(), case.links.urged_at
    if last is not None and calendar.local(last).date() >= today:
        return refuse("urged_today", day=today.isoformat())
    draft.add(Urged(times=case.links.urges + 1), text=command.text)
    if case.lead:
        draft.tell_desk(
            case.lead,
            notices.URGED,
            lambda now: m.Urged(case_id=now.id, version=now.version, times=now.links.urges, text=command.text),
        )
    return None


def redact(draft: Draft, command: Redact, _rules: Rules) -> Refusal | None:
    """删改: the entry that says so is all the core does; the ledger blanks what the entry names."""
    if not command.text.strip():
        return refuse("reason_missing", command="redact")
    if not 1 <= command.entry <= draft.case.version:
        return refuse("no_such_entry", entry=command.entry)
    by = command.actor.id
    draft.add(Redacted(entry=command.entry, by=by), text=command.text)
    for desk in dict.fromkeys((draft.case.lead, *draft.case.assists)):
        if desk:
            draft.tell_desk(
                desk,
                notices.REDACTED,
                lambda now: m.Redacted(case_id=now.id, version=now.version, entry=command.entry),
            )
    return None
