"""A batch: what waited for its case meets what arrives with it."""

from __future__ import annotations

import msgspec

from router.arrivals import Arrived, direct
from router.batch import Batch
from router.broker.envelope import encode
from router.core.commands import Actor, ActorRole, Command, Open, Resolve
from router.core.lifecycle import with_case_id
from tests.city import MONDAY, rules

OPEN = with_case_id(
    Open(
        id="open",
        case_id="",
        actor=Actor(ActorRole.CHANNEL, "hotline"),
        source="hotline",
        source_id="1",
        channel="hotline",
        division=("lake", "willow"),
        category="lamp",
    )
)
RESOLVE = Resolve(id="resolve", case_id=OPEN.case_id, actor=Actor(ActorRole.DESK, "willow"))


def arrived(command: Command) -> Arrived:
    return direct(command, "case.reports")


def batch() -> Batch:
    return Batch(rules(), {}, {}, frozenset(), MONDAY)


def test_a_report_that_came_before_its_case_is_taken_up_once_it_is_there() -> None:
    this = batch()
    for command in (RESOLVE, OPEN):
        this.take(arrived(command))
    assert this.answers["resolve"].refused == "unknown_case"
    this.take_again(this.parked[0])
    assert this.answers["resolve"].refused is None


def test_a_desk_that_must_not_know_of_a_case_is_not_told_its_version() -> None:
    this = batch()
    this.take(arrived(msgspec.structs.replace(OPEN, subject_desk="willow")))
    assert this.answers["open"].version > 0
    this.take(arrived(RESOLVE))
    assert this.answers["resolve"].refused == "unknown_case"
    assert this.answers["resolve"].version == 0


def test_a_waiting_report_that_is_delivered_again_with_its_case_happens_once() -> None:
    waiting = arrived(RESOLVE).parked("unknown_case", "there is no case", MONDAY)
    this = batch()
    for command in (OPEN, RESOLVE):
        this.take(arrived(command))
    this.take_again(waiting)
    assert this.answers["resolve"].refused is None
    causes = [(entry.cause, entry.ordinal) for write in this.writes for entry in write.entries]
    assert len(causes) == len(set(causes))
    assert this.tally["duplicate"] == 1


def test_another_command_under_a_used_id_is_parked_and_the_same_one_sent_later_is_a_repeat() -> None:
    this = batch()
    for command in (OPEN, RESOLVE):
        this.take(arrived(command))
    later = msgspec.structs.replace(RESOLVE, at=MONDAY)
    other = msgspec.structs.replace(RESOLVE, text="something else")
    for command in (later, other):
        this.take(arrived(command))
    assert this.tally["duplicate"] == 1
    assert [(parked.reason, parked.body) for parked in this.parked] == [("bad_id", encode(other))]
    assert this.answers["resolve"].is_to(RESOLVE)
    assert not this.answers["resolve"].is_to(other)


def test_a_command_under_an_id_that_was_used_for_another_case_is_parked_and_not_taken_for_a_repeat() -> None:
    other = with_case_id(msgspec.structs.replace(OPEN, case_id="", source_id="2"))
    this = batch()
    this.take(arrived(OPEN))
    this.take(arrived(other))
    assert [(parked.reason, parked.case_id) for parked in this.parked] == [("bad_id", other.case_id)]
    assert this.answers["open"].case_id == OPEN.case_id
    assert this.tally["duplicate"] == 0
