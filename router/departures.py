"""From what a step says to a row of the outbox: which exchange and key, under which id."""

from __future__ import annotations

from datetime import datetime

from router.broker.envelope import encode
from router.broker.port import Outgoing
from router.core import lifecycle
from router.core.case import Case
from router.core.commands import Command
from router.core.rules import Rules
from router.core.telling.handed import hand_over_id
from router.core.telling.messages import Assigned, Message
from router.core.territory import address
from router.core.territory.tree import Served, Tree


def following(command: Command, tier: str, now: datetime) -> Outgoing:
    """The router's own command to another case, on its way back to the router.

    It goes where the clock's own go: no account but the router's may write there. `now`: instant of recording of
    its cause.
    """
    return Outgoing(
        id=command.id,
        exchange=address.DUE,
        key=address.due_key(tier),
        type=lifecycle.tag_of(command),
        case_id=command.case_id,
        case_version=0,
        body=encode(command),
        timestamp=now,
    )


def outgoing(
    rules: Rules, channels: frozenset[str], message: Message, case: Case, name: str, now: datetime
) -> Outgoing | None:
    """The message on its way to its address; None for whoever has no program to get it.

    Args:
        rules: in force; their tree has the addresses.
        channels: those with a program.
        message: whom it is for and what it says.
        case: as the step left it.
        name: its id, unless it hands the case to a desk: that one's id follows from the case, so that it can be
            sent again from the ledger under the same id.
        now: instant of recording.
    """
    to = _address(rules.tree, channels, message, case)
    if to is None:
        return None
    payload = message.payload
    if isinstance(payload, Assigned):
        name = _hand_over(case, payload, message.desk or "")
    return Outgoing(
        id=name,
        exchange=to[0],
        key=to[1],
        type=str(payload.__struct_config__.tag),
        case_id=case.id,
        case_version=case.version,
        body=encode(payload),
        timestamp=now,
    )


def _hand_over(case: Case, payload: Assigned, desk: str) -> str:
    if payload.role == "lead":
        return case.hand_over_id
    return hand_over_id(case.id, case.version, payload.role, desk, payload.reason)


def _address(tree: Tree, channels: frozenset[str], message: Message, case: Case) -> tuple[str, str] | None:
    """Exchange and key; None for desks at the shell and channels that only ask."""
    if message.channel is not None:
        if message.channel not in channels:
            return None
        return address.CHANNEL, address.channel_key(message.channel, message.kind)
    desk = tree.desks.get(message.desk or "")
    if desk is None or desk.served is not Served.AMQP:
        return None
    exchange = address.tier_exchange(tree, tree.tier_of(desk))
    return exchange, address.desk_key(tree, desk, case.category, message.kind, alone=case.is_restricted)
