"""A shell to type commands into, on a ledger of the demo city in a temporary folder."""

from __future__ import annotations

import getpass
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from router.app import prepare
from router.cli import handing_in, main
from router.clock import clock
from router.presets import preset_text
from router.settings import Settings


class Typed(msgspec.Struct, frozen=True):
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return msgspec.json.decode(self.out)


def type_words(*words: str, stdin: str | bytes | None = None, lang: str = "en") -> Typed:
    """Type `case-router WORDS`, on no ledger in particular."""
    done = CliRunner().invoke(main, ["--lang", lang, *words], input=stdin)
    return Typed(done.exit_code, done.stdout, done.stderr)


class Shell:
    """Types commands; English unless a command says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = f"sqlite:///{folder}/ledger.db"

    def __call__(self, *args: str | Path, stdin: str | bytes | None = None, lang: str = "en") -> Typed:
        """Type `case-router ARGS`."""
        return type_words("--ledger", self.ledger, *map(str, args), stdin=stdin, lang=lang)

    def open(self, *args: str, source_id: str = "1") -> str:
        """Open a case at the street office of 柳荫街道; returns its id."""
        words = ("--division", "hubin/liuyin", "--desk", "liuyin", "--category", "noise", "--source-id", source_id)
        done = self("case", "open", *words, *args)
        assert done.code == 0, done.err
        return done.out.strip()

    def draws(self, share: str) -> None:
        """Put a policy in force by which units are assessed, and whose lot asks such a share of the people.

        A test that follows a case up wants 1.0: a lot falls otherwise on another day.
        """
        text = preset_text("policies", "assessed-units").replace("sample = 0.3", f"sample = {share}")
        own = self.file("assessed-units.toml", text)
        done = self("policy", "import", "assessed-units-suggestion", own, "default")
        assert done.code == 0, done.err

    def file(self, name: str, text: str) -> Path:
        """A file beside the ledger."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def sql(self, statement: str, *values: object) -> None:
        """Change the ledger behind everybody's back, as only a test may."""
        connection = sqlite3.connect(self.folder / "ledger.db")
        with connection:
            connection.execute(statement, values)
        connection.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the ledger holds, behind everybody's back."""
        connection = sqlite3.connect(self.folder / "ledger.db")
        found = connection.execute(query).fetchall()
        connection.close()
        return found


@pytest.fixture(scope="session")
def _city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared ledger, made once."""
    folder = tmp_path_factory.mktemp("city")
    prepare(Settings(ledger=f"sqlite:///{folder}/ledger.db"), clock())
    return folder


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings from whoever runs the tests."""
    monkeypatch.delenv("CASE_ROUTER_LANG", raising=False)
    monkeypatch.delenv("CASE_ROUTER_SETTINGS", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(handing_in, "_account", lambda: getpass.getuser())  # noqa: PLW0108 - patched later


@pytest.fixture
def shell(_city: Path, tmp_path: Path) -> Shell:
    """A shell on a ledger of its own, with the demo city and the default policy in force."""
    folder = tmp_path / "city"
    shutil.copytree(_city, folder)
    return Shell(folder)


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A shell with no ledger yet."""
    return Shell(tmp_path)
