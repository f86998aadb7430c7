"""`case-router status`: the state of things on one screen, and an exit code for whoever asks every minute."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import msgspec

from router.app import Installation, open_broker
from router.broker.port import Broker, QueueState
from router.cli.call import Call
from router.cli.grammar import Spoken
from router.cli.health import queues_of
from router.cli.output import age, ages, emit, emit_fields, emit_json, emit_table, local
from router.cli.signs import LOOKED_AT, Running, Stuck, oldest_at_most_s, running, stuck
from router.cli.sla_holds import what_held
from router.cli.texts import WORDS
from router.cli.words import LANGUAGES, pick, word
from router.clock import clock
from router.core.guards import Hold
from router.core.policies.policy_file import TIERS
from router.core.territory import address
from router.errors import CheckFailedError, UnreachableError
from router.ledger.guard_port import Brake
from router.ledger.port import Beat
from router.sentences import counts
from router.settings import Settings

#: A deadline that nobody handled for this long: the clock looks every second, and a lease lasts a minute.
STALLED_S = 120.0
#: A message that waits for this long: the relay takes what is older than five seconds.
OLD_OUTBOX_S = 60.0
#: A queue of ours that nobody knows to have been clear for so long: a router takes a message within a second.
OLD_QUEUE_S = 60
#: Queues of messages for somebody to look at: nobody consumes them.
FOR_PEOPLE = (address.UNROUTED, address.PARKED)
#: A hold without an end that is older was forgotten: an outage is over within a day, or its end is known.
FORGOTTEN_HOLD = timedelta(hours=24)
#: Our clock and the database's; beyond this a deadline could be judged by the wrong one.
SKEW_S = 5.0


class Wrong(msgspec.Struct, frozen=True):
    """Something that is not as it should be."""

    #: Stable, for programs.
    code: str
    zh: str
    en: str


class Line(msgspec.Struct, kw_only=True):
    """One of the router's own queues."""

    name: str
    #: Messages ready, and consumers; None: the broker was not asked, or did not say.
    ready: int | None = None
    consumers: int | None = None
    #: Seconds its oldest message can have waited; 0 when nothing waits, None when nobody knows.
    oldest_at_most_s: int | None = None


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
    #: The roles that should run; None: the ledger, which knows, does not answer.
    roles: list[Running] | None = None
    queues: list[Line] = []
    #: While it holds, no deadline takes a case up.
    brake: Brake | None = None
    #: While it is under way the roles wait.
    restore: Hold | None = None
    #: Those that hold now, the restore's left out.
    holds: list[Hold] = []
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
    with ExitStack() as stack:
        try:
            installation = stack.enter_context(call.installation())
        except UnreachableError as error:
            state = look_without_ledger(call.settings(), error)
        else:
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
    tiers: Sequence[str] = TIERS
    beats: list[Beat] = []
    try:
        state.clock_skew_s = round((now - installation.ledger.clock().astimezone(UTC)).total_seconds(), 3)
        state.figures = dict(installation.ledger.counts(now))
        state.brake = installation.ledger.brake()
        state.restore = installation.ledger.restoring()
        restore_id = state.restore.id if state.restore is not None else None
        holding = (one for one in installation.ledger.holds() if one.covers(now))
        state.holds = [one for one in holding if one.id != restore_id]
        beats = installation.ledger.beats(now - LOOKED_AT)
        state.roles = running(beats, now)
        tree = installation.rulebook().tree
        state.tree, tiers = tree.version, tree.tiers
    except UnreachableError as error:
        _no_ledger(state, error)
    state.wrong += _judged_roles(state.roles or [], stuck(beats, now))
    _look_at_queues(installation.broker, state, tiers, beats, embedded=installation.settings.is_embedded)
    state.wrong += _judged(state.figures, state.clock_skew_s) + _braked(state.brake)
    state.wrong += _forgotten(state.holds, now)
    if state.restore is not None:
        state.wrong.append(_wrong("restore", restore=state.restore.id, lost_at=local(state.restore.since)))
    return state


def look_without_ledger(settings: Settings, error: UnreachableError) -> State:
    """Ask the broker alone. Which queues there should be is in the ledger: those of the usual tiers are tried."""
    with closing(open_broker(settings)) as broker:
        state = State(at=clock(), database=error.where, broker=broker.name)
        _no_ledger(state, error)
        _look_at_queues(broker, state, TIERS, (), embedded=settings.is_embedded)
        return state


def _no_ledger(state: State, error: UnreachableError) -> None:
    state.database_state = "unreachable"
    state.wrong.append(_down(state.database, error))


def _look_at_queues(
    broker: Broker, state: State, tiers: Sequence[str], beats: Sequence[Beat], *, embedded: bool
) -> None:
    own = queues_of(tiers)
    found: dict[str, QueueState] = {}
    if embedded:
        state.broker_state = "embedded"
    else:
        try:
            found = {queue.name: queue for queue in broker.queues([*own, address.UNROUTED, address.PARKED])}
        except UnreachableError as error:
            state.broker_state = "unreachable"
            state.wrong.append(_down(state.broker, error))
    # Of a tree that cannot be read nobody knows which queues it needs.
    sure = own if state.database_state == "ok" else queues_of(())
    if state.broker_state == "ok":
        state.wrong += [_wrong("queue", queue=name) for name in (*sure, *FOR_PEOPLE) if name not in found]
    shown = (*own, *FOR_PEOPLE) if found else own if beats else ()
    state.queues = [_line(name, found.get(name), beats, state.at) for name in shown if not found or name in found]
    state.wrong += _judged_queues(
        state.queues, in_memory=embedded and any(one.instances for one in state.roles or [])
    )


def _line(name: str, found: QueueState | None, beats: Sequence[Beat], now: datetime) -> Line:
    if found is None:
        return Line(name=name, oldest_at_most_s=oldest_at_most_s(beats, name, now))
    at_most_s = oldest_at_most_s(beats, name, now) if found.ready else 0
    return Line(name=name, ready=found.ready, consumers=found.consumers, oldest_at_most_s=at_most_s)


def _judged_queues(queues: Sequence[Line], *, in_memory: bool) -> list[Wrong]:
    """What is wrong with queues; `in_memory`: they are those of a process that lives, which alone can say."""
    wrong = []
    idle = [queue for queue in queues if queue.consumers == 0 and queue.name not in FOR_PEOPLE]
    if idle:
        names = ", ".join(queue.name for queue in idle)
        wrong.append(_wrong("idle", queue=names, count=sum(queue.ready or 0 for queue in idle)))
    for queue in queues:
        if queue.name in FOR_PEOPLE:
            if queue.ready:
                wrong.append(_wrong("unrouted", queue=queue.name, count=queue.ready))
        elif (queue.oldest_at_most_s or 0) > OLD_QUEUE_S and (queue.ready or (queue.ready is None and in_memory)):
            wrong.append(_wrong("old", age_s=queue.oldest_at_most_s, up=True, queue=queue.name))
    return wrong


def _judged_roles(roles: Sequence[Running], loops: Sequence[Stuck]) -> list[Wrong]:
    wrong = []
    for role in roles:
        if role.instances == 0 and role.beat_age_s is None:
            wrong.append(_wrong("role", text="role_never", role=role.role))
        elif role.instances == 0:
            wrong.append(_wrong("role", age_s=role.beat_age_s, role=role.role))
    return wrong + [_wrong("stuck", age_s=one.beat_age_s, loop=one.loop, instance=one.instance) for one in loops]


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


def _braked(brake: Brake | None) -> list[Wrong]:
    if brake is None:
        return []
    skew = f"{abs(brake.skew_s):.1f}"
    return [_wrong("brake", text=f"brake_{brake.cause}", due=brake.due, threshold=brake.threshold, skew=skew)]


def _forgotten(holds: Sequence[Hold], now: datetime) -> list[Wrong]:
    old = [one for one in holds if one.end is None and now - one.since > FORGOTTEN_HOLD]
    return [_wrong("hold", id=one.id, age_s=(now - one.since).total_seconds()) for one in old]


def _wrong(code: str, *, text: str = "", age_s: float | None = None, up: bool = False, **data: Any) -> Wrong:
    """`text`: of another sentence than the code's."""
    pair = WORDS[f"wrong_{text or code}"]
    aged = ages(age_s, up=up) if age_s is not None else ("", "")
    zh, en = (pair[index].format_map(counts({**data, "age": aged[index]})) for index in range(len(LANGUAGES)))
    return Wrong(code, zh, en)


def _down(what: str, error: UnreachableError) -> Wrong:
    zh, en = WORDS["wrong_down"]
    return Wrong("down", zh.format(what=what, detail=error.what_zh), en.format(what=what, detail=error.what))


def _show(state: State) -> None:
    figures = state.figures
    emit(f"{word('status_title')}  {local(state.at)}")
    emit_fields([*_places(state), *(_figures(figures) if figures else ())])
    if state.queues:
        headers = [word(f"status_{name}") for name in ("queue", "ready", "consumers", "oldest_in_queue")]
        emit()
        emit_table(headers, map(_row, state.queues), right=(1, 2, 3))
    emit()
    if state.wrong:
        emit_fields(("!", pick((one.zh, one.en))) for one in state.wrong)
    else:
        emit(word("all_well"))


def _row(queue: Line) -> tuple[str, str, str, str]:
    ready, consumers = ("?" if count is None else str(count) for count in (queue.ready, queue.consumers))
    if queue.ready == 0 or queue.name in FOR_PEOPLE:
        return queue.name, ready, consumers, "-"
    if queue.oldest_at_most_s is None:
        return queue.name, ready, consumers, word("status_unknown")
    return queue.name, ready, consumers, f"≤ {age(queue.oldest_at_most_s, up=True)}"


def _roles(roles: Sequence[Running] | None) -> str:
    if roles is None:
        return word("status_unknown")
    return "  ".join(f"{role.role} {role.instances}" for role in roles)


def _places(state: State) -> list[tuple[str, str]]:
    words = {"ok": "status_ok", "unreachable": "status_down", "embedded": "status_in_up"}
    broker = word(words[state.broker_state])
    where = "" if state.broker_state == "embedded" else f"  {state.broker}"
    return [
        (word("status_database"), f"{word(words[state.database_state])}  {state.database}"),
        (word("status_broker"), f"{broker}{where}"),
        (word("status_tree"), state.tree or "-"),
        (word("status_roles"), _roles(state.roles)),
        *([(word("status_holds"), _holds(state.holds))] if state.holds else ()),
    ]


def _holds(holds: Sequence[Hold]) -> str:
    parts = []
    for one in sorted(holds, key=lambda one: (one.since, one.id)):
        end = word("hold_until", at=local(one.end)) if one.end is not None else word("hold_open")
        parts.append(word("status_hold", id=one.id, what=what_held(one), since=local(one.since), end=end))
    return f"{len(holds)}  {word('status_hold_between').join(parts)}"


def _open(figures: dict[str, float | int | None]) -> str:
    """Open cases; beside them what is no case and is open too, where there is any."""
    apart = [
        word(f"status_{name}", count=figures[name])
        for name in ("projects_open", "tasks_open")
        if figures.get(name)
    ]
    return "  ".join([str(figures["cases_open"]), *apart])


def _figures(figures: dict[str, float | int | None]) -> list[tuple[str, str]]:
    late_s, waited_s = figures["oldest_overdue_at_s"], figures["outbox_oldest_s"]
    outbox = str(figures["outbox"])
    if waited_s is not None:
        outbox += f"  {word('status_oldest', age=age(waited_s))}"
    return [
        (word("status_received"), str(figures["received_last_minute"])),
        (word("status_open"), _open(figures)),
        (word("status_due"), str(figures["due_next_hour"])),
        (word("status_overdue"), str(figures["overdue"])),
        (word("status_lateness"), age(late_s or 0)),
        (word("status_outbox"), outbox),
        (word("status_parked"), str(figures["parked"])),
    ]
