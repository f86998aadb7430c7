"""What is said again after a restore is taken as of when it was said, and no further than that is believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from router.arrivals import direct
from router.broker.envelope import RESENT_FOR, SAID_AT
from router.broker.port import Delivery
from router.core.commands import Accept, Actor, ActorRole
from router.core.guards import Hold, HoldKind
from router.resent import as_of_then, said_at
from tests.city import MONDAY

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOW = MONDAY + 2 * HOUR
#: The backup knows everything up to Monday, 09:00; the ledger was lost half an hour later.
RESTORE = Hold(
    id="restore-1",
    kind=HoldKind.ALL,
    what="",
    reason="disk",
    by="night",
    since=MONDAY + 30 * MINUTE,
    released_at=MONDAY + HOUR,
    released_by="night",
    restored_to=MONDAY,
)
ACCEPT = direct(Accept(id="a", case_id="A" * 16, actor=Actor(ActorRole.DESK, "willow")), "case.reports")


def sent(*, headers: dict[str, object], timestamp_s: int | None = None) -> Delivery:
    """A report with such headers."""
    given: dict[str, Any] = {
        "queue": "case.reports",
        "id": "a",
        "type": "case.accept.v1",
        "exchange": "",
        "key": "",
    }
    more: dict[str, Any] = {"body": b"", "user_id": None, "redelivered": False, "token": None}
    return Delivery(**given, **more, headers=headers, timestamp_s=timestamp_s)


def said(at: datetime | object, restore: str = "restore-1") -> Delivery:
    """A report that is sent again for a restore."""
    return sent(headers={SAID_AT: at.isoformat() if isinstance(at, datetime) else at, RESENT_FOR: restore})


@pytest.mark.parametrize("minutes", [-60, 0, 10, 60])
def test_what_is_said_again_counts_as_of_then(minutes: int) -> None:
    at = MONDAY + minutes * MINUTE
    found = as_of_then(ACCEPT, said(at), [RESTORE], NOW)
    assert (found.received_at, found.redone) == (at, True)


@pytest.mark.parametrize(
    "delivery",
    [
        said(MONDAY - 61 * MINUTE),  # before anything was lost
        said(MONDAY + 61 * MINUTE),  # when the restore was over
        said(MONDAY, restore="restore-2"),  # nobody has asked
        said("yesterday"),
        said("2026-09-21T09:00:00"),  # no zone
        said(17),
        sent(headers={SAID_AT: MONDAY.isoformat()}),  # not asked for
    ],
)
def test_a_sender_is_not_believed_beyond_what_was_lost(delivery: Delivery) -> None:
    assert as_of_then(ACCEPT, delivery, [RESTORE], NOW) is ACCEPT


def test_a_hold_that_followed_no_restore_backdates_nothing() -> None:
    hold = Hold(id="restore-1", kind=HoldKind.ALL, what="", reason="power", by="x", since=MONDAY)
    assert as_of_then(ACCEPT, said(MONDAY), [hold], NOW) is ACCEPT


def test_without_a_header_what_waited_in_a_queue_counts_as_of_when_it_was_sent() -> None:
    at = MONDAY + 5 * MINUTE
    waited = sent(headers={}, timestamp_s=int(at.timestamp()))
    assert said_at(waited, RESTORE, NOW) == at
    assert said_at(sent(headers={}, timestamp_s=10**15), RESTORE, NOW) is None
