"""Cases that belong together through a whole installation: what one command means for two cases travels back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.arrivals import direct
from router.core import commands as c, events as e
from router.core.case import Case
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole
from router.core.several.project import Membership
from router.core.step import FOLLOWS, ROUTER
from router.core.telling.citizen import code_of
from router.core.territory import address
from tests.city import MONDAY
from tests.town import Town, town

_LI = Actor(ActorRole.DISPATCHER, "li")


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses) as built:
        yield built


def _linked(here: Town, case_id: str) -> list[str]:
    return [one.other.case_id for one in here.case(case_id).links.standing()]


def _at_the_shell(here: Town, command: c.Command) -> str | None:
    """As the shell does: straight into the router. What follows goes through the broker."""
    return here.router.carry_out([direct(command, "shell")], here.time)[command.id].refused


def test_a_link_comes_to_stand_with_both_cases(here: Town) -> None:
    first, second = here.open(1), here.open(2, division=("canal", "bridge"))
    assert _at_the_shell(here, c.Link(id="l1", case_id=first, actor=_LI, other=second)) is None
    assert (_linked(here, first), _linked(here, second)) == ([second], [])  # it is on its way
    assert here.pump() == 1
    assert (_linked(here, first), _linked(here, second)) == ([second], [first])
    assert _at_the_shell(here, c.Unlink(id="u1", case_id=second, actor=_LI, other=first)) is None
    here.pump()
    assert (_linked(here, first), _linked(here, second)) == ([], [])


def test_what_follows_is_stored_before_it_is_sent_and_taken_once(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = here.open(1), here.open(2)
    with monkeypatch.context() as broken:
        broken.setattr(here.router._sender, "send", lambda _messages: None)  # the process ends after the commit
        _at_the_shell(here, c.Link(id="l1", case_id=first, actor=_LI, other=second))
    here.pump()
    assert _linked(here, second) == []
    waiting = here.on.ledger.claim_outbox(here.time, 100, 30.0, 0.0)
    (follow_on,) = [one for one in waiting if one.id.startswith(FOLLOWS)]
    here.publish([follow_on, follow_on])
    here.pump()
    assert _linked(here, second) == [first]
    linked = [entry for entry in here.on.ledger.entries(second) if isinstance(entry.event, e.Linked)]
    assert len(linked) == 1


@pytest.mark.parametrize("road", ["intake", "reports", "as a desk"])
def test_nobody_but_the_router_says_what_follows(here: Town, road: str) -> None:
    first, second = here.open(1), here.open(2)
    about = c.Related(case_id=first, version=99, origin="complaint", opened_at=here.time)
    said = c.Link(id="then:mine", case_id=second, actor=ROUTER, other=first, about=about)
    if road == "as a desk":
        said = msgspec.structs.replace(said, actor=Actor(ActorRole.DESK, "lake"))
    exchange = address.INTAKE if road == "intake" else address.REPORTS
    key = address.report_key("lake", "link") if road == "as a desk" else address.report_key("router", "link")
    here.publish([here.message(said, exchange, key)])
    here.pump()
    assert _linked(here, second) == []


def test_a_citizen_urges_through_the_channel(here: Town) -> None:
    case = here.open(1)
    citizen = Actor(ActorRole.CITIZEN, "hotline")

    def urge(number: int) -> None:
        said = c.Urge(id=f"urge-{number}", case_id=case, actor=citizen, at=here.time)
        here.publish([here.message(said, address.INTAKE, address.intake_key("hotline", "urge"))])
        here.pump()

    urge(1)
    urge(2)
    assert here.case(case).links.urges == 1
    here.wait(hours=20)
    urge(3)
    assert here.case(case).links.urges == 2
    assert _kinds(here, "willow")[:2] == ["case.assigned.v1", "case.urged.v1"]


def test_what_was_redacted_is_nowhere_and_the_desk_is_told(here: Town) -> None:
    mark = "请打13900007777"
    case = here.open(1, text=mark)
    _at_the_shell(
        here,
        c.Redact(id="r1", case_id=case, actor=Actor(ActorRole.SUPERVISION, "he"), entry=1, text="有电话号码"),
    )
    assert here.case(case).text == ""
    assert mark not in "".join(entry.text for entry in here.on.ledger.entries(case))
    assert "case.redacted.v1" in _kinds(here, "willow")
    # The channel hands the same in once more: it is the same case, and its words do not come back.
    here.open(1, text=mark)
    assert here.case(case).text == ""


def test_the_receipt_brings_the_citizens_code_to_a_channel_with_a_program(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", channels=("hotline",)) as here:
        case = here.open(1)
        consumer = here.on.broker.consumer([address.channel_queue("hotline")], 10)
        (told,) = consumer.receive(10, 1.0)
        consumer.done([told])
        consumer.close()
        answer = msgspec.json.decode(told.body)
        assert (answer["kind"], answer["code"]) == ("received", code_of(here.on.ledger.keyed_hash, case))


def _kinds(here: Town, desk: str) -> list[Any]:
    """The types of what waits in a desk's queue."""
    return [one.type for one in here.waiting(address.desk_queue(desk))]


def _project(here: Town, cases: list[str], **fields: Any) -> Case:
    """The project that the district makes of these cases."""
    due_at = here.time + timedelta(days=9)
    said = c.Cluster(
        id="made",
        case_id=cases[0],
        actor=Actor(ActorRole.DESK, "lake"),
        cases=tuple(cases[1:]),
        due_at=due_at,
        **fields,
    )
    here.say("lake", said)
    return here.case(case_id_of("project", "made"))


def test_one_resolution_of_a_project_resolves_every_member(here: Town) -> None:
    lamps = [here.open(number) for number in range(1, 6)]
    project = _project(here, lamps, text="换一批控制箱")
    assert (project.lead, project.text) == ("lake", "换一批控制箱")
    # Its members know when the project is due: until then none is late.
    assert {here.case(one).member for one in lamps} == {
        Membership(project=project.id, due_at=MONDAY + timedelta(days=9))
    }
    here.wait(days=5)  # their own deadline, of a day, waits
    assert {here.case(one).lead for one in lamps} == {"willow"}
    here.say("lake", c.Leave(id="left", case_id=lamps[4], actor=Actor(ActorRole.DESK, "lake"), text="另一处故障"))
    resolve = c.Resolve(id="done", case_id=project.id, actor=Actor(ActorRole.DESK, "lake"), text="已换")
    here.say("lake", resolve)
    here.say("lake", resolve)
    assert [here.case(one).state for one in (*lamps, project.id)] == ["closed"] * 4 + ["dispatched", "closed"]
    resolved = [
        entry for one in lamps for entry in here.on.ledger.entries(one) if isinstance(entry.event, e.Resolved)
    ]
    assert [entry.text for entry in resolved] == ["已换"] * 4


def test_what_is_said_about_a_project_that_was_refused_makes_none(here: Town) -> None:
    lamps = [here.open(1), here.open(2, division=("canal", "bridge"))]
    here.say(
        "lake",
        c.Cluster(
            id="made",
            case_id=lamps[0],
            actor=Actor(ActorRole.DESK, "lake"),
            cases=(lamps[1],),
            due_at=here.time + timedelta(days=9),
        ),
    )
    assert here.on.ledger.case(case_id_of("project", "made")) is None
    assert here.on.ledger.parked() == []
