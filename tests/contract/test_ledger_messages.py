"""The ledger's port over every database: what waits to be sent, and what could not be handled."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import msgspec
import pytest

from router.broker.port import Fate, Outgoing
from router.ledger.migrations import upgrade
from router.ledger.port import Ledger
from router.ledger.sql import SqlLedger
from tests.contract.conftest import Opener
from tests.contract.ledger_ground import OPENED_AT, ask, instant, letter, message, opening

LEASE_S, GRACE_S = 30.0, 5.0
AFTER_GRACE = OPENED_AT + timedelta(seconds=GRACE_S)


def claim(ledger: Ledger, now: datetime, limit: int = 100) -> list[Outgoing]:
    """Claim as the relay does."""
    return ledger.claim_outbox(now, limit, LEASE_S, GRACE_S)


def settle(ledger: Ledger, now: datetime, **fates: Fate) -> None:
    """Settle in a transaction of its own; `k_0` is the message `k/0`."""
    with ledger.begin() as unit:
        unit.settle({name.replace("_", "/"): fate for name, fate in fates.items()}, now)


@pytest.fixture
def sent(ledger: SqlLedger) -> Outgoing:
    """The one message in the outbox: `k/0`."""
    new = opening("c1", cause="k")
    with ledger.begin() as unit:
        unit.write([new])
    return new.outgoing[0]


# -- The outbox


def test_a_message_is_claimed_as_it_was_written_when_its_writer_has_had_its_time(
    ledger: SqlLedger, sent: Outgoing
) -> None:
    assert claim(ledger, AFTER_GRACE - timedelta(microseconds=1)) == []
    assert claim(ledger, AFTER_GRACE) == [sent]


def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(open_ledger: Opener, sent: Outgoing) -> None:
    here, there = open_ledger(), open_ledger()
    assert claim(here, AFTER_GRACE) == [sent]
    assert claim(there, AFTER_GRACE + timedelta(seconds=LEASE_S - 1)) == []
    assert claim(there, AFTER_GRACE + timedelta(seconds=LEASE_S)) == [sent]


def test_the_oldest_messages_come_first_and_those_of_one_case_in_order(ledger: SqlLedger) -> None:
    one, two = opening("c1", cause="a", sent=3), opening("c2", cause="b", sent=1)
    early = msgspec.structs.replace(
        two, outgoing=(msgspec.structs.replace(two.outgoing[0], timestamp=OPENED_AT - timedelta(seconds=1)),)
    )
    with ledger.begin() as unit:
        unit.write([one, early])
    assert [m.id for m in claim(ledger, AFTER_GRACE, limit=3)] == ["b/0", "a/0", "a/1"]
    assert [m.id for m in claim(ledger, AFTER_GRACE, limit=3)] == ["a/2"]


@pytest.mark.postgres
def test_a_message_written_before_and_committed_after_another_is_not_passed_over(database_url: str) -> None:
    """On PostgreSQL alone: SQLite has one writer, nobody commits in between."""
    upgrade(database_url)
    here, there = SqlLedger(database_url, key=None), SqlLedger(database_url, key=None)
    with closing(here), closing(there):
        with here.begin() as slow:
            slow.write([opening("c1", cause="slow")])
            with there.begin() as quick:
                quick.write([opening("c2", cause="quick")])
            assert [m.id for m in claim(there, AFTER_GRACE)] == ["quick/0"]
        assert [m.id for m in claim(there, AFTER_GRACE)] == ["slow/0"]


def test_a_confirmed_message_leaves_the_outbox(ledger: SqlLedger, sent: Outgoing) -> None:
    settle(ledger, instant(), k_0=Fate.CONFIRMED, nobody=Fate.CONFIRMED)
    assert ledger.counts(instant())["outbox"] == 0
    assert claim(ledger, instant(days=1)) == []


@pytest.mark.parametrize(
    ("fate", "pauses_s"),
    [(Fate.REJECTED, (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300)), (Fate.UNKNOWN, (1, 2, 4, 8, 15, 15))],
)
def test_a_message_that_failed_waits_longer_each_time(
    ledger: SqlLedger, sent: Outgoing, fate: Fate, pauses_s: tuple[int, ...]
) -> None:
    now = instant(hours=1)
    for pause_s in pauses_s:
        settle(ledger, now, k_0=fate)
        next_at = now + timedelta(seconds=pause_s)
        assert claim(ledger, next_at - timedelta(microseconds=1)) == []
        assert claim(ledger, next_at) == [sent]
        now = next_at


def test_each_message_waits_by_its_own_failures(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.write([opening("c1", cause="a"), opening("c2", cause="b")])
    now = instant(hours=1)
    settle(ledger, now, a_0=Fate.REJECTED)
    settle(ledger, now, a_0=Fate.REJECTED, b_0=Fate.UNKNOWN)
    assert [m.id for m in claim(ledger, now + timedelta(seconds=1))] == ["b/0"]
    assert [m.id for m in claim(ledger, now + timedelta(seconds=2))] == ["a/0"]


def test_an_unrouted_message_is_parked_and_can_be_sent_again(ledger: SqlLedger, sent: Outgoing) -> None:
    settle(ledger, instant(seconds=1), k_0=Fate.UNROUTED, nobody=Fate.UNROUTED)
    assert ledger.counts(instant())["outbox"] == 0
    (parked,) = ledger.parked()
    assert (parked.reason, parked.origin, parked.message_id) == ("unrouted", "case.street", "k/0")
    assert (parked.body, parked.key, parked.case_id) == (sent.body, sent.key, "c1")
    with ledger.begin() as unit:
        assert unit.send_again(parked.id, instant(hours=1))
        assert unit.send_again(parked.id, instant(hours=1)), "asking twice sends once"
        assert not unit.send_again("nobody", instant(hours=1))
    assert ledger.parked() == []
    assert claim(ledger, instant(hours=1)) == [sent]


def test_a_message_that_is_unrouted_again_is_parked_again(ledger: SqlLedger, sent: Outgoing) -> None:
    for hour in (1, 2):
        settle(ledger, instant(hours=hour), k_0=Fate.UNROUTED)
        (parked,) = ledger.parked()
        with ledger.begin() as unit:
            unit.send_again(parked.id, instant(hours=hour))
    assert claim(ledger, instant(hours=3)) == [sent]


def test_a_message_that_waits_already_is_not_written_twice(ledger: SqlLedger, sent: Outgoing) -> None:
    again = opening("c2", cause="other")
    again = msgspec.structs.replace(again, outgoing=(message("k/0", again.case), message("new", again.case)))
    with ledger.begin() as unit:
        assert unit.write([again]) == set()
    assert [m.id for m in claim(ledger, AFTER_GRACE)] == ["k/0", "new"]


# -- Parked messages


def test_a_parked_message_is_kept_whole_and_once(ledger: SqlLedger) -> None:
    one, two = letter("p1", body=b"\x00\xff whole"), letter("p2", reason="forged")
    for _ in range(2):
        with ledger.begin() as unit:
            unit.park([one, two])
    assert ledger.parked() == [one, two]
    assert ledger.parked(reason="forged") == [two]
    assert ledger.parked_one("p1") == one
    assert ledger.parked_one("p3") is None
    assert ledger.counts(instant())["parked"] == 2


def test_a_parked_message_without_an_id_gets_the_same_one_every_time(ledger: SqlLedger) -> None:
    for body in (b"one", b"one", b"other"):
        with ledger.begin() as unit:
            unit.park([letter("", body=body)])
    ids = [one.id for one in ledger.parked()]
    assert len(set(ids)) == len(ids) == 2
    assert all(ids)


def test_a_replayed_message_is_listed_only_when_asked_for(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.park([letter("p1"), letter("p2")])
    ledger.mark_replayed("p1", instant(hours=1))
    ledger.mark_replayed("p1", instant(hours=2))
    assert [one.id for one in ledger.parked()] == ["p2"]
    assert [one.replayed_at for one in ledger.parked(replayed=True)] == [instant(hours=1), None]
    with ledger.begin() as unit:
        unit.park([letter("p1")])
    assert [one.id for one in ledger.parked()] == ["p1", "p2"], "what is parked again waits again"


def test_messages_that_waited_for_a_case_are_taken_up_once(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.park([letter("p2"), letter("p1"), letter("p3", case_id="c2"), letter("p4", reason="forged")])
    with ledger.begin() as unit:
        taken = unit.unpark_waiting(["c1"], instant(hours=1))
        assert [one.id for one in taken] == ["p2", "p1"]
        assert unit.unpark_waiting(["c1"], instant(hours=1)) == []
        unit.write([opening("c1")])
    assert [one.id for one in ledger.parked()] == ["p3", "p4"]
    assert {one.replayed_at for one in ledger.parked(replayed=True)} == {instant(hours=1), None}


def test_messages_parked_while_their_case_was_being_opened_are_found(ledger: SqlLedger) -> None:
    with ledger.begin() as unit:
        unit.park([letter("p1"), letter("p2", case_id="c2"), letter("p3", reason="forged", case_id="c3")])
        unit.write([opening("c1"), opening("c3")])
    assert ledger.cases_waited_for(10) == ["c1"]
    with ledger.begin() as unit:
        assert [one.id for one in unit.unpark_waiting(["c1"], instant())] == ["p1"]
    assert ledger.cases_waited_for(10) == []


def test_what_is_parked_cannot_be_read_without_the_key(ledger: SqlLedger, ledger_url: str) -> None:
    with ledger.begin() as unit:
        unit.park([letter("p1", body=b"phone 13800000000")])
    assert ledger.parked()[0].body == b"phone 13800000000"
    assert b"13800000000" not in bytes(ask(ledger_url, "select body from parked")[0][0])  # type: ignore[call-overload]


# -- Hand-overs that wait for a broker


def _hand_over(ledger: SqlLedger) -> Outgoing:
    new = opening("c1", cause="k")
    new = msgspec.structs.replace(
        new, outgoing=(msgspec.structs.replace(new.outgoing[0], id="c1/1/assigned", type="case.assigned.v1"),)
    )
    with ledger.begin() as unit:
        unit.write([new])
    return new.outgoing[0]


def test_a_hand_over_waits_for_a_broker_after_a_quarter_of_an_hour_and_not_when_its_queue_refuses_it(
    ledger: SqlLedger,
) -> None:
    name = _hand_over(ledger).id
    later = OPENED_AT + timedelta(minutes=16)
    with ledger.begin() as unit:
        assert unit.guards(OPENED_AT + timedelta(minutes=15), [name]).undelivered == frozenset()
        assert unit.guards(later, [name, "c2/1/assigned"]).undelivered == {name}
        assert unit.guards(later, ["c2/1/assigned"]).undelivered == frozenset()
        unit.settle({name: Fate.UNKNOWN}, later)
    assert ledger.guards(later).undelivered == {name}
    with ledger.begin() as unit:
        unit.settle({name: Fate.REJECTED}, later)
    assert ledger.guards(later).undelivered == frozenset()


def test_when_a_late_hand_over_was_taken_is_on_record_the_first_time_and_a_prompt_one_is_not(
    ledger: SqlLedger,
) -> None:
    late = _hand_over(ledger)
    prompt = msgspec.structs.replace(late, id="c2/1/assigned", timestamp=OPENED_AT + timedelta(hours=1))
    other = msgspec.structs.replace(late, id="c3/1/x", type="case.reminded.v1")
    at = OPENED_AT + timedelta(hours=1)
    with ledger.begin() as unit:
        unit.note_late([late, prompt, other], at)
        unit.note_late([late], at + timedelta(hours=1))
        found = unit.guards(at, [late.id, prompt.id, other.id])
    assert found.delivered == {late.id: at}
