"""A policy as people read it: its milestones, its ladders, its gate, its colours, what may be asked for."""

from __future__ import annotations

import msgspec

from router.cli.output import emit, emit_fields, emit_table, local
from router.cli.priority_words import rule_word
from router.cli.words import step_word, value_word, word
from router.core.policies.notation import format_instant
from router.core.policies.policy import (
    Colour,
    ExtensionRule,
    GateKind,
    Instant,
    Level,
    MilestoneRule,
    Policy,
    SuspensionRule,
)


def show_policy(policy: Policy) -> None:
    """Print it."""
    reasons = [f"{one} ({value_word(one)})" if value_word(one) != one else one for one in policy.return_reasons]
    emit_fields(
        [
            (word("policy_version"), policy.version),
            (word("policy_title"), policy.title or "-"),
            (word("policy_calendar"), policy.calendar),
            (word("policy_from"), str(policy.effective_from or "-")),
            (word("policy_to"), str(policy.effective_to or "-")),
            (word("policy_window"), _window(policy)),
            (word("policy_mode"), value_word(policy.mode)),
            (word("policy_gate"), _gate(policy)),
            (word("policy_verified"), word("yes" if policy.verified_first else "no")),
            (word("policy_recheck"), _recheck(policy)),
            (word("policy_repeat"), str(policy.repeat.escalate_at) if policy.repeat else "-"),
            (word("case_priority"), rule_word(policy.priority)),
            (word("policy_extension"), _more_time(policy.extension)),
            (word("policy_suspension"), _more_time(policy.suspension)),
            (word("policy_return"), _at_most(policy.return_window, policy.return_cap)),
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
    if policy.colours:
        emit(f"\n{word('explain_colours')}")
        for colour in policy.colours:
            emit(f"{colour.title or value_word(colour.name)}  {_onset(colour)}")
    if policy.levels:
        emit(f"\n{word('policy_levels', start=value_word(policy.levels_start, of='levels'))}")
        columns = ("policy_level", "policy_title", "policy_budget", "policy_audience", "policy_officer")
        emit_table([word(key) for key in columns], [_level(one) for one in policy.levels])


def _gate(policy: Policy) -> str:
    """What must be true before a case closes, in one line."""
    gate, parts = policy.gate, [value_word(policy.gate.kind)]
    if gate.kind is GateKind.FOLLOW_UP:
        parts.append(word("policy_gate_asked", ask=gate.ask, share=f"{gate.accept_share:.0%}"))
    if gate.joint:
        parts.append(word("policy_joint_team", team=", ".join(gate.joint)))
    if gate.sample < 1:
        parts.append(word("policy_sample", share=f"{gate.sample:.0%}"))
    if gate.kind is not GateKind.NONE:
        parts.append(word("policy_reprocess", desk=value_word(gate.reprocess)))
    if gate.report_after:
        parts.append(word("policy_report_after"))
    return "; ".join(parts)


def _window(policy: Policy) -> str:
    """When a special channel is open; `-` for always."""
    if policy.window is None:
        return "-"
    opens, closes = local(policy.window.opens), local(policy.window.closes)
    return word("explain_window", opens=opens, closes=closes)


def _at_most(longest: Instant | None, times: int) -> str:
    """How long and how often something may be."""
    key = "policy_at_most" if longest is None else "policy_return_value"
    return word(key, window=_instant(longest), cap=times)


def _more_time(rule: ExtensionRule | SuspensionRule | None) -> str:
    """How far a date may be moved, or how long a case may rest, and for what reasons; `-` for not at all."""
    if rule is None:
        return "-"
    reasons = ", ".join(rule.reasons) or word("policy_any_reason")
    return f"{_at_most(rule.longest, rule.cap)} ({reasons})"


def _onset(colour: Colour) -> str:
    """When a colour begins."""
    days = value_word(colour.days)
    if colour.day is not None:
        return word("policy_colour_day", day=colour.day, days=days)
    if colour.before_due is not None:
        return word("policy_colour_before", count=colour.before_due, days=days)
    return word("policy_colour_overdue")


def _level(level: Level) -> tuple[str, ...]:
    return (level.name, level.title, _instant(level.after), ", ".join(level.audience), level.officer or "-")


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
