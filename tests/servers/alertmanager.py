"""Alertmanager for tests: a private server over a configuration, asked through its HTTP API."""

import shutil
import signal
import tempfile
from pathlib import Path

import httpx

from tests.servers.loopback import HOST, free_port
from tests.servers.process import ServerProcess, StartedInWith
from tests.servers.waiting import wait_until

START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 30.0


class Alertmanager(StartedInWith):
    """A private Alertmanager without a cluster, on a free loopback port."""

    def __init__(self, program: Path, config: str) -> None:
        """Lay out the folder; nothing runs yet. `config`: text of alertmanager.yml."""
        self._program = program
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="case-router-alertmanager-"))
        (self.folder / "alertmanager.yml").write_text(config, encoding="utf-8")
        self._http = httpx.Client(base_url=self.url, trust_env=False)
        self._server: ServerProcess | None = None

    def start(self) -> None:
        """Start the server and return when it is ready.

        Raises:
            RuntimeError: it ended while starting; the message holds the end of its log.
            TimeoutError: it was not ready in time.
        """
        server = self._server = ServerProcess(
            [
                str(self._program),
                f"--config.file={self.folder / 'alertmanager.yml'}",
                f"--storage.path={self.folder / 'data'}",
                f"--web.listen-address={HOST}:{self.port}",
                "--cluster.listen-address=",
                "--log.level=warn",
            ],
            log=self.folder / "alertmanager.log",
            env={"HOME": str(self.folder), "TZ": "UTC"},
            cwd=self.folder,
        )
        wait_until(
            lambda: server.is_ready(self._http),
            deadline_s=START_DEADLINE_S,
            what=f"Alertmanager on port {self.port}",
        )

    def alerts(self) -> dict[str, str]:
        """Name of each alert it has → `active`, `suppressed` (inhibited) or `unprocessed`."""
        answer = self._http.get("/api/v2/alerts").raise_for_status()
        return {one["labels"]["alertname"]: one["status"]["state"] for one in answer.json()}

    def tell(self, **labels: str) -> None:
        """Hand an alert in, as Prometheus does; it fires from now on."""
        self._http.post("/api/v2/alerts", json=[{"labels": labels}]).raise_for_status()

    def stop(self) -> None:
        """End the server in good order."""
        if self._server is not None:
            self._server.interrupt(signal.SIGTERM, deadline_s=STOP_DEADLINE_S)

    def close(self) -> None:
        """End the server without ceremony and remove the folder."""
        self._http.close()
        if self._server is not None:
            self._server.kill_group()
        shutil.rmtree(self.folder, ignore_errors=True)
