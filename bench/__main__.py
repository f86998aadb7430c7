"""Run everything and print a table: medians, with the spread, and ratios of figures of the same round."""

from __future__ import annotations

import argparse
import json
import logging
import statistics
from collections.abc import Sequence

import structlog

from bench import contenders, figures
from bench.history import replay
from bench.latency import RATE, latency
from bench.stage import private_database, say, stage
from bench.working_time import added


def main() -> None:
    """`python -m bench [--rounds N] [--cases N] [--json FILE]`."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="each contender runs this often, in turn")
    parser.add_argument("--cases", type=int, default=20_000, help="cases of one run of the router")
    parser.add_argument("--figures", type=int, default=200_000, help="cases in the ledger whose figures are read")
    parser.add_argument("--only-figures", action="store_true", help="leave the rest out")
    parser.add_argument("--json", help="write the figures to this file too")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = {} if chosen.only_figures else run(chosen.rounds, chosen.cases)
    found |= of_figures(chosen.rounds, chosen.cases, chosen.figures)
    for line in table(found):
        print(line)  # noqa: T201 - a command-line program
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:  # noqa: PTH123 - the user's own path
            json.dump(found, file, indent=1, sort_keys=True)


def run(rounds: int, cases: int) -> dict[str, list[float]]:
    """All figures, one value a round."""
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> float:
        found.setdefault(name, []).append(value)
        say(f"  {name}: {value:,.4g}")
        return value

    with stage() as on:
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            shovel = note("shovel, messages/s", contenders.shovel(on, 3 * cases))
            ours = contenders.router(on, cases, f"r{number}")
            routed = note("router, routed cases/s", ours.per_second)
            note("router, peak MiB", ours.peak_mib)
            celery = note("Celery, tasks/s", contenders.celery(on, max(cases // 8, 500)))
            note("router / shovel", routed / shovel)
            note("router / Celery", routed / celery)
            waited = latency(on, 10, f"l{number}")
            note(f"p50 ms at {RATE}/s", waited.p50_s * 1000)
            note(f"p99 ms at {RATE}/s", waited.p99_s * 1000)
    for _ in range(rounds):
        embedded = replay(cases)
        note("replay embedded, commands/s", embedded.per_second)
        note("replay embedded, peak MiB", embedded.peak_mib)
    for _ in range(rounds):
        for budget in ("5wd", "4wh", "200wh"):
            note(f"deadlines of {budget}, millions/min", added(budget, 10_000) / 1e6)
    return found


def of_figures(rounds: int, cases: int, in_ledger: int) -> dict[str, list[float]]:
    """What the figures of cases take, one value a round."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        with private_database() as ledger:
            read = figures.read(ledger, in_ledger)
        taken = {
            f"figures of {in_ledger:,}, series": read.series,
            "  computed in s": read.compute_s,
            "  scrape s": read.scrape_s,
            "  slowest scrape s": read.slowest_scrape_s,
            "cases counted/s": figures.counting(cases),
        }
        for name, value in taken.items():
            found.setdefault(name, []).append(value)
            say(f"  {name}: {value:,.4g}")
    return found


def table(figures: dict[str, list[float]]) -> Sequence[str]:
    """One line a figure: median, least, most."""
    lines = [f"{'figure':<30}{'median':>12}{'min':>12}{'max':>12}"]
    for name, values in figures.items():
        numbers = (statistics.median(values), min(values), max(values))
        lines.append(f"{name:<30}" + "".join(f"{number:>12,.4g}" for number in numbers))
    return lines


if __name__ == "__main__":
    main()
