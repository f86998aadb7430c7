"""Refusals: every code has a sentence in both languages, and every code that is used exists."""

import re
from pathlib import Path
from string import Formatter

import pytest

import router
from router.core.refusals import SENTENCES, refuse

_ROOM = Path(router.__file__).parent
_CALL = re.compile(r'refuse\(\s*"(?P<code>\w+)"(?P<rest>[^()]*(?:\([^()]*\)[^()]*)*)\)')


def _used() -> list[tuple[str, tuple[str, ...], str]]:
    """Code, names of its data, and file of every refusal in the program."""
    found = []
    for path in sorted(_ROOM.rglob("*.py")):
        for call in _CALL.finditer(path.read_text(encoding="utf-8")):
            names = tuple(sorted(set(re.findall(r"(\w+)=(?!=)", call["rest"]))))
            found.append((call["code"], names, path.name))
    return found


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_has_both_sentences(code: str) -> None:
    zh, en = SENTENCES[code]
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert en.isascii()
    assert en


def test_the_program_refuses_somewhere() -> None:
    assert len(_used()) > 20


@pytest.mark.parametrize(
    ("code", "data", "where"),
    _used(),
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:30],
)
def test_every_code_that_is_used_exists_and_has_its_data(code: str, data: tuple[str, ...], where: str) -> None:
    assert code in SENTENCES, where
    zh, en = SENTENCES[code]
    assert _placeholders(zh) | _placeholders(en) <= set(data), where


def test_a_refusal_speaks_both_languages_from_its_data() -> None:
    refusal = refuse("not_lead", lead="lake", desk="willow")
    assert refusal.data == {"lead": "lake", "desk": "willow"}
    assert "lake" in refusal.zh
    assert "willow" in refusal.en


def test_data_is_text_whatever_was_given() -> None:
    assert refuse("return_cap", cap=3).data == {"cap": "3"}
