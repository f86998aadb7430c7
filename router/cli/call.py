"""One call of the command line: what it chose, and the installation it works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from router.cli.words import said
from router.errors import ConfigurationError

if TYPE_CHECKING:
    from router.app import Installation
    from router.settings import Settings


class Call:
    """The options that hold everywhere, as they were given; what is wrong with them is said when it is needed."""

    def __init__(self) -> None:
        self._given: dict[str, Any] = {}

    def note(self, name: str, value: Any) -> None:
        """An option was given; the last one counts."""
        self._given[name] = value

    def given(self, name: str) -> str | None:
        """What was said on the command line or in the environment about `ledger` or `broker`; None: nothing."""
        said = self._given.get(name) or os.environ.get(f"CASE_ROUTER_{name.upper()}")
        return str(said) if said else None

    @property
    def as_json(self) -> bool:
        """Whether exactly one JSON document is wanted on stdout."""
        return bool(self._given.get("json", False))

    @property
    def log_json(self) -> bool:
        """Whether log lines are JSON."""
        return (self._given.get("log") or os.environ.get("CASE_ROUTER_LOG", "text")) == "json"

    def settings(self, **overrides: Any) -> Settings:
        """The settings in force; None in `overrides` leaves a setting as it is.

        Raises:
            ConfigurationError: a file or a value is wrong.
        """
        from router.settings import load_settings

        given = self._given.get("settings") or os.environ.get("CASE_ROUTER_SETTINGS")
        chosen = {"ledger": self._given.get("ledger"), "broker": self._given.get("broker"), **overrides}
        return load_settings(Path(given) if given else None, os.environ, chosen)

    @contextmanager
    def installation(self, **overrides: Any) -> Iterator[Installation]:
        """The installation, closed at the end.

        Raises:
            ConfigurationError: settings, key or schema are wrong.
            UnreachableError: the database does not answer.
        """
        from router.app import installation

        with installation(require_ledger(self.settings(**overrides))) as opened:
            yield opened


def require_ledger(settings: Settings) -> Settings:
    """The settings, when their ledger is there: whoever only looks must not leave an empty one behind.

    Raises:
        ConfigurationError: there is no such file.
    """
    file = settings.ledger_file
    if file is not None and not file.exists():
        raise ConfigurationError(said("no_ledger"), where=str(file.absolute()), todo=said("no_ledger_todo"))
    return settings
