"""Ids of cases that are not there for whoever sits here, where something is said of other cases.

A case whose history tells of a link to a hidden one keeps its entry; the other id is a dash. The law of the file:
ids are known by their form, wherever they stand (in a command's id, in a text), so that no field can be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.output import emit_refusal
from router.cli.reading import Gate
from router.core.case_id import CASE_ID

#: Stands for an id.
DASH = "-"

_Value = TypeVar("_Value")


class Veil:
    """Puts a dash in the place of each id of `hidden`."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden

    def text(self, said: str) -> str:
        """The same words."""
        return CASE_ID.sub(lambda one: DASH if one[0] in self._hidden else one[0], said) if self._hidden else said

    def document(self, told: Any) -> Any:
        """The same of what is printed as JSON."""
        return msgspec.json.decode(self.text(_json(told))) if self._hidden else told

    def by_id(self, told: Mapping[str, _Value]) -> dict[str, _Value]:
        """The same of what is told by id; a dash has a number, so that there are as many as there were."""
        found, dashes = dict[str, _Value](), 0
        for case_id, value in told.items():
            dashes += case_id in self._hidden
            found[f"{DASH}{dashes}" if case_id in self._hidden else case_id] = value
        return found


def veil(installation: Installation, *said: Any) -> Veil:
    """A veil over what is about to be said; its ids are looked up here, while the ledger is open."""
    gate, ids = Gate(installation), {one for part in said for one in CASE_ID.findall(_json(part))}
    return Veil(frozenset(one for one in ids if gate.hides_id(one)))


def answer_if_taken(call: Call, installation: Installation, case_id: str, source_id: str) -> int | None:
    """Answer an opening whose source id stands for a hidden case: that it is taken, and no more.

    Returns:
        The exit code, whether with the same content or with another; None: there is no such case.
    """
    if not Gate(installation).hides_id(case_id):
        return None
    taken = {"source_id": source_id, "case": DASH}
    return emit_refusal("content_conflict", taken, as_json=call.as_json)


def _json(told: Any) -> str:
    return msgspec.json.encode(told).decode()
