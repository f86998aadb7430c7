"""Rules that every dashboard keeps, read from the files that Grafana gets."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from router.dashboards.classic import DATASOURCE
from router.dashboards.definitions import metrics_of
from router.metrics.cases import CASE_METRICS
from router.metrics.cases.before_complaint import BEFORE, COUNTED
from router.metrics.cases.pipeline import COLLECT_ERRORS
from tests.unit.dashboards.reading import (
    FILES,
    FOLDER,
    Json,
    matchers,
    metric_of,
    name_of,
    panels,
    queries,
    read,
    series_names,
)

#: Rows and columns of the grid.
WIDTH = 24
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Counters of the ledger; the exporter's own counter of failures begins at 0 with its process.
_FIGURES = {metric.name for metric in CASE_METRICS if metric.kind == "counter"} - {COLLECT_ERRORS.name}
#: Prometheus' own labels, and the bound of a bucket.
_EVERYWHERE = {"job", "instance", "le", "process"}
#: They lend a name, or say that figures were exported at all: no reader wants their definition.
_LENDING = {
    f"case_router_{name}"
    for name in ("desk_name", "district_name", "category_name", "figures_last_success_timestamp_seconds")
}
#: Names that Chinese has no other word for.
_SAME_IN_BOTH = {"RabbitMQ"}

every_file = pytest.mark.parametrize("path", FILES, ids=name_of)
one_language = pytest.mark.parametrize("path", sorted(FOLDER.glob("zh/*.json")), ids=name_of)


def test_six_dashboards_stand_there_in_each_language() -> None:
    names = {"city", "district", "desk", "escalations", "before-complaint", "pipeline"}
    assert {path.stem for path in FOLDER.glob("zh/*.json")} == names
    assert {path.stem for path in FOLDER.glob("en/*.json")} == names


@every_file
def test_a_dashboard_is_a_file_that_grafana_10_to_13_take_and_nobody_edits(path: Path) -> None:
    board = read(path)
    assert 38 <= board["schemaVersion"] <= 42
    assert board["id"] is None
    assert board["editable"] is False
    assert board["timezone"] == "Asia/Shanghai"
    assert board["weekStart"] == "monday"
    assert board["refresh"]
    assert "case-router" in board["tags"]
    assert "__inputs" not in board


def test_every_uid_is_stable_short_and_its_own() -> None:
    uids = [read(path)["uid"] for path in FILES]
    assert len(set(uids)) == len(uids)
    assert {read(path)["uid"] for path in FILES} == {
        f"case-router-{path.stem}-{path.parent.name}" for path in FILES
    }
    assert max(map(len, uids)) <= 40


@every_file
def test_every_panel_has_a_title_a_definition_a_unit_and_a_query(path: Path) -> None:
    for panel in panels(read(path)):
        assert panel["title"].strip(), panel
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            assert target["expr"].strip(), panel["title"]
            assert target["legendFormat"].strip(), panel["title"]


@every_file
def test_the_definition_of_every_metric_stands_beside_its_number(path: Path) -> None:
    chinese = path.parent.name == "zh"
    for panel in panels(read(path)):
        shown = [metric for target in panel["targets"] for metric in metrics_of(target["expr"])]
        wanted = [metric for metric in shown if metric.name not in _LENDING] or shown
        assert wanted, panel["title"]
        for metric in wanted:
            assert (metric.help_zh if chinese else metric.help) in panel["description"], panel["title"]
            assert (metric.rise_zh if chinese else metric.rise) in panel["description"], panel["title"]


def _sources(node: Any) -> list[Any]:
    if isinstance(node, dict):
        here = [node["datasource"]] if "datasource" in node else []
        return here + [one for value in node.values() for one in _sources(value)]
    return [one for value in node for one in _sources(value)] if isinstance(node, list) else []


@every_file
def test_the_data_source_is_a_variable_everywhere(path: Path) -> None:
    board = read(path)
    first = board["templating"]["list"][0]
    assert (first["type"], first["name"], first["query"]) == ("datasource", "datasource", "prometheus")
    found = _sources(board["panels"]) + _sources(board["templating"]["list"][1:])
    assert found
    assert all(one == DATASOURCE for one in found)
    for panel in panels(board):
        assert panel["datasource"] == DATASOURCE
        assert all(target["datasource"] == DATASOURCE for target in panel["targets"])


@every_file
def test_ids_and_references_are_unique(path: Path) -> None:
    board = read(path)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in panels(board):
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs), panel["title"]


@every_file
def test_titles_of_panels_are_unique_within_a_row(path: Path) -> None:
    rows: list[list[str]] = [[]]
    for panel in read(path)["panels"]:
        if panel["type"] == "row":
            rows.append([])
        rows[-1].append(panel["title"])
    for titles in rows:
        assert [title for title, count in Counter(titles).items() if count > 1] == []


def _overlap(one: Json, other: Json) -> bool:
    a, b = one["gridPos"], other["gridPos"]
    apart = (
        a["x"] + a["w"] <= b["x"]
        or b["x"] + b["w"] <= a["x"]
        or a["y"] + a["h"] <= b["y"]
        or b["y"] + b["h"] <= a["y"]
    )
    return not apart


@every_file
def test_panels_stand_inside_the_grid_and_none_upon_another(path: Path) -> None:
    board = read(path)
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= WIDTH, panel["title"]
        assert place["h"] >= 1
    for one, other in combinations(board["panels"], 2):
        assert not _overlap(one, other), (one["title"], other["title"])


@one_language
def test_every_series_is_in_a_catalogue(path: Path) -> None:
    for title, expr in queries(read(path)):
        names = series_names(expr)
        assert names, expr
        assert {name for name in names if metric_of(name) is None} == set(), (title, expr)


def test_a_series_of_no_catalogue_is_noticed() -> None:
    assert series_names('sum by (tier) (case_router_cases{tier="x"}) / max (up) > 0') == {
        "case_router_cases",
        "up",
    }
    assert metric_of("case_router_cases") is None
    assert metric_of("case_router_case_resolution_seconds") is None, "a histogram itself has no series"
    assert metric_of("case_router_case_resolution_seconds_bucket") is not None


@one_language
def test_a_matcher_names_a_label_of_its_metric_and_a_value_that_it_can_have(path: Path) -> None:
    for title, expr in queries(read(path)):
        for series, label, operator, value in matchers(expr):
            metric = metric_of(series)
            assert metric is not None, series
            assert label in {*metric.labels, *_EVERYWHERE}, (title, series, label)
            known = metric.labels.get(label, ())
            if known and operator == "=" and not value.startswith("$"):
                assert value in known, (title, series, label, value)


@one_language
def test_a_rate_is_taken_of_counters_of_processes_alone_and_over_grafanas_interval(path: Path) -> None:
    for title, expr in queries(read(path)):
        assert not re.search(r"\b(irate|delta|deriv|idelta)\b", expr), title
        for function, series, span in re.findall(r"\b(rate|increase)\(([\w:]+)(?:\{[^}]*\})?\[([^\]]*)\]", expr):
            metric = metric_of(series)
            assert metric is not None, series
            assert metric.kind in ("counter", "histogram"), (title, function, series)
            assert metric.name not in _FIGURES, (title, "figures of the ledger are subtracted")
            assert span == "$__rate_interval", title
        assert len(re.findall(r"\b(rate|increase)\(", expr)) == len(re.findall(r"\[\$__rate_interval\]", expr)), (
            title
        )


@one_language
def test_a_counter_is_summed_wherever_it_is_shown(path: Path) -> None:
    summed = re.compile(r"sum(?: by \([^)]*\))? \((?:max without \(instance\) \(|(?:rate|increase)\()?$")
    for title, expr in queries(read(path)):
        for found in re.finditer(r"[a-zA-Z_:][\w:]*", expr):
            metric = metric_of(found.group())
            if metric is not None and metric.kind in ("counter", "histogram"):
                assert summed.search(expr[: found.start()]), (title, found.group())


@one_language
def test_what_happened_to_cases_is_the_difference_of_two_readings(path: Path) -> None:
    for title, expr in queries(read(path)):
        if any(metric.name in _FIGURES for metric in metrics_of(expr)):
            assert " offset " in expr, title


@one_language
def test_figures_that_two_exporters_say_are_counted_once(path: Path) -> None:
    names = "|".join(re.escape(metric.name) for metric in CASE_METRICS)
    for title, expr in queries(read(path)):
        assert not re.search(rf"sum(?: by \([^)]*\))? \((?:{names})\b", expr), title


@every_file
def test_no_query_is_made_to_answer(path: Path) -> None:
    for title, expr in queries(read(path)):
        assert "vector(" not in expr.replace(" ", ""), title
        assert "absent" not in expr, title


@every_file
def test_no_ratio_stands_without_its_n(path: Path) -> None:
    n = "件数 n" if path.parent.name == "zh" else "n"
    for panel in panels(read(path)):
        columns = {
            one["matcher"]["options"]
            for one in panel["fieldConfig"]["overrides"]
            if {"id": "unit", "value": "percentunit"} in one["properties"]
        }
        if panel["fieldConfig"]["defaults"]["unit"] == "percentunit" or columns:
            assert n in [target["legendFormat"] for target in panel["targets"]], panel["title"]


def _over_problems(board: Json) -> list[tuple[str, str]]:
    problems = {metric.name for metric in BEFORE} - {COUNTED.name}
    return [
        (title, expr)
        for title, expr in queries(board)
        if " / " in expr and problems & {metric.name for metric in metrics_of(expr)}
    ]


@every_file
def test_no_ratio_over_problems_stands_where_it_is_not_assessable(path: Path) -> None:
    """docs/behaviour.md, 5: below 80 % linkable cases there is none."""
    condition = re.compile(
        r"\) and on \((?P<by>[a-z, ]*)\) "
        r"\(\(sum(?: by \((?P=by)\))? \(max without \(instance\) \(case_router_assessable_cases"
        r'\{[^{}]*linkable="yes"[^{}]*\}\)\).* >= 0\.8\)'
    )
    found = _over_problems(read(path))
    assert [title for title, expr in found if not condition.search(expr)] == []
    assert (len(found) >= 5) is (path.stem == "before-complaint")


@every_file
def test_what_is_not_assessable_is_said_so_and_the_condition_stands_beside_it(path: Path) -> None:
    board, chinese = read(path), path.parent.name == "zh"
    titles = {title for title, _ in _over_problems(board)}
    for panel in (one for one in panels(board) if one["title"] in titles):
        assert ("不可评估" if chinese else "ot assessable") in panel["description"], panel["title"]
        if panel["type"] == "timeseries":
            continue  # a course has a gap there
        assert any(" < 0.8) + -1" in target["expr"] for target in panel["targets"]), panel["title"]
        (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
        assert mapping["options"]["-1"]["text"] == ("不可评估" if chinese else "not assessable")


@every_file
def test_pies_show_shares_of_counts_and_sums_alone(path: Path) -> None:
    for panel in panels(read(path)):
        if panel["type"] == "piechart":
            assert panel["fieldConfig"]["defaults"]["unit"] in ("short", "s")
            assert panel["options"]["displayLabels"] == ["percent"]
            [target] = panel["targets"]
            assert target["expr"].startswith("(sum by ("), panel["title"]


@one_language
def test_variables_that_are_asked_for_are_there_and_those_that_are_there_are_asked_for(path: Path) -> None:
    board = read(path)
    declared = {one["name"] for one in board["templating"]["list"]} - {"datasource"}
    asked = {name for _, expr in queries(board) for name in re.findall(r"\$(\w+)", expr)}
    asked |= {
        name for one in board["templating"]["list"] for name in re.findall(r"\$(\w+)", one.get("definition", ""))
    }
    # `$1` is a group of label_replace(), and no variable of Grafana's.
    assert asked - {"__rate_interval", "1"} == declared


@every_file
def test_districts_and_desks_are_chosen_by_name_and_asked_for_by_code(path: Path) -> None:
    for one in read(path)["templating"]["list"]:
        if one["type"] == "query":
            assert one["definition"] == one["query"]["query"]
            assert one["definition"].startswith(f"query_result(max by ({one['name']}, name) (")
            assert "(?<text>" in one["regex"]
            assert "(?<value>" in one["regex"]


@pytest.mark.parametrize("name", ["湖滨区", '所谓"新区"', "back\\slash", 'both\\"', "brace}", "comma, name"])
def test_a_name_with_any_character_is_offered_as_it_is(name: str) -> None:
    for one in read(FOLDER / "zh" / "desk.json")["templating"]["list"]:
        if one["type"] == "query":
            # As Grafana writes a sample of query_result(): labels in order, nothing escaped, value, time.
            line = f'{{{one["name"]}="hubin",name="{name}"}} 1 1764000000000'
            found = re.search(one["regex"].strip("/").replace("(?<", "(?P<"), line)
            assert found is not None
            assert (found["value"], found["text"]) == ("hubin", name)


@every_file
def test_categories_are_shown_by_name(path: Path) -> None:
    for panel in panels(read(path)):
        for target in panel["targets"]:
            assert "{{category}}" not in target["legendFormat"], panel["title"]
            if re.search(r"by \(category\)", target["expr"]):
                assert "group_left (name) max by (category, name) (case_router_category_name)" in target["expr"]


@every_file
def test_links_lead_to_dashboards_of_the_same_language_and_keep_time_and_choices(path: Path) -> None:
    board = read(path)
    there = {read(other)["uid"] for other in path.parent.glob("*.json")}
    assert {link["url"].removeprefix("/d/") for link in board["links"]} == there - {board["uid"]}
    assert all(link["keepTime"] and link["includeVars"] for link in board["links"])
    for url in re.findall(r'"url": "(/d/[^"]*\?[^"]*)"', path.read_text(encoding="utf-8")):
        target, _, rest = url.removeprefix("/d/").partition("?")
        assert target in there
        assert rest.startswith("${__url_time_range}&${datasource:queryparam}&")
        assert re.search(r"&var-(district|desk)=\$\{__(field\.labels|data\.fields)\.\1\}$", rest), url


def test_a_district_leads_to_its_dashboard_and_a_desk_to_its_own() -> None:
    def targets(slug: str) -> set[str]:
        return set(re.findall(r"/d/(case-router-[a-z-]+-zh)\?", (FOLDER / "zh" / f"{slug}.json").read_text()))

    assert "case-router-district-zh" in targets("city")
    assert "case-router-desk-zh" in targets("district")
    assert targets("escalations") == {"case-router-district-zh", "case-router-desk-zh"}


@one_language
def test_both_languages_show_the_same(path: Path) -> None:
    def shape(panel: Json) -> tuple[Any, ...]:
        targets = [(one["expr"], one["instant"], one["format"]) for one in panel.get("targets", ())]
        unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit")
        return panel["id"], panel["type"], panel["gridPos"], targets, unit

    chinese, english = read(path), read(FOLDER / "en" / path.name)
    assert [shape(panel) for panel in chinese["panels"]] == [shape(panel) for panel in english["panels"]]
    names = [[one["name"] for one in board["templating"]["list"]] for board in (chinese, english)]
    assert names[0] == names[1]


@one_language
def test_what_is_read_is_chinese_in_one_and_english_in_the_other(path: Path) -> None:
    for board, chinese in ((read(path), True), (read(FOLDER / "en" / path.name), False)):
        said = [board["title"], board["description"], *(one["label"] for one in board["templating"]["list"])]
        said += [panel["title"] for panel in board["panels"]]
        for text in said:
            assert bool(_CHINESE.search(text)) is chinese or text in _SAME_IN_BOTH, text
    # Names of what is counted may be quoted in English: 退单, 未诉先办.
    assert not _CHINESE.search("".join(panel["title"] for panel in read(FOLDER / "en" / path.name)["panels"]))
