"""A whole installation on a hand-turned clock: real ledger, real broker, the real flow, pumped by the test.

Where `tests.city` plays the core alone, a town runs everything a user would run, in one thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from router.app import Installation
from router.broker.apply import apply
from router.broker.port import Consumer, Delivery, Fate, Outgoing
from router.calendars import Source
from router.core.case import Case
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Command
from router.core.history import advance
from router.core.territory import address
from router.core.territory.tree import TreeFile
from router.flow import Router
from router.ledger.migrations import upgrade
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from router.waker import Waker
from tests.city import MONDAY, file
from tests.messages import handed_in, message, opening

#: One deadline after a day, then a day for each further step up to the fifth level of supervision.
DAILY = """
name = "daily"
calendar = "natural"
min_in_hand = "0"
milestone = [{ name = "close", within = "1d", satisfied_by = "closed" }]
ladder = [
  { step = "street" }, { step = "district", budget = "1d" }, { step = "city", budget = "1d" },
  { step = "supervision-1", budget = "1d" }, { step = "supervision-2", budget = "1d" },
  { step = "supervision-3", budget = "1d" }, { step = "supervision-4", budget = "1d" },
  { step = "supervision-5", budget = "1d" },
]
"""

#: Seconds without a delivery after which nothing more comes from RabbitMQ. What the embedded broker has is there
#: at once.
SILENCE_S = 0.3


class Town:
    """An installation, its clock and the hands that turn it."""

    def __init__(self, settings: Settings, *, tree: TreeFile, policy: str, management_url: str | None) -> None:
        """Prepare ledger and broker, and put a router on them."""
        self.time = MONDAY
        self._silence_s = 0.0 if settings.is_embedded else SILENCE_S
        upgrade(settings.ledger)
        self.on = Installation(settings, now=lambda: self.time)
        install_tree(self.on.ledger, tree, self.time)
        install_policies(self.on.ledger, PolicySet(policies=(Source("test", policy),)), tree.tiers, self.time)
        if settings.is_embedded:
            self.on.declare_embedded()
        else:
            apply(settings.broker, self.on.topology(), management_url)
        self._begin()

    def _begin(self) -> None:
        self.router: Router = self.on.router(background=False)
        self.publisher = self.on.broker.publisher()
        self.waker = Waker(self.on.ledger, self.on.sender(background=False))
        self._consumer: Consumer | None = None

    def stop_consuming(self) -> None:
        """No role takes anything, until something is pumped again."""
        if self._consumer is not None:
            self._consumer.close()
        self._consumer = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nobody has the ledger open in the block; afterwards everything is opened anew."""
        settings = self.on.settings
        self.close()
        yield
        self.on = Installation(settings, now=lambda: self.time)
        self._begin()

    @property
    def consumer(self) -> Consumer:
        """One consumer over everything the router itself takes from."""
        if self._consumer is None:
            due = [address.due_queue(tier) for tier in self.on.rulebook().tree.tiers]
            self._consumer = self.on.broker.consumer([address.INTAKE, address.REPORTS, *due], 2000)
        return self._consumer

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send as a channel or a desk would, and insist that the broker took it."""
        fates = self.publisher.publish(messages)
        assert set(fates) <= {Fate.CONFIRMED}, fates

    def open(self, number: int, **more: Any) -> str:
        """A channel's program opens a case; returns its id."""
        self.publish([self.appeal(number, **more)])
        self.pump()
        return case_id_of("hotline", str(number))

    def appeal(self, number: int, **more: Any) -> Outgoing:
        """The message of a channel's program."""
        return handed_in(opening(number, **({"text": f"case {number}", "at": self.time} | more)), self.time)

    def message(self, command: Command, exchange: str, key: str, **more: Any) -> Outgoing:
        """A command as a message."""
        return message(command, exchange, key, self.time, **more)

    def say(self, desk: str, command: Command) -> None:
        """A desk's program reports."""
        verb = str(command.__struct_config__.tag).split(".")[1]
        self.publish([self.message(command, address.REPORTS, address.report_key(desk, verb))])
        self.pump()

    def report(self, who: str, kind: type[Command], case_id: str, number: int, /, **fields: Any) -> None:
        """A desk's program reports on a case, its own number so much."""
        actor = Actor(ActorRole.DESK, who)
        self.say(who, kind(id=f"{who}-{number}", case_id=case_id, actor=actor, at=self.time, **fields))

    def pump(self, *, batch: int = 500) -> int:
        """Handle everything that waits; returns how many deliveries there were."""
        handled = 0
        while deliveries := self.consumer.receive(batch, self._silence_s):
            self.router.handle(deliveries, self.time)
            self.consumer.done(deliveries)
            handled += len(deliveries)
        self.router.flush(self.time)
        return handled

    def waiting(self, queue: str, *, wait_s: float = 1.0) -> list[Delivery]:
        """All that waits in a queue, which is taken; it comes in as many parts as the broker likes."""
        consumer = self.on.broker.consumer([queue], 100)
        found: list[Delivery] = []
        first_s = 0.0 if self.on.settings.is_embedded else wait_s
        try:
            while part := consumer.receive(100, self._silence_s if found else first_s):
                found += part
                consumer.done(part)
        finally:
            consumer.close()
        return found

    def heard(self, desk: str) -> list[str]:
        """Types of the messages that wait in a desk's queue, which are taken."""
        return [one.type for one in self.waiting(address.desk_queue(desk))]

    def case(self, case_id: str) -> Case:
        """A case as it is on record, which is what its entries make of it."""
        case = self.on.ledger.case(case_id)
        assert case is not None
        assert advance(None, self.on.ledger.entries(case_id)) == case
        return case

    def wait(self, *, limit: int = 500, **span: float) -> None:
        """Turn the clock on and let everything fall due that does."""
        self.time += timedelta(**span)
        while self.waker.run_once(self.time, limit):
            self.pump()

    def close(self) -> None:
        """Close consumer, publisher and installation."""
        self.stop_consuming()
        self.publisher.close()
        self.on.close()


@contextmanager
def town(
    ledger: str,
    broker: str = "embedded:",
    *,
    tree: TreeFile | None = None,
    policy: str = DAILY,
    management_url: str | None = None,
    **settings: Any,
) -> Iterator[Town]:
    """A town on that ledger and broker, closed at the end."""
    chosen = Settings(ledger=ledger, broker=broker, **settings)
    built = Town(chosen, tree=tree or file(), policy=policy, management_url=management_url)
    try:
        yield built
    finally:
        built.close()
