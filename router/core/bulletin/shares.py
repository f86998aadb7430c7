"""Shares that sum to exactly 100 (最大余额法): what is cut off by rounding goes to the largest remainders."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from router.core.bulletin.matters import ranks

#: Tenths of a percent in a whole.
WHOLE = 1000


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """One category group's part of what was opened in the week."""

    #: Empty: cases without a category.
    group: str
    name: str
    count: int
    #: Tenths of a percent: 125 is 12.5 %.
    tenths: int
    rank: int
    #: As above, of the week before; None: nothing at all was opened then.
    count_before: int
    tenths_before: int | None


def tenths(counts: Mapping[str, int]) -> dict[str, int]:
    """Each count's share in tenths of a percent; they sum to exactly 1,000, or are all 0 when nothing was counted.

    Hamilton's method. Of equal remainders the larger count comes first, then the key: the order of the mapping
    changes nothing.

    Raises:
        ValueError: a count is negative.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("a count cannot be negative")
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    found = {key: count * WHOLE // total for key, count in counts.items()}
    left = WHOLE - sum(found.values())
    by_remainder = sorted(counts, key=lambda key: (-(counts[key] * WHOLE % total), -counts[key], key))
    for key in by_remainder[:left]:
        found[key] += 1
    return found


def share_lines(
    counts: Mapping[str, int], before: Mapping[str, int], names: Mapping[str, str]
) -> tuple[ShareLine, ...]:
    """The shares of a week beside those of the week before, the largest first.

    Args:
        counts: category group → cases opened in the week.
        before: the same of the week before; a group that is only here stands in the list with 0.
        names: group → its name; one without a name is called by its code.
    """
    counts = {key: counts.get(key, 0) for key in {*counts, *(key for key, count in before.items() if count)}}
    now, then = tenths(counts), tenths(before)
    any_before = any(before.values())
    places = ranks(counts)
    return tuple(
        ShareLine(
            group=group,
            name=names.get(group, group),
            count=counts[group],
            tenths=now[group],
            rank=places[group],
            count_before=before.get(group, 0),
            tenths_before=then.get(group, 0) if any_before else None,
        )
        for group in sorted(counts, key=lambda key: (-counts[key], key))
    )
