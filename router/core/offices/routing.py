"""Routing: which desk a case goes to, with the reason on record.

Order: whoever a report on misconduct is about is kept out; whatever is named but unknown, or required but missing,
goes to triage *before* territory is tried; then a named desk, the category's functional line (条), the territory
(块). Nothing is ever dropped: the last answer is the city's triage desk.
"""

from __future__ import annotations

import msgspec

from router.core.case import Case, State
from router.core.telling.kept import NOBODY, KeptFrom, is_kept, supervision_for
from router.core.territory.tree import Category, Desk, DeskKind, Tree


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a case says of where it belongs."""

    division: tuple[str | None, ...]
    desk: str | None
    category: str | None
    #: Whoever it is kept from does not get it.
    kept: KeptFrom = NOBODY


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case goes, and why."""

    desk: Desk
    #: Codes from the city down to the deepest tier; unknown ones are codes of `unknown` divisions.
    division_path: tuple[str, ...]
    #: `territory`, `functional`, `functional:above`, `named`, `subject_desk`, `named_person`, `confidential`,
    #: `triage:…`.
    reason: str
    triaged: bool
    #: Tiers (index) passed over because they have no active desk.
    skipped: tuple[int, ...] = ()


#: States in which a case waits for its lead.
_AT_WORK = frozenset({State.DISPATCHED, State.ACCEPTED})


def is_stranded(tree: Tree, case: Case) -> bool:
    """Whether a case waits for a desk that no longer stands. One that is resolved waits for its gate alone."""
    standing = tree.standing(case.lead)
    return case.state in _AT_WORK and (standing is None or standing.code != case.lead)


def group_of(tree: Tree, category: str | None) -> str:
    """The category group of the link key; the category itself when the taxonomy does not know it."""
    if category is None:
        return ""
    known = tree.categories.get(category)
    return known.group if known else category


def route(tree: Tree, wanted: Wanted) -> Route:
    """Where a case goes. Every case has a desk, but for a report that names every one of them.

    Raises:
        LookupError: it is kept from all the desks at work that could have it.
    """
    path, trouble = _locate(tree, wanted.division)
    if wanted.kept != NOBODY:
        return _away_from_subject(tree, wanted.kept, path)
    if wanted.desk is not None:
        return _named(tree, wanted.desk, path, trouble)
    category, fault = _category(tree, wanted.category)
    functional = category is not None and category.line is not None
    tier = category.line_tier if category is not None and functional else tree.depth - 1
    trouble = _trouble_at(tree, path, tier, trouble) or fault
    if trouble is not None:
        return _triage(tree, path, tier, trouble)
    if category is not None and functional:
        found = _functional(tree, category, path)
        if found is not None:
            return found
    return _territory(tree, path)


def route_or_none(tree: Tree, wanted: Wanted) -> Route | None:
    """As :func:`route`; None: the report names everybody who could have it."""
    try:
        return route(tree, wanted)
    except LookupError:
        if not wanted.kept.desks:
            raise
        return None


def _locate(tree: Tree, named: tuple[str | None, ...]) -> tuple[tuple[str, ...], str | None]:
    """The path of divisions, and what is wrong with it: `missing_division`, `unknown_division` or nothing."""
    path = [tree.root.code]
    trouble: str | None = None
    for tier in range(1, tree.depth):
        code = named[tier - 1] if tier - 1 < len(named) else None
        known = tree.divisions.get(code) if code else None
        if known is not None and known.tier == tier and known.parent == path[-1]:
            path.append(known.code)
            continue
        trouble = trouble or ("unknown_division" if code else "missing_division")
        path.append(tree.unknown_below(path[-1]).code)
    return tuple(path), trouble


def _trouble_at(tree: Tree, path: tuple[str, ...], tier: int, trouble: str | None) -> str | None:
    """A missing street is no trouble for a case that goes to a district's department."""
    return trouble if trouble and any(tree.divisions[code].unknown for code in path[: tier + 1]) else None


def _category(tree: Tree, code: str | None) -> tuple[Category | None, str | None]:
    """The category, and what is wrong with it; an installation without a taxonomy requires none."""
    if not tree.categories:
        return None, None
    if code is None:
        return None, "missing_category"
    known = tree.categories.get(code)
    return known, None if known else "unknown_category"


def _named(tree: Tree, code: str, path: tuple[str, ...], trouble: str | None) -> Route:
    """A desk the source named; one that nobody knows is triaged where the case would have been dispatched."""
    desk = tree.standing(code)
    if desk is None:
        return _triage(tree, path, tree.depth - 1, "unknown_desk")
    trouble = _trouble_at(tree, path, tree.tier_of(desk), trouble)
    if trouble is not None:
        return _triage(tree, path, tree.tier_of(desk), trouble)
    return Route(desk=desk, division_path=path, reason="named", triaged=False)


def _triage(tree: Tree, path: tuple[str, ...], tier: int, trouble: str) -> Route:
    desk = tree.triage(path[tier]) or tree.triage(path[0])
    if desk is None:
        raise LookupError(f"the tree has no triage desk at {path[tier]}: it was not completed")
    return Route(desk=desk, division_path=path, reason=f"triage:{trouble}", triaged=True)


def _functional(tree: Tree, category: Category, path: tuple[str, ...]) -> Route | None:
    """The department of the category's line at its tier, else the same line above; None when it has none."""
    for tier in range(category.line_tier, -1, -1):
        desk = tree.functional(path[tier], category.line or "")
        if desk is not None:
            reason = "functional" if tier == category.line_tier else "functional:above"
            return Route(desk=desk, division_path=path, reason=reason, triaged=False)
    return None


def _territory(tree: Tree, path: tuple[str, ...]) -> Route:
    """The deepest territorial desk on the path; tiers without an active one are skipped at once."""
    skipped: list[int] = []
    for tier in range(tree.depth - 1, -1, -1):
        desk = tree.territorial(path[tier])
        if desk is not None:
            return Route(desk=desk, division_path=path, reason="territory", triaged=False, skipped=tuple(skipped))
        skipped.append(tier)
    return _triage(tree, path, 0, "no_desk")


def _away_from_subject(tree: Tree, kept: KeptFrom, path: tuple[str, ...]) -> Route:
    """A report goes above the desks that it names; a confidential case, or one on a person, to supervision.

    One on somebody whom nobody knows is sorted there: only then is it certain who must not have it.
    """
    unknown = any(code not in tree.desks for code in kept.desks)
    if kept.desks and not unknown:
        return Route(desk=beyond(tree, kept), division_path=path, reason="subject_desk", triaged=False)
    reason = "named_person" if kept.is_report else "confidential"
    desk = supervision_for(tree, kept)
    if desk is not None:
        reason = "triage:unknown_subject" if unknown else reason
        return Route(desk=desk, division_path=path, reason=reason, triaged=unknown)
    sorter = tree.triage(path[0])
    trouble = "unknown_subject" if unknown else reason
    if sorter is not None and not is_kept(tree, kept, sorter.code):
        return Route(desk=sorter, division_path=path, reason=f"triage:{trouble}", triaged=True)
    return Route(desk=beyond(tree, kept), division_path=path, reason=f"triage:{trouble}", triaged=True)


def beyond(tree: Tree, kept: KeptFrom) -> Desk:
    """The desk that gets a report: the nearest superior at work, of the desks it names, that may see it.

    Above the highest desk of all there is none: then the highest one beside it, the city's own at the least.

    Raises:
        LookupError: nobody else is at work in the whole tree.
    """
    above: list[Desk] = []
    for code in kept.desks:
        standing = tree.standing(code)
        above += [*(tree.chain(standing.code)[1:] if standing is not None else ()), *tree.chain(code)[1:]]
    beside = sorted(tree, key=lambda d: (-d.level, tree.tier_of(d), d.kind is not DeskKind.TERRITORIAL))
    for desk in (*above, *beside):
        found = tree.standing(desk.code)
        if found is not None and not is_kept(tree, kept, found.code):
            return found
    raise LookupError("the report names whoever is at work in this tree")
