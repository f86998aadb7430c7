"""`Desk`: a tier's own program. Register handlers, then `run` it against RabbitMQ or have `up` host it.

    desk = Desk("S1")

    @desk.on_assigned
    def handle(case, office):
        office.accept(case)
        office.resolve(case, outcome="solved", text="…")

    desk.run("amqp://desk.S1:…@broker/")

A handler gets the message (`router.core.telling.messages`) and an `Office` to answer through. Handlers run one
after another in a thread of their own, so a slow one never costs the connection. When one returns, everything it
said is confirmed by the broker before its message is acknowledged.

When things fail
    The program dies while handling: the message comes again and says the same under the same ids.
    The handler raises: it is tried again a few times with growing pauses. Then its message is set aside, which
    means unacknowledged: it stays the broker's, comes again with the next connection, and after the delivery limit
    the broker moves it to `case.parked`. Its neighbours go on. Nothing is reported in the desk's name that the
    desk did not say. When `aside_limit` messages are set aside the fault is not in one case: the program stops
    with `HandlersFailingError`, and all of them go back to the queue.
    A message of a type or form this version does not know is rejected, which moves it to `case.parked`.
    What lies there the relay takes on record: an operator sees it with `parked list`, and has it sent again with
    `parked replay` when the program was mended. A hosted desk (`up`) sets aside straight to `case.parked`.
    The router's ledger was restored from a backup: it asks for what was said since, and the library sends it again
    (`sent`), under the same ids; then hand-overs come once more.
    The broker is away: what was said waits in memory and the message it answers stays unacknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

from router.broker.port import Broker
from router.clock import clock as wall_clock
from router.core.telling import messages as m
from router.core.telling.told import NoticeList
from router.core.territory.address import desk_queue
from router.errors import ConfigurationError
from router.tiers.dispatching import ATTEMPTS, Dispatching
from router.tiers.office import Office
from router.tiers.program import PREFETCH, Program
from router.tiers.seen import CAPACITY
from router.tiers.sent import Sent

if TYPE_CHECKING:
    from router.tiers.hosting import Hosted

Handler = TypeVar("Handler", bound=Callable[[Any, Office], object])


class Desk(Program):
    """A desk at work. The same object serves RabbitMQ (`run`) and a hosted desk (`attach`), not both at once."""

    def __init__(
        self,
        code: str,
        *,
        prefetch: int = PREFETCH,
        attempts: int = ATTEMPTS,
        aside_limit: int | None = None,
        remember: int = CAPACITY,
        sent: Sent | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """A desk without handlers.

        Args:
            code: as in the tree (`divisions`).
            prefetch: messages in hand at once.
            attempts: how often a handler is tried with one message.
            aside_limit: messages set aside at which the program stops; None: half of `prefetch`.
            remember: messages remembered to recognise what comes twice or late.
            sent: keeps what you say, should the router's ledger be restored from a backup; None: for two days
                and as long as it runs, in a database without a name that SQLite puts into the folder for temporary
                files where it grows (at most half a gigabyte, personal data among it). Give it a file
                (`Sent("/var/lib/…/sent.db")`) when this program may be restarted, or runs in several processes.
            clock: gives the instant at which something is said.

        Raises:
            ConfigurationError: `aside_limit` is more than can be in hand.
        """
        dispatching = Dispatching(code, attempts=attempts, remember=remember)
        super().__init__(
            code, desk_queue(code), dispatching, prefetch=prefetch, aside_limit=aside_limit, sent=sent, clock=clock
        )

    speaker = "desk"

    # -- handlers ----------------------------------------------------------------------------------------------

    def on_assigned(self, handler: Handler) -> Handler:
        """派单: a case is yours to lead or, by its `role`, to help with. Every desk needs this one."""
        return self._on(m.Assigned, handler)

    def on_taken(self, handler: Handler) -> Handler:
        """收回: a case is not yours any more."""
        return self._on(m.Taken, handler)

    def on_reminded(self, handler: Handler) -> Handler:
        """催办: a milestone passed or is about to."""
        return self._on(m.Reminded, handler)

    def on_supervised(self, handler: Handler) -> Handler:
        """督办: supervise the desk below whose case it stays."""
        return self._on(m.SupervisionOrdered, handler)

    def on_whistled(self, handler: Handler) -> Handler:
        """吹哨: another desk calls you to help with its case; report in."""
        return self._on(m.Whistled, handler)

    def on_reported_in(self, handler: Handler) -> Handler:
        """报到: a desk that you called is there."""
        return self._on(m.ReportedIn, handler)

    def on_names_wanted(self, handler: Handler) -> Handler:
        """A case waits for its leader's name, or for what leaders say, before it is dispatched."""
        return self._on(m.NamesWanted, handler)

    def on_leader_assigned(self, handler: Handler) -> Handler:
        """包案: a leader answers for a case of yours by name."""
        return self._on(m.LeaderAssigned, handler)

    def on_instructed(self, handler: Handler) -> Handler:
        """批示: a leader said what is to be done."""
        return self._on(m.Instructed, handler)

    def on_plan_filed(self, handler: Handler) -> Handler:
        """方案: a lead filed a plan; look at it."""
        return self._on(m.PlanFiled, handler)

    def on_reviewed(self, handler: Handler) -> Handler:
        """审核: what you did was reviewed."""
        return self._on(m.Reviewed, handler)

    def on_mediation_wanted(self, handler: Handler) -> Handler:
        """转调解: mediate in a case, and say what came of it."""
        return self._on(m.MediationWanted, handler)

    def on_mediation_ended(self, handler: Handler) -> Handler:
        """调解结束: the mediation in a case of yours is over."""
        return self._on(m.MediationEnded, handler)

    def on_inspection_ordered(self, handler: Handler) -> Handler:
        """检查任务: go and look at another desk, and put the result on record."""
        return self._on(m.InspectionOrdered, handler)

    def on_inspected(self, handler: Handler) -> Handler:
        """检查结果: somebody has looked at a case of yours."""
        return self._on(m.Inspected, handler)

    def on_required(self, handler: Handler) -> Handler:
        """整改要求: what must be ticked before a case of yours closes."""
        return self._on(m.Required, handler)

    def on_ticked(self, handler: Handler) -> Handler:
        """销号: one requirement is met."""
        return self._on(m.Ticked, handler)

    def on_return_requested(self, handler: Handler) -> Handler:
        """退单申请: a desk asks to give a case back; decide."""
        return self._on(m.ReturnRequested, handler)

    def on_return_decided(self, handler: Handler) -> Handler:
        """Your request to give a case back was decided."""
        return self._on(m.ReturnDecided, handler)

    def on_escalation_requested(self, handler: Handler) -> Handler:
        """申请提级: a desk below asks you to take over; silence is consent."""
        return self._on(m.EscalationRequested, handler)

    def on_extension_requested(self, handler: Handler) -> Handler:
        """延期申请: a desk below asks for more time; decide, silence is no consent."""
        return self._on(m.ExtensionRequested, handler)

    def on_extension_decided(self, handler: Handler) -> Handler:
        """Your request for more time was decided."""
        return self._on(m.ExtensionDecided, handler)

    def on_suspension_requested(self, handler: Handler) -> Handler:
        """挂账申请: a desk below asks to suspend a case; decide, silence is no consent."""
        return self._on(m.SuspensionRequested, handler)

    def on_suspension_decided(self, handler: Handler) -> Handler:
        """Your request to suspend a case was decided."""
        return self._on(m.SuspensionDecided, handler)

    def on_due_changed(self, handler: Handler) -> Handler:
        """A case of yours has other deadlines: it was resumed, starred, or got another policy."""
        return self._on(m.DueChanged, handler)

    def on_excused(self, handler: Handler) -> Handler:
        """申诉剔除: a miss of yours is out of your figures."""
        return self._on(m.Excused, handler)

    def on_unstaffed(self, handler: Handler) -> Handler:
        """无人值守: the program of a desk below you shows no sign of life; its case stays with it."""
        return self._on(m.Unstaffed, handler)

    def on_linked(self, handler: Handler) -> Handler:
        """关联: another case is about the same matter as one of yours."""
        return self._on(m.Linked, handler)

    def on_unlinked(self, handler: Handler) -> Handler:
        """取消关联: it is a matter of its own after all."""
        return self._on(m.Unlinked, handler)

    def on_cluster_proposed(self, handler: Handler) -> Handler:
        """Many complaints about one thing in one place: a project may be the answer."""
        return self._on(m.ClusterProposed, handler)

    def on_joined(self, handler: Handler) -> Handler:
        """并入项目: a case of yours is dealt with from above, together with others."""
        return self._on(m.Joined, handler)

    def on_urged(self, handler: Handler) -> Handler:
        """催单: the citizen asks what becomes of a case of yours."""
        return self._on(m.Urged, handler)

    def on_redacted(self, handler: Handler) -> Handler:
        """删改: a text was blanked on record; blank your copy."""
        return self._on(m.Redacted, handler)

    def on_notices(self, handler: Handler) -> Handler:
        """提醒清单: a list for your people, at most one in a quarter of an hour; nothing to answer."""
        return self._on(NoticeList, handler)

    def on_refused(self, handler: Handler) -> Handler:
        """Something you said was refused; `command` is the id the office's method returned."""
        return self._on(m.Refused, handler)

    def _on(self, kind: type[m.Told], handler: Handler) -> Handler:
        self._dispatching.on(kind, handler)
        return handler

    def check(self) -> None:
        """Refuse to work without a handler for assignments: they would be acknowledged and done by nobody.

        Raises:
            ConfigurationError: there is none.
        """
        if m.Assigned not in self._dispatching:
            raise ConfigurationError(
                "there is no handler for assigned cases",
                where=f"desk {self.code}",
                todo="Decorate a function of (case, office) with @desk.on_assigned.",
            )

    # -- transports --------------------------------------------------------------------------------------------

    @contextmanager
    def office(self, url: str, *, reference: str, stop: Event | None = None) -> Iterator[Office]:
        """Say something outside a handler: days later, from your own system. Confirmed when the block ends.

        Args:
            url: as for :meth:`run`.
            reference: an id of yours; the same reference says the same things once, however often it runs.
            stop: set it to give up while the broker is away; None waits for it.

        Raises:
            UnreachableError: given up; what was said may or may not have arrived.
        """
        with self._speaking(url, stop) as outbound:
            yield Office(self.code, reference, outbound.send)

    def attach(self, broker: Broker, clock: Callable[[], datetime]) -> Hosted:
        """The desk as part of a program that has a broker already: `up` hosts it so.

        Raises:
            ConfigurationError: no handler for assignments.
        """
        from router.tiers.hosting import Hosted

        self.check()
        self._begin()
        return Hosted(self, broker, clock)
