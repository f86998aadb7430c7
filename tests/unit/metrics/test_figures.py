"""From a snapshot of the ledger to Prometheus' text."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.counting.counted import Series
from router.core.policies.policy import Colour
from router.core.rules import Rules
from router.ledger.count_port import Coloured, OpenGroup, Snapshot, Waiting
from router.metrics.exposition import families_of, text_of
from router.metrics.figures import figures
from router.metrics.scope import Scope
from tests.city import MONDAY, policy, rules
from tests.unit.metrics.ground import in_force, large_city, read
from tests.unit.metrics.test_scope import NOTHING

YELLOW = (Colour(name="yellow", before_due=1),)
GROUP = OpenGroup(
    tier="street",
    district="lake",
    lead="willow",
    suspended=False,
    level=0,
    proposed=False,
    cases=3,
    oldest=MONDAY - timedelta(days=1),
    overdue=2,
)


def shown(found: Snapshot, *, by: Rules | None = None, now: datetime = MONDAY) -> dict[str, float]:
    """The series of a snapshot that are not 0, and those that are."""
    in_use = by or in_force()
    return read(text_of(families_of(figures(found, in_use, Scope(in_use), now))))


def counted(**numbers: dict[tuple[str, ...], int]) -> Snapshot:
    tallies = Counter(
        {Series(name, labels): number for name, series in numbers.items() for labels, number in series.items()}
    )
    return msgspec.structs.replace(NOTHING, tallies=tallies)


def test_buckets_add_up_and_times_are_in_seconds() -> None:
    name = "case_resolution_seconds"
    spread: dict[tuple[str, ...], int] = {
        ("lake", "roads", "900"): 2,
        ("lake", "roads", "86400"): 3,
        ("lake", "roads", "+Inf"): 1,
    }
    found = shown(
        counted(
            case_resolution_seconds=spread,
            case_resolution_seconds_sum={("lake", "roads"): 1_234_567},
            case_holding_seconds_total={("lake", "desk"): 90_500},
        )
    )
    place = "category=roads,district=lake"
    assert found[f"{name}_bucket{{{place},le=900.0}}"] == 2
    assert found[f"{name}_bucket{{{place},le=1800.0}}"] == 2
    assert found[f"{name}_bucket{{{place},le=86400.0}}"] == 5
    assert found[f"{name}_bucket{{{place},le=2.3328e+07}}"] == 5
    assert found[f"{name}_bucket{{{place},le=+Inf}}"] == found[f"{name}_count{{{place}}}"] == 6
    assert found[f"{name}_sum{{{place}}}"] == 1234.567
    assert found["case_holding_seconds_total{district=lake,holder=desk}"] == 90.5
    assert not [series for series in found if "_created" in series]


def test_what_is_not_told_apart_is_added_up_under_one_label() -> None:
    found = shown(
        counted(cases_opened_total={("lake", group, "complaint"): 2 for group in ("roads", "?1", "?2", "unknown")})
    )
    opened = "cases_opened_total{{category={},district=lake,origin=complaint}}"
    assert found[opened.format("roads")] == found[opened.format("unknown")] == 2
    assert found[opened.format("other")] == 4


def test_a_district_that_is_gone_from_the_tree_keeps_its_counters() -> None:
    found = shown(counted(cases_withdrawn_total={("merged-away",): 4}))
    assert found["cases_withdrawn_total{district=merged-away}"] == 4
    assert found["cases_withdrawn_total{district=lake}"] == 0


def test_open_cases_have_one_colour_each_and_none_for_the_rest() -> None:
    found = shown(
        msgspec.structs.replace(
            NOTHING, open=(GROUP,), coloured={Coloured("street", "lake", "willow", "yellow"): 1}
        ),
        by=in_force(colours=YELLOW),
    )
    assert found["open_cases{colour=yellow,district=lake,tier=street}"] == 1
    assert found["open_cases{colour=none,district=lake,tier=street}"] == 2
    assert found["open_cases{colour=yellow,district=canal,tier=street}"] == 0
    assert found["desk_open_cases{colour=yellow,desk=willow}"] == 1
    assert found["desk_open_cases{colour=none,desk=willow}"] == 2
    assert found["desk_open_cases{colour=none,desk=plane}"] == 0


def test_open_cases_past_their_date_are_breached_and_late_at_the_desk_that_leads_them_now() -> None:
    found = shown(msgspec.structs.replace(NOTHING, open=(GROUP,)))
    assert found["cases_breached{district=lake,standing=open}"] == 2
    assert found["cases_breached{district=lake,standing=closed}"] == 0
    assert found["desk_overdue_cases{desk=willow}"] == 2
    assert found["oldest_open_case_timestamp_seconds{district=lake,tier=street}"] == GROUP.oldest.timestamp()
    assert "oldest_open_case_timestamp_seconds{district=canal,tier=street}" not in found


def test_a_case_whose_next_level_waits_for_its_officer_is_at_its_level_and_before_the_next() -> None:
    at_two = msgspec.structs.replace(GROUP, level=2, proposed=True, suspended=True)
    found = shown(msgspec.structs.replace(NOTHING, open=(GROUP, at_two)))
    assert found["open_cases_at_level{fate=confirmed,level=2}"] == 3
    assert found["open_cases_at_level{fate=proposed,level=3}"] == 3
    assert "open_cases_at_level{fate=confirmed,level=1}" not in found
    assert found["open_cases_suspended{district=lake}"] == 3


def test_what_waits_is_counted_with_its_age() -> None:
    found = shown(
        msgspec.structs.replace(
            NOTHING,
            unescalated={"street": Waiting(4, MONDAY - timedelta(seconds=90))},
            held={"district": 5},
            outbox=Waiting(7, MONDAY - timedelta(seconds=30)),
            parked={"forged": 2},
            braked=True,
            beats={"sla": MONDAY - timedelta(seconds=2)},
        )
    )
    assert found["overdue_unescalated_cases{tier=street}"] == 4
    assert found["overdue_unescalated_seconds{tier=street}"] == 90
    assert found["overdue_unescalated_cases{tier=city}"] == found["overdue_unescalated_seconds{tier=city}"] == 0
    assert (found["held_cases{tier=district}"], found["held_cases{tier=street}"]) == (5, 0)
    assert (found["outbox_messages"], found["outbox_oldest_seconds"]) == (7, 30)
    assert (found["parked_messages{reason=forged}"], found["parked_messages{reason=failing}"]) == (2, 0)
    assert found["escalations_braked"] == 1
    assert found["role_oldest_beat_timestamp_seconds{role=sla}"] == MONDAY.timestamp() - 2


def test_calendars_in_use_tell_when_they_end_and_whether_offices_are_open() -> None:
    office = Calendar(
        name="office",
        zone="Asia/Shanghai",
        coverage_end=date(2026, 12, 31),
        hours=((datetime.min.time().replace(hour=9), datetime.min.time().replace(hour=17)),),
    )
    by = rules(policy(calendar="office"), calendars=[office])
    noon = datetime(2026, 11, 24, 4, tzinfo=UTC)
    found = shown(NOTHING, by=by, now=noon)
    assert found["working_time{calendar=office}"] == 1
    # The last known day ends at 24:00 in Shanghai.
    ends = datetime(2026, 12, 31, 16, tzinfo=UTC).timestamp()
    assert found["calendar_coverage_end_timestamp_seconds{calendar=office}"] == ends
    evening = shown(NOTHING, by=by, now=noon + timedelta(hours=8))
    assert evening["working_time{calendar=office}"] == 0
    assert "calendar_coverage_end_timestamp_seconds{calendar=natural}" not in shown(NOTHING)


def test_names_stand_beside_codes() -> None:
    found = shown(NOTHING, by=in_force(large_city(6, 2, 1)))
    assert found["district_name{district=d1,name=名d1}"] == 1
    assert found["desk_name{desk=at-s0,district=d0,name=名s0,queue=desk.at-s0,tier=street}"] == 1
    # Prometheus takes an empty label for none.
    assert found["desk_name{desk=at-c,district=,name=名c,queue=desk.at-c,tier=city}"] == 1


def test_the_same_figures_are_the_same_bytes_in_whatever_order_they_were_counted() -> None:
    one = counted(cases_withdrawn_total={("lake",): 1, ("canal",): 2}, cases_pulled_total={("lake",): 3})
    other = msgspec.structs.replace(one, tallies=Counter(dict(reversed(one.tallies.items()))))
    in_use = in_force()
    first, second = (text_of(families_of(figures(found, in_use, Scope(in_use), MONDAY))) for found in (one, other))
    assert first == second
