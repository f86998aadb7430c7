"""Running the demo: make ledger and broker ready, let the weeks go by, count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import msgspec

from router.app import Installation, installation
from router.broker.apply import apply
from router.broker.port import Broker
from router.broker.topology import topology
from router.calendars import Source
from router.cities import demo_city
from router.core.territory.tree import Tree
from router.demo.city_life import CityLife
from router.demo.clockwork import Clockwork, Progress
from router.demo.courier import Courier
from router.demo.desks import Desks
from router.demo.people import People
from router.demo.summary import Summary, summarise
from router.errors import ConflictError, UsageError
from router.ledger.migrations import schema_status, upgrade
from router.presets import preset_calendar, preset_text
from router.rulebook import POLICIES, TREE, PolicySet, install_policies, install_tree
from router.secret_files import broker_url, contact_key, ledger_url
from router.settings import Settings

#: A Monday from which four weeks lead into the days whose deadlines no calendar covers yet.
START_AT = datetime.fromisoformat("2026-11-30T00:00:00+08:00")
#: Nobody changes the rules while the demo runs.
_RELOAD_S = 1e8
_MOST_WEEKS = 52


def run_demo(
    settings: Settings,
    *,
    weeks: int = 4,
    per_day: int = 250,
    seed: int = 7,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Let the demo city live for some weeks through the real flow, as fast as the machine allows.

    Args:
        settings: name the ledger and the broker; the schema is made if need be, and there must be no case in it.
            Where no key for personal data is named, made-up contacts get one that is thrown away.
        weeks: 1 to 52; from the third month on, deadlines lie past the calendar and are provisional.
        per_day: appeals a day, mean over the week.
        seed: chance; the same seed, the same summary.
        progress: told once for every day of the city.

    Raises:
        UsageError: a number is out of range.
        ConflictError: ledger or broker already serve somebody.
        UnreachableError: ledger or broker do not answer.
    """
    if not 1 <= weeks <= _MOST_WEEKS or per_day < 1:
        raise UsageError("a demo lasts 1 to {most} weeks and has at least one appeal a day", most=_MOST_WEEKS)
    tree, end_at = Tree(demo_city()), START_AT + timedelta(weeks=weeks)
    life = CityLife(tree, seed=seed, start_at=START_AT, weeks=weeks, per_day=per_day)
    appeals = life.appeals()
    belongs_to = {appeal.case_id: appeal.belongs_to for appeal in reversed(appeals)}
    desks = Desks(tree, preset_calendar("cn"), seed=seed, belongs_to=belongs_to.__getitem__)
    with _ready(settings) as opened, _courier(opened) as courier:
        clockwork = Clockwork(opened, courier, desks, People(seed=seed), progress=progress)
        clockwork.run(appeals, START_AT, end_at)
        return summarise(opened.ledger, tree, end_at, weeks=weeks, per_day=per_day, seed=seed)


def demo_policies() -> PolicySet:
    """The default policy with colours and levels, and one for what cannot wait."""
    usual = preset_text("policies", "default") + "\n" + _text("usual")
    return PolicySet(policies=(Source("emergency", _text("emergency")), Source("default", usual)))


def _text(name: str) -> str:
    return files("router.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8")


@contextmanager
def _ready(settings: Settings) -> Iterator[Installation]:
    """The installation, with the demo's rules in force."""
    url = ledger_url(settings)
    if schema_status(url).found is None:
        upgrade(url)
    settings = msgspec.structs.replace(settings, reload_s=_RELOAD_S, channels=())
    with _with_key(settings) as keyed, installation(keyed) as opened:
        _require_unused(opened)
        _require_empty(opened.broker)
        install_tree(opened.ledger, demo_city(), START_AT)
        install_policies(opened.ledger, demo_policies(), demo_city().tiers, START_AT)
        if settings.is_embedded:
            opened.declare_embedded()
        else:
            apply(broker_url(settings), opened.topology())
        yield opened


@contextmanager
def _with_key(settings: Settings) -> Iterator[Settings]:
    if contact_key(settings) is not None:
        yield settings
        return
    with TemporaryDirectory(prefix="case-router-demo-") as folder:
        path = Path(folder) / "key"
        path.write_text(token_hex(32), encoding="ascii")
        yield msgspec.structs.replace(settings, contact_key_file=str(path))


def _require_unused(opened: Installation) -> None:
    ledger = opened.ledger
    if ledger.current(TREE) or ledger.current(POLICIES) or next(ledger.all_cases(), None) is not None:
        raise ConflictError(
            "this ledger is in use: the demo would put made-up cases into it",
            where=ledger.name,
            todo="Name an empty database, or none.",
        )


def _require_empty(broker: Broker) -> None:
    """Queues that do not exist yet are as good as empty ones."""
    waiting = sum(state.ready for state in broker.queues(topology(Tree(demo_city())).queues))
    if waiting:
        raise ConflictError(
            "{waiting} messages of somebody else's lie in the queues",
            where=broker.name,
            todo="Name a virtual host of the demo's own.",
            waiting=waiting,
        )


@contextmanager
def _courier(opened: Installation) -> Iterator[Courier]:
    courier = Courier(opened.broker, opened.rulebook().tree)
    try:
        yield courier
    finally:
        courier.close()
