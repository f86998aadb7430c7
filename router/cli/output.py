"""What goes out: data on stdout (text, a table, or one JSON document), messages on stderr."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

from router.cli.column_widths import BETWEEN, column_widths
from router.cli.texts import WORDS
from router.cli.words import language, pick, value_word, word

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


def emit_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    whole: Sequence[int] = (0,),
) -> None:
    """A table as wide as the terminal.

    Args:
        headers: of the columns.
        rows: as many cells each.
        right: columns aligned to the right.
        whole: columns that are never broken: ids and codes, which are copied. The others give way.
    """
    from rich import box
    from rich.table import Table

    console = _console()
    cells = [[_harmless(cell) for cell in row] for row in rows]
    widths = column_widths([headers, *cells], whole, console.width)
    console.width = max(console.width, sum(widths) + BETWEEN * (len(widths) - 1))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, (header, width) in enumerate(zip(headers, widths, strict=True)):
        side: Literal["left", "right"] = "right" if index in right else "left"
        table.add_column(header, justify=side, overflow="fold", no_wrap=index in whole, width=width)
    for row in cells:
        table.add_row(*(_plain(cell) for cell in row))
    _print(console, table)


def emit_fields(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values below each other."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(_plain(name), _plain(value))
    _print(_console(), table)


def _plain(text: str) -> Any:
    # A citizen's text may hold brackets, which rich would take for its markup.
    from rich.text import Text

    return Text(_harmless(text))


def _harmless(text: str) -> str:
    """The text without what a terminal obeys: a citizen's words must not clear an operator's screen."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _console() -> Any:
    from rich.console import Console

    # Into a pipe a table is never cut to the width of a terminal that is not there.
    width = None if sys.stdout.isatty() else _pipe_width()
    return Console(file=sys.stdout, width=width, highlight=False)


def _print(console: Any, renderable: Any) -> None:
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), color=True)


def _pipe_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdigit() else _PIPE_WIDTH


def _spoken(key: str, value: str) -> str:
    """A datum of a refusal as its sentence has it: closed sets in the reader's language."""
    if key in ("state", "outcome", "gate"):
        return value_word(value)
    return command_word(value) if key == "command" else value


def command_word(name: str) -> str:
    """A command as its help calls it in Chinese; English sentences have its name."""
    from router.cli.help_words import COMMANDS

    if language() != "zh":
        return name
    path = _SHELL_NAMES.get(name) or f"case {name.replace('_', '-')}"
    # What stands after the first mark explains it.
    return re.split("[；，：（\n]", COMMANDS[path][0])[0] if path in COMMANDS else name


#: Commands that the shell calls otherwise.
_SHELL_NAMES = {
    "progress": "case report",
    "issue_requirements": "case require",
    "draw_inspection": "inspection draw",
}


def emit_refusal(code: str, data: dict[str, str], *, as_json: bool) -> int:
    """A refused command: code, sentence and data; returns its exit code."""
    from router.core.refusals import Refusal
    from router.errors import ConflictError

    refusal = Refusal(code=code, data=data)
    if as_json:
        emit_json({"refused": code, "zh": refusal.zh, "en": refusal.en, "data": data})
    spoken = Refusal(code=code, data={key: _spoken(key, value) for key, value in data.items()})
    sentence = pick((spoken.zh, spoken.en))
    tell(word("refused", code=code, sentence=sentence))
    if data and not as_json:
        tell("  " + ", ".join(f"{key}={value}" for key, value in sorted(data.items())))
    return ConflictError.exit_code
