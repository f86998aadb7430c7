"""A city at work on a real RabbitMQ, its clock sixty times as fast as ours, with all going on that can be seen.

Deadlines pass, the brake and a hold keep some back, desks consume and go away, messages wait, are taken again,
come back unrouted, cannot be read. What its processes say of themselves is served over HTTP, as `run ROLE` does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pika

from router.app import Installation
from router.arrivals import direct
from router.broker.apply import apply
from router.calendars import Source
from router.cli.health import Health, checks_of
from router.cli.serving import serving
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, PassDeadline
from router.core.guards import Hold, HoldKind
from router.core.territory import address
from router.ledger.guard_port import Brake
from router.ledger.migrations import upgrade
from router.roles import Role, run_roles
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from tests.city import MONDAY, file
from tests.messages import handed_in, message, opening
from tests.servers.rabbit import RabbitNode

#: Seconds of the city in one of ours: ten minutes pass in ten seconds.
SPEED = 60
#: Ten minutes for each step; and one that goes by office hours, whose calendar ends.
QUICK = """
name = "quick"
calendar = "natural"
min_in_hand = "0"
unstaffed_after = "10m"
milestone = [
  { name = "accept", within = "5m", satisfied_by = "accepted", track = "internal", on_pass = "remind" },
  { name = "close", within = "10m", satisfied_by = "closed" },
]
ladder = [
  { step = "street" }, { step = "district", budget = "10m" }, { step = "city", budget = "10m" },
]
"""
OFFICE = """
name = "office"
calendar = "cn"
match = { category = ["bus"] }
milestone = [{ name = "close", within = "5wd", satisfied_by = "closed" }]
ladder = [{ step = "street" }, { step = "district", budget = "2wd" }, { step = "city", budget = "2wd" }]
"""
DEADLINE_S = 60.0


class BusyCity:
    """Two processes' worth of an installation, and the hands that keep it busy."""

    def __init__(self, rabbit: RabbitNode, folder: Path) -> None:
        self._began_s = monotonic()
        self._rabbit = rabbit
        self._settings = Settings(
            ledger=f"sqlite:///{folder / 'ledger.db'}",
            broker=rabbit.amqp_url,
            batch_wait_s=0.3,
            clock_s=0.1,
            # So short that a wake-up is handed out again before it is handled.
            lease_s=1,
            relay_grace_s=0,
            reconcile_after_s=1,
            staffing_s=1,
            notices_every_s=60,
            audit_s=5,
            figures_s=1,
            # The ledger's clock does not run with ours.
            brake_skew_s=1e12,
        )
        upgrade(self._settings.ledger)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failed: list[BaseException] = []
        self._stack = ExitStack()
        self.on = self._installation()
        tree = file()
        install_tree(self.on.ledger, tree, self.now())
        policies = PolicySet(policies=(Source("office", OFFICE), Source("quick", QUICK)))
        install_policies(self.on.ledger, policies, tree.tiers, self.now())
        apply(rabbit.amqp_url, self.on.topology(), None)
        self._figures = self._installation()
        self._work = self.on.roles(("router", "sla"))
        self._relay = self.on.roles(("relay",))
        self._exporting = self._figures.roles(("metrics",))
        #: Addresses that Prometheus scrapes: of the roles that work, and of the exporter.
        self.urls = (
            self._served(self.on, [*self._work, *self._relay]),
            self._served(self._figures, self._exporting),
        )

    def _installation(self) -> Installation:
        made = Installation(self._settings, now=self.now)
        self._stack.callback(made.close)
        return made

    def _served(self, on: Installation, roles: list[Role]) -> str:
        health = Health(roles, checks_of(on), self.now, on.runtime)
        return self._stack.enter_context(serving(health.app(), "127.0.0.1", 0)).url

    def now(self) -> datetime:
        """The city's time."""
        return MONDAY + timedelta(seconds=SPEED * (monotonic() - self._began_s))

    # -- hands -------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Let all loops but the relay's run."""
        self._beside(lambda: run_roles(self._work, self._stop))
        self._beside(lambda: run_roles(self._exporting, self._stop))
        self._stack.enter_context(self.on.pulse().beating())

    def relay(self) -> None:
        """Let the relay's loops run."""
        self._beside(lambda: run_roles(self._relay, self._stop))

    def hand_in(self, *numbers: int) -> None:
        """Channels bring cases, by turns to a street, a district's department and the city."""
        made = []
        for number in numbers:
            category = ("lamp", "pipe", "bus")[number % 3]
            made.append(handed_in(opening(number, category=category), self.now()))
        self.on.broker.publisher().publish(made)

    def leave(self, number: int) -> None:
        """A case comes over HTTP: what it leads to waits in the outbox for the relay."""
        arrived = direct(opening(number), "http")
        self.on.leaving_router().carry_out([arrived], self.now())

    def hold_back(self) -> None:
        """The brake is on, and a hold begins."""
        now = self.now()
        self.on.ledger.put_brake_on(Brake(cause="storm", braked_at=now, due=900, threshold=200, skew_s=0))
        self.on.ledger.put_hold(
            Hold(id="hold", kind=HoldKind.ALL, what="", reason="flood", by="zhou", since=now, until=None)
        )

    def let_go_of_the_brake(self) -> None:
        """The hold goes on: wake-ups come, and change nothing."""
        self.on.ledger.take_brake_off("released", by="zhou", reason="looked", now=self.now())

    def end_the_hold(self) -> None:
        """Everything goes up again."""
        self.on.ledger.release_hold("hold", by="zhou", now=self.now())

    def send_nonsense(self) -> None:
        """What nobody can read, what nobody is bound for, and what is left for people to look at."""
        nonsense = message(opening(1), address.INTAKE, "hotline.open", self.now(), id="nonsense", body=b"?")
        self.on.broker.publisher().publish([nonsense])
        with self._channel() as channel:
            channel.basic_publish("case.unrouted", "", b"look at me")
            channel.basic_publish("case.street", "to.nobody", b"back", mandatory=True)

    def wake_in_vain(self, number: int) -> None:
        """A wake-up for a deadline that a case does not have: word of what was met or moved."""
        system = Actor(ActorRole.SYSTEM, "clock")
        case_id = case_id_of("hotline", str(number))
        command = PassDeadline(id="in-vain", case_id=case_id, actor=system, milestone="close", due_at=MONDAY)
        self.on.broker.publisher().publish([message(command, address.DUE, address.due_key("street"), self.now())])

    @contextmanager
    def reading(self, desk: str) -> Iterator[None]:
        """A desk's program reads its queue and acknowledges nothing: what it took is delivered again."""
        with self._channel() as channel:
            channel.basic_consume(address.desk_queue(desk), lambda *_: None)
            channel.connection.process_data_events(0)
            yield

    @contextmanager
    def _channel(self) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
        connection = pika.BlockingConnection(pika.URLParameters(f"{self._rabbit.amqp_url}?heartbeat=0"))
        try:
            yield connection.channel()
        finally:
            connection.close()

    # -- threads -----------------------------------------------------------------------------------------------

    def _beside(self, program: Callable[[], object]) -> None:
        def run() -> None:
            try:
                program()
            except BaseException as error:  # noqa: BLE001 - raised again at the end
                self._failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Stop everything; raises what a loop raised."""
        self._stop.set()
        for thread in self._threads:
            thread.join(DEADLINE_S)
        self._stack.close()
        if self._failed:
            raise self._failed[0]


@contextmanager
def busy_city(rabbit: RabbitNode, folder: Path) -> Iterator[BusyCity]:
    """A city on that broker; nothing runs before it is told to."""
    city = BusyCity(rabbit, folder)
    try:
        yield city
    finally:
        city.close()
