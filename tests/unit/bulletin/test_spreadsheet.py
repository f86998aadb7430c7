"""Tables for spreadsheets: RFC 4180, nothing a program would run, every character of every name."""

from __future__ import annotations

import csv
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given, strategies as st

from router.bulletin.spreadsheet import csv_text, encoded, harmless, table_text
from router.bulletin.table import Change, Column, Look, Rate, Table, Tenths
from tests.bulletins import words

#: In GB 18030 with four bytes each; the second is outside the basic plane.
RARE = "䶮𬭎"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "＝1+1", "＋1", "－1", "＠x"],
)
def test_a_cell_that_begins_like_a_formula_is_put_behind_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "路灯", "a=b", "1-2", "—", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), min_size=1, max_size=6))
def test_whatever_the_cells_hold_they_are_read_back_and_no_line_ends_otherwise_than_in_cr_lf(
    rows: list[list[str]],
) -> None:
    text = csv_text(rows)
    assert text.endswith("\r\n")
    read = list(csv.reader(StringIO(text, newline="")))
    assert read == [[harmless(cell) for cell in row] for row in rows]


def test_numbers_are_numbers_also_those_below_nothing() -> None:
    table = Table(
        name="t",
        title="t",
        columns=(
            Column("a"),
            Column("率", Look.NUMBER, rates=True),
            Column("变化"),
            Column("占比", percent=True),
            Column("点"),
        ),
        rows=(
            ("x", Rate(1, 3), Change(-3), Tenths(125), Change(-4, tenths=True)),
            ("y", Rate(0, 0), Change(None, word="新"), Tenths(None), None),
            ("z", Rate(Fraction(9, 10), 1), Change(0), Tenths(0), Change(1004, tenths=True)),
            ("w", 7, Change(2), Tenths(1000), Change(None)),
        ),
    )
    assert table_text(table, words("zh")).splitlines() == [
        "a,率 %,率 分子,率 分母,变化,占比 %,点",
        "x,33.3,1,3,-3,12.5,-0.4",
        "y,,0,0,新,,",
        "z,90.0,0.9,1,0,0.0,100.4",
        "w,7,,,2,100.0,",
    ]


def test_utf_8_begins_with_the_mark_that_excel_looks_for() -> None:
    assert encoded("单位\r\n", "utf-8") == b"\xef\xbb\xbf" + "单位\r\n".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_rare_characters_of_names_come_back(encoding: str) -> None:
    text = csv_text([(RARE,)])
    assert encoded(text, encoding).decode("utf-8-sig" if encoding == "utf-8" else encoding) == text
