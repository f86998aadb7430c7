"""A ledger restored from a backup: what was said since is said again, and it ends as it would have been."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from router.app import Installation
from router.arrivals import arrived_again, direct
from router.batch import AFTER_RESTORE
from router.core import commands as c
from router.core.case import Case, State
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole
from router.core.telling import messages as m
from router.core.timing.deadlines import WAKE_UP
from router.redoing import Redone
from router.tiers import Channel, Desk, Office, Sent
from tests.city import MONDAY
from tests.integration.terminal import Terminal
from tests.servers.postgres import libpq_url
from tests.servers.waiting import wait_until
from tests.town import Town, town

pytestmark = [pytest.mark.amqp, pytest.mark.postgres]

DEADLINE_S = 60.0
#: Who sends a case where it belongs, and who gets it.
DESKS = ("dispatch", "willow", "plane", "lake", "bridge")


class Backup:
    """A copy of a ledger, made as operators make it, and put back."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._file = folder / "backup"

    def make(self) -> None:
        """Back the ledger up while it is in use."""
        if self._url.startswith("sqlite"):
            self._copy(self._url.removeprefix("sqlite:///"), self._file)
            return
        self._run("pg_dump", "--format=custom", f"--file={self._file}", libpq_url(self._url))

    def put_back(self) -> None:
        """Restore it over what is there; nobody has the ledger open."""
        if self._url.startswith("sqlite"):
            self._copy(self._file, self._url.removeprefix("sqlite:///"))
            return
        self._run("pg_restore", "--clean", "--if-exists", f"--dbname={libpq_url(self._url)}", str(self._file))

    def _copy(self, source: str | Path, target: str | Path) -> None:
        with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
            from_.backup(to)

    def _run(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, timeout=DEADLINE_S)


class City:
    """A town whose desks and whose hotline are programs on the library, in threads of their own."""

    def __init__(self, here: Town, url: str) -> None:
        self.here = here
        self.url = url
        self.clock = lambda: self.here.time
        self.channel = Channel("hotline", clock=self.clock)
        self.channel.on_answered(lambda _answer: None)
        self.desks = {code: self.desk(code) for code in DESKS}

    def desk(self, code: str, sent: Sent | None = None) -> Desk:
        """A desk's program that signs for whatever it leads."""
        desk = Desk(code, clock=self.clock, sent=sent)

        @desk.on_assigned
        def sign(case: m.Assigned, office: Office) -> None:
            if case.role == "lead" and code != "dispatch":
                office.accept(case)

        return desk

    @contextmanager
    def running(self, *programs: Desk | Channel) -> Iterator[None]:
        """Programs run in the block, and are the ones that speak."""
        stop = threading.Event()
        self.desks |= {one.code: one for one in programs if isinstance(one, Desk)}
        threads = [threading.Thread(target=partial(one.run, self.url, stop=stop), daemon=True) for one in programs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(DEADLINE_S)

    def open(self, *numbers: int, **more: Any) -> None:
        """The hotline brings cases, and they are signed for."""
        self.hand_in(*numbers, **more)
        for number in numbers:
            self.until(number, lambda case: case.state is State.ACCEPTED, "to be signed for")

    def hand_in(self, *numbers: int, **more: Any) -> None:
        """The hotline brings cases."""
        given = {"category": "lamp", "division": ("lake", "willow"), **more}
        with self.channel.line(self.url) as line:
            for number in numbers:
                line.open(source_id=str(number), text=f"case {number}", at=self.here.time, **given)

    def say(self, by: str, number: int, kind: type[c.Command], **more: Any) -> None:
        """A desk says something from its own system, and it is on record."""
        before = len(self.here.on.ledger.entries(case_of(number)))
        self.send(by, number, kind, **more)
        done = lambda: len(self.here.on.ledger.entries(case_of(number))) > before  # noqa: E731
        self.pump_until(done, f"{kind.__name__} of {number} to be on record")

    def send(self, by: str, number: int, kind: type[c.Command], **more: Any) -> None:
        """A desk says something, and the broker has it."""
        with self.desks[by].office(self.url, reference=f"{by}:{number}:{kind.__name__}") as office:
            office.say(kind, case_of(number), **more)

    def until(self, number: int, holds: Any, what: str) -> Case:
        """Let everybody work until a case is such."""

        def is_so() -> bool:
            found = self.here.on.ledger.case(case_of(number))
            return found is not None and holds(found)

        self.pump_until(is_so, f"case {number} {what}")
        found = self.here.on.ledger.case(case_of(number))
        assert found is not None
        return found

    def pump_until(self, holds: Any, what: str) -> None:
        """Let everybody work until something holds."""
        wait_until(lambda: self.here.pump() >= 0 and holds(), deadline_s=DEADLINE_S, what=what)

    def later(self, **span: Any) -> None:
        """Time goes on, and what falls due does."""
        until = self.here.time + timedelta(**span)
        while self.here.time < until:
            self.here.wait(minutes=1)


def case_of(number: int) -> str:
    """The case's id."""
    return case_id_of("hotline", str(number))


def register(on: Installation) -> dict[str, list[tuple[object, ...]]]:
    """Case → its entries, as they are on record, and how it stands after them."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for entry in on.ledger.all_entries():
        # The clock looks once a minute here; afterwards a deadline is on record as of its own instant.
        noted_at = entry.event_at if entry.cause.startswith(WAKE_UP) else entry.recorded_at
        row = (entry.version, type(entry.event).__name__, entry.event_at, noted_at, entry.cause)
        found.setdefault(entry.case_id, []).append(row)
    for case in on.ledger.all_cases():
        found[case.id].append((case.version, case.state, case.lead, case.step, case.due_at))
    return found


def by_hand(city: City, name: str) -> None:
    """Somebody at the shell sends case 1 to another desk."""
    actor = Actor(ActorRole.DESK, "dispatch")
    command = c.Dispatch(id=f"shell-{name}", case_id=case_of(1), actor=actor, desk="plane")
    answers = city.here.router.carry_out([direct(command, "shell")], city.here.time)
    assert [answer.refused for answer in answers.values()] == [None]


def count(on: Installation, event: str) -> int:
    """Entries of a name."""
    return sum(1 for _ in on.ledger.all_entries(event))


@contextmanager
def a_city(ledger: str, url: str, *absent: str) -> Iterator[City]:
    """A city at work; the programs of some desks may not run."""
    with town(ledger, url, channels=("hotline",)) as here:
        city = City(here, url)
        with city.running(city.channel, *(desk for code, desk in city.desks.items() if code not in absent)):
            yield city


def restore(city: City, backup: Backup, *, silent: str | None = None) -> Redone:
    """What an operator does: stop the roles, put the backup back, `recover --after-restore`, start the roles."""
    here, lost_at = city.here, city.here.time
    with here.stopped():
        backup.put_back()
        here.time += timedelta(minutes=20)
    restoring = here.on.restoring()
    under_way = restoring.begin(lost_at, by="night shift", reason="disk", now=here.time)
    asked = restoring.ask(under_way, here.time)
    assert silent is None or silent in asked.silent
    assert restoring.gather(under_way, asked, city.clock, wait_s=DEADLINE_S) == frozenset()
    redone = restoring.redo(under_way, here.time)
    restoring.end(under_way, by="night shift", now=here.time)
    here.on.reconciler().recover(here.time)
    return redone


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = request.getfixturevalue("database_url")
    return url


def test_a_restored_ledger_ends_as_it_would_have_been(ledger_url: str, amqp_url: str, tmp_path: Path) -> None:
    backup = Backup(ledger_url, tmp_path)
    with a_city(ledger_url, amqp_url) as city:
        city.open(1, 2, 3, 4)
        city.later(hours=23)
        backup.make()

        # What the backup does not know: new cases, a case that is sent elsewhere, two that are solved, three that
        # nobody solves in time, and what the district does with them.
        city.later(minutes=1)
        city.open(5, 6)
        city.later(minutes=1)
        city.say("dispatch", 2, c.Dispatch, desk="plane")
        city.until(2, lambda case: case.lead == "plane" and case.state is State.ACCEPTED, "to be at its new desk")
        city.later(minutes=1)
        city.say("willow", 1, c.Resolve, text="换了灯泡")
        city.later(minutes=1)
        city.say("willow", 5, c.Resolve, text="换了灯泡")
        city.later(hours=1)
        for number in (2, 3, 4):
            city.until(number, lambda case: case.lead == "lake" and case.state is State.ACCEPTED, "to go up")
        city.later(minutes=1)
        city.say("lake", 3, c.Resolve, text="换了灯泡")
        city.pump_until(lambda: True, "everything")
        before = register(city.here.on)
        assert count(city.here.on, "Escalated") == 3

        # The ledger is gone; desks and channels go on for a while, and their words wait in the queues.
        left = city.here.time
        city.here.time += timedelta(minutes=5)
        city.send("lake", 4, c.Resolve, text="换了灯泡")
        city.hand_in(7)
        city.here.time = left
        redone = restore(city, backup)

        assert (redone.waiting, redone.parked) == (0, 0)
        city.until(7, lambda case: case.state is State.ACCEPTED, "to be signed for")
        after = register(city.here.on)
        assert set(after) == {*before, case_of(7)}
        for number in (1, 2, 3, 5, 6):
            assert after[case_of(number)] == before[case_of(number)], number
        solved = after[case_of(4)]
        assert solved[: len(before[case_of(4)]) - 1] == before[case_of(4)][:-1]
        assert [row[1] for row in solved[len(before[case_of(4)]) - 1 :]] == ["Resolved", "Closed", State.CLOSED]
        assert count(city.here.on, "Escalated") == 3
        assert count(city.here.on, "Refused") == 0
        assert not city.here.on.ledger.parked()
        # Everything that followed is right as well: nobody is escalated for the time in which there was no ledger.
        city.later(minutes=30)
        assert count(city.here.on, "Escalated") == 3


def test_a_program_that_did_not_run_says_it_again_when_it_starts(
    ledger_url: str, amqp_url: str, tmp_path: Path
) -> None:
    backup = Backup(ledger_url, tmp_path)
    with a_city(ledger_url, amqp_url, "willow") as city:
        kept = tmp_path / "sent.db"
        willow = city.desk("willow", Sent(kept))
        with city.running(willow):
            city.open(1, 2)
            city.later(hours=23)
            backup.make()
            city.later(minutes=1)
            city.say("willow", 1, c.Resolve, text="换了灯泡")
            city.later(hours=2)
            city.until(2, lambda case: case.lead == "lake", "to go up")
        before = register(city.here.on)

        redone = restore(city, backup, silent="desk.willow")

        assert redone.accepted == 1  # of the district
        # Its deadline has passed, and nobody knows any more that it was solved before.
        city.later(minutes=1)
        city.until(1, lambda case: case.lead == "lake", "to go up")
        with city.running(city.desk("willow", Sent(kept))):
            city.until(1, lambda case: case.state is State.CLOSED, "to be closed again")
        assert count(city.here.on, "Overtaken") == 1
        assert {case: rows[-1][1] for case, rows in register(city.here.on).items()} == {
            case: rows[-1][1] for case, rows in before.items()
        }


def test_what_was_done_at_the_shell_is_missing_and_nothing_is_refused_for_good(
    ledger_url: str, amqp_url: str, tmp_path: Path
) -> None:
    backup = Backup(ledger_url, tmp_path)
    with a_city(ledger_url, amqp_url) as city:
        city.open(1)
        city.later(minutes=1)
        backup.make()
        city.later(minutes=1)
        by_hand(city, "first")
        city.until(1, lambda case: case.lead == "plane" and case.state is State.ACCEPTED, "to be at its new desk")
        city.later(minutes=1)
        city.say("plane", 1, c.Resolve, text="换了灯泡")

        redone = restore(city, backup)

        assert (redone.accepted, redone.parked) == (0, 2)
        by_hand(city, "again")
        replayed = [
            city.here.router.carry_out([arrived], city.here.time)
            for one in city.here.on.ledger.parked(reason=AFTER_RESTORE)
            if (arrived := arrived_again(one)) is not None
        ]
        assert [answer.refused for one in replayed for answer in one.values()] == [None, None]
        city.until(1, lambda case: case.state is State.CLOSED, "to be closed")


def test_an_operator_types_it_and_reads_what_became_of_it(amqp_url: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    backup = Backup(url, tmp_path)
    terminal = Terminal(tmp_path, url, amqp_url)
    terminal.contact_key = None  # the one beside the ledger
    words = ("recover", "--after-restore", "--lost-at", "2026-09-21 09:20", "--by", "night shift")
    with town(url, amqp_url) as here:
        city = City(here, amqp_url)
        with city.running(*city.desks.values()):
            here.open(1)
            city.until(1, lambda case: case.state is State.ACCEPTED, "to be signed for")
            backup.make()
            here.time += timedelta(minutes=10)
            city.say("willow", 1, c.Resolve, text="换了灯泡")
            running = terminal(*words)
            assert running.code == 5
            assert "roles are running: case.intake, case.reports, due.city" in running.err

            with here.stopped():
                backup.put_back()
                assert terminal("recover", "--after-restore").code == 2
                too_early = terminal(*words[:3], "2026-09-21 08:59", *words[4:])
                assert too_early.code == 2
                done = terminal(*words)
                assert done.code == 0, done.err
                assert "1 command was carried out again, 1 command is on record already" in done.err
                again = terminal(*words, "--json")
                other = terminal(*words[:3], "2026-09-21 09:21", *words[4:], "--begin")
            assert again.code == 0
            assert again.json["restored"]["redone"] == {"accepted": 0, "known": 2, "waiting": 0, "parked": 0}
            assert again.json["restored"]["answered"]["desk.willow"] == 2
            # Nobody knows whether these have a program: they are named, and nothing is missing for that.
            assert "desk.supervision-1" in again.json["restored"]["unheard"]
            assert other.code == 0, other.err
        assert city.here.on.ledger.case(case_of(1)).state is State.CLOSED  # type: ignore[union-attr]
        holds = here.on.ledger.holds()
        # The same loss is the same restore, however often it is run.
        assert [(hold.since, hold.released_by) for hold in holds] == [
            (MONDAY + timedelta(minutes=20), "night shift"),
            (MONDAY + timedelta(minutes=21), None),
        ]


def test_an_operator_imports_what_came_since_the_backup_between_the_beginning_and_the_rest(
    amqp_url: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    backup = Backup(url, tmp_path)
    terminal = Terminal(tmp_path, url, amqp_url)
    terminal.contact_key = None
    words = ("recover", "--after-restore", "--lost-at", "2026-09-21 09:20", "--by", "night shift")
    with town(url, amqp_url) as here:
        city = City(here, amqp_url)
        with city.running(*city.desks.values()):
            here.open(1)
            here.open(2, division=("lake", "plane"))
            for number in (1, 2):
                city.until(number, lambda case: case.state is State.ACCEPTED, "to be signed for")
            backup.make()
            here.time += timedelta(minutes=10)
            city.say("willow", 1, c.Resolve, text="换了灯泡")
            with here.stopped():
                backup.put_back()
                begun = terminal(*words, "--begin")
                assert begun.code == 0, begun.err
                assert "up to 2026-09-21 09:00:00, the ledger was lost at 2026-09-21 09:20:00" in begun.err
                # Nobody decides on what is half restored; what belongs to the restore goes on.
                refused = terminal("case", "accept", case_of(1), "--desk", "willow")
                assert refused.code == 5
                assert "a restore is under way" in refused.err
                assert "recover --after-restore --lost-at 2026-09-21T01:20:00+00:00." in refused.err
                assert terminal("recover").code == 5
                status = terminal("status")
                assert status.code == 7
                assert "is under way (the ledger was lost at 2026-09-21 09:20): the roles wait" in status.out
                merged = terminal("divisions", "merge", "plane", "--into", "willow")
                assert merged.code == 0, merged.err
                wrong = terminal(*words[:3], "2026-09-21 09:21", *words[4:])
                assert wrong.code == 5
                assert "under way already: the ledger was lost at 2026-09-21T09:20:00+08:00" in wrong.err
                # In the words of the error.
                done = terminal(*words[:3], "2026-09-21T01:20:00+00:00", *words[4:], "--json")
            assert done.code == 0, done.err
            # Besides what was solved, the new desk may have signed for the case it got by the import.
            assert done.json["restored"]["redone"]["accepted"] in (1, 2)
            assert done.json["restored"]["knows_until"] == "2026-09-21T01:00:00Z"
        assert [row[1] for row in register(here.on)[case_of(1)]][-3:-1] == ["Resolved", "Closed"]
        moved = here.on.ledger.case(case_of(2))
        assert moved is not None
        # Its deadline passed while nothing ran: the import takes nobody's case up.
        assert moved.lead == "willow"
