"""Batching: openings that arrive together share a transaction, and nobody waits for a batch to fill.

While one batch is being stored, what arrives waits and makes the next one. One router, one thread at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool

from router.arrivals import Arrived, direct
from router.broker.port import Outgoing
from router.core.commands import Command
from router.errors import RouterError, UnreachableError
from router.flow import Router
from router.ledger.port import Answer, Ledger
from router.sending import Sender

log = structlog.get_logger(__name__)

#: Where a command came from, should it be parked.
ORIGIN = "http"
#: Openings stored in one transaction.
_BATCH = 256
#: Quiet seconds after which what the broker has confirmed is noted, so that the relay does not send it again.
_SETTLE_AFTER_S = 1.0
#: Batches on their way to the broker at once; further ones are the relay's.
_FLYING = 3


class UnhurriedSender(Sender):
    """Sends what it can without anybody waiting: whoever posts a case must not wait for a broker that is away.

    What does not fit stays in the outbox, where the relay finds it some seconds later.
    """

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Start sending, or leave it to the relay."""
        if len(self._flying) < _FLYING:
            super().send(batch)

    def close(self) -> None:
        """Wait for the batch being sent, at most as long as one attempt takes; the others are the relay's."""
        for _, future in self._flying:
            future.cancel()
        self._flying = deque(flying for flying in self._flying if not flying[1].cancelled())
        super().close()


class Stored(msgspec.Struct, frozen=True):
    """What the ledger answered."""

    answer: Answer
    #: Whether the ledger had the case before this opening.
    known: bool


class FailingError(RouterError):
    """The opening could not be decided; it is parked where an operator finds it."""


class Batching:
    """Carries openings out, in batches; belongs to one event loop."""

    def __init__(
        self,
        router: Router,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        settle_after_s: float = _SETTLE_AFTER_S,
    ) -> None:
        """Put it together.

        Args:
            router: its own, with an :class:`UnhurriedSender`.
            ledger: says which cases were known before.
            clock: gives the instant of recording.
            settle_after_s: quiet seconds after which is noted what the broker has confirmed.
        """
        self._router = router
        self._settle_after_s = settle_after_s
        self._ledger = ledger
        self._clock = clock
        self._waiting: list[tuple[Command, asyncio.Future[Stored]]] = []
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def store(self, opening: Command) -> Stored:
        """Have an opening, or what is said of a case over HTTP, on record; when it returns it is in the ledger.

        Raises:
            UnreachableError: the ledger does not answer; nothing is known to be stored.
            RouterError: the ledger cannot keep this one.
        """
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((opening, future))
        if self._task is None or self._task.done():
            # Belongs to the running loop, as the task does.
            self._arrived = asyncio.Event()
            self._task = asyncio.create_task(self._work())
        self._arrived.set()
        return await future

    async def _work(self) -> None:
        """Store what arrives; when it is quiet, note what was confirmed; end when nothing is left to note."""
        while True:
            try:
                await asyncio.wait_for(self._arrived.wait(), self._settle_after_s)
            except TimeoutError:
                is_busy = await run_in_threadpool(self._settle)
                # What was posted meanwhile found this task at work and started none of its own.
                if not is_busy and not self._arrived.is_set():
                    return
                continue
            self._arrived.clear()
            await self._empty()

    async def _empty(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            # Who hung up meanwhile is carried out all the same: it may have been their last word.
            found = await run_in_threadpool(self._carry_out, [opening for opening, _ in batch])
            for (_, future), one in zip(batch, found, strict=True):
                if future.cancelled():
                    continue
                if isinstance(one, Stored):
                    future.set_result(one)
                else:
                    future.set_exception(one)

    def _settle(self) -> bool:
        """Note what was confirmed, without waiting for the rest: who posts meanwhile must not wait with it.

        Returns:
            Whether messages are still on their way.
        """
        try:
            return self._router.flush(self._clock(), wait=False)
        except UnreachableError as error:
            # The relay sends them again, under the same ids.
            log.info("intake.not_settled", where=error.where)
            return False

    def _carry_out(self, openings: Sequence[Command]) -> list[Stored | Exception]:
        try:
            return self._carry_out_together(openings)
        except UnreachableError as error:
            return [error] * len(openings)
        except Exception as error:  # noqa: BLE001 - one opening must not take the others with it
            log.warning("intake.batch_failed", count=len(openings), error=type(error).__name__)
            return [self._carry_out_alone(opening) for opening in openings]

    def _carry_out_alone(self, opening: Command) -> Stored | Exception:
        try:
            return self._carry_out_together([opening])[0]
        except Exception as error:  # noqa: BLE001 - answered to whoever posted it
            log.error("intake.failed", case=opening.case_id, error=type(error).__name__)
            return error

    def _carry_out_together(self, openings: Sequence[Command]) -> list[Stored | Exception]:
        known = {opening.case_id for opening in openings if self._ledger.case(opening.case_id) is not None}
        arrived: list[Arrived] = [direct(opening, ORIGIN) for opening in openings]
        answers = self._router.carry_out(arrived, self._clock())
        found: list[Stored | Exception] = []
        for opening in openings:
            answer = answers.get(opening.id)
            if answer is None or not answer.is_to(opening):
                found.append(FailingError("the case could not be decided; it is parked", where=opening.case_id))
                continue
            found.append(Stored(answer, opening.case_id in known))
            # A repeat in the same batch finds the case its twin has just opened.
            known.add(opening.case_id)
        return found
