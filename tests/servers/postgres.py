"""PostgreSQL for tests: databases on any server, and a private cluster that can be killed and restarted."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.servers.loopback import HOST, free_port
from tests.servers.process import ServerProcess, StartedInWith, children_of, kill_pids
from tests.servers.waiting import wait_until

#: A cluster is up in under a second; after a kill it replays its log first.
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 30.0
INITDB_DEADLINE_S = 120.0
CONNECT_TIMEOUT_S = 5

DRIVER = "postgresql+psycopg"


class PostgresServer:
    """A running PostgreSQL, whoever started it; its user may create databases.

    URLs are SQLAlchemy's, for psycopg 3: `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername=DRIVER)

    @property
    def url(self) -> str:
        """URL of the database from which the others are made."""
        return self._url.render_as_string(hide_password=False)

    def new_database(self) -> str:
        """Create an empty database of a fresh name and return its URL."""
        name = f"test_{secrets.token_hex(6)}"
        self._execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database made by `new_database`; connections to it are ended."""
        name = make_url(url).database or ""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(libpq_url(self._url), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S) as wire:
            wire.execute(statement)

    def close(self) -> None:
        """Let go of the server; one that we started is ended by whoever started it."""


class PostgresCluster(PostgresServer, StartedInWith):
    """A private cluster: free loopback port, no Unix socket, own temp folder, fsync on as in production.

    Used as a context manager it is started on entry, ended and removed on exit. Port and password stay the
    same over `kill`, `stop` and `restart`.
    """

    def __init__(self, bin_dir: Path, *, extra_settings: tuple[str, ...] = ()) -> None:
        """Lay out the folder; nothing runs yet. `extra_settings` are `name=value` for the server."""
        self._bin = bin_dir
        self._settings = extra_settings
        self.port = free_port()
        super().__init__(
            URL.create(
                DRIVER,
                username="postgres",
                password=secrets.token_hex(12),
                host=HOST,
                port=self.port,
                database="postgres",
            ).render_as_string(hide_password=False)
        )
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="case-router-postgres-"))
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "TZ": "UTC",
        }
        self._server: ServerProcess | None = None

    @property
    def pid(self) -> int:
        """Process id of the postmaster; it exists while the cluster runs."""
        if self._server is None:
            msg = "the cluster was not started"
            raise RuntimeError(msg)
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster is there; it may not be ready yet."""
        return self._server is not None and not self._server.ended

    def start(self) -> None:
        """Start the cluster, made first if need be, and return when it answers queries.

        Raises:
            RuntimeError: it ended while starting; the message holds the end of its log.
            TimeoutError: it was not ready in time.
        """
        if self.running:
            return
        if not (self.folder / "data" / "PG_VERSION").exists():
            self._initdb()
        settings = (
            f"listen_addresses={HOST}",
            f"port={self.port}",
            "unix_socket_directories=",
            *self._settings,
        )
        options = [word for setting in settings for word in ("-c", setting)]
        self._server = ServerProcess(
            [str(self._bin / "postgres"), "-D", str(self.folder / "data"), *options],
            log=self.folder / "postgres.log",
            env=self._env,
            cwd=self.folder,
            user=self._user,
        )
        wait_until(self._ready, deadline_s=START_DEADLINE_S, what=f"PostgreSQL on port {self.port}")

    def _initdb(self) -> None:
        secret = self.folder / "password"
        secret.write_text(f"{self._url.password}\n")
        if self._user is not None:
            shutil.chown(secret, self._user)
        done = subprocess.run(
            [
                str(self._bin / "initdb"),
                *("--pgdata", str(self.folder / "data")),
                *("--username", "postgres"),
                *("--auth", "scram-sha-256"),
                *("--pwfile", str(secret)),
                *("--encoding", "UTF8"),
                *("--locale", "C.UTF-8"),
                # Only the empty cluster's files skip the disk's promise; the running server keeps fsync on.
                "--no-sync",
            ],
            env=self._env,
            cwd=self.folder,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INITDB_DEADLINE_S,
            check=False,
        )
        secret.unlink()
        if done.returncode != 0:
            msg = f"initdb ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            raise RuntimeError(msg)

    def _ready(self) -> bool:
        if self._server is None or self._server.ended:
            tail = "" if self._server is None else self._server.log_tail()
            msg = f"PostgreSQL ended while starting:\n{tail}"
            raise RuntimeError(msg)
        try:
            psycopg.connect(libpq_url(self._url), connect_timeout=CONNECT_TIMEOUT_S).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL the postmaster and every process of the cluster, as a crash of the machine's would."""
        if self._server is None or self._server.ended:
            return
        children = children_of(self._server.pid)
        self._server.kill_group()
        # Left alone they would notice and end by themselves, some only after the statement in hand; until
        # then their shared memory keeps the cluster from starting again.
        kill_pids(children)

    def stop(self) -> None:
        """End the cluster in good order, disconnecting whoever is connected; the data stay."""
        if self._server is not None:
            self._server.interrupt(signal.SIGINT, deadline_s=STOP_DEADLINE_S)

    def restart(self) -> None:
        """Start again on the same data and port, after a `kill`, a `stop`, or from running (stops first)."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End the cluster without ceremony and remove the folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def libpq_url(url: str | URL) -> str:
    """Return a SQLAlchemy URL in the form psycopg itself takes."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
