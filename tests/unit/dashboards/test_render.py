"""What is committed is what the generator makes; colours and targets are those of the policies it is given."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from router.core.policies.policy_file import load_policy
from router.dashboards.colours import Look, look
from router.dashboards.document import DOCUMENTS, page
from router.dashboards.render import rendered, shipped_look, written
from router.dashboards.said import LANGUAGES, Language
from router.presets import preset_policy, preset_text
from tests.unit.dashboards.reading import FOLDER

COLOURS = """
[[colour]]
name = "jade"
title = "玉"
day = 1

[[colour]]
name = "red"
title = "红灯"
overdue = true

"""


def with_colours() -> Look:
    text = preset_text("policies", "default").replace("[[ladder]]", f"{COLOURS}[[ladder]]", 1)
    return look([load_policy(text, "test")], 0.90)


def board_of(chosen: Look, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dict(rendered(chosen))[name])
    return found


def panel_of(board: dict[str, Any], title: str) -> dict[str, Any]:
    return next(panel for panel in board["panels"] if panel["title"] == title)


def test_what_is_committed_is_what_the_generator_makes() -> None:
    files = dict(rendered(shipped_look()))
    there = {f"{path.parent.name}/{path.name}" for path in FOLDER.glob("*/*.json")}
    assert there == set(files)
    for name, content in files.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == content, "run case-router dashboards render"


def test_chinese_is_written_as_chinese() -> None:
    assert "全市时限总览" in dict(rendered(shipped_look()))["zh/city.json"]


def test_the_shipped_policies_know_yellow_blue_and_red_and_cases_without_a_colour() -> None:
    found = shipped_look()
    assert set(found.colours) == {"none", "yellow", "blue", "red"}
    assert next(iter(found.colours)) == "none"
    assert found.titles["none"].zh == "无颜色"
    assert found.titles["blue"].zh == "蓝"
    assert found.on_time_target == 0.95


def test_a_title_that_the_policies_agree_on_is_said() -> None:
    assert look([preset_policy("shandong-2017")], 0.95).titles["red"].zh == "红牌"


def test_a_title_that_they_do_not_agree_on_is_not() -> None:
    renamed = preset_text("policies", "shandong-2017").replace("红牌", "红灯")
    found = look([preset_policy("shandong-2017"), load_policy(renamed, "test")], 0.95)
    assert found.titles["red"].zh == "红"
    assert found.titles["yellow"].zh == "黄牌"


def test_a_city_sees_the_colours_of_its_own_policies_and_its_own_target() -> None:
    board = board_of(with_colours(), "zh/city.json")
    shown = panel_of(board, "在办工单，按时限规则的颜色")["fieldConfig"]["overrides"]
    names = {
        one["matcher"]["options"]: {prop["id"]: prop["value"] for prop in one["properties"]}["displayName"]
        for one in shown
    }
    assert names == {"none": "无颜色", "jade": "玉", "red": "红灯"}
    steps = panel_of(board, "按期办结率（原时限）")["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [step["value"] for step in steps] == [None, 0.8, 0.9]


def test_a_colour_of_no_known_name_is_drawn_in_a_colour_of_its_own() -> None:
    drawn = with_colours().colours
    assert len(set(drawn.values())) == len(drawn)


def test_files_are_written_below_the_folder(tmp_path: Path) -> None:
    [path] = written({"zh/a.json": "{}\n"}, tmp_path / "new")
    assert path == tmp_path / "new" / "zh" / "a.json"
    assert path.read_text(encoding="utf-8") == "{}\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_says_what_the_dashboards_show(language: Language) -> None:
    path = FOLDER.parents[2] / DOCUMENTS[language]
    text = path.read_text(encoding="utf-8")
    assert page(text, language) == text, "run python -m router.dashboards.document"


@pytest.mark.parametrize("path", sorted(FOLDER.parents[2].glob("docs/pictures/*.svg")), ids=lambda path: path.name)
def test_a_committed_picture_has_every_panel_of_its_dashboard(path: Path) -> None:
    slug, language, _ = path.name.split(".")
    drawn = unescape(path.read_text(encoding="utf-8"))
    for panel in json.loads((FOLDER / language / f"{slug}.json").read_text(encoding="utf-8"))["panels"]:
        # A title that is too long for its box is cut in the picture.
        assert f">{panel['title'][:20]}" in drawn, f"{panel['title']}: run python -m tests.pictures"
