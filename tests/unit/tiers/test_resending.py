"""Saying it again: what a program keeps of what it sent, and what it sends when it is asked."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec
import pytest
from structlog.testing import capture_logs

from router.broker.envelope import RESENT, Resent, encode
from router.broker.port import Delivery
from router.core.telling import messages as m
from router.core.telling.told import ResendWanted
from router.errors import ConfigurationError
from router.tiers import Channel, Desk, Office, Sent
from router.tiers.dispatching import Ending
from router.tiers.report import Report
from router.tiers.sent import MOST
from tests.unit.tiers.outbox import MORNING, Outbox, assigned, delivery

RESTORE = "restore-1"


class Clock:
    """A hand-turned clock."""

    def __init__(self) -> None:
        self.time = MORNING

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    """At the beginning of the morning."""
    return Clock()


@pytest.fixture
def sent() -> Iterator[Sent]:
    """In memory."""
    with closing(Sent()) as made:
        yield made


def wanted(since: datetime) -> Delivery:
    """The router asks for what was said since then."""
    return Delivery(
        queue="desk.S1",
        id="restore-1/1/desk.S1",
        type="program.resend_wanted.v1",
        exchange="case.street",
        key="_._._.S1._.resend_wanted",
        body=encode(ResendWanted(restore=RESTORE, since=since)),
        headers={},
        user_id=None,
        redelivered=False,
        token=None,
    )


def report(number: int) -> Report:
    """A report of a desk."""
    return Report(id=f"r{number}", exchange="x", key="k", type="t", case_id="A" * 16, body=b"{}")


def signing_desk(clock: Clock, sent: Sent | None = None) -> tuple[Desk, list[str]]:
    """A desk that signs for every case, and the cases it handled."""
    desk, handled = Desk("S1", clock=clock, sent=sent), list[str]()

    @desk.on_assigned
    def sign(case: m.Assigned, office: Office) -> None:
        handled.append(case.case_id)
        office.accept(case)

    return desk, handled


def ids(sent: Sent, since: datetime, now: datetime) -> list[str]:
    """Ids of what was kept, in order."""
    return [one.id for one in sent.since(since, now)]


# -- What is kept


def test_what_was_sent_is_kept_in_order_with_the_instant_of_the_first_time(sent: Sent, clock: Clock) -> None:
    for number in (2, 1, 3):
        sent.note(report(number), clock.time)
    clock.time += timedelta(minutes=5)
    sent.note(report(2), clock.time)
    sent.note(report(4), clock.time)
    assert ids(sent, MORNING, clock.time) == ["r2", "r1", "r3", "r4"]
    assert ids(sent, MORNING + timedelta(minutes=1), clock.time) == ["r4"]
    assert [one.said_at for one in sent.since(MORNING, clock.time)][:1] == [MORNING]


def test_what_is_in_a_file_outlives_the_program_and_is_its_owners_alone(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "sent.db"
    with closing(Sent(file)) as before:
        before.note(report(1), clock.time)
    clock.time += timedelta(hours=1)
    with closing(Sent(file)) as after:
        assert ids(after, MORNING, clock.time) == ["r1"]
        assert after.kept_since(clock.time) == MORNING
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_processes_share_a_file(tmp_path: Path, clock: Clock) -> None:
    with closing(Sent(tmp_path / "sent.db")) as one, closing(Sent(tmp_path / "sent.db")) as other:
        one.note(report(1), clock.time)
        other.note(report(2), clock.time)
        assert ids(one, MORNING, clock.time) == ["r1", "r2"]


def test_what_is_too_old_is_forgotten_and_it_says_from_when_on_nothing_is_missing(clock: Clock) -> None:
    with closing(Sent(keep=timedelta(hours=1))) as sent:
        sent.note(report(0), clock.time)
        clock.time += timedelta(hours=3)
        for number in range(1, 600):
            sent.note(report(number), clock.time)
        assert ids(sent, MORNING, clock.time)[0] == "r1"
        assert sent.kept_since(clock.time) == MORNING + timedelta(hours=2)


def test_no_more_is_kept_than_was_chosen_and_the_newest_stay(clock: Clock) -> None:
    with closing(Sent(most=100)) as sent:
        for number in range(500):
            clock.time += timedelta(seconds=1)
            sent.note(report(number), clock.time)
        assert ids(sent, MORNING, clock.time) == [f"r{number}" for number in range(400, 500)]
        assert sent.kept_since(clock.time) > MORNING + timedelta(seconds=400)


def test_crossing_the_limit_is_said_and_nothing_is_missing_from_the_instant_that_is_told(clock: Clock) -> None:
    with closing(Sent(most=100)) as sent, capture_logs() as logs:
        for number in range(1_500):
            clock.time += timedelta(seconds=1)
            sent.note(report(number), clock.time)
            since = sent.kept_since(clock.time)
            first = -((MORNING - since) // timedelta(seconds=1)) - 1  # report n is sent in second n + 1
            if number % 250 == 0:
                assert ids(sent, since, clock.time) == [f"r{one}" for one in range(first, number + 1)]
    assert [one["event"] for one in logs] == ["sent.forgotten_early"] * 3


def test_the_limit_holds_two_days_of_the_busiest_program_of_a_city() -> None:
    cases_a_day, days, said_of_each = 56_000, 2, 4
    assert cases_a_day * days * said_of_each <= MOST


def test_a_report_that_cannot_be_kept_is_sent_all_the_same(tmp_path: Path, clock: Clock) -> None:
    outbox = Outbox()
    desk, _ = signing_desk(clock, Sent(tmp_path / "nowhere" / "sent.db"))
    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, Event()) is Ending.DONE
    assert outbox.types == ["case.receipt.v1", "case.accept.v1"]


def test_a_program_that_may_keep_nothing_says_so_when_it_starts(tmp_path: Path, clock: Clock) -> None:
    desk, _ = signing_desk(clock, Sent(tmp_path / "nowhere" / "sent.db"))
    with pytest.raises(ConfigurationError, match="cannot be kept"):
        desk.run("amqp://127.0.0.1:1/")


# -- What is said again


def test_it_says_again_what_it_said_since_under_the_same_ids_and_then_that_this_was_all(clock: Clock) -> None:
    outbox, again = Outbox(), Outbox()
    desk, _ = signing_desk(clock)
    desk.handle(delivery(assigned(case_id="A" * 16), "cmd/0"), outbox, Event())
    clock.time += timedelta(hours=2)
    desk.handle(delivery(assigned(case_id="B" * 16), "cmd/1"), outbox, Event())
    assert desk.handle(wanted(MORNING + timedelta(hours=1)), again, Event()) is Ending.DONE
    accept, done = again.sent
    assert (accept.id, accept.body) == (outbox.sent[-1].id, outbox.sent[-1].body)
    assert accept.headers == {"said-at": (MORNING + timedelta(hours=2)).isoformat(), "resent-for": RESTORE}
    assert done.type == RESENT
    said = msgspec.json.decode(done.body, type=Resent)
    assert (said.speaker, said.code, said.count, said.restore) == ("desk", "S1", 1, RESTORE)
    assert again.settled == 2


def test_after_a_restore_a_hand_over_is_new_and_an_answer_is_not(clock: Clock) -> None:
    outbox = Outbox()
    desk, handled = signing_desk(clock)
    told: list[str] = []
    desk.on_reminded(lambda reminder, _office: told.append(reminder.milestone))
    reminder = m.Reminded(case_id="A" * 16, version=3, milestone="close", due_at=MORNING, reason="reminder")
    for one, message_id in ((assigned(version=5), "A/5/assigned"), (reminder, "due/0")):
        desk.handle(delivery(one, message_id), outbox, Event())
    desk.handle(wanted(MORNING), outbox, Event())
    for one, message_id in ((assigned(version=4), "A/4/assigned"), (reminder, "due/0")):
        desk.handle(delivery(one, message_id), outbox, Event())
    desk.handle(delivery(assigned(version=5), "A/5/assigned"), outbox, Event())
    assert len(handled) == 3
    assert told == ["close"]


def test_a_channel_says_it_again_through_the_intake(clock: Clock) -> None:
    outbox = Outbox()
    channel = Channel("hotline", clock=clock)
    channel.on_answered(lambda _answer: None)
    channel.handle(wanted(MORNING), outbox, Event())
    (done,) = outbox.sent
    assert (done.exchange, done.key) == ("case.intake", "hotline.resent")


def test_when_the_broker_is_away_the_request_is_left_to_come_again(clock: Clock) -> None:
    outbox = Outbox()
    outbox.reachable = False
    desk, _ = signing_desk(clock)
    assert desk.handle(wanted(MORNING), outbox, Event()) is Ending.LEFT
