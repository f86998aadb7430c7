"""A log line has of a case its id and nothing else, and the id tells nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import router
from router.core.case_id import CASE_ID, case_id_of
from router.core.commands import INSPECTION

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
#: What a line that names a case has beside it: of the message, of the command, of what went wrong.
_BESIDE = {"case", "code", "command", "count", "error", "id", "origin", "reason", "what"}


def _lines() -> Iterator[tuple[str, set[str]]]:
    """Where something is logged, and the keys it has."""
    root = Path(router.__file__).parent
    for file in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            on = node.func.value
            if isinstance(on, ast.Name) and on.id == "log" and node.func.attr in _LEVELS:
                yield f"{file.relative_to(root)}:{node.lineno}", {one.arg or "**" for one in node.keywords}


def test_a_line_about_a_case_says_its_id_and_what_went_wrong() -> None:
    about = {where: keys for where, keys in _lines() if "case" in keys}
    assert len(about) > 5
    assert {where: keys - _BESIDE for where, keys in about.items() if keys - _BESIDE} == {}


def test_an_id_tells_neither_an_inspection_nor_what_came_before_it() -> None:
    ids = [case_id_of(source, str(number)) for source in (INSPECTION, "hotline") for number in range(200)]
    assert all(CASE_ID.fullmatch(one) for one in ids)
    assert len({*ids}) == len(ids)
    # Neither by how they begin nor by their order: both kinds lie anywhere.
    first, second = sorted(ids[:200]), sorted(ids[200:])
    assert {one[0] for one in first} == {one[0] for one in second}
    assert first[0] < second[-1]
    assert second[0] < first[-1]
    assert [case_id_of(INSPECTION, str(number)) for number in range(200)] != first
