"""What the tests of case metrics stand on: a large city's tree, and figures read as Prometheus would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client.parser import text_string_to_metric_families

from router.core.rules import Rules
from router.core.territory.tree import Category, Desk, DeskKind, Division, Tree, TreeFile
from tests.city import policy, rules


def division(code: str, tier: int, parent: str | None, *, unknown: bool = False) -> Division:
    return Division(code=code, name=f"名{code}", tier=tier, parent=parent, unknown=unknown)


def large_city(desks: int, districts: int, categories: int) -> TreeFile:
    """A city's desk, one for each district, and street offices for the rest."""
    below = [division(f"d{number}", 1, "c") for number in range(districts)]
    streets = [division(f"s{number}", 2, f"d{number % districts}") for number in range(desks - districts - 1)]
    places = [division("c", 0, None), *below, *streets]
    return TreeFile(
        tiers=("city", "district", "street"),
        divisions=tuple(places),
        desks=tuple(
            Desk(
                code=f"at-{one.code}",
                name=one.name,
                kind=DeskKind.TERRITORIAL,
                division=one.code,
                superior=f"at-{one.parent}" if one.parent else None,
            )
            for one in places
        ),
        categories=tuple(
            Category(code=f"k{number}", name=f"类{number}", group=f"g{number}") for number in range(categories)
        ),
    )


def in_force(tree: TreeFile | None = None, **changes: object) -> Rules:
    """Rules of one policy with these changes, in a tree; the small city of the other tests unless given."""
    return rules(policy(**changes), tree=Tree(tree) if tree is not None else None)


def read(text: bytes) -> dict[str, float]:
    """Samples by name and labels: `cases_due{district=lake,category=roads}`."""
    return {
        sample.name.removeprefix("case_router_") + _labels(sample.labels): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def _labels(labels: Mapping[str, str]) -> str:
    said: Iterable[str] = (f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{{{','.join(said)}}}" if labels else ""
