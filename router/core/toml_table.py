"""One table of a configuration file, read key by key; whatever is wrong is named with file, key and reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from router.errors import ConfigurationError

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
        raise ConfigurationError(f"this is no TOML: {error}", where=where, todo="Correct that line.") from error


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean …?` with the known word nearest to a wrong one; empty when none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]}? " if close else ""


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
                todo = f"{nearest(key, self._known)}Known here: {', '.join(self._known)}."
                raise ConfigurationError(f"the key {key} is not known", where=where, todo=todo)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def wrong(self, key: str, what: str, todo: str = "") -> ConfigurationError:
        """The error to raise about a key."""
        return ConfigurationError(what, where=f"{self.where}, {key}", todo=todo)

    def require(self, key: str) -> Any:
        """The raw value of a key that must be there."""
        if key not in self._data:
            raise ConfigurationError(f"the key {key} is missing", where=self.where, todo=f"Add {key}.")
        return self._data[key]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default the key must be there and not be empty."""
        if default is not None and key not in self._data:
            return default
        value = self.require(key)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(key, f"{value!r} is no text", f'Write {key} = "…".')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of them; empty when the key is absent, and only then."""
        if key not in self._data:
            return ()
        value = self._data[key]
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one for one in texts):
            raise self.wrong(key, f"{value!r} is no list of texts", f"Name at least one, or leave {key} out.")
        return tuple(texts)

    def choice(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        """One of a closed set of words."""
        value = self._data.get(key, default)
        try:
            return choices(value)
        except ValueError:
            todo = f"{nearest(str(value), choices)}Allowed: {', '.join(choices)}."
            raise self.wrong(key, f"{value!r} is not allowed", todo) from None

    def whole(self, key: str, default: int, *, at_least: int) -> int:
        """A whole number."""
        value = self._data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
            raise self.wrong(key, f"{value!r} is not allowed", f"Write a whole number from {at_least}.")
        return value

    def share(self, key: str, default: float) -> float:
        """A share above 0, up to 1."""
        value = self._data.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
            raise self.wrong(key, f"{value!r} is no share", "Write a number above 0 and up to 1, such as 0.9.")
        return float(value)

    def flag(self, key: str) -> bool | None:
        """True or false; None when the key is absent."""
        value = self._data.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false", "Write true or false without quotes.")
        return value

    def day(self, key: str) -> date | None:
        """A date; None when the key is absent."""
        value = self._data.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.wrong(key, f"{value!r} is no date", "Write a date without quotes, such as 2026-01-01.")
        return value

    def parsed(self, key: str, parse: Callable[[object], _Value]) -> _Value:
        """What a parser makes of a key that must be there; its ValueError becomes the reason."""
        try:
            return parse(self.require(key))
        except ValueError as error:
            raise self.wrong(key, str(error)) from error

    def table(self, key: str, known: Iterable[str]) -> Table:
        """A table inside this one; empty when the key is absent."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"{value!r} is no table", f"Write it as [{key}].")
        return Table(value, f"{self.where}, {key}", known)

    def free(self, key: str) -> Mapping[str, Any]:
        """A table whose keys are the writer's own words; empty when the key is absent."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"{value!r} is no table", 'Write { "…" = … }.')
        return value

    def tables(self, key: str, known: Iterable[str]) -> tuple[Table, ...]:
        """The list of tables `[[key]]`, numbered from 1 in messages; empty when absent."""
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, f"{key} is no list of tables", f"Write each as [[{key}]].")
        known = tuple(known)
        return tuple(Table(one, f"{self.where}, {key} {number}", known) for number, one in enumerate(value, 1))


def file_name(table: Table) -> str:
    """The name a file declares: it can stand in a version, a label and a path, without space, `@` or slash."""
    name = table.text("name")
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise table.wrong("name", f"{name!r} is no name", "Write letters, digits, _ . - only; words go to title.")
    return name
