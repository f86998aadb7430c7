"""Residents and the follow-up desk (回访): what they do about a case, at the telephone and at the shell."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from router.core import commands as c
from router.demo import shares, texts
from router.demo.city_life import Appeal
from router.demo.desks import Planned

#: Share of residents who take their appeal back, and of those who come again after it was closed.
_WITHDRAWN = 0.008
_AGAIN = 0.012
#: Follow-ups: how many reach nobody, and how many find the matter unsolved.
_UNREACHABLE = 0.12
_NOT_ACCEPTED = 0.10
#: Of those who are reached: how many answer the three questions (三率), had heard of the desk that acted, and are
#: satisfied, or basically so at least.
_ANSWERS = 0.70
_CONTACTED = 0.94
_SATISFIED, _BASICALLY = 0.68, 0.90
#: Nobody is called at night: local hours.
_FIRST_CALL_H, _LAST_CALL_H = 8, 20


class People:
    """Those who hear of an outcome and say whether it is one."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed

    def after_appeal(self, appeal: Appeal) -> list[Planned]:
        """A few residents withdraw within two days."""
        rng = self._rng(appeal.command.id, "withdraw")
        if appeal.command.contact is None or rng.random() >= _WITHDRAWN:
            return []
        at = appeal.at + timedelta(hours=rng.uniform(1, 40))
        actor = appeal.command.actor
        return [_by_channel(c.Withdraw, appeal.case_id, actor, at, "withdraw", text=texts.WITHDRAWN)]

    def after_resolution(self, appeal: Appeal, resolve: c.Command, at: datetime) -> list[Planned]:
        """What is urgent is followed up by telephone; of the rest, a few come again."""
        rng = self._rng(resolve.id, "after")
        if appeal.command.category in shares.EMERGENCIES:
            return self._calls(resolve, at.astimezone(appeal.at.tzinfo), rng)
        if appeal.command.contact is None or rng.random() >= _AGAIN:
            return []
        later = at + timedelta(hours=rng.uniform(2, 60))
        name = f"again/{resolve.id}"
        return [_by_channel(c.Reopen, appeal.case_id, appeal.command.actor, later, name, text=texts.AGAIN)]

    def _calls(self, resolve: c.Command, at: datetime, rng: Random) -> list[Planned]:
        """At most three calls on three days, ending with the first that reaches somebody."""
        calls: list[Planned] = []
        for number, when in enumerate(_times(at, rng)):
            reached = rng.random() >= _UNREACHABLE
            accepted = rng.random() >= _NOT_ACCEPTED
            answers = self._answers(resolve, number, solved=accepted) if reached else None
            calls.append(_call(resolve, when, number, reached=reached, accepted=accepted, answers=answers))
            if reached:
                break
        return calls

    def _answers(self, resolve: c.Command, number: int, *, solved: bool) -> c.Answers | None:
        """What a resident says of the unit; None: they have no time for that."""
        rng = self._rng(resolve.id, number, "answers")
        if rng.random() >= _ANSWERS:
            return None
        content, said = rng.random(), c.Satisfaction.DISSATISFIED
        if solved and content < _BASICALLY:
            said = c.Satisfaction.SATISFIED if content < _SATISFIED else c.Satisfaction.BASICALLY
        return c.Answers(contacted=rng.random() < _CONTACTED, solved=solved, satisfaction=said)

    def _rng(self, *words: object) -> Random:
        return Random(" ".join(map(str, (self._seed, *words))))  # noqa: S311 - a made-up city needs no secret


def _times(at: datetime, rng: Random) -> list[datetime]:
    """Three times at which somebody may be called, on three days and at different hours."""
    first = at + timedelta(hours=rng.uniform(0.5, 2.5))
    if not _FIRST_CALL_H <= first.hour < _LAST_CALL_H:
        first = first.replace(hour=_FIRST_CALL_H + 1) + timedelta(days=first.hour >= _LAST_CALL_H)
    others = [hour for hour in (10, 15, 19) if hour != first.hour]
    return [first, *(first.replace(hour=hour) + timedelta(days=day + 1) for day, hour in enumerate(others[:2]))]


def _call(
    resolve: c.Command, at: datetime, number: int, *, reached: bool, accepted: bool, answers: c.Answers | None
) -> Planned:
    result = c.FollowUpResult.ACCEPTED if accepted else c.FollowUpResult.NOT_ACCEPTED
    command = c.FollowUp(
        id=f"{resolve.id}/call-{number}",
        case_id=resolve.case_id,
        actor=c.Actor(c.ActorRole.FOLLOW_UP, "callers"),
        at=at,
        result=result if reached else c.FollowUpResult.UNREACHABLE,
        accepted=int(accepted),
        answers=answers,
    )
    return Planned(at=at, command=command, desk=None, by_broker=False)


def _by_channel(
    kind: type[c.Command], case_id: str, actor: c.Actor, at: datetime, name: str, **fields: Any
) -> Planned:
    """A resident's word, which the source channel passes on through the broker."""
    command = kind(id=f"{case_id}/{name}", case_id=case_id, actor=actor, at=at, **fields)
    return msgspec.structs.replace(Planned(at=at, command=command, desk=None), by_broker=True)
