"""`case-router audit`: every open case is looked at for what must never be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
import msgspec

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import age, emit_json, emit_table, local, tell
from router.cli.rerouting import is_stranded
from router.cli.texts import WORDS
from router.cli.words import LANGUAGES, pick, word
from router.core.case import Case, State
from router.core.policy import Given, Policy, Satisfies
from router.core.rules import Rules
from router.errors import CheckFailedError

#: A deadline that passed this long ago was noticed by nobody.
GRACE_S = 300
#: A message this old has outlived every pause of the relay.
OUTBOX_S = 600


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must not be."""

    #: `no_deadline`, `overdue`, `lead_gone`, `outbox`.
    code: str
    #: Empty when it is not about one case.
    case: str
    zh: str
    en: str


@click.command("audit", cls=Spoken)
@option("--grace", "grace_s", type=click.IntRange(0), default=GRACE_S, show_default=True)
@option("--outbox", "outbox_s", type=click.IntRange(0), default=OUTBOX_S, show_default=True)
@click.pass_obj
def audit(call: Call, /, grace_s: int, outbox_s: int) -> int:
    """Look at every open case, with no window and no sampling."""
    looked_at, findings = 0, list[Finding]()
    with call.installation() as installation:
        now = installation.now()
        for case in installation.ledger.all_cases(open_only=True):
            looked_at += 1
            rules = installation.rulebook({case.policy})
            findings.extend(look(case, rules, now, timedelta(seconds=grace_s)))
        waited_s = installation.ledger.counts(now)["outbox_oldest_s"] or 0
    if waited_s > outbox_s:
        findings.append(_finding("outbox", "", age=age(waited_s)))
    if call.as_json:
        emit_json({"cases": looked_at, "findings": findings})
    elif findings:
        headers = [word(f"audit_{name}") for name in ("case", "code", "what")]
        emit_table(headers, ((one.case or "-", one.code, pick((one.zh, one.en))) for one in findings))
    tell(word("audit_done", cases=looked_at, findings=len(findings)))
    return CheckFailedError.exit_code if findings else 0


def look(case: Case, rules: Rules, now: datetime, grace: timedelta) -> Iterator[Finding]:
    """What is wrong with one open case."""
    if is_stranded(rules.tree, case):
        yield _finding("lead_gone", case.id, lead=case.lead)
    if case.next_due_at is None:
        if not may_have_none(case, rules.policy(case.policy)):
            yield _finding("no_deadline", case.id, policy=case.policy)
    elif now - case.next_due_at > grace:
        yield _finding("overdue", case.id, due=local(case.next_due_at))


def may_have_none(case: Case, policy: Policy) -> bool:
    """Whether the policy itself leaves an open case like this one without a running deadline.

    It does when its ladder has no further budget where the case stands, when its only deadlines are given ones and
    the case brought none, and when a resolution waits for a gate that has no milestone.
    """
    if case.state is State.RESOLVED:
        return not any(rule.satisfied_by is Satisfies.FOLLOWED_UP for rule in policy.milestones)
    final = [rule for rule in policy.milestones if rule.satisfied_by in (Satisfies.RESOLVED, Satisfies.CLOSED)]
    if case.given_due_at is None and all(isinstance(rule.instant, Given) for rule in final):
        return True
    step = policy.ladder[min(case.step, len(policy.ladder) - 1)]
    return case.escalations > 0 and step.budget is None


def _finding(code: str, case_id: str, **data: str) -> Finding:
    zh, en = (WORDS[f"audit_{code}"][index].format_map(data) for index in range(len(LANGUAGES)))
    return Finding(code=code, case=case_id, zh=zh, en=en)
