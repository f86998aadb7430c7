"""Making a broker what the topology says: entities over AMQP with kombu, the rest over the management API.

Idempotent; nothing is ever deleted, since what is surplus may hold messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp.exceptions
import msgspec
import structlog
from kombu.connection import Connection

from router.broker.declare import PROGRESS_EVERY, Progress, declare
from router.broker.definitions import Change, definitions, diff, policy_body, rights, user_entry
from router.broker.management import Management, password_hash
from router.broker.rabbitmq import without_secrets
from router.broker.topology import Account, Topology
from router.errors import ConfigurationError, ConflictError, UnreachableError

log = structlog.get_logger(__name__)

_CONNECT_TIMEOUT_S = 10.0


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was made sure of."""

    exchanges: int
    queues: int
    bindings: int
    #: The three below are 0 when no management API was given: then they are still to be imported.
    policies: int = 0
    accounts: int = 0
    #: Accounts that have no password yet and so cannot log in.
    without_password: tuple[str, ...] = ()
    #: Whether policies, accounts and permissions were applied too.
    complete: bool = False


def apply(
    url: str,
    topology: Topology,
    management_url: str | None = None,
    progress: Progress | None = None,
    passwords: Mapping[str, str] | None = None,
) -> Applied:
    """Make the virtual host of `url` what the topology says.

    Policies come first, so that no queue is ever without its limits. Accounts that exist keep their password
    unless `passwords` names another; new ones without one cannot log in.

    Args:
        url: AMQP URL of an account that may configure; its virtual host exists.
        management_url: None leaves policies, accounts and permissions alone.
        passwords: by user.

    Raises:
        UnreachableError: the broker or its management API does not answer.
        ConflictError: an exchange or a queue exists with other arguments.
        ConfigurationError: the account may not do this.
    """
    tell = progress or (lambda _what, _done, _all: None)
    vhost = vhost_of(url)
    management = Management(management_url) if management_url else None
    if management:
        for policy in topology.policies:
            management.put_policy(vhost, policy.name, policy_body(policy))
        tell("policies", len(topology.policies), len(topology.policies))
    with _connection_to(url) as connection:
        declare(connection.default_channel, topology, tell)
    made = Applied(exchanges=len(topology.exchanges), queues=len(topology.queues), bindings=len(topology.bindings))
    if management:
        without = _apply_accounts(management, topology.accounts, vhost, passwords or {}, tell)
        made = msgspec.structs.replace(
            made,
            policies=len(topology.policies),
            accounts=len(topology.accounts),
            without_password=without,
            complete=True,
        )
    log.info("topology.applied", broker=without_secrets(url), queues=made.queues, accounts=made.accounts)
    return made


def plan(url: str, topology: Topology, management_url: str | None = None) -> list[Change]:
    """What :func:`apply` would change and what nobody needs any more; empty when all is as it should be.

    Without a management API only missing exchanges and queues are found.

    Raises:
        UnreachableError: the broker or its management API does not answer.
        ConfigurationError: the account may not look.
    """
    vhost = vhost_of(url)
    if management_url:
        return diff(topology, Management(management_url).definitions(), vhost=vhost)
    return diff(topology, _look(url, topology, vhost), vhost=vhost)


def vhost_of(url: str) -> str:
    """The virtual host an AMQP URL names."""
    path = urlsplit(url.partition(";")[0]).path
    return unquote(path[1:]) or "/"


# -- over AMQP


@contextmanager
def _connection_to(url: str) -> Iterator[Connection]:
    """A connection, with what can go wrong on it in our words."""
    connection = Connection(url, connect_timeout=_CONNECT_TIMEOUT_S)
    try:
        with connection:
            connection.connect()
            yield connection
    except amqp.exceptions.PreconditionFailed as error:
        raise ConflictError(
            "it exists with other arguments: {reason}",
            where=without_secrets(url),
            todo="Delete it once it is empty and apply again; `recover` sends again what it held.",
            reason=error.reply_text,
        ) from error
    except (amqp.exceptions.AccessRefused, amqp.exceptions.NotAllowed) as error:
        raise ConfigurationError(
            "the broker does not let us: {reason}",
            where=without_secrets(url),
            todo="Use an account with `configure` on this virtual host; running processes have none.",
            reason=error.reply_text,
        ) from error
    except (*connection.connection_errors, OSError) as error:
        raise UnreachableError(
            "the broker does not answer: {reason}",
            where=without_secrets(url),
            todo="Start it or correct its URL.",
            reason=error,
        ) from error


def _look(url: str, topology: Topology, vhost: str) -> dict[str, Any]:
    """Which exchanges and queues are there, as parts of a definitions file; asks for each by name."""
    wanted = definitions(topology, vhost=vhost)
    with _connection_to(url) as connection:
        return {
            section: [entry for entry in wanted[section] if _is_there(connection, section, entry["name"])]
            for section in ("exchanges", "queues")
        }


def _is_there(connection: Connection, section: str, name: str) -> bool:
    # A channel of its own for each question: a missing entity closes it.
    channel = connection.channel()
    try:
        if section == "exchanges":
            channel.exchange_declare(name, type="topic", passive=True)
        else:
            channel.queue_declare(name, passive=True)
    except amqp.exceptions.NotFound:
        return False
    channel.close()
    return True


# -- over the management API


def _apply_accounts(
    management: Management,
    accounts: Sequence[Account],
    vhost: str,
    passwords: Mapping[str, str],
    tell: Progress,
) -> tuple[str, ...]:
    """Make accounts and set their permissions, some at a time; return those that have no password."""
    existing = {str(user["name"]): user for user in management.definitions().get("users", ())}
    without: list[str] = []
    for start in range(0, len(accounts), PROGRESS_EVERY):
        some = accounts[start : start + PROGRESS_EVERY]
        users = [_user_of(account, existing.get(account.user), passwords) for account in some]
        management.import_definitions({"users": users, **rights(some, vhost)})
        without.extend(user["name"] for user in users if not user["password_hash"])
        tell("accounts", start + len(some), len(accounts))
    return tuple(without)


def _user_of(account: Account, existing: Mapping[str, Any] | None, passwords: Mapping[str, str]) -> dict[str, Any]:
    """A new password where one is named, else the one it has: an import without a hash would take it away."""
    if account.user in passwords:
        return user_entry(account, password_hash(passwords[account.user]))
    if existing is None:
        return user_entry(account, "")
    kept = {field: existing[field] for field in ("password_hash", "hashing_algorithm") if field in existing}
    return {**user_entry(account, ""), **kept}
