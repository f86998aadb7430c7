"""A bureau: several cases on one hand-turned clock, which carries out what a decision asks of the router.

Where a `Play` has one case, an inspection makes more: tasks, findings, sweeps. Each is a play of its own here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from router.core import commands as c
from router.core.lifecycle import with_case_id
from router.core.rules import Rules
from tests.city import MONDAY, Play, actor, rules


class Bureau:
    """Plays by the id of their case, all at one time."""

    def __init__(self, in_force: Rules | None = None, start: datetime = MONDAY) -> None:
        """Nothing has happened yet."""
        self.rules = in_force or rules()
        self.now = start
        self.plays: dict[str, Play] = {}
        #: What the last opening was refused with; None when it was not.
        self.refused: str | None = None
        self._taken: dict[str, int] = {}
        self._given = 0

    def open(self, **fields: Any) -> Play:
        """A channel brings a case, as in `Play.open`."""
        play = Play(self.rules, self.now)
        play.open(id=self._next_id(), **fields)
        self.plays[play.case.id] = play
        return play

    def inspect(self, who: str, number: str, task: c.Task, **fields: Any) -> Play:
        """Somebody opens an inspection task."""
        command = c.Open(
            id=self._next_id(),
            case_id="",
            actor=actor(who),
            source=c.INSPECTION,
            source_id=number,
            channel=c.INSPECTION,
            task=task,
            **fields,
        )
        return self.give(command)

    def say(self, play: Play, who: str, kind: type[c.Command], **fields: Any) -> None:
        """Somebody gives a command about one case, and everything it asks for is carried out."""
        play.now = self.now
        play.say(who, kind, id=self._next_id(), **fields)
        self._carry_on()

    def give(self, command: c.Command) -> Play:
        """A command, to the play of its case."""
        command = with_case_id(command)
        play = self.plays.get(command.case_id)
        if play is None:
            play = Play(self.rules, self.now)
        play.now = self.now
        play.give(command)
        self.refused = play.refused
        if play.refused is None:
            self.plays[command.case_id] = play
        self._carry_on()
        return play

    def wait_until(self, instant: datetime) -> None:
        """Let time pass for every case."""
        for play in self.plays.values():
            play.wait_until(instant)
        self.now = instant
        self._carry_on()

    def _next_id(self) -> str:
        """Of all cases together: what is asked of the router is named after the command that led to it."""
        self._given += 1
        return f"bureau-{self._given}"

    def _carry_on(self) -> None:
        """Carry out what the steps so far have asked for, and what that asks for."""
        for case_id, play in list(self.plays.items()):
            seen = self._taken.get(case_id, 0)
            self._taken[case_id] = len(play.steps)
            for step in play.steps[seen:]:
                for command in step.follow_ons:
                    self.give(command)

    def tasks(self, kind: c.TaskKind | None = None) -> list[Play]:
        """The inspection tasks, in the order they came."""
        found = [(play, play.case.inspections.task) for play in self.plays.values()]
        return [play for play, task in found if task is not None and kind in (None, task.kind)]

    def children(self, parent: Play) -> list[Play]:
        """The cases that came of one, but for tasks."""
        known = (play for play in self.plays.values() if play.case.inspections.parent == parent.case.id)
        return [play for play in known if play.case.inspections.task is None]

    def told(self, desk: str) -> Sequence[str]:
        """The kinds of all messages a desk got, of whatever case."""
        return [kind for play in self.plays.values() for kind in play.told(desk)]
