"""Every text of a bulletin in both languages, with the same places."""

from __future__ import annotations

from string import Formatter

import pytest

from router.bulletin.words import DEFINITIONS, WORDS


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", WORDS)
def test_each_text_has_both_languages_and_the_same_places(key: str) -> None:
    zh, en = WORDS[key]
    assert zh
    assert en
    assert places(zh) == places(en)


def test_each_definition_is_about_a_term_that_has_a_name() -> None:
    for key, (zh, en) in DEFINITIONS:
        assert key in WORDS
        assert zh
        assert en
