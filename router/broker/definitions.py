"""The topology as RabbitMQ's own definitions file, and what differs between what is and what should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from router.broker.topology import (
    Account,
    Binding,
    Exchange,
    Policy,
    Topology,
    queue_arguments,
)

#: Only what bears one of these is ours to miss or to call surplus.
_OURS = ("case.", "case-", "due.", "desk.", "channel.")
HASHING = "rabbit_password_hashing_sha256"


def definitions(
    topology: Topology, *, vhost: str = "/", password_hashes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The definitions file: for `rabbitmqctl import_definitions`, or for the node to load at boot.

    The same topology gives the same file. An account without a hash is created without a password and cannot log
    in until it is given one (`rabbitmqctl change_password`); importing the file over accounts that have one takes
    it away, which `topology apply` does not.

    Args:
        password_hashes: by user, as RabbitMQ stores them (salted SHA-256); None for no passwords.
    """
    hashes = password_hashes or {}
    return {
        "vhosts": [{"name": vhost}],
        "users": [user_entry(account, hashes.get(account.user, "")) for account in topology.accounts],
        **rights(topology.accounts, vhost),
        "policies": [{"vhost": vhost, "name": policy.name, **policy_body(policy)} for policy in topology.policies],
        "exchanges": [_exchange(exchange, vhost) for exchange in topology.exchanges],
        "queues": [_queue(name, vhost) for name in topology.queues],
        "bindings": [_binding(binding, vhost) for binding in topology.bindings],
    }


def rights(accounts: Sequence[Account], vhost: str) -> dict[str, Any]:
    """The permissions of some accounts, as parts of a definitions file."""
    return {
        "permissions": [
            {"user": a.user, "vhost": vhost, "configure": a.configure, "write": a.write, "read": a.read}
            for a in accounts
        ],
        "topic_permissions": [
            {"user": a.user, "vhost": vhost, "exchange": right.exchange, "write": right.write, "read": right.read}
            for a in accounts
            for right in a.topics
        ],
    }


def policy_body(policy: Policy) -> dict[str, Any]:
    """A policy as the management API takes it."""
    return {
        "pattern": policy.pattern,
        "apply-to": policy.apply_to,
        "priority": policy.priority,
        "definition": dict(policy.definition),
    }


def user_entry(account: Account, password_hash: str) -> dict[str, Any]:
    """An account as a part of a definitions file; an empty hash means no password, so no login."""
    return {
        "name": account.user,
        "password_hash": password_hash,
        "hashing_algorithm": HASHING,
        "tags": list(account.tags),
    }


def _exchange(exchange: Exchange, vhost: str) -> dict[str, Any]:
    kept = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"vhost": vhost, "name": exchange.name, "type": exchange.kind, **kept}


def _queue(name: str, vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": name,
        "durable": True,
        "auto_delete": False,
        "arguments": queue_arguments(name),
    }


def _binding(binding: Binding, vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "source": binding.exchange,
        "destination": binding.queue,
        "destination_type": "queue",
        "routing_key": binding.key,
        "arguments": {},
    }


class Difference(StrEnum):
    """How something in the broker differs from what is wanted."""

    MISSING = "missing"  # apply makes it
    OTHER = "other"  # apply sets it right, except for an exchange's or a queue's arguments
    SURPLUS = "surplus"  # nobody needs it any more; apply leaves it: it may hold messages


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between what is and what should be."""

    difference: Difference
    #: `exchange`, `queue`, `binding`, `policy`, `account`, `permission`, `topic permission`.
    what: str
    name: str
    #: `field there → wanted`, joined by commas; empty when the name says it all.
    detail: str = ""

    def __str__(self) -> str:
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.difference} {self.what} {self.name}{detail}"


#: What is compared: a definitions file's section, its entries' word for people, and the fields of their name.
_SECTIONS = (
    ("exchanges", "exchange", ("name",)),
    ("queues", "queue", ("name",)),
    ("bindings", "binding", ("source", "destination", "routing_key")),
    ("policies", "policy", ("name",)),
    ("users", "account", ("name",)),
    ("permissions", "permission", ("user",)),
    ("topic_permissions", "topic permission", ("user", "exchange")),
)
#: Fields a broker adds or keeps to itself.
_NOT_COMPARED = frozenset({"vhost", "password_hash", "hashing_algorithm", "limits", "internal", "auto_delete"})


def diff(topology: Topology, actual: Mapping[str, Any], *, vhost: str = "/") -> list[Change]:
    """What must change, in the order it would be: nothing when the broker is as it should be.

    Args:
        actual: a definitions file as the broker exports it; a section that is absent was not looked at.
        vhost: entries of other virtual hosts are none of our business.
    """
    wanted = definitions(topology, vhost=vhost)
    changes: list[Change] = []
    for section, what, names in _SECTIONS:
        if section in actual:
            wanted_here = _by_name(wanted[section], names, vhost)
            changes.extend(_compare(what, wanted_here, _by_name(actual[section], names, vhost)))
    return changes


_Entries = dict[tuple[str, ...], dict[str, Any]]


def _by_name(entries: Sequence[Mapping[str, Any]], names: Sequence[str], vhost: str) -> _Entries:
    here = [entry for entry in entries if entry.get("vhost", vhost) == vhost]
    return {
        tuple(str(entry[name]) for name in names): {
            field: value for field, value in entry.items() if field not in _NOT_COMPARED
        }
        for entry in here
    }


def _compare(what: str, wanted: _Entries, actual: _Entries) -> Iterator[Change]:
    for key, entry in wanted.items():
        name = " ".join(part or "(any)" for part in key)
        if key not in actual:
            yield Change(difference=Difference.MISSING, what=what, name=name)
        elif detail := _detail(entry, actual[key]):
            yield Change(difference=Difference.OTHER, what=what, name=name, detail=detail)
    for key in sorted(actual.keys() - wanted.keys()):
        # The default exchange binds every queue under its own name.
        if key[0].startswith(_OURS):
            yield Change(difference=Difference.SURPLUS, what=what, name=" ".join(key))


def _detail(wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> str:
    differing = (field for field in wanted if wanted[field] != actual.get(field))
    return ", ".join(f"{field} {actual.get(field)!r} → {wanted[field]!r}" for field in differing)
