"""The `[extension]`, `[suspension]`, `[repeat]` and `[recheck]` tables of a policy's file."""

from __future__ import annotations

from router.core.commands import Outcome
from router.core.files.toml_table import Table
from router.core.policies.notation import parse_instant
from router.core.policies.policy import (
    Days,
    Elapsed,
    ExtensionRule,
    Instant,
    RecheckRule,
    RepeatRule,
    SuspensionRule,
)
from router.sentences import nearest

#: How long the tier above has to decide, where the policy does not say: our default.
_DECIDE_WITHIN = "1wd"
_LAST_MONTH = 12


def read_extension(table: Table) -> ExtensionRule | None:
    """Whether and how far dates may be moved; a policy that says nothing moves none.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    if "extension" not in table:
        return None
    extension = table.table("extension", ("longest", "cap", "reasons", "decide_within"))
    longest = extension.parsed("longest", parse_instant)
    if not isinstance(longest, Days):
        raise extension.wrong("longest", "an extension is counted in days", 'Write days, such as "10wd".')
    return ExtensionRule(
        longest=longest,
        cap=extension.whole("cap", 1, at_least=1),
        reasons=extension.texts("reasons"),
        decide_within=_span(extension, "decide_within", _DECIDE_WITHIN),
    )


def read_suspension(table: Table) -> SuspensionRule | None:
    """Whether and how long cases may be suspended; a policy that says nothing suspends none.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    if "suspension" not in table:
        return None
    suspension = table.table("suspension", ("longest", "recheck", "cap", "reasons", "decide_within"))
    return SuspensionRule(
        longest=_span(suspension, "longest", "90d"),
        recheck=_span(suspension, "recheck", "30d"),
        cap=suspension.whole("cap", 1, at_least=1),
        reasons=suspension.texts("reasons"),
        decide_within=_span(suspension, "decide_within", _DECIDE_WITHIN),
    )


def read_repeat(table: Table) -> RepeatRule | None:
    """Whether being complained about again takes a case up; a policy that says nothing takes none.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    if "repeat" not in table:
        return None
    repeat = table.table("repeat", ("escalate_at",))
    repeat.require("escalate_at")
    return RepeatRule(escalate_at=repeat.whole("escalate_at", 3, at_least=2))


def _span(table: Table, key: str, usual: str) -> Instant:
    """A time that runs from now on: no clock time, and no date that a case brings."""
    span = table.parsed(key, parse_instant) if key in table else parse_instant(usual)
    if not isinstance(span, Days | Elapsed):
        raise table.wrong(key, "this is no length of time", 'Write hours or days, such as "{usual}".', usual=usual)
    return span


def read_recheck(table: Table) -> RecheckRule | None:
    """Which closed cases are looked at again and when; a policy that says nothing looks at none.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    if "recheck" not in table:
        return None
    recheck = table.table("recheck", ("every", "months", "times", "outcomes"))
    months, every = _months(recheck), "every" in recheck
    if every == bool(months):
        raise recheck.wrong(
            "every", "say either every or months", 'Write every = "90d", or months = [6, 9] for its season.'
        )
    outcomes = recheck.texts("outcomes") or (Outcome.EXPLAINED.value,)
    known = tuple(one.value for one in Outcome)
    for outcome in outcomes:
        if outcome not in known:
            raise recheck.wrong(
                "outcomes",
                "{value!r} is not allowed",
                "{nearest}Allowed: {known}.",
                value=outcome,
                nearest=nearest(outcome, known),
                known=", ".join(known),
            )
    return RecheckRule(
        every=_span(recheck, "every", "90d") if every else None,
        months=months,
        times=recheck.whole("times", 1, at_least=1),
        outcomes=outcomes,
    )


def _months(table: Table) -> tuple[int, ...]:
    given = table.require("months") if "months" in table else []
    fits = isinstance(given, list) and all(type(one) is int and 1 <= one <= _LAST_MONTH for one in given)
    if not fits:
        raise table.wrong("months", "these are no months", "Write their numbers, such as [6, 9].")
    return tuple(sorted(set(given)))
