"""Broker, database and roles of the compose file, as processes of this machine."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.deploy.compose import Here, ours, seconds
from tests.servers.loopback import HOST, free_port
from tests.servers.postgres import PostgresCluster
from tests.servers.rabbit import RabbitNode
from tests.servers.waiting import wait_until

COMMAND_S = 60.0
#: A role is ready in two or three seconds; all of them on a busy machine take longer.
READY_S = 90.0


class Stack(msgspec.Struct, frozen=True):
    """Broker and database as the compose file sets them up."""

    here: Here
    node: RabbitNode
    cluster: PostgresCluster
    folder: Path

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A service's command, or another one with its environment, to its end."""
        return subprocess.run(
            self.here.command(ours()[name], words or None),
            env=self.here.environment(ours()[name]),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )

    def await_all_well(self) -> None:
        """`status` finds nothing wrong: every role has a process, every queue a consumer, nothing is parked."""
        said = ""

        def well() -> bool:
            nonlocal said
            done = self.run("router", "status", "--lang", "en")
            said = done.stdout + done.stderr
            return done.returncode == 0

        try:
            wait_until(well, deadline_s=READY_S, what="all to be well")
        except TimeoutError:
            pytest.fail(said)

    @contextmanager
    def running(self, name: str) -> Iterator[Running]:
        """A role at work, killed at the end when it still is."""
        service, port = ours()[name], str(free_port())
        there = service["environment"]["CASE_ROUTER_HTTP_PORT"]
        command = [port if word == there else word for word in self.here.command(service)]
        environment = self.here.environment(service, CASE_ROUTER_HTTP_PORT=port)
        log = self.folder / f"{name}.log"
        with (
            log.open("w") as out,
            subprocess.Popen(command, env=environment, cwd=self.folder, stdout=out, stderr=out) as child,
        ):
            try:
                yield Running(name, f"http://{HOST}:{port}", environment, log, child)
            finally:
                if child.poll() is None:
                    child.kill()


class Running(msgspec.Struct, frozen=True):
    """A role at work."""

    name: str
    url: str
    environment: dict[str, str]
    log: Path
    child: Any

    def is_healthy(self, stack: Stack) -> bool:
        """Run the service's own health check once."""
        assert self.child.poll() is None, self.log.read_text(encoding="utf-8")
        kind, program, *words = ours()[self.name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "case-router")
        check = stack.here.command(ours()[self.name], words)
        limit = seconds(ours()[self.name]["healthcheck"]["timeout"])
        done = subprocess.run(check, env=self.environment, capture_output=True, timeout=limit, check=False)
        return done.returncode == 0

    def complaints(self) -> list[str]:
        """Lines of its log that are worse than information, such as of a queue that it may not look at."""
        lines = [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if msgspec.json.decode(line)["level"] not in {"debug", "info"}]

    def stop(self) -> None:
        """As `docker compose stop` does: SIGTERM, and the end within the time that it is given."""
        self.child.send_signal(signal.SIGTERM)
        assert self.child.wait(seconds(ours()[self.name]["stop_grace_period"])) == 0
