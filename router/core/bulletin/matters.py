"""What people come for most: the most frequent categories of each district, with the change of count and place."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

#: How many are listed for each district.
LISTED = 10


class MatterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One category in one district."""

    #: Empty: cases without a category.
    category: str
    name: str
    count: int
    #: Equal counts share a place, and the next one is left out: 1, 2, 2, 4.
    rank: int
    count_before: int
    #: None: there was none in the week before.
    rank_before: int | None


class DistrictMatters(msgspec.Struct, frozen=True, kw_only=True):
    """The most frequent matters of one district."""

    district: str
    name: str
    #: Cases opened there in the week, those of matters that are not listed too.
    opened: int
    lines: tuple[MatterLine, ...]
    #: Matters with as many cases as the last one listed, for which there was no room.
    tied: int = 0


def ranks(counts: Mapping[str, int]) -> dict[str, int]:
    """The place of each key by its count, the largest being 1; equal counts share a place."""
    ordered = sorted(counts.values(), reverse=True)
    place_of: dict[int, int] = {}
    for place, count in enumerate(ordered, 1):
        place_of.setdefault(count, place)
    return {key: place_of[count] for key, count in counts.items()}


def district_matters(
    counts: Mapping[str, Mapping[str, int]],
    before: Mapping[str, Mapping[str, int]],
    districts: Mapping[str, str],
    names: Mapping[str, str],
) -> tuple[DistrictMatters, ...]:
    """Every district's list, the districts by code.

    Args:
        counts: district code → category code → cases opened in the week.
        before: the same of the week before.
        districts: code → name, of all that are to be listed, with cases or without.
        names: category code → name.
    """
    return tuple(
        _of_one(code, districts.get(code, code), counts.get(code, {}), before.get(code, {}), names)
        for code in sorted({*districts, *counts})
    )


def _of_one(
    district: str, name: str, counts: Mapping[str, int], before: Mapping[str, int], names: Mapping[str, str]
) -> DistrictMatters:
    counts = {key: count for key, count in counts.items() if count}
    places, places_before = ranks(counts), ranks({key: count for key, count in before.items() if count})
    ordered = sorted(counts, key=lambda key: (-counts[key], key))
    listed = ordered[:LISTED]
    least = counts[listed[-1]] if listed else 0
    return DistrictMatters(
        district=district,
        name=name,
        opened=sum(counts.values()),
        lines=tuple(
            MatterLine(
                category=key,
                name=names.get(key, key),
                count=counts[key],
                rank=places[key],
                count_before=before.get(key, 0),
                rank_before=places_before.get(key),
            )
            for key in listed
        ),
        tied=sum(counts[key] == least for key in ordered[LISTED:]),
    )
