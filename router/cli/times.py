"""Times as people type them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from router.cli.output import ZONE
from router.cli.words import word
from router.core.plausible import FIRST_YEAR, LAST_YEAR


class When(click.ParamType[datetime]):
    """`2026-11-24 15:04` in the offices' zone, or with an offset: `2026-11-24T15:04:00+08:00`, `…Z`."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, with its zone."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(word("no_time", value=value), param, ctx)
        return found if found.tzinfo is not None else found.replace(tzinfo=ZONE)


class AsOf(When):
    """An instant to look from: no command carries it, so nothing else refuses one that no calendar reaches."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, between the years that an instant may lie in."""
        found = super().convert(value, param, ctx)
        if not FIRST_YEAR < found.year < LAST_YEAR:
            self.fail(word("time_beyond", value=value, first=FIRST_YEAR, last=LAST_YEAR), param, ctx)
        return found


WHEN = When()
AS_OF = AsOf()
