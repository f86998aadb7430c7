"""Why a value does not fit its type, in both languages: msgspec checks, these are its reasons."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from router.sentences import Sentence, nearest, sentence

_MISSING = re.compile(r"Object missing required field `(?P<key>[^`]+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]+)`")
_TYPE = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<given>[^`]+)`")
_ENUM = re.compile(r"Invalid enum value '?(?P<value>[^']+)'?")
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.+)'")


class Misfit(NamedTuple):
    """What is wrong with a value, and where in it."""

    reason: Sentence
    #: Path below the value: `.line_tier`; empty: the value itself.
    path: str


def misfit(error: msgspec.ValidationError, kind: type[msgspec.Struct]) -> Misfit:
    """The reason of msgspec, for people.

    Args:
        error: its refusal.
        kind: the flat struct that was read; its keys are named when one is not known.
    """
    text, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`")
    if found := _MISSING.fullmatch(text):
        return Misfit(sentence("the key {key} is missing", key=found["key"]), path)
    if found := _UNKNOWN.fullmatch(text):
        known = kind.__struct_fields__
        near = nearest(found["key"], known)
        reason = sentence(
            "the key {key} is not known. {nearest}Known here: {known}",
            key=found["key"],
            nearest=near,
            known=", ".join(known),
        )
        return Misfit(reason, path)
    if found := _TYPE.fullmatch(text):
        return Misfit(sentence("{expected} is wanted here, not {given}", **found.groupdict()), path)
    if found := _PATTERN.fullmatch(text):
        return Misfit(sentence("it is not written as {pattern} wants it", pattern=found["pattern"]), path)
    if found := _ENUM.fullmatch(text):
        allowed = _choices(kind, path.removeprefix("."))
        return Misfit(
            sentence("{value} is not allowed; allowed: {known}", value=found["value"], known=", ".join(allowed)),
            path,
        )
    return Misfit(Sentence(text, text), path)


def _choices(kind: type[msgspec.Struct], field: str) -> list[str]:
    found: Any = {one.name: one.type for one in msgspec.structs.fields(kind)}.get(field, ())
    return [str(one) for one in found]
