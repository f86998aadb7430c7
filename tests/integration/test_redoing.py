"""What was kept for a restore is decided in its old order, and nothing is refused for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.arrivals import direct
from router.batch import AFTER_RESTORE
from router.broker.envelope import RESENT_FOR, SAID_AT, encode
from router.broker.port import Delivery, QueueState
from router.core import address, commands as c
from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.guards import Hold
from router.ledger.parking_port import RESTORING, UNKNOWN_CASE
from router.redoing import Redoing, Redone
from router.restoring import Asked, Restoring
from tests.city import MONDAY
from tests.messages import opening
from tests.town import Town, town

MINUTE = timedelta(minutes=1)
CASE, OTHER = case_id_of("hotline", "1"), case_id_of("hotline", "2")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town with two cases, signed for by nobody; it is two hours later now."""
    with town(f"sqlite:///{tmp_path / 'ledger.db'}") as made:
        made.open(1)
        made.open(2)
        made.time += 120 * MINUTE
        yield made


def by(desk: str) -> c.Actor:
    """A desk."""
    return c.Actor(c.ActorRole.DESK, desk)


def keep(here: Town, minutes: float, command: c.Command) -> None:
    """It was said so many minutes after the backup, and comes again now."""
    at = MONDAY + minutes * MINUTE
    arrived = msgspec.structs.replace(direct(command, address.REPORTS), received_at=at)
    with here.on.ledger.begin() as unit:
        unit.park([arrived.parked(RESTORING, "restore-1", at)])


def redo(here: Town) -> Redone:
    """Decide what was kept."""
    return here.on.redoing().run(here.time)


def history(here: Town, case_id: str) -> list[tuple[str, datetime]]:
    """What happened, and when it was put on record."""
    return [(type(one.event).__name__, one.recorded_at) for one in here.on.ledger.entries(case_id)]


def case(here: Town, case_id: str) -> Case:
    """As it stands."""
    found = here.on.ledger.case(case_id)
    assert found is not None
    return found


def parked(here: Town, reason: str) -> list[str]:
    """Ids of the commands that are parked so."""
    return [one.message_id for one in here.on.ledger.parked(reason=reason)]


def test_it_is_decided_in_the_order_in_which_it_was_said_not_in_which_it_came(here: Town) -> None:
    keep(here, 30, c.Resolve(id="r", case_id=CASE, actor=by("plane"), text="换了灯泡"))
    keep(here, 20, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    keep(here, 10, c.Dispatch(id="d", case_id=CASE, actor=by("dispatch"), desk="plane"))
    assert redo(here) == Redone(accepted=3)
    assert history(here, CASE)[2:] == [
        ("Dispatched", MONDAY + 10 * MINUTE),
        ("Accepted", MONDAY + 20 * MINUTE),
        ("Resolved", MONDAY + 30 * MINUTE),
        ("Closed", MONDAY + 30 * MINUTE),
    ]
    assert not parked(here, RESTORING)


def test_a_desk_whose_clock_is_slow_says_it_after_what_sent_the_case_to_it(here: Town) -> None:
    keep(here, 9, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    keep(here, 10, c.Dispatch(id="d", case_id=CASE, actor=by("dispatch"), desk="plane"))
    keep(here, 11, c.ReportProgress(id="p", case_id=CASE, actor=by("plane"), text="在路上"))
    assert redo(here) == Redone(accepted=3)
    assert [name for name, _ in history(here, CASE)[2:]] == ["Dispatched", "Accepted", "ProgressReported"]
    assert not here.on.ledger.parked()


def test_what_rests_on_something_that_is_missing_waits_and_is_taken_when_that_was_done_again(here: Town) -> None:
    keep(here, 20, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    keep(here, 21, c.Resolve(id="r", case_id=CASE, actor=by("plane"), text="换了灯泡"))
    before = history(here, CASE)
    assert redo(here) == Redone(parked=2)
    assert history(here, CASE) == before
    assert parked(here, AFTER_RESTORE) == ["a", "r"]


def test_what_was_refused_before_the_backup_stays_refused(here: Town) -> None:
    early = c.Accept(id="a", case_id=CASE, actor=by("plane"))
    here.say("plane", early)
    keep(here, 0, early)
    assert redo(here) == Redone(known=1)
    assert not here.on.ledger.parked()


def test_a_report_waits_for_its_case_and_is_taken_with_it(here: Town) -> None:
    third = case_id_of("hotline", "3")
    keep(here, 20, c.Accept(id="a", case_id=third, actor=by("willow")))
    assert redo(here) == Redone(waiting=1)
    assert parked(here, UNKNOWN_CASE) == ["a"]
    keep(here, 19, msgspec.structs.replace(opening(3), case_id=third))
    assert redo(here) == Redone(accepted=1)
    assert [name for name, _ in history(here, third)] == ["Received", "Dispatched", "Accepted"]
    assert not here.on.ledger.parked()


def test_the_channel_brings_a_case_again_as_of_when_it_brought_it_first(here: Town) -> None:
    third = case_id_of("hotline", "3")
    keep(here, 19, msgspec.structs.replace(opening(3), case_id=third))
    redo(here)
    assert history(here, third) == [("Received", MONDAY + 19 * MINUTE), ("Dispatched", MONDAY + 19 * MINUTE)]


def test_what_follows_for_another_case_comes_before_what_was_said_of_that_one_later(here: Town) -> None:
    keep(here, 10, c.Link(id="l", case_id=CASE, actor=by("dispatch"), other=OTHER))
    keep(here, 20, c.Accept(id="a", case_id=OTHER, actor=by("willow")))
    redo(here)
    assert [name for name, _ in history(here, OTHER)[2:]] == ["Linked", "Accepted"]
    assert not [
        one for one in here.on.ledger.claim_outbox(here.time, 100, 1.0, 0.0) if one.exchange == address.DUE
    ]


def test_a_restore_that_died_in_the_midst_goes_on_and_does_nothing_twice(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(here, 10, c.Dispatch(id="d", case_id=CASE, actor=by("dispatch"), desk="plane"))
    keep(here, 20, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    keep(here, 30, c.Resolve(id="r", case_id=CASE, actor=by("plane"), text="换了灯泡"))

    decide, calls = Redoing._decide, list[int]()

    def dies(self: Redoing, *args: Any) -> None:
        decide(self, *args)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Redoing, "_decide", dies)
    with pytest.raises(KeyboardInterrupt):
        redo(here)
    monkeypatch.setattr(Redoing, "_decide", decide)
    assert redo(here) == Redone(accepted=1, known=1)
    assert case(here, CASE).state is State.CLOSED
    assert [name for name, _ in history(here, CASE)[2:]] == ["Dispatched", "Accepted", "Resolved", "Closed"]


# -- Deadlines around the loss


def begin(here: Town, *, lost_at: datetime) -> Hold:
    """The roles are stopped, and a restore is under way."""
    here.stop_consuming()
    return here.on.restoring().begin(lost_at, by="night shift", reason="disk", now=here.time)


def test_what_went_up_in_the_lost_ledger_goes_up_again_at_its_own_instant(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    begin(here, lost_at=MONDAY + timedelta(hours=25))
    keep(here, 24 * 60 + 30, c.Accept(id="a", case_id=CASE, actor=by("lake")))
    assert redo(here) == Redone(accepted=1)
    assert case(here, CASE).lead == "lake"
    assert history(here, CASE)[-1] == ("Accepted", MONDAY + timedelta(hours=24, minutes=30))


def test_what_went_up_in_the_lost_ledger_goes_up_though_its_desk_spoke_only_after_the_loss(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    begin(here, lost_at=MONDAY + timedelta(hours=25))
    keep(here, 25 * 60 + 30, c.Accept(id="a", case_id=CASE, actor=by("lake")))
    assert redo(here) == Redone(accepted=1)
    assert case(here, CASE).lead == "lake"


def test_what_fell_due_while_there_was_no_ledger_takes_no_case_up(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    restore = begin(here, lost_at=MONDAY + timedelta(hours=23))
    keep(here, 25 * 60, c.Accept(id="a", case_id=CASE, actor=by("willow")))
    assert redo(here) == Redone(accepted=1)
    assert case(here, CASE).lead == "willow"
    here.on.restoring().end(restore, by="night shift", now=here.time)
    assert here.on.ledger.guards(here.time).holds[0].end == here.time


def test_a_restore_under_way_is_gone_on_with(here: Town) -> None:
    first = begin(here, lost_at=here.time)
    here.time += MINUTE
    assert begin(here, lost_at=here.time - MINUTE / 2) == first


# -- Keeping what comes


class Busy:
    """A broker of a city that never stops talking: something has come whenever one looks."""

    name = "busy"

    def __init__(self) -> None:
        self.came = 0

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        return [QueueState(name=name, ready=0, consumers=0) for name in names]

    def consumer(self, _queues: Sequence[str], _prefetch: int) -> Busy:
        return self

    def receive(self, _max_n: int, _wait_s: float) -> list[Delivery]:
        self.came += 1
        body = encode(opening(self.came))
        key = address.intake_key("hotline", "open")
        return [
            Delivery(
                queue=address.INTAKE,
                id=f"hotline:{self.came}",
                type="case.open.v1",
                exchange=address.INTAKE,
                key=key,
                body=body,
                headers={},
                user_id=None,
                redelivered=False,
                token=None,
            )
        ]

    def done(self, _deliveries: Sequence[Delivery]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def test_a_city_that_never_stops_talking_is_not_listened_to_for_ever(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    busy = Busy()
    restoring = Restoring(here.on.ledger, here.on.rulebook, busy, here.on.redoing())  # type: ignore[arg-type]
    asked = Asked(awaited=frozenset({"desk.willow"}), silent=frozenset(), unasked=frozenset())
    assert restoring.gather(restore, asked, lambda: here.time, wait_s=0) == {"desk.willow"}
    assert busy.came == 500
    assert len(here.on.ledger.parked(reason=RESTORING)) == 500


def test_personal_data_are_kept_apart_from_the_beginning(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    contact = c.Contact(name="王小明", phone="13800000000")
    here.publish([here.appeal(3, contact=contact)])
    restoring = here.on.restoring()
    nobody = Asked(awaited=frozenset(), silent=frozenset(), unasked=frozenset())
    restoring.gather(restore, nobody, lambda: here.time, wait_s=0)
    (kept,) = here.on.ledger.parked(reason=RESTORING)
    assert "王小明".encode() not in kept.body
    assert restoring.redo(here.time) == Redone(accepted=1)
    third = case(here, case_id_of("hotline", "3"))
    assert third.contact_ref is not None
    found = here.on.ledger.contact(third.contact_ref, reader="li", reason="calls back", now=here.time)
    assert found == contact


# -- Whoever comes late


def late(here: Town, restore: Hold, minutes: float, command: c.Command) -> None:
    """A program that did not run says it now."""
    at = MONDAY + minutes * MINUTE
    headers = {SAID_AT: at.isoformat(), RESENT_FOR: restore.id}
    key = address.report_key(command.actor.id, "x")
    here.publish([here.message(command, address.REPORTS, key, headers=headers)])
    here.pump()


def test_a_late_word_counts_as_of_when_it_was_said(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    here.on.restoring().end(restore, by="night shift", now=here.time)
    late(here, restore, 30, c.Accept(id="a", case_id=CASE, actor=by("willow")))
    assert history(here, CASE)[-1] == ("Accepted", MONDAY + 30 * MINUTE)


def test_a_late_word_that_fits_no_more_waits_for_somebody_to_look(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    here.on.restoring().end(restore, by="night shift", now=here.time)
    late(here, restore, 30, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    assert parked(here, AFTER_RESTORE) == ["a"]
