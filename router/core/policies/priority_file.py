"""The `[priority]` table of a policy's file."""

from __future__ import annotations

from router.core.files.toml_table import Table
from router.core.policies.notation import parse_instant
from router.core.policies.policy import Days, DaySet, Elapsed, Ends
from router.core.policies.priority import DAY_S, Priority, PriorityRule
from router.errors import ConfigurationError


def read_priority(table: Table) -> PriorityRule | None:
    """What gives its cases their priority; under a policy that says nothing all are normal.

    Raises:
        ConfigurationError: something in it is wrong, or can never have an effect.
    """
    if "priority" not in table:
        return None
    found = table.table("priority", ("base", "starred", "affected", "ahead"))
    base = found.choice("base", Priority, Priority.NORMAL)
    starred = found.choice("starred", Priority, Priority.NORMAL)
    if "starred" in found and starred.rank <= base.rank:
        raise _in_vain(found, "starred", base)
    high, highest = _households(found.table("affected", ("high", "highest")), base)
    ahead = found.table("ahead", ("high", "highest"))
    high_s, highest_s = _seconds(ahead, "high", "1d"), _seconds(ahead, "highest", "3d")
    if highest_s < high_s:
        raise ahead.wrong("highest", "high cases would stand before the highest", "Write no less than for high.")
    return PriorityRule(
        base=base,
        starred=starred,
        high_from=high,
        highest_from=highest,
        high_ahead_s=high_s,
        highest_ahead_s=highest_s,
    )


def _households(affected: Table, base: Priority) -> tuple[int | None, int | None]:
    found = {key: affected.whole(key, 2, at_least=2) for key in ("high", "highest") if key in affected}
    for key in found:
        if Priority(key).rank <= base.rank:
            raise _in_vain(affected, key, base)
    high, highest = found.get("high"), found.get("highest")
    if high is not None and highest is not None and highest <= high:
        raise affected.wrong(
            "highest", "{highest} is not more than high, {high}", "Exchange the two.", highest=highest, high=high
        )
    return high, highest


def _in_vain(table: Table, key: str, base: Priority) -> ConfigurationError:
    return table.wrong(
        key, "it changes nothing: every case has {base} already", "Leave it out, or lower base.", base=base.value
    )


def _seconds(ahead: Table, key: str, usual: str) -> int:
    span = ahead.parsed(key, parse_instant) if key in ahead else parse_instant(usual)
    if isinstance(span, Days) and span.days is DaySet.NATURAL and span.ends is Ends.SAME_TIME:
        return span.count * DAY_S
    if isinstance(span, Elapsed):
        return span.seconds
    raise ahead.wrong(key, "this is no length of time", 'Write hours or days, such as "{usual}".', usual=usual)
