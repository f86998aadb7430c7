"""The documents of the wire format are those the structs make, and their examples are what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import msgspec
import pytest

from router.broker.envelope import Receipt, Trouble, decode, encode
from router.core.commands import COMMAND_TYPES
from router.core.telling.messages import PAYLOAD_TYPES, Payload
from router.tiers import wire
from router.tiers.posted import opening_of
from router.tiers.wire_examples import EXAMPLES, POSTED

DOCS = Path(__file__).resolve().parents[3] / "docs"
AGAIN = "run python -m router.tiers.wire and commit what it writes"


def schema_of(name: str) -> dict[str, Any]:
    """A committed schema."""
    found: dict[str, Any] = msgspec.json.decode((DOCS / "wire" / f"{name}.json").read_bytes())
    return found


def check(schema: dict[str, Any], example: object) -> None:
    """Validate, dates with their zones too."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(example)


def test_the_committed_schemas_are_those_of_the_structs() -> None:
    made = wire.files()
    committed = {path.name: path.read_bytes() for path in (DOCS / "wire").glob("*.json")}
    assert sorted(committed) == sorted(made), AGAIN
    assert [name for name in made if committed[name] != made[name]] == [], AGAIN


def test_the_tables_of_the_page_are_those_of_the_structs() -> None:
    page = (DOCS / "wire.md").read_text(encoding="utf-8")
    assert wire.page(page) == page, AGAIN


def test_every_type_on_the_wire_has_a_schema_an_example_and_a_road() -> None:
    wanted = {*COMMAND_TYPES, *PAYLOAD_TYPES, "case.receipt.v1", "program.resent.v1"}
    assert set(wire.KINDS) == wanted
    assert set(EXAMPLES) == wanted
    assert all(wire.road_of(name).exchange for name in wanted)


@pytest.mark.parametrize("name", sorted(wire.KINDS))
def test_an_example_fits_its_schema(name: str) -> None:
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    check(schema, msgspec.json.decode(encode_any(EXAMPLES[name])))


@pytest.mark.parametrize("name", sorted({*COMMAND_TYPES, "case.receipt.v1"}))
def test_an_example_of_what_the_router_takes_is_taken(name: str) -> None:
    assert not isinstance(decode(name, encode_any(EXAMPLES[name])), Trouble)


def test_the_posted_example_fits_its_schema_and_is_taken() -> None:
    check(schema_of(wire.POST_CASE), POSTED)
    opening = opening_of(msgspec.json.encode(POSTED), "hotline")
    assert opening.id.startswith("hotline:2026-118:")


def test_an_instant_without_a_zone_and_a_field_left_out_do_not_fit() -> None:
    schema = schema_of("case.reply.v1")
    example = msgspec.json.decode(encode_any(EXAMPLES["case.reply.v1"]))
    without = {key: value for key, value in example.items() if key != "actor"}
    with pytest.raises(jsonschema.ValidationError):
        check(schema, without)
    assert schema["properties"]["commitment_due_at"]["anyOf"][0]["format"] == "date-time"


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = msgspec.json.decode((DOCS / "wire" / "asyncapi.json").read_bytes())
    assert document["asyncapi"] == "3.0.0"
    references = list(references_in(document))
    assert references
    for reference in references:
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references_in(document: object) -> list[str]:
    """Every `$ref` below."""
    if isinstance(document, dict):
        own = [document["$ref"]] if isinstance(document.get("$ref"), str) else []
        return [*own, *(one for value in document.values() for one in references_in(value))]
    if isinstance(document, list):
        return [one for value in document for one in references_in(value)]
    return []


def encode_any(example: msgspec.Struct) -> bytes:
    """The body of an example."""
    if isinstance(example, Payload | Receipt):
        return encode(example)
    return msgspec.json.encode(example)
