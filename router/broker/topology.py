"""What must exist in the broker, as values computed from the tree: nothing here talks to a broker.

Law of the file: everything is durable and quorum; whatever may be tuned is a policy, and a queue has no argument
that a policy could set; nothing is declared that RabbitMQ 3.10 or 4.x does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from router.core.territory import address
from router.core.territory.tree import Desk, Served, Tree

#: Redeliveries before a message is dead-lettered. Explicit: RabbitMQ 3.10 knows no default, 4.x drops at 20
#: without a dead-letter exchange, and -1 means 0 to 3.10.
DELIVERY_LIMIT = 20
#: For the two queues people empty by hand, which have nowhere further to dead-letter to.
LAST_DELIVERY_LIMIT = 1_000_000
#: Messages a desk may leave lying before its hand-offs are rejected, noted and tried again by the relay.
DESK_MAX_LENGTH = 100_000

_QUORUM = {"x-queue-type": "quorum"}
NOTHING = "^$"
#: Kinds, the last word of a report's or an intake's key.
_KIND = "[a-z_]+"


def queue_arguments(queue: str) -> dict[str, str | bool]:
    """The arguments a queue is declared with.

    A desk's words are only right in their order: signed for, then resolved. With several routers at `case.reports`
    the second could be decided before the first, so one of them takes all, and another takes over when it ends.
    """
    return {**_QUORUM, "x-single-active-consumer": True} if queue == address.REPORTS else dict(_QUORUM)


class Exchange(msgspec.Struct, frozen=True):
    """A durable exchange; `kind` is topic or fanout."""

    name: str
    kind: str = "topic"


class Binding(msgspec.Struct, frozen=True, order=True):
    """What matches `key` on `exchange` goes to `queue`."""

    exchange: str
    queue: str
    key: str


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy; of those that match a queue only the one of highest priority holds."""

    name: str
    pattern: str
    #: `queues` or `exchanges`: 3.10 knows no finer words.
    apply_to: str
    priority: int
    definition: Mapping[str, str | int]


class TopicRight(msgspec.Struct, frozen=True, kw_only=True):
    """Which keys an account may publish with on a topic exchange; without one, all."""

    exchange: str
    write: str
    read: str = NOTHING


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A broker account; patterns are anchored regular expressions. Passwords are nobody's business here."""

    user: str
    write: str
    read: str
    configure: str = NOTHING
    topics: tuple[TopicRight, ...] = ()
    tags: tuple[str, ...] = ()


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must exist in the virtual host, in the order it is declared."""

    exchanges: tuple[Exchange, ...]
    #: Names; all are durable quorum queues.
    queues: tuple[str, ...]
    bindings: tuple[Binding, ...]
    policies: tuple[Policy, ...]
    accounts: tuple[Account, ...]

    @property
    def alternates(self) -> dict[str, str]:
        """Exchange to the one that gets what it cannot route."""
        return {
            exchange.name: str(policy.definition["alternate-exchange"])
            for policy in self.policies
            for exchange in self.exchanges
            if "alternate-exchange" in policy.definition and re.search(policy.pattern, exchange.name)
        }


def topology(tree: Tree, channels: Sequence[str] = (), *, desk_max_length: int = DESK_MAX_LENGTH) -> Topology:
    """Compute what a tree needs.

    Args:
        tree: a desk has a queue when a program serves it (`Served.AMQP`), active or not: a desk that was
            switched off may still have cases to finish.
        channels: codes of source channels with a program of their own; each gets a queue and an account.
        desk_max_length: messages a desk's queue holds before it rejects.
    """
    desks = [desk for desk in tree if desk.served is Served.AMQP]
    bindings = tuple(_bindings(tree, desks, channels))
    return Topology(
        exchanges=_exchanges(tree),
        queues=tuple(dict.fromkeys(binding.queue for binding in bindings)),
        bindings=bindings,
        policies=_policies(desk_max_length),
        accounts=(*_roles(), *map(_channel_account, channels), *map(_desk_account, desks)),
    )


def _exchanges(tree: Tree) -> tuple[Exchange, ...]:
    ours = (address.INTAKE, address.REPORTS, address.EVENTS, address.DUE, address.CHANNEL, address.PARKED)
    tiers = (address.tier_exchange(tree, tier) for tier in range(tree.depth))
    return (
        Exchange(address.UNROUTED, "fanout"),
        *(Exchange(name) for name in dict.fromkeys((*ours, *tiers))),
    )


def _bindings(tree: Tree, desks: Sequence[Desk], channels: Sequence[str]) -> Iterator[Binding]:
    # A fanout ignores the key; `#` is what dead letters and parked messages of any key come with.
    yield Binding(address.UNROUTED, address.UNROUTED, "")
    yield Binding(address.PARKED, address.PARKED, "#")
    yield Binding(address.INTAKE, address.INTAKE, "#")
    yield Binding(address.REPORTS, address.REPORTS, "#")
    for tier in tree.tiers:
        yield Binding(address.DUE, address.due_queue(tier), address.due_key(tier))
    for channel in channels:
        yield Binding(address.CHANNEL, address.channel_queue(channel), address.channel_key(channel, "*"))
    for desk in desks:
        exchange = address.tier_exchange(tree, tree.tier_of(desk))
        yield Binding(exchange, address.desk_queue(desk.code), address.desk_binding(tree, desk))


def _policies(desk_max_length: int) -> tuple[Policy, ...]:
    guarded: dict[str, str | int] = {
        "delivery-limit": DELIVERY_LIMIT,
        "dead-letter-exchange": address.PARKED,
        "dead-letter-strategy": "at-least-once",
        # At-least-once dead-lettering needs it; and a publisher that is refused still has its message.
        "overflow": "reject-publish",
    }
    return (
        Policy(
            name="case-alternate",
            pattern=_one_of(address.INTAKE, address.REPORTS),
            apply_to="exchanges",
            priority=1,
            # Only where others publish: an alternate exchange hides the return our own `mandatory` waits for.
            definition={"alternate-exchange": address.UNROUTED},
        ),
        Policy(
            name="case-queues",
            pattern=r"^(case|due|channel)\.",
            apply_to="queues",
            priority=1,
            definition=guarded,
        ),
        Policy(
            name="case-desks",
            pattern=r"^desk\.",
            apply_to="queues",
            priority=1,
            definition={**guarded, "max-length": desk_max_length},
        ),
        Policy(
            name="case-last",
            pattern=_one_of(address.UNROUTED, address.PARKED),
            apply_to="queues",
            priority=10,
            definition={"delivery-limit": LAST_DELIVERY_LIMIT, "overflow": "reject-publish"},
        ),
    )


def _roles() -> tuple[Account, ...]:
    """Our own processes: `router` may do all that the others may, for who runs everything in one.

    Who looks at a queue (its length, its consumers) needs some right on it from RabbitMQ 4.3 on. To write is the
    least: nobody publishes to a queue, and it reads nothing.
    """
    case = r"^case\."
    return (
        Account(user="case-router", write=case, read=r"^(case|due|desk|channel)\."),
        Account(user="case-relay", write=r"^(case|due)\.", read=_one_of(address.PARKED)),
        Account(user="case-sla", write=r"^(case|desk)\.", read=r"^due\."),
        Account(user="case-metrics", write=NOTHING, read=NOTHING, tags=("monitoring",)),
    )


def _desk_account(desk: Desk) -> Account:
    return _outside_account(
        user=address.desk_user(desk.code),
        queue=address.desk_queue(desk.code),
        exchange=address.REPORTS,
        word=address.word(desk.code),
    )


def _channel_account(channel: str) -> Account:
    return _outside_account(
        user=address.channel_user(channel),
        queue=address.channel_queue(channel),
        exchange=address.INTAKE,
        word=address.word(channel),
    )


def _outside_account(*, user: str, queue: str, exchange: str, word: str) -> Account:
    """Reads its own queue, publishes to one exchange under its own word. A key authorises nothing by itself:
    before RabbitMQ 4.0.3 a CC header goes round these patterns, so a consumer looks at the `user_id`."""
    return Account(
        user=user,
        write=_one_of(exchange),
        read=_one_of(queue),
        topics=(TopicRight(exchange=exchange, write=rf"^{_literal(word)}\.{_KIND}$"),),
    )


def _one_of(*names: str) -> str:
    inner = "|".join(map(_literal, names))
    return f"^{inner}$" if len(names) == 1 else f"^({inner})$"


def _literal(name: str) -> str:
    """Escaped for the broker's PCRE, and no more than that: names stay readable for those who look there."""
    return re.sub(r"([\\.^$|()\[\]{}*+?])", r"\\\1", name)
