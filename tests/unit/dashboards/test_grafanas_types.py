"""Grafana's own types know every word of a dashboard: what they do not know they drop, and Grafana ignores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from tests.unit.dashboards.reading import FILES, FOLDER, name_of, read

register_default_plugins()

#: Nothing is lost by leaving these out.
_EMPTY: tuple[Any, ...] = (None, [], {}, "", False)


def dropped(board: dict[str, Any]) -> list[str]:
    """Paths of what Grafana's types drop or change."""
    known = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board)))
    return list(_differences(board, known, ""))


def _differences(ours: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(known, dict):
        for key, value in ours.items():
            if key in known:
                yield from _differences(value, known[key], f"{path}/{key}")
            elif value not in _EMPTY:
                yield f"{path}/{key}"
    elif isinstance(ours, list) and isinstance(known, list) and len(ours) == len(known):
        for index, (one, other) in enumerate(zip(ours, known, strict=True)):
            yield from _differences(one, other, f"{path}/{index}")
    elif ours != known:
        yield path


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_grafanas_types_drop_nothing_of_a_dashboard(path: Path) -> None:
    assert dropped(read(path)) == []


@pytest.mark.parametrize("word", ["rowsFrame", "justifyMode", "legendFormat", "weekStart", "fieldConfig"])
def test_a_misspelt_word_is_noticed(word: str) -> None:
    board = json.loads(
        (FOLDER / "zh" / "city.json").read_text(encoding="utf-8").replace(f'"{word}"', f'"{word}s"')
    )
    assert any(path.endswith(f"/{word}s") for path in dropped(board))
