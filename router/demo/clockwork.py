"""The hand-turned clock: appeals, desks' actions and due deadlines in one order, through the real flow.

The clock stops at the next quarter of an hour after whatever happens next. At each stop, what happened since the
last one is handed to the broker, consumed and decided; then the deadlines that passed; then the desks hear what
the router told them and plan. A source's own time counts within the skew, as in production.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from router.app import Installation
from router.arrivals import direct
from router.broker.port import Delivery
from router.core import commands as c
from router.core.rules import SKEW
from router.core.telling import messages as m
from router.core.telling.notices import assigned
from router.core.territory.tree import Served
from router.demo.city_life import Appeal
from router.demo.courier import AT_ONCE, Courier, Post
from router.demo.desks import Desks, Planned
from router.demo.people import People
from router.flow import Router
from router.ledger.port import Answer
from router.waker import Waker

#: Between two stops: no more than the skew, so that every report counts at its own time.
STOP = SKEW
#: Local hours at which an office without a program looks at its list.
_LOOKS_AT = (9, 14)
_DAY = timedelta(days=1)
_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in m.PAYLOAD_TYPES.items()}


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the demo is; told once for every day of the city."""

    day: int
    days: int
    #: Local midnight at the end of that day.
    at: datetime
    opened: int
    resolved: int
    escalated: int


class Look(msgspec.Struct, frozen=True):
    """An office without a program looks at its list."""

    desk: str


class Clockwork:
    """Turns the clock."""

    def __init__(
        self,
        installation: Installation,
        courier: Courier,
        desks: Desks,
        people: People,
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """`installation` is ready: schema, rules and queues are there."""
        self._ledger = installation.ledger
        self._rules = installation.rulebook
        self._courier = courier
        self._desks = desks
        self._people = people
        self._progress = progress or (lambda _progress: None)
        self._router = Router(self._ledger, self._rules, courier.sender())
        self._waker = Waker(self._ledger, courier.sender())
        self._to_come: list[tuple[datetime, str, Appeal | Planned | Look]] = []
        self._appeals: dict[str, Appeal] = {}
        #: Case ids whose trouble is out of the world, as far as people know.
        self._solved: set[str] = set()
        #: Case ids that were handed in.
        self.handed_in: set[str] = set()
        self._escalated = 0

    def run(self, appeals: Sequence[Appeal], start_at: datetime, end_at: datetime) -> None:
        """Let it all happen from `start_at` to `end_at`; what lies beyond is left undone.

        Raises:
            UnreachableError: ledger or broker do not answer.
        """
        for appeal in appeals:
            self._appeals.setdefault(appeal.case_id, appeal)
            self._await(appeal.at, appeal.command.id, appeal)
        self._plan_looks(start_at, end_at)
        now, day_end = start_at, start_at + _DAY
        while now < end_at:
            now = self._next_stop(now, end_at)
            self._stop(now)
            while now >= day_end:
                self._tell(day_end, start_at, end_at)
                day_end += _DAY
        self._router.flush(end_at)

    def _next_stop(self, now: datetime, end_at: datetime) -> datetime:
        """The quarter of an hour at or after whatever happens next; later than `now`, never after `end_at`."""
        soonest = [self._to_come[0][0]] if self._to_come else []
        due_at = self._ledger.next_due_at()
        if due_at is not None:
            # A deadline has passed when its instant is strictly before now.
            soonest.append(due_at + timedelta(microseconds=1))
        mark = _EPOCH + -((_EPOCH - min(soonest, default=end_at)) // STOP) * STOP
        return min(max(mark, now + STOP), end_at)

    def _stop(self, now: datetime) -> None:
        happened: list[c.Command] = []
        typed: list[c.Command] = []
        while self._to_come and self._to_come[0][0] <= now:
            _, _, event = heapq.heappop(self._to_come)
            if isinstance(event, Look):
                self._look(event.desk, now)
            elif isinstance(event, Appeal):
                happened += self._made(event)
            elif self._desks.still_has(event):
                (happened if event.by_broker else typed).append(event.command)
        for start in range(0, len(happened), AT_ONCE):
            self._courier.hand_in(happened[start : start + AT_ONCE], now)
            self._handle(self._courier.arrivals, now)
        if typed:
            self._heed(typed, self._router.carry_out([direct(command, "shell") for command in typed], now))
        self._pass_deadlines(now)
        self._desks_hear(now)

    def _pass_deadlines(self, now: datetime) -> None:
        while (due_at := self._ledger.next_due_at()) is not None and due_at < now:
            if not self._waker.run_once(now, AT_ONCE):
                # Handled, and due again only in appearance: a lease holds it, and the next stop finds it free.
                break
            self._handle(self._courier.due, now)

    def _made(self, appeal: Appeal) -> list[c.Command]:
        """The appeal, unless the trouble it is about is over."""
        if appeal.after in self._solved:
            return []
        if appeal.case_id not in self.handed_in:
            self.handed_in.add(appeal.case_id)
            self._schedule(self._people.after_appeal(appeal))
        return [appeal.command]

    def _handle(self, post: Post, now: datetime) -> None:
        if deliveries := post.fetch():
            answers = self._router.handle(deliveries, now)
            post.done(deliveries)
            self._heed([_command_of(delivery) for delivery in deliveries], answers)

    def _heed(self, commands: Sequence[c.Command], answers: dict[str, Answer]) -> None:
        """People hear of outcomes."""
        for command in commands:
            answer = answers.get(command.id)
            if answer is None or answer.refused is not None:
                continue
            if isinstance(command, c.Resolve):
                self._solved.add(command.case_id)
                at = command.at or self._appeals[command.case_id].at
                self._schedule(self._people.after_resolution(self._appeals[command.case_id], command, at))
            elif isinstance(command, c.Reopen) or (
                isinstance(command, c.FollowUp) and command.result is c.FollowUpResult.NOT_ACCEPTED
            ):
                self._solved.discard(command.case_id)

    def _desks_hear(self, now: datetime) -> None:
        for delivery in self._courier.desks.fetch():
            payload = _DECODERS[delivery.type].decode(delivery.body)
            self._escalated += isinstance(payload, m.Assigned) and payload.reason == "escalated"
            self._schedule(self._desks.hear(self._courier.desk_of[delivery.queue], payload, now))

    def _look(self, desk: str, now: datetime) -> None:
        cases = list(self._ledger.all_cases(open_only=True, lead=desk))
        rules = self._rules({case.policy for case in cases})
        seen = [assigned(rules, "listed")(case) for case in cases]
        handed = [
            msgspec.structs.replace(payload, version=case.assigned_version)
            for payload, case in zip(seen, cases, strict=True)
        ]
        self._schedule(self._desks.look(desk, handed, now))

    # -- what is to come ---------------------------------------------------------------------------------------

    def _plan_looks(self, start_at: datetime, end_at: datetime) -> None:
        tree, midnight = self._rules().tree, start_at
        offices = [desk.code for desk in tree if desk.served is Served.SHELL and desk.active]
        while midnight < end_at:
            for hour in _LOOKS_AT:
                for office in offices:
                    self._await(midnight + timedelta(hours=hour), f"look {office}", Look(office))
            midnight += _DAY

    def _schedule(self, planned: Sequence[Planned]) -> None:
        for one in planned:
            self._await(one.at, one.key, one)

    def _await(self, at: datetime, key: str, event: Appeal | Planned | Look) -> None:
        heapq.heappush(self._to_come, (at, key, event))

    def _tell(self, midnight: datetime, start_at: datetime, end_at: datetime) -> None:
        self._progress(
            Progress(
                day=(midnight - start_at) // _DAY,
                days=(end_at - start_at) // _DAY,
                at=midnight,
                opened=len(self.handed_in),
                resolved=len(self._solved),
                escalated=self._escalated,
            )
        )


_COMMANDS = {name: msgspec.json.Decoder(kind) for name, kind in c.COMMAND_TYPES.items()}


def _command_of(delivery: Delivery) -> c.Command:
    command: c.Command = _COMMANDS[delivery.type].decode(delivery.body)
    return command
