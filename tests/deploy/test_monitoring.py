"""Prometheus starts with the mounted configuration; Grafana is told of its source and its dashboards."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.deploy.compose import DEPLOY, mounts, ours, roles, services
from tests.servers.loopback import HOST, free_port
from tests.servers.process import ServerProcess
from tests.servers.waiting import wait_until

CONFIG = DEPLOY / "prometheus" / "prometheus.yml"
START_S = 60.0
STOP_S = 30.0
#: The dashboards name their source by it.
SOURCE = "case-router-prometheus"


def jobs() -> dict[str, dict[str, Any]]:
    found = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["scrape_configs"]
    return {job["job_name"]: job for job in found}


def test_promtool_finds_no_fault(promtool: Path) -> None:
    done = subprocess.run(
        [promtool, "check", "config", CONFIG], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule files found" in done.stdout or "rules found" in done.stdout


def asked_for() -> dict[str, set[tuple[str, int]]]:
    """Job → hosts and ports."""
    found: dict[str, set[tuple[str, int]]] = {}
    for name, job in jobs().items():
        fixed = {str(target) for one in job.get("static_configs", ()) for target in one["targets"]}
        by_name = {(str(host), one["port"]) for one in job.get("dns_sd_configs", ()) for host in one["names"]}
        found[name] = {(host, int(port)) for host, _, port in (one.rpartition(":") for one in fixed)} | by_name
    return found


def test_every_role_is_scraped_once_on_the_port_it_listens_on() -> None:
    scraped = sorted([*asked_for()["case-router"], *asked_for()["case-router-metrics"]])
    listening = {(name, int(ours()[name]["environment"]["CASE_ROUTER_HTTP_PORT"])) for name in roles()}
    assert scraped == sorted(listening)
    for name in roles():
        assert "monitoring" in services()[name]["networks"]


def test_the_broker_is_asked_as_a_whole_and_queue_by_queue_for_two_families() -> None:
    assert asked_for()["rabbitmq"] == asked_for()["rabbitmq-detailed"] == {("rabbitmq", 15692)}
    detailed = jobs()["rabbitmq-detailed"]
    assert detailed["metrics_path"] == "/metrics/detailed"
    assert detailed["params"] == {"family": ["queue_coarse_metrics", "queue_consumer_count"]}


@contextmanager
def started(name: str, program: Path, tmp_path: Path, *more: str) -> Iterator[ServerProcess]:
    """A service of the compose file as a process: its command, with folders of this machine."""
    words = list(services()[name]["command"])
    for source, target in mounts(services()[name]):
        copy = tmp_path / Path(target).name
        shutil.copytree(DEPLOY / source, copy)
        words = [word.replace(target, str(copy)) for word in words]
    # What is left is the folder of a volume.
    words = [word.replace(f"=/{name}", f"={tmp_path / 'data'}") for word in words]
    server = ServerProcess(
        [str(program), *words, *more], log=tmp_path / "log", env={"HOME": str(tmp_path)}, cwd=tmp_path
    )
    try:
        yield server
        server.interrupt(15, deadline_s=STOP_S)
    finally:
        server.kill_group()


@contextmanager
def ready(name: str, program: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A service at work, once its own health check's address answers."""
    port = free_port()
    listens = f"--web.listen-address={HOST}:{port}"
    with (
        httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
        started(name, program, tmp_path, listens) as server,
    ):

        def answers() -> bool:
            assert not server.ended, server.log_tail()
            try:
                return client.get(_path_of(name)).is_success
            except httpx.TransportError:
                return False

        wait_until(answers, deadline_s=START_S, what=name)
        yield client


def test_prometheus_starts_with_what_is_mounted_and_knows_jobs_and_rules(
    tmp_path: Path, prometheus_program: Path
) -> None:
    with ready("prometheus", prometheus_program, tmp_path) as client:
        loaded = client.get("/api/v1/status/config").json()["data"]["yaml"]
        assert {job["job_name"] for job in yaml.safe_load(loaded)["scrape_configs"]} == set(jobs())
        groups = client.get("/api/v1/rules").json()["data"]["groups"]
        found = {Path(one["file"]).name for one in groups}
        assert found == {file.name for file in (DEPLOY / "prometheus" / "rules").glob("*.yml")}


def test_alertmanager_starts_with_what_is_mounted_where_prometheus_looks_for_it(
    tmp_path: Path, alertmanager_program: Path
) -> None:
    with ready("alertmanager", alertmanager_program, tmp_path) as client:
        loaded = client.get("/api/v2/status").json()["config"]["original"]
        mounted = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8"))
        assert yaml.safe_load(loaded)["route"]["receiver"] == mounted["route"]["receiver"]
    [alerting] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["alerting"]["alertmanagers"]
    assert alerting == {"static_configs": [{"targets": ["alertmanager:9093"]}]}


def _path_of(name: str) -> str:
    """The path that a service's health check asks for."""
    url: str = services()[name]["healthcheck"]["test"][-1]
    return "/" + url.split("/", 3)[3]


def test_grafanas_source_is_the_one_the_dashboards_name() -> None:
    file = DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yml"
    [source] = yaml.safe_load(file.read_text(encoding="utf-8"))["datasources"]
    assert (source["uid"], source["type"], source["editable"]) == (SOURCE, "prometheus", False)
    assert source["url"] == "http://prometheus:9090"
    assert (
        source["jsonData"]["timeInterval"]
        == yaml.safe_load(CONFIG.read_text("utf-8"))["global"]["scrape_interval"]
    )


def test_grafana_takes_the_dashboards_from_where_they_are_mounted_and_keeps_no_changes() -> None:
    file = DEPLOY / "grafana" / "provisioning" / "dashboards" / "case-router.yml"
    [provider] = yaml.safe_load(file.read_text(encoding="utf-8"))["providers"]
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["foldersFromFilesStructure"] is True
    assert "folder" not in provider, "the folders are those of the files"
    seen = dict(mounts(services()["grafana"]))
    assert seen["./grafana/provisioning"] == "/etc/grafana/provisioning"
    assert seen["./grafana/dashboards"] == provider["options"]["path"]


def test_grafana_opens_on_a_dashboard_that_is_there() -> None:
    home = Path(services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    shown = DEPLOY / "grafana" / "dashboards" / home.relative_to("/var/lib/grafana/dashboards")
    assert json.loads(shown.read_text(encoding="utf-8"))["uid"] == "case-router-city-zh"


def test_grafana_speaks_chinese_and_asks_nobody_outside() -> None:
    chosen = services()["grafana"]["environment"]
    assert chosen["GF_USERS_DEFAULT_LANGUAGE"] == "zh-Hans"
    assert chosen["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/secrets/grafana"  # noqa: S105 - a path
    assert json.dumps(chosen).count("http") == 0
