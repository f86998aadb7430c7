"""The compose file, read, and each of its services as a process of this machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
DEPLOY = REPOSITORY / "deploy"
FILE = DEPLOY / "compose.yaml"

#: `${NAME:-default}`, the only form the file uses.
_VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")


def text() -> str:
    """The compose file with the defaults of its variables."""
    return _VARIABLE.sub(r"\1", FILE.read_text(encoding="utf-8"))


@cache
def composed() -> dict[str, Any]:
    """The same, read."""
    found: dict[str, Any] = yaml.safe_load(text())
    return found


def services() -> dict[str, dict[str, Any]]:
    """Services by name, in the order of the file."""
    found: dict[str, dict[str, Any]] = composed()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Services that run our image."""
    return {name: one for name, one in services().items() if "build" in one}


def once() -> list[str]:
    """Our services that end, each after those it depends on."""
    ordered: list[str] = []

    def take(name: str) -> None:
        for other in needs(ours()[name]):
            if other in ours():
                take(other)
        if name not in ordered:
            ordered.append(name)

    for name, one in ours().items():
        if one["restart"] == "no":
            take(name)
    return ordered


def roles() -> list[str]:
    """Our services that go on."""
    return [name for name in ours() if name not in once()]


def needs(service: Mapping[str, Any]) -> dict[str, str]:
    """Services that must be there first, and in which condition."""
    found = service.get("depends_on", {})
    return {name: one["condition"] for name, one in found.items()}


def mounts(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Files and folders of the repository that a service sees: where they lie, and where it sees them."""
    for one in service.get("volumes", ()):
        source, target, *_ = one.split(":")
        if source.startswith("."):
            yield source, target


def seconds(duration: str) -> float:
    """`60s`, `2m`."""
    units = {"s": 1, "m": 60}
    return float(duration[:-1]) * units[duration[-1]]


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """Where on this machine the things are that the compose file names."""

    #: `host:port` in the file → `host:port` here.
    servers: Mapping[str, str]
    #: Folder with the files of deploy/secrets.
    secrets: Path

    def said(self, word: str, service: Mapping[str, Any]) -> str:
        """A word of a service's command or environment, with the places of this machine."""
        for there, here in self.servers.items():
            word = word.replace(there, here)
        for name, one in composed()["secrets"].items():
            word = word.replace(f"/run/secrets/{name}", str(self.secrets / Path(one["file"]).name))
        for source, target in mounts(service):
            word = word.replace(target, str((DEPLOY / source).resolve()))
        # Nothing in a test listens off loopback.
        return word.replace("0.0.0.0", "127.0.0.1")  # noqa: S104

    def environment(self, service: Mapping[str, Any], **more: str) -> dict[str, str]:
        """What a service's process has in its environment, and nothing else of ours."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CASE_ROUTER_")}
        chosen = {name: self.said(value, service) for name, value in service["environment"].items()}
        return {**inherited, **chosen, **more}

    def command(self, service: Mapping[str, Any], words: Sequence[str] | None = None) -> list[str]:
        """A service's command line behind the image's entry point; `words`: another one's in its place."""
        entry = Path(sys.executable).with_name("case-router")
        return [str(entry), *(self.said(word, service) for word in words or service["command"])]
