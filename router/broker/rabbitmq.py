"""RabbitMQ behind the broker's port, with pika's SelectConnection: publishers and consumers each on a connection
and an I/O thread of their own, so that neither waits for the other and no handler runs on a heartbeat's time."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import pika
import structlog
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosedByBroker

from router.broker.port import QueueState
from router.broker.rabbit_consumer import RabbitConsumer
from router.broker.rabbit_publisher import RabbitPublisher
from router.errors import ConfigurationError, UnreachableError
from router.outage import Outage
from router.sentences import sentence

log = structlog.get_logger(__name__)

_NOT_FOUND = 404


class RabbitBroker:
    """Implements :class:`router.broker.port.Broker`.

    Args:
        url: `amqp[s]://user:password@host:port/vhost`; several nodes of a cluster separated by `;` are tried in
            turn. pika's query parameters hold (`?ssl_options=…`).
        heartbeat_s: the broker and we each take the other for dead after two such intervals without a byte.
        connect_timeout_s: how long one attempt to connect may take.

    Raises:
        ConfigurationError: the URL cannot be read.
    """

    def __init__(self, url: str, *, heartbeat_s: int = 30, connect_timeout_s: float = 10.0) -> None:
        self.name = without_secrets(url)
        self._parameters = [
            _parameters(node, heartbeat_s=heartbeat_s, connect_timeout_s=connect_timeout_s)
            for node in url.split(";")
        ]
        #: One for all connections: a broker that is away is one outage, not one for each of them.
        self._outage = Outage("broker.lost", "broker.away", "broker.back", where=self.name)
        self._publishers: list[RabbitPublisher] = []
        self._consumers: list[RabbitConsumer] = []

    @property
    def blocked(self) -> bool:
        """Whether the broker has stopped taking messages from a publisher of ours (memory or disk alarm)."""
        return any(publisher.blocked for publisher in self._publishers)

    @property
    def reachable(self) -> bool:
        """Whether every connection that is in use stands; True while none is."""
        ours: list[RabbitPublisher | RabbitConsumer] = [*self._publishers, *self._consumers]
        return all(one.connected for one in ours if not one.closing)

    def publisher(self) -> RabbitPublisher:
        """A publisher on a connection of its own, which is being made in the background."""
        publisher = RabbitPublisher(self._parameters, self.name, self._outage)
        self._publishers.append(publisher)
        return publisher

    def consumer(self, queues: Sequence[str], prefetch: int) -> RabbitConsumer:
        """A consumer on a connection of its own, which is being made in the background."""
        consumer = RabbitConsumer(self._parameters, self.name, queues, prefetch, self._outage)
        self._consumers.append(consumer)
        return consumer

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        """The state of queues by name; a missing one is left out.

        RabbitMQ 3.x answers 0 ready for a few seconds after a restart, while it still reads a long queue.

        Raises:
            UnreachableError: the broker does not answer.
            ConfigurationError: the account may not see a queue.
        """
        states = []
        try:
            with pika.BlockingConnection(self._parameters) as connection:
                channel = connection.channel()
                for name in names:
                    try:
                        found = channel.queue_declare(name, passive=True).method
                    except ChannelClosedByBroker as refusal:
                        _check_missing(refusal, name)
                        channel = connection.channel()
                    else:
                        states.append(
                            QueueState(name=name, ready=found.message_count, consumers=found.consumer_count)
                        )
        # A node that takes the connection and says nothing is no error of AMQP to pika.
        except (AMQPError, AMQPConnectorException, OSError) as error:
            raise self._unreachable(error) from error
        return states

    def close(self) -> None:
        """Close everything this broker opened; idempotent."""
        for consumer in self._consumers:
            consumer.close()
        for publisher in self._publishers:
            publisher.close()
        self._consumers.clear()
        self._publishers.clear()

    def _unreachable(self, error: BaseException) -> UnreachableError:
        return UnreachableError(
            "the broker does not answer: {reason}",
            where=self.name,
            todo="Start it or correct its URL.",
            reason=str(error) or type(error).__name__,
        )


def without_secrets(url: str) -> str:
    """The URL for people: no password, no query."""
    return ";".join(_without_secrets(node) for node in url.split(";"))


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    login, at, address = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{login.partition(':')[0]}{at}{address}{parts.path}"


def _parameters(url: str, *, heartbeat_s: int, connect_timeout_s: float) -> pika.URLParameters:
    try:
        parts = urlsplit(url)
        # Of this pika only says that None is not iterable.
        if parts.username is not None and parts.password is None:
            raise ConfigurationError(
                "the broker's URL names a user and no password",
                where=without_secrets(url),
                todo="Name a file with it in broker_password_file, or write amqp://user:password@host:5672/vhost.",
            )
        # pika itself takes `http` for `amqp`.
        if parts.scheme not in {"amqp", "amqps"}:
            raise _no_url(url, sentence("it does not begin with amqp:// or amqps://"))
        parameters = pika.URLParameters(url)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise _no_url(url, error) from error
    parameters.heartbeat = heartbeat_s
    parameters.socket_timeout = connect_timeout_s
    parameters.stack_timeout = connect_timeout_s
    parameters.client_properties = {"connection_name": "case-router"}
    return parameters


def _no_url(url: str, reason: object) -> ConfigurationError:
    return ConfigurationError(
        "this is no URL of a broker: {reason}",
        where=without_secrets(url),
        todo="Write amqp://user:password@host:5672/vhost.",
        reason=reason,
    )


def _check_missing(refusal: ChannelClosedByBroker, queue: str) -> None:
    if refusal.reply_code != _NOT_FOUND:
        raise ConfigurationError(
            "the broker does not show us queue {queue}: {reason}",
            todo="Apply the topology again, or use the router's own account.",
            queue=queue,
            reason=refusal.reply_text,
        ) from refusal
