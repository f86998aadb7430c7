"""The second list of a policy's file: `[[level]]`, from the lowest, and `levels_start`."""

from __future__ import annotations

from router.core.files.toml_table import Table, file_name
from router.core.policies.notation import parse_instant
from router.core.policies.policy import Given, Level, WallClock

_KEYS = ("name", "title", "after", "audience", "actions", "officer")


def read_levels(table: Table) -> tuple[Level, ...]:
    """The levels in the order they rise.

    Raises:
        ConfigurationError: two have one name, or one has no audience or no time to pass.
    """
    levels = tuple(_level(one) for one in table.tables("level", _KEYS))
    names = [level.name for level in levels]
    for name in names:
        if names.count(name) > 1:
            raise table.wrong("level", "two levels are named {name}", "Give each a name of its own.", name=name)
    return levels


def _level(table: Table) -> Level:
    after = table.parsed("after", parse_instant)
    if isinstance(after, Given | WallClock):
        raise table.wrong(
            "after", "this is no length of time", 'Write hours or days, such as "{usual}".', usual="3wd"
        )
    audience = table.texts("audience")
    if not audience:
        raise table.wrong("audience", "nobody is told of this level", "Name at least one desk.")
    return Level(
        name=file_name(table),
        title=table.text("title", ""),
        after=after,
        audience=audience,
        actions=table.texts("actions"),
        officer=table.text("officer", ""),
    )
