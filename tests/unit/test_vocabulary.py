"""One word for one thing: what people read says the glossary's word, and no other for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.bulletin.words import DEFINITIONS, WORDS
from router.metrics.cases import CASE_METRICS
from router.metrics.catalogue import METRICS

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
RULES = (
    *sorted((ROOT / "deploy" / "prometheus" / "rules").glob("*.yml")),
    ROOT / "deploy" / "kubernetes" / "monitoring" / "rules.yaml",
)
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*/*.json"))

#: Other words for what the glossary has a word for → the glossary's.
SYNONYMS = {
    "搁置": "暂存",
    "发件箱": "待发信箱",
    "巡检": "核对",
    "挂起": "挂账",
    "按时率": "按期办结率",
    "按时办结": "按期办结率",
    "未办结": "在办",
    "已办结": "归档",
    "逾期未结": "逾期在办",
    "逾期办结": "逾期在办",
    "报结": "办结",
    "重新打开": "重办",
    "撤销": "撤回",
    "牵头": "主办",
    "策略": "时限规则",
    "关口": "归档条件",
    "当场办结": "不含当场解决",
    "仅独立来源": "仅计独立核实的",
    "不予评价": "不可评估",
    "区划不明": "未知区划",
    "independent only": "independently verified only",
}


def shown(node: Any) -> Iterator[str]:
    """What a dashboard's file makes people read."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("expr", "definition", "regex"):
                yield from shown(value)
    elif isinstance(node, list):
        for value in node:
            yield from shown(value)
    elif isinstance(node, str):
        yield node


def texts() -> Iterator[tuple[str, str]]:
    for metric in (*CASE_METRICS, *METRICS):
        for text in (metric.help, metric.help_zh, metric.rise, metric.rise_zh):
            yield metric.name, text
    for key, both in (*WORDS.items(), *DEFINITIONS):
        for text in both:
            yield f"bulletin, {key}", text
    for path in RULES:
        yield path.name, path.read_text(encoding="utf-8")
    for path in DASHBOARDS:
        for text in shown(json.loads(path.read_text(encoding="utf-8"))):
            yield f"{path.parent.name}/{path.stem}", text


@pytest.mark.parametrize("synonym", SYNONYMS)
def test_no_text_says_another_word_for_what_the_glossary_names(synonym: str) -> None:
    assert [(where, text) for where, text in texts() if synonym in text] == []


def test_each_word_that_is_said_instead_is_the_glossarys() -> None:
    said = re.sub(r"\s*\|\s*", "|", GLOSSARY)
    assert [word for word in SYNONYMS.values() if word not in said] == []
