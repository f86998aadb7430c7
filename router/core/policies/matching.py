"""Which policy a case gets: the first one that matches, and the reason that goes on record.

Law: a choice is a function of what is known of the appeal at receipt, of the instant, and of the order of the
policies. Every installation has a default, so there always is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.policies.policy import Match, Policy
from router.errors import ConfigurationError
from router.sentences import Sentence, sentence

#: 咨询, 求助, 投诉, 举报, 建议.
MATTER_TYPES = ("consultation", "help", "complaint", "report", "suggestion")
ORIGINS = ("complaint", "proactive")

_DEFAULT = Match()

#: Why a policy without `[match]` is taken.
NO_CONDITION = "default, no condition"


class AppealFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy may ask of a case at receipt; an empty text is a fact that is not known."""

    matter_type: str = ""
    category: str = ""
    category_group: str = ""
    channel: str = ""
    origin: str = ""
    #: Name of the tier of the first lead.
    tier: str = ""
    starred: bool = False
    vulnerable: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """The policy of a case, and which of its clauses matched."""

    policy: Policy
    reason: str


def matched(match: Match, facts: AppealFacts) -> str | None:
    """Which clauses matched, as one phrase; None when one of them does not."""
    clauses = []
    for key, wanted, fact in clauses_of(match, facts):
        if fact not in wanted:
            return None
        clauses.append(f"{key} is {fact}")
    return ", ".join(clauses) or NO_CONDITION


def clauses_of(match: Match, facts: AppealFacts) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Each clause that asks something: its key, what it wants, and what the fact is."""
    for key in match.__struct_fields__:
        wanted, fact = getattr(match, key), getattr(facts, key)
        if isinstance(wanted, bool):
            yield key, (str(wanted).lower(),), str(fact).lower()
        elif wanted:
            yield key, wanted, fact


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """Why a policy is not for a case: the first thing about it that does not fit."""

    #: `window`, `effective_from`, `effective_to`, or the clause of `[match]`.
    key: str
    #: What the policy wants; several are alternatives.
    wanted: tuple[str, ...]
    #: What it is; empty: not known.
    fact: str


def mismatch(policy: Policy, facts: AppealFacts, at: datetime, calendar: Calendar) -> Mismatch | None:
    """Why a policy is not for a case received at `at`; None when it is."""
    found = _out_of_force(policy, at, calendar)
    if found is not None:
        return found
    wrong = (one for one in clauses_of(policy.match, facts) if one[2] not in one[1])
    return next((Mismatch(key=key, wanted=wanted, fact=fact) for key, wanted, fact in wrong), None)


def in_force(policy: Policy, at: datetime, calendar: Calendar) -> bool:
    """Whether a receipt at that instant falls under the policy: in its window, on a day of its calendar's zone."""
    return _out_of_force(policy, at, calendar) is None


def _out_of_force(policy: Policy, at: datetime, calendar: Calendar) -> Mismatch | None:
    window, local = policy.window, calendar.local(at)
    if window is not None and not window.opens <= at < window.closes:
        times = tuple(calendar.local(edge).isoformat() for edge in (window.opens, window.closes))
        return Mismatch(key="window", wanted=times, fact=local.isoformat())
    first, last = policy.effective_from, policy.effective_to
    if first is not None and local.date() < first:
        return Mismatch(key="effective_from", wanted=(str(first),), fact=str(local.date()))
    if last is not None and local.date() > last:
        return Mismatch(key="effective_to", wanted=(str(last),), fact=str(local.date()))
    return None


def choose(
    policies: Sequence[Policy], facts: AppealFacts, at: datetime, calendars: Mapping[str, Calendar]
) -> Chosen:
    """The first policy in order that is in force at `at` and matches.

    Args:
        policies: in the order they are tried.
        facts: what is known of the appeal.
        at: aware instant of receipt.
        calendars: by name.

    Raises:
        ConfigurationError: none matches, or a calendar is missing; :func:`check_set` finds both beforehand.
    """
    found = first_match(policies, facts, at, calendars)
    if found is not None:
        return found
    raise ConfigurationError(
        "no policy is in force for a case received at {received}",
        where="policies",
        todo="Add a policy without [match] and without effective dates.",
        received=at.isoformat(),
    )


def first_match(
    policies: Sequence[Policy], facts: AppealFacts, at: datetime, calendars: Mapping[str, Calendar]
) -> Chosen | None:
    """As :func:`choose`, of policies that need not be for every case; None when none is for this one."""
    for policy in policies:
        if not in_force(policy, at, _calendar(policy, calendars)):
            continue
        reason = matched(policy.match, facts)
        if reason is not None:
            special = ", while the special channel is open" if policy.window is not None else ""
            return Chosen(policy, f"{policy.name}: {reason}{special}")
    return None


def check_set(
    policies: Sequence[Policy], calendars: Mapping[str, Calendar] | None = None, files: Sequence[str] = ()
) -> None:
    """Check that a set of policies leaves no case without one.

    The policies without a condition must together cover every day, and nothing may stand after one that
    always applies.

    Args:
        policies: in the order they are tried.
        calendars: those known, by name; None: calendars are not checked.
        files: where each of them is written, for messages; empty: they are called by their names.

    Raises:
        ConfigurationError: they do not.
    """
    if calendars is not None:
        require_calendars(policies, calendars, files)
    gap = _first_gap([policy for policy in policies if _is_default(policy)])
    if gap is not None:
        raise ConfigurationError(
            "no default policy is in force {gap}",
            where="policies",
            todo="Add a policy without [match] for that time; it catches what no other matches.",
            gap=gap,
        )
    for policy, following in _shadowed(policies):
        raise ConfigurationError(
            "{name} is never reached: {before} before it takes every case",
            where="policies",
            todo="Put {before} last.",
            name=following.name,
            before=policy.name,
        )


def require_calendars(
    policies: Sequence[Policy], calendars: Mapping[str, Calendar], files: Sequence[str] = ()
) -> None:
    """Check that every policy's calendar is there; `files` as for :func:`check_set`.

    Raises:
        ConfigurationError: one is not.
    """
    for policy, file in zip(policies, files or ("",) * len(policies), strict=True):
        _calendar(policy, calendars, file)


def _calendar(policy: Policy, calendars: Mapping[str, Calendar], file: str = "") -> Calendar:
    if policy.calendar not in calendars:
        raise ConfigurationError(
            "there is no calendar {calendar}",
            where=f"{file or f'policy {policy.name}'}, calendar",
            todo="Known: {known}.",
            calendar=policy.calendar,
            known=", ".join(sorted(calendars)) or sentence("none"),
        )
    return calendars[policy.calendar]


def _first_gap(defaults: Sequence[Policy]) -> Sentence | None:
    """The first time without a default, in words; None when every day has one."""
    if not defaults:
        return sentence("at any time")
    reached = date.min
    for policy in sorted(defaults, key=lambda one: one.effective_from or date.min):
        starts, last = policy.effective_from or date.min, policy.effective_to
        if starts > reached:
            if reached == date.min:
                return sentence("before {day}", day=starts)
            return sentence("from {day} on", day=reached)
        if last is None:
            return None
        reached = max(reached, last + timedelta(days=1))
    return sentence("from {day} on", day=reached)


def _shadowed(policies: Sequence[Policy]) -> Iterator[tuple[Policy, Policy]]:
    for index, policy in enumerate(policies[:-1]):
        if takes_everything(policy):
            yield policy, policies[index + 1]


def takes_everything(policy: Policy) -> bool:
    """Whether it takes every case on every day: nothing may stand after it."""
    return _is_default(policy) and policy.effective_from is None and policy.effective_to is None


def _is_default(policy: Policy) -> bool:
    """Whether it takes every case, on the days it is in force."""
    return policy.match == _DEFAULT and policy.window is None
