"""Priorities in words: what comes first, and why."""

from __future__ import annotations

from datetime import datetime

from router.app import Installation
from router.cli.words import value_word, word
from router.core.policies.policy import Policy
from router.core.policies.priority import Priority, PriorityRule
from router.core.telling.pressing import Grounds, Order


def order_at(installation: Installation, now: datetime) -> Order:
    """The order of lists, of cases of earlier policies too."""
    known: dict[str, Policy] = {}

    def policy_of(version: str) -> Policy:
        if version not in known:
            known[version] = installation.rulebook({version}).policy(version)
        return known[version]

    return Order(installation.rulebook(), now, policy_of)


def priority_word(priority: Priority) -> str:
    """一般, 紧急, 特急."""
    return value_word(priority, of="priority")


def grounds_word(found: Grounds) -> str:
    """A priority and what gives it."""
    why = [
        word(f"priority_by_{what}", affected=found.affected, least=found.households_from or 0) for what in found.by
    ]
    named = priority_word(found.priority)
    return word("priority_why", priority=named, why=word("explain_and").join(why)) if why else named


def rule_word(rule: PriorityRule | None) -> str:
    """What a policy says of priorities."""
    if rule is None:
        return priority_word(Priority.NORMAL)
    said = [priority_word(rule.base)]
    if rule.starred.rank > rule.base.rank:
        said.append(word("priority_starred", priority=priority_word(rule.starred)))
    for priority, least in ((Priority.HIGH, rule.high_from), (Priority.HIGHEST, rule.highest_from)):
        if least is not None:
            said.append(word("priority_from", least=least, priority=priority_word(priority)))
    return word("priority_and").join(said)
