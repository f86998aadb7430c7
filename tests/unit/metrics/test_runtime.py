"""What a scrape reads: the parts' own counts, from closed sets, complete from the start."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from router.app import ROLES, Installation, installation, prepare
from router.broker.embedded import EmbeddedBroker
from router.broker.port import Fate, Outgoing
from router.cli.health import Health
from router.errors import UnreachableError
from router.flow import Router
from router.metrics.catalogue import LOOPS, METRICS
from router.metrics.runtime import Runtime
from router.metrics.scope import OF_THE_EXPORTER
from router.roles import TickingRole
from router.sending import Sender
from router.settings import Settings
from router.tally import Tally

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class CountingRouter(Router):
    """Has counted, and does nothing."""

    def __init__(self, **tally: int) -> None:
        """Needs nothing."""
        self.tally = Tally()
        self.tally.update(tally)


class GoneBroker(EmbeddedBroker):
    """Its connection is broken; asking it anything would be a fault."""

    @property
    def reachable(self) -> bool:
        """Not now."""
        return False

    def queues(self, names: Sequence[str]) -> NoReturn:
        """A scrape that waits for a broker is late when it matters."""
        raise AssertionError(names)


def read(runtime: Runtime) -> dict[str, float]:
    """Samples by name and labels, as Prometheus would read them."""
    return {
        sample.name + "".join(f"{{{label}={value}}}" for label, value in sample.labels.items()): sample.value
        for family in text_string_to_metric_families(runtime.exposition().decode())
        for sample in family.samples
        if sample.name.startswith("case_router_")
    }


def test_words_of_several_routers_are_summed_and_sorted_by_kind() -> None:
    runtime = Runtime(EmbeddedBroker())
    runtime.routers += [
        CountingRouter(accepted=2, stale=3, waiting=1),
        CountingRouter(accepted=1, refused=4, forged=5, dancing=6),
    ]
    found = read(runtime)
    assert found["case_router_commands_total{outcome=accepted}"] == 3
    assert found["case_router_commands_total{outcome=refused}"] == 4
    assert found["case_router_commands_total{outcome=duplicate}"] == 0
    assert found["case_router_stale_wakeups_total"] == 3
    assert found["case_router_parked_messages_total{reason=unknown_case}"] == 1
    assert found["case_router_parked_messages_total{reason=forged}"] == 5
    assert found["case_router_parked_messages_total{reason=other}"] == 6


class Noticed(int):
    """A count during whose reading another word is counted, as another thread may do at any moment."""

    tally: Tally

    def __gt__(self, other: int) -> bool:
        """Somebody goes through the counts, and has come to this one."""
        self.tally.add("forged")
        return super().__gt__(other)


def test_a_word_that_comes_while_a_scrape_reads_disturbs_nobody() -> None:
    counting, once = CountingRouter(), Noticed(1)
    once.tally = counting.tally
    counting.tally.update({"accepted": once})
    runtime = Runtime(EmbeddedBroker())
    runtime.routers.append(counting)
    assert read(runtime)["case_router_commands_total{outcome=accepted}"] == 1
    assert counting.tally["forged"] > 0


def test_a_sender_counts_every_attempt_by_its_fate() -> None:
    def nobody() -> NoReturn:
        raise UnreachableError("no answer")

    sender = Sender(nobody, background=False)
    message = Outgoing(
        id="m", exchange="x", key="k", type="t", case_id="c", case_version=1, body=b"{}", timestamp=NOON
    )
    sender.send([message, message])
    runtime = Runtime(EmbeddedBroker())
    runtime.senders.append(sender)
    assert read(runtime)[f"case_router_sent_messages_total{{fate={Fate.UNKNOWN}}}"] == 2


def test_batches_are_measured_by_role() -> None:
    runtime = Runtime(EmbeddedBroker())
    runtime.observer("sla")(40, 0.03)
    found = read(runtime)
    assert found["case_router_batch_duration_seconds_bucket{le=0.05}{role=sla}"] == 1
    assert found["case_router_batch_duration_seconds_bucket{le=0.025}{role=sla}"] == 0
    assert found["case_router_batch_deliveries_sum{role=sla}"] == 40
    assert not [name for name in found if "created" in name]


def test_of_several_loops_of_one_name_the_one_furthest_behind_shows() -> None:
    runtime = Runtime(EmbeddedBroker())
    for name, ago_s in (("clock", 5), ("clock-2", 50), ("desk 柳荫", 7)):
        role = TickingRole(name, lambda _now: False, lambda: NOON, pause_s=1)
        role.beat_at = NOON - timedelta(seconds=ago_s)
        runtime.roles.append(role)
    runtime.roles.append(TickingRole("relay", lambda _now: False, lambda: NOON, pause_s=1))
    beats = {name: value for name, value in read(runtime).items() if "beat" in name}
    assert beats == {
        "case_router_role_beat_timestamp_seconds{role=clock}": NOON.timestamp() - 50,
        "case_router_role_beat_timestamp_seconds{role=desk}": NOON.timestamp() - 7,
    }


def test_no_loop_of_an_installation_passes_for_a_desk(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as opened:
        names = {role.name.partition("-")[0] for role in opened.roles(ROLES)}
    assert names - set(LOOPS) == set()
    assert "notices" in names


class Lister:
    """Has sent lists."""

    tally = Tally()


def test_lists_for_people_are_counted_by_what_became_of_them() -> None:
    runtime = Runtime(EmbeddedBroker())
    assert "case_router_notice_lists_total{fate=confirmed}" not in read(runtime)
    runtime.notifiers.append(Lister())
    Lister.tally.update(["confirmed", "confirmed", "no_queue"])
    found = {name: value for name, value in read(runtime).items() if "lists" in name and value}
    assert found == {
        "case_router_notice_lists_total{fate=confirmed}": 2,
        "case_router_notice_lists_total{fate=no_queue}": 1,
    }


def test_a_scrape_asks_no_broker() -> None:
    assert read(Runtime(GoneBroker()))["case_router_broker_reachable"] == 0
    assert read(Runtime(EmbeddedBroker()))["case_router_broker_reachable"] == 1


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Installation]:
    """An installation of the demo city."""
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as opened:
        yield opened


def test_every_metric_of_the_catalogue_is_there_from_the_start_and_no_other(opened: Installation) -> None:
    opened.roles(ROLES)
    pulse = opened.pulse()
    pulse.ledger_reachable, pulse.skew_s = True, -2.5
    for role in opened.runtime.roles:
        role.beat_at = NOON
    families = {
        family.name
        for family in text_string_to_metric_families(opened.runtime.exposition().decode())
        if not family.name.startswith("process_")
    }
    # What figures of cases there are is known when they are computed; that they are not yet is said at once.
    assert families == {metric.name.removesuffix("_total") for metric in (*METRICS, *OF_THE_EXPORTER)}


def test_labels_have_only_values_of_their_closed_sets(opened: Installation) -> None:
    opened.roles(ROLES)
    sets = {metric.name: metric.labels for metric in METRICS}
    for family in text_string_to_metric_families(opened.runtime.exposition().decode()):
        known = sets.get(family.name) or sets.get(f"{family.name}_total") or {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert label == "le" or value in known[label]


def test_a_process_without_a_clock_has_no_series_of_one(opened: Installation) -> None:
    opened.roles(["router"])
    assert not [name for name in read(opened.runtime) if "clock" in name or "audit" in name]


def test_metrics_stand_beside_the_health_answers(opened: Installation) -> None:
    opened.roles(["relay"])
    health = Health([], {}, lambda: NOON, opened.runtime)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=health.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/metrics")

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "# TYPE case_router_relayed_messages_total counter" in answer.text
