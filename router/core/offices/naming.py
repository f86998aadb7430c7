"""The names without which a case is not dispatched: its leader, and what leaders said."""

from __future__ import annotations

from router.core.case import Case
from router.core.rules import Rules


def lacks(case: Case, rules: Rules) -> str:
    """What must be on record before the case is dispatched and is not, as in the policy's file; empty: nothing."""
    requires = rules.policy(case.policy).dispatch.requires
    return ", ".join(map(str, case.together.lacks(requires, rules.tree.tiers))) if requires else ""
