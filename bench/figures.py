"""The figures of cases at size: how long they take to compute, to scrape, and to count.

The rows of a large ledger are made in the database, as the counting would have left them: what is measured is the
reading, and that goes by how many rows there are and how many of them are open, not by what they say.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from router.app import installation
from router.calendars import Source
from router.core.counting.counted import BEYOND, EDGES_S, RULES
from router.ledger.migrations import upgrade
from router.metrics.counting import Counting
from router.presets import preset_text
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from tests.made_up import MAPPING, write_history
from tests.servers.waiting import wait_until
from tests.unit.metrics.ground import large_city

_POLICY = Path(__file__).resolve().parents[1] / "examples/replay/single_deadline.toml"
_DESKS, _DISTRICTS, _CATEGORIES = 1000, 50, 20
#: One case in so many is open: a working week of a city's cases among five months of them.
_OPEN_OF = 20
_SCRAPES = 20
_PATIENCE_S = 600.0

#: Cases in turn from the oldest: five months, one due date each; every twentieth is open, half of those overdue.
_STANDINGS = """
insert into standings
select 'c' || n, 2, 'd' || n % {districts}, 'g' || n % {categories}, n % {open_of} = 0, at, at + interval '5 days',
       n % {open_of} <> 0 and n % 7 <> 0, at + interval '5 days', n % {open_of} <> 0 and n % 7 <> 0,
       'at-s' || n % {streets}, 'at-s' || n % {streets}, 'street', n % 400 = 0, 0, false,
       case when n % {open_of} = 0
            then json_build_array(json_build_array(at, 'yellow', false),
                                  json_build_array(at + interval '4 days', 'blue', false),
                                  json_build_array(at + interval '5 days', 'red', true))
            else '[]'::json end
from (select n, cast(:now as timestamptz)
               - case when n % {open_of} = 0 then interval '10 days' * n / {cases}
                      else interval '150 days' * n / {cases} end as at
      from generate_series(1, {cases}) as n) as made
"""
_CASES = """
insert into cases (id, version, state, source, source_id, due_tier, lead, district, category, channel, opened_at,
                   recorded_at, due_at, next_due_at, next_milestone, escalates, escalates_at, held, wake_at,
                   dispatched_at, assigned_at, lead_version, receipt_version, closed_at, body)
select case_id, 1, case when is_open then 'accepted' else 'closed' end, 'bench', case_id, 'street', lead, district,
       category, 'hotline', opened_at, opened_at, due_at,
       case when is_open then :now + interval '1 day' end, case when is_open then 'close' end, is_open,
       case when is_open then :now + interval '1 day' end, false,
       case when is_open then :now + interval '1 day' end,
       opened_at, opened_at, 1, 1, case when not is_open then opened_at + interval '3 days' end, '{{}}'
from standings
"""
_PROBLEMS = """
insert into problems
select case_id, 'g', case_id, district, opened_at < :now - interval '1 day', opened_at,
       case when not is_open then opened_at + interval '3 days' end,
       case when not is_open then opened_at + interval '33 days' end,
       not is_open and due_met, false, false, json_build_array(case_id)
from standings
"""


class Read(msgspec.Struct, frozen=True):
    """What reading a large ledger takes."""

    series: int
    compute_s: float
    #: Median over HTTP, and the slowest.
    scrape_s: float
    slowest_scrape_s: float


def read(ledger: str, cases: int) -> Read:
    """Fill an empty PostgreSQL database, and let a process export its figures."""
    now = datetime.now(UTC)  # noqa: TID251 - the bench measures real time
    _fill(ledger, cases, now)
    with TemporaryDirectory(prefix="case-router-bench-") as folder:
        command = [
            sys.executable,
            "-m",
            "router",
            "--ledger",
            ledger,
            "run",
            "metrics",
            "--http-port",
            "0",
            "--json",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, text=True) as child:  # noqa: S603
            try:
                url = f"{_document(child)['url']}/metrics"
                wait_until(
                    lambda: _figure(_get(url), "last_success_timestamp_seconds") > 0,
                    deadline_s=_PATIENCE_S,
                    what="the figures",
                )
                took = []
                for _ in range(_SCRAPES):
                    start = time.perf_counter()
                    page = _get(url)
                    took.append(time.perf_counter() - start)
            finally:
                child.terminate()
    series = sum(line.startswith("case_router_") for line in page.splitlines())
    return Read(series, _figure(page, "duration_seconds"), statistics.median(took), max(took))


def counting(cases: int) -> float:
    """Cases counted a second: a made-up history on SQLite, counted from the first entry on."""
    with TemporaryDirectory(prefix="case-router-bench-") as folder:
        at = Path(folder)
        ledger = f"sqlite:///{at}/ledger.db"
        (at / "mapping.toml").write_text(MAPPING, encoding="utf-8")
        write_history(at / "history.csv", cases, seed=1, districts=12, streets=12, places=4000)
        command = [sys.executable, "-m", "router", "--ledger", ledger, "replay", str(at / "history.csv")]
        command += ["--mapping", str(at / "mapping.toml"), "--policy", str(_POLICY)]
        command += ["--as-of", "2015-09-01T00:00:00Z", "--json", str(at / "out.json")]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
        with installation(Settings(ledger=ledger)) as opened:
            counts = Counting(opened.ledger, opened.rulebook)
            start = time.perf_counter()
            counts.run_through()
            return cases / (time.perf_counter() - start)


def _fill(ledger: str, cases: int, now: datetime) -> None:
    upgrade(ledger)
    with installation(Settings(ledger=ledger)) as opened:
        tree = large_city(_DESKS, _DISTRICTS, _CATEGORIES)
        install_tree(opened.ledger, tree, now)
        policies = PolicySet(
            policies=(
                Source("dazhou", preset_text("policies", "dazhou")),
                Source("default", preset_text("policies", "default")),
            )
        )
        install_policies(opened.ledger, policies, tree.tiers, now)
    sizes = {
        "cases": cases,
        "districts": _DISTRICTS,
        "categories": _CATEGORIES,
        "streets": _DESKS - _DISTRICTS - 1,
        "open_of": _OPEN_OF,
    }
    engine = create_engine(ledger)
    with engine.begin() as connection:
        for statement in (_STANDINGS, _CASES, _PROBLEMS):
            # The colons of a cast are no parameters.
            connection.execute(text(statement.format(**sizes).replace("::", r"\:\:")), {"now": now})
        places = [(f"d{d}", f"g{c}") for d in range(_DISTRICTS) for c in range(_CATEGORIES)]
        rows = [{"name": "rules", "labels": "[]", "number": RULES}]
        for place in places:
            counted = ("cases_closed_total", "cases_resolved_total", "cases_due", "cases_due_met")
            rows += [_tally(name, place, cases // len(places)) for name in counted]
            rows.append(_tally("cases_opened_total", (*place, "complaint"), cases // len(places)))
            rows.append(_tally("case_resolution_seconds_sum", place, cases // len(places) * 86_400_000))
            rows += [_tally("case_resolution_seconds", (*place, str(edge)), 1) for edge in (*EDGES_S, BEYOND)]
        connection.execute(text("insert into tallies values (:name, :labels, :number)"), rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    engine.dispose()


def _tally(name: str, labels: tuple[str, ...], number: int) -> dict[str, object]:
    return {"name": name, "labels": msgspec.json.encode(labels).decode(), "number": number}


def _document(child: subprocess.Popen[str]) -> dict[str, str]:
    lines = []
    for line in child.stdout or ():
        lines.append(line)
        if line.startswith("}"):
            break
    found: dict[str, str] = msgspec.json.decode("".join(lines))
    return found


def _get(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own process
        page: bytes = answer.read()
    return page.decode()


def _figure(page: str, name: str) -> float:
    for family in text_string_to_metric_families(page[page.index("# HELP case_router_figures_last") :]):
        for sample in family.samples:
            if sample.name == f"case_router_figures_{name}":
                return sample.value
    raise LookupError(name)
