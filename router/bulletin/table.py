"""A table of a bulletin, whoever reads it: columns with a kind, cells that know what they are."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import msgspec


class Look(StrEnum):
    """How a column is shown on a page."""

    TEXT = "text"
    CODE = "code"  # copied, never broken
    NUMBER = "number"
    BAR = "bar"  # a number with a bar beside it


class Column(msgspec.Struct, frozen=True):
    """One column."""

    title: str
    look: Look = Look.TEXT
    #: Its cells are rates: a table of the spreadsheet has numerator, denominator and percent in three columns.
    rates: bool = False
    #: Its cells are percents, which a page writes with their sign.
    percent: bool = False


class Rate(msgspec.Struct, frozen=True):
    """A part of a whole; over nothing it is no rate."""

    part: Fraction | int
    of: int
    #: It can be computed and says nothing.
    unfit: str = ""

    @property
    def value(self) -> Fraction | None:
        """0 to 1; None: there is nothing to divide by, or it says nothing."""
        return Fraction(self.part) / self.of if self.of and not self.unfit else None


class Change(msgspec.Struct, frozen=True):
    """A difference to the week before, in tenths where it is one of shares; None: there is none to tell."""

    by: int | None
    #: Said where there is none.
    word: str = ""
    tenths: bool = False


class Tenths(msgspec.Struct, frozen=True):
    """A share in tenths of a percent; None: of nothing."""

    value: int | None


Cell = str | int | Rate | Change | Tenths | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Columns and rows."""

    #: Of the file it becomes: `shares`.
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: What is said above it.
    notes: tuple[str, ...] = ()
    #: The columns that say what a row is about; the first of them heads it.
    keys: tuple[int, ...] = (0,)
    #: The last row is a sum.
    has_total: bool = False


def percent(value: Fraction) -> str:
    """A rate with one decimal, halves rounded up: `87.2%`; exact, so that it is the same everywhere."""
    return tenths_text(percent_tenths(value)) + "%"


def percent_tenths(value: Fraction) -> int:
    """A rate in tenths of a percent, halves rounded up."""
    return int((value * 2000 + 1) // 2)


def tenths_text(tenths: int) -> str:
    """Tenths as a decimal number: 125 is `12.5`."""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def signed(change: Change) -> str:
    """A change for people: `+3`, `−3`, `0`."""
    if change.by is None:
        return change.word
    size = tenths_text(abs(change.by)) if change.tenths else f"{abs(change.by):,}"
    sign = "+" if change.by > 0 else "\N{MINUS SIGN}" if change.by < 0 else ""
    return sign + size
