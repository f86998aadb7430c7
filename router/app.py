"""The composition root: puts ledger, broker, rules and roles together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial

import structlog

from router.broker.embedded import EmbeddedBroker
from router.broker.port import Broker
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import Topology, topology
from router.calendars import Source
from router.cities import demo_city
from router.clock import clock
from router.collecting import Collector
from router.core.calendars.calendar import Calendar
from router.core.offices.asking import seed_of
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.core.territory import address
from router.core.territory.tree import Tree
from router.errors import ConfigurationError, UsageError
from router.flow import Router
from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from router.metrics.exporter import Exporter, metrics_role
from router.metrics.runtime import Runtime
from router.presets import preset_text
from router.pulse import Pulse
from router.recovery import Reconciler
from router.redoing import KeepingBack, Redoing
from router.relay import Relay
from router.restoring import Restoring
from router.roles import ConsumingRole, Role, TickingRole
from router.rulebook import POLICIES, TREE, PolicySet, Rulebook, install_policies, install_tree
from router.secret_files import CONTACT_KEY, broker_url, contact_key, ledger_url
from router.sending import Leaving, Sender
from router.settings import Settings
from router.sla.auditor import Auditor
from router.sla.brake import Limits, Watch
from router.sla.notifier import Notifier
from router.sla.roles import audit_role, clock_role, notices_role, staffing_role
from router.sla.staffing import Staffing
from router.waker import Waker

log = structlog.get_logger()

#: The roles that `run ROLE` knows.
METRICS = "metrics"
ROLES = ("router", "relay", "sla", METRICS)

#: Builds the rules from the tree, the policies in force, the calendars and earlier policies.
MakeRules = Callable[[Tree, Sequence[Policy], Mapping[str, Calendar], Sequence[Policy]], Rules]

#: Looks at reports that wait for a case which exists are this many seconds apart.
_WAITING_EVERY_S = 5.0

#: Looks for personal data whose retention has ended are this many seconds apart.
_FORGET_EVERY_S = 3600.0

#: Looks at hand-overs without a receipt are this many seconds apart.
_RECONCILE_EVERY_S = 60.0


def open_broker(settings: Settings) -> Broker:
    """The broker of an installation; it is reached when it is first needed."""
    return EmbeddedBroker() if settings.is_embedded else RabbitBroker(broker_url(settings))


class Installation:
    """Everything one installation runs on: ledger, broker, rulebook. Close it when done."""

    def __init__(
        self, settings: Settings, *, now: Callable[[], datetime] = clock, make: MakeRules | None = None
    ) -> None:
        """Open the ledger; the broker is reached when it is first needed.

        Args:
            settings: what this installation chooses.
            now: the clock; another one turns time by hand.
            make: builds the rules; None: plain ones.

        Raises:
            SchemaVersionError: the ledger's schema is of another version.
            UnreachableError: the database does not answer.
        """
        self.settings = settings
        self.now = now
        #: The instant that the figures of cases are of; None: now.
        self.figures_at: datetime | None = None
        self._make = make or _plain_rules
        self._declares = False
        #: Version of the tree whose queues the embedded broker has.
        self._declared = ""
        #: Every loop that was made, with the name of its role.
        self._loops: list[tuple[str, Role]] = []
        self._stack = ExitStack()
        # The broker first: making one opens nothing, so there is nothing to close when the ledger refuses.
        self.broker = open_broker(settings)
        self._stack.callback(self.broker.close)
        #: What is made below, for whoever wants to read what it has done.
        self.runtime = Runtime(self.broker)
        self.ledger = self._open_ledger()
        self.rulebook = Rulebook(self.ledger, now, reload_s=settings.reload_s, make=self._rules)

    def _open_ledger(self) -> SqlLedger:
        ledger = SqlLedger(ledger_url(self.settings), key=contact_key(self.settings))
        self._stack.callback(ledger.close)
        return ledger

    def topology(self) -> Topology:
        """Exchanges, queues and bindings of the tree in force."""
        return topology(self.rulebook().tree, self.settings.channels)

    def declare_embedded(self) -> None:
        """Make the embedded broker's queues; RabbitMQ's are made by `topology apply`.

        From now on those of a changed tree are made too, before anything is routed by it.
        """
        if isinstance(self.broker, EmbeddedBroker):
            self._declares = True
            self._declare(self.rulebook().tree)

    def _declare(self, tree: Tree) -> None:
        if isinstance(self.broker, EmbeddedBroker) and tree.version != self._declared:
            self.broker.declare(topology(tree, self.settings.channels))
            self._declared = tree.version

    def _rules(
        self, tree: Tree, policies: Sequence[Policy], calendars: Mapping[str, Calendar], earlier: Sequence[Policy]
    ) -> Rules:
        if self._declares:
            self._declare(tree)
        made = self._make(tree, policies, calendars, earlier)
        return made.seeded_by(partial(seed_of, self.ledger.keyed_hash))

    def router(self, *, background: bool = True, sender: Sender | None = None) -> Router:
        """A router of its own, for one thread at a time; a `sender` that is given is closed at the end."""
        if sender is None:
            return self._router_with(self.sender(background=background))
        return self._router_with(self._kept(sender))

    def counter(self, *, restoring: bool = False) -> Router:
        """A router for one command given by hand, in a process that ends right after it.

        `restoring`: it belongs to what is brought up to date before a restore decides: trees, policies, calendars.

        Raises:
            RestoringError: a restore is under way, and this is none of it.

        With the embedded broker the queues are in another process, that of `up`: what the command leads to is
        left in the outbox, and the relay there sends it.
        """
        if not restoring:
            self.rulebook.require_whole()
        router = self.leaving_router() if self.settings.is_embedded else self.router(background=False)
        if restoring:
            router.admit = lambda: None
        return router

    def leaving_router(self) -> Router:
        """A router that needs no broker: what a command leads to is left in the outbox for a relay."""
        return self._router_with(Leaving())

    def _router_with(self, sender: Sender, *, restoring: bool = False) -> Router:
        router = Router(
            self.ledger,
            self.rulebook,
            sender,
            channels=self.settings.channels,
            strict_identity=self.settings.strict_identity,
            publish_events=self.settings.publish_events,
            digest_at=self.settings.digest_time,
            admit=(lambda: None) if restoring else self.rulebook.require_whole,
        )
        self.runtime.routers.append(router)
        return router

    def sender(self, *, background: bool = True) -> Sender:
        """A sender on a connection of its own."""
        return self._kept(Sender(self.broker.publisher, background=background))

    def _kept(self, sender: Sender) -> Sender:
        self._stack.callback(sender.close)
        self.runtime.senders.append(sender)
        return sender

    def reconciler(self) -> Reconciler:
        """Sends hand-overs again that the broker lost."""
        after_s = self.settings.reconcile_after_s
        reconciler = Reconciler(self.ledger, self.rulebook, self.sender(background=False), after_s=after_s)
        self.runtime.reconcilers.append(reconciler)
        return reconciler

    def restoring(self) -> Restoring:
        """Brings a ledger that was restored from a backup up to date."""
        return Restoring(
            self.ledger,
            self.rulebook,
            self.broker,
            self.redoing(),
            channels=self.settings.channels,
            strict_identity=self.settings.strict_identity,
        )

    def redoing(self) -> Redoing:
        """Decides once more what was kept for a restore."""
        leaving = KeepingBack()
        return Redoing(self.ledger, self._router_with(leaving, restoring=True), leaving)

    def roles(self, names: Collection[str]) -> list[Role]:
        """The roles by name.

        Raises:
            UsageError: there is no role of that name.
            ConfigurationError: there is no key for personal data, which every role but `metrics` meets.
        """
        makers = {
            "router": self._router_role,
            "relay": self._relay_role,
            "sla": self._sla_roles,
            "metrics": self._metrics_role,
        }
        unknown = sorted(set(names) - set(makers))
        if unknown:
            raise UsageError(
                "there is no role {unknown}", todo="Roles: {known}.", unknown=unknown[0], known=", ".join(makers)
            )
        if set(names) != {METRICS}:
            self.require_key()
        made = [(name, role) for name in names for role in makers[name]()]
        self._loops += made
        loops = [role for _, role in made]
        for name, role in made:
            if name != METRICS and isinstance(role, TickingRole):
                role.admit = self.rulebook.require_whole
        self.runtime.roles += loops
        return loops

    def note_role(self, name: str, role: Role) -> None:
        """A role that was made elsewhere runs here too: its figures are shown, its life is on record."""
        self._loops.append((name, role))
        self.runtime.roles.append(role)

    def pulse(self) -> Pulse:
        """Writes signs of life of the roles made so far."""
        limits = self._limits()
        if limits is None:
            pulse = Pulse(self.ledger, self._loops, self.now)
        else:
            # Whoever runs here judges by this machine's clock.
            pulse = Pulse(self.ledger, self._loops, self.now, note_skew=Watch(self.ledger, limits).note_skew)
        self.runtime.pulses.append(pulse)
        return pulse

    def _limits(self) -> Limits | None:
        """What the brake goes by; None: there is no brake."""
        chosen = self.settings
        if chosen.brake_floor <= 0:
            return None
        return Limits(floor=chosen.brake_floor, factor=chosen.brake_factor, skew_s=chosen.brake_skew_s)

    def require_key(self) -> None:
        """Refuse to start without a key.

        Every role parks what it cannot handle or deliver, and a parked body holds a citizen's words: sealed.

        Raises:
            ConfigurationError: there is none.
        """
        if not self.ledger.has_key:
            raise ConfigurationError(
                "there is no key for personal data",
                where=self.ledger.name,
                todo="Make one: head -c 32 /dev/urandom | base64 > FILE. Name it in contact_key_file, or give the "
                "key in {variable}; every process of an installation has the same.",
                variable=CONTACT_KEY,
            )

    def _router_role(self) -> list[Role]:
        """One loop for everything, and more for the intake alone: reports are taken in their order."""
        first = self._consuming("router", (address.INTAKE, address.REPORTS))
        more = range(2, self.settings.workers + 1)
        return [first, *(self._consuming(f"router-{number}", (address.INTAKE,)) for number in more)]

    def _sla_roles(self) -> list[Role]:
        rules, settings = self.rulebook(), self.settings
        queues = tuple(address.due_queue(tier) for tier in rules.tree.tiers)
        guard = None
        # History has its storms behind it, its desks were staffed, and nobody waits for a list.
        if (limits := self._limits()) is not None and not rules.replay:
            guard = Watch(self.ledger, limits)
            self.runtime.watches.append(guard)
        waker = Waker(self.ledger, self.sender(background=False), lease_s=settings.lease_s, guard=guard)
        self.runtime.wakers.append(waker)
        roles: list[Role] = [
            clock_role(waker, self.now, pause_s=settings.clock_s, limit=settings.clock_batch),
            self._consuming("sla", queues),
        ]
        if settings.staffing_s > 0 and not rules.replay:
            staffing = Staffing(self.ledger, self.rulebook, self.broker, self.router(background=False))
            self.runtime.staffings.append(staffing)
            roles.append(staffing_role(staffing, self.now, pause_s=settings.staffing_s))
        if settings.notices_every_s > 0 and not rules.replay:
            roles.append(notices_role(self.notifier(), self.now))
        if settings.audit_s > 0:
            auditor = Auditor(self.ledger, self.rulebook)
            self.runtime.auditors.append(auditor)
            roles.append(audit_role(auditor, self.now, pause_s=settings.audit_s))
        return roles

    def notifier(self) -> Notifier:
        """Sends the lists for the people at desks."""
        every_s = self.settings.notices_every_s
        notifier = Notifier(self.ledger, self.rulebook, self.sender(background=False), every_s=every_s)
        self.runtime.notifiers.append(notifier)
        return notifier

    def _relay_role(self) -> list[Role]:
        sender = self.sender(background=False)
        relay = Relay(self.ledger, sender, grace_s=self.settings.relay_grace_s)
        self.runtime.relays.append(relay)
        router, pause_s = self.router(background=False), self.settings.clock_s
        collector = Collector(self.ledger, self.broker, strict_identity=self.settings.strict_identity)
        self._stack.callback(collector.close)
        roles: list[Role] = [
            TickingRole("relay", lambda now: relay.run_once(now) > 0, self.now, pause_s=pause_s),
            TickingRole("waiting", lambda now: router.take_waiting(now) > 0, self.now, pause_s=_WAITING_EVERY_S),
            TickingRole("collector", lambda now: collector.run_once(now) > 0, self.now, pause_s=pause_s),
            TickingRole("retention", self._forget, self.now, pause_s=_FORGET_EVERY_S),
        ]
        if self.settings.reconcile_after_s > 0:
            reconciler = self.reconciler()
            roles.append(TickingRole("reconciler", reconciler.run_once, self.now, pause_s=_RECONCILE_EVERY_S))
        return roles

    def _metrics_role(self) -> list[Role]:
        exporter = self.exporter()
        self.runtime.exporters.append(exporter)
        return [metrics_role(exporter, self.now, pause_s=self.settings.figures_s)]

    def exporter(self) -> Exporter:
        """Counts what has changed and computes the figures of cases."""
        categories = self.settings.metrics_categories
        return Exporter(self.ledger, self.rulebook, categories=categories, at=self.figures_at)

    def _forget(self, now: datetime) -> bool:
        """Remove personal data whose retention has ended."""
        forgotten = self.ledger.forget_contacts(now)
        if forgotten:
            log.info("contacts.forgotten", people=forgotten)
        return False

    def _consuming(self, name: str, queues: Sequence[str]) -> Role:
        settings = self.settings
        return ConsumingRole(
            name,
            self.broker,
            self.router(),
            queues,
            self.now,
            batch=settings.batch,
            prefetch=settings.prefetch,
            wait_s=settings.batch_wait_s,
            observe=self.runtime.observer(name),
        )

    def close(self) -> None:
        """Close everything that was opened; idempotent."""
        self._stack.close()


def _plain_rules(
    tree: Tree, policies: Sequence[Policy], calendars: Mapping[str, Calendar], earlier: Sequence[Policy]
) -> Rules:
    return Rules(tree, policies, calendars, earlier=earlier)


@contextmanager
def installation(
    settings: Settings, *, now: Callable[[], datetime] = clock, make: MakeRules | None = None
) -> Iterator[Installation]:
    """An installation, closed at the end."""
    opened = Installation(settings, now=now, make=make)
    try:
        yield opened
    finally:
        opened.close()


def prepare(settings: Settings, now: datetime) -> None:
    """Make an embedded installation ready: schema, demo city and default policy, whatever is missing.

    A ledger on a server is prepared by hand (`db upgrade`, `divisions import`, `policy import`), so that nobody
    changes a city's database by starting a process.
    """
    if not settings.ledger.startswith("sqlite"):
        return
    upgrade(settings.ledger)
    with installation(settings) as opened:
        if opened.ledger.current(TREE) is None:
            install_tree(opened.ledger, demo_city(), now)
        if opened.ledger.current(POLICIES) is None:
            default = PolicySet(policies=(Source("default", preset_text("policies", "default")),))
            install_policies(opened.ledger, default, demo_city().tiers, now)
