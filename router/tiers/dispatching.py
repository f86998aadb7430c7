"""Dispatching: the one way a delivered message reaches its handler, on whatever transport it came.

In order: decode, drop what is old, say that it is in hand, call the handler (a few times when it raises), wait
until everything said is confirmed, remember it. Only then may the message be acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from threading import Event
from typing import Any

import msgspec
import structlog
from tenacity import RetryCallState, RetryError, Retrying, stop_after_attempt, wait_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from router.broker.port import Delivery
from router.core.telling import messages as m
from router.errors import ConfigurationError, RouterError, UnreachableError
from router.tiers.office import Office
from router.tiers.report import Outbound
from router.tiers.seen import CAPACITY, Seen

log = structlog.get_logger(__name__)

#: How often a handler is tried with one message before it is set aside; some eight seconds in all.
ATTEMPTS = 5
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 8.0

_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in m.PAYLOAD_TYPES.items()
}

Handle = Callable[[Any, Office], object]


class HandlersFailingError(RouterError):
    """The handlers fail message after message; nothing was lost, all of it is back in the queue."""


class Ending(StrEnum):
    """What becomes of a delivered message."""

    DONE = "done"  # handled, or nothing to handle: acknowledge
    REJECTED = "rejected"  # can never be handled here: reject without requeue, the broker parks it
    ASIDE = "aside"  # its handler keeps failing: leave it unacknowledged
    LEFT = "left"  # the program is stopping: leave it, it comes again


class Dispatching:
    """Handlers by message, and the memory of what they handled. One thread at a time."""

    def __init__(self, speaker: str, *, attempts: int = ATTEMPTS, remember: int = CAPACITY, receipts: bool = True):
        """Nothing is handled yet.

        Args:
            speaker: code of the desk or channel.
            attempts: how often a handler is tried with one message.
            remember: messages remembered to recognise what comes twice or late.
            receipts: say of each assignment that it is in hand; desks do, channels have none.
        """
        self._speaker = speaker
        self._attempts = attempts
        self._receipts = receipts
        self._seen = Seen(remember)
        self._handlers: dict[type[m.Told], Handle] = {}

    def on(self, kind: type[m.Told], handler: Handle) -> None:
        """Have messages of a kind handled.

        Raises:
            ConfigurationError: they are already.
        """
        if kind in self._handlers:
            raise ConfigurationError("two handlers for {tag}", where=self._speaker, tag=kind.__struct_config__.tag)
        self._handlers[kind] = handler

    def forget_hand_overs(self) -> None:
        """The ledger was restored from a backup: what is handed over now is new, whatever its id."""
        self._seen.forget_hand_overs()

    def __contains__(self, kind: type[m.Told]) -> bool:
        return kind in self._handlers

    def handle(self, delivery: Delivery, outbound: Outbound, stop: Event) -> Ending:
        """Handle one delivered message; `stop` cuts waiting short."""
        payload = self._decoded(delivery)
        if payload is None:
            return Ending.REJECTED
        bound = log.bind(speaker=self._speaker, type=delivery.type, message=delivery.id)
        if isinstance(payload, m.Payload):
            bound = bound.bind(case=payload.case_id)
        try:
            if self._is_old(delivery.id, payload, outbound, bound):
                return Ending.DONE
            return self._tried(delivery.id, payload, outbound, stop, bound)
        except UnreachableError:
            return Ending.LEFT

    def _decoded(self, delivery: Delivery) -> m.Told | None:
        decoder = _DECODERS.get(delivery.type)
        if decoder is None:
            log.error("message.unknown_type", speaker=self._speaker, type=delivery.type, message=delivery.id)
            return None
        try:
            payload: m.Told = decoder.decode(delivery.body)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
            # What msgspec says may quote the body.
            log.error("message.undecodable", speaker=self._speaker, type=delivery.type, message=delivery.id)
            return None
        return payload

    def _is_old(
        self, message_id: str, payload: m.Told, outbound: Outbound, bound: structlog.stdlib.BoundLogger
    ) -> bool:
        if self._seen.is_duplicate(message_id):
            bound.info("message.duplicate")
            # Hand-offs without a receipt are sent again: the first receipt may have been lost with a broker.
            self._receive(message_id, payload, outbound)
            outbound.settle()
            return True
        if self._seen.is_stale(payload):
            bound.info("message.stale", version=getattr(payload, "version", 0))
            return True
        return False

    def _receive(self, message_id: str, payload: m.Told, outbound: Outbound) -> None:
        if self._receipts and isinstance(payload, m.Assigned):
            Office(self._speaker, message_id, outbound.send).receive(payload)

    def _tried(
        self,
        message_id: str,
        payload: m.Told,
        outbound: Outbound,
        stop: Event,
        bound: structlog.stdlib.BoundLogger,
    ) -> Ending:
        handler = self._handlers.get(type(payload))
        self._receive(message_id, payload, outbound)
        try:
            for attempt in self._attempting(stop, bound):
                with attempt:
                    if handler is not None:
                        handler(payload, Office(self._speaker, message_id, outbound.send))
        except RetryError as error:
            if stop.is_set():
                return Ending.LEFT
            bound.error("message.set_aside", error=kind_of(error.last_attempt.exception()))
            return Ending.ASIDE
        outbound.settle()
        self._seen.note(message_id, payload)
        bound.info("message.handled" if handler is not None else "message.no_handler")
        return Ending.DONE

    def _attempting(self, stop: Event, bound: structlog.stdlib.BoundLogger) -> Retrying:
        def failed(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome is not None else None
            bound.warning("message.handler_failed", error=kind_of(error), attempt=state.attempt_number)

        return Retrying(
            stop=stop_after_attempt(self._attempts) | stop_when_event_set(stop),
            wait=wait_exponential(_FIRST_PAUSE_S, max=_LONGEST_PAUSE_S),
            sleep=sleep_using_event(stop),
            after=failed,
        )


def kind_of(error: BaseException | None) -> str:
    """Where and what, without the words: an exception's text may quote the case."""
    if error is None:
        return ""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{at}"
