"""Every error that a user of case-router can meet, as one tree; each knows the exit code it ends a command with.

An error says what is wrong, where, and what to do about it. A *refusal* is no error: it is a value
(:class:`router.core.refusals.Refusal`) that the core returns when a command may not be carried out.
"""

from __future__ import annotations

from typing import ClassVar

from router.sentences import Sentence, sentence


class RouterError(Exception):
    """Something went wrong that the user can understand.

    Args:
        what: one sentence: what is wrong; in English with places, or said in both languages already.
        where: the file and row, the key, the URL without its secret; empty when there is no place to name.
        todo: one sentence: what to do about it; empty when nothing can be done by the reader.
        data: the places of both templates.
    """

    #: The exit code of a command that ends with this error (documented in README.md).
    exit_code: ClassVar[int] = 1

    def __init__(
        self, what: str | Sentence, *, where: str = "", todo: str | Sentence = "", **data: object
    ) -> None:
        self._what = what if isinstance(what, Sentence) else sentence(what, **data)
        self._todo = todo if isinstance(todo, Sentence) else sentence(todo, **data)
        self.where = where
        super().__init__(self.what)

    @property
    def what(self) -> str:
        """What is wrong, in English, as logs have it."""
        return self._what.en

    @property
    def what_zh(self) -> str:
        """What is wrong, in Chinese."""
        return self._what.zh

    @property
    def todo(self) -> str:
        """What to do about it, in English."""
        return self._todo.en

    @property
    def todo_zh(self) -> str:
        """What to do about it, in Chinese."""
        return self._todo.zh

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  {self.todo}" if self.todo else text


class UsageError(RouterError):
    """The command was called with arguments that do not fit."""

    exit_code = 2


class NotFoundError(RouterError):
    """The case, desk, message or file that was named does not exist."""

    exit_code = 3


class ConfigurationError(RouterError):
    """A settings, policy, calendar, mapping or division file is wrong, or a schema is of another version."""

    exit_code = 4


class SchemaVersionError(ConfigurationError):
    """The ledger's schema is not the one this program was written for."""


class ConflictError(RouterError):
    """What was asked for contradicts what is on record."""

    exit_code = 5


class UnreachableError(RouterError):
    """The broker or the database does not answer."""

    exit_code = 6


class RestoringError(UnreachableError):
    """A restore is under way: the ledger does not know yet what was said since its backup. Whoever can waits."""

    exit_code = ConflictError.exit_code


class CheckFailedError(RouterError):
    """A check ran to its end and found something wrong."""

    exit_code = 7
