"""A mapping is taken entirely or not at all, and says what is wrong with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from router.errors import ConfigurationError, UsageError
from router.replay.mapping import Column
from router.replay.mapping_file import load_mapping, missing_columns
from tests.unit.replay.tables import HEADER, MAPPING, mapping, utc

DESK = """
[desk]
column = "unit"
aliases = { "Lamps Dept." = "Lamps" }
tiers = { district = ["Lamps"] }
"""


def refused(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_mapping(text, "pier.toml")
    return str(caught.value)


def test_columns_are_those_that_are_named() -> None:
    assert mapping().columns() == [
        "no",
        "opened",
        "due",
        "closed",
        "via",
        "kind",
        "lamp",
        "quarter",
        "lane",
        "lane_name",
    ]


def test_what_is_not_named_is_absent() -> None:
    found = load_mapping('source = "s"\ntiers = ["city"]\n[columns]\nid = "no"\nopened_at = "opened"\n', "s.toml")
    assert (found.due_at, found.closed_at, found.channel, found.category, found.desk) == (None,) * 5
    assert (found.top_code, found.times, found.zone, found.window_days) == ("s", ("iso",), "UTC", 30)


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("13.0", "13"),
        ("13.", "13"),
        (" 13 ", "13"),
        ("13.5", "13.5"),
        ("A1", "A1"),
        ("0.0", None),
        ("0", None),
        ("-", None),
        ("", None),
        (None, None),
        ("013", "013"),
    ],
)
def test_a_number_has_no_decimals_it_does_not_have(cell: str | None, meaning: str | None) -> None:
    column = Column(name="quarter", nulls=frozenset({"-", "0"}), number=True)
    assert column.read(cell) == meaning


def test_desks_have_other_spellings_and_other_tiers() -> None:
    desk = mapping(text=MAPPING + DESK).desk
    assert desk is not None
    assert (desk.aliases, desk.tier, desk.tiers) == ({"Lamps Dept.": "Lamps"}, 2, {"Lamps": 1})


def test_windows_of_problems_are_the_mappings() -> None:
    found = mapping(text=MAPPING + '[problems]\nwindow_days = 20\nwindows = { "lights" = 7 }\n')
    assert (found.window_days, found.windows_days) == (20, {"lights": 7})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("source = 3\n" + MAPPING.replace('source = "pier"\n', ""), ["source", "3"]),
        (MAPPING.replace("[channel]", "[chanel]"), ["chanel", "channel"]),
        (MAPPING.replace('opened_at = "opened"\n', ""), ["columns", "opened_at", "missing"]),
        (MAPPING.replace('opened_at = "opened"', "opened_at = { nulls = ['x'] }"), ["opened_at", "column"]),
        (MAPPING.replace('zone = "UTC"', 'zone = "Atlantis/Pier"'), ["zone", "Atlantis/Pier"]),
        ('encoding = "utf-9"\n' + MAPPING, ["encoding", "utf-9", "gb18030"]),
        ('delimiter = "ab"\n' + MAPPING, ["delimiter", "ab"]),
        ('tiers = ["city", "district"]\n' + MAPPING, ["division", "2 tiers"]),
        (MAPPING + '[desk]\ncolumn = "unit"\ntier = "lane"\n', ["desk", "tier", "lane", "city, district, street"]),
        (MAPPING + '[desk]\ncolumn = "unit"\naliases = { a = "b", b = "c" }\n', ["aliases", "a", "b"]),
        (MAPPING + DESK.replace("tiers = {", 'tiers = { street = ["Lamps"],'), ["Lamps", "street"]),
        (MAPPING + '[matter_type]\ncolumn = "m"\nvalues = { x = "complain" }\n', ["complain", "complaint"]),
        (MAPPING.replace("[place]", '[place]\nlongitude = "x"'), ["longitude", "latitude"]),
        (MAPPING.replace("[place]", '[place]\ncrs = "WGS84"'), ["crs", "WGS84", "WGS-84"]),
        (MAPPING + '[problems]\nwindows = { "lights" = -1 }\n', ["windows", "lights"]),
        (MAPPING + "[problems]\nwindow_days = 1.5\n", ["window_days"]),
        ("source = ", ["TOML"]),
    ],
)
def test_a_wrong_mapping_is_refused_with_file_key_and_reason(text: str, names: list[str]) -> None:
    message = refused(text)
    assert message.startswith("pier.toml")
    for name in names:
        assert name in message


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    header = HEADER.replace("opened", "open").split(",")
    error = missing_columns(mapping(), header, "pier.csv")
    assert error is not None
    assert error.where == "pier.csv"
    assert "opened" in error.what
    assert all(name in error.todo for name in header)


def test_a_column_that_stands_there_twice_is_refused() -> None:
    error = missing_columns(mapping(), [*HEADER.split(","), "lamp"], "pier.csv")
    assert error is not None
    assert "2 times" in error.what


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-02 09:00", utc(2026, 3, 2, 14)),
        ("02.03.2026", utc(2026, 3, 2, 5)),
        # Summer time begins: 02:30 does not happen and is an hour later; 03:30 is the same instant.
        ("2026-03-08 02:30", utc(2026, 3, 8, 7, 30)),
        ("2026-03-08 03:30", utc(2026, 3, 8, 7, 30)),
        # It ends: 01:30 happens twice, and is the first of the two.
        ("2026-11-01 01:30", utc(2026, 11, 1, 5, 30)),
        ("2026-11-01 02:30", utc(2026, 11, 1, 7, 30)),
    ],
)
def test_times_without_an_offset_are_of_the_mappings_zone(text: str, instant: datetime) -> None:
    assert mapping(text=MAPPING.replace("UTC", "America/New_York")).instant(text) == instant


def test_a_time_with_an_offset_keeps_it() -> None:
    found = mapping(text=MAPPING.replace('"%d.%m.%Y"', '"%Y-%m-%dT%H:%M%z", "iso"'))
    assert found.instant("2026-03-02T09:00+0800") == utc(2026, 3, 2, 1)
    assert found.instant("2026-03-02T09:00:30.5+08:00") == utc(2026, 3, 2, 1, 0, 30) + timedelta(seconds=0.5)


def test_as_of_may_be_iso_whatever_the_table_has() -> None:
    assert mapping().as_of("2026-03-02T09:00:00+08:00") == utc(2026, 3, 2, 1)
    with pytest.raises(UsageError, match="as-of"):
        mapping().as_of("yesterday")


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 9999"):
        mapping(text=MAPPING.replace("UTC", "Asia/Shanghai")).instant("0001-01-01 00:00")
