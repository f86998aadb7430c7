"""The Kubernetes files, read against Kubernetes' own schemas, and every name followed to what bears it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from router.app import METRICS
from router.errors import ConfigurationError
from router.settings import Settings, load_settings
from tests.deploy.compose import DEPLOY, once, ours, roles

BASE = DEPLOY / "kubernetes" / "base"
MONITORING = DEPLOY / "kubernetes" / "monitoring"
README = DEPLOY / "kubernetes" / "README.md"
#: A release that all who are supported can read, and the newest that the schemas know.
VERSIONS = ("1.28", "1.37")
#: Kinds of operators, of which Kubernetes has no schema. Kind → apiVersion and the keys of its spec in use.
OTHERS = {
    "RabbitmqCluster": (
        "rabbitmq.com/v1beta1",
        {"image", "replicas", "persistence", "resources", "rabbitmq", "affinity"},
    ),
    "PodMonitor": ("monitoring.coreos.com/v1", {"selector", "jobLabel", "podMetricsEndpoints"}),
    "PrometheusRule": ("monitoring.coreos.com/v1", {"groups"}),
    "ServiceMonitor": ("monitoring.coreos.com/v1", {"selector", "endpoints"}),
}
_NO_SETTINGS = {"CASE_ROUTER_LANG", "CASE_ROUTER_LOG"}


@cache
def documents() -> tuple[dict[str, Any], ...]:
    """Everything that the two kustomizations name."""
    found: list[dict[str, Any]] = []
    for folder in (BASE, MONITORING):
        named = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
        for name in named:
            found.extend(yaml.safe_load_all((folder / name).read_text(encoding="utf-8")))
    return tuple(found)


def of(*kinds: str) -> dict[str, dict[str, Any]]:
    """Documents of these kinds, by kind and name."""
    return {f"{one['kind']} {one['metadata']['name']}": one for one in documents() if one["kind"] in kinds}


def each(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", list(of(*kinds)))


WORKING = ("Deployment", "Job")


def pods() -> dict[str, dict[str, Any]]:
    """Templates of pods, by what makes them."""
    return {name: one["spec"]["template"] for name, one in of(*WORKING).items()}


def containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def test_every_file_of_a_folder_is_named_by_its_kustomization() -> None:
    for folder in (BASE, MONITORING):
        named = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
        assert {*named, "kustomization.yaml"} == {file.name for file in folder.glob("*.yaml")}
    names = [(one["kind"], one["metadata"]["name"]) for one in documents()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("version", VERSIONS)
@each(*{one["kind"] for one in documents()} - set(OTHERS))
def test_a_document_is_what_kubernetes_takes(name: str, version: str) -> None:
    kubernetes_validate.validate(of(name.split(maxsplit=1)[0])[name], version, strict=True)


def test_a_mistake_in_one_would_be_found() -> None:
    wrong = {**of("Deployment")["Deployment router"], "spce": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


@each(*OTHERS)
def test_a_document_of_an_operator_says_what_its_kind_knows(name: str) -> None:
    document = of(*OTHERS)[name]
    version, keys = OTHERS[document["kind"]]
    assert document["apiVersion"] == version
    assert set(document["spec"]) <= keys


def test_every_role_is_a_deployment_with_the_command_that_compose_starts() -> None:
    assert {name.split()[1] for name in of("Deployment")} == set(roles())
    for role in roles():
        [container] = pods()[f"Deployment {role}"]["spec"]["containers"]
        assert container["args"] == ours()[role]["command"]


def test_what_sets_it_up_is_what_compose_runs_once_in_the_same_order() -> None:
    steps = containers(pods()["Job setup"])
    assert [step["name"] for step in steps] == once()
    for step in steps:
        words = [word.replace("$(RABBITMQ_ADMIN)", "case-admin") for word in step["args"]]
        words = [
            word.replace("/run/secrets/case-router/accounts.toml", "/run/secrets/desks.toml") for word in words
        ]
        assert words == ours()[step["name"]]["command"]


@each("Deployment")
def test_a_role_is_restarted_when_it_is_stuck_and_never_because_of_what_is_away(name: str) -> None:
    [container] = pods()[name]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    [port] = container["ports"]
    assert str(port["containerPort"]) == container["args"][-1]
    role = name.split()[1]
    assert f"{pods()[name]['spec']['terminationGracePeriodSeconds']}s" == ours()[role]["stop_grace_period"]


@each(*WORKING)
def test_a_pod_may_do_nothing_that_it_need_not(name: str) -> None:
    spec = pods()[name]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    for container in containers(pods()[name]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]  # noqa: S108 - the container's
        assert container["resources"]["limits"]["memory"]
        assert "cpu" not in container["resources"]["limits"], "who is throttled misses deadlines"


def test_kubernetes_adds_no_variable_that_the_program_would_refuse() -> None:
    with pytest.raises(ConfigurationError, match="is not known"):
        load_settings(None, {"CASE_ROUTER_SERVICE_HOST": "10.0.0.1"}, {})
    assert [name for name, pod in pods().items() if pod["spec"]["enableServiceLinks"] is not False] == []


def settings() -> dict[str, str]:
    """What every role is told."""
    lines = (BASE / "settings.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@each(*WORKING)
def test_a_role_is_told_settings_there_are_and_finds_the_files_they_name(name: str) -> None:
    volumes = {one["name"]: one for one in pods()[name]["spec"]["volumes"]}
    items = {
        item["path"] for source in volumes["secrets"]["projected"]["sources"] for item in source["secret"]["items"]
    }
    for container in containers(pods()[name]):
        assert container["envFrom"] == [{"configMapRef": {"name": "settings"}}]
        own = {one["name"]: one.get("value", "") for one in container.get("env", ())}
        chosen = {key for key in {**settings(), **own} if key.startswith("CASE_ROUTER_")} - _NO_SETTINGS
        assert {key.removeprefix("CASE_ROUTER_").lower() for key in chosen} <= set(Settings.__struct_fields__)
        assert {one["name"] for one in container["volumeMounts"]} <= set(volumes)
        named = re.findall(
            r"/run/secrets/case-router/([\w.]+)",
            " ".join([*settings().values(), *own.values(), *container["args"]]),
        )
        assert set(named) <= items


def test_settings_load_and_hold_no_secret() -> None:
    found = load_settings(None, settings(), {})
    assert found.ledger.startswith("postgresql+psycopg://case_router@")
    assert found.ledger_password_file is not None


def test_the_key_to_personal_data_is_not_with_who_counts() -> None:
    key = ("Secret", "case-router-contacts", "contact.key")
    having = {name for name, pod in pods().items() if key in references(pod)}
    assert set(pods()) - having == {f"Deployment {METRICS}"}


def references(node: Any) -> Iterator[tuple[str, str, str]]:
    """Secrets and maps that a pod reads: kind, name, key (empty: all)."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "secret":
                yield from (("Secret", value["name"], item["key"]) for item in value["items"])
            elif key == "secretKeyRef":
                yield "Secret", value["name"], value["key"]
            elif key in {"configMapRef", "configMap"}:
                yield "ConfigMap", value["name"], ""
            else:
                yield from references(value)
    elif isinstance(node, list):
        for one in node:
            yield from references(one)


@each(*WORKING)
def test_every_secret_that_is_read_is_made_or_documented_with_its_keys(name: str) -> None:
    generated = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))["configMapGenerator"]
    lines = README.read_text(encoding="utf-8").splitlines()
    for kind, called, key in references(pods()[name]):
        if kind == "ConfigMap" and called in {one["name"] for one in generated}:
            continue
        row = next((line for line in lines if line.startswith(f"| {kind} `{called}` |")), None)
        assert row is not None, called
        assert not key or f"`{key}`" in row or "made by the operator" in row, (called, key)


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for one in selector.get("matchExpressions", ()):
        assert one["operator"] == "In"
        if labels.get(one["key"]) not in one["values"]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def labels() -> dict[str, dict[str, str]]:
    """Labels of all pods there will be; the operator gives the broker's theirs."""
    broker = {"app.kubernetes.io/name": "rabbitmq", "app.kubernetes.io/component": "rabbitmq"}
    return {**{name: pod["metadata"]["labels"] for name, pod in pods().items()}, "rabbitmq": broker}


def selectors(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"podSelector", "labelSelector"} or (
                key == "selector" and ("matchLabels" in value or "matchExpressions" in value)
            ):
                yield value
            elif key == "selector":
                yield {"matchLabels": value}
            else:
                yield from selectors(value)
    elif isinstance(node, list):
        for one in node:
            yield from selectors(one)


@each("Deployment", "Job", "PodDisruptionBudget", "Service", "NetworkPolicy", "RabbitmqCluster", *OTHERS)
def test_a_selector_finds_a_pod(name: str) -> None:
    for selector in selectors(of(name.split(maxsplit=1)[0])[name]):
        assert [one for one in labels().values() if matches(selector, one)], selector


@each("Deployment")
def test_a_deployment_and_its_budget_select_its_own_pods_alone(name: str) -> None:
    deployment = of("Deployment")[name]["spec"]
    budget = of("PodDisruptionBudget").get(f"PodDisruptionBudget {name.split()[1]}")
    for selector in (deployment["selector"], *([budget["spec"]["selector"]] if budget else ())):
        assert [one for one, its in labels().items() if matches(selector, its)] == [name]
    if deployment["replicas"] == 1:
        assert budget is None, "else no machine could ever be emptied"
    else:
        assert budget is not None
        assert budget["spec"]["minAvailable"] < deployment["replicas"]


def test_there_are_never_two_exporters() -> None:
    exporter = of("Deployment")[f"Deployment {METRICS}"]["spec"]
    assert (exporter["replicas"], exporter["strategy"]) == (1, {"type": "Recreate"})


def test_the_intake_does_not_reach_the_broker_and_the_roles_do() -> None:
    inlets = of("NetworkPolicy")["NetworkPolicy broker"]["spec"]["ingress"]
    let_in = {
        name
        for inlet in inlets
        if {"port": 5672} in inlet.get("ports", ())
        for one in inlet["from"]
        if "podSelector" in one
        for name, its in labels().items()
        if matches(one["podSelector"], its)
    }
    assert let_in == {"Deployment router", "Deployment relay", "Deployment sla", "Job setup"}
    assert of("NetworkPolicy")["NetworkPolicy nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl, whose kustomize needs no cluster")
def test_kustomize_builds_them(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY / "kubernetes", tmp_path / "kubernetes")
    overlay = tmp_path / "kubernetes" / "overlay"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text(
        "resources: [../base]\ncomponents: [../monitoring]\n", encoding="utf-8"
    )
    done = subprocess.run(
        ["kubectl", "kustomize", overlay], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    # And the map that it makes of the settings.
    assert len(built) == len(documents()) + 1
    [made] = [one["metadata"]["name"] for one in built if one["kind"] == "ConfigMap"]
    images = set()
    for one in built:
        if one["kind"] in WORKING:
            for container in containers(one["spec"]["template"]):
                assert container["envFrom"] == [{"configMapRef": {"name": made}}]
                images.add(container["image"])
    assert images == {"registry.example/case-router:0.1.0"}
