"""A policy as people read it: its milestones, its ladder, its gate and its returns."""

from __future__ import annotations

import msgspec

from router.cli.output import emit, emit_fields, emit_table
from router.cli.words import step_word, value_word, word
from router.core.notation import format_instant
from router.core.policy import GateKind, Instant, MilestoneRule, Policy


def show_policy(policy: Policy) -> None:
    """Print it."""
    reasons = [f"{one} ({value_word(one)})" if value_word(one) != one else one for one in policy.return_reasons]
    window = _instant(policy.return_window)
    emit_fields(
        [
            (word("policy_version"), policy.version),
            (word("policy_title"), policy.title or "-"),
            (word("policy_calendar"), policy.calendar),
            (word("policy_from"), str(policy.effective_from or "-")),
            (word("policy_to"), str(policy.effective_to or "-")),
            (word("policy_mode"), value_word(policy.mode)),
            (word("policy_gate"), _gate(policy)),
            (word("policy_verified"), word("yes" if policy.verified_first else "no")),
            (word("policy_recheck"), _recheck(policy)),
            (word("policy_return"), word("policy_return_value", window=window, cap=policy.return_cap)),
            (word("policy_watchers"), ", ".join(f"{one.name} ({one.desk})" for one in policy.watchers) or "-"),
            (word("policy_requires"), ", ".join(map(str, policy.dispatch.requires)) or "-"),
            (word("policy_joint"), step_word(policy.dispatch.lead) if policy.dispatch.lead else "-"),
            (word("policy_reasons"), ", ".join(reasons) or word("policy_any_reason")),
        ]
    )
    emit(f"\n{word('policy_milestones')}")
    keys = ("col_milestone", "policy_title", "policy_budget", "policy_anchor", "policy_until", "col_passed")
    emit_table([word(key) for key in keys], [_milestone(one) for one in policy.milestones])
    emit(f"\n{word('policy_ladder')}")
    steps = [(step_word(one.name), _instant(one.budget)) for one in policy.ladder]
    emit_table([word("policy_step"), word("policy_budget")], steps)


def _gate(policy: Policy) -> str:
    """What must be true before a case closes, in one line."""
    gate, parts = policy.gate, [value_word(policy.gate.kind)]
    if gate.kind is GateKind.FOLLOW_UP:
        parts.append(word("policy_gate_asked", ask=gate.ask, share=f"{gate.accept_share:.0%}"))
    if gate.report_after:
        parts.append(word("policy_report_after"))
    return "; ".join(parts)


def _recheck(policy: Policy) -> str:
    """When a closed case is looked at again, in one line; `-` for never."""
    rule = policy.recheck
    if rule is None:
        return "-"
    months = ", ".join(map(str, rule.months))
    when = word("policy_months", months=months) if rule.every is None else _instant(rule.every)
    outcomes = ", ".join(map(value_word, rule.outcomes))
    return word("policy_recheck_value", when=when, times=rule.times, outcomes=outcomes)


def _milestone(rule: MilestoneRule) -> tuple[str, ...]:
    return (
        rule.name,
        rule.title,
        _instant(rule.instant),
        value_word(rule.anchor, of="anchor"),
        value_word(rule.satisfied_by, of="until") + (f" ({rule.by})" if rule.by else ""),
        value_word(rule.on_pass),
    )


def _instant(instant: Instant | None) -> str:
    """A budget in its notation, as in the file; `-` for none."""
    if instant is None:
        return "-"
    notation = format_instant(instant)
    return notation if isinstance(notation, str) else msgspec.json.encode(notation).decode()
