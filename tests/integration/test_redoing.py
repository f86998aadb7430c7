"""What was kept for a restore is decided in its old order, and nothing is refused for good."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from router.arrivals import direct
from router.batch import AFTER_RESTORE
from router.broker.envelope import RESENT_FOR, SAID_AT, encode
from router.broker.port import Delivery, Outgoing, QueueState
from router.core import commands as c
from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.events import DrawnBy, FollowUpDrawn
from router.core.guards import Guards, Hold, HoldKind
from router.core.offices.asking import is_the_draw
from router.core.territory import address
from router.errors import ConflictError, RestoringError
from router.ledger.parking_port import RESTORING, UNKNOWN_CASE
from router.redoing import KeepingBack, Redoing, Redone
from router.restoring import Asked, Restoring
from router.roles import ConsumingRole, Role, run_roles
from tests.city import MONDAY
from tests.messages import opening
from tests.servers.waiting import wait_until
from tests.town import DAILY, Town, town

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


def redo(here: Town, *, until: datetime = MONDAY) -> Redone:
    """Decide what was kept."""
    return here.on.redoing().run(here.time, until=until)


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

    def dies(self: Redoing, *args: Any) -> int:
        accepted = decide(self, *args)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return accepted

    monkeypatch.setattr(Redoing, "_decide", dies)
    with pytest.raises(KeyboardInterrupt):
        redo(here)
    monkeypatch.setattr(Redoing, "_decide", decide)
    assert redo(here) == Redone(accepted=1, known=1)
    assert case(here, CASE).state is State.CLOSED
    assert [name for name, _ in history(here, CASE)[2:]] == ["Dispatched", "Accepted", "Resolved", "Closed"]


def test_a_restore_that_died_before_what_follows_for_another_case_does_that_first(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cases are one appeal; the first is solved in time, which ends the second."""
    first = msgspec.structs.replace(opening(7), appeal="k1")
    app = c.Actor(c.ActorRole.CHANNEL, "app")
    second = msgspec.structs.replace(opening(8), appeal="k1", source="app", channel="app", actor=app)
    solved, ended = case_id_of("hotline", first.source_id), case_id_of("app", second.source_id)
    lost_at = MONDAY + timedelta(hours=25)
    here.time = MONDAY + timedelta(hours=26)
    begin(here, lost_at=lost_at)
    keep(here, 1, msgspec.structs.replace(first, case_id=solved))
    keep(here, 2, msgspec.structs.replace(second, case_id=ended))
    keep(here, 10, c.Resolve(id="r", case_id=solved, actor=by("willow"), text="换了灯泡"))

    follow_ons = KeepingBack.follow_ons

    def dies(self: KeepingBack) -> list[Outgoing]:
        found = here.on.ledger.case(solved)
        if found is not None and found.state is State.CLOSED:
            raise KeyboardInterrupt
        return follow_ons(self)

    monkeypatch.setattr(KeepingBack, "follow_ons", dies)
    with pytest.raises(KeyboardInterrupt):
        redo(here, until=lost_at)
    monkeypatch.setattr(KeepingBack, "follow_ons", follow_ons)
    redo(here, until=lost_at)
    assert history(here, ended)[2:] == [
        ("Linked", MONDAY + 2 * MINUTE),
        ("ResolvedWith", MONDAY + 10 * MINUTE),
        ("Resolved", MONDAY + 10 * MINUTE),
        ("Closed", MONDAY + 10 * MINUTE),
    ]
    assert not here.on.ledger.unsent(address.DUE)


#: A run that dies right after it has claimed what is due.
DYING = """
import os, signal, sys
from datetime import datetime
from router.app import Installation
from router.redoing import Redoing
from router.settings import Settings

at = datetime.fromisoformat(sys.argv[2])
Redoing._decide = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
until = datetime.fromisoformat(sys.argv[3])
Installation(Settings(ledger=sys.argv[1]), now=lambda: at).redoing().run(at, until=until)
"""


def test_a_restore_that_was_killed_with_deadlines_in_its_hands_takes_them_in_the_next_run(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    lost_at = MONDAY + timedelta(hours=25)
    begin(here, lost_at=lost_at)
    words = (here.on.settings.ledger, here.time.isoformat(), lost_at.isoformat())
    killed = subprocess.run((sys.executable, "-c", DYING, *words), check=False, timeout=60, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    keep(here, 24 * 60 + 30, c.Accept(id="a", case_id=CASE, actor=by("lake")))
    assert redo(here, until=lost_at) == Redone(accepted=1)
    assert (case(here, CASE).lead, case(here, OTHER).lead) == ("lake", "lake")


# -- Deadlines around the loss


def begin(here: Town, *, lost_at: datetime) -> Hold:
    """The roles are stopped, and a restore is under way."""
    here.stop_consuming()
    return here.on.restoring().begin(lost_at, by="night shift", reason="disk", now=here.time)


def test_what_went_up_in_the_lost_ledger_goes_up_again_at_its_own_instant(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    lost_at = MONDAY + timedelta(hours=25)
    begin(here, lost_at=lost_at)
    keep(here, 24 * 60 + 30, c.Accept(id="a", case_id=CASE, actor=by("lake")))
    assert redo(here, until=lost_at) == Redone(accepted=1)
    assert case(here, CASE).lead == "lake"
    # Its clocks count from then, and nobody was late: on record as of then, of which nobody spoke as well.
    for case_id in (CASE, OTHER):
        found = case(here, case_id)
        assert found.assigned_at is not None
        assert found.assigned_at - MONDAY == timedelta(hours=24, microseconds=1)
        assert found.next_due_at == MONDAY + timedelta(hours=48)
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


def test_what_was_held_in_the_lost_ledger_is_held_when_somebody_says_so(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    lost_at = MONDAY + timedelta(hours=25)
    held = Hold(id="h", kind=HoldKind.ALL, what="", reason="brake", by="li", since=MONDAY + timedelta(hours=23))
    here.on.ledger.put_hold(held)
    begin(here, lost_at=lost_at)
    keep(here, 24 * 60 + 30, c.Accept(id="a", case_id=CASE, actor=by("willow")))
    assert redo(here, until=lost_at) == Redone(accepted=1)
    assert (case(here, CASE).lead, case(here, OTHER).lead) == ("willow", "willow")


def test_a_restore_under_way_is_gone_on_with(here: Town) -> None:
    lost_at = here.time
    first = begin(here, lost_at=lost_at)
    here.time += MINUTE
    assert begin(here, lost_at=lost_at) == first


def test_a_restore_under_way_is_of_one_loss(here: Town) -> None:
    lost_at = here.time
    begin(here, lost_at=lost_at)
    here.time += MINUTE
    with pytest.raises(ConflictError, match="under way already: the ledger was lost at 2026-09-21T03:00:00"):
        begin(here, lost_at=lost_at + MINUTE / 2)


def test_a_restore_that_ended_is_gone_on_with_though_more_is_on_record_by_now(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    lost_at = MONDAY + timedelta(hours=25)
    first = begin(here, lost_at=lost_at)
    keep(here, 25 * 60 + 30, c.ReportProgress(id="p", case_id=CASE, actor=by("lake"), text="在路上"))
    redo(here, until=lost_at)
    here.on.restoring().end(first, by="night shift", now=here.time)
    here.time += 10 * MINUTE
    again = begin(here, lost_at=lost_at)
    assert again == first
    assert (again.restored_to, here.on.ledger.holds()) == (MONDAY, [again])


def test_who_was_missing_in_the_first_run_is_taken_as_of_then_in_the_second(here: Town) -> None:
    here.time = MONDAY + timedelta(hours=26)
    lost_at = MONDAY + timedelta(hours=23)
    first = begin(here, lost_at=lost_at)
    restoring = here.on.restoring()
    # Things said after the loss are done again in the first run, and are newer than it.
    keep(here, 25 * 60, c.Accept(id="a", case_id=OTHER, actor=by("willow")))
    assert restoring.redo(first, here.time) == Redone(accepted=1)
    restoring.end(first, by="night shift", now=here.time)
    here.time += 10 * MINUTE
    said = c.Resolve(id="r", case_id=CASE, actor=by("willow"), text="换了灯泡")
    headers = {SAID_AT: (MONDAY + 30 * MINUTE).isoformat(), RESENT_FOR: first.id}
    here.publish([here.message(said, address.REPORTS, address.report_key("willow", "resolve"), headers=headers)])
    second = begin(here, lost_at=lost_at)
    nobody = Asked(awaited=frozenset(), silent=frozenset(), unasked=frozenset())
    restoring.gather(second, nobody, lambda: here.time, wait_s=0)
    assert restoring.redo(second, here.time) == Redone(accepted=1)
    assert history(here, CASE)[2:] == [("Resolved", MONDAY + 30 * MINUTE), ("Closed", MONDAY + 30 * MINUTE)]


def test_an_answer_to_an_earlier_restore_is_believed_inside_what_that_one_lost(here: Town) -> None:
    lost_at = here.time
    earlier = begin(here, lost_at=lost_at)
    here.on.restoring().end(earlier, by="night shift", now=here.time)
    here.time += timedelta(hours=5)
    here.say("willow", c.ReportProgress(id="p", case_id=OTHER, actor=by("willow"), text="在路上"))
    said = c.Resolve(id="r", case_id=CASE, actor=by("willow"), text="换了灯泡")
    headers = {SAID_AT: (MONDAY + 30 * MINUTE).isoformat(), RESENT_FOR: earlier.id}
    here.publish([here.message(said, address.REPORTS, address.report_key("willow", "resolve"), headers=headers)])
    here.time += MINUTE
    later = begin(here, lost_at=here.time)
    assert later.restored_to == MONDAY + timedelta(hours=7)
    restoring = here.on.restoring()
    nobody = Asked(awaited=frozenset(), silent=frozenset(), unasked=frozenset())
    restoring.gather(later, nobody, lambda: here.time, wait_s=0)
    restoring.redo(later, here.time)
    assert history(here, CASE)[2] == ("Resolved", MONDAY + 30 * MINUTE)


def test_what_is_imported_after_the_beginning_does_not_change_what_the_backup_knew(here: Town) -> None:
    lost_at = MONDAY + 100 * MINUTE
    first = begin(here, lost_at=lost_at)
    router = c.Actor(c.ActorRole.SYSTEM, "router")
    moved = c.Dispatch(id="divisions/x", case_id=CASE, actor=router, desk="plane")
    here.router.carry_out([direct(moved, "shell")], here.time)
    assert history(here, CASE)[-1] == ("Dispatched", MONDAY + 120 * MINUTE)
    assert begin(here, lost_at=lost_at) == first
    assert first.restored_to == MONDAY


# -- Whoever is started meanwhile


@contextmanager
def running(here: Town, *names: str) -> Iterator[list[Role]]:
    """Roles run in the block."""
    stop, roles = Event(), here.on.roles(names)
    thread = Thread(target=lambda: run_roles(roles, stop), daemon=True)
    thread.start()
    try:
        yield roles
    finally:
        stop.set()
        thread.join(30)


def test_roles_that_are_started_while_a_restore_is_under_way_wait_for_its_end(here: Town) -> None:
    here.say("willow", c.Accept(id="a", case_id=OTHER, actor=by("willow")))
    here.time = MONDAY + timedelta(hours=26)
    restore = begin(here, lost_at=here.time)
    here.time += MINUTE
    here.publish([here.appeal(3)])
    third = case_id_of("hotline", "3")
    with capture_logs() as logs, running(here, "router", "relay", "sla") as roles:
        names = {role.name for role in roles}

        def all_wait() -> bool:
            return {one["role"] for one in logs if one["event"] == "role.waiting"} >= names

        wait_until(all_wait, deadline_s=30, what="every role to wait")
        assert all("a restore is under way" in one["why"] for one in logs if one["event"] == "role.waiting")
        assert [state.ready for state in here.on.broker.queues([address.INTAKE])] == [1]
        assert here.on.ledger.case(third) is None
        assert case(here, OTHER).lead == "willow"
        # They beat, and a run that goes on with the restore does not mind them.
        with here.on.pulse().beating():
            wait_until(
                lambda: here.on.ledger.beats(here.time - MINUTE) != [], deadline_s=30, what="a sign of life"
            )
            assert begin(here, lost_at=restore.since) == restore
        here.on.restoring().end(restore, by="night shift", now=here.time)
        here.time += MINUTE
        wait_until(lambda: here.on.ledger.case(third) is not None, deadline_s=60, what="the router to go on")


def test_a_restore_that_is_given_up_lets_the_roles_go_on(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    here.time += MINUTE
    with pytest.raises(RestoringError, match="a restore is under way"):
        here.on.rulebook.require_whole()
    here.on.ledger.release_hold(restore.id, by="night shift", now=here.time)
    here.time += MINUTE
    here.on.rulebook.require_whole()


def test_what_changes_cases_by_hand_waits_for_the_restore_but_for_what_belongs_to_it(here: Town) -> None:
    begin(here, lost_at=here.time)
    here.time += MINUTE
    accept = direct(c.Accept(id="a", case_id=CASE, actor=by("willow")), "shell")
    with pytest.raises(RestoringError) as found:
        here.on.counter()
    assert (found.value.exit_code, found.value.where) == (5, "restore-1789959600")
    with pytest.raises(RestoringError):
        here.router.carry_out([accept], here.time)
    assert history(here, CASE)[2:] == []
    assert here.on.counter(restoring=True).carry_out([accept], here.time)["a"].refused is None


def test_a_router_that_started_a_moment_before_gives_back_what_it_holds(here: Town) -> None:
    here.publish([here.appeal(3)])
    role, *_ = here.on.roles(["router"])
    assert isinstance(role, ConsumingRole)
    [held] = role._receive()
    here.stop_consuming()
    here.on.ledger.put_hold(
        Hold(id="r", kind=HoldKind.ALL, what="", reason="disk", by="li", since=here.time, restored_to=MONDAY)
    )
    here.time += MINUTE
    role._handle([held], here.time)
    assert [(one.ready, one.consumers) for one in here.on.broker.queues([address.INTAKE])] == [(1, 0)]
    assert here.on.ledger.case(case_id_of("hotline", "3")) is None


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
    assert restoring.redo(restore, here.time) == Redone(accepted=1)
    third = case(here, case_id_of("hotline", "3"))
    assert third.contact_ref is not None
    found = here.on.ledger.contact(third.contact_ref, reader="li", reason="calls back", now=here.time)
    assert found == contact


def test_a_draw_is_done_again_by_the_seed_of_the_day_on_which_the_case_was_resolved(tmp_path: Path) -> None:
    sampled = DAILY + '\n[gate]\nkind = "follow_up"\nsample = 0.5\n'
    with town(f"sqlite:///{tmp_path / 'ledger.db'}", policy=sampled) as here:
        here.open(1)
        here.stop_consuming()
        # Resolved at 23:50 in Beijing, lost at 23:55, done again at half past midnight.
        here.time = datetime(2026, 9, 21, 16, 30, tzinfo=UTC)
        begin(here, lost_at=datetime(2026, 9, 21, 15, 55, tzinfo=UTC))
        said_at = datetime(2026, 9, 21, 15, 50, tzinfo=UTC)
        keep(
            here, (said_at - MONDAY) / MINUTE, c.Resolve(id="r", case_id=CASE, actor=by("willow"), text="换了灯泡")
        )
        assert redo(here, until=said_at + 5 * MINUTE) == Redone(accepted=1)
        [drawn] = [one.event for one in here.on.ledger.entries(CASE) if isinstance(one.event, FollowUpDrawn)]
        assert (drawn.by, drawn.day) == (DrawnBy.LOT, date(2026, 9, 21))
        seed = here.on.rulebook().seed_of(date(2026, 9, 21))
        assert seed is not None
        assert is_the_draw(drawn, CASE, seed)


def test_what_follows_for_another_case_is_drawn_by_the_day_of_its_cause(tmp_path: Path) -> None:
    """The first of one appeal is resolved at 23:50, which resolves the second; both come again later."""
    sampled = DAILY + '\n[gate]\nkind = "follow_up"\nsample = 0.5\n'
    with town(f"sqlite:///{tmp_path / 'ledger.db'}", policy=sampled) as here:
        here.stop_consuming()
        first = msgspec.structs.replace(opening(7), appeal="k1")
        app = c.Actor(c.ActorRole.CHANNEL, "app")
        second = msgspec.structs.replace(opening(8), appeal="k1", source="app", channel="app", actor=app)
        ids = case_id_of("hotline", first.source_id), case_id_of("app", second.source_id)
        here.time = datetime(2026, 9, 21, 16, 30, tzinfo=UTC)
        lost_at = datetime(2026, 9, 21, 15, 55, tzinfo=UTC)
        begin(here, lost_at=lost_at)
        keep(here, 1, msgspec.structs.replace(first, case_id=ids[0]))
        keep(here, 2, msgspec.structs.replace(second, case_id=ids[1]))
        minutes = (datetime(2026, 9, 21, 15, 50, tzinfo=UTC) - MONDAY) / MINUTE
        keep(here, minutes, c.Resolve(id="r", case_id=ids[0], actor=by("willow"), text="换了灯泡"))
        redo(here, until=lost_at)
        days = [
            one.event.day
            for case_id in ids
            for one in here.on.ledger.entries(case_id)
            if isinstance(one.event, FollowUpDrawn) and one.event.by is DrawnBy.LOT
        ]
        assert days
        assert set(days) == {date(2026, 9, 21)}


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


def test_what_holds_is_asked_for_once_however_much_is_said_again(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = begin(here, lost_at=here.time)
    here.on.restoring().end(restore, by="night shift", now=here.time)
    asked, guards = list[datetime](), here.on.ledger.guards

    def ask(now: datetime) -> Guards:
        asked.append(now)
        return guards(now)

    monkeypatch.setattr(here.on.ledger, "guards", ask)
    said = [
        here.message(
            c.ReportProgress(id=f"p{number}", case_id=CASE, actor=by("willow"), text="在路上"),
            address.REPORTS,
            address.report_key("willow", "progress"),
            headers={SAID_AT: (MONDAY + 30 * MINUTE).isoformat(), RESENT_FOR: restore.id},
        )
        for number in range(20)
    ]
    here.publish(said)
    here.pump()
    assert history(here, CASE)[-1] == ("ProgressReported", MONDAY + 30 * MINUTE)
    assert len(asked) == 1


def test_a_late_word_that_fits_no_more_waits_for_somebody_to_look(here: Town) -> None:
    restore = begin(here, lost_at=here.time)
    here.on.restoring().end(restore, by="night shift", now=here.time)
    late(here, restore, 30, c.Accept(id="a", case_id=CASE, actor=by("plane")))
    assert parked(here, AFTER_RESTORE) == ["a"]


# -- Any history


def deeds(chance: random.Random, now: datetime, number: int) -> c.Command:
    """Something that somebody of the city might say; often it may not be said."""
    case_id = case_id_of("hotline", str(chance.randint(1, 6)))
    name = f"c{number}"
    lead = by(chance.choice(("willow", "willow", "lake", "plane", "lake-water", "cloud")))
    given: dict[str, Any] = {"id": name, "case_id": case_id, "actor": lead}
    above: dict[str, Any] = {"id": name, "case_id": case_id, "actor": by("dispatch")}
    return chance.choice(
        (
            lambda: c.Accept(**given),
            lambda: c.Accept(**given),
            lambda: c.ReportProgress(**given, text="在路上"),
            lambda: c.Reply(**given, text="尽快", commitment_due_at=now + timedelta(hours=20)),
            lambda: c.Resolve(**given, text="换了灯泡"),
            lambda: c.RequestReturn(**given, reason="not_ours", suggested_desk="plane"),
            lambda: c.ApproveReturn(**above),
            lambda: c.Whistle(**given, desks=("lake-water",), text="请来"),
            lambda: c.ReportIn(id=name, case_id=case_id, actor=by("lake-water")),
            lambda: c.Escalate(**given, text="办不了"),
            lambda: c.AcceptEscalation(**given),
            lambda: c.Dispatch(**above, desk=chance.choice(("plane", "willow", "lake-water"))),
            lambda: c.Link(**above, other=case_id_of("hotline", str(chance.randint(1, 6)))),
        )
    )()


def play(here: Town, said: Sequence[tuple[datetime, c.Command]]) -> list[tuple[datetime, c.Command]]:
    """Let each be said when it is said, with the clock running; returns what was carried out."""
    taken = []
    for at, command in said:
        while here.time < at:
            here.time = min(at, here.time + 10 * MINUTE)
            here.wait(seconds=0)
        answers = here.router.carry_out([direct(command, address.REPORTS)], here.time)
        if isinstance(command, c.Link):
            here.pump()
        if answers[command.id].refused is None:
            taken.append((at, command))
    return taken


def what_happened(here: Town) -> dict[str, list[tuple[str, datetime, str]]]:
    """Case → what happened, when, and by what; and who has it now, since when, until when.

    Not when it was put on record: the clock may have looked ten minutes after a deadline.
    """
    found: dict[str, list[tuple[str, datetime, str]]] = {}
    for one in here.on.ledger.all_entries():
        found.setdefault(one.case_id, []).append((type(one.event).__name__, one.event_at, one.cause))
    for left in here.on.ledger.all_cases():
        stands = f"{left.lead} {left.step} {left.dispatched_at} {left.next_due_at} {left.escalations}"
        found[left.id].append((left.state, left.opened_at, stands))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_any_history_done_again_from_a_backup_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a history, not a secret
    at, said = MONDAY, list[tuple[datetime, c.Command]]()
    for number in range(1, 7):
        said.append((at, msgspec.structs.replace(opening(number), case_id=case_id_of("hotline", str(number)))))
        at += MINUTE
    for number in range(90):
        at += chance.choice((1, 7, 50, 300)) * MINUTE
        said.append((at, deeds(chance, at, number)))
    # What is refused leaves an entry and nothing else; it is left out, so that both count the same.
    with town(f"sqlite:///{tmp_path / 'first.db'}") as first:
        said = play(first, said)
    with town(f"sqlite:///{tmp_path / 'lost.db'}") as lost:
        assert len(play(lost, said)) == len(said)
        lost.wait(seconds=1)
        truth, ended_at = what_happened(lost), lost.time
    assert sum(name == "Escalated" for rows in truth.values() for name, *_ in rows) > 3

    known = chance.randint(3, len(said) - 10)
    with town(f"sqlite:///{tmp_path / 'restored.db'}") as here:
        play(here, said[:known])
        here.stop_consuming()
        again = said[known:]
        chance.shuffle(again)
        for when, command in again:
            keep(here, (when - MONDAY) / MINUTE, command)
        here.time = ended_at + 30 * MINUTE
        begin(here, lost_at=ended_at)
        redone = redo(here, until=ended_at)
        assert (redone.accepted, redone.parked, redone.waiting) == (len(again), 0, 0)
        assert what_happened(here) == truth
