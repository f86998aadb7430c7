"""Prometheus for tests: a private server over a folder with its configuration, asked through its HTTP API."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.servers.loopback import HOST, free_port
from tests.servers.process import ServerProcess, StartedInWith
from tests.servers.waiting import wait_until

#: Up in under a second; a machine busy with other work takes several times that.
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 30.0
HTTP_TIMEOUT_S = 30.0
#: A month of a city's daily figures takes some seconds.
FILL_DEADLINE_S = 300.0
#: Months in one block: the usual two hours would make hundreds.
_BLOCKS = ("tsdb", "create-blocks-from", "--quiet", "--max-block-duration=2000h")


class Sample(NamedTuple):
    """One series of an answer to an instant query."""

    labels: Mapping[str, str]
    value: float


class Series(NamedTuple):
    """One series of an answer to a range query; values are pairs of Unix time and value."""

    labels: Mapping[str, str]
    values: tuple[tuple[float, float], ...]


class Prometheus(StartedInWith):
    """A private Prometheus on a free loopback port; used in a `with` it is started, ended and removed."""

    def __init__(
        self, program: Path, config: str, files: Mapping[str, str] | None = None, *, lookback: str = "5m"
    ) -> None:
        """Lay out the folder; nothing runs yet.

        Args:
            program: the binary.
            config: text of prometheus.yml; `127.0.0.1:PORT` in it becomes the server's own address.
            files: name below the folder of prometheus.yml → text, for what the configuration refers to
                (`rules/case-router.yml`).
            lookback: how old the newest sample of a series may be for it to be there.
        """
        self._program = program
        self._lookback = lookback
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="case-router-prometheus-"))
        self._write({**(files or {}), "prometheus.yml": config})
        # Loopback needs no proxy, whatever the environment says.
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=HTTP_TIMEOUT_S)
        self._server: ServerProcess | None = None

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(f"{HOST}:PORT", f"{HOST}:{self.port}"), encoding="utf-8")

    def fill(self, promtool: Path, openmetrics: str) -> None:
        """Put samples of the past into the data of a server that does not run.

        Args:
            promtool: the binary.
            openmetrics: samples with timestamps, in the OpenMetrics format.

        Raises:
            RuntimeError: promtool does not take them; its words are in the message.
        """
        source = self.folder / "past.om"
        source.write_text(openmetrics, encoding="utf-8")
        run([promtool, *_BLOCKS, "openmetrics", source, self.folder / "data"], FILL_DEADLINE_S)

    def record(self, promtool: Path, rules: Path, start: datetime, end: datetime, every: str) -> None:
        """Put what recording rules make of the data into the data of this server, which runs and goes on after it.

        Args:
            promtool: the binary.
            rules: a file of recording rules; none of them reads another.
            start: first instant.
            end: last instant.
            every: `24h`: pause between two evaluations.

        Raises:
            RuntimeError: promtool does not take them; its words are in the message.
        """
        made = self.folder / "made"
        times = [f"--start={start.timestamp():.0f}", f"--end={end.timestamp():.0f}", f"--eval-interval={every}"]
        where = [f"--url={self.url}", f"--output-dir={made}"]
        run([promtool, *_BLOCKS, "rules", *times, *where, rules], FILL_DEADLINE_S)
        self.stop()
        # Beside the blocks lies the log of the writer.
        for block in made.glob("*/meta.json"):
            shutil.move(block.parent, self.folder / "data" / block.parent.name)
        shutil.rmtree(made)
        self.start()

    def start(self) -> None:
        """Start the server and return when it answers queries.

        Raises:
            RuntimeError: it ended while starting (a faulty configuration); the message holds the end of its log.
            TimeoutError: it was not ready in time.
        """
        server = self._server = ServerProcess(
            [
                str(self._program),
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                f"--web.listen-address={HOST}:{self.port}",
                "--web.enable-lifecycle",
                f"--query.lookback-delta={self._lookback}",
                # What was filled in may be of any time.
                "--storage.tsdb.retention.time=100y",
                "--log.level=warn",
            ],
            log=self.folder / "prometheus.log",
            env={"HOME": str(self.folder), "TZ": "UTC"},
            cwd=self.folder,
        )
        wait_until(
            lambda: server.is_ready(self._http),
            deadline_s=START_DEADLINE_S,
            what=f"Prometheus on port {self.port}",
        )

    def api(self, path: str, **parameters: str | float) -> object:
        """`data` of an answer of the HTTP API, `path` relative to `/api/v1/`.

        Raises:
            httpx.HTTPStatusError: it refused, as with a faulty query; the text of the answer is in the message.
        """
        answer = self._http.get(f"/api/v1/{path}", params=parameters)
        if answer.is_error:
            msg = f"{answer.status_code} for {parameters}: {answer.text}"
            raise httpx.HTTPStatusError(msg, request=answer.request, response=answer)
        return answer.json()["data"]

    def query(self, expression: str, at: datetime | None = None) -> list[Sample]:
        """The series of an expression at an instant, now unless named; a scalar is one without labels."""
        when = {} if at is None else {"time": at.timestamp()}
        data = self.api("query", query=expression, **when)
        assert isinstance(data, dict)
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]))]
        return [Sample(one["metric"], float(one["value"][1])) for one in data["result"]]

    def query_range(self, expression: str, start: datetime, end: datetime, step_s: float) -> list[Series]:
        """The series of an expression from `start` to `end`, a value every `step_s` seconds."""
        data = self.api("query_range", query=expression, start=start.timestamp(), end=end.timestamp(), step=step_s)
        assert isinstance(data, dict)
        return [
            Series(one["metric"], tuple((at, float(value)) for at, value in one["values"]))
            for one in data["result"]
        ]

    def wait_for(self, expression: str, *, deadline_s: float = 60.0) -> list[Sample]:
        """The answer to an expression as soon as it has a series: after the first scrape, say."""
        found: list[Sample] = []

        def there() -> bool:
            found[:] = self.query(expression)
            return bool(found)

        wait_until(there, deadline_s=deadline_s, what=expression, every_s=0.2)
        return found

    def reload(self, files: Mapping[str, str]) -> None:
        """Write files and have them read in; the answer may be of the old ones for a moment.

        Raises:
            httpx.HTTPStatusError: what was written is faulty.
        """
        self._write(files)
        self._http.post("/-/reload").raise_for_status()

    def stop(self) -> None:
        """End the server in good order; its data stay."""
        if self._server is not None:
            self._server.interrupt(signal.SIGTERM, deadline_s=STOP_DEADLINE_S)

    def close(self) -> None:
        """End the server without ceremony and remove the folder."""
        self._http.close()
        if self._server is not None:
            self._server.kill_group()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(command: Sequence[str | Path], deadline_s: float) -> str:
    """Run a program to its end and return what it printed.

    Raises:
        RuntimeError: it ended with an error; the message holds its output.
    """
    done = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
    )
    if done.returncode != 0:
        msg = f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)
    return done.stdout
