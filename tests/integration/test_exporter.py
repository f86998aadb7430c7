"""The exporter as a process, without any data: what it serves, and what becomes of it when the database goes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.app import prepare
from router.clock import clock
from router.settings import Settings
from tests.integration.scraping import Scraped, exporting, is_computed, scrape
from tests.integration.terminal import DEADLINE_S, NOWHERE_AMQP, Terminal, get
from tests.integration.test_cli import TREE
from tests.servers.postgres import PostgresCluster
from tests.servers.waiting import wait_until

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def city(tmp_path: Path) -> Terminal:
    """The demo city with one case, and a broker that is nowhere."""
    ledger = f"sqlite:///{tmp_path}/ledger.db"
    prepare(Settings(ledger=ledger), clock())
    terminal = Terminal(tmp_path, ledger)
    opened = terminal("case", "open", "--division", "hubin/liuyin", "--desk", "liuyin", "--category", "noise")
    assert opened.code == 0, opened.err
    terminal.broker = NOWHERE_AMQP
    return terminal


def test_it_serves_what_the_shell_prints_and_asks_no_broker(city: Terminal, promtool: Path) -> None:
    with exporting(city, "--at", AT.isoformat()) as url:
        found = scrape(url)
        assert get(url.replace("/metrics", "/readyz")).status_code == 200
        assert get(url.replace("/metrics", "/livez")).status_code == 200
    assert found.sum("cases_opened_total") == found.sum("open_cases") == 1
    assert found.sum("figures_uncounted_changes") == 0
    printed = city("figures", "show", "--at", AT.isoformat())
    assert Scraped(printed.out).cases == found.cases
    lint = subprocess.run(
        [promtool, "check", "metrics"], input=found.text, capture_output=True, text=True, check=False
    )
    assert (lint.returncode, lint.stdout, lint.stderr) == (0, "", "")


def test_the_shell_prints_single_metrics_and_counts_anew(city: Terminal) -> None:
    one = city("figures", "show", "cases_opened_total", "--json").json
    assert sum(line["value"] for line in one) == 1
    assert {line["name"] for line in one} == {"case_router_cases_opened_total"}
    assert city("figures", "show", "cases_lost").code == 3
    done = city("figures", "recount", "--json")
    assert done.json == {"cases": 1, "changes": 1}
    assert city("figures", "show", "cases_opened_total", "--json").json == one


@pytest.mark.postgres
def test_while_postgresql_is_down_the_last_good_figures_are_served(
    tmp_path: Path, private_postgres: PostgresCluster
) -> None:
    terminal = Terminal(tmp_path, private_postgres.new_database(), NOWHERE_AMQP)
    (tmp_path / "tree.toml").write_text(TREE, encoding="utf-8")
    (tmp_path / "settings.toml").write_text("figures_s = 0.2\n", encoding="utf-8")
    for words in (("db", "upgrade"), ("divisions", "import", "tree.toml"), ("policy", "import", "default")):
        assert terminal(*words).code == 0
    at = ("--http-port", "0", "--at", AT.isoformat())
    with terminal.running("--settings", "settings.toml", "run", "metrics", *at) as said:
        url = f"{said['url']}/metrics"

        def until(reached: Callable[[Scraped], bool], what: str) -> Scraped:
            wait_until(lambda: reached(scrape(url)), deadline_s=DEADLINE_S, what=what)
            return scrape(url)

        good = until(is_computed, "the first figures")
        private_postgres.kill()
        down = until(lambda found: found.sum("figures_errors_total") >= 2, "two vain attempts")
        stands = down.sum("figures_last_success_timestamp_seconds")
        assert down.cases == good.cases
        later = until(lambda found: found.sum("figures_errors_total") >= 3, "one more")
        assert later.sum("figures_last_success_timestamp_seconds") == stands
        private_postgres.restart()
        back = until(lambda found: found.sum("figures_last_success_timestamp_seconds") > stands, "figures anew")
        assert back.cases == good.cases
