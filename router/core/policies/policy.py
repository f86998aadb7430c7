"""SLA policies as values: which one a case gets, which milestones it sets, what happens when one passes.

A policy is written as TOML and read by `router.core.policies.policy_file`. Versions are immutable; a case keeps
the version it was received under. Budgets are durations; the instants they lead to are deadlines, computed by
`router.core.policies.instants`.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Literal

import msgspec

from router.core.commands import Reprocess
from router.core.policies.priority import PriorityRule


class Ends(StrEnum):
    """Where in the day a budget of days ends."""

    SAME_TIME = "same_time"  # the clock time it started at
    END_OF_DAY = "end_of_day"  # 24:00 of the last day
    CLOSE_OF_BUSINESS = "close_of_business"  # the end of office hours of the last day


class Late(StrEnum):
    """What a receipt outside office hours does to a budget of days."""

    KEEP = "keep"
    NEXT_DAY_OPEN = "next_day_open"  # counts from the opening of the next day of the set


class DaySet(StrEnum):
    """Which days a budget or a late-opening rule counts."""

    NATURAL = "natural"  # every day of the year
    WORKING = "working"  # working days of the calendar, make-up workdays included
    WEEKDAY = "weekday"  # Monday to Friday, no holidays: some older rules


class Elapsed(msgspec.Struct, frozen=True, tag="elapsed"):
    """`1h`, `30m`: exact time after the anchor."""

    seconds: int


class WorkingTime(msgspec.Struct, frozen=True, tag="working_time"):
    """`4wh`: working hours of the calendar after the anchor; nights, lunch and days off do not count."""

    seconds: int


class Days(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="days"):
    """`3d` natural days, `5wd` working days after the anchor."""

    count: int
    days: DaySet
    ends: Ends
    #: 0: the day of receipt is not counted; 1: it is day 1.
    origin: Literal[0, 1] = 0
    late: Late = Late.KEEP
    #: From this clock time on a receipt counts as of the next day's opening; None: the calendar's closing.
    cut_off: time | None = None
    #: The opening a late receipt counts from; None: the calendar's opening.
    opening: time | None = None
    #: Which days can open; the late-opening rule moves to the next of them.
    late_days: DaySet = DaySet.WORKING
    #: Clock time of a receipt on a day off under NEXT_DAY_OPEN: the opening (False) or its own (True).
    keep_clock_on_day_off: bool = False
    #: Whether a receipt before the opening is moved up to it (True) or left alone (False).
    early_to_opening: bool = True


class WallClock(msgspec.Struct, frozen=True, tag="wall_clock"):
    """`20:00`, `next day 23:59`: a clock time of the calendar's zone; moved a day on when already past."""

    at: time
    next_day: int = 0
    #: From this clock time on a receipt counts as of the next day; None: only what is already past moves.
    cut_off: time | None = None


class Given(msgspec.Struct, frozen=True, tag="given"):
    """The due date that the case brought with it; none given means no deadline."""


Instant = Elapsed | WorkingTime | Days | WallClock | Given


class Satisfies(StrEnum):
    """The event that meets a milestone."""

    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    PROGRESS = "progress"
    REPLIED = "replied"
    PLAN_FILED = "plan_filed"
    REVIEWED = "reviewed"
    MARKED = "marked"
    ON_SITE = "on_site"  # a mark of a watcher who was there
    FOLLOWED_UP = "followed_up"
    REPORTED_IN = "reported_in"
    MEDIATED = "mediated"
    RETURN_DECIDED = "return_decided"
    EXTENSION_DECIDED = "extension_decided"
    SUSPENSION_DECIDED = "suspension_decided"
    RECHECKED = "rechecked"
    RESUMED = "resumed"
    TICKED = "ticked"
    ESCALATION_DECIDED = "escalation_decided"
    RESOLVED = "resolved"
    CLOSED = "closed"


class OnPass(StrEnum):
    """What happens when a milestone's instant passes unmet."""

    REMIND = "remind"
    SUPERVISE = "supervise"
    ESCALATE = "escalate"
    NOTHING = "nothing"
    RAISE = "raise"  # of the second list alone: the next level of supervision


class Track(StrEnum):
    """Which of two parallel due dates a milestone belongs to."""

    STATUTORY = "statutory"  # counts in on-time figures
    INTERNAL = "internal"  # reminds only, unless stated


class Anchor(StrEnum):
    """The event a milestone's budget starts at."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    WHISTLED = "whistled"
    MEDIATION = "mediation"
    RESOLVED = "resolved"
    RETURN_REQUESTED = "return_requested"


class MilestoneRule(msgspec.Struct, frozen=True, kw_only=True):
    """One milestone of a policy (节点)."""

    name: str
    #: None: only the categories of `by_category` have this milestone.
    instant: Instant | None
    satisfied_by: Satisfies = Satisfies.CLOSED
    on_pass: OnPass = OnPass.ESCALATE
    #: Who is told or acts: `lead`, `superior`, `dispatcher`, `supervision`, or a desk's code.
    to: str = "lead"
    track: Track = Track.STATUTORY
    anchor: Anchor = Anchor.RECEIVED
    title: str = ""
    #: Whether it stands still while the case is suspended (挂账).
    pauses: bool = True
    #: Whose mark or review meets it: a watcher's name, or `superior`, `supervision`, `dispatcher` for a review.
    by: str = ""
    #: Category code → the budget that its cases have instead.
    by_category: dict[str, Instant] = {}

    @property
    def is_due_date(self) -> bool:
        """Whether a case's figures go by it: statutory, and met when the matter ends."""
        return self.track is Track.STATUTORY and self.satisfied_by in (Satisfies.RESOLVED, Satisfies.CLOSED)

    def budget(self, category: str | None) -> Instant | None:
        """The budget of a case of that category; None: it has no such milestone."""
        return self.by_category.get(category or "", self.instant)


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who looks at every case of a policy for itself, beside the desk that handles it (督查组)."""

    name: str
    title: str = ""
    #: Desk code.
    desk: str


class Required(StrEnum):
    """What must be on record before a case is dispatched."""

    LEADER = "leader"  # 包案领导
    INSTRUCTION = "instruction"  # 领导批示


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """A name without which a case is not dispatched."""

    what: Required
    #: Name of the tier whose leaders it must be, or a higher one's; empty: of any.
    tier: str = ""

    def __str__(self) -> str:
        """As in the policy's file: `leader:city`."""
        return f"{self.what}:{self.tier}" if self.tier else str(self.what)


class DispatchTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How a case is dispatched."""

    requires: tuple[Requirement, ...] = ()
    #: Tier that leads a joint dispatch (联合派单) while the desk below assists; empty: each case has one desk.
    lead: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a ladder: a tier's name or `supervision-N`, and how long it has once a case arrives."""

    name: str
    #: Time after the missed deadline; None: no deadline of its own.
    budget: Instant | None = None


class Mode(StrEnum):
    """What an escalation does with the lead."""

    TRANSFER = "transfer"  # the superior's desk becomes lead, the lower stays assist
    SUPERVISE = "supervise"  # the lead stays, the superior gets a supervision order


class GateKind(StrEnum):
    """What must be true before a case closes."""

    NONE = "none"
    FOLLOW_UP = "follow_up"
    INSPECTION = "inspection"


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The gate a resolution passes before the case closes."""

    kind: GateKind = GateKind.NONE
    #: Respondents to ask; a follow-up with fewer is not enough.
    ask: int = 1
    #: Share of those asked who must accept, 0 to 1.
    accept_share: float = 1.0
    #: Tries at different hours on three days before `unreachable` passes; 0: it never does.
    unreachable_after: int = 3
    #: The source channel hears of no result before the gate is passed: no reply, no resolution.
    report_after: bool = False
    #: Share of the resolved cases whose residents are asked, drawn by lot; the others close by the desk's word.
    sample: float = 1.0
    #: Names of the watchers whose people must have been in the team that asked (联合回访); empty: whoever asks.
    joint: tuple[str, ...] = ()
    #: Who works on the case again when the gate fails for the first time, unless the follow-up says who.
    reprocess: Reprocess = Reprocess.SAME_DESK


class ExtensionRule(msgspec.Struct, frozen=True, kw_only=True):
    """How far the date of a case may be moved (延期)."""

    #: All extensions of one case together.
    longest: Days
    #: Approved extensions of one case.
    cap: int = 1
    #: Listed reasons; empty: any.
    reasons: tuple[str, ...] = ()
    #: How long the tier above has to decide.
    decide_within: Instant = Days(count=1, days=DaySet.WORKING, ends=Ends.END_OF_DAY)


class SuspensionRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a case may be suspended on record (挂账)."""

    #: How long one suspension lasts at most; then the clocks run again.
    longest: Instant
    #: How often a suspended case is looked at again, where nobody names a date.
    recheck: Instant
    #: Approved suspensions of one case.
    cap: int = 1
    #: Listed reasons; empty: any.
    reasons: tuple[str, ...] = ()
    #: How long the tier above has to decide.
    decide_within: Instant = Days(count=1, days=DaySet.WORKING, ends=Ends.END_OF_DAY)


class RepeatRule(msgspec.Struct, frozen=True, kw_only=True):
    """When being complained about again takes a case up (重复诉求)."""

    #: With so many complaints about one matter, its own among them; at least two.
    escalate_at: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a policy is for; an empty tuple or None matches all."""

    matter_type: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    category_group: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    starred: bool | None = None
    vulnerable: bool | None = None


class LevelStart(StrEnum):
    """When the clock of the second list's first level begins to run."""

    RECEIVED = "received"  # with the case
    MISSED = "missed"  # at the first missed date that counts in the figures


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level of the second list (督办层级), beside the ladder of tiers."""

    name: str
    title: str = ""
    #: Since the level before; the first since the list's start.
    after: Instant
    #: Codes of the desks it is put before.
    audience: tuple[str, ...]
    #: What the level does, in the city's own words, for those who read of it.
    actions: tuple[str, ...] = ()
    #: Account of the officer who must confirm it; empty: it rises by itself.
    officer: str = ""


class RecheckRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a case that closed is looked at again (回头看): every so often, or in its season."""

    #: None: by `months`.
    every: Instant | None = None
    #: Numbers of the months by whose ends it is looked at; empty: by `every`.
    months: tuple[int, ...] = ()
    #: How often after one closing.
    times: int = 1
    #: Outcomes that are looked at again.
    outcomes: tuple[str, ...] = ("explained",)


class Colour(msgspec.Struct, frozen=True, kw_only=True):
    """When a running case gets a colour on the wall board; exactly one of the three beginnings is set."""

    name: str
    title: str = ""
    #: From 00:00 of this day after the receipt.
    day: int | None = None
    #: 0: the day of receipt is not counted; 1: it is day 1.
    origin: Literal[0, 1] = 0
    #: From 00:00 of the day so many days before the last one; None with `day` None too: when it is overdue.
    before_due: int | None = None
    #: The days that are counted.
    days: DaySet = DaySet.NATURAL


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """From when until when a special channel is open: `opens` is inside, `closes` is not. Instants, with a zone.

    What was received inside keeps its clock until it is closed, whatever is put in force later.
    """

    opens: datetime
    closes: datetime


class Policy(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One immutable version of a policy (时限规则)."""

    name: str
    title: str = ""
    effective_from: date | None = None
    #: Last day on which a receipt falls under it.
    effective_to: date | None = None
    match: Match = Match()
    #: A special channel's opening (专项通道); None: no such limit.
    window: Window | None = None
    calendar: str
    milestones: tuple[MilestoneRule, ...]
    gate: Gate = Gate()
    ladder: tuple[Step, ...]
    mode: Mode = Mode.TRANSFER
    #: Return requests (退单): how long after dispatch, and how many before the tier above designates.
    return_window: Instant | None = None
    return_reasons: tuple[str, ...] = ()
    return_cap: int = 3
    #: None: no date of these cases is moved.
    extension: ExtensionRule | None = None
    #: None: none of these cases is suspended.
    suspension: SuspensionRule | None = None
    #: None: being complained about again takes no case up.
    repeat: RepeatRule | None = None
    #: None: nothing that closed is looked at again.
    recheck: RecheckRule | None = None
    #: None: none of these cases comes before others of its date.
    priority: PriorityRule | None = None
    watchers: tuple[Watcher, ...] = ()
    dispatch: DispatchTerms = DispatchTerms()
    #: Somebody looks into the matter first (先核实): nothing is resolved before it is said whether it is so.
    verified_first: bool = False
    #: Working seconds a desk keeps a case that came late through our fault before an escalation may take it.
    min_in_hand_s: int = 4 * 3600
    #: Working seconds without a sign of life of its program after which a desk counts as unstaffed.
    unstaffed_after_s: int = 2 * 3600
    colours: tuple[Colour, ...] = ()
    #: An emergency: its notices ring at night too.
    urgent: bool = False
    #: The second list, from the lowest level; empty: there is none.
    levels: tuple[Level, ...] = ()
    levels_start: LevelStart = LevelStart.MISSED

    @cached_property
    def version(self) -> str:
        """`name@` and twelve hexadecimal digits of the content's SHA-256."""
        return (
            f"{self.name}@{hashlib.sha256(msgspec.msgpack.encode(self, order='deterministic')).hexdigest()[:12]}"
        )

    def rule(self, name: str) -> MilestoneRule | None:
        """The milestone rule of that name; None when the policy has none."""
        return next((rule for rule in self.milestones if rule.name == name), None)
