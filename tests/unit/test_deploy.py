"""What is shipped for operators is what the program understands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from router.app import METRICS, ROLES
from router.cli.run import INTAKE
from router.settings import Settings, load_settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
EXAMPLE = DEPLOY / "settings.example.toml"
UNIT = DEPLOY / "systemd" / "case-router@.service"
#: What a role has otherwise.
DROP_INS = {
    role: DEPLOY / "systemd" / f"case-router@{role}.service.d" / f"{role}.conf" for role in (INTAKE, METRICS)
}
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


@pytest.mark.parametrize("file", [UNIT, *DROP_INS.values()], ids=["unit", *DROP_INS])
def test_the_unit_sets_only_what_the_program_reads(file: Path) -> None:
    found = directives(file)
    named = dict(line.split("=", 1) for line in found["Environment"])
    named |= dict.fromkeys(" ".join(found["UnsetEnvironment"]).split(), "")
    others = {"CASE_ROUTER_LOG", "CASE_ROUTER_SETTINGS"}
    settings = {name.removeprefix("CASE_ROUTER_").lower() for name in set(named) - others}
    assert settings <= set(Settings.__struct_fields__)


def test_the_unit_starts_again_after_a_fault_and_not_after_a_mistake() -> None:
    found = directives()
    assert found["Restart"] == ["on-failure"]
    assert found["RestartPreventExitStatus"] == ["2 4"]
    [command] = found["ExecStart"]
    assert command.endswith(" run %i --http-port ${CASE_ROUTER_HTTP_PORT}")


def test_who_meets_no_personal_data_has_no_key_and_who_needs_no_broker_no_password() -> None:
    for role, without in ((INTAKE, {"BROKER"}), (METRICS, {"BROKER", "CONTACT_KEY"})):
        found = directives(DROP_INS[role])
        unset = set(" ".join(found["UnsetEnvironment"]).split())
        assert {f"CASE_ROUTER_{one}_PASSWORD_FILE" for one in without & {"BROKER"}} <= unset
        assert ("CASE_ROUTER_CONTACT_KEY_FILE" in unset) == ("CONTACT_KEY" in without)
        assert found["LoadCredential"][0] == "", "what the unit itself loads is let go"
        assert not any("broker.password" in one for one in found["LoadCredential"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("role", [*ROLES, INTAKE])
def test_systemd_understands_the_unit(tmp_path: Path, role: str) -> None:
    # It insists that the command exists.
    text = UNIT.read_text(encoding="utf-8").replace("/opt/case-router/.venv/bin/case-router", sys.executable)
    unit = tmp_path / f"case-router@{role}.service"
    unit.write_text(text, encoding="utf-8")
    if role in DROP_INS:
        shutil.copytree(DROP_INS[role].parent, tmp_path / DROP_INS[role].parent.name)
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "case-router@" in line]
    assert (done.returncode, said) == (0, []), done.stderr


#: For people, as a unit is for roles.
WRAPPER = DEPLOY / "systemd" / "case-router"
SECRETS = {
    "CASE_ROUTER_CONTACT_KEY_FILE": "contact.key",
    "CASE_ROUTER_BROKER_PASSWORD_FILE": "broker.password",
    "CASE_ROUTER_LEDGER_PASSWORD_FILE": "ledger.password",
}


def installed(folder: Path) -> Path:
    """The program for people, settings in that folder; what it starts says what it was given."""
    said = folder / "said"
    said.write_text('#!/bin/sh\nenv | grep ^CASE_ROUTER_ | sort\necho "$#:$*"\n', encoding="utf-8")
    said.chmod(0o755)
    text = WRAPPER.read_text(encoding="utf-8")
    assert directives()["ExecStart"][0].startswith("/opt/case-router/.venv/bin/case-router ")
    text = text.replace("/opt/case-router/.venv/bin/case-router", str(said)).replace(
        "/etc/case-router", str(folder)
    )
    made = folder / "case-router"
    made.write_text(text, encoding="utf-8")
    made.chmod(0o755)
    return made


def typed(
    program: Path, environment: Mapping[str, str] | None = None, user: int | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, "sla", "held", "two words"],
        env={"PATH": os.defpath, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        user=user,
    )


def test_in_a_new_shell_a_command_has_the_settings_and_the_secrets_of_the_units(tmp_path: Path) -> None:
    program = installed(tmp_path)
    for name in SECRETS.values():
        (tmp_path / name).touch(mode=0o600)
    done = typed(program)
    given = {"CASE_ROUTER_SETTINGS": "settings.toml", **SECRETS}
    assert done.stdout.splitlines() == [
        *sorted(f"{one}={tmp_path / name}" for one, name in given.items()),
        "3:sla held two words",
    ]
    assert done.stderr == ""


def test_a_secret_that_an_installation_does_not_have_is_not_named(tmp_path: Path) -> None:
    done = typed(installed(tmp_path))
    assert done.stdout.splitlines()[:-1] == [f"CASE_ROUTER_SETTINGS={tmp_path / 'settings.toml'}"]


def test_what_somebody_has_set_goes_before_it(tmp_path: Path) -> None:
    program = installed(tmp_path)
    given = {one: f"/mine/{name}" for one, name in {"CASE_ROUTER_SETTINGS": "s", **SECRETS}.items()}
    for name in SECRETS.values():
        (tmp_path / name).touch(mode=0o600)
    done = typed(program, given)
    assert done.stdout.splitlines()[:-1] == sorted(f"{one}={name}" for one, name in given.items())


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_who_may_not_read_a_secret_is_told_to_become_root() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        program = installed(folder)
        (folder / "broker.password").touch(mode=0o600)
        done = typed(program, user=65534)
        assert "CASE_ROUTER_BROKER_PASSWORD_FILE" not in done.stdout
        assert f"{folder / 'broker.password'} may not be read: sudo -i first" in done.stderr
        assert "无权读取" in done.stderr


def test_the_unit_and_the_program_for_people_read_the_same_files() -> None:
    loaded = {one.partition(":")[2] for one in directives()["LoadCredential"]}
    assert loaded <= {f"/etc/case-router/{name}" for name in SECRETS.values()}
    assert WRAPPER.stat().st_mode & 0o111


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
def test_shellcheck_finds_nothing() -> None:
    subprocess.run(["shellcheck", WRAPPER], check=True, timeout=60)
