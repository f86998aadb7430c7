"""What a milestone of a policy's file may not be: what nothing would ever meet, heed or tell apart."""

from __future__ import annotations

from router.core.files.toml_table import Table
from router.core.policies.own_clocks import (
    COMMITMENT,
    ESCALATION_SILENCE,
    MEDIATION,
    RECHECK,
    REQUIREMENTS,
    RETURN_DECISION,
    SUSPENSION_END,
)
from router.core.policies.policy import Anchor, MilestoneRule, OnPass, Satisfies
from router.sentences import nearest

#: What starts a clock beside the case's own, and what alone stops it.
_BELONG_TOGETHER = (
    (Anchor.WHISTLED, Satisfies.REPORTED_IN),
    (Anchor.MEDIATION, Satisfies.MEDIATED),
    (Anchor.RETURN_REQUESTED, Satisfies.RETURN_DECIDED),
)

#: What meets the program's own clocks alone: requests, suspensions, requirements.
_OWN = frozenset(
    {
        Satisfies.EXTENSION_DECIDED,
        Satisfies.SUSPENSION_DECIDED,
        Satisfies.ESCALATION_DECIDED,
        Satisfies.RECHECKED,
        Satisfies.RESUMED,
        Satisfies.TICKED,
    }
)

#: Names of the program's own clocks, and what meets each; another milestone of that name would be taken for it.
TAKEN: dict[str, Satisfies | None] = {
    COMMITMENT: None,
    RECHECK: None,
    SUSPENSION_END: None,
    ESCALATION_SILENCE: None,
    REQUIREMENTS: None,
    "extension_decision": None,
    "suspension_decision": None,
    RETURN_DECISION: Satisfies.RETURN_DECIDED,
    MEDIATION: Satisfies.MEDIATED,
}


def check_milestone(table: Table, rule: MilestoneRule) -> None:
    """Refuse what could be written and could not work.

    Raises:
        ConfigurationError: names the key.
    """
    _check_own(table, rule)
    _check_called(table, rule)
    _check_told(table, rule)


def _check_own(table: Table, rule: MilestoneRule) -> None:
    if rule.name in TAKEN and TAKEN[rule.name] is not rule.satisfied_by:
        raise table.wrong("name", "{name} has a meaning of its own", "Give it another name.", name=rule.name)
    if rule.satisfied_by in _OWN:
        allowed = [one for one in Satisfies if one not in _OWN]
        raise table.wrong(
            "satisfied_by",
            "{value!r} is not allowed",
            "{nearest}Allowed: {known}.",
            value=rule.satisfied_by.value,
            nearest=nearest(rule.satisfied_by, allowed),
            known=", ".join(allowed),
        )
    if rule.on_pass is OnPass.RAISE:
        raise table.wrong(
            "on_pass",
            "{value!r} is not allowed",
            "{nearest}Allowed: {known}.",
            value=rule.on_pass.value,
            nearest=nearest(rule.on_pass, ()),
            known=", ".join(one for one in OnPass if one is not OnPass.RAISE),
        )


def _check_called(table: Table, rule: MilestoneRule) -> None:
    """The clock of a call starts with the call, and nothing else does.

    Raises:
        ConfigurationError: `anchor` and `satisfied_by` do not belong together.
    """
    for anchor, satisfied_by in _BELONG_TOGETHER:
        if (rule.anchor is anchor) != (rule.satisfied_by is satisfied_by):
            raise table.wrong(
                "anchor",
                "anchor {anchor} and satisfied_by {satisfied_by} belong together",
                'Write anchor = "{anchor}", satisfied_by = "{satisfied_by}".',
                anchor=anchor,
                satisfied_by=satisfied_by,
            )


def _check_told(table: Table, rule: MilestoneRule) -> None:
    """Refuse a `to` that nothing would heed.

    Raises:
        ConfigurationError: the milestone escalates, which goes to the superior; or nothing happens when it passes.
    """
    # Of a follow-up it names who asks; a look that is not taken is supervised, never escalated.
    if "to" not in table or rule.satisfied_by is Satisfies.FOLLOWED_UP:
        return
    if rule.on_pass is OnPass.NOTHING:
        raise table.wrong("to", "nobody is told where nothing happens", "Leave out to, or write what happens.")
    looked_at = rule.satisfied_by in (Satisfies.REVIEWED, Satisfies.MARKED, Satisfies.ON_SITE)
    if rule.on_pass is OnPass.ESCALATE and rule.to != "superior" and not looked_at:
        raise table.wrong(
            "to",
            "an escalation goes to the superior and to nobody else, not to {to}",
            'Leave out to, or add a milestone with on_pass = "remind" for {to}.',
            to=rule.to,
        )
