"""A small city to play in: its tree, its policies, and a `Play` that gives commands on a hand-turned clock.

    play = Play()
    play.open(division=("lake", "willow"))
    play.wait(days=6)
    assert play.case.lead == "lake"
    play.say("lake", Resolve)

Nothing here reads a clock or waits: time is what the play says it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from router.core import commands as c, events as e
from router.core.calendars.calendar import Calendar
from router.core.case import Case
from router.core.lifecycle import decide, event_time, note, settle, with_case_id
from router.core.policies.policy import (
    Anchor,
    Days,
    DaySet,
    Elapsed,
    Ends,
    Instant,
    MilestoneRule,
    OnPass,
    Policy,
    Satisfies,
    Step,
    Track,
)
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.step import Step as Decided
from router.core.telling.messages import Message
from router.core.territory.divisions import complete
from router.core.territory.tree import Category, Desk, DeskKind, Division, Tree, TreeFile
from tests.unit.core.calendars import CN, NATURAL, china

#: Monday, 09:00 in the city.
MONDAY = china(2026, 9, 21, 9)
_ZONE = ZoneInfo("Asia/Shanghai")


# -- The city -------------------------------------------------------------------------------------------------


def file(*more: Desk) -> TreeFile:
    """Two districts: `lake` with the streets `willow` and `plane`, `canal` with `bridge` and the closed `mine`.

    Water has departments in the city and in `lake`, transport in the city alone. Supervision has five levels
    with a desk each, `supervision-1` to `supervision-5`.
    """
    divisions = (
        _division("cloud", "云溪市", 0),
        _division("lake", "湖滨区", 1, "cloud"),
        _division("canal", "运河区", 1, "cloud"),
        _division("willow", "柳荫街道", 2, "lake"),
        _division("plane", "平江路街道", 2, "lake"),
        _division("bridge", "石桥街道", 2, "canal"),
        _division("mine", "矿山街道", 2, "canal"),
    )
    desks = (
        desk("mine", "mine", active=False),
        desk("dispatch", "cloud", DeskKind.DISPATCHER),
        *(desk(f"supervision-{n}", "cloud", DeskKind.SUPERVISION, level=n) for n in range(1, 6)),
        desk("cloud-water", "cloud", DeskKind.FUNCTIONAL, line="water"),
        desk("lake-water", "lake", DeskKind.FUNCTIONAL, line="water"),
        desk("cloud-transport", "cloud", DeskKind.FUNCTIONAL, line="transport"),
    )
    categories = (
        Category(code="lamp", name="路灯", group="roads"),
        Category(code="stall", name="占道经营", group="roads"),
        Category(code="pipe", name="水管", group="water", line="water"),
        Category(code="bus", name="公交", group="transport", line="transport", line_tier=0),
    )
    return complete(
        TreeFile(
            tiers=("city", "district", "street"),
            divisions=divisions,
            desks=(*desks, *more),
            categories=categories,
        )
    )


def _division(code: str, name: str, tier: int, parent: str | None = None) -> Division:
    return Division(code=code, name=name, tier=tier, parent=parent)


def desk(code: str, division: str, kind: DeskKind = DeskKind.TERRITORIAL, **more: Any) -> Desk:
    """A desk that names no superior: completing the tree finds it."""
    return Desk(**({"code": code, "name": code, "division": division, "kind": kind, "superior": None} | more))


def city(*more: Desk) -> Tree:
    """The tree of :func:`file`, with `more` desks."""
    return Tree(file(*more))


# -- Its rules ------------------------------------------------------------------------------------------------


def days(count: int) -> Days:
    """Natural days, to the same clock time."""
    return Days(count=count, days=DaySet.NATURAL, ends=Ends.SAME_TIME)


def working_days(count: int) -> Days:
    """Working days, to 24:00 of the last."""
    return Days(count=count, days=DaySet.WORKING, ends=Ends.END_OF_DAY)


def milestone(name: str, instant: Instant | None, satisfied_by: Satisfies, **more: Any) -> MilestoneRule:
    """A milestone that escalates and counts in the figures, unless `more` says otherwise."""
    return MilestoneRule(name=name, instant=instant, satisfied_by=satisfied_by, **more)


def ladder(*names: str, budget: Instant | None = None) -> tuple[Step, ...]:
    """Steps of two days each unless told otherwise; without names: street, district, city, supervision-1 … 5."""
    names = names or ("street", "district", "city", *(f"supervision-{n}" for n in range(1, 6)))
    return tuple(Step(name=name, budget=(budget or days(2)) if at else None) for at, name in enumerate(names))


DISPATCH = milestone(
    "dispatch",
    Elapsed(2 * 3600),
    Satisfies.DISPATCHED,
    track=Track.INTERNAL,
    on_pass=OnPass.REMIND,
    to="dispatcher",
)
ACCEPT = milestone(
    "accept",
    days(1),
    Satisfies.ACCEPTED,
    track=Track.INTERNAL,
    on_pass=OnPass.REMIND,
    anchor=Anchor.DISPATCHED,
)
CLOSE = milestone("close", days(5), Satisfies.CLOSED)


def policy(**changes: Any) -> Policy:
    """Dispatched in 2 hours, signed for in a day, closed in five natural days; returns within a day."""
    plain = Policy(
        name="plain",
        calendar="natural",
        milestones=(DISPATCH, ACCEPT, CLOSE),
        ladder=ladder(),
        return_window=days(1),
        return_reasons=("not_our_matter", "not_our_place"),
    )
    return msgspec.structs.replace(plain, **changes)


def rules(
    *policies: Policy, tree: Tree | None = None, calendars: Iterable[Calendar] = (NATURAL, CN), **settings: Any
) -> Rules:
    """What is in force in the small city."""
    known = {calendar.name: calendar for calendar in calendars}
    return Rules(tree or city(), policies or (policy(),), known, **settings)


# -- The play -------------------------------------------------------------------------------------------------


class Play:
    """One case on a hand-turned clock: everything said, recorded and told, in order."""

    def __init__(self, in_force: Rules | None = None, start: datetime = MONDAY) -> None:
        """Nothing has happened yet; `start` is when the play begins."""
        self.rules = in_force or rules()
        self.now = start
        #: Every step that was taken, in order; `entries` and `messages` are what they left.
        self.steps: list[Decided] = []
        #: The tree in force when each of them was taken.
        self.trees: list[Tree] = []
        self.entries: list[e.Entry] = []
        self.messages: list[Message] = []
        #: The last command that was given.
        self.last: c.Command | None = None
        #: What the last command was refused with; None when it was accepted.
        self.refusal: Refusal | None = None
        #: Other cases that commands may name, by id.
        self.beside: dict[str, Case] = {}
        self._case: Case | None = None
        self._answers: dict[str, Decided | Refusal] = {}
        self._given = 0

    @property
    def case(self) -> Case:
        """The case as it stands."""
        assert self._case is not None, "open it first"
        return self._case

    @property
    def refused(self) -> str | None:
        """Code of the last refusal; None when the last command was accepted."""
        return self.refusal.code if self.refusal is not None else None

    # time

    def wait(self, **delta: float) -> Play:
        """Let time pass while the clock runs: each deadline is noticed a second after it has passed."""
        return self.wait_until(self.now + timedelta(**delta))

    def wait_until(self, instant: datetime) -> Play:
        """As :meth:`wait`, to an instant."""
        while self._case is not None and self._case.is_open and self._case.next_due_at is not None:
            noticed = max(self._case.next_due_at + timedelta(seconds=1), self.now)
            if noticed > instant:
                break
            self.now = noticed
            if not self.notice():
                break
        self.now = max(self.now, instant)
        return self

    def outage(self, **delta: float) -> Play:
        """Let time pass while nobody notices anything."""
        self.now += timedelta(**delta)
        return self

    def notice(self) -> int:
        """Let the clock look: takes every deadline that has passed by now; returns how many."""
        steps = settle(self.case, self.now, self.rules, self.now)
        for step in steps:
            self._keep(step)
        return len(steps)

    # commands

    def open(self, channel: str = "hotline", **fields: Any) -> Case:
        """A channel brings a case: a broken lamp in the street `willow` unless told otherwise."""
        told: dict[str, Any] = {
            "id": self.next_id(),
            "case_id": "",
            "actor": c.Actor(c.ActorRole.CHANNEL, channel),
            "source": channel,
            "source_id": "1",
            "channel": channel,
            "category": "lamp",
            "division": ("lake", "willow"),
        }
        self.give(c.Open(**(told | fields)))
        return self.case

    def say(self, who: str | c.Actor, kind: type[c.Command], **fields: Any) -> Decided | Refusal:
        """Somebody gives a command; a plain name is a desk's code, `ROLE:name` somebody of another role."""
        fields.setdefault("id", self.next_id())
        return self.give(kind(case_id=self.case.id, actor=actor(who), **fields))

    def give(self, command: c.Command) -> Decided | Refusal:
        """Settle, decide, note: as the router does it. An id that is on record is the same command again."""
        command = self.last = with_case_id(command)
        if command.id in self._answers:
            return self._answers[command.id]
        if self._case is not None and not isinstance(command, c.PassDeadline):
            for step in settle(self._case, self._event_time(command), self.rules, self.now):
                self._keep(step)
        decision = decide(self._case, command, self.rules, self.now, beside=self.beside)
        self.refusal = decision if isinstance(decision, Refusal) else None
        if isinstance(decision, Refusal):
            if self._case is not None:
                self._keep(note(self._case, command, decision, self.rules, self.now))
        else:
            self._keep(decision)
        if any(entry.cause == command.id for entry in self.entries[-20:]):
            self._answers[command.id] = decision
        return decision

    def _event_time(self, command: c.Command) -> datetime:
        return event_time(command, self.now, self.rules, self._case)

    def next_id(self) -> str:
        """A fresh command id."""
        self._given += 1
        return f"command-{self._given}"

    def _keep(self, step: Decided) -> None:
        assert step.decided_on == (self._case.version if self._case is not None else 0)
        self.steps.append(step)
        self.trees.append(self.rules.tree)
        self._case = step.case
        self.entries.extend(step.entries)
        self.messages.extend(step.messages)

    # what came of it

    def events(self, kind: type[e.Event] | None = None) -> list[Any]:
        """The events so far, or those of one kind."""
        return [entry.event for entry in self.entries if kind is None or isinstance(entry.event, kind)]

    def names(self) -> list[str]:
        """The kinds of the events so far."""
        return [type(entry.event).__name__ for entry in self.entries]

    def told(self, to: str) -> list[str]:
        """The kinds of the messages a desk or channel got."""
        return [message.kind for message in self.messages if to in (message.desk, message.channel)]

    def running(self) -> list[str]:
        """Names of the running milestones, by instant."""
        running = (m for m in self.case.milestones if m.status is e.MilestoneStatus.RUNNING)
        return [m.name for m in sorted(running, key=lambda m: (m.due_at, m.name))]

    def story(self, *kinds: str) -> list[str]:
        """What is on record, a line each: event time, what happened, and what an official would ask next."""
        return [
            f"{entry.event_at.astimezone(_ZONE):%a %d %H:%M} {line(entry.event)}"
            for entry in self.entries
            if not kinds or type(entry.event).__name__ in kinds
        ]


def actor(who: str | c.Actor) -> c.Actor:
    """`willow` is a desk; `citizen:`, `follow_up:anna`, `channel:hotline` somebody of that role."""
    if isinstance(who, c.Actor):
        return who
    role, colon, name = who.partition(":")
    if colon and role in set(c.ActorRole):
        return c.Actor(c.ActorRole(role), name)
    return c.Actor(c.ActorRole.DESK, who)


def line(event: e.Event) -> str:
    """An event as an official would read it on a list."""
    name = type(event).__name__
    match event:
        case e.Dispatched(desk=to, reason=reason):
            return f"{name} to {to} ({reason})"
        case e.Escalated(from_desk=lower, to_desk=upper, from_name=before, to_name=after, cause=cause):
            return f"{name} {before} > {after}: {lower} > {upper} ({cause})"
        case e.DeadlineMissed(milestone=missed, charged_to=desk_code):
            return f"{name} {missed} by {desk_code}"
        case e.NoticeRepeated(to=to) | e.Reminded(to=to):
            return f"{name} to {to}"
        case e.Skipped(reason=reason):
            return f"{name} ({reason})"
        case e.ReturnApproved(desk=returner, to=to, designation=designation):
            return f"{name}: {returner} > {to}{' (must designate)' if designation else ''}"
        case e.Refused(command_type=kind, code=code):
            return f"{name} {kind.split('.')[1]}: {code}"
        case e.Reopened(reason=reason, desk=to) | e.Resolved(outcome=reason, desk=to):
            return f"{name} {reason} by {to}"
        case e.LevelProposed(number=number, level=level, officer=officer):
            return f"{name} {number} {level} to {officer}"
        case e.LevelRaised(number=number, level=level, confirmed_by=officer):
            return f"{name} {number} {level}{f' by {officer}' if officer else ''}"
        case e.LevelRepeated(number=number, level=level):
            return f"{name} {number} {level}"
        case e.Closed(gate=gate):
            return f"{name} (gate {gate})"
        case e.SystemDelayed(milestone=moved, moved_to=until):
            return f"{name} {moved} until {until.astimezone(_ZONE):%a %d %H:%M}"
        case _:
            whose = getattr(event, "desk", "")
            return f"{name} by {whose}" if whose else name


def utc(*at: int) -> datetime:
    """An instant in UTC."""
    return datetime(*at, tzinfo=UTC)  # type: ignore[arg-type,misc]
