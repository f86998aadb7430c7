"""The replay command on tables nobody recorded: what is refused, skewed, unreadable; and running it again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.arrivals import direct
from router.broker.embedded import EmbeddedBroker
from router.broker.port import Delivery, Fate, Outgoing
from router.broker.topology import topology
from router.core import lifecycle
from router.core.commands import Actor, ActorRole, Command, Open, PassDeadline
from router.core.lifecycle import with_case_id
from router.errors import CheckFailedError, ConfigurationError, ConflictError, NotFoundError, UnreachableError
from router.flow import Router
from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from router.replay.drive import require_unused
from router.replay.out import rebuild
from router.replay.run import Prepared, Request, install, opened_ledger, play, prepare
from router.sending import Sender
from tests.integration.replaying import LADDER, SINGLE_DEADLINE, figures_of, replayed
from tests.unit.replay.tables import MAPPING, row, written

AS_OF = "2026-04-01 00:00"
ROWS = (
    row("1", due="2026-03-05 09:00", closed="2026-03-05 09:00"),  # at the very instant: in time
    row("2", due="2026-03-05 09:00", closed="2026-03-05 09:01", via="patrol", quarter="8"),
    row("3", due="2026-03-05 09:00", lane=""),  # triaged, missed and open
    row("4", due="2026-05-01 00:00", closed="2026-04-02 00:00"),  # as of then running
    row("5", closed="2026-03-01 09:00"),  # closed before it opened
    row("6", due="2026-03-01 12:00", closed="2026-03-01 09:00"),  # and due in between: missed
)


@pytest.fixture
def pier(tmp_path: Path) -> Path:
    path = tmp_path / "pier.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def prepared(tmp_path: Path, pier: Path, *rows: str, policy: Path = SINGLE_DEADLINE) -> Prepared:
    file = written(tmp_path, *(rows or ROWS))
    return prepare(Request(file=file, mapping=pier, policy=str(policy), as_of=AS_OF))


def played(url: str, ready: Prepared, broker: Any = None) -> bytes:
    with opened_ledger(url) as ledger, closing(EmbeddedBroker()) as embedded:
        embedded.declare(topology(ready.rules.tree))
        install(ledger, ready)
        play(ledger, broker(embedded) if broker else embedded, ready)
        return rebuild(ledger)


def url_of(tmp_path: Path, name: str = "ledger") -> str:
    return f"sqlite:///{tmp_path / name}.db"


def test_every_row_is_judged_by_the_times_it_brings(tmp_path: Path, pier: Path) -> None:
    result, said = replayed(written(tmp_path, *ROWS), pier, as_of=AS_OF)
    figures = figures_of(result.out)
    assert (figures["rows"], figures["opened"], figures["refused"], figures["triaged"]) == (6, 6, 0, 1)
    assert (figures["closed"], figures["open"], figures["clock_skew"]) == (4, 2, 2)
    assert figures["deadlines"] == {
        "with_deadline": 5,
        "met": 1,
        "missed_closed": 2,
        "missed_open": 1,
        "running": 1,
    }
    assert figures["escalations"] == {"total": 3, "by_step": {"street>district": 3}}
    assert figures["resolution_hours"]["count"] == 2
    assert {district: part["rows"] for district, part in figures["by_district"].items()} == {"7": 5, "8": 1}
    assert (result.exit_code, said) == (0, ["as of 2026-04-01T00:00:00+00:00"])


def test_repeats_count_once_and_other_content_is_refused(tmp_path: Path, pier: Path) -> None:
    more = (ROWS[0], row("2", opened="2026-03-02 10:00", quarter="9"), row("5"), row("5"))
    plain, _ = replayed(written(tmp_path, *ROWS), pier, as_of=AS_OF)
    result, said = replayed(written(tmp_path, *ROWS, *more), pier, as_of=AS_OF)
    expected, figures = figures_of(plain.out), figures_of(result.out)
    by_district = figures.pop("by_district")
    assert figures == {**{k: v for k, v in expected.items() if k != "by_district"}, "rows": 8, "refused": 2}
    assert {district: part["refused"] for district, part in by_district.items()} == {"7": 1, "8": 1}
    assert said[1:] == [
        "2 rows repeat another row and count once",
        "2 records have the id of another one and other content: refused",
    ]


def test_order_of_rows_and_of_delivery_changes_nothing(tmp_path: Path, pier: Path) -> None:
    rows = [*ROWS, row("2", opened="2026-03-02 10:00", quarter="9"), row("5")]
    ready = prepared(tmp_path, pier, *rows, policy=LADDER)
    expected = played(url_of(tmp_path), ready)
    for seed in range(5):
        dice = random.Random(seed)  # noqa: S311 - no secret
        shuffled = prepared(tmp_path, pier, *dice.sample([*rows, *rows], 2 * len(rows)), policy=LADDER)
        assert played(url_of(tmp_path, f"rows{seed}"), shuffled) == expected
        count = len(ready.history.commands) - ready.history.conflicts
        sent = ready.history.commands[:count] * 2
        commands = (*dice.sample(sent, len(sent)), *ready.history.commands[count:])
        redelivered = msgspec.structs.replace(ready.history, commands=commands)
        told = msgspec.structs.replace(ready, history=redelivered)
        assert played(url_of(tmp_path, f"sent{seed}"), told) == expected


def test_a_report_delivered_before_its_case_in_one_batch_is_taken_up(tmp_path: Path, pier: Path) -> None:
    ready = prepared(tmp_path, pier)
    backwards = msgspec.structs.replace(ready.history, commands=ready.history.commands[::-1])
    told = msgspec.structs.replace(ready, history=backwards)
    assert played(url_of(tmp_path, "backwards"), told) == played(url_of(tmp_path), ready)


def test_rows_that_cannot_be_read_are_listed_and_end_with_exit_code_1(tmp_path: Path, pier: Path) -> None:
    result, said = replayed(written(tmp_path, *ROWS, *[row(no="-")] * 22), pier, as_of=AS_OF)
    assert figures_of(result.out)["rows"] == 6
    assert (result.exit_code, result.unreadable) == (1, 22)
    assert said[1] == "line 8 cannot be read: no is empty"
    assert said[-1] == "and 2 more lines cannot be read"
    assert len(said) == 22


def test_rows_after_as_of_and_unknown_matter_types_are_told(tmp_path: Path, pier: Path) -> None:
    pier.write_text(MAPPING + '[matter_type]\ncolumn = "via"\n', encoding="utf-8")
    result, said = replayed(written(tmp_path, row("1"), row("2", opened="2026-04-02 00:00")), pier, as_of=AS_OF)
    assert figures_of(result.out)["rows"] == 1
    assert said[1:] == [
        "1 rows opened after as-of and are left out",
        "matter type 'phone' is not in the mapping: 2 rows count as complaints",
    ]


def test_the_same_command_again_gives_the_same(tmp_path: Path, pier: Path) -> None:
    file, url = written(tmp_path, *ROWS), url_of(tmp_path)
    first, _ = replayed(file, pier, LADDER, as_of=AS_OF, ledger=url)
    again, _ = replayed(file, pier, LADDER, as_of=AS_OF, ledger=url)
    assert first.out == again.out


class _Breaking:
    """A broker whose consumer loses its connection after some batches."""

    def __init__(self, broker: EmbeddedBroker, batches: int) -> None:
        self.name = broker.name
        self._broker = broker
        self._batches = batches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def consumer(self, queues: Any, prefetch: int) -> Any:
        consumer = self._broker.consumer(queues, prefetch)
        receive, left = consumer.receive, [self._batches]

        def breaking(max_n: int, wait_s: float) -> list[Delivery]:
            if not left[0]:
                raise UnreachableError("the connection is gone")
            left[0] -= 1
            return receive(min(max_n, 2), wait_s)

        consumer.receive = breaking  # type: ignore[method-assign]
        return consumer


@pytest.mark.parametrize("batches", [0, 1, 3, 5, 8])
def test_a_replay_that_broke_off_goes_on(tmp_path: Path, pier: Path, batches: int) -> None:
    ready, url = prepared(tmp_path, pier, policy=LADDER), url_of(tmp_path)
    with pytest.raises(UnreachableError):
        played(url, ready, lambda broker: _Breaking(broker, batches))
    assert played(url, ready) == played(url_of(tmp_path, "whole"), ready)


class _Forgetful:
    """A broker whose publisher gets confirms for every other message only."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self.name = broker.name
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def publisher(self) -> Any:
        publisher = self._broker.publisher()
        publish = publisher.publish

        def forgetful(batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
            fates = publish(batch, timeout_s)
            return [Fate.UNKNOWN if number % 2 else fate for number, fate in enumerate(fates)]

        publisher.publish = forgetful  # type: ignore[method-assign]
        return publisher


def test_messages_without_a_confirm_are_sent_again_and_happen_once(tmp_path: Path, pier: Path) -> None:
    ready = prepared(tmp_path, pier, policy=LADDER)
    assert played(url_of(tmp_path, "twice"), ready, _Forgetful) == played(url_of(tmp_path), ready)


def test_a_command_that_is_not_carried_out_ends_the_replay(
    tmp_path: Path, pier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = lifecycle.decide

    def failing(case: Any, command: Command, *more: Any, **named: Any) -> Any:
        if isinstance(command, PassDeadline) and command.due_at.month == 3:
            raise ArithmeticError("a bug")
        return decide(case, command, *more, **named)

    monkeypatch.setattr(lifecycle, "decide", failing)
    with pytest.raises(CheckFailedError, match="5 messages are parked"):
        played(url_of(tmp_path), prepared(tmp_path, pier))


def test_a_broker_without_the_topology_is_said_so(tmp_path: Path, pier: Path) -> None:
    ready = prepared(tmp_path, pier)
    with (
        opened_ledger(url_of(tmp_path)) as ledger,
        closing(EmbeddedBroker()) as bare,
        pytest.raises(ConfigurationError, match="no queue is bound"),
    ):
        play(ledger, bare, ready)


def test_a_ledger_of_something_else_is_refused(tmp_path: Path, pier: Path) -> None:
    file, url = written(tmp_path, *ROWS), url_of(tmp_path)
    replayed(file, pier, as_of=AS_OF, ledger=url)
    with pytest.raises(ConflictError, match="another replay"):
        replayed(file, pier, LADDER, as_of=AS_OF, ledger=url)


def test_a_ledger_with_running_cases_is_refused(tmp_path: Path, pier: Path) -> None:
    ready, url = prepared(tmp_path, pier), url_of(tmp_path)
    with opened_ledger(url_of(tmp_path, "other")) as other:
        install(other, ready)
    upgrade(url)
    with closing(SqlLedger(url, key=None)) as ledger:
        _open_a_case(ledger, ready)
        with pytest.raises(ConflictError, match="no replay"):
            install(ledger, ready)
        with pytest.raises(NotFoundError, match="no replay"):
            rebuild(ledger)


def _open_a_case(ledger: SqlLedger, ready: Prepared) -> None:
    broker = EmbeddedBroker()
    command = Open(
        id="1", case_id="", actor=Actor(ActorRole.CHANNEL, "app"), source="app", source_id="1", channel="app"
    )
    with closing(broker), closing(Sender(broker.publisher, background=False)) as sender:
        router = Router(ledger, lambda _policies=(): ready.rules, sender)
        router.carry_out([direct(with_case_id(command), "shell")], ready.history.as_of)


def test_a_virtual_host_in_use_is_refused(tmp_path: Path, pier: Path) -> None:
    tree = prepared(tmp_path, pier).rules.tree
    with closing(EmbeddedBroker()) as broker:
        broker.declare(topology(tree))
        require_unused(broker, tree.tiers, resuming=False)
        with closing(broker.consumer(["due.street"], 1)), pytest.raises(ConflictError, match=r"due\.street"):
            require_unused(broker, tree.tiers, resuming=True)
