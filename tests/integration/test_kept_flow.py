"""Through a whole installation: what a report names and what is confidential reaches no queue that it must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from router.broker.embedded import EmbeddedBroker
from router.core import commands as c, events as e
from router.core.commands import Actor, ActorRole
from router.core.territory import address
from router.core.territory.tree import Tree, TreeFile
from tests.city import MONDAY, file
from tests.town import DAILY, Town, town

LEVELS = (
    DAILY
    + """
[[level]]
name = "discipline"
after = "1d"
audience = ["canal", "supervision-3"]
"""
)
_WANG = Actor(ActorRole.SUPERVISION, "wang")
_SUN = Actor(ActorRole.SUPERVISION, "sun")


class Lookout:
    """A queue of somebody who looks on from above: bound to everything below a district, and to its own desk."""

    def __init__(self, connection: Connection, division: str) -> None:
        tree = Tree(file())
        key = address.below_binding(tree, division)
        self._queues = [
            Queue(f"look.{tier}", Exchange(address.tier_exchange(tree, tier), "topic"), routing_key=key)(
                connection
            )
            for tier in (1, 2)
        ]
        for queue in self._queues:
            queue.exchange.no_declare = True
            queue.declare()

    def heard(self) -> list[str]:
        """Ids of the cases it heard of."""
        found = []
        for queue in self._queues:
            while (message := queue.get(no_ack=True)) is not None:
                found.append(message.properties["correlation_id"])
        return found


def _listed(**accounts: str) -> TreeFile:
    """The small city, with an account at some desks."""
    at = {code: (account,) for account, code in accounts.items()}
    desks = tuple(msgspec.structs.replace(one, accounts=at.get(one.code, ())) for one in file().desks)
    return msgspec.structs.replace(file(), desks=desks)


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    tree = _listed(du="supervision-1", sun_2="supervision-2")
    with town(*addresses, tree=tree, policy=LEVELS) as built:
        yield built


@pytest.fixture
def lookout(here: Town) -> Iterator[Lookout]:
    broker = here.on.broker
    opened = broker.connection() if isinstance(broker, EmbeddedBroker) else Connection(here.on.settings.broker)
    with opened as connection:
        yield Lookout(connection, "lake")


def _by_hand(here: Town, command: c.Command) -> str | None:
    """What somebody at the shell gets as an answer: the code of the refusal."""
    from router.arrivals import direct

    return here.router.carry_out([direct(command, "shell")], here.time)[command.id].refused


def test_a_report_is_in_no_queue_of_whom_it_names_however_far_it_climbs(here: Town) -> None:
    case = here.open(
        1, matter_type="report", subject_desk="willow", named_desks=("canal",), named_persons=("wang",)
    )
    assert here.case(case).lead == "lake"
    for desk in ("willow", "canal", "bridge"):
        here.say(desk, c.ReportProgress(id=f"guess-{desk}", case_id=case, actor=Actor(ActorRole.DESK, desk)))
    assert _by_hand(here, c.Designate(id="wang", case_id=case, actor=_WANG, desk="plane")) == "unknown_case"
    assert _by_hand(here, c.Designate(id="canal", case_id=case, actor=_SUN, desk="canal")) == "subject_desk"
    here.wait(days=1, seconds=1)
    here.wait(days=1)
    assert here.case(case).lead == "supervision-1"
    levels = [x.event for x in here.on.ledger.entries(case) if isinstance(x.event, e.LevelRaised)]
    assert [one.audience for one in levels] == [("supervision-3",)]
    for desk in ("willow", "canal", "bridge"):
        assert here.heard(desk) == []
    assert here.heard("lake") == ["case.assigned.v1", "case.taken.v1"]
    assert here.on.ledger.parked() == []


def test_whoever_is_named_later_is_told_no_more_and_loses_the_case(here: Town) -> None:
    case = here.open(1)
    assert here.heard("willow") == ["case.assigned.v1"]
    correction = c.Correct(id="c", case_id=case, actor=Actor(ActorRole.CHANNEL, "hotline"), subject_desk="willow")
    here.publish([here.message(correction, address.INTAKE, address.intake_key("hotline", "correct"))])
    here.pump()
    assert here.case(case).lead == "lake"
    here.say("willow", c.Resolve(id="late", case_id=case, actor=Actor(ActorRole.DESK, "willow")))
    assert here.heard("willow") == []
    assert here.case(case).is_open
    assert here.heard("lake") == ["case.assigned.v1"]


def test_the_people_at_a_desk_that_is_named_later_read_no_more_of_the_case(here: Town) -> None:
    case, other = here.open(1), here.open(2)
    here.wait(days=1, seconds=1)
    heard = [one.notice.case_id for one in here.on.ledger.notices(MONDAY, "willow")]
    assert sorted(heard) == sorted([case, other])
    assert _by_hand(here, c.Correct(id="c", case_id=case, actor=_SUN, subject_desk="willow")) is None
    assert [one.notice.case_id for one in here.on.ledger.notices(MONDAY, "willow")] == [other]


def test_a_closed_case_that_comes_to_name_its_lead_is_opened_again_elsewhere(here: Town) -> None:
    case = here.open(1)
    here.say("willow", c.Resolve(id="r", case_id=case, actor=Actor(ActorRole.DESK, "willow")))
    assert not here.case(case).is_open
    assert here.heard("willow") == ["case.assigned.v1"]
    assert _by_hand(here, c.Correct(id="p", case_id=case, actor=_SUN, category="pipe")) == "names_alone"
    assert _by_hand(here, c.Correct(id="c", case_id=case, actor=_SUN, subject_desk="willow")) is None
    assert not here.case(case).is_open
    assert here.on.ledger.notices(MONDAY, "willow") == []
    reopening = c.Reopen(id="o", case_id=case, actor=Actor(ActorRole.CHANNEL, "hotline"), text="dark again")
    here.publish([here.message(reopening, address.INTAKE, address.intake_key("hotline", "reopen"))])
    here.pump()
    assert (here.case(case).state, here.case(case).lead) == ("dispatched", "lake")
    here.say("willow", c.Accept(id="late", case_id=case, actor=Actor(ActorRole.DESK, "willow")))
    assert here.heard("willow") == []
    assert here.heard("lake") == ["case.assigned.v1"]
    assert here.on.ledger.parked() == []


def test_whoever_looks_on_from_above_hears_of_no_restricted_case(here: Town, lookout: Lookout) -> None:
    ordinary = here.open(1)
    confidential = here.open(2, confidential=True)
    report = here.open(3, subject_desk="plane")
    for number, case in enumerate((confidential, report)):
        assert _by_hand(here, c.Designate(id=f"d{number}", case_id=case, actor=_SUN, desk="willow")) is None
    here.router.flush(here.time)
    assert here.heard("willow") == ["case.assigned.v1"] * 3, "it has each of them in a queue of its own"
    assert lookout.heard() == [ordinary]
    assert here.heard("plane") == []


def test_below_whoever_leads_a_confidential_case_it_does_not_exist(here: Town) -> None:
    case = here.open(1, confidential=True)
    assert _by_hand(here, c.Designate(id="d", case_id=case, actor=_SUN, desk="lake")) is None
    for desk in ("willow", "plane", "canal"):
        here.say(desk, c.ReportProgress(id=f"guess-{desk}", case_id=case, actor=Actor(ActorRole.DESK, desk)))
        assert here.heard(desk) == []
    refused = [x.event for x in here.on.ledger.entries(case) if isinstance(x.event, e.Refused)]
    assert [one.code for one in refused] == ["unknown_case"] * 3
    here.say("lake", c.Accept(id="a", case_id=case, actor=Actor(ActorRole.DESK, "lake")))
    here.wait(days=1, seconds=1)
    assert "case.taken.v1" in here.heard("lake"), "who had it hears that it has gone up"


def test_a_report_on_supervision_is_there_for_other_desks_of_it_and_for_accounts_that_sit_there(
    here: Town,
) -> None:
    case = here.open(1, matter_type="report", subject_desk="supervision-1")
    assert here.case(case).lead == "supervision-2"
    instruct: dict[str, Any] = {"case_id": case, "leader": "mayor", "tier": "city", "text": "at once"}
    answers = {
        account: _by_hand(here, c.Instruct(id=account, actor=Actor(ActorRole.SUPERVISION, account), **instruct))
        for account in ("du", "nobody.lists.me", "sun_2")
    }
    assert answers == {"du": "unknown_case", "nobody.lists.me": "unknown_case", "sun_2": None}
    for desk in ("supervision-1", "dispatch", "supervision-3"):
        here.say(desk, c.Instruct(id=desk, actor=Actor(ActorRole.DESK, desk), **instruct))
    entries = here.on.ledger.entries(case)
    refused = [one.actor.id for one in entries if isinstance(one.event, e.Refused)]
    assert refused == ["du", "nobody.lists.me", "supervision-1", "dispatch"]
    assert [one.actor.id for one in entries if isinstance(one.event, e.Instructed)] == ["sun_2", "supervision-3"]
    assert here.heard("supervision-1") == []
    assert here.on.ledger.parked() == []
