"""Problems in the ledger: kept key by key they are what the sweep of the whole finds, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from router.core.counting.counted import Counted, Counts
from router.core.counting.problem_counts import (
    ALL,
    LAST_30_DAYS,
    counted_in,
    flags_of,
    swept_again,
)
from router.core.counting.problems import Problem, Sighting, Windows, find_problems
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import instant, opening

NOW = instant(days=100)
WINDOWS = Windows()


def some(case_id: str, chance: random.Random) -> Sighting:
    opened_at = instant(days=chance.randrange(100), hours=chance.randrange(3))
    took = chance.choice([None, timedelta(0), timedelta(hours=5), timedelta(days=20)])
    return Sighting(
        case_id=case_id,
        opened_at=opened_at,
        resolved_at=None if took is None else opened_at + took,
        origin=chance.choice(["complaint", "proactive", "proactive"]),
        link_key=chance.choice([("road", "p1"), ("road", "p2"), ("light", "p1"), None]),
        division=chance.choice(["d1", "d2"]),
        outcome=chance.choice([None, "solved", "explained"]),
        independently_verified=chance.random() < 0.5,
    )


def count(ledger: SqlLedger, changed: dict[str, Sighting]) -> None:
    """What the counter does with changed cases, without the cases."""
    with ledger.begin() as writing:
        writing.write([opening(case_id) for case_id in changed if ledger.case(case_id) is None])
    with ledger.counting(1000) as unit:
        before = unit.sightings()
        touched = [*before.values(), *changed.values()]
        keys = {one.link_key for one in touched if one.link_key is not None}
        unit.keep_sightings(list(changed.values()))
        old = unit.problems(keys, set(changed))
        found, _ = swept_again(before.values(), list(changed.values()), unit.linked(keys), old, WINDOWS)
        unit.replace_problems(old, found)


def expected(problems: list[Problem], now: datetime) -> Counts:
    counts: Counts = Counter()
    for problem in problems:
        seen = problem.first_seen_at >= now - timedelta(days=30)
        ended = problem.last_resolved_at is not None and problem.last_resolved_at >= now - timedelta(days=30)
        provisional = problem.is_provisional(now)
        counts.update(counted_in(flags_of(problem), LAST_30_DAYS, seen=seen, ended=ended, provisional=provisional))
        for series in counted_in(flags_of(problem), ALL, seen=True, ended=True, provisional=provisional):
            counts[series] += series.name == Counted.BEFORE_PROVISIONAL
    return +counts


def test_problems_kept_key_by_key_are_those_of_the_whole_at_any_instant(ledger: SqlLedger) -> None:
    chance = random.Random(4)  # noqa: S311 - a draw that is the same each time
    known: dict[str, Sighting] = {}
    for start in range(0, 60, 7):
        batch = {f"c{n}": some(f"c{n}", chance) for n in range(start, start + 7)}
        count(ledger, batch)
        known |= batch
    problems = find_problems(known.values(), WINDOWS)
    assert any(problem.resolved_before_complaint for problem in problems)
    for now in (NOW, instant(days=60), instant(days=131)):
        assert ledger.before_complaint(now) == expected(problems, now)


def test_keys_that_share_a_place_and_a_group_with_two_others_are_not_mixed_up(ledger: SqlLedger) -> None:
    chance = random.Random(1)  # noqa: S311 - as above
    known = {f"c{n}": some(f"c{n}", chance) for n in range(12)}
    count(ledger, known)
    asked = {("road", "p1"), ("light", "p2")}
    with ledger.counting(10) as unit:
        assert {one.case_id for one in unit.linked(asked)} == {
            one.case_id for one in known.values() if one.link_key in asked
        }
        assert {p.link_key for p in unit.problems(asked, ())} <= asked
