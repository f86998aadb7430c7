"""Openings in batches: nobody is forgotten, and what the broker confirmed is noted while nothing arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from threading import Event

from router.arrivals import Arrived
from router.core.commands import Open
from router.errors import UnreachableError
from router.flow import Router
from router.ledger.port import Answer
from router.tiers.batching import Batching, Stored
from tests.city import MONDAY
from tests.unit.test_batch import OPEN


class Shelf:
    """As much of a ledger as an intake asks for: no case is known."""

    def case(self, case_id: str) -> None:
        """There is none."""
        assert case_id


class SlowRouter(Router):
    """Notes what it is asked to do; three of its messages are confirmed one look after the other."""

    def __init__(self) -> None:
        """Needs no ledger."""
        self.carried: list[str] = []
        self.on_their_way = 3
        #: Set when a look at the confirms has begun; it ends when `go_on` is set.
        self.looking, self.go_on = Event(), Event()
        self.go_on.set()
        self.away = False

    def carry_out(  # type: ignore[override]
        self, arrived: Sequence[Arrived], now: datetime
    ) -> dict[str, Answer]:
        """Accept everything."""
        assert now == MONDAY
        self.carried += [one.command.id for one in arrived]
        return {
            one.command.id: Answer(command=one.command.id, case_id=one.command.case_id, version=1)
            for one in arrived
        }

    def flush(self, now: datetime, *, wait: bool = True) -> bool:
        """One more is confirmed."""
        assert now == MONDAY
        assert not wait, "who posts would wait with it"
        self.looking.set()
        assert self.go_on.wait(10)
        if self.away:
            raise UnreachableError("no answer")
        self.on_their_way -= 1
        return self.on_their_way > 0


def opening() -> Open:
    """A case that somebody posts."""
    assert isinstance(OPEN, Open)
    return OPEN


def batching(router: Router) -> Batching:
    """Batching that looks at the confirms at once."""
    return Batching(router, Shelf(), lambda: MONDAY, settle_after_s=0.01)  # type: ignore[arg-type]


async def worked(batching: Batching) -> None:
    """Wait until nothing is left to do."""
    assert batching._task is not None
    await asyncio.wait_for(batching._task, 10)


def test_when_idle_it_looks_until_everything_sent_is_settled() -> None:
    router = SlowRouter()

    async def post() -> None:
        on = batching(router)
        await on.store(opening())
        await worked(on)

    asyncio.run(post())
    assert router.on_their_way == 0


def test_what_is_posted_while_confirms_are_noted_is_stored_without_another_post() -> None:
    router = SlowRouter()
    router.on_their_way = 1
    router.go_on.clear()

    async def post() -> Stored:
        on = batching(router)
        await on.store(opening())
        assert await asyncio.to_thread(router.looking.wait, 10)
        second = asyncio.create_task(on.store(opening()))
        await asyncio.sleep(0)
        router.go_on.set()
        stored = await asyncio.wait_for(second, 10)
        await worked(on)
        return stored

    assert asyncio.run(post()).answer.version == 1
    assert len(router.carried) == 2


def test_a_ledger_that_is_away_when_idle_ends_the_looking() -> None:
    router = SlowRouter()
    router.away = True

    async def post() -> None:
        on = batching(router)
        await on.store(opening())
        await worked(on)

    asyncio.run(post())
    assert router.on_their_way == 3
