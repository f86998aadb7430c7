"""A tier program's connection to RabbitMQ: kombu's, with the settings that keep it honest."""

from __future__ import annotations

import amqp
from kombu.connection import Connection

from router.broker.rabbitmq import without_secrets
from router.errors import ConfigurationError

#: Broker and program each take the other for dead after two such intervals without a byte. kombu's default is off.
HEARTBEAT_S = 30
CONNECT_TIMEOUT_S = 5.0
#: A write that stands still this long means a broker that has stopped reading; the connection is made again.
WRITE_TIMEOUT_S = 10.0

#: What a connection or channel that broke raises, from whichever call met it.
LINK_ERRORS: tuple[type[BaseException], ...] = (
    *amqp.Connection.connection_errors,
    *amqp.Connection.channel_errors,
)


def connection_to(url: str) -> Connection:
    """A connection that is not open yet."""
    return Connection(
        url,
        heartbeat=HEARTBEAT_S,
        connect_timeout=CONNECT_TIMEOUT_S,
        # kombu's own confirms take any acknowledgement for the awaited one; `outbound` counts tags instead.
        transport_options={"confirm_publish": False, "write_timeout": WRITE_TIMEOUT_S},
    )


def open_link(connection: Connection, url: str) -> None:
    """Connect.

    Raises:
        ConfigurationError: the broker does not take user and password; trying again will not help.
    """
    try:
        # Two quick attempts; the pauses between them are the caller's.
        connection.ensure_connection(
            max_retries=1, interval_start=0, interval_step=0, reraise_as_library_errors=False
        )
    except amqp.exceptions.AccessRefused as error:
        raise ConfigurationError(
            "the broker does not take this user and password",
            where=without_secrets(url),
            todo="`topology apply` with a management URL creates the accounts of desks and channels.",
        ) from error


def vouched_user(connection: Connection) -> str | None:
    """The user to name in `user_id`: a desk's or channel's own account; None for any other.

    The broker refuses a message whose `user_id` is not the connection's user. An operator's account is not named:
    whoever relays through a shovel would trip over it.
    """
    user = str(connection.userid or "")
    return user if user.startswith(("desk.", "channel.")) else None
