"""Dirty tables: every row becomes a record, or is listed with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from router.core.commands import Place
from router.errors import ConfigurationError, NotFoundError
from router.replay.records import read_table
from tests.unit.replay.tables import HEADER, MAPPING, mapping, row, table, utc, written


def test_a_row_says_what_its_columns_mean(tmp_path: Path) -> None:
    found = table(
        tmp_path, row("12.0", due="05.03.2026", closed="2026-03-04 08:30", quarter="7.0", lamp="L-9")
    ).records[0]
    assert (found.source_id, found.opened_at, found.due_at, found.closed_at) == (
        "12",
        utc(2026, 3, 2, 9),
        utc(2026, 3, 5),
        utc(2026, 3, 4, 8, 30),
    )
    assert (found.channel, found.category, found.division) == ("phone", "lights", ("7", "a"))
    assert found.place == Place(asset_id="L-9")


def test_null_marks_mean_nothing(tmp_path: Path) -> None:
    found = table(tmp_path, row(due="-", closed=" ", via="-", quarter="0.0", lane="-")).records[0]
    assert (found.due_at, found.closed_at, found.channel, found.division) == (None, None, None, (None, None))


def test_bytes_before_the_header_and_breaks_inside_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pier.csv"
    text = f"{HEADER}\r\n{row(kind=chr(34) + 'two' + chr(10) + 'lines' + chr(34))}\r\n{row('2')}\r\n"
    path.write_bytes(text.encode("utf-8-sig"))
    assert [record.category for record in read_table(path, mapping()).records] == ["two\nlines", "lights"]


def test_a_packed_table_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "pier.table"
    path.write_bytes(gzip.compress(f"{HEADER}\n{row()}\n".encode()))
    assert len(read_table(path, mapping()).records) == 1


def test_another_encoding_and_another_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "pier.csv"
    path.write_bytes(f"{HEADER}\n{row(kind='路灯')}\n".replace(",", ";").encode("gb18030"))
    by = mapping('encoding = "gb18030"\ndelimiter = ";"\n')
    assert read_table(path, by).records[0].category == "路灯"
    with pytest.raises(ConfigurationError, match="utf-8"):
        read_table(path, mapping('delimiter = ";"\n'))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(no="-"), "no is empty"),
        (row(opened=""), "opened is empty"),
        (row(opened="2026-02-30 09:00"), "opened: '2026-02-30 09:00'"),
        (row(due="soon"), "due: 'soon'"),
        (row(closed="2026/03/02"), "closed: '2026/03/02'"),
        (row() + ",one,more", "12 cells"),
        (row(kind='"open') + '"x', "expected after"),
        (row(kind="a\0b"), "NUL"),
    ],
)
def test_a_row_that_cannot_be_read_is_listed_and_spoils_no_other(tmp_path: Path, bad: str, reason: str) -> None:
    found = table(tmp_path, row("1"), bad, row("3"))
    assert [record.source_id for record in found.records] == ["1", "3"]
    assert [one.line for one in found.unreadable] == [3]
    assert reason in found.unreadable[0].reason.en


def test_a_quote_that_never_ends_is_listed(tmp_path: Path) -> None:
    found = table(tmp_path, row("1"), row("2", kind='"open'), row("3"))
    assert [record.source_id for record in found.records] == ["1"]
    assert len(found.unreadable) == 1


def test_cells_that_are_missing_at_the_end_mean_nothing(tmp_path: Path) -> None:
    found = table(tmp_path, "1,2026-03-02 09:00", "")
    assert found.records[0].division == (None, None)
    assert found.unreadable == ()


def test_names_are_kept_whatever_the_order(tmp_path: Path) -> None:
    rows = [
        row("1", lane_name="Anchor Lane"),
        row("2", lane_name="ANCHOR LN"),
        row("3", quarter="8", lane_name="X"),
    ]
    expected = {("7", "a"): "ANCHOR LN", ("8", "a"): "X"}
    assert table(tmp_path, *rows).names == table(tmp_path, *reversed(rows)).names == expected


def test_matter_types_are_translated_and_unknown_ones_counted(tmp_path: Path) -> None:
    by = mapping(text=MAPPING + '[matter_type]\ncolumn = "kind"\nvalues = { lights = "help" }\n')
    rows = [row("1"), row("2", kind="suggestion"), row("3", kind="praise"), row("4", kind="-")]
    found = table(tmp_path, *rows, by=by)
    assert [record.matter_type for record in found.records] == ["help", "suggestion", "complaint", "complaint"]
    assert found.unknown_matter_types == {"praise": 1}


@pytest.mark.parametrize(("cell", "known"), [("1.5", True), ("nan", False), ("inf", False), ("west", False)])
def test_a_coordinate_that_is_none_is_absent(tmp_path: Path, cell: str, *, known: bool) -> None:
    by = mapping(text=MAPPING.replace('asset = "lamp"', 'longitude = "lamp"\nlatitude = "lamp"'))
    assert (table(tmp_path, row(lamp=cell), by=by).records[0].place is not None) is known


def test_a_table_without_a_mapped_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no column lamp"):
        table(tmp_path, row(), header=HEADER.replace(",lamp", ",lantern"))


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(ConfigurationError, match="empty"):
        read_table(tmp_path / "empty.csv", mapping())
    with pytest.raises(NotFoundError):
        read_table(tmp_path / "none.csv", mapping())


def test_a_damaged_package_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, *(row(str(number)) for number in range(200)))
    path.write_bytes(gzip.compress(path.read_bytes())[:-20])
    with pytest.raises(ConfigurationError, match="damaged"):
        read_table(path, mapping())
