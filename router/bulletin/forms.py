"""The forms a bulletin is printed in: a page, tables for spreadsheets, JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from router.bulletin.page import page
from router.bulletin.revision import Revision
from router.bulletin.spreadsheet import cell_value, notes_text, table_text
from router.bulletin.table import Table
from router.bulletin.tables import Tables
from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin

#: The file of a CSV form that has every table.
ALL = "bulletin.csv"


def render(bulletin: Bulletin, form: str, words: Words, *, ranking: bool) -> Mapping[str, str]:
    """The files of one form, by name, in the order of printing.

    Args:
        bulletin: what is printed.
        form: `html`, `csv` or `json`.
        words: the language.
        ranking: with the ranking among peers, which the document has and nobody sees unasked.
    """
    shown = _shown(bulletin, ranking=ranking)
    if form == "html":
        return {f"{shown.week}.html": page(shown, words)}
    if form == "csv":
        return _tables(Tables(shown, words).all(), words)
    return {f"{shown.week}.json": json_text(shown)}


def render_revision(revision: Revision, form: str, words: Words, *, ranking: bool) -> Mapping[str, str]:
    """As :func:`render`, of a revised bulletin beside the one that was printed."""
    printed = revision.printed
    if printed is not None:
        bulletin = _shown(printed.bulletin, ranking=ranking)
        printed = msgspec.structs.replace(printed, bulletin=bulletin)
    shown = Revision(printed=printed, now=_shown(revision.now, ranking=ranking))
    name = f"{shown.now.week}-revised"
    if form == "html":
        return {f"{name}.html": page(shown.now, words, shown)}
    tables = Tables(shown.now, words)
    if form == "csv":
        return _tables([shown.table(words, tables), *tables.all()], words)
    document = {
        "printed": printed.bulletin if printed is not None else None,
        "printed_at": printed.at if printed is not None else None,
        "revised": shown.now,
        "differences": [
            {**msgspec.structs.asdict(one), "printed": cell_value(one.printed), "now": cell_value(one.now)}
            for one in shown.differences(words)
        ],
    }
    return {f"{name}.json": json_text(document)}


def _shown(bulletin: Bulletin, *, ranking: bool) -> Bulletin:
    return bulletin if ranking else msgspec.structs.replace(bulletin, ranking=None)


def _tables(tables: Iterable[Table], words: Words) -> dict[str, str]:
    """A file for each table, and one that has them all, each below its title."""
    tables = list(tables)
    texts = [table_text(table, words) for table in tables]
    found = {
        f"{at:02}-{table.name}.csv": text for at, (table, text) in enumerate(zip(tables, texts, strict=True), 1)
    }
    whole = (notes_text(table) + text for table, text in zip(tables, texts, strict=True))
    return {**found, ALL: "\r\n".join(whole)}


def json_text(document: Any) -> str:
    """JSON with sorted keys: equal documents, equal text."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1).decode() + "\n"
