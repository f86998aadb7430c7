"""`case-router status`: the state of things on one screen, and an exit code for whoever asks every minute."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from router.app import Installation
from router.broker.port import QueueState
from router.cli.call import Call
from router.cli.grammar import Spoken
from router.cli.health import own_queues
from router.cli.output import age, emit, emit_fields, emit_json, emit_table, local
from router.cli.texts import WORDS
from router.cli.words import LANGUAGES, pick, word
from router.core import address
from router.errors import CheckFailedError, UnreachableError

#: A deadline that nobody handled for this long: the clock looks every second, and a lease lasts a minute.
STALLED_S = 120.0
#: A message that waits for this long: the relay takes what is older than five seconds.
OLD_OUTBOX_S = 60.0
#: Our clock and the database's; beyond this a deadline could be judged by the wrong one.
SKEW_S = 5.0


class Wrong(msgspec.Struct, frozen=True):
    """Something that is not as it should be."""

    #: Stable, for programs.
    code: str
    zh: str
    en: str


class State(msgspec.Struct, kw_only=True):
    """What `status --json` prints."""

    at: datetime
    database: str
    broker: str
    #: `ok`, `unreachable`, or for the broker `embedded`.
    database_state: str = "ok"
    broker_state: str = "ok"
    tree: str | None = None
    clock_skew_s: float | None = None
    figures: dict[str, float | int | None] = {}
    #: The router's own queues; None: they could not be looked at.
    queues: list[QueueState] | None = None
    wrong: list[Wrong] = []

    @property
    def exit_code(self) -> int:
        """0, 6 or 7."""
        if "unreachable" in (self.database_state, self.broker_state):
            return UnreachableError.exit_code
        return CheckFailedError.exit_code if self.wrong else 0


@click.command("status", cls=Spoken)
@click.pass_obj
def status(call: Call) -> int:
    """Show how things stand."""
    with call.installation() as installation:
        state = look(installation)
    if call.as_json:
        emit_json(state)
    else:
        _show(state)
    return state.exit_code


def look(installation: Installation) -> State:
    """Ask ledger and broker; what does not answer is noted, not raised."""
    now = installation.now()
    state = State(at=now, database=installation.ledger.name, broker=installation.broker.name)
    wanted: list[str] = []
    try:
        state.clock_skew_s = round((now - installation.ledger.clock().astimezone(UTC)).total_seconds(), 3)
        state.figures = dict(installation.ledger.counts(now))
        state.tree = installation.rulebook().tree.version
        wanted = [*own_queues(installation), address.UNROUTED, address.PARKED]
    except UnreachableError as error:
        state.database_state = "unreachable"
        state.wrong.append(_wrong("down", what=state.database, detail=pick((error.what_zh, error.what))))
    if installation.settings.is_embedded:
        state.broker_state = "embedded"
    else:
        _look_at_queues(installation, state, wanted)
    state.wrong += _judged(state.figures, state.clock_skew_s)
    return state


def _look_at_queues(installation: Installation, state: State, wanted: list[str]) -> None:
    try:
        state.queues = installation.broker.queues(wanted)
    except UnreachableError as error:
        state.broker_state = "unreachable"
        state.wrong.append(_wrong("down", what=state.broker, detail=pick((error.what_zh, error.what))))
        return
    there = {queue.name for queue in state.queues}
    state.wrong += [_wrong("queue", queue=name) for name in wanted if name not in there]
    for queue in state.queues:
        if queue.ready and queue.name in (address.UNROUTED, address.PARKED):
            state.wrong.append(_wrong("unrouted", queue=queue.name, count=queue.ready))
        elif queue.ready and not queue.consumers:
            state.wrong.append(_wrong("idle", queue=queue.name, count=queue.ready))


def _judged(figures: dict[str, float | int | None], skew_s: float | None) -> list[Wrong]:
    wrong = []
    if (late_s := figures.get("oldest_overdue_at_s") or 0) > STALLED_S:
        wrong.append(_wrong("clock", age_s=late_s))
    if (waited_s := figures.get("outbox_oldest_s") or 0) > OLD_OUTBOX_S:
        wrong.append(_wrong("outbox", age_s=waited_s))
    if count := figures.get("parked") or 0:
        wrong.append(_wrong("parked", count=count))
    if abs(skew_s or 0) > SKEW_S:
        wrong.append(_wrong("skew", age_s=abs(skew_s or 0)))
    return wrong


def _wrong(code: str, *, age_s: float | None = None, **data: Any) -> Wrong:
    pair = WORDS[f"wrong_{code}"]
    if age_s is not None:
        data["age"] = f"{age_s:.0f} s"
    zh, en = (pair[index].format_map(data) for index in range(len(LANGUAGES)))
    return Wrong(code, zh, en)


def _show(state: State) -> None:
    figures = state.figures
    emit(f"{word('status_title')}  {local(state.at)}")
    emit_fields([*_places(state), *(_figures(figures) if figures else ())])
    if state.queues:
        headers = [word("status_queue"), word("status_ready"), word("status_consumers")]
        rows = [(queue.name, str(queue.ready), str(queue.consumers)) for queue in state.queues]
        emit()
        emit_table(headers, rows, right=(1, 2))
    emit()
    if state.wrong:
        emit_fields(("!", pick((one.zh, one.en))) for one in state.wrong)
    else:
        emit(word("all_well"))


def _places(state: State) -> list[tuple[str, str]]:
    words = {"ok": "status_ok", "unreachable": "status_down", "embedded": "status_in_up"}
    broker = word(words[state.broker_state])
    where = "" if state.broker_state == "embedded" else f"  {state.broker}"
    return [
        (word("status_database"), f"{word(words[state.database_state])}  {state.database}"),
        (word("status_broker"), f"{broker}{where}"),
        (word("status_tree"), state.tree or "-"),
    ]


def _figures(figures: dict[str, float | int | None]) -> list[tuple[str, str]]:
    late_s, waited_s = figures["oldest_overdue_at_s"], figures["outbox_oldest_s"]
    outbox = str(figures["outbox"])
    if waited_s is not None:
        outbox += f"  {word('status_oldest', age=age(waited_s))}"
    return [
        (word("status_received"), str(figures["received_last_minute"])),
        (word("status_open"), str(figures["cases_open"])),
        (word("status_due"), str(figures["due_next_hour"])),
        (word("status_overdue"), str(figures["overdue"])),
        (word("status_lateness"), age(late_s or 0)),
        (word("status_outbox"), outbox),
        (word("status_parked"), str(figures["parked"])),
    ]
