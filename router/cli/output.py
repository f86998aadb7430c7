"""What goes out: data on stdout (text, a table, or one JSON document), messages on stderr."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from router.cli.texts import WORDS
from router.cli.words import pick, word

#: Times are shown in the offices' own zone.
ZONE = ZoneInfo("Asia/Shanghai")

#: Control characters but for tabs and new lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: Columns of a table in a pipe, unless COLUMNS says otherwise.
_PIPE_WIDTH = 160


def local(at: datetime | None) -> str:
    """An instant as offices write it: `2026-11-24 15:04`; `-` for None."""
    if at is None:
        return "-"
    with suppress(OverflowError):  # the last hours there are: shown as they are
        at = at.astimezone(ZONE)
    return at.strftime("%Y-%m-%d %H:%M")


def seconds(at: datetime) -> str:
    """An instant to the second, for accounts: `2026-11-24 15:04:05`."""
    with suppress(OverflowError):
        at = at.astimezone(ZONE)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def age(seconds: float, *, up: bool = False) -> str:
    """A duration in its largest sensible unit, cut down, or rounded up."""
    return pick(ages(seconds, up=up))


def ages(seconds: float, *, up: bool = False) -> tuple[str, str]:
    """The same in every language."""
    round_off = math.ceil if up else math.floor
    units = (("age_d", 86_400), ("age_h", 3600), ("age_min", 60))
    unit, per = next((one for one in units if seconds >= 2 * one[1]), ("age_s", 1))
    zh, en = (words.format(n=round_off(seconds / per)) for words in WORDS[unit])
    return zh, en


def emit_json(document: Any) -> None:
    """Exactly one JSON document on stdout; instants with their offset."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def emit(text: str = "") -> None:
    """A line of data."""
    click.echo(_harmless(text))


def tell(text: str) -> None:
    """A message to whoever sits there."""
    click.echo(_harmless(text), err=True)


def emit_table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A table as wide as the terminal; columns in `right` are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, header in enumerate(headers):
        table.add_column(header, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    _print(table)


def emit_fields(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values below each other."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(_plain(name), _plain(value))
    _print(table)


def _plain(text: str) -> Any:
    # A citizen's text may hold brackets, which rich would take for its markup.
    from rich.text import Text

    return Text(_harmless(text))


def _harmless(text: str) -> str:
    """The text without what a terminal obeys: a citizen's words must not clear an operator's screen."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _print(renderable: Any) -> None:
    from rich.console import Console

    # Into a pipe a table is never cut to the width of a terminal that is not there.
    width = None if sys.stdout.isatty() else _pipe_width()
    console = Console(file=sys.stdout, width=width, highlight=False)
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), color=True)


def _pipe_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdigit() else _PIPE_WIDTH


def emit_refusal(code: str, data: dict[str, str], *, as_json: bool) -> int:
    """A refused command: code, sentence and data; returns its exit code."""
    from router.core.refusals import Refusal
    from router.errors import ConflictError

    refusal = Refusal(code=code, data=data)
    if as_json:
        emit_json({"refused": code, "zh": refusal.zh, "en": refusal.en, "data": data})
    sentence = pick((refusal.zh, refusal.en))
    tell(word("refused", code=code, sentence=sentence))
    if data and not as_json:
        tell("  " + ", ".join(f"{key}={value}" for key, value in sorted(data.items())))
    return ConflictError.exit_code
