"""What figures of desks are joined by: names, and the queue by which RabbitMQ knows a desk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from router.app import installation, prepare
from router.metrics.exporter import Exporter
from router.settings import Settings

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_a_desk_is_named_with_its_queue_and_one_at_the_shell_has_none(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as opened:
        exporter = Exporter(opened.ledger, opened.rulebook)
        exporter.run_once(NOON)
        families = {one.name: one for one in text_string_to_metric_families(exporter.exposition().decode())}
        served = {desk.code: desk.served for desk in opened.rulebook().tree}
    labels = {sample.labels["desk"]: sample.labels for sample in families["case_router_desk_name"].samples}
    assert labels["wanghu"] == {
        "desk": "wanghu",
        "name": "望湖街道",
        "tier": "street",
        "district": "hubin",
        "queue": "desk.wanghu",
    }
    assert {code for code, one in labels.items() if not one["queue"]} == {
        code for code, how in served.items() if how == "shell"
    }
