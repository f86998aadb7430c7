"""Cases as rows."""

from datetime import timedelta

import msgspec

from router.core import events as e
from router.ledger.rows import case_of, case_row, next_milestone
from tests.contract.ledger_ground import DUE_AT, closing, opening, resolve_by


def test_the_next_milestone_is_the_earliest_that_runs() -> None:
    late = resolve_by(DUE_AT + timedelta(days=1), name="late")
    first, second = resolve_by(DUE_AT, name="first"), resolve_by(DUE_AT, name="second")
    past = msgspec.structs.replace(
        resolve_by(DUE_AT - timedelta(days=1), name="past"), status=e.MilestoneStatus.MISSED
    )
    assert next_milestone([late, past, first, second]) is first
    assert next_milestone([past]) is None
    assert next_milestone([]) is None


def test_a_row_says_what_the_case_says() -> None:
    case = opening("c1").case
    row = case_row(case, due_tier="street", lead_version=1, receipt_version=0)
    assert case_of(row["body"]) == case
    assert (row["next_due_at"], row["wake_at"], row["next_milestone"]) == (case.next_due_at, DUE_AT, "resolve")
    assert (row["state"], row["district"], row["due_tier"]) == ("dispatched", "110101", "street")


def test_a_closed_case_has_nothing_that_is_due() -> None:
    case = closing(opening("c1").case).case
    row = case_row(case, due_tier="street", lead_version=1, receipt_version=0)
    assert (row["next_due_at"], row["wake_at"], row["next_milestone"]) == (None, None, None)
    assert row["closed_at"] == case.closed_at
