"""Where a town stands: on what is built in, and on real servers."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["embedded", pytest.param("servers", marks=[pytest.mark.amqp, pytest.mark.postgres])])
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Of ledger and broker: SQLite and the embedded broker, then PostgreSQL and RabbitMQ."""
    if request.param == "embedded":
        return f"sqlite:///{tmp_path}/ledger.db", "embedded:"
    return request.getfixturevalue("database_url"), request.getfixturevalue("amqp_url")
