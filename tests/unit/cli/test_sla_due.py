"""`sla due`: a date or a reason for every row, as CSV and as one document."""

import csv
import gzip
import io
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Shell, type_words

EXAMPLES = Path(__file__).parents[3] / "examples"
POLICY = """
name = "types"
calendar = "cn"
[match]
channel = ["hotline"]
[[milestone]]
name = "dispatch"
within = "2h"
satisfied_by = "dispatched"
track = "internal"
[[milestone]]
name = "close"
within = { of = "working", ends = "end_of_day" }
[milestone.by_category]
lamp = 5
pipe = "3h"
[[milestone]]
name = "accept"
within = "1h"
anchor = "dispatched"
satisfied_by = "accepted"
[[ladder]]
step = "street"
"""
# The days off around it are 25 to 27 September and 1 to 7 October 2026; Saturday 10 October is worked.
TABLE = """no,when,kind,by
1,2026-09-23 10:30,lamp,hotline
2,2026-09-23 10:30,pipe,hotline
3,2026-09-23 10:30,bus,hotline
4,2026-09-23 10:30,lamp,app
5,yesterday,lamp,hotline
6,2026-12-29 09:00,lamp,hotline
7,9999-12-31 23:00,lamp,hotline

8,2026-09-23 10:30,lamp,hotline,more
"""
COLUMNS = ("--columns", "id=no,received=when,category=kind,channel=by", "--zone", "Asia/Shanghai")


@pytest.fixture
def files(bare: Shell) -> tuple[str, ...]:
    table, policy = bare.file("past.csv", TABLE), bare.file("types.toml", POLICY)
    return (str(table), "--policy", str(policy))


def test_every_row_has_a_date_or_a_reason(files: tuple[str, ...]) -> None:
    done = type_words("sla", "due", *files, *COLUMNS)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["line"], row["id"], row["due_at"], row["problem"]) for row in rows] == [
        # 24, 28, 29, 30 September and 8 October, to 24:00.
        ("2", "1", "2026-10-09T00:00:00+08:00", ""),
        ("3", "2", "2026-09-23T13:30:00+08:00", ""),
        ("4", "3", "", "no_due_date"),
        ("5", "4", "", "unmatched"),
        ("6", "", "", "unreadable"),
        ("7", "6", "2027-01-06T00:00:00+08:00", ""),
        ("8", "7", "", "unreadable"),
        ("10", "", "", "unreadable"),
    ]
    assert rows[0]["milestone.dispatch"] == "2026-09-23T12:30:00+08:00"
    assert "milestone.accept" not in rows[0]
    # The year's end lies beyond the calendar: the plain week is assumed.
    assert [row["provisional"] for row in rows if row["due_at"]] == ["", "", "yes"]
    assert rows[0]["policy"].startswith("types@")


def test_bad_rows_are_named_by_file_and_line_and_the_exit_code_says_so(files: tuple[str, ...]) -> None:
    english, chinese = (type_words("sla", "due", *files, *COLUMNS, lang=lang) for lang in ("en", "zh"))
    assert english.code == chinese.code == 1
    assert "past.csv, line 6 cannot be read: when: 'yesterday' has none of the formats iso" in english.err
    assert "past.csv, line 10 cannot be read: it has 5 cells, and there are 4 columns" in english.err
    assert "8 rows: 3 with a due date, 1 whose policy sets none, 1 that no policy is for, 3 that" in english.err
    assert "第 6 行读不了" in chinese.err
    assert "第 8 行读不了：推算出的时限超出 9999 年" in chinese.err
    assert "8 行：有时限 3，规则未定时限 1，无适用规则 1，读不了 3" in chinese.err


def test_the_document_has_the_same(files: tuple[str, ...]) -> None:
    told = type_words("sla", "due", *files, *COLUMNS, "--json").json
    assert told["summary"] == {"rows": 8, "with_due": 3, "no_due_date": 1, "unmatched": 1, "unreadable": 3}
    assert told["rows"][0]["milestones"] == {
        "dispatch": "2026-09-23T12:30:00+08:00",
        "close": "2026-10-09T00:00:00+08:00",
    }
    assert told["rows"][2]["due_at"] is None


def test_the_mapping_of_a_replay_serves_and_the_file_may_be_packed(bare: Shell) -> None:
    packed = bare.folder / "boston.csv.gz"
    row = "7,2015-01-16 10:00:00,,,Empty Litter Basket,Constituent Call,3,301,x\n"
    header = "case_id,open_dt,target_dt,closed_dt,type,source,nsd,precinct,place_id\n"
    packed.write_bytes(gzip.compress((header + row).encode()))
    sla, replay = EXAMPLES / "sla", EXAMPLES / "replay"
    policy = ("--policy", str(sla / "boston_2015.toml"), "--calendar", str(sla / "boston_calendar.toml"))
    done = type_words("sla", "due", str(packed), *policy, "--mapping", str(replay / "boston311.toml"), "--json")
    assert done.code == 0, done.err
    # Friday; Monday 19 January is a holiday.
    assert done.json["rows"][0]["due_at"] == "2015-01-20T10:00:00Z"
    # The rule of 2011 knows no holidays.
    older = ("--policy", str(sla / "boston_2011.toml"), "--mapping", str(replay / "boston311.toml"), "--json")
    assert type_words("sla", "due", str(packed), *older).json["rows"][0]["due_at"] == "2015-01-19T10:00:00Z"


def test_times_of_another_form_are_read(bare: Shell) -> None:
    table = bare.file("t.csv", "when\n05/01/2026 09.00\n2026-01-05T09:00:00+08:00\n")
    policy = ("--policy", "dazhou", "--policy", "default")
    done = type_words(
        "sla", "due", str(table), *policy, "--columns", "received=when", "--time", "%d/%m/%Y %H.%M",
        "--zone", "Asia/Shanghai", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    # Received on Monday 5 January 2026: five working days end on Monday the 12th, 24:00.
    assert [row["due_at"] for row in done.json["rows"]] == ["2026-01-13T00:00:00+08:00"] * 2
    # Nothing said which column has an id: none does.
    assert [row["id"] for row in done.json["rows"]] == ["", ""]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--columns is ''"),
        (("--columns", "id=no"), 2, "no column says when a case was received"),
        (("--columns", "received=when,colour=kind"), 2, "--columns is"),
        (("--columns", "received=time"), 4, "there is no column time"),
        (("--columns", "received=when", "--zone", "Mars"), 4, "Mars"),
        (("--columns", "received=when", "--mapping", "m.toml"), 2, "--mapping says it all"),
    ],
)
def test_what_is_missing_is_said(files: tuple[str, ...], words: tuple[str, ...], code: int, said: str) -> None:
    done = type_words("sla", "due", *files, *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_file_that_is_not_there_is_not_found(bare: Shell) -> None:
    done = type_words(
        "sla", "due", str(bare.folder / "no.csv"), "--policy", "default", "--columns", "received=when"
    )
    assert done.code == 3
