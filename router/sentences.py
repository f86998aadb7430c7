"""Sentences for people, in English and in Chinese: written in English where they arise, translated in one place.

The English template is the key of its translation in :mod:`router.chinese`. A sentence is rendered at once, so it
holds no object of whoever raised it. A test walks the whole program: no template is without its Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from router.chinese import CHINESE


class Sentence(NamedTuple):
    """The same thing said twice; both are empty when there is nothing to say."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en


#: Nothing to say.
NOTHING = Sentence("", "")


def sentence(template: str, /, **data: object) -> Sentence:
    """The sentence of a template with its places filled in.

    Args:
        template: English, with places such as `{key}`. One without a translation is said in English in both: an
            error must not be lost because its Chinese is missing.
        data: the places; a sentence among them is put in in the language of the whole.
    """
    halves = {
        half: {
            name: getattr(value, half) if isinstance(value, Sentence) else value for name, value in data.items()
        }
        for half in ("en", "zh")
    }
    chinese = CHINESE.get(template, template)
    return Sentence(template.format_map(counts(halves["en"])), chinese.format_map(counts(halves["zh"])))


class Count(int):
    """A number of things, which says in English whether it is one: `{count:week|weeks}`."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        if not bar:
            return int.__format__(self, spec)
        return f"{self:,} {one if self == 1 else many}"


def counts(data: Mapping[str, object]) -> dict[str, object]:
    """The data of a template, its whole numbers able to say `{count:week|weeks}`."""
    return {name: Count(value) if type(value) is int else value for name, value in data.items()}


class UnfitError(ValueError):
    """A value that cannot be read; the reason in both languages.

    Args:
        template: as for :func:`sentence`.
        data: its places.
    """

    def __init__(self, template: str, /, **data: object) -> None:
        self.reason = sentence(template, **data)
        super().__init__(self.reason.en)


def nearest(word: str, known: Iterable[str]) -> Sentence:
    """`Did you mean …? ` with the known word nearest to a wrong one; empty when none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return sentence("Did you mean {word}? ", word=close[0]) if close else NOTHING
