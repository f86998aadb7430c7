"""`dashboards render`: files in two folders, compared on demand, in the colours of the policies named."""

from __future__ import annotations

import json
from pathlib import Path

from router.presets import preset_text
from tests.unit.cli.conftest import type_words

REPOSITORY = Path(__file__).resolve().parents[3]


def test_what_is_committed_is_what_the_command_writes_by_default(tmp_path: Path) -> None:
    done = type_words("dashboards", "render", "--out", str(tmp_path))
    assert done.code == 0, done.err
    committed = REPOSITORY / "deploy" / "grafana" / "dashboards"
    names = sorted(path.relative_to(committed) for path in committed.glob("*/*.json"))
    assert len(names) == 12
    assert names == sorted(path.relative_to(tmp_path) for path in tmp_path.glob("*/*.json"))
    for name in names:
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes(), name


def test_a_file_that_was_changed_by_hand_is_named_and_left_alone(tmp_path: Path) -> None:
    type_words("dashboards", "render", "--out", str(tmp_path))
    changed = tmp_path / "zh" / "city.json"
    changed.write_text("{}", encoding="utf-8")
    done = type_words("dashboards", "render", "--out", str(tmp_path), "--check")
    assert done.code == 7
    assert f"not what would be made: {changed}; run case-router dashboards render --out" in done.err
    assert changed.read_text(encoding="utf-8") == "{}"
    assert type_words("dashboards", "render", "--out", str(tmp_path)).code == 0
    assert type_words("dashboards", "render", "--out", str(tmp_path), "--check").code == 0


def test_without_a_folder_all_are_printed_as_one_document() -> None:
    done = type_words("dashboards", "render")
    assert done.json["zh/city.json"]["title"] == "全市时限总览"
    assert done.json["en/city.json"]["title"] == "SLA overview of the city"


def test_a_city_with_tiers_of_its_own_renders_its_own_policy(tmp_path: Path) -> None:
    text = preset_text("policies", "shandong-2017")
    policy = tmp_path / "own.toml"
    policy.write_text(text.replace('step = "street"', 'step = "town"').replace("红牌", "红灯"), encoding="utf-8")
    done = type_words("dashboards", "render", "--policy", str(policy), "--tiers", "city, district, town")
    assert done.code == 0, done.err
    assert "红灯" in json.dumps(done.json["zh/city.json"], ensure_ascii=False)
    refused = type_words("dashboards", "render", "--policy", str(policy))
    assert refused.code == 4
    assert "town" in refused.err
