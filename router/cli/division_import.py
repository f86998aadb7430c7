"""Reading the files of `divisions import` and `check`: hand-written TOML, the national tables, one's own table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router.core.territory.division_files import (
    Columns,
    Loaded,
    decoded,
    from_parent_table,
    from_tables,
    joined,
    load_toml,
    national_table,
)
from router.errors import ConfigurationError, UsageError


def read_text(file: Path, encoding: str | None = None) -> str:
    """A file's text, whatever of gzip, UTF-8 and GB18030 it is in.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return decoded(file.read_bytes(), str(file), encoding)
    except OSError as error:
        raise ConfigurationError(
            "the file cannot be read: {reason}",
            where=str(file),
            todo="Name an existing file.",
            reason=error.strerror,
        ) from error


def read_divisions(
    files: Sequence[Path],
    *,
    root: str | None = None,
    columns: str | None = None,
    tiers: Sequence[str] | None = None,
    join: Path | None = None,
    encoding: str | None = None,
) -> Loaded:
    """One tree out of files, neither completed nor checked.

    Args:
        files: one TOML file; or tables, one per level, told apart by their headers; or, with `columns`, one table
            with a parent column.
        root: code to start from.
        columns: `code=…,name=…,parent=…`.
        tiers: names of the tiers from the top, for one table.
        join: TOML with desks and categories beside the tables.
        encoding: None tries UTF-8, then GB18030.

    Raises:
        ConfigurationError: a file cannot be read, or something in it is wrong.
        NotFoundError: there is no such root.
        UsageError: the files do not fit each other.
    """
    texts = [(file, read_text(file, encoding)) for file in files]
    if any(file.suffix == ".toml" for file in files):
        if len(files) > 1:
            raise UsageError("one TOML file holds a whole tree", todo="Join a second one with --join.")
        loaded = load_toml(texts[0][1], str(texts[0][0]))
    elif columns is not None or (len(files) == 1 and not is_national(texts[0][1])):
        if len(files) > 1:
            raise UsageError("--columns is about one table with a parent column")
        chosen = Columns.parse(columns) if columns is not None else None
        loaded = from_parent_table(texts[0][1], str(texts[0][0]), chosen, tiers=tiers, root=root)
    else:
        loaded = from_tables([national_table(text, str(file)) for file, text in texts], root)
    if join is None:
        return loaded
    return joined(loaded, load_toml(read_text(join, encoding), str(join)))


def is_national(text: str) -> bool:
    """Whether a table is one of the national codes, by its header; that of the provinces cannot be told."""
    header = text.partition("\n")[0]
    return any(name in header for name in ("provinceCode", "cityCode", "areaCode"))
