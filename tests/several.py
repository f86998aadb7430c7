"""Several cases on one hand-turned clock: what a command to one means for another is carried out in its turn.

town = Several()
first, second = town.open("1"), town.open("2", channel="app")
town.say(first, "dispatcher:li", Link, other=second.case.id)
assert [*second.case.links.standing()]
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from router.core import commands as c
from router.core.rules import Rules
from tests.city import MONDAY, Play, rules


class Several:
    """Plays by case id; ids of commands are counted over all of them."""

    def __init__(self, in_force: Rules | None = None, start: datetime = MONDAY) -> None:
        """Nothing has happened yet."""
        self.rules = in_force or rules()
        self.now = start
        self.plays: dict[str, Play] = {}
        self._given = 0
        self._followed: set[str] = set()

    def open(self, source_id: str, channel: str = "hotline", **fields: Any) -> Play:
        """A channel brings a case, now."""
        play = Play(self.rules, start=self.now)
        play.open(channel, id=f"open-{channel}-{source_id}", source_id=source_id, **fields)
        self.plays[play.case.id] = play
        return play

    def say(self, about: Play, who: str, kind: type[c.Command], **fields: Any) -> str | None:
        """Somebody gives a command; returns the code it was refused with, None when it was accepted."""
        self._given += 1
        about.wait_until(self.now)
        about.beside = {play.case.id: play.case for play in self.plays.values()}
        about.say(who, kind, id=f"said-{self._given}", **fields)
        refused = about.refused
        self.follow()
        return refused

    def follow(self, *, reverse: bool = False) -> None:
        """Carry out what follows for other cases; `reverse` in the wrong order."""
        while waiting := self.waiting():
            for command in waiting[::-1] if reverse else waiting:
                self.deliver(command)

    def waiting(self) -> list[c.Command]:
        """What follows for other cases and has not been carried out."""
        return [
            command
            for play in self.plays.values()
            for step in play.steps
            for command in step.follow_ons
            if command.id not in self._followed
        ]

    def deliver(self, command: c.Command) -> None:
        """Carry out one of them, or one again."""
        self._followed.add(command.id)
        if command.case_id not in self.plays:  # a case that this makes
            self.plays[command.case_id] = Play(self.rules, start=self.now)
            self.plays[command.case_id].give(command)
            return
        play = self.plays[command.case_id]
        play.wait_until(self.now)
        play.give(command)

    def wait(self, **delta: float) -> Several:
        """Let time pass for all of them."""
        self.now += timedelta(**delta)
        for play in self.plays.values():
            play.wait_until(self.now)
        return self
