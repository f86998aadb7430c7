"""`case-router follow-up`: whom to ask, and to draw again to see that nobody chose them."""

from __future__ import annotations

from datetime import datetime

import click

from router.app import Installation
from router.cli.call import Call
from router.cli.case_show import desk_name, due
from router.cli.grammar import Nouns, Spoken, option
from router.cli.output import emit_json, emit_table, local, tell
from router.cli.reading import Gate
from router.cli.words import said, word
from router.core.case import Case, State
from router.core.events import DrawnBy, Entry, FollowUpDrawn
from router.core.offices.asking import is_the_draw
from router.core.policies.policy import GateKind, Satisfies
from router.core.rules import Rules
from router.core.several.lots import seed_hash
from router.errors import UsageError

follow_up = Nouns("follow-up")


@follow_up.command("list", cls=Spoken)
@click.pass_obj
def list_asked(call: Call) -> None:
    """Resolved cases whose residents are to be asked; those that the lot did not fall on are closed already."""
    with call.installation() as installation:
        now = installation.now()
        found = Gate(installation).cases(installation.ledger.all_cases(open_only=True))
        resolved = [one for one in found if _is_resolved(one)]
        # A case keeps its policy when that is in force no more.
        rules = installation.rulebook({one.policy for one in resolved})
        waiting = [one for one in resolved if rules.policy(one.policy).gate.kind is GateKind.FOLLOW_UP]
    waiting.sort(key=lambda one: (_due(one) or one.resolved_at or one.opened_at, one.id))
    if call.as_json:
        emit_json(
            [
                {
                    "case": one.id,
                    "lead": one.lead,
                    "resolved_at": one.resolved_at,
                    "due_at": _due(one),
                    "drawn": one.to_be_asked is not None,
                }
                for one in waiting
            ]
        )
    elif not waiting:
        tell(word("follow_up_none"))
    else:
        rows = [
            (one.id, desk_name(rules.tree, one.lead), local(one.resolved_at), due(_due(one), now))
            for one in waiting
        ]
        emit_table([word(f"case_{name}") for name in ("id", "lead", "resolved_at", "due")], rows)


def _is_resolved(case: Case) -> bool:
    """Whether a case is resolved and nothing on record says that its residents are not to be asked."""
    return case.state is State.RESOLVED and case.to_be_asked is not False and case.inspections.waits is None


def _due(case: Case) -> datetime | None:
    asked = (m for m in case.milestones if m.satisfied_by is Satisfies.FOLLOWED_UP)
    return max((m.due_at for m in asked), default=None)


@follow_up.command("verify", cls=Spoken)
@option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", says="follow-up verify --day")
@click.pass_obj
def verify(call: Call, /, day: datetime) -> int:
    """Draw a day's cases again with its seed, which is told when it is over: 0 when it is the same, 7 when not."""
    chosen = day.date()
    with call.installation() as installation:
        rules = installation.rulebook()
        if not _is_over(installation, rules, day):
            raise UsageError(said("follow_up_day_runs", where=chosen.isoformat()), todo=said("follow_up_day_todo"))
        seed = rules.seed_of(chosen)
        found = [
            (entry, entry.event)
            for entry in installation.ledger.all_entries(FollowUpDrawn.__name__)
            if isinstance(entry.event, FollowUpDrawn)
            and entry.event.by is DrawnBy.LOT
            and entry.event.day == chosen
        ]
        found = Gate(installation).rows(found, lambda one: one[0].case_id)
    if seed is None:
        raise UsageError(said("follow_up_no_key"), todo=said("follow_up_no_key_todo"))
    wrong = [entry.case_id for entry, event in found if not is_the_draw(event, entry.case_id, seed)]
    if call.as_json:
        emit_json(
            {
                "day": chosen,
                "seed": seed,
                "seed_hash": seed_hash(seed),
                "cases": [_row(entry, event) for entry, event in found],
                "differ": wrong,
            }
        )
    else:
        headers = [word(key) for key in ("case_id", "case_lead", "follow_up_share", "follow_up_drawn")]
        rows = [
            (
                entry.case_id + (" ✗" if entry.case_id in wrong else ""),
                desk_name(rules.tree, event.desk),
                f"{event.share:.0%}",
                word("yes" if event.drawn else "no"),
            )
            for entry, event in found
        ]
        emit_table(headers, rows)
        drawn = sum(event.drawn for _, event in found)
        tell(word("follow_up_drew", drawn=drawn, count=len(found), day=chosen.isoformat()))
        tell(word("draw_differs" if wrong else "draw_same", seed=seed))
    return 7 if wrong else 0


def _row(entry: Entry, event: FollowUpDrawn) -> dict[str, object]:
    return {"case": entry.case_id, "desk": event.desk, "share": event.share, "drawn": event.drawn}


def _is_over(installation: Installation, rules: Rules, day: datetime) -> bool:
    """Whether nothing is drawn by that day's seed any more, in whatever zone."""
    now = installation.now()
    return all(calendar.local(now).date() > day.date() for calendar in rules.calendars.values())
