"""`case-router sla due`: the due date of every row of a table, by policies that need not be in force."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click
import msgspec

from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Spoken, option
from router.cli.output import emit_json, tell
from router.cli.policy_sources import policies_named
from router.cli.words import pick, word
from router.errors import RouterError, UsageError
from router.replay.dues import UNREADABLE, DueRow, dues_of, tally
from router.replay.mapping import SourceMapping
from router.replay.mapping_file import load_mapping

#: Bad rows that are named on stderr before the rest is only counted; the output has all of them.
_LISTED = 20
#: What `--columns` may name → table and key of a mapping.
_COLUMNS = {
    "id": ("columns", "id"),
    "received": ("columns", "opened_at"),
    "due": ("columns", "due_at"),
    "category": ("category", "column"),
    "group": ("category", "group"),
    "channel": ("channel", "column"),
    "matter": ("matter_type", "column"),
}


@click.command("due", cls=Spoken)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@option("--policy", "names", multiple=True, required=True, metavar="FILE|PRESET", says="sla due --policy")
@option("--calendar", "calendars", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
@option("--mapping", type=click.Path(path_type=Path), metavar="FILE")
@option("--columns", metavar="NAME=COLUMN,…", says="sla due --columns")
@option("--zone", metavar="ZONE", says="sla due --zone")
@option("--time", "times", multiple=True, metavar="FORMAT", says="sla due --time")
@option("--encoding", metavar="NAME")
@click.pass_obj
def due(
    call: Call,
    /,
    file: Path,
    names: Sequence[str],
    calendars: Sequence[Path],
    mapping: Path | None,
    columns: str | None,
    zone: str | None,
    times: Sequence[str],
    encoding: str | None,
) -> int:
    """Compute due dates over a table; 1 when a row could not be read."""
    if mapping is not None:
        if columns or zone or times or encoding:
            raise UsageError("--mapping says it all", todo="Leave --columns, --zone, --time and --encoding out.")
        read = load_mapping(read_text(mapping), str(mapping))
    else:
        read = _mapping_of(columns, zone, times, encoding)
    tiers = read.tiers if mapping is not None else ("city", "district", "street")
    policies, known = policies_named(names, calendars, tiers)
    rows = list(dues_of(file, read, policies, known))
    if mapping is None and "id" not in _named(columns):  # a mapping needs some column for it, which is no id
        rows = [msgspec.structs.replace(row, id="") for row in rows]
    counts = tally(rows)
    if call.as_json:
        emit_json({"file": str(file), "summary": counts, "rows": rows})
    else:
        click.echo(_csv(rows), nl=False)
    _tell_bad(file, [row for row in rows if row.problem == UNREADABLE])
    tell(word("due_summary", **counts))
    return RouterError.exit_code if counts[UNREADABLE] else 0


def _named(columns: str | None) -> set[str]:
    """What `--columns` names, whatever is wrong with it."""
    return {pair.partition("=")[0].strip() for pair in (columns or "").split(",")}


def _mapping_of(
    columns: str | None, zone: str | None, times: Sequence[str], encoding: str | None
) -> SourceMapping:
    """A mapping as the command line says it, checked like one from a file."""
    tables: dict[str, dict[str, str]] = {}
    for pair in (columns or "").split(","):
        name, equals, column = pair.partition("=")
        if not equals or not column or name.strip() not in _COLUMNS:
            raise UsageError(
                "--columns is {given!r}",
                todo="Write received=COLUMN and, joined by commas, any of {known}; or name a --mapping.",
                given=columns or "",
                known=", ".join(_COLUMNS),
            )
        table, key = _COLUMNS[name.strip()]
        tables.setdefault(table, {})[key] = column.strip()
    if "opened_at" not in tables.get("columns", {}):
        raise UsageError("no column says when a case was received", todo="Add received=COLUMN to --columns.")
    tables["columns"].setdefault("id", tables["columns"]["opened_at"])
    lines = ['source = "table"', 'tiers = ["city"]']
    lines += [f"zone = {json.dumps(zone)}"] if zone else []
    lines += [f"times = {json.dumps([*times, 'iso'])}"] if times else []
    lines += [f"encoding = {json.dumps(encoding)}"] if encoding else []
    for table, keys in tables.items():
        lines += [f"[{table}]", *(f"{key} = {json.dumps(column)}" for key, column in keys.items())]
    return load_mapping("\n".join(lines), "--columns")


def _csv(rows: Iterable[DueRow]) -> str:
    """One line a row: what was read, its due date, each milestone, and what is wrong with it."""
    rows = list(rows)
    milestones = list(dict.fromkeys(name for row in rows for name in row.milestones))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    plain = ("line", "id", "received_at", "category", "policy", "due_at", "provisional")
    writer.writerow([*plain, *(f"milestone.{name}" for name in milestones), "problem", "detail"])
    for row in rows:
        writer.writerow(
            [
                row.line,
                row.id,
                _iso(row.received_at),
                row.category or "",
                row.policy or "",
                _iso(row.due_at),
                "yes" if row.provisional else "",
                *(_iso(row.milestones.get(name)) for name in milestones),
                row.problem or "",
                pick((row.detail_zh, row.detail)),
            ]
        )
    return out.getvalue()


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _tell_bad(file: Path, bad: Sequence[DueRow]) -> None:
    for row in bad[:_LISTED]:
        tell(word("due_bad", file=file, line=row.line, reason=pick((row.detail_zh, row.detail))))
    if len(bad) > _LISTED:
        tell(word("due_more_bad", count=len(bad) - _LISTED))
