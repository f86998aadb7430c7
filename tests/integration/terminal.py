"""A terminal: commands as processes of their own, and what is asked of those that serve."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

#: A process that takes longer than this to answer or to stop is broken.
DEADLINE_S = 30.0
#: A stop finishes the batch in hand and no more.
STOP_S = 10.0
NOWHERE_AMQP = "amqp://guest:guest@127.0.0.1:1/"


class Typed(msgspec.Struct, frozen=True):
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return msgspec.json.decode(self.out)


class Terminal:
    """Types commands as processes of their own, on one installation."""

    def __init__(self, folder: Path, ledger: str, broker: str = "embedded:") -> None:
        self.folder = folder
        self.ledger = ledger
        self.broker = broker
        #: A PostgreSQL ledger has no folder to keep the key of the personal data in.
        self.contact_key: str | None = "11" * 32

    def _command(self, *words: str | Path) -> list[str]:
        chosen = ["--ledger", self.ledger, "--broker", self.broker, "--lang", "en"]
        # -P: as for the installed command, the folder one is in is nowhere Python looks by itself.
        return [sys.executable, "-P", "-m", "router", *chosen, *map(str, words)]

    @property
    def _environment(self) -> Mapping[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("CASE_ROUTER_")}
        key = {"CASE_ROUTER_CONTACT_KEY": self.contact_key} if self.contact_key else {}
        return {**mine, **key}

    def __call__(self, *words: str | Path) -> Typed:
        """Type a command and wait for its end."""
        with self.typing(*words) as child:
            out, err = child.communicate(timeout=DEADLINE_S)
        return Typed(child.returncode, out, err)

    @contextmanager
    def typing(self, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
        """A command at work; killed at the end of the block when it still is."""
        child = subprocess.Popen(
            self._command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
            cwd=self.folder,
        )
        with child:
            try:
                yield child
            finally:
                if child.poll() is None:
                    child.kill()

    @contextmanager
    def running(self, *words: str) -> Iterator[Any]:
        """A role at work, told to stop at the end; gives what it said of itself."""
        with self.typing(*words, "--json") as child:
            yield document(child)
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=STOP_S)
            assert child.returncode == 0


def document(child: subprocess.Popen[str]) -> Any:
    """The JSON document that a running process begins with."""
    assert child.stdout is not None
    text = ""
    for line in child.stdout:
        text += line
        if line.startswith("}"):
            return msgspec.json.decode(text)
    assert child.stderr is not None
    raise AssertionError(f"it ended with {child.wait()}:\n{child.stderr.read()}")


def post(url: str, token: str, source_id: str, **fields: object) -> httpx.Response:
    """Post a case of 柳荫街道's."""
    body = {"source_id": source_id, "category": "noise", "division": ["hubin", "liuyin"], **fields}
    with httpx.Client(trust_env=False, timeout=DEADLINE_S) as client:
        return client.post(f"{url}/cases", json=body, headers={"Authorization": f"Bearer {token}"})


def get(url: str) -> httpx.Response:
    """Ask."""
    with httpx.Client(trust_env=False, timeout=DEADLINE_S) as client:
        return client.get(url)
