"""A week of Boston's requests in the bulletin, against counts over the table itself."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from router.bulletin.printing import Press, read
from router.core.bulletin.document import Basis, Bulletin
from router.core.bulletin.week import week_named
from router.ledger.sql import SqlLedger
from router.rulebook import Rulebook
from tests.integration.replaying import BOSTON, BOSTON_AS_OF, replayed

pytestmark = pytest.mark.data

FILE = "boston311_2015q1.csv.gz"
START, END = datetime(2015, 2, 2), datetime(2015, 2, 9)  # noqa: DTZ001 - the table's times are naive
#: What was opened later is not needed for that week.
UNTIL = "2015-02-10"
PRINTED_AT = datetime(2026, 11, 24, tzinfo=UTC)

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(data_dir: Path) -> list[Row]:
    with gzip.open(data_dir / FILE, "rt", encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["open_dt"] < UNTIL]


@pytest.fixture(scope="module")
def found(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Bulletin:
    """The bulletin of 2015-W06, printed from a replay."""
    folder = tmp_path_factory.mktemp("bulletin")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    url = f"sqlite:///{folder / 'ledger.db'}"
    replayed(folder / "rows.csv", BOSTON, as_of=BOSTON_AS_OF, ledger=url)
    ledger = SqlLedger(url, key=None)
    try:
        rulebook = Rulebook(ledger, lambda: PRINTED_AT)
        rules = rulebook()
        week = week_named("2015-W06", rules.calendar(rules.policies[-1]))
        return read(Press(ledger, rulebook, "test").printed(week, PRINTED_AT))
    finally:
        ledger.close()


def instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def within(text: str) -> bool:
    at = instant(text)
    return at is not None and START <= at < END


def district(row: Row) -> str:
    """As the tree of the replay calls it."""
    code = row["nsd"].removesuffix(".0")
    return "boston:unknown" if code in ("", "0") else f"boston/{code}"


def test_a_replay_is_cut_by_event_time_and_says_so(found: Bulletin) -> None:
    assert found.basis is Basis.HAPPENED
    assert found.recorded_until is None


def test_opened_and_closed_agree_in_all_and_by_district(found: Bulletin, rows: list[Row]) -> None:
    opened = Counter(district(row) for row in rows if within(row["open_dt"]))
    closed = Counter(district(row) for row in rows if within(row["closed_dt"]))
    ours = {one.district: (one.flow.opened, one.flow.closed) for one in found.summary.by_district}
    assert {code: sums for code, sums in ours.items() if any(sums)} == {
        code: (opened[code], closed[code]) for code in opened.keys() | closed.keys()
    }
    assert (found.summary.week.opened, found.summary.week.closed) == (opened.total(), closed.total())
    assert found.summary.week.opened == 2560


def test_open_at_the_end_and_on_time_agree(found: Bulletin, rows: list[Row]) -> None:
    there = [row for row in rows if datetime.fromisoformat(row["open_dt"]) < END]
    still = [row for row in there if (closed := instant(row["closed_dt"])) is None or closed >= END]
    due = [row for row in rows if within(row["target_dt"])]
    met = [row for row in due if row["closed_dt"] and row["closed_dt"] <= row["target_dt"]]
    week = found.summary.week
    assert week.open == len(still)
    assert (week.on_time.part, week.on_time.of) == (len(met), len(due))
    assert week.overdue == sum(
        bool(row["target_dt"]) and row["target_dt"] < f"{END:%Y-%m-%d %H:%M:%S}" for row in still
    )


def test_shares_agree_with_the_counts_to_a_tenth_of_a_percent_and_sum_to_100(
    found: Bulletin, rows: list[Row]
) -> None:
    counts = Counter(row["type"] for row in rows if within(row["open_dt"]))
    assert {line.group: line.count for line in found.shares if line.count} == counts
    assert sum(line.tenths for line in found.shares) == 1000
    for line in found.shares:
        assert abs(line.tenths - Fraction(1000 * counts[line.group], counts.total())) < 1


def test_the_ten_most_frequent_matters_of_each_district_agree_with_their_change(
    found: Bulletin, rows: list[Row]
) -> None:
    before_start = datetime(2015, 1, 26)  # noqa: DTZ001 - as above
    now, then = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        at = datetime.fromisoformat(row["open_dt"])
        key = (district(row), row["type"])
        now[key] += START <= at < END
        then[key] += before_start <= at < START
    assert len(found.matters) == len({code for (code, _), count in (now | then).items() if count})
    for one in found.matters:
        counts = {kind: count for (code, kind), count in now.items() if code == one.district and count}
        assert one.opened == sum(counts.values())
        assert [line.count for line in one.lines] == sorted(counts.values(), reverse=True)[:10]
        for line in one.lines:
            assert (line.count, line.count_before) == (counts[line.category], then[one.district, line.category])
            assert line.rank == 1 + sum(count > line.count for count in counts.values())
