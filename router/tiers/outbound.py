"""Reports to RabbitMQ, on a connection of their own, each kept until the broker has confirmed it.

Confirms are matched by delivery tag. After any trouble the connection is thrown away: what was not confirmed on it
is sent again on the next one, with the same id.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, RLock
from time import monotonic
from typing import Any

import structlog
from kombu.connection import Connection
from kombu.messaging import Producer
from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception_type, wait_random_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from router.broker.rabbitmq import without_secrets
from router.errors import UnreachableError
from router.sentences import Sentence, sentence
from router.tiers.link import LINK_ERRORS, connection_to, open_link, vouched_user
from router.tiers.report import Report

log = structlog.get_logger(__name__)

CONFIRM_TIMEOUT_S = 10.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_PERSISTENT = 2


class KombuOutbound:
    """Implements `router.tiers.office.Outbound`. Any thread may call it."""

    def __init__(self, url: str, stop: Event, *, confirm_timeout_s: float = CONFIRM_TIMEOUT_S) -> None:
        """Nothing is connected before the first report. `stop` ends waiting for a broker that is away."""
        self._url = url
        self._stop = stop
        self._confirm_timeout_s = confirm_timeout_s
        self._lock = RLock()
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        #: Reports not confirmed yet, by id, in order of sending.
        self._pending: dict[str, Report] = {}
        #: Delivery tag → report id, of those on their way on this connection.
        self._flying: dict[int, str] = {}
        self._tag = 0
        self._returned: set[str] = set()
        #: `user_id`, where the account is one the broker should vouch for.
        self._identity: dict[str, str] = {}

    def send(self, report: Report) -> None:
        """Send now if the broker is there; it is kept either way."""
        with self._lock:
            self._pending[report.id] = report
            try:
                self._publish(report)
            except LINK_ERRORS as error:
                self._drop(error)

    def settle(self) -> None:
        """Wait until everything is confirmed, making the connection again as often as it takes.

        Raises:
            UnreachableError: the program was told to stop before that.
            ConfigurationError: the broker does not take user and password.
        """
        with self._lock:
            try:
                for attempt in self._attempting():
                    with attempt:
                        self._settle_once()
            except RetryError:
                self._pending.clear()
                raise self._unreachable(sentence("stopped before the broker confirmed")) from None

    def beat(self) -> None:
        """Keep the connection alive and take confirms in; called each second while nobody else uses it."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._pending:
                self._send_again()
            if self._connection is not None:
                self._drain(0.0)
                self._connection.heartbeat_check()
        except LINK_ERRORS as error:
            self._drop(error)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; what is not confirmed is forgotten. Idempotent."""
        with self._lock:
            self._let_go()

    # -- with the lock held ------------------------------------------------------------------------------------

    def _attempting(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(UnreachableError),
            stop=stop_when_event_set(self._stop),
            wait=wait_random_exponential(_FIRST_PAUSE_S, max=_LONGEST_PAUSE_S),
            sleep=sleep_using_event(self._stop),
            before_sleep=self._tell,
        )

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        what = error.what if isinstance(error, UnreachableError) else ""
        log.warning("reports.waiting", count=len(self._pending), what=what, attempt=state.attempt_number)

    def _settle_once(self) -> None:
        give_up_at_s = monotonic() + self._confirm_timeout_s
        try:
            self._send_again()
            while self._flying:
                left_s = give_up_at_s - monotonic()
                if left_s <= 0:
                    raise TimeoutError("no confirm in time")
                self._drain(left_s)
        except LINK_ERRORS as error:
            self._drop(error)
            raise self._unreachable(str(error)) from error
        if self._pending:
            what = sentence("no queue is bound for it" if self._returned else "a queue on its way is full")
            self._returned.clear()
            raise self._unreachable(what)

    def _send_again(self) -> None:
        flying = set(self._flying.values())
        for report in list(self._pending.values()):
            if report.id not in flying:
                self._publish(report)

    def _drain(self, wait_s: float) -> None:
        """Take in what the broker says within `wait_s`, or what it has said when that is 0."""
        if self._connection is None:
            return
        try:
            while True:
                self._connection.drain_events(timeout=wait_s)
                if wait_s:
                    return
        except TimeoutError:
            return

    def _publish(self, report: Report) -> None:
        producer = self._producer or self._connect()
        self._tag += 1
        self._flying[self._tag] = report.id
        producer.publish(
            report.body,
            exchange=report.exchange,
            routing_key=report.key,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=_PERSISTENT,
            # None, not kombu's 0: on RabbitMQ 4.3 a missing priority is another class than 0.
            priority=None,
            # Where topology was applied an alternate exchange takes what is not routed; elsewhere it comes back.
            mandatory=True,
            message_id=report.id,
            type=report.type,
            correlation_id=report.case_id,
            headers=report.headers,
            **self._identity,
        )

    def _connect(self) -> Producer:
        connection = connection_to(self._url)
        self._connection = connection
        open_link(connection, self._url)
        user = vouched_user(connection)
        self._identity = {"user_id": user} if user else {}
        channel = connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_confirm(confirmed=True))
        channel.events["basic_nack"].add(self._on_confirm(confirmed=False))
        channel.events["basic_return"].add(self._on_return)
        self._flying.clear()
        self._tag = 0
        self._producer = Producer(channel, auto_declare=False)
        return self._producer

    def _on_confirm(self, *, confirmed: bool) -> Callable[[int, bool], None]:
        def heard(tag: int, multiple: bool) -> None:  # noqa: FBT001 - the library's signature
            tags = [known for known in self._flying if known <= tag] if multiple else [tag]
            for known in tags:
                report_id = self._flying.pop(known, None)
                if confirmed and report_id is not None and report_id not in self._returned:
                    self._pending.pop(report_id, None)

        return heard

    def _on_return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        """A message that no queue is bound for comes back before its confirm; it stays pending."""
        self._returned.add(str(message.properties.get("message_id")))

    def _drop(self, error: BaseException) -> None:
        log.info("reports.link_lost", where=without_secrets(self._url), error=type(error).__name__)
        if self._connection is not None:
            self._connection.collect()
        self._connection = self._producer = None
        self._flying.clear()
        self._returned.clear()

    def _let_go(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        clean = not self._pending
        self._flying.clear()
        self._returned.clear()
        if connection is not None and clean:
            connection.release()
        elif connection is not None:
            # A broker that has stopped reading never answers a goodbye.
            connection.collect()

    def _unreachable(self, what: str | Sentence) -> UnreachableError:
        return UnreachableError(
            "reports are not confirmed: {reason}",
            where=without_secrets(self._url),
            todo="They are sent again.",
            reason=what,
        )
