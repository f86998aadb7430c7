"""A quarter of Boston's requests, as the exporter's own text has them, against figures that others computed."""

from __future__ import annotations

import csv
import gzip
import json
import random
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from router.ledger.sql import SqlLedger
from tests.integration.replaying import BOSTON, BOSTON_AS_OF, replayed
from tests.integration.scraping import COUNTED_S, Scraped, exported, exporting, scrape
from tests.integration.terminal import DEADLINE_S, Terminal
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.data

FILE = "boston311_2015q1.csv.gz"
AS_OF = datetime.fromisoformat(BOSTON_AS_OF).replace(tzinfo=UTC)
#: Upper edges that the expected figures have, in hours, as the text writes them in seconds.
EDGES = {
    "1": "3600.0",
    "4": "14400.0",
    "8": "28800.0",
    "24": "86400.0",
    "48": "172800.0",
    "72": "259200.0",
    "120": "432000.0",
    "168": "604800.0",
    "240": "864000.0",
    "360": "1.296e+06",
    "720": "2.592e+06",
    "2160": "7.776e+06",
    "+Inf": "+Inf",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exporter")


@pytest.fixture(scope="module")
def city(data_dir: Path, folder: Path) -> Terminal:
    """An installation that has had the quarter replayed."""
    ledger = f"sqlite:///{folder}/ledger.db"
    result, _ = replayed(data_dir / FILE, BOSTON, as_of=BOSTON_AS_OF, ledger=ledger)
    assert result.exit_code == 0
    return Terminal(folder, ledger)


@pytest.fixture(scope="module")
def found(city: Terminal) -> Scraped:
    return exported(city, AS_OF)


@pytest.fixture(scope="module")
def expected(data_dir: Path) -> Any:
    return json.loads((data_dir / "expected" / "boston311_2015q1.json").read_bytes())


@pytest.fixture(scope="module")
def expected_problems(data_dir: Path) -> Any:
    return json.loads((data_dir / "expected" / "before_complaint_boston_2015q1.json").read_bytes())


def code(district: str) -> str:
    """The code of a district as the tree of a replay has it: the whole path."""
    return district if district == "unknown" else f"boston/{district}"


def assert_same_durations(found: Scraped, theirs: Any, **labels: str) -> None:
    name = "case_resolution_seconds"
    assert found.sum(f"{name}_count", **labels) == theirs["count"]
    ours = {hours: found.sum(f"{name}_bucket", le=le, **labels) for hours, le in EDGES.items()}
    assert ours == theirs["bucket_le"]
    assert found.sum(f"{name}_sum", **labels) == pytest.approx(theirs["sum_hours"] * 3600, rel=1e-6)


def test_durations_agree_in_all_and_by_district(found: Scraped, expected: Any) -> None:
    assert_same_durations(found, expected["resolution_hours_all"])
    by_district = expected["resolution_hours_by_district"]
    assert len(by_district) == 16
    for district, theirs in by_district.items():
        assert_same_durations(found, theirs, district=code(district))


def test_due_cohorts_are_as_the_city_counted(found: Scraped) -> None:
    assert (found.sum("cases_due"), found.sum("cases_due_met")) == (17360, 9581)
    assert (found.sum("desk_cases_due"), found.sum("desk_cases_due_met")) == (17360, 9581)
    # Nothing was extended.
    assert (found.sum("cases_due_after_changes"), found.sum("cases_due_met_after_changes")) == (17360, 9581)


def test_closed_cases_and_breaches_agree_in_all_and_by_district(found: Scraped, expected: Any) -> None:
    assert (found.sum("closed_cases_in_time"), found.sum("closed_cases_with_due")) == (10273, 14913)
    assert found.sum("cases_breached") == found.sum("case_deadlines_missed_total") == 7779
    for district, theirs in expected["on_time_by_district"].items():
        of = {"district": code(district)}
        assert found.sum("closed_cases_in_time", **of) == theirs["on_time_of_closed_with_target"]["num"]
        assert found.sum("closed_cases_with_due", **of) == theirs["on_time_of_closed_with_target"]["den"]
        assert found.sum("cases_breached", standing="closed", **of) == theirs["closed_late"]
        assert found.sum("cases_breached", standing="open", **of) == theirs["open_overdue_at_as_of"]


def test_what_came_in_and_what_is_open_agrees(found: Scraped, expected: Any) -> None:
    assert found.sum("cases_opened_total") == expected["rows"] == 26788
    assert found.sum("cases_closed_total") == expected["closed"] == 21915
    assert found.by("district", "open_cases") == {
        code(district): count for district, count in expected["open_backlog_at_as_of_by_district"].items()
    }
    assert found.sum("desk_open_cases") == expected["open"] == 4873
    assert found.sum("cases_triaged_total") == 3794
    staff = sum(
        expected["by_source"][source] for source in ("Employee Generated", "City Worker App", "Maximo Integration")
    )
    assert found.sum("cases_opened_total", origin="proactive") == staff


def test_problems_agree_in_all_and_by_district(found: Scraped, expected_problems: Any) -> None:
    of = {"window": "all", "variant": "total"}

    def ours(**district: str) -> dict[str, float]:
        return {
            "problems": found.sum("before_complaint_problems", ratio="cohort", **of, **district),
            "proactive_origin": found.sum("before_complaint_proactive_problems", ratio="cohort", **of, **district),
            "resolved": found.sum("before_complaint_problems", ratio="flow", **of, **district),
            "resolved_before_complaint": found.sum("before_complaint_resolved", ratio="cohort", **of, **district),
        }

    whole = ours()
    assert whole["problems"] == 22053
    assert (whole["resolved"], whole["resolved_before_complaint"]) == (17611, 3367)
    assert whole == {key: expected_problems["all"][key] for key in whole}
    for district, theirs in expected_problems["by_district"].items():
        assert ours(district=code(district)) == {key: theirs[key] for key in whole}


def test_every_missed_deadline_went_up_one_step(found: Scraped) -> None:
    assert found.by("cause", "case_escalations_total") == {"deadline": 7779}
    assert found.by("to_step", "case_escalations_total")["district"] == 7779
    assert found.by("track", "case_deadlines_missed_total") == {"statutory": 7779, "internal": 0}


def test_the_categories_of_the_tree_beyond_the_cap_are_added_up(found: Scraped) -> None:
    categories = found.by("category", "cases_opened_total")
    assert len(categories) == 32
    assert categories["other"] > 0
    assert sum(categories.values()) == 26788


def test_the_lint_of_prometheus_has_nothing_to_say(found: Scraped, promtool: Path) -> None:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=found.text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_process_that_is_killed_amid_counting_leaves_nothing_counted_twice(
    city: Terminal, found: Scraped
) -> None:
    ledger = SqlLedger(city.ledger, key=None)
    with closing(ledger):
        whole = ledger.recount()
        assert whole == 26788
        with city.typing("run", "metrics", "--http-port", "0") as child:
            wait_until(lambda: ledger.uncounted() < whole, deadline_s=COUNTED_S, what="the counting to begin")
            child.kill()
            child.wait(DEADLINE_S)
        # It was killed on the way, not before and not after.
        assert 0 < ledger.uncounted() < whole
    assert exported(city, AS_OF).cases == found.cases


def test_rows_in_another_order_of_which_a_tenth_came_twice_give_the_same(
    data_dir: Path, tmp_path: Path, found: Scraped
) -> None:
    with gzip.open(data_dir / FILE, "rt", encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    dice = random.Random(2016)  # noqa: S311 - no secret
    rows += dice.sample(rows, len(rows) // 10)
    dice.shuffle(rows)
    file = tmp_path / "shuffled.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((header, *rows))
    ledger = f"sqlite:///{tmp_path}/ledger.db"
    replayed(file, BOSTON, as_of=BOSTON_AS_OF, ledger=ledger)
    assert exported(Terminal(tmp_path, ledger), AS_OF).cases == found.cases


@pytest.mark.postgres
def test_two_processes_on_postgresql_say_what_one_says_on_sqlite(
    data_dir: Path, tmp_path: Path, database_url: str, found: Scraped
) -> None:
    replayed(data_dir / FILE, BOSTON, as_of=BOSTON_AS_OF, ledger=database_url)
    terminal = Terminal(tmp_path, database_url)
    at = ("--at", AS_OF.isoformat())
    # Both count what waits, at once.
    with terminal.typing("run", "metrics", *at), exporting(terminal, *at) as url:
        first = scrape(url)
    assert first.cases == found.cases
    with exporting(terminal, *at) as one, exporting(terminal, *at) as other:
        assert scrape(one).cases == scrape(other).cases == found.cases
