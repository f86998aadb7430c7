"""What is told on `case.events`: every entry, in order, without words or persons; of some cases nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.arrivals import Arrived, direct
from router.batch import Batch
from router.core.commands import Accept, Actor, ActorRole, Link, Outcome, Related, Resolve
from router.core.step import ROUTER
from router.core.telling.messages import EventRecorded
from router.core.telling.outbox import Outgoing
from tests.city import MONDAY, rules
from tests.unit.test_batch import OPEN

WORDS = "家住三号楼的王小明"
DESK = Actor(ActorRole.DESK, "willow")
ACCEPT = Accept(id="accept", case_id=OPEN.case_id, actor=DESK)
RESOLVE = Resolve(
    id="resolve", case_id=OPEN.case_id, actor=DESK, outcome=Outcome.SOLVED, text=WORDS, root_cause=WORDS
)


def opening(**more: Any) -> Arrived:
    """A case with words and a person."""
    given = {"text": WORDS, "contact_ref": "contact-1", "complainant": "hash-1", **more}
    return direct(msgspec.structs.replace(OPEN, **given), "case.intake")


def sent(*arrived: Arrived, publish_events: bool = True) -> list[Outgoing]:
    """What a batch sends to whoever listens."""
    batch = Batch(rules(), {}, {}, frozenset(), MONDAY, publish_events=publish_events)
    for one in arrived:
        batch.take(one)
    return [message for write in batch.writes for message in write.outgoing if message.exchange == "case.events"]


def test_every_entry_is_told_in_order_under_its_tier_and_name() -> None:
    told = sent(opening(), direct(ACCEPT, "case.reports"))
    assert [message.key for message in told] == ["street.received", "street.dispatched", "street.accepted"]
    assert [message.id for message in told] == ["open/event/0", "open/event/1", "accept/event/0"]
    assert {message.type for message in told} == {"case.event.v1"}
    found = [msgspec.json.decode(message.body, type=EventRecorded) for message in told]
    assert [one.version for one in found] == [1, 2, 3]
    assert (found[1].event, found[1].data["desk"], found[1].cause, found[1].ordinal) == (
        "Dispatched",
        "willow",
        "open",
        1,
    )
    assert found[2].actor == DESK


def test_nobody_need_be_listening() -> None:
    assert not any(message.mandatory for message in sent(opening()))


def test_words_and_persons_stay_behind() -> None:
    told = sent(opening(), direct(ACCEPT, "case.reports"), direct(RESOLVE, "case.reports"))
    assert "street.resolved" in {message.key for message in told}
    for message in told:
        for private in (WORDS, "contact-1", "hash-1"):
            assert private not in message.body.decode()
            assert private not in message.key


def test_another_case_s_person_stays_behind_too() -> None:
    about = Related(case_id="OTHER", version=3, origin="complaint", opened_at=MONDAY, complainant="hash-2")
    linked = Link(id="then:1", case_id=OPEN.case_id, actor=ROUTER, other="OTHER", about=about, text=WORDS)
    told = [message.body.decode() for message in sent(opening(), direct(linked, "due.street"))]
    assert '"case_id":"OTHER"' in told[-1]
    assert not [body for body in told if "hash-2" in body or WORDS in body]


@pytest.mark.parametrize("more", [{"confidential": True}, {"subject_desk": "bridge"}])
def test_a_case_that_not_everybody_may_know_of_is_not_told_of(more: dict[str, Any]) -> None:
    assert sent(opening(**more), direct(ACCEPT, "case.reports")) == []


def test_nothing_is_told_unless_it_is_asked_for() -> None:
    assert sent(opening(), publish_events=False) == []
