"""Columns of tables: an id is never broken, texts give way, and nothing is cut."""

import pytest

from router.cli.column_widths import BETWEEN, column_widths
from tests.unit.cli.conftest import Shell

ROWS = [
    ["id", "reason", "detail"],
    ["FRWO2YOQXDGUL34B", "bad_payload", "the body is no JSON: it ends in the middle of a text"],
    ["JJCVH6NNASVX7OPI", "unknown_case", "柳荫街道办事处报告的工单还没有到"],
]


def test_texts_give_way_to_ids() -> None:
    assert column_widths(ROWS, {0}, 160) == [16, 12, 52]
    assert column_widths(ROWS, {0}, 60) == [16, 12, 60 - 16 - 12 - 2 * BETWEEN]


def test_what_cannot_fit_stays_whole_and_is_too_wide() -> None:
    assert column_widths(ROWS, {0}, 20) == [16, 12, 8]


@pytest.mark.parametrize("columns", [40, 80, 160])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ids_and_codes_are_whole_at_every_width(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, columns: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    case = shell.open()
    listed = shell("case", "list", lang=lang).out
    assert case in listed
    assert "(liuyin)" in listed
    desks = shell("divisions", "list", lang=lang).out
    assert "hubin:unknown:triage" in desks
    assert ("shell" if lang == "en" else "人工") in desks
