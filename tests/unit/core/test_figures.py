"""The figures of a ledger: what is counted where, and that equal facts give equal bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from router.core.counting.figures import (
    BUCKETS_H,
    CaseFacts,
    EscalationFact,
    HeldFacts,
    encode,
    figures,
    held_facts,
    sighting_of,
)
from router.core.counting.hands import HolderKind
from router.core.counting.problems import Windows

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
AS_OF = OPENED + 60 * DAY

KEYS = {
    "rows",
    "opened",
    "refused",
    "triaged",
    "clock_skew",
    "closed",
    "open",
    "deadlines",
    "on_time",
    "after_changes",
    "escalations",
    "resolution_hours",
    "before_complaint",
}


def case(case_id: str, **facts: Any) -> CaseFacts:
    known: dict[str, Any] = {
        "source": "hotline",
        "source_id": case_id,
        "opened_at": OPENED,
        "due_at": None,
        "closed_at": None,
        "district": "1",
        "triaged": False,
        "origin": "complaint",
        **facts,
    }
    return CaseFacts(case_id=case_id, **known)


def of(*cases: CaseFacts, **more: Any) -> dict[str, Any]:
    return figures(cases, more.pop("escalations", []), more.pop("refused", 0), AS_OF, **more)


def test_every_block_has_exactly_the_keys_of_the_contract() -> None:
    document = of(case("a"), case("b", district=None))
    assert document.keys() == KEYS | {"by_district"}
    assert document["by_district"].keys() == {"1", "unknown"}
    for block in document["by_district"].values():
        assert block.keys() == KEYS
    assert document["deadlines"].keys() == {"with_deadline", "met", "missed_closed", "missed_open", "running"}
    assert document["on_time"].keys() == {"due_in_period", "met_in_period"}
    assert document["after_changes"].keys() == {
        "due_in_period",
        "met_in_period",
        "extended",
        "suspended",
        "missed",
        "excused",
    }
    assert document["escalations"].keys() == {"total", "by_step"}
    assert document["resolution_hours"].keys() == {"count", "sum", "bucket_le"}
    assert document["before_complaint"].keys() == {
        "problems",
        "proactive_origin",
        "resolved",
        "resolved_before_complaint",
    }


def test_the_series_after_changes_stands_beside_the_original_one() -> None:
    """Four cases due within the period at first: one extended and met, one extended beyond it, one missed."""
    late = OPENED + 2 * DAY
    document = of(
        case("plain", due_at=OPENED + DAY, closed_at=OPENED + DAY),
        case("met", due_at=OPENED + DAY, extended_due_at=late, closed_at=late, extensions=1),
        case("beyond", due_at=OPENED + DAY, extended_due_at=AS_OF + DAY, suspensions=2, extensions=1),
        case("missed", due_at=OPENED + DAY, closed_at=late, missed=2, excused=1),
    )
    assert document["on_time"] == {"due_in_period": 4, "met_in_period": 1}
    assert document["after_changes"] == {
        "due_in_period": 3,
        "met_in_period": 2,
        "extended": 2,
        "suspended": 1,
        "missed": 2,
        "excused": 1,
    }


def test_an_empty_ledger_has_every_figure_at_zero() -> None:
    document = of()
    assert (document["rows"], document["deadlines"]["with_deadline"], document["by_district"]) == (0, 0, {})
    assert document["resolution_hours"]["bucket_le"] == {**{str(edge): 0 for edge in BUCKETS_H}, "+Inf": 0}


def test_rows_are_what_was_opened_and_what_was_refused() -> None:
    document = of(case("a", closed_at=OPENED), case("b", triaged=True), refused=3)
    assert (document["rows"], document["opened"], document["refused"]) == (5, 2, 3)
    assert (document["closed"], document["open"], document["triaged"]) == (1, 1, 1)


def test_a_refusal_without_a_known_place_is_in_the_total_only() -> None:
    document = of(case("a"), refused=3, refused_by_district={"1": 1, None: 1})
    assert document["refused"] == 3
    assert document["by_district"]["1"]["rows"] == 2
    assert document["by_district"]["unknown"]["refused"] == 1
    assert document["by_district"]["unknown"]["opened"] == 0


def test_more_refusals_by_district_than_in_all_are_an_error() -> None:
    with pytest.raises(ValueError, match="more refused"):
        of(refused=0, refused_by_district={"1": 1})


@pytest.mark.parametrize(
    ("due_at", "closed_at", "state"),
    [
        (OPENED + DAY, OPENED + DAY - SECOND, "met"),
        (OPENED + DAY, OPENED + DAY, "met"),
        (OPENED + DAY, OPENED + DAY + timedelta(microseconds=1), "missed_closed"),
        (AS_OF - SECOND, None, "missed_open"),
        (AS_OF, None, "running"),
        (AS_OF + SECOND, None, "running"),
        (AS_OF + DAY, OPENED + DAY, "met"),
    ],
)
def test_a_deadline_is_met_at_its_very_instant_and_missed_after(
    due_at: datetime, closed_at: datetime | None, state: str
) -> None:
    states = {"met": 0, "missed_closed": 0, "missed_open": 0, "running": 0}
    document = of(case("a", due_at=due_at, closed_at=closed_at), case("b", closed_at=closed_at))
    assert document["deadlines"] == {"with_deadline": 1, **states, state: 1}


def test_due_in_the_period_is_due_up_to_and_including_as_of() -> None:
    document = of(
        case("met", due_at=OPENED + DAY, closed_at=OPENED),
        case("late", due_at=OPENED + DAY, closed_at=OPENED + 2 * DAY),
        case("missed", due_at=OPENED + DAY),
        case("at-as-of", due_at=AS_OF, closed_at=AS_OF),
        case("early", due_at=AS_OF + SECOND, closed_at=OPENED),
        case("none", closed_at=OPENED),
    )
    assert document["on_time"] == {"due_in_period": 4, "met_in_period": 2}


def test_the_on_time_rate_of_lianyungang_2017_comes_out_as_it_was_published() -> None:
    """22,345 of 24,932 that were due were closed on time: 89.62 %."""
    in_time = case("in-time", due_at=OPENED + DAY, closed_at=OPENED + HOUR)
    late = case("late", due_at=OPENED + DAY, closed_at=OPENED + 2 * DAY)
    cases = [
        msgspec.structs.replace(in_time if number < 22_345 else late, case_id=f"case-{number}")
        for number in range(24_932)
    ]
    found = of(*cases)["on_time"]
    assert found == {"due_in_period": 24_932, "met_in_period": 22_345}
    assert f"{found['met_in_period'] / found['due_in_period']:.2%}" == "89.62%"


def test_a_case_closed_before_it_opened_is_judged_at_its_opening_and_has_no_duration() -> None:
    skewed = {"closed_at": OPENED - HOUR}
    document = of(
        case("met", due_at=OPENED, **skewed),
        case("late", due_at=OPENED - 2 * SECOND, **skewed),
        case("plain", closed_at=OPENED),
    )
    assert (document["clock_skew"], document["closed"]) == (2, 3)
    assert (document["deadlines"]["met"], document["deadlines"]["missed_closed"]) == (1, 1)
    assert document["resolution_hours"]["count"] == 1


def test_buckets_are_cumulative_and_include_their_edge() -> None:
    document = of(
        *(case(f"c{edge}", closed_at=OPENED + edge * HOUR) for edge in BUCKETS_H),
        case("beyond", closed_at=OPENED + 2160 * HOUR + SECOND),
        case("open"),
    )
    hours = document["resolution_hours"]
    assert list(hours["bucket_le"].values()) == list(range(1, 14))
    assert list(hours["bucket_le"])[-1] == "+Inf"
    assert hours["count"] == 13


def test_sums_are_exact_and_cut_to_whole_seconds_once() -> None:
    tenth = timedelta(milliseconds=100)
    document = of(*(case(f"c{n}", closed_at=OPENED + HOUR + tenth) for n in range(360)))
    assert document["resolution_hours"]["sum"] == 360.01
    assert document["resolution_hours"]["bucket_le"]["1"] == 0
    less = of(case("a", closed_at=OPENED + HOUR + 9 * tenth))
    assert less["resolution_hours"]["sum"] == 1.0


def test_escalations_are_counted_by_step_and_by_the_district_of_their_case() -> None:
    document = of(
        case("a", district="1"),
        case("b", district=None),
        escalations=[
            EscalationFact("a", "street", "district"),
            EscalationFact("a", "district", "city"),
            EscalationFact("b", "street", "district"),
        ],
    )
    assert document["escalations"] == {"total": 3, "by_step": {"street>district": 2, "district>city": 1}}
    assert document["by_district"]["1"]["escalations"]["total"] == 2
    assert document["by_district"]["unknown"]["escalations"] == {"total": 1, "by_step": {"street>district": 1}}


def test_a_problem_counts_in_the_district_of_its_first_member() -> None:
    place = {"category_group": "road", "place_key": "a1"}
    document = of(
        case("p", origin="proactive", district="1", closed_at=OPENED + HOUR, **place),
        case("q", origin="proactive", district="2", opened_at=OPENED + DAY, closed_at=OPENED + 2 * DAY, **place),
        case("c", district="2"),
    )
    counted = {"problems": 1, "proactive_origin": 1, "resolved": 1, "resolved_before_complaint": 1}
    assert document["by_district"]["1"]["before_complaint"] == counted
    assert document["by_district"]["2"]["before_complaint"]["problems"] == 1
    assert document["before_complaint"] == {**counted, "problems": 2}


def test_the_window_of_a_category_group_is_heeded() -> None:
    place = {"category_group": "road", "place_key": "a1", "closed_at": OPENED + 20 * DAY}
    cases = (case("a", **place, origin="proactive"), case("b", **place, opened_at=OPENED + 25 * DAY))
    assert of(*cases)["before_complaint"]["problems"] == 1
    assert of(*cases, windows=Windows(by_group={"road": DAY}))["before_complaint"]["problems"] == 2


def test_a_case_is_linked_only_when_group_and_place_are_known() -> None:
    assert sighting_of(case("a", category_group="road", place_key="a1")).link_key == ("road", "a1")
    assert sighting_of(case("a", category_group="road")).link_key is None
    assert sighting_of(case("a", place_key="a1")).link_key is None


def test_what_the_sweep_must_leave_out_is_passed_on() -> None:
    withdrawn = case("a", closed_at=OPENED, outcome="withdrawn", outcome_decided_by="hotline")
    document = of(withdrawn, case("b", matter_type="consultation"), case("c", suspended=True))
    assert document["before_complaint"]["problems"] == 1
    assert document["opened"] == 3


def test_a_case_given_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="case a is given twice"):
        of(case("a"), case("a"))


def test_an_escalation_of_an_unknown_case_is_an_error() -> None:
    with pytest.raises(ValueError, match="names the case x"):
        of(escalations=[EscalationFact("x", "street", "district")])


def test_equal_facts_give_equal_bytes_in_any_order() -> None:
    cases = [
        case(f"c{n}", district=str(n % 7), closed_at=OPENED + n * HOUR, due_at=OPENED + 9 * HOUR)
        for n in range(50)
    ]
    escalations = [EscalationFact(f"c{n}", step, "city") for n in range(10, 50) for step in ("street", "district")]
    first = encode(figures(cases, escalations, 1, AS_OF))
    assert encode(figures(cases[::-1], escalations[::-1], 1, AS_OF)) == first
    assert encode(figures(cases[1::2] + cases[::2], escalations[1::2] + escalations[::2], 1, AS_OF)) == first


def test_the_document_is_sorted_json_in_utf8_with_a_newline_at_its_end() -> None:
    encoded = encode(of(case("a", district="河东区"), case("b", district="兰山区")))
    assert encoded.endswith(b"}\n")
    assert "河东区".encode() in encoded
    pairs: list[list[str]] = []
    json.loads(encoded, object_pairs_hook=lambda items: pairs.append([key for key, _ in items]))
    assert all(keys == sorted(keys) for keys in pairs)


def held(kind: HolderKind, hours: float, *, at_due: HolderKind | None = None) -> HeldFacts:
    return HeldFacts({kind: timedelta(hours=hours)}, at_due)


def test_time_is_summed_by_holder_and_a_missed_due_date_is_charged_to_whose_time_it_was() -> None:
    due_at = OPENED + DAY
    cases = (
        case("late", due_at=due_at, closed_at=OPENED + 2 * DAY),
        case("open", due_at=due_at, district="2"),
        case("in_time", due_at=due_at, closed_at=due_at),
        case("without"),
    )
    accounts = {
        "late": held(HolderKind.DESK, 48, at_due=HolderKind.DESK),
        "open": held(HolderKind.PING_PONG, 0.5, at_due=HolderKind.PING_PONG),
        "in_time": held(HolderKind.DESK, 24, at_due=HolderKind.DESK),
        "without": held(HolderKind.CHANNEL, 0.0000001),
    }
    document = of(*cases, held=accounts)
    holding = document["holding"]
    assert {kind: n for kind, n in holding["seconds"].items() if n} == {"desk": 72 * 3600, "ping_pong": 1800}
    assert {kind: n for kind, n in holding["missed"].items() if n} == {"desk": 1, "ping_pong": 1}
    assert holding["seconds"].keys() == holding["missed"].keys() == set(HolderKind)
    assert document["by_district"]["2"]["holding"]["missed"]["ping_pong"] == 1
    assert "holding" not in of(*cases)


def test_a_case_that_ended_as_it_began_is_charged_to_its_channel() -> None:
    assert held_facts((), OPENED) == HeldFacts({}, HolderKind.CHANNEL)
    assert held_facts((), None) == HeldFacts({}, None)
