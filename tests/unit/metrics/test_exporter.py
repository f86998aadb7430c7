"""The role that exports: what it serves while it cannot compute, and when it computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from router.app import Installation, installation, prepare
from router.core.counting.counted import RULES
from router.core.counting.happened import Happened, happened
from router.core.events import Entry
from router.errors import ConfigurationError, UnreachableError
from router.ledger.count_port import Snapshot
from router.ledger.counting import SqlCountingUnit
from router.ledger.sql import SqlLedger
from router.metrics import exporter as exporting
from router.metrics.counting import Counting
from router.metrics.exporter import metrics_role
from router.settings import Settings
from tests.contract.ledger_ground import tell
from tests.town import town
from tests.unit.metrics.ground import read

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Troubled(SqlLedger):
    """A ledger that answers or does not, as it is told."""

    answers = True

    def snapshot(self, now: datetime) -> Snapshot:
        self._need_answers()
        return super().snapshot(now)

    @contextmanager
    def counting(self, limit: int) -> Iterator[SqlCountingUnit]:
        self._need_answers()
        with super().counting(limit) as unit:
            yield unit

    def _need_answers(self) -> None:
        if not self.answers:
            raise UnreachableError("the database does not answer")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation of the demo city whose ledger can be troubled."""
    monkeypatch.setattr("router.app.SqlLedger", Troubled)
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as here:
        yield here


def troubled(here: Installation) -> Troubled:
    assert isinstance(here.ledger, Troubled)
    return here.ledger


def test_before_the_first_computation_it_says_that_there_is_none(opened: Installation) -> None:
    found = read(opened.exporter().exposition())
    assert found["figures_last_success_timestamp_seconds"] == 0
    assert not [series for series in found if series.startswith("cases_")]


def test_while_the_ledger_is_away_the_last_good_figures_are_served(opened: Installation) -> None:
    exporter = opened.exporter()
    assert not exporter.run_once(NOON)
    good = read(exporter.exposition())
    assert good["figures_last_success_timestamp_seconds"] == NOON.timestamp()
    troubled(opened).answers = False
    for minutes in (1, 2):
        with pytest.raises(UnreachableError):
            exporter.run_once(NOON + timedelta(minutes=minutes))
    meanwhile = read(exporter.exposition())
    assert meanwhile == {**good, "figures_errors_total": 2}
    troubled(opened).answers = True
    exporter.run_once(NOON + timedelta(minutes=3))
    after = read(exporter.exposition())
    assert after["figures_last_success_timestamp_seconds"] == (NOON + timedelta(minutes=3)).timestamp()
    assert after["figures_errors_total"] == 2


def test_it_goes_on_when_the_rules_cannot_be_read(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = opened.exporter()

    def faulty(_at: datetime) -> None:
        raise ConfigurationError("the policy of a case is not on record")

    monkeypatch.setattr(exporter, "compute", faulty)
    with capture_logs() as logs:
        assert not exporter.run_once(NOON)
    assert [one["event"] for one in logs] == ["figures.failed"]
    assert read(exporter.exposition())["figures_errors_total"] == 1


def test_half_of_the_cases_are_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recount or a long outage counts for a while; until all is counted the last good figures stay."""
    monkeypatch.setattr(exporting, "BATCH", 1)
    monkeypatch.setattr(exporting, "_COUNT_FOR_S", 0.0)
    monkeypatch.setattr("router.metrics.counting.BATCH", 1)
    with town(f"sqlite:///{tmp_path}/ledger.db") as here:
        for number in range(3):
            here.open(number)
        exporter = here.on.exporter()
        exporter._counting = Counting(here.on.ledger, here.on.rulebook, batch=1)
        seen = []
        while exporter.run_once(here.time):
            found = read(exporter.exposition())
            seen.append(found["figures_uncounted_changes"])
            assert found["figures_last_success_timestamp_seconds"] == 0
        assert seen == [2, 1, 0]
        found = read(exporter.exposition())
        assert sum(number for series, number in found.items() if series.startswith("cases_opened")) == 3


def test_what_older_rules_have_counted_is_counted_anew_once(tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path}/ledger.db"
    with town(ledger) as here:
        here.open(1)
        with capture_logs() as logs:
            here.on.exporter().run_once(here.time)
        said = [(one["log_level"], one["event"], one["cases"]) for one in logs if "cases" in one]
        assert said == [("info", "figures.first_count", 1)]
        good = here.on.ledger.tallies()
        tell(ledger, f"update tallies set number = {RULES - 1} where name = 'rules'")
        tell(ledger, "update tallies set number = 17 where name = 'cases_opened_total'")
        with capture_logs() as logs:
            for _ in range(2):
                here.on.exporter().run_once(here.time)
        assert [one["log_level"] for one in logs if one["event"] == "figures.recount"] == ["warning"]
        assert here.on.ledger.tallies() == good


def test_what_newer_rules_have_counted_is_left_alone(tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path}/ledger.db"
    with town(ledger) as here:
        here.open(1)
        here.on.exporter().run_once(here.time)
        tell(ledger, f"update tallies set number = {RULES + 1} where name = 'rules'")
        here.open(2)
        with pytest.raises(ConfigurationError, match="counted by a newer program") as refused:
            Counting(here.on.ledger, here.on.rulebook).run_once()
        assert "figures recount" in str(refused.value.todo)
        assert here.on.ledger.uncounted() == 1


def test_a_case_that_cannot_be_counted_costs_its_neighbours_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db") as here:
        ids = [here.open(number) for number in range(3)]
        exporter = here.on.exporter()

        def faulty(entries: Sequence[Entry], *more: Any, **named: Any) -> Happened:
            if entries[0].case_id == ids[1]:
                raise KeyError("a bug")
            return happened(entries, *more, **named)

        with monkeypatch.context() as patch, capture_logs() as logs:
            patch.setattr("router.metrics.counting.happened", faulty)
            for _ in range(3):
                assert not exporter.run_once(here.time)
            assert here.on.exporter().run_once(here.time) is False
        said = [(one["case"], one["what"]) for one in logs if one["event"] == "figures.case_failed"]
        assert said == [(ids[1], "KeyError")] * 2, "once by each exporter"
        found = read(exporter.exposition())
        assert sum(number for series, number in found.items() if series.startswith("cases_opened")) == 2
        assert found["figures_uncounted_changes"] == 1
        assert not exporter.run_once(here.time)
        found = read(exporter.exposition())
        assert sum(number for series, number in found.items() if series.startswith("cases_opened")) == 3
        assert sum(number for series, number in found.items() if series.startswith("assessable_cases")) == 3
        assert found["figures_uncounted_changes"] == 0


def test_figures_of_an_instant_are_of_that_instant_whenever_they_are_computed(opened: Installation) -> None:
    opened.figures_at = datetime(2026, 11, 21, 4, tzinfo=UTC)  # a Saturday
    exporter = opened.exporter()
    exporter.run_once(NOON)
    found = read(exporter.exposition())
    assert {number for series, number in found.items() if series.startswith("working_time")} == {0}
    assert found["figures_last_success_timestamp_seconds"] == NOON.timestamp()


def test_the_role_beats_while_it_counts(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db") as here:
        exporter = here.on.exporter()
        role = metrics_role(exporter, lambda: NOON, pause_s=15)
        exporter.progress()
        assert role.beat_at == NOON
