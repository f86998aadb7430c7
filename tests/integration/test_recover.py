"""A broker that lost its data: the desks' queues are made again from the ledger, under the same ids."""

from __future__ import annotations

from contextlib import closing

import pytest

from router.broker.apply import apply
from router.broker.rabbitmq import RabbitBroker
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Resolve
from router.core.territory import address
from router.recovery import Recovered
from tests.servers.rabbit import RabbitNode
from tests.town import Town, town

CASES = 60


def _handed_over(here: Town, url: str) -> dict[str, set[str]]:
    """Desk queue → ids of the hand-overs in it."""
    found: dict[str, set[str]] = {}
    with closing(RabbitBroker(url)) as broker:
        names = [address.desk_queue(desk.code) for desk in here.on.rulebook().tree]
        there = [state.name for state in broker.queues(names) if state.ready]
        with closing(broker.consumer(there, 2000)) as consumer:
            while deliveries := consumer.receive(500, 1.0):
                for one in deliveries:
                    if one.type == "case.assigned.v1":
                        found.setdefault(one.queue, set()).add(one.id)
                consumer.done(deliveries)
    return found


@pytest.mark.amqp
@pytest.mark.postgres
def test_recover_rebuilds_the_desk_queues_after_the_brokers_data_was_wiped(
    database_url: str, private_rabbit: RabbitNode
) -> None:
    url = private_rabbit.amqp_url
    with town(database_url, url, management_url=private_rabbit.management_url) as here:
        streets = (("lake", "willow"), ("lake", "plane"), ("canal", "bridge"))
        here.publish([here.appeal(number, division=streets[number % 3]) for number in range(CASES)])
        here.pump()
        cases = [case_id_of("hotline", str(number)) for number in range(CASES)]
        here.wait(days=1, seconds=1)  # all go up to their districts
        for case in cases[:10]:
            lead = here.on.ledger.case(case)
            assert lead is not None
            actor = Actor(ActorRole.DESK, lead.lead)
            here.say(lead.lead, Resolve(id=f"done:{case}", case_id=case, actor=actor))
        expected: dict[str, set[str]] = {}
        for one in here.on.ledger.all_cases(open_only=True):
            name = address.desk_queue(one.lead)
            expected.setdefault(name, set()).add(f"{one.id}/{one.assigned_version}/assigned")
        assert sum(map(len, expected.values())) == CASES - 10

        private_rabbit.kill()
        private_rabbit.wipe()
        private_rabbit.restart()
        apply(url, here.on.topology(), private_rabbit.management_url)
        assert here.on.reconciler().recover(here.time) == Recovered(made=CASES - 10, confirmed=CASES - 10)
        assert _handed_over(here, url) == expected
