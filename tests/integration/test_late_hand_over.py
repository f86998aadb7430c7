"""A broker that is away: nobody loses a case that was not handed over, and its time in hand begins with that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from router.arrivals import direct
from router.broker.port import Fate, Outgoing, Publisher
from router.core.commands import Actor, ActorRole, RequestReturn
from router.core.events import DeadlineMissed, SystemDelayed
from router.core.guards import UNDELIVERED
from router.core.lifecycle import with_case_id
from router.core.timing.deadlines import wake_up
from router.errors import UnreachableError
from router.relay import Relay
from router.sending import Leaving, Sender
from router.sla.auditor import Auditor
from tests.city import MONDAY
from tests.messages import opening
from tests.town import DAILY, Town, town

DUE_AT = MONDAY + timedelta(days=1)
BACK_AT = MONDAY + timedelta(hours=30)
FOUR_HOURS = DAILY.replace('min_in_hand = "0"', 'min_in_hand = "4h"\nreturn = { window = "2h" }')


class Refusing:
    """A broker whose every queue is full."""

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:  # noqa: ARG002 - the port
        return [Fate.REJECTED] * len(batch)

    def close(self) -> None:
        pass


def away() -> Publisher:
    raise UnreachableError("the broker does not answer", where="amqp://nowhere")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=FOUR_HOURS) as built:
        yield built


def taken_without_a_broker(here: Town) -> str:
    """A case is taken over HTTP while nothing can be sent; returns its id."""
    command = with_case_id(opening(1, text="cellar", at=here.time))
    here.on.router(sender=Leaving()).carry_out([direct(command, "http")], here.time)
    return command.case_id


def relay(here: Town, sender: Sender | None = None) -> None:
    here_sender = sender or Sender(here.on.broker.publisher, background=False)
    Relay(here.on.ledger, here_sender).run_once(here.time)


def lead(here: Town, case_id: str) -> str:
    case = here.on.ledger.case(case_id)
    assert case is not None
    return case.lead


def test_a_case_that_was_not_handed_over_is_lost_by_nobody_and_then_kept_for_four_hours(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time = DUE_AT + timedelta(hours=1)
    relay(here, Sender(away, background=False))
    here.wait(seconds=0)
    assert lead(here, case_id) == "willow"
    assert [case.id for case in here.on.ledger.held(here.time)] == [case_id]
    here.time = BACK_AT
    relay(here)
    here.wait(seconds=1)
    (delayed,) = here.on.ledger.all_entries("SystemDelayed")
    assert isinstance(delayed.event, SystemDelayed)
    assert (delayed.event.due_at, delayed.event.moved_to) == (DUE_AT, BACK_AT + timedelta(hours=4))
    here.wait(hours=3, minutes=59)
    assert lead(here, case_id) == "willow"
    here.wait(minutes=2)
    assert lead(here, case_id) == "lake"
    (missed,) = here.on.ledger.all_entries("DeadlineMissed")
    assert isinstance(missed.event, DeadlineMissed)
    assert missed.event.due_at == BACK_AT + timedelta(hours=4)


def test_what_waits_for_a_broker_is_no_finding_of_the_auditor_and_has_its_cause(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time = DUE_AT + timedelta(hours=1)
    here.wait(seconds=0)
    found = Auditor(here.on.ledger, here.on.rulebook).run_once(here.time).findings
    assert [one.code for one in found] == ["outbox"]
    case = here.on.ledger.case(case_id)
    assert case is not None
    rules = here.on.rulebook({case.policy})
    holding = here.on.ledger.guards(here.time).holding(
        case, rules.policy(case.policy), case.milestones[0], here.time
    )
    assert holding == UNDELIVERED


def test_a_desk_whose_queue_is_full_loses_the_case_like_any_other(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time += timedelta(hours=1)
    relay(here, Sender(Refusing, background=False))
    here.time = DUE_AT + timedelta(seconds=1)
    here.wait(seconds=0)
    assert lead(here, case_id) == "lake"


def test_a_queue_that_refused_once_is_the_desks_though_it_takes_the_case_or_the_broker_goes_away(
    here: Town,
) -> None:
    case_id = taken_without_a_broker(here)
    here.time += timedelta(hours=1)
    relay(here, Sender(Refusing, background=False))
    here.time += timedelta(hours=1)
    relay(here, Sender(away, background=False))
    here.time = DUE_AT - timedelta(hours=1)
    relay(here)
    assert here.on.ledger.counts(here.time)["outbox"] == 0
    here.time = DUE_AT + timedelta(seconds=1)
    here.wait(seconds=0)
    assert lead(here, case_id) == "lake"


def test_after_a_restore_what_waits_in_the_old_outbox_holds_nothing_back(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time = DUE_AT + timedelta(hours=1)
    passing = wake_up(case_id, "close", DUE_AT)
    redone = msgspec.structs.replace(direct(passing, "restore"), received_at=here.time, redone=True)
    here.on.router(sender=Leaving()).carry_out([redone], here.time)
    assert lead(here, case_id) == "lake"


def test_a_hand_over_without_a_queue_is_late_by_whatever_way_it_arrives_at_last(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    case = here.on.ledger.case(case_id)
    assert case is not None
    with here.on.ledger.begin() as unit:
        unit.settle({case.hand_over_id: Fate.UNROUTED}, here.time)
    here.time += timedelta(hours=23)
    with here.on.ledger.begin() as unit:
        unit.note_arrived([case.hand_over_id], here.time)
        found = unit.guards(here.time, [case.hand_over_id])
    assert found.delivered == {case.hand_over_id: here.time}


def test_a_short_wait_changes_nothing(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time += timedelta(minutes=15)
    relay(here)
    here.time = DUE_AT + timedelta(seconds=1)
    here.wait(seconds=0)
    assert lead(here, case_id) == "lake"


def test_the_window_for_a_return_begins_with_the_hand_over_too(here: Town) -> None:
    case_id = taken_without_a_broker(here)
    here.time += timedelta(hours=5)
    relay(here)
    here.time += timedelta(hours=1)
    here.say(
        "willow",
        RequestReturn(id="r", case_id=case_id, actor=Actor(ActorRole.DESK, "willow"), reason="not_ours"),
    )
    case = here.on.ledger.case(case_id)
    assert case is not None
    assert case.return_request is not None
