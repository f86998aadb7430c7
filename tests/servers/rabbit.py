"""RabbitMQ for tests: virtual hosts on any server, and a private node that can be killed and restarted."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from tests.servers.loopback import HOST, answers, free_port, speaks_amqp
from tests.servers.process import ServerProcess, StartedInWith
from tests.servers.waiting import wait_until

#: A node is up in 5 to 9 seconds; a machine busy with other work takes several times that.
START_DEADLINE_S = 120.0
#: A graceful stop takes two to three seconds.
STOP_DEADLINE_S = 60.0
CTL_DEADLINE_S = 60.0
HTTP_TIMEOUT_S = 30.0

PLUGINS = ("rabbitmq_management", "rabbitmq_prometheus")


class RabbitServer:
    """A running RabbitMQ, whoever started it, with its management API.

    Both URLs carry user and password; `amqp_url` has no path, so it means the virtual host `/`.
    """

    def __init__(self, *, amqp_url: str, management_url: str) -> None:
        self.amqp_url = amqp_url.rstrip("/")
        self.management_url = management_url.rstrip("/")
        # Loopback needs no proxy, whatever the environment says.
        self._http = httpx.Client(trust_env=False, timeout=HTTP_TIMEOUT_S)

    def api(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Call the management API, `path` relative to `/api/`, and return its successful answer.

        Raises:
            httpx.HTTPError: the server was not reached or refused.
        """
        return self._http.request(method, f"{self.management_url}/api/{path}", json=body).raise_for_status()

    def healthy(self) -> bool:
        """Tell whether the management API answers and says that every virtual host is up."""
        try:
            self.api("GET", "health/checks/virtual-hosts")
        except httpx.HTTPError:
            return False
        return True

    def new_vhost(self) -> str:
        """Create a virtual host of a fresh name, with every permission for our user; return the name."""
        vhost = f"test-{secrets.token_hex(6)}"
        user = quote(urlsplit(self.management_url).username or "guest", safe="")
        self.api("PUT", f"vhosts/{vhost}", {})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api("PUT", f"permissions/{vhost}/{user}", everything)
        return vhost

    def delete_vhost(self, vhost: str) -> None:
        """Delete a virtual host with all that is in it; connections to it are closed."""
        self.api("DELETE", f"vhosts/{quote(vhost, safe='')}")

    def url_of(self, vhost: str) -> str:
        """Return the AMQP URL of a virtual host."""
        return f"{self.amqp_url}/{quote(vhost, safe='')}"

    def close(self) -> None:
        """Let go of the server; one that we started is ended by whoever started it."""
        self._http.close()


class RabbitNode(RabbitServer, StartedInWith):
    """A private single node: free loopback ports, own port mapper (epmd), own cookie, own temp folder.

    Used as a context manager it is started on entry, ended and removed on exit. Ports and credentials
    stay the same over `kill`, `stop`, `restart` and `wipe`.
    """

    def __init__(
        self,
        bin_dir: Path,
        *,
        schedulers: int = 1,
        plugins: tuple[str, ...] = PLUGINS,
        extra_config: str = "",
        account: tuple[str, str] | None = None,
    ) -> None:
        """Lay out the folder; nothing runs yet.

        `bin_dir` holds the plain scripts (Debian: /usr/lib/rabbitmq/bin; those in /usr/sbin change user).
        `schedulers` is the number of cores the node may use, `extra_config` more lines of rabbitmq.conf. `account`
        is the user and password of an administrator; it is made unless definitions are loaded that have it.
        """
        self._bin = bin_dir
        self.port, self._dist_port, self._epmd_port = free_port(), free_port(), free_port()
        self.management_port, self.prometheus_port = free_port(), free_port()
        self.user, self.password = account or ("tester", secrets.token_hex(12))
        credentials = f"{self.user}:{self.password}"
        super().__init__(
            amqp_url=f"amqp://{credentials}@{HOST}:{self.port}",
            management_url=f"http://{credentials}@{HOST}:{self.management_port}",
        )
        #: Where Prometheus scrapes; `/metrics` and `/metrics/detailed` hang below.
        self.prometheus_url = f"http://{HOST}:{self.prometheus_port}"
        self.folder = Path(tempfile.mkdtemp(prefix="case-router-rabbit-"))
        self._pid_file = self.folder / "node.pid"
        self._env = self._environment(schedulers)
        self._server: ServerProcess | None = None
        self._epmd: ServerProcess | None = None
        self._write_configuration(plugins, extra_config)

    def _environment(self, schedulers: int) -> dict[str, str]:
        # Without this the distribution port is open to the network: the node's, and for a moment the CLI's.
        loopback_only = "-kernel inet_dist_use_interface {127,0,0,1}"
        at = self.folder
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(at),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": f"node{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(at / "data"),
            "RABBITMQ_LOG_BASE": str(at / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(at / "advanced.config"),
            # The machine's own configuration in /etc/rabbitmq is none of ours.
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_PID_FILE": str(self._pid_file),
            # No busy waiting: tests share the machine with the node.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S {schedulers}:{schedulers} +sbwt none {loopback_only}",
            "RABBITMQ_CTL_ERL_ARGS": loopback_only,
        }

    def _write_configuration(self, plugins: tuple[str, ...], extra_config: str) -> None:
        (self.folder / "enabled_plugins").write_text(f"[{','.join(plugins)}].\n")
        (self.folder / "advanced.config").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"default_user = {self.user}\n"
            f"default_pass = {self.password}\n"
            f"management.tcp.ip = {HOST}\n"
            f"management.tcp.port = {self.management_port}\n"
            f"prometheus.tcp.ip = {HOST}\n"
            f"prometheus.tcp.port = {self.prometheus_port}\n"
            f"{extra_config}\n"
        )

    @property
    def pid(self) -> int:
        """Process id of the Erlang machine (the beam), as the node wrote it; it exists while the node runs."""
        return int(self._pid_file.read_text())

    @property
    def running(self) -> bool:
        """Whether the node's process is there; it may not be ready yet."""
        return self._server is not None and not self._server.ended

    def start(self) -> None:
        """Start the node and return when it takes AMQP connections and its virtual hosts are up.

        Raises:
            RuntimeError: the node ended while starting; the message holds the end of its log.
            TimeoutError: it was not ready in time.
        """
        if self.running:
            return
        self._start_epmd()
        self._pid_file.unlink(missing_ok=True)
        self._server = self._spawn([str(self._bin / "rabbitmq-server")], "node.log")
        wait_until(self._ready, deadline_s=START_DEADLINE_S, what=f"RabbitMQ on port {self.port}")

    def _start_epmd(self) -> None:
        """Start the port mapper ourselves: one the node started would outlive it under an unknown id."""
        if self._epmd is not None and not self._epmd.ended:
            return
        program = shutil.which("epmd") or "/usr/lib/erlang/bin/epmd"
        self._epmd = self._spawn([program, "-port", str(self._epmd_port), "-address", HOST], "epmd.log")
        wait_until(lambda: answers(self._epmd_port), deadline_s=START_DEADLINE_S, what="epmd")

    def _spawn(self, argv: list[str], log: str) -> ServerProcess:
        return ServerProcess(argv, log=self.folder / log, env=self._env, cwd=self.folder)

    def _ready(self) -> bool:
        if self._server is None or self._server.ended:
            tail = "" if self._server is None else self._server.log_tail()
            msg = f"RabbitMQ ended while starting:\n{tail}"
            raise RuntimeError(msg)
        if not speaks_amqp(self.port) or not answers(self.prometheus_port):
            return False
        return self.healthy()

    def kill(self) -> None:
        """SIGKILL the beam, as a crash would; the data stay as they are on disk."""
        if self._server is None or self._server.ended:
            return
        os.kill(self.pid, signal.SIGKILL)
        # The starting shell waits for the beam and ends with it.
        self._server.await_end()

    def stop(self) -> None:
        """End the node in good order; the data stay."""
        if self._server is not None:
            self._server.interrupt(signal.SIGTERM, deadline_s=STOP_DEADLINE_S)

    def restart(self) -> None:
        """Start again on the same data and ports, after a `kill`, a `stop`, or from running (stops first)."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Throw the node's data away, as a lost disk would; a running node is killed first."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def flush_tables(self) -> None:
        """Have the node write what RabbitMQ keeps in memory for up to three seconds.

        RabbitMQ 3.10 writes the name of a new quorum queue to disk that late. Killed before, it comes back
        with a queue that has no leader and never serves again, its confirmed messages lost. A test that is
        not about this calls here between declaring and killing.
        """
        self.ctl("eval", "[ok = dets:sync(Table) || Table <- dets:all()].")

    def ctl(self, *args: str, program: str = "rabbitmqctl") -> str:
        """Run `rabbitmqctl`, or another program of RabbitMQ's, against this node and return what it printed.

        Raises:
            RuntimeError: it ended with an error; the message holds its output.
        """
        done = subprocess.run(
            [str(self._bin / program), *args],
            env=self._env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CTL_DEADLINE_S,
            check=False,
        )
        if done.returncode != 0:
            msg = f"{program} {' '.join(args)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            raise RuntimeError(msg)
        return done.stdout

    def close(self) -> None:
        """End node and port mapper without ceremony and remove the folder."""
        super().close()
        # The data go with the folder, so there is nothing a slower, graceful stop would save.
        for process in (self._server, self._epmd):
            if process is not None:
                process.kill_group()
        shutil.rmtree(self.folder, ignore_errors=True)
