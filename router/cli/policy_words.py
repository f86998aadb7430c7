"""Why a policy is for a case, or is not, in words."""

from __future__ import annotations

from router.cli.texts import WORDS
from router.cli.words import value_word, word
from router.core.policies.matching import NO_CONDITION


def reason_word(stored: str) -> str:
    """Why a policy was chosen, for people, from how that is on record: `dazhou: channel is upstream`."""
    name, _, clauses = stored.partition(": ")
    if clauses == NO_CONDITION:
        return word("explain_match_all", policy=name, why=word("explain_no_condition"))
    told = [clause.partition(" is ") for clause in clauses.split(", ")]
    if not all(f"explain_key_{key}" in WORDS for key, _, _ in told):
        return stored
    facts = [clause_word(key, fact) for key, _, fact in told]
    return word("explain_match_all", policy=name, why=word("explain_and").join(facts))


def clause_word(key: str, fact: str) -> str:
    """What a policy asks and what a case is: `渠道为热线`."""
    return word("explain_match", what=word(f"explain_key_{key}"), fact=fact_word(key, fact))


def fact_word(key: str, fact: str) -> str:
    """A fact that policies ask about."""
    if key in ("starred", "vulnerable"):
        return word("yes" if fact == "true" else "no")
    return fact if key in ("category", "category_group") else value_word(fact, of=key)
