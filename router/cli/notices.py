"""`case-router notices`: what people at desks are told; for offices without a program, and whoever asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import click

from router.cli.call import Call
from router.cli.case_show import desk_name
from router.cli.grammar import Nouns, option
from router.cli.handing_in import require_desk
from router.cli.output import emit_json, emit_table, local, tell
from router.cli.priority_words import order_at, priority_word
from router.cli.reading import Gate
from router.cli.words import value_word, word
from router.core.case import Case
from router.core.policies.priority import Priority
from router.core.telling.hiding import is_lost
from router.core.telling.pressing import Haste, Order
from router.core.telling.ringing import Heard
from router.core.territory.tree import Served, Tree

notices = Nouns("notices")


@notices.command("list")
@option("--desk", metavar="CODE", says="notices list --desk")
@option("--days", type=click.IntRange(1, 30), default=7, show_default=True, says="notices list --days")
@option("--all", "every", is_flag=True, says="notices list --all")
@click.pass_obj
def list_notices(
    call: Call,
    /,
    desk: str | None,
    days: int,
    every: bool,  # noqa: FBT001 - click's flag
) -> None:
    """List notices, the newest first; of each case the newest unless all are asked for."""
    with call.installation() as installation:
        if desk is not None:
            require_desk(installation, desk)
        tree = installation.rulebook().tree
        told = installation.ledger.notices(installation.now() - timedelta(days=days), desk)
        found = Gate(installation).rows(told, lambda one: one.notice.case_id)
        cases = {case_id: installation.ledger.case(case_id) for case_id in {one.notice.case_id for one in found}}
        found = [one for one in found if not is_lost(tree, cases[one.notice.case_id], one.notice.recipient)]
        order = order_at(installation, installation.now())
        ids = {one.notice.case_id for one in found}
        haste = {case_id: _haste(order, cases[case_id]) for case_id in ids}
    shown = found if every else _newest(found)
    # The newest first; what comes before others stands as if it were so much newer.
    shown.sort(key=lambda one: one.notice.created_at + haste[one.notice.case_id].ahead, reverse=True)
    if call.as_json:
        emit_json([_described(one, haste[one.notice.case_id].priority) for one in shown])
    elif shown:
        names = ("case", "desk", "kind", "milestone", "due", "told", "sent")
        priorities = {case_id: one.priority for case_id, one in haste.items()}
        some = any(priorities[one.notice.case_id] is not Priority.NORMAL for one in shown)
        headers = [*(word(f"notices_{name}") for name in names), *([word("case_priority")] if some else [])]
        emit_table(headers, _rows(shown, tree, priorities if some else {}), whole=(0,))
    else:
        tell(word("notices_none"))


def _haste(order: Order, case: Case | None) -> Haste:
    return order.haste(case) if case is not None else Haste()


def _newest(found: Sequence[Heard]) -> list[Heard]:
    """The newest of each case and desk."""
    first: dict[tuple[str, str], Heard] = {}
    for one in found:
        first.setdefault((one.notice.recipient, one.notice.case_id), one)
    return list(first.values())


def _described(one: Heard, priority: Priority) -> dict[str, object]:
    notice = one.notice
    return {
        "case": notice.case_id,
        "desk": notice.recipient,
        "kind": notice.kind,
        "milestone": notice.milestone,
        "due_at": notice.due_at,
        "told_at": notice.created_at,
        "priority": priority,
        "sent_at": one.sent_at,
    }


def _rows(found: Sequence[Heard], tree: Tree, told: Mapping[str, Priority]) -> Iterator[tuple[str, ...]]:
    for one in found:
        notice = one.notice
        yield (
            notice.case_id,
            desk_name(tree, notice.recipient),
            value_word(notice.kind, of="notice"),
            notice.milestone or "-",
            local(notice.due_at),
            local(notice.created_at),
            _sent(one, tree),
            *([priority_word(told[notice.case_id])] if notice.case_id in told else []),
        )


def _sent(one: Heard, tree: Tree) -> str:
    """When the list left; for a desk without a program this listing is the list."""
    if one.sent_at is not None:
        return local(one.sent_at)
    desk = tree.desks.get(one.notice.recipient)
    return word("notices_waits") if desk is not None and desk.served is Served.AMQP else "-"
