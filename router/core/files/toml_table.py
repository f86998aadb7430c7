"""One table of a configuration file, read key by key; whatever is wrong is named with file, key and reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from router.errors import ConfigurationError
from router.sentences import Sentence, UnfitError, nearest

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse the text of a file.

    Raises:
        ConfigurationError: it is no TOML; the message has line and column.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "this is no TOML: {reason}", where=where, todo="Correct that line.", reason=error
        ) from error


class Table:
    """A table that knows its place in the file and the keys it may have.

    Args:
        data: the parsed table.
        where: file and place in it, for messages.
        known: the keys that may stand in it.

    Raises:
        ConfigurationError: a key is not among them.
    """

    def __init__(self, data: Mapping[str, Any], where: str, known: Iterable[str]) -> None:
        self.where = where
        self._data = data
        self._known = tuple(known)
        for key in data:
            if key not in self._known:
                raise ConfigurationError(
                    "the key {key} is not known",
                    where=where,
                    todo="{nearest}Known here: {known}.",
                    key=key,
                    nearest=nearest(key, self._known),
                    known=", ".join(self._known),
                )

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def wrong(self, key: str, what: str | Sentence, todo: str = "", /, **data: object) -> ConfigurationError:
        """The error to raise about a key; texts and places as for an error."""
        return ConfigurationError(what, where=f"{self.where}, {key}", todo=todo, **data)

    def require(self, key: str) -> Any:
        """The raw value of a key that must be there."""
        if key not in self._data:
            raise ConfigurationError("the key {key} is missing", where=self.where, todo="Add {key}.", key=key)
        return self._data[key]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default the key must be there and not be empty."""
        if default is not None and key not in self._data:
            return default
        value = self.require(key)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(key, "{value!r} is no text", 'Write {key} = "…".', value=value, key=key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of them; empty when the key is absent, and only then."""
        if key not in self._data:
            return ()
        value = self._data[key]
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one for one in texts):
            raise self.wrong(
                key,
                "{value!r} is no list of texts",
                "Name at least one, or leave {key} out.",
                value=value,
                key=key,
            )
        return tuple(texts)

    def choice(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        """One of a closed set of words."""
        value = self._data.get(key, default)
        try:
            return choices(value)
        except ValueError:
            raise self.wrong(
                key,
                "{value!r} is not allowed",
                "{nearest}Allowed: {known}.",
                value=value,
                nearest=nearest(str(value), choices),
                known=", ".join(choices),
            ) from None

    def whole(self, key: str, default: int, *, at_least: int) -> int:
        """A whole number."""
        value = self._data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
            raise self.wrong(
                key,
                "{value!r} is not allowed",
                "Write a whole number from {at_least}.",
                value=value,
                at_least=at_least,
            )
        return value

    def share(self, key: str, default: float) -> float:
        """A share above 0, up to 1."""
        value = self._data.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
            raise self.wrong(
                key, "{value!r} is no share", "Write a number above 0 and up to 1, such as 0.9.", value=value
            )
        return float(value)

    def flag(self, key: str) -> bool | None:
        """True or false; None when the key is absent."""
        value = self._data.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(
                key, "{value!r} is neither true nor false", "Write true or false without quotes.", value=value
            )
        return value

    def day(self, key: str) -> date | None:
        """A date; None when the key is absent."""
        value = self._data.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.wrong(
                key, "{value!r} is no date", "Write a date without quotes, such as 2026-01-01.", value=value
            )
        return value

    def instant(self, key: str) -> datetime:
        """A date with a time and a zone, of a key that must be there."""
        value = self.require(key)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.wrong(
                key,
                "{value!r} is no instant",
                "Write date, time and zone without quotes, such as 2026-01-01T00:00:00+08:00.",
                value=value,
            )
        return value

    def parsed(self, key: str, parse: Callable[[object], _Value]) -> _Value:
        """What a parser makes of a key that must be there; its UnfitError becomes the reason."""
        try:
            return parse(self.require(key))
        except UnfitError as error:
            raise self.wrong(key, error.reason) from error

    def table(self, key: str, known: Iterable[str]) -> Table:
        """A table inside this one; empty when the key is absent."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "{value!r} is no table", "Write it as [{key}].", value=value, key=key)
        return Table(value, f"{self.where}, {key}", known)

    def free(self, key: str) -> Mapping[str, Any]:
        """A table whose keys are the writer's own words; empty when the key is absent."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "{value!r} is no table", 'Write {{ "…" = … }}.', value=value)
        return value

    def tables(self, key: str, known: Iterable[str]) -> tuple[Table, ...]:
        """The list of tables `[[key]]`, numbered from 1 in messages; empty when absent."""
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, "{key} is no list of tables", "Write each as [[{key}]].", key=key)
        known = tuple(known)
        return tuple(Table(one, f"{self.where}, {key} {number}", known) for number, one in enumerate(value, 1))


def file_name(table: Table) -> str:
    """The name a file declares: it can stand in a version, a label and a path, without space, `@` or slash."""
    name = table.text("name")
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise table.wrong(
            "name", "{name!r} is no name", "Write letters, digits, _ . - only; words go to title.", name=name
        )
    return name
