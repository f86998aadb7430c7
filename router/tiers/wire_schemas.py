"""JSON Schemas of the messages, from the structs themselves; descriptions come from their comments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FIELD = re.compile(r"^    (\w+): ")


def field_comments(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The `#:` comments of a struct's fields, inherited ones too; by field."""
    found: dict[str, str] = {}
    for cls in reversed(kind.__mro__):
        if not issubclass(cls, msgspec.Struct) or cls.__module__.startswith("msgspec"):
            continue
        try:
            lines = inspect.getsource(cls).splitlines()
        except (OSError, TypeError):
            # A struct made at run time has no source.
            continue
        found |= _comments_in(lines)
    return found


def _comments_in(lines: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in lines:
        if line.strip().startswith("#:"):
            comment.append(line.strip().removeprefix("#:").strip())
        elif field := _FIELD.match(line):
            if comment:
                found[field[1]] = " ".join(comment)
            comment = []
        else:
            comment = []
    return found


def components(kinds: Iterable[type[msgspec.Struct]], template: str) -> dict[str, Any]:
    """Schema of each struct, and of what they refer to, by name; `template` says what a reference looks like.

    Objects are open: a field that a receiver does not know is ignored, so a newer sender can add one.
    """
    kinds = list(kinds)
    _, found = msgspec.json.schema_components(kinds, ref_template=template)
    for kind in (*_referred(kinds), *kinds):
        if kind.__name__ in found:
            _enrich(found[kind.__name__]["properties"], kind)
    return dict(sorted(found.items()))


def _enrich(properties: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """Say of each field what its comment says, and of an instant that it has a zone."""
    for field, said in field_comments(kind).items():
        if field in properties:
            properties[field] = {"description": said.replace("None", "null"), **properties[field]}
    for declared in msgspec.structs.fields(kind):
        if declared.type is datetime:
            properties[declared.encode_name]["format"] = "date-time"
        elif declared.type == datetime | None:
            properties[declared.encode_name]["anyOf"][0]["format"] = "date-time"


def _referred(kinds: Iterable[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """The structs that others hold: from the modules of the messages and of what they inherit from."""
    modules = {inspect.getmodule(cls) for kind in kinds for cls in kind.__mro__ if issubclass(cls, msgspec.Struct)}
    return [
        held
        for module in modules
        for held in vars(module).values()
        if inspect.isclass(held) and issubclass(held, msgspec.Struct)
    ]


def document(kind: type[msgspec.Struct], name: str, described_by: type[msgspec.Struct]) -> dict[str, Any]:
    """A schema that stands alone: what it refers to is in its `$defs`; `described_by` has the fields' comments."""
    found = components([kind], "#/$defs/{name}")
    own = found.pop(kind.__name__)
    for field, said in field_comments(described_by).items():
        if field in own["properties"]:
            own["properties"][field].setdefault("description", said.replace("None", "null"))
    schema: dict[str, Any] = {"$schema": DIALECT, "$id": name, **own}
    if found:
        schema["$defs"] = found
    return schema


def type_words(schema: dict[str, Any]) -> str:
    """A property's type in words, for a table."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " or ".join(type_words(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("format") == "date-time":
        return "instant"
    if schema.get("type") == "array":
        return f"list of {type_words(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))
