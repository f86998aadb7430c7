"""The composition: which loops a role's name stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from router.app import METRICS, ROLES, installation, prepare
from router.core.calendars.calendar import Calendar
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.core.territory.tree import Tree
from router.errors import ConfigurationError
from router.secret_files import CONTACT_KEY
from router.settings import Settings
from tests.city import MONDAY


@pytest.mark.parametrize(("audit_s", "names"), [(300.0, ["audit"]), (0.0, [])])
def test_the_auditor_runs_beside_the_clock_unless_it_is_switched_off(
    tmp_path: Path, audit_s: float, names: list[str]
) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", audit_s=audit_s)
    prepare(settings, MONDAY)
    with installation(settings, now=lambda: MONDAY) as opened:
        assert [role.name for role in opened.roles(["sla"])] == ["clock", "sla", "staffing", "notices", *names]


def test_people_are_sent_no_lists_where_that_is_switched_off(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", audit_s=0.0, notices_every_s=0.0)
    prepare(settings, MONDAY)
    with installation(settings, now=lambda: MONDAY) as opened:
        assert [role.name for role in opened.roles(["sla"])] == ["clock", "sla", "staffing"]


@pytest.mark.parametrize("role", [role for role in ROLES if role != METRICS])
def test_no_role_starts_without_a_key_for_personal_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    prepare(Settings(ledger=f"sqlite:///{tmp_path}/ledger.db"), MONDAY)
    monkeypatch.setattr("router.app.contact_key", lambda _settings: None)
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", broker="amqp://nowhere/")
    with installation(settings, now=lambda: MONDAY) as opened:
        with pytest.raises(ConfigurationError, match="no key for personal data") as refused:
            opened.roles([role])
        assert opened.runtime.roles == []
    assert "contact_key_file" in str(refused.value.todo)
    assert CONTACT_KEY in str(refused.value.todo)


def test_history_has_no_brake_no_unstaffed_desk_and_no_lists(tmp_path: Path) -> None:
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db", audit_s=0.0)
    prepare(settings, MONDAY)

    def replaying(
        tree: Tree, policies: Sequence[Policy], calendars: Mapping[str, Calendar], earlier: Sequence[Policy]
    ) -> Rules:
        return Rules(tree, policies, calendars, earlier=earlier, replay=True)

    with installation(settings, now=lambda: MONDAY, make=replaying) as opened:
        assert [role.name for role in opened.roles(["sla"])] == ["clock", "sla"]
        assert opened.runtime.watches == []
