"""What is shipped for operators is what the program understands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from router.app import ROLES
from router.cli.run import INTAKE
from router.settings import Settings, load_settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
EXAMPLE = DEPLOY / "settings.example.toml"
UNIT = DEPLOY / "systemd" / "case-router@.service"
DROP_IN = DEPLOY / "systemd" / f"case-router@{INTAKE}.service.d"
#: Settings without a default worth showing: the example says where such a file might lie.
FILES = ("ledger_password_file", "broker_password_file", "contact_key_file", "tokens_file")


def test_the_example_of_settings_loads() -> None:
    found = load_settings(EXAMPLE, {}, {})
    assert found.ledger.startswith("postgresql+psycopg://")
    assert found.broker.startswith("amqp://")
    assert not found.is_embedded


def test_the_example_names_every_setting_and_what_is_commented_out_is_the_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = tomllib.loads("\n".join(re.findall(r"^# (\w+ = .*)$", text, re.MULTILINE)))
    chosen = tomllib.loads(text)
    assert {*shown, *chosen} == set(Settings.__struct_fields__)
    defaults = Settings()
    for name, value in shown.items():
        if name not in FILES:
            default = getattr(defaults, name)
            assert value == (list(default) if isinstance(default, tuple) else default), name


def directives(file: Path = UNIT) -> dict[str, list[str]]:
    """The directives of a unit; a name may stand several times."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


@pytest.mark.parametrize("file", [UNIT, DROP_IN / "intake.conf"], ids=["unit", "intake"])
def test_the_unit_sets_only_what_the_program_reads(file: Path) -> None:
    found = directives(file)
    named = dict(line.split("=", 1) for line in found["Environment"])
    named |= dict.fromkeys(found["UnsetEnvironment"], "")
    others = {"CASE_ROUTER_LOG", "CASE_ROUTER_SETTINGS"}
    settings = {name.removeprefix("CASE_ROUTER_").lower() for name in set(named) - others}
    assert settings <= set(Settings.__struct_fields__)


def test_the_unit_starts_again_after_a_fault_and_not_after_a_mistake() -> None:
    found = directives()
    assert found["Restart"] == ["on-failure"]
    assert found["RestartPreventExitStatus"] == ["2 4"]
    [command] = found["ExecStart"]
    assert command.endswith(" run %i --http-port ${CASE_ROUTER_HTTP_PORT}")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("role", [*ROLES, INTAKE])
def test_systemd_understands_the_unit(tmp_path: Path, role: str) -> None:
    # It insists that the command exists.
    text = UNIT.read_text(encoding="utf-8").replace("/opt/case-router/.venv/bin/case-router", sys.executable)
    unit = tmp_path / f"case-router@{role}.service"
    unit.write_text(text, encoding="utf-8")
    if role == INTAKE:
        shutil.copytree(DROP_IN, tmp_path / DROP_IN.name)
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "case-router@" in line]
    assert (done.returncode, said) == (0, []), done.stderr
