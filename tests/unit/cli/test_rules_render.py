"""`rules render`: files, or what differs from them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from router.cli import main

NAMES = ["case-router-recording.yml", "case-router-alerts.yml"]


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["rules", "render", *map(str, words)])


def test_it_writes_the_files_and_says_so_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    first = typed("--out", folder, "--json")
    assert msgspec.json.decode(first.stdout) == {"folder": str(folder), "changed": NAMES, "unchanged": []}
    assert {path.name for path in folder.iterdir()} == set(NAMES)
    again = typed("--out", folder, "--json")
    assert msgspec.json.decode(again.stdout)["changed"] == []
    assert (first.exit_code, again.exit_code) == (0, 0)


@pytest.mark.parametrize(("language", "said"), [("zh", "与应生成的不符"), ("en", "not what")])
def test_check_writes_nothing_and_ends_with_7_where_a_file_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    typed("--out", tmp_path)
    assert typed("--out", tmp_path, "--check").exit_code == 0
    monkeypatch.setenv("CASE_ROUTER_ON_TIME_TARGET", "0.9")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    found = typed("--out", tmp_path, "--check", "--lang", language)
    assert found.exit_code == 7
    assert found.stderr.count(said) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_alert_links_to_where_the_documents_are_read(tmp_path: Path) -> None:
    typed("--out", tmp_path, "--docs", "https://docs.example/case-router")
    text = (tmp_path / "case-router-alerts.yml").read_text(encoding="utf-8")
    assert "runbook_url: https://docs.example/case-router/runbook.md#brokerdown" in text
    assert "runbook_url_zh: https://docs.example/case-router/runbook.zh-CN.md#brokerdown" in text


def test_without_a_folder_it_prints_them(tmp_path: Path) -> None:
    printed = typed()
    assert printed.stdout.count("groups:") == 2
    assert printed.exit_code == 0


@pytest.mark.parametrize("target", ["0.69", "1", "95"])
def test_a_target_that_no_alert_could_be_held_against_is_refused(
    monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setenv("CASE_ROUTER_ON_TIME_TARGET", target)
    refused = typed()
    assert refused.exit_code == 4
    assert "on_time_target" in refused.stderr


def test_for_the_prometheus_operator_it_writes_one_resource_with_the_settings_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASE_ROUTER_ON_TIME_TARGET", "0.9")
    assert typed("--kubernetes", "--out", tmp_path).exit_code == 0
    [file] = tmp_path.iterdir()
    text = file.read_text(encoding="utf-8")
    assert file.name == "rules.yaml"
    assert "\nkind: PrometheusRule\n" in text
    assert "(1 - district:case_router_on_time:ratio1d) / 0.1" in text
