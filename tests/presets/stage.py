"""A stage for transcripts: one case in a whole installation, with shipped policies in force, on a turned clock.

Times are written as an official writes them, in the city's own time: `2026-09-21 09:00`. Every deadline is noticed
a second after it has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from router.app import Installation
from router.arrivals import direct
from router.broker.port import Delivery
from router.calendars import Source
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Command, Open
from router.core.events import Entry, MilestoneStatus
from router.core.lifecycle import with_case_id
from router.core.policies.colours import colour_of
from router.core.policies.matching import takes_everything
from router.core.telling.messages import PAYLOAD_TYPES
from router.core.territory import address
from router.core.territory.tree import TreeFile
from router.ledger.migrations import upgrade
from router.presets import preset_policy, preset_text
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from router.waker import Waker
from tests.city import actor, file, line

_ZONE = ZoneInfo("Asia/Shanghai")
_FORM = "%Y-%m-%d %H:%M"


def local(at: datetime) -> str:
    """As an official writes it; midnight is 00:00 of the day that begins. Seconds only where there are any."""
    shown = at.astimezone(_ZONE)
    return shown.strftime(_FORM if not shown.second else f"{_FORM}:%S")


class Stage:
    """What a transcript needs: say, turn the clock, and read what is on record and who was told."""

    def __init__(
        self, url: str, presets: Sequence[str], start: str, *, tree: TreeFile | None = None, **settings: Any
    ) -> None:
        """Put the presets in force, in that order, and `default` after them where they do not take every case."""
        self.time = _instant(start)
        upgrade(url)
        self.on = Installation(Settings(ledger=url, broker="embedded:", **settings), now=lambda: self.time)
        tree = tree or file()
        names = (
            presets if any(takes_everything(preset_policy(name)) for name in presets) else (*presets, "default")
        )
        sources = tuple(Source(name, preset_text("policies", name)) for name in names)
        install_tree(self.on.ledger, tree, self.time)
        install_policies(self.on.ledger, PolicySet(policies=sources), tree.tiers, self.time)
        self.on.declare_embedded()
        self.router = self.on.router(background=False)
        self._waker = Waker(self.on.ledger, self.on.sender(background=False))
        tiers = self.on.rulebook().tree.tiers
        self._due = self.on.broker.consumer([address.due_queue(tier) for tier in tiers], 1000)
        self._given = 0
        self._case_id = ""
        #: Code of the last refusal; None when the last command was accepted.
        self.refused: str | None = None
        #: Its data.
        self.data: dict[str, str] = {}

    # -- what is done

    def open(self, at: str | None = None, *, channel: str = "hotline", **fields: Any) -> Case:
        """A channel brings a case: a broken lamp in the street `willow` unless told otherwise."""
        if at is not None:
            self.until(at)
        self._given += 1
        told: dict[str, Any] = {
            "id": f"open-{self._given}",
            "case_id": "",
            "actor": Actor(ActorRole.CHANNEL, channel),
            "source": channel,
            "source_id": str(self._given),
            "channel": channel,
            "category": "lamp",
            "division": ("lake", "willow"),
        }
        opening = with_case_id(Open(**(told | fields)))
        self._case_id = opening.case_id
        self._give(opening)
        return self.case

    def say(self, at: str, who: str, kind: type[Command], **fields: Any) -> str | None:
        """Somebody (a plain name is a desk) gives a command; returns the refusal's code, None when accepted."""
        self.until(at)
        self._given += 1
        fields.setdefault("id", f"command-{self._given}")
        self._give(kind(case_id=fields.pop("case_id", self._case_id), actor=actor(who), **fields))
        return self.refused

    def until(self, at: str) -> Stage:
        """Turn the clock; what falls due on the way is noticed a second after."""
        instant = _instant(at)
        assert instant >= self.time, f"{at} is past: it is {local(self.time)}"
        while (due_at := self._next_due()) is not None:
            noticed = max(due_at + timedelta(seconds=1), self.time)
            if noticed > instant:
                break
            self.time = noticed
            self._fall_due()
        self.time = instant
        return self

    # -- what came of it

    @property
    def case(self) -> Case:
        """The case the transcript is about: the one opened last."""
        return self.case_of(self._case_id)

    def case_of(self, case_id: str) -> Case:
        """Any case."""
        found = self.on.ledger.case(case_id)
        assert found is not None
        return found

    def due(self, milestone: str) -> str:
        """The instant of the latest milestone of that name."""
        found = self.case.milestone(milestone)
        assert found is not None, f"no milestone {milestone}: {self.running()}"
        return local(found.due_at)

    def running(self) -> dict[str, str]:
        """Running milestones and their instants, the next one first."""
        running = [m for m in self.case.milestones if m.status is MilestoneStatus.RUNNING]
        return {m.name: local(m.due_at) for m in sorted(running, key=lambda m: (m.due_at, m.name))}

    def colour(self, at: str | None = None) -> str | None:
        """The colour on the wall board at a time, without turning the clock."""
        found = colour_of(self.case, self.on.rulebook(), _instant(at) if at is not None else self.time)
        return found.name if found is not None else None

    def entries(self, case_id: str | None = None) -> list[Entry]:
        """What is on record."""
        return self.on.ledger.entries(case_id or self._case_id)

    def story(self, *kinds: str, case_id: str | None = None) -> list[str]:
        """What is on record, a line each with its event time; of those kinds alone, if any are named."""
        return [
            f"{local(entry.event_at)} {line(entry.event)}"
            for entry in self.entries(case_id)
            if not kinds or type(entry.event).__name__ in kinds
        ]

    def told(self, desk: str) -> list[str]:
        """Kinds of the messages that wait in a desk's queue, in order; they are taken."""
        return self._taken(address.desk_queue(desk))

    def answered(self, channel: str) -> list[str]:
        """Kinds of the messages to a channel, in order; they are taken."""
        return self._taken(address.channel_queue(channel))

    def heard(self, channel: str) -> list[Any]:
        """The messages to a channel, in order; they are taken."""
        return self._decoded(address.channel_queue(channel))

    def bodies(self, desk: str) -> list[Any]:
        """The messages that wait in a desk's queue, in order; they are taken."""
        return self._decoded(address.desk_queue(desk))

    def close(self) -> None:
        """Close everything."""
        self._due.close()
        self.on.close()

    # -- how

    def _give(self, command: Command) -> None:
        answer = self.router.carry_out([direct(command, "stage")], self.time)[command.id]
        self.router.flush(self.time)
        self.refused, self.data = answer.refused, dict(answer.data)
        self._carry_on()

    def _next_due(self) -> datetime | None:
        dues = [case.next_due_at for case in self.on.ledger.all_cases() if case.is_open]
        return min((at for at in dues if at is not None), default=None)

    def _fall_due(self) -> None:
        while self._waker.run_once(self.time, 500):
            self._carry_on()

    def _carry_on(self) -> None:
        """What has come to the router: deadlines, and what a decision asks of it about other cases."""
        while deliveries := self._due.receive(500, 0.001):
            self.router.handle(deliveries, self.time)
            self._due.done(deliveries)
            self.router.flush(self.time)

    def _taken(self, queue: str) -> list[str]:
        return [delivery.key.rpartition(".")[2] for delivery in self._deliveries(queue)]

    def _decoded(self, queue: str) -> list[Any]:
        return [msgspec.json.decode(one.body, type=PAYLOAD_TYPES[one.type]) for one in self._deliveries(queue)]

    def _deliveries(self, queue: str) -> list[Delivery]:
        consumer = self.on.broker.consumer([queue], 1000)
        found: list[Delivery] = []
        while deliveries := consumer.receive(1000, 0.05):
            found += deliveries
            consumer.done(deliveries)
        consumer.close()
        return found


def _instant(at: str) -> datetime:
    form = _FORM if at.count(":") == 1 else f"{_FORM}:%S"
    # A clock time in Shanghai has been UTC+8 without summer time since 1992.
    return datetime.strptime(at, form).replace(tzinfo=UTC) - timedelta(hours=8)
