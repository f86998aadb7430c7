"""The residents are asked by a program: what it says closes a case, or sends it back, over the broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.core.commands import Actor, ActorRole, Answers, Resolve, Satisfaction
from router.core.events import FollowedUp
from router.tiers import Desk
from tests.town import DAILY, Town, town

pytestmark = pytest.mark.amqp

GATED = DAILY + '\n[gate]\nkind = "follow_up"\nask = 2\naccept_share = 0.5\n'


@pytest.fixture
def here(amqp_url: str, tmp_path: Path) -> Iterator[Town]:
    """A town whose cases close by the residents' word."""
    with town(f"sqlite:///{tmp_path / 'ledger.db'}", amqp_url, policy=GATED) as made:
        yield made


def resolved(here: Town, number: int) -> str:
    """A case that waits for its follow-up."""
    case = here.open(number)
    here.say(
        "willow", Resolve(id=f"r{number}", case_id=case, actor=Actor(ActorRole.DESK, "willow"), text="换了灯泡")
    )
    return case


def happened(here: Town, case: str) -> list[str]:
    """What happened since the resolution."""
    names = [type(one.event).__name__ for one in here.on.ledger.entries(case)]
    return names[names.index("Resolved") + 1 :]


def test_a_program_that_asks_the_residents_closes_what_they_accept_and_sends_back_what_they_do_not(
    here: Town, amqp_url: str
) -> None:
    good, bad = resolved(here, 1), resolved(here, 2)
    answers = Answers(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    with Desk("supervision-1").office(amqp_url, reference="calls of Monday") as office:
        office.follow_up(good, result="accepted", asked=2, accepted=1, answers=answers)
        office.follow_up(bad, result="not_accepted", asked=2, reprocess="one_up")
    here.pump()
    assert happened(here, good) == ["FollowedUp", "Closed"]
    assert happened(here, bad)[:2] == ["FollowedUp", "Reopened"]
    said = [one.event for one in here.on.ledger.entries(good) if isinstance(one.event, FollowedUp)]
    assert [(one.asked, one.accepted, one.answers) for one in said] == [(2, 1, answers)]
    back = here.on.ledger.case(bad)
    assert back is not None
    assert back.lead == "lake"
    assert not here.on.ledger.parked()
