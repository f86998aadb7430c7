"""Notices in the ledger, over every database: written with their step, claimed by desk, marked at last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from router.core.telling.ringing import Notice, Ring
from router.ledger.port import RowRefusedError
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import accepted, instant, opening, write

QUARTER = timedelta(minutes=15)


def notice(case: str = "c1", desk: str = "willow", **more: object) -> Notice:
    """A reminder that may ring at the opening of the cases."""
    plain = Notice(
        recipient=desk,
        case_id=case,
        kind="reminder",
        milestone="accept",
        due_at=instant(),
        ring=Ring.HOURS,
        calendar="cn",
        created_at=instant(),
        ring_at=instant(),
    )
    return msgspec.structs.replace(plain, **more)


def told(ledger: SqlLedger, *notices: Notice) -> None:
    """A step that tells these."""
    step = opening(notices[0].case_id)
    assert write(ledger, msgspec.structs.replace(step, notices=notices)) == set()


def claimed(
    ledger: SqlLedger, *, closed: Sequence[str] = (), limit: int = 10, **later: float
) -> dict[str, list[str]]:
    """Desk → cases it is told of, that much later."""
    found = ledger.claim_notices(instant(**later), QUARTER, closed, limit)
    return {batch.recipient: [one.case_id for one in batch.notices] for batch in found}


def test_a_desk_is_claimed_with_all_it_is_to_be_told_and_then_left_alone_for_a_while(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"), notice("c1", "lake"))
    told(ledger, notice("c2"), notice("c2", ring_at=instant(minutes=1)))
    assert claimed(ledger) == {"lake": ["c1"], "willow": ["c1", "c2"]}
    assert claimed(ledger, minutes=14, seconds=59) == {}
    assert claimed(ledger, minutes=15) == {"lake": ["c1"], "willow": ["c1", "c2", "c2"]}


def test_a_desk_that_is_kept_out_from_now_on_reads_no_more_of_the_case(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"), notice("c1", "lake"))
    told(ledger, notice("c2"))
    case = ledger.case("c1")
    assert case is not None
    assert write(ledger, msgspec.structs.replace(accepted(case), silenced=("willow", "plane"))) == set()
    assert [one.notice.case_id for one in ledger.notices(instant(), "willow")] == ["c2"]
    assert [one.notice.case_id for one in ledger.notices(instant(), "lake")] == ["c1"]
    assert claimed(ledger) == {"lake": ["c1"], "willow": ["c2"]}


def test_what_was_sent_is_not_sent_again_and_can_still_be_read(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"))
    batch = ledger.claim_notices(instant(), QUARTER, (), 10)
    ledger.settle_notices(batch, instant(seconds=2))
    assert claimed(ledger, days=1) == {}
    (heard,) = ledger.notices(instant(), "willow")
    assert (heard.notice.case_id, heard.sent_at) == ("c1", instant(seconds=2))
    assert ledger.notices(instant(), "lake") == []
    assert ledger.notices(instant(seconds=1)) == []


def test_a_desk_without_a_queue_is_passed_over_and_reads_what_it_was_told(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"))
    ledger.settle_notices(ledger.claim_notices(instant(), QUARTER, (), 10), None)
    assert claimed(ledger, days=1) == {}
    assert [one.sent_at for one in ledger.notices(instant(), "willow")] == [None]


def test_what_waits_for_office_hours_waits_on_while_they_are_over(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"), notice("c1", "lake", ring=Ring.NOW), notice("c1", "canal", ring=Ring.DIGEST))
    assert claimed(ledger, closed=("cn", "ourcity")) == {"canal": ["c1"], "lake": ["c1"]}
    assert claimed(ledger, closed=("ourcity",), seconds=1) == {"willow": ["c1"]}


def test_a_desk_that_no_broker_answered_for_may_be_claimed_again_at_once(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"))
    batch = ledger.claim_notices(instant(), QUARTER, (), 10)
    ledger.release_notices(batch)
    assert claimed(ledger, seconds=1) == {"willow": ["c1"]}
    # Whoever claimed it meanwhile keeps it.
    ledger.release_notices(batch)
    assert claimed(ledger, seconds=2) == {}


def test_so_many_desks_at_once_and_no_more(ledger: SqlLedger) -> None:
    told(ledger, *(notice("c1", f"desk-{number}") for number in range(5)))
    assert len(claimed(ledger, limit=3)) == 3
    assert len(claimed(ledger, limit=3)) == 2


def test_a_step_that_was_lost_to_somebody_else_tells_nobody(ledger: SqlLedger) -> None:
    step = msgspec.structs.replace(opening("c1"), notices=(notice("c1"),))
    write(ledger, opening("c1"))
    assert write(ledger, step) == {"c1"}
    assert ledger.notices(instant(days=-1)) == []


def test_a_step_the_database_cannot_keep_tells_nobody(ledger: SqlLedger) -> None:
    step = msgspec.structs.replace(opening("c1", words="\0"), notices=(notice("c1"),))
    with pytest.raises(RowRefusedError):
        write(ledger, step)
    assert ledger.notices(instant(days=-1)) == []


def test_notices_are_forgotten_after_thirty_days(ledger: SqlLedger) -> None:
    told(ledger, notice("c1"), notice("c1", "lake", created_at=instant(seconds=1)))
    assert ledger.forget_notices(instant(days=30)) == 0
    assert ledger.forget_notices(instant(days=30, seconds=1)) == 1
    assert [one.notice.recipient for one in ledger.notices(instant())] == ["lake"]
