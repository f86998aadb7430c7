"""What a policy file says of several offices on one case: watchers, whom a milestone waits for, the dispatch."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.files.toml_table import Table, file_name
from router.core.policies.policy import DispatchTerms, Required, Requirement, Satisfies, Watcher
from router.sentences import nearest

#: Who may review, beside the watchers of the policy.
REVIEWERS = ("superior", "supervision", "dispatcher")


def read_watchers(table: Table) -> tuple[Watcher, ...]:
    """The `[[watcher]]` of a policy: each a name and a desk of its own, or they would not be independent.

    Raises:
        ConfigurationError: two share a name or a desk, or one has the name of somebody who reviews anyhow.
    """
    watchers: list[Watcher] = []
    for one in table.tables("watcher", ("name", "title", "desk")):
        watcher = Watcher(name=file_name(one), title=one.text("title", ""), desk=one.text("desk"))
        if watcher.name in REVIEWERS:
            raise one.wrong(
                "name", "{name} has a meaning of its own", "Give the watcher another name.", name=watcher.name
            )
        for other in watchers:
            if watcher.name == other.name:
                raise one.wrong(
                    "name", "two watchers are named {name}", "Give each a name of its own.", name=watcher.name
                )
            if watcher.desk == other.desk:
                raise one.wrong(
                    "desk",
                    "{name} and {other} are one desk, {desk}",
                    "Watchers are independent: give each a desk of its own.",
                    name=watcher.name,
                    other=other.name,
                    desk=watcher.desk,
                )
        watchers.append(watcher)
    return tuple(watchers)


def read_by(table: Table, satisfied_by: Satisfies, watchers: Sequence[Watcher]) -> str:
    """Whose mark or review a milestone waits for (`by`); empty for any review, and for everything else.

    Raises:
        ConfigurationError: a mark of nobody, of somebody unknown, or `by` where neither is waited for.
    """
    names = [watcher.name for watcher in watchers]
    marked = dict.fromkeys((Satisfies.MARKED, Satisfies.ON_SITE), names)
    known = (marked | {Satisfies.REVIEWED: [*names, *REVIEWERS]}).get(satisfied_by)
    if known is None:
        if "by" in table:
            raise table.wrong(
                "by",
                "a milestone that {satisfied_by} satisfies waits for nobody's mark",
                'Leave out by, or write satisfied_by = "marked" or "reviewed".',
                satisfied_by=satisfied_by,
            )
        return ""
    if "by" not in table and satisfied_by is Satisfies.REVIEWED:
        return ""
    by = table.text("by")
    if by not in known:
        raise table.wrong(
            "by",
            "there is no watcher {by}",
            "{nearest}Known: {known}. Watchers are declared as [[watcher]].",
            by=by,
            nearest=nearest(by, known),
            known=", ".join(known) or "-",
        )
    return by


def read_dispatch(table: Table, tiers: Sequence[str]) -> DispatchTerms:
    """The `[dispatch]` of a policy: what must be there first, and the tier that leads a joint one.

    Raises:
        ConfigurationError: a requirement or a tier nobody knows.
    """
    dispatch = table.table("dispatch", ("requires", "lead"))
    requires = tuple(_requirement(dispatch, word, tiers) for word in dispatch.texts("requires"))
    lead = dispatch.text("lead", "")
    if lead:
        _check_tier(dispatch, "lead", lead, tiers)
    return DispatchTerms(requires=requires, lead=lead)


def _requirement(table: Table, word: str, tiers: Sequence[str]) -> Requirement:
    """`leader`, or `leader:city`: of that tier or above it."""
    what, colon, tier = word.partition(":")
    known = [required.value for required in Required]
    if what not in known:
        raise table.wrong(
            "requires",
            "{value!r} is not allowed",
            "{nearest}Allowed: {known}, each with a tier as in leader:{tier}.",
            value=word,
            nearest=nearest(what, known),
            known=", ".join(known),
            tier=tiers[0],
        )
    if colon:
        _check_tier(table, "requires", tier, tiers)
    return Requirement(what=Required(what), tier=tier)


def _check_tier(table: Table, key: str, tier: str, tiers: Sequence[str]) -> None:
    if tier not in tiers:
        raise table.wrong(
            key,
            "{tier!r} is no tier",
            "{nearest}Tiers: {tiers}.",
            tier=tier,
            nearest=nearest(tier, tiers),
            tiers=", ".join(tiers),
        )
