"""A step: what one accepted command leads to; and the draft in which a decision puts it together.

The law on the type: what a step stores is stored before what it sends is sent.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from router.core.case import Case
from router.core.commands import Actor, ActorRole, Command, PassDeadline, fingerprint
from router.core.events import AnyEvent, Entry, Milestone, Overtaken, Refused
from router.core.history import fold_into
from router.core.refusals import Refusal
from router.core.telling.hiding import bars, has_part
from router.core.telling.messages import AnyPayload, Message
from router.core.territory.tree import Tree
from router.core.timing.overtaking import overtaken

#: How the ids of the router's own commands to other cases start; nobody else's command may have such an id.
FOLLOWS = "then:"
#: Who says what follows for another case.
ROUTER = Actor(ActorRole.SYSTEM, "router")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What to store and what to send; nothing is sent that was not stored."""

    case: Case
    #: Version of the case the decision was made on; 0 for a case that did not exist.
    decided_on: int
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]
    #: Set when the command was refused and the step only notes that.
    refusal: Refusal | None = None
    #: What follows for other cases: the router's own commands, sent like messages and carried out in their turn.
    follow_ons: tuple[Command, ...] = ()


class Draft:
    """A decision in the making: each event is folded in at once, so that the next one sees the case it left."""

    def __init__(
        self,
        case: Case | None,
        command: Command,
        *,
        at: datetime,
        now: datetime,
        tree: Tree | None = None,
        beside: Mapping[str, Case] = MappingProxyType({}),
    ) -> None:
        """Start from `case` as it stands.

        Args:
            case: None for a case that is about to be received.
            command: what leads to it.
            at: event time.
            now: recording time.
            tree: who must not hear of a case about itself; None: nobody is told of this one.
            beside: other cases that the command names, by id.
        """
        self._before = case
        self._case = copy.copy(case) if case is not None else None
        self._decided_on = case.version if case is not None else 0
        self._command = command
        self._entries: list[Entry] = []
        self._tree = tree
        self._messages: list[tuple[Callable[[Case], AnyPayload], str, str | None, str | None]] = []
        self._follow_ons: list[Callable[[Case], Command]] = []
        #: Whether a miss turned out to be none.
        self.overtook = False
        self.beside = beside
        self.at = at
        self.now = now

    @property
    def case(self) -> Case:
        """The case as the events so far left it."""
        if self._case is None:
            raise LookupError("nothing was received yet")
        return self._case

    @property
    def actor(self) -> Actor:
        """Who gave the command."""
        return self._command.actor

    def add(self, event: AnyEvent, *, at: datetime | None = None, text: str = "") -> None:
        """Put an event on record, at the command's event time unless `at` says otherwise.

        Deadlines that it meets, and that were taken for missed before it reached us, are met after all, each with
        an entry before its own. A clock's wake-up meets nothing.
        """
        at = at if at is not None else self.at
        if self._case is not None and not isinstance(self._command, PassDeadline):
            for missed in overtaken(self._case, event, at):
                self.overtake(missed, at)
        self._put(event, at, text)

    def overtake(self, missed: Milestone, at: datetime) -> None:
        """A deadline that was taken for missed is met by what happened at `at`, and was only heard of later."""
        actor = self._command.actor
        desk = actor.id if actor.role is ActorRole.DESK else missed.charged_to or self.case.lead
        self._put(Overtaken(milestone=missed.name, due_at=missed.due_at, desk=desk), at, "")
        self.overtook = True

    def _put(self, event: AnyEvent, at: datetime, text: str) -> None:
        entry = Entry(
            case_id=self._command.case_id,
            version=self._version_after(event),
            cause=self._command.id,
            ordinal=len(self._entries),
            actor=self._command.actor,
            event_at=at,
            recorded_at=self.now,
            event=event,
            text=text,
            said="" if self._entries or isinstance(self._command, PassDeadline) else fingerprint(self._command),
        )
        self._case = fold_into(self._case, entry)
        self._entries.append(entry)

    def _version_after(self, event: AnyEvent) -> int:
        before = self._case.version if self._case is not None else 0
        return before if isinstance(event, Refused) else before + 1

    def tell_desk(self, desk: str, kind: str, payload: Callable[[Case], AnyPayload]) -> None:
        """Tell a desk; the payload is made from the case as the whole step leaves it."""
        self._messages.append((payload, kind, desk, None))

    def tell_channel(
        self, kind: str, payload: Callable[[Case], AnyPayload], *, channel: str | None = None
    ) -> None:
        """Tell a channel; None: the one that brought the case."""
        self._messages.append((payload, kind, None, channel or self.case.channel))

    def also(self, command: Command | Callable[[Case], Command]) -> None:
        """What follows for another case; made from this one as the whole step leaves it, and given its id here."""
        self._follow_ons.append(command if callable(command) else lambda _case: command)

    def _named(self, number: int, command: Command) -> Command:
        """One cause leads to the same commands however often it is decided."""
        said = f"{self._command.id}\0{command.case_id}\0{number}"
        return msgspec.structs.replace(command, id=FOLLOWS + hashlib.sha256(said.encode()).hexdigest()[:32])

    def step(self, refusal: Refusal | None = None) -> Step:
        """The finished step."""
        case = self.case
        return Step(
            case=case,
            decided_on=self._decided_on,
            entries=tuple(self._entries),
            messages=tuple(
                Message(payload=payload(case), kind=kind, desk=desk, channel=channel)
                for payload, kind, desk, channel in self._messages
                if desk is None or not self._is_kept_from(case, desk)
            ),
            refusal=refusal,
            follow_ons=tuple(self._named(n, made(case)) for n, made in enumerate(self._follow_ons)),
        )

    def _is_kept_from(self, case: Case, desk: str) -> bool:
        """The last wall: whatever chose the receiver, a report never reaches whom it is about.

        Of a confidential case only those hear who have a part in it, or had until this step.
        """
        if not case.is_restricted and not case.inspections.candidates:
            return False
        tree = self._tree
        if tree is None or bars(tree, case, desk):
            return True
        if not case.confidential or has_part(tree, case, desk):
            return False
        return self._before is None or not has_part(tree, self._before, desk)
