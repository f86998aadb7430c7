"""A bulletin as one page: HTML that needs nothing else, on a screen, a telephone and A4."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined

from router.bulletin.revision import Revision
from router.bulletin.table import Cell, Change, Look, Rate, Table, Tenths, percent, signed, tenths_text
from router.bulletin.tables import Tables
from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin

#: Cases of the list of open risks that a page shows: what is more is read in a spreadsheet.
LISTED = 60
_LANG = {"zh": "zh-CN", "en": "en"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as a page shows it."""

    text: str
    #: The heading of its column, which stands beside it on a telephone.
    label: str
    look: Look
    #: Length of the bar beside it, 0 to 100; None: there is none.
    bar: int | None = None


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One of the figures at the top."""

    title: str
    value: str
    #: What stands below it.
    notes: tuple[str, ...]


def page(bulletin: Bulletin, words: Words, revision: Revision | None = None) -> str:
    """The page; the same bulletin gives the same text.

    Args:
        bulletin: what it shows.
        words: the language.
        revision: of a revised one, what has changed since it was printed; None for the others.
    """
    tables = Tables(bulletin, words)
    return rendered(
        "page.html",
        words,
        b=bulletin,
        tiles=_tiles(bulletin, words),
        basis=tables.basis(),
        reasons=tables.risk.reasons(),
        risks=_cut(tables.risk.risks(), words),
        summary=list(tables.summary.all()),
        shares=tables.matter.shares(),
        matters=tables.matter.matters(),
        district_matters=list(tables.matter.district_matters()),
        ranking=tables.ranking() if bulletin.ranking is not None else None,
        definitions=tables.definitions(),
        revision=revision.table(words, tables) if revision is not None else None,
    )


def rendered(template: str, words: Words, **more: object) -> str:
    """A page of the room's, with its style and its own policy for what it may load: nothing."""
    style = _text_of("page.css")
    return (
        _environment()
        .get_template(template)
        .render(w=words, lang=_LANG[words.language], style=style, style_hash=_hash(style), **more)
    )


def shown_rows(table: Table) -> list[list[Shown]]:
    """The rows of a table as a page shows them, bars by the largest of their column."""
    most = [max((_size(row[at]) for row in table.rows), default=0) for at in range(len(table.columns))]
    return [
        [
            Shown(
                text=_text(cell),
                label=column.title,
                look=column.look,
                bar=_size(cell) * 100 // top if column.look is Look.BAR and top else None,
            )
            for cell, column, top in zip(row, table.columns, most, strict=True)
        ]
        for row in table.rows
    ]


def _cut(table: Table, words: Words) -> Table:
    """The first rows, without the columns that say nothing of any of them."""
    count = len(table.rows)
    if not count:
        return msgspec.structs.replace(table, notes=(words("risks_none"),))
    rows = table.rows[:LISTED]
    kept = [at for at in range(len(table.columns)) if any(row[at] not in ("", 0) for row in rows)]
    return msgspec.structs.replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in rows),
        notes=(words("risks_cut", shown=LISTED, count=f"{count:,}"),) if count > LISTED else (),
    )


def _tiles(bulletin: Bulletin, words: Words) -> list[Tile]:
    now, then = bulletin.summary.week, bulletin.summary.before
    found = bulletin.summary.before_complaint
    counts = [
        Tile(title=words(key), value=f"{a:,}", notes=(words("last_week", value=f"{b:,}"),))
        for key, a, b in (
            ("opened", now.opened, then.opened),
            ("closed", now.closed, then.closed),
            ("open", now.open, then.open),
            ("overdue", now.overdue, then.overdue),
        )
    ]
    on_time, before = Rate(now.on_time.part, now.on_time.of), Rate(then.on_time.part, then.on_time.of)
    cohort = found.total.cohort
    unfit = "" if found.assessable else words("not_assessable")
    return [
        *counts,
        Tile(
            title=words("on_time"),
            value=_share(on_time, words),
            notes=(f"{on_time.part:,} / {on_time.of:,}", words("last_week", value=_share(before, words))),
        ),
        Tile(
            title=words("before_complaint"),
            value=_share(Rate(cohort.numerator, cohort.denominator, unfit=unfit), words),
            notes=(
                f"{cohort.numerator:,} / {cohort.denominator:,}",
                f"{words('provisional_part')} {cohort.provisional:,}",
            ),
        ),
    ]


def _share(rate: Rate, words: Words) -> str:
    return rate.unfit or (percent(rate.value) if rate.value is not None else words("no_rate"))


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Rate():
            return _rate(cell)
        case Change():
            return signed(cell)
        case Tenths():
            return "" if cell.value is None else f"{tenths_text(cell.value)}%"
        case int():
            return f"{cell:,}"
        case _:
            return cell


def _rate(rate: Rate) -> str:
    value = rate.unfit or ("–" if rate.value is None else percent(rate.value))
    part = f"{rate.part:,}" if isinstance(rate.part, int) else tenths_text(int(rate.part * 10))
    return f"{value} ({part}/{rate.of:,})"


def _size(cell: Cell) -> int:
    if isinstance(cell, Tenths):
        return cell.value or 0
    return cell if isinstance(cell, int) else 0


@cache
def _text_of(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FunctionLoader(_text_of),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals["rows"] = shown_rows
    return found


def _hash(text: str) -> str:
    """What the page's own policy lets in of styles: this one, and nothing that a name might smuggle in."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
