"""The composition: which loops a role's name stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.app import installation, prepare
from router.settings import Settings
from tests.city import MONDAY


@pytest.mark.parametrize(("audit_s", "names"), [(300.0, ["clock", "sla", "audit"]), (0.0, ["clock", "sla"])])
def test_the_auditor_runs_beside_the_clock_unless_it_is_switched_off(
    tmp_path: Path, audit_s: float, names: list[str]
) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", audit_s=audit_s)
    prepare(settings, MONDAY)
    with installation(settings, now=lambda: MONDAY) as opened:
        assert [role.name for role in opened.roles(["sla"])] == names
