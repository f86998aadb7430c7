"""What is kept of a delivery that cannot be taken."""

from __future__ import annotations

import pytest

from router.arrivals import direct, parked_delivery
from router.broker.envelope import Trouble
from router.broker.port import Delivery
from router.core.commands import Actor, ActorRole, FollowUp, FollowUpResult
from router.errors import UsageError
from tests.city import MONDAY

SUPERVISION = Actor(ActorRole.SUPERVISION, "s")

DELIVERY = Delivery(
    queue="case.reports",
    id="m",
    type="case.accept.v1",
    exchange="case.reports",
    key="willow.accept",
    body=b"{}",
    headers={},
    user_id=None,
    redelivered=False,
    token=None,
)


@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        ("desk willow", "desk willow"),
        ("desk wil\0low", "desk wil\ufffdlow"),
        ("desk wil\udcfflow", "desk wil?low"),
        ("x" * 301, "x" * 300),
    ],
)
def test_a_detail_that_quotes_a_sender_can_be_kept_by_every_ledger(detail: str, kept: str) -> None:
    assert parked_delivery(DELIVERY, Trouble("forged", detail), MONDAY).detail == kept


def test_a_command_that_nobody_could_read_again_never_reaches_the_router() -> None:
    """Its entry would say `true` where a number stands, and the case could not be opened any more."""
    said = FollowUp(id="f", case_id="c", actor=SUPERVISION, result=FollowUpResult.ACCEPTED, asked=3, accepted=True)
    with pytest.raises(UsageError, match=r"Expected `int`, got `bool` - at `\$.accepted`"):
        direct(said, "shell")
