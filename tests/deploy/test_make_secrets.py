"""The script that makes the secrets: nothing is replaced, nothing is open, and the broker knows the passwords."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from router.broker.management import password_hash
from router.broker.topology import topology
from router.cities import demo_city
from router.core.territory.tree import Tree
from router.ledger.contacts import read_key
from tests.deploy.compose import DEPLOY, composed


def make(folder: Path, lang: str = "en") -> str:
    """Run the script; what it says."""
    script = [sys.executable, str(DEPLOY / "make-secrets"), str(folder)]
    done = subprocess.run(
        script,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "CASE_ROUTER_LANG": lang},
    )
    return done.stderr


def users(folder: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((folder / "rabbitmq-definitions.json").read_text(encoding="utf-8"))
    return {user["name"]: user for user in found["users"]}


def test_it_makes_every_secret_of_the_compose_file_in_a_folder_that_others_do_not_enter(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make(folder)
    wanted = {Path(one["file"]).name for one in composed()["secrets"].values()}
    assert {file.name for file in folder.iterdir()} == wanted | {"broker-accounts.toml"}
    assert folder.stat().st_mode & 0o777 == 0o700
    # In a container each is read by that image's own user.
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o644}
    assert len(read_key((folder / "contact-key").read_bytes())) == 32


def test_run_again_it_keeps_what_is_there_and_makes_what_is_missing(tmp_path: Path) -> None:
    make(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / "broker-sla").unlink()
    said = make(tmp_path)
    after = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {
        *("broker-sla", "rabbitmq-definitions.json", "broker-accounts.toml")
    }
    assert f"kept  {tmp_path / 'contact-key'}" in said
    assert f"已保留  {tmp_path / 'contact-key'}" in make(tmp_path, "zh")


def test_the_broker_is_given_hashes_of_the_passwords_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path)
    assert users(tmp_path)["case-metrics"]["password_hash"] == "", "who has no password cannot log in"
    for name in ("admin", "router", "relay", "sla"):
        password = (tmp_path / f"broker-{name}").read_text(encoding="utf-8")
        found = users(tmp_path)[f"case-{name}"]["password_hash"]
        assert found == password_hash(password, base64.b64decode(found)[:4])
        assert password not in (tmp_path / "rabbitmq-definitions.json").read_text(encoding="utf-8")


def test_where_nobody_loads_definitions_one_file_has_the_passwords_of_roles_and_desks(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "desks.toml").write_text('"desk.liuyin" = "theirs"\n', encoding="utf-8")
    make(tmp_path)
    found = tomllib.loads((tmp_path / "broker-accounts.toml").read_text(encoding="utf-8"))
    assert found.pop("desk.liuyin") == "theirs"
    assert found == {
        f"case-{name}": (tmp_path / f"broker-{name}").read_text("utf-8") for name in ("router", "relay", "sla")
    }


def test_the_definitions_are_those_of_the_topology_and_an_administrator() -> None:
    shipped = json.loads((DEPLOY / "rabbitmq" / "definitions.json").read_text(encoding="utf-8"))
    computed = topology(Tree(demo_city()))
    ours = {one.user: one for one in computed.accounts if one.user.startswith("case-")}
    rights = {one.pop("user"): one for one in shipped["permissions"]}
    assert rights.pop("case-admin") == {"vhost": "city", "configure": ".*", "write": ".*", "read": ".*"}
    assert rights == {
        name: {"vhost": "city", "configure": one.configure, "write": one.write, "read": one.read}
        for name, one in ours.items()
    }
    tags = {one["name"]: tuple(one["tags"]) for one in shipped["users"]}
    assert tags == {"case-admin": ("administrator",), **{name: one.tags for name, one in ours.items()}}
    assert {
        one["name"]: (one["pattern"], one["apply-to"], one["priority"], one["definition"])
        for one in shipped["policies"]
    } == {one.name: (one.pattern, one.apply_to, one.priority, one.definition) for one in computed.policies}
