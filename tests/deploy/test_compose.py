"""The compose file says what Docker understands, names what is there, and holds no secret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from compose_spec import PyCompose

from router.app import METRICS, ROLES
from router.cli.run import INTAKE
from router.settings import Settings
from tests.deploy.compose import DEPLOY, composed, mounts, needs, once, ours, roles, seconds, services, text
from tests.servers.provide import POSTGRES_IMAGE, RABBITMQ_IMAGE

#: Environment of the program that is no setting.
_NO_SETTINGS = {"CASE_ROUTER_LANG", "CASE_ROUTER_LOG"}
#: What a healthy stop of a role takes at most is the longest wait for another's lock in the database, 30 s.
_LEAST_GRACE_S = 45


def each(found: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", list(found))


def test_the_file_is_one_that_compose_takes_and_whatever_it_refers_to_is_declared() -> None:
    PyCompose.from_json(json.dumps(composed())).validate()


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("router", {"healthchek": {}}),
        ("router", {"depends_on": {"postgres": {"condition": "service_helthy"}}}),
        ("intake", {"stop_grace_period": "60 secs"}),
        ("relay", {"secrets": ["nobodys"]}),
    ],
)
def test_a_mistake_in_it_would_be_found(name: str, fault: dict[str, Any]) -> None:
    wrong = {**composed(), "services": {**services(), name: {**services()[name], **fault}}}
    with pytest.raises(ValueError, match=r"healthchek|service_helthy|secs|nobodys"):
        PyCompose.from_json(json.dumps(wrong)).validate()


@each(services())
def test_every_image_has_a_tag_that_does_not_move(name: str) -> None:
    image = services()[name]["image"]
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-management)?$", image), image
    assert "bitnami" not in image


def test_database_and_broker_are_the_versions_the_tests_know() -> None:
    assert services()["postgres"]["image"] == POSTGRES_IMAGE
    assert services()["rabbitmq"]["image"] == RABBITMQ_IMAGE


def test_every_role_has_a_service_and_every_command_is_the_one_of_its_name() -> None:
    assert sorted(roles()) == sorted({*ROLES, INTAKE})
    for name in roles():
        assert ours()[name]["command"][:2] == ["run", name]
    assert once() == ["db-upgrade", "divisions-import", "policy-import", "topology-apply"]


def test_whatever_ends_is_waited_for_by_another_or_up_wait_would_take_its_end_for_a_failure() -> None:
    waited_for = {
        name
        for one in services().values()
        for name, condition in needs(one).items()
        if condition == "service_completed_successfully"
    }
    assert set(once()) <= waited_for


@each({name: one for name, one in services().items() if name not in once()})
def test_what_goes_on_is_looked_at_started_again_and_given_time_to_stop(name: str) -> None:
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert seconds(check["timeout"]) <= seconds(check["interval"])
    assert seconds(service["stop_grace_period"]) >= (_LEAST_GRACE_S if name in ours() else 30)
    assert service["logging"]["options"]["max-size"], "a log that grows without an end fills the disk"


@each(ours())
def test_our_containers_may_do_nothing_that_they_need_not(name: str) -> None:
    service = ours()[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert "user" not in service, "the image says who it runs as"


@each(ours())
def test_a_service_chooses_settings_there_are_and_has_the_secrets_it_names(name: str) -> None:
    service = ours()[name]
    chosen = {key.removeprefix("CASE_ROUTER_").lower() for key in set(service["environment"]) - _NO_SETTINGS}
    assert chosen <= set(Settings.__struct_fields__)
    words = " ".join([*service["environment"].values(), *service["command"]])
    named = set(re.findall(r"/run/secrets/([\w.-]+)", words))
    assert named == set(service["secrets"])


def test_the_key_to_personal_data_is_with_those_who_meet_them_and_the_administrator_with_one() -> None:
    having = {
        secret: {name for name, one in ours().items() if secret in one["secrets"]}
        for secret in composed()["secrets"]
    }
    assert having["contact_key"] == {"divisions-import", "router", "relay", "sla", INTAKE}
    assert having["broker_admin"] == {"topology-apply"}
    for role in ("router", "relay", "sla"):
        assert having[f"broker_{role}"] == {role}


def test_no_secret_stands_in_the_file() -> None:
    assert not re.search(r"://[^/\s:@]+:[^/\s@]+@", text()), "a URL with a password"
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|KEY|SECRET", key):
                assert value.startswith("/run/secrets/"), f"{name}: {key}"
    assert {one["file"].partition("/secrets/")[0] for one in composed()["secrets"].values()} == {"."}


def test_secrets_and_choices_are_kept_out_of_the_repository() -> None:
    ignored = (DEPLOY.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/secrets/", "deploy/.env"} <= set(ignored)


@each(services())
def test_what_is_mounted_is_there_and_only_read(name: str) -> None:
    for source, _ in mounts(services()[name]):
        assert (DEPLOY / source).exists(), source
    for one in services()[name].get("volumes", ()):
        assert one.endswith(":ro") or not one.startswith("."), one


@each(services())
def test_a_service_reaches_what_it_depends_on_and_nothing_is_open_to_the_network(name: str) -> None:
    service = services()[name]
    for other, condition in needs(service).items():
        assert set(service["networks"]) & set(services()[other]["networks"]), other
        ends = services()[other]["restart"] == "no"
        assert condition == ("service_completed_successfully" if ends else "service_healthy")
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:"), port


def test_the_database_has_no_way_out_and_who_needs_no_broker_does_not_reach_it() -> None:
    assert services()["postgres"]["networks"] == ["ledger"]
    assert composed()["networks"]["ledger"] == {"internal": True}
    assert "ports" not in services()["postgres"]
    assert "broker" not in services()[INTAKE]["networks"]
    assert "broker" not in services()[METRICS]["networks"]


def test_what_looks_at_it_is_started_when_asked_for() -> None:
    looking = {name for name, one in services().items() if one.get("profiles") == ["monitoring"]}
    assert looking == {name for name, one in services().items() if "profiles" in one}
    assert looking == {"prometheus", "alertmanager", "grafana"}
    assert not looking & set(ours())
