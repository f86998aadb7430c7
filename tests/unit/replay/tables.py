"""Tables that nobody recorded, and mappings for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from router.replay.history import History, history_of
from router.replay.mapping import SourceMapping
from router.replay.mapping_file import load_mapping
from router.replay.records import Table, read_table

MAPPING = """
source = "pier"
zone = "UTC"
times = ["%Y-%m-%d %H:%M", "%d.%m.%Y"]
nulls = ["-"]

[top]
code = "harbour"
name = "Harbour City"

[columns]
id = { column = "no", number = true }
opened_at = "opened"
due_at = "due"
closed_at = "closed"

[channel]
column = "via"
proactive = ["patrol"]

[category]
column = "kind"

[[division]]
column = "quarter"
number = true
nulls = ["0"]

[[division]]
column = "lane"
name = "lane_name"

[place]
asset = "lamp"
"""

HEADER = "no,opened,due,closed,via,kind,quarter,lane,lane_name,lamp"


def row(
    no: str = "1",
    opened: str = "2026-03-02 09:00",
    due: str = "",
    closed: str = "",
    via: str = "phone",
    kind: str = "lights",
    quarter: str = "7",
    lane: str = "a",
    lane_name: str = "Anchor Lane",
    lamp: str = "",
) -> str:
    """One row of the table."""
    return ",".join((no, opened, due, closed, via, kind, quarter, lane, lane_name, lamp))


def mapping(more: str = "", text: str = MAPPING) -> SourceMapping:
    """The mapping, with lines put before its first table."""
    return load_mapping(more + text, "pier.toml")


def table(folder: Path, *rows: str, by: SourceMapping | None = None, header: str = HEADER) -> Table:
    """The rows, written to a file and read from it."""
    return read_table(written(folder, *rows, header=header), by or mapping())


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """The path of a file with these rows."""
    path = folder / "pier.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def history(folder: Path, *rows: str, by: SourceMapping | None = None, as_of: datetime | None = None) -> History:
    """The history those rows tell."""
    by = by or mapping()
    return history_of(table(folder, *rows, by=by), by, as_of)


def utc(*at: int) -> datetime:
    """An instant in UTC."""
    return datetime(*at, tzinfo=UTC)  # type: ignore[arg-type,misc]
