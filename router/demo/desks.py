"""Simulated desks: what each does about what it is told, and when. They hear messages and plan commands.

Chance is drawn per hand-over, from the seed and the case: in which order messages arrive decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from router.core import commands as c
from router.core.calendars.calendar import Calendar
from router.core.telling import messages as m
from router.core.territory.tree import Desk, DeskKind, Served, Tree
from router.demo import shares, texts
from router.demo.temperaments import Temperament, temperament_of

_HOUR_S = 3600.0
#: A case that came down from above or up from below is on somebody's table at once.
_PRESSED = 0.5
#: Working hours after which a stalling desk may do something, as a multiple of its median.
_STALLED = 3.2
#: Share of cases that a desk reports solved after it has lost them.
_TOO_LATE = 0.06
#: What takes a desk more working hours than these may get more time: how often it asks, and for how many days.
_LONG = 22.0
_ASKS_FOR_TIME = 0.35
_MORE_DAYS = (2, 3, 5)
#: Share of cases that cannot be worked on for now, which a desk asks to suspend (挂账).
_CANNOT_GO_ON = 0.008
#: Of such requests, how many the tier above refuses.
_NO_MORE_TIME, _NO_SUSPENSION = 0.25, 0.3
_REASONS = ("not_our_matter", "not_our_place", "needs_another_lead", "information_missing")


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A command that a desk will give."""

    at: datetime
    command: c.Command
    #: Desk code; None: a person at the shell, in no desk's name.
    desk: str | None
    #: Goes through the broker; False: typed in at the shell.
    by_broker: bool = True
    #: The hand-over it answers: dropped when the desk has lost the case by then. 0: given whatever happens.
    handover: int = 0

    @property
    def key(self) -> str:
        """Puts what happens at one instant into an order that is always the same."""
        return self.command.id


class Desks:
    """Every desk of the city at its work."""

    def __init__(self, tree: Tree, calendar: Calendar, *, seed: int, belongs_to: Callable[[str], str]) -> None:
        """Staff the desks.

        Args:
            tree: the city.
            calendar: office hours; emergencies are worked on at all hours.
            seed: chance.
            belongs_to: case id → the desk that must act, as a triage clerk reads it from the text.
        """
        self._tree = tree
        self._calendar = calendar
        self._seed = seed
        self._belongs_to = belongs_to
        #: Case → (desk, version of the hand-over) of who has it, as far as the desks have heard.
        self._held: dict[str, tuple[str, int]] = {}
        self._hears: dict[type[m.Told], Callable[[Desk, Any, datetime], list[Planned]]] = {
            m.Assigned: self._assigned,
            m.Taken: self._taken,
            m.Reminded: self._reminded,
            m.ReturnRequested: self._return_requested,
            m.ReturnDecided: self._return_decided,
            m.EscalationRequested: self._escalation_requested,
            m.ExtensionRequested: self._extension_requested,
            m.SuspensionRequested: self._suspension_requested,
            m.SuspensionDecided: self._suspension_decided,
        }

    def hear(self, desk: str, payload: m.Told, now: datetime) -> list[Planned]:
        """A message to a desk; what it is not interested in leads to nothing."""
        hears = self._hears.get(type(payload))
        return hears(self._tree.desks[desk], payload, now) if hears is not None else []

    def look(self, desk: str, open_cases: Iterable[m.Assigned], now: datetime) -> list[Planned]:
        """An office without a program looks at its list: it takes up what is new there."""
        planned: list[Planned] = []
        for payload in open_cases:
            planned += self._assigned(self._tree.desks[desk], payload, now)
        return planned

    def still_has(self, planned: Planned) -> bool:
        """Whether a planned command is still the desk's to give."""
        if planned.handover == 0 or planned.desk is None:
            return True
        return self._held.get(planned.command.case_id) == (planned.desk, planned.handover)

    # -- hand-overs --------------------------------------------------------------------------------------------

    def _assigned(self, desk: Desk, payload: m.Assigned, now: datetime) -> list[Planned]:
        known = self._held.get(payload.case_id)
        if payload.role != "lead" or (known is not None and known[1] >= payload.version):
            return []
        self._held[payload.case_id] = (desk.code, payload.version)
        urgent = payload.category in shares.EMERGENCIES
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=urgent)
        if desk.kind is DeskKind.TRIAGE:
            to = self._belongs_to(payload.case_id)
            return [work.plan(work.rng.uniform(0.2, 1.6), "dispatch", c.Dispatch, desk=to)]
        if payload.reason in ("escalated", "designate", "reopened") or payload.starred:
            return self._course(work, pressed=True)
        return self._course(work, pressed=False)

    def _course(self, work: _Work, *, pressed: bool) -> list[Planned]:
        """What becomes of the case at this desk."""
        mood, rng = temperament_of(work.desk), work.rng
        silent, stalls = (mood.silent * 0.4, mood.stalls * 0.7) if pressed else (mood.silent, mood.stalls)
        if rng.random() < silent:
            return []
        if not pressed and rng.random() < mood.returns:
            return [self._return(work)]
        signed = work.plan(rng.uniform(0.1, 4.0) * (0.3 if pressed else 1), "accept", c.Accept)
        hours = rng.lognormvariate(0, mood.spread) * mood.hours * (_PRESSED if pressed else 1)
        if rng.random() < stalls:
            promised = work.plan(5 + hours, "reply", c.Reply, text=texts.REPLY)
            return [signed, promised, self._solve(work, _STALLED * hours)]
        if rng.random() < mood.hands_up:
            return [signed, work.plan(3 + hours, "escalate", c.Escalate, text=texts.HANDED_UP)]
        if self._cannot_go_on(work):
            # Nothing more until the tier above has decided.
            why = {"reason": "waits_for_season", "text": texts.WAITS}
            return [signed, work.plan(5.0, "suspend", c.RequestSuspension, **why)]
        return [signed, *self._more_time(work, hours), *self._on_the_way(work, hours), self._solve(work, hours)]

    def _may_ask(self, work: _Work) -> bool:
        return not work.urgent and self._tree.superior(work.desk) is not None

    def _cannot_go_on(self, work: _Work) -> bool:
        return self._may_ask(work) and work.chance("suspend").random() < _CANNOT_GO_ON

    def _more_time(self, work: _Work, hours: float) -> list[Planned]:
        """For some of what takes long, more time is asked for."""
        rng = work.chance("extend")
        if hours < _LONG or not self._may_ask(work) or rng.random() >= _ASKS_FOR_TIME:
            return []
        why = {"reason": "complicated", "text": texts.MORE_TIME}
        days = rng.choice(_MORE_DAYS)
        return [work.plan(rng.uniform(6.0, 20.0), "extend", c.RequestExtension, days=days, **why)]

    def _on_the_way(self, work: _Work, hours: float) -> list[Planned]:
        """Now and then a desk says how far it is."""
        if hours < 12 or work.rng.random() < 0.6:
            return []
        return [work.plan(hours / 2, "progress", c.ReportProgress, text=texts.PROGRESS)]

    def _solve(self, work: _Work, hours: float, name: str = "resolve") -> Planned:
        chance = work.rng.random()
        if chance < 0.90:
            return work.plan(hours, name, c.Resolve, text=texts.SOLVED)
        if chance < 0.96:
            return work.plan(hours, name, c.Resolve, outcome=c.Outcome.EXPLAINED, text=texts.EXPLAINED)
        return work.plan(hours, name, c.Resolve, outcome=c.Outcome.UNSUBSTANTIATED, text=texts.UNSUBSTANTIATED)

    def _return(self, work: _Work) -> Planned:
        above = self._tree.superior(work.desk)
        suggested = above.code if above is not None and work.rng.random() < 0.3 else None
        return work.plan(
            work.rng.uniform(0.5, 4.0),
            "return",
            c.RequestReturn,
            reason=work.rng.choice(_REASONS),
            suggested_desk=suggested or self._neighbour(work),
            text=texts.RETURNED,
        )

    def _neighbour(self, work: _Work) -> str | None:
        """Another desk of the same kind close by, to which a returning desk would like to pass the case."""
        close = [
            desk.code
            for desk in self._tree
            if desk.active and desk.code != work.desk.code and desk.superior == work.desk.superior
            and desk.kind is work.desk.kind and desk.served is Served.AMQP
        ]  # fmt: skip
        return work.rng.choice(close) if close and work.rng.random() < 0.6 else None

    # -- everything else ---------------------------------------------------------------------------------------

    def _taken(self, desk: Desk, payload: m.Taken, now: datetime) -> list[Planned]:
        held = self._held.get(payload.case_id)
        if held is not None and held[0] == desk.code and held[1] <= payload.version:
            del self._held[payload.case_id]
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=False)
        if payload.reason == "escalated" and work.rng.random() < _TOO_LATE:
            # Some hand in too late what they had nearly done: refused, and kept as evidence.
            return [msgspec.structs.replace(self._solve(work, 2.0, "late"), handover=0)]
        return []

    def _reminded(self, desk: Desk, payload: m.Reminded, now: datetime) -> list[Planned]:
        held = self._held.get(payload.case_id)
        if held is None or held[0] != desk.code or desk.kind is DeskKind.TRIAGE:
            return []
        work = _Work(self, desk, payload.case_id, held[1], now, urgent=False, about=payload.milestone)
        if work.rng.random() >= temperament_of(desk).heeds:
            return []
        hours = work.rng.uniform(2.0, 18.0)
        return [self._solve(work, hours, f"resolve-after-{payload.milestone}")]

    def _return_requested(self, desk: Desk, payload: m.ReturnRequested, now: datetime) -> list[Planned]:
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=False)
        hours = work.rng.uniform(0.3, 3.0)
        if work.rng.random() < 0.45:
            return [work.loose(hours, "refuse-return", c.RefuseReturn)]
        return [work.loose(hours, "approve-return", c.ApproveReturn)]

    def _return_decided(self, desk: Desk, payload: m.ReturnDecided, now: datetime) -> list[Planned]:
        held = self._held.get(payload.case_id)
        if held is None or held[0] != desk.code:
            return []
        if payload.approved:
            del self._held[payload.case_id]
            return []
        work = _Work(self, desk, payload.case_id, held[1], now, urgent=False, about="refused")
        hours = work.rng.lognormvariate(0, 0.6) * temperament_of(desk).hours
        return [self._solve(work, hours, "resolve-after-refusal")]

    def _escalation_requested(self, desk: Desk, payload: m.EscalationRequested, now: datetime) -> list[Planned]:
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=False)
        if work.rng.random() < 0.4:
            return []  # silence for four working hours is consent
        return [work.loose(work.rng.uniform(0.5, 3.0), "accept-escalation", c.AcceptEscalation)]

    def _extension_requested(self, desk: Desk, payload: m.ExtensionRequested, now: datetime) -> list[Planned]:
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=False)
        hours = work.rng.uniform(0.5, 5.0)
        if work.rng.random() < _NO_MORE_TIME:
            return [work.loose(hours, "refuse-extension", c.RefuseExtension)]
        return [work.loose(hours, "approve-extension", c.ApproveExtension)]

    def _suspension_requested(self, desk: Desk, payload: m.SuspensionRequested, now: datetime) -> list[Planned]:
        work = _Work(self, desk, payload.case_id, payload.version, now, urgent=False)
        hours = work.rng.uniform(0.5, 5.0)
        if work.rng.random() < _NO_SUSPENSION:
            return [work.loose(hours, "refuse-suspension", c.RefuseSuspension)]
        return [work.loose(hours, "approve-suspension", c.ApproveSuspension)]

    def _suspension_decided(self, desk: Desk, payload: m.SuspensionDecided, now: datetime) -> list[Planned]:
        """What may not wait is worked on after all."""
        held = self._held.get(payload.case_id)
        if payload.approved or held is None or held[0] != desk.code:
            return []
        work = _Work(self, desk, payload.case_id, held[1], now, urgent=False, about="not suspended")
        return [self._solve(work, temperament_of(desk).hours, "resolve-after-refusal")]

    def after(self, now: datetime, hours: float, *, urgent: bool) -> datetime:
        """Working hours later; at all hours when it is urgent."""
        if urgent:
            return now + timedelta(hours=hours)
        return self._calendar.add_working_seconds(now, hours * _HOUR_S)

    def rng(self, *words: object) -> Random:
        """Chance for one decision."""
        return Random(" ".join(map(str, (self._seed, *words))))  # noqa: S311 - a made-up city needs no secret


class _Work:
    """One desk, one hand-over: plans commands with ids of their own."""

    def __init__(
        self, desks: Desks, desk: Desk, case_id: str, version: int, now: datetime, *, urgent: bool, about: str = ""
    ) -> None:
        self.desk = desk
        self.rng = desks.rng(case_id, desk.code, version, about)
        self._desks = desks
        self._case_id = case_id
        self._version = version
        self._now = now
        self.urgent = urgent

    def chance(self, about: str) -> Random:
        """Chance for one more decision, which leaves the others as they are."""
        return self._desks.rng(self._case_id, self.desk.code, self._version, about)

    def plan(self, hours: float, name: str, kind: type[c.Command], **fields: Any) -> Planned:
        """A command so many hours from now, if the desk still has the case then."""
        at = self._desks.after(self._now, hours, urgent=self.urgent)
        command = kind(
            id=f"{self._case_id}/{self._version}/{self.desk.code}/{name}",
            case_id=self._case_id,
            actor=c.Actor(c.ActorRole.DESK, self.desk.code),
            at=at,
            **fields,
        )
        return Planned(
            at=at,
            command=command,
            desk=self.desk.code,
            by_broker=self.desk.served is Served.AMQP,
            handover=self._version,
        )

    def loose(self, hours: float, name: str, kind: type[c.Command], **fields: Any) -> Planned:
        """A command about a case that another desk leads."""
        return msgspec.structs.replace(self.plan(hours, name, kind, **fields), handover=0)


__all__ = ["Desks", "Planned", "Temperament"]
