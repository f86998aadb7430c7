"""Where a test's server comes from: the environment, the local binaries, Docker; in this order, or not at all."""

import gc
import os
import secrets
import shutil
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit, urlunsplit

from tests.servers.loopback import HOST
from tests.servers.postgres import PostgresCluster, PostgresServer
from tests.servers.rabbit import RabbitNode, RabbitServer
from tests.servers.waiting import wait_until

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

AMQP_URL = "ROUTER_TEST_AMQP_URL"
MANAGEMENT_URL = "ROUTER_TEST_MANAGEMENT_URL"
DATABASE_URL = "ROUTER_TEST_DATABASE_URL"
#: A folder with RabbitMQ's scripts, to run the private nodes of another version than the machine's.
RABBITMQ_BIN = "ROUTER_TEST_RABBITMQ_BIN"
#: A folder with the programs of Prometheus' family, to run another version than the machine's.
MONITORING_BIN = "ROUTER_TEST_PROMETHEUS_BIN"
_DEBIANS_NAMES = {"alertmanager": ("prometheus-alertmanager",)}

#: Moving tags make yesterday's green test red; these are the versions the tests were written for.
RABBITMQ_IMAGE = "rabbitmq:4.0.5-management"
POSTGRES_IMAGE = "postgres:15.10"

#: The plain scripts, not the wrappers in /usr/sbin: those change user and HOME. Debian, then Homebrew.
_RABBITMQ_FOLDERS = (
    "/usr/lib/rabbitmq/bin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
)
_POSTGRES_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)
_DOCKER_TIMEOUT_S = 3
_MANAGEMENT_DEADLINE_S = 60.0
_DOCKER_USER = "tester"
_AMQP_PORT, _MANAGEMENT_PORT, _POSTGRES_PORT = 5672, 15672, 5432


Server = TypeVar("Server", RabbitServer, PostgresServer)


class UnavailableError(Exception):
    """No such server can be had here; the message says exactly what to install or set."""


@contextmanager
def rabbit_server() -> Generator[RabbitServer]:
    """Provide a RabbitMQ to share.

    Raises:
        UnavailableError: none can be had.
    """
    if url := os.environ.get(AMQP_URL):
        yield from _closing(_rabbit_at(url))
    elif folder := rabbitmq_folder():
        with RabbitNode(folder) as node:
            yield node
    elif docker_answers():
        yield from _rabbit_in_docker()
    else:
        raise UnavailableError(_how_to_get("RabbitMQ", AMQP_URL, "rabbitmq-server", docker_will_do=True))


@contextmanager
def postgres_server() -> Generator[PostgresServer]:
    """Provide a PostgreSQL to share.

    Raises:
        UnavailableError: none can be had.
    """
    if url := os.environ.get(DATABASE_URL):
        yield from _closing(PostgresServer(url))
    elif folder := postgres_folder():
        with PostgresCluster(folder) as cluster:
            yield cluster
    elif docker_answers():
        yield from _postgres_in_docker()
    else:
        raise UnavailableError(_how_to_get("PostgreSQL", DATABASE_URL, "postgresql", docker_will_do=True))


@contextmanager
def private_rabbit_node() -> Generator[RabbitNode]:
    """Provide a node that nobody else uses and that may be killed: local binaries only.

    Raises:
        UnavailableError: RabbitMQ is not installed.
    """
    folder = rabbitmq_folder()
    if folder is None:
        raise UnavailableError(
            _how_to_get("a RabbitMQ node to kill", None, "rabbitmq-server", docker_will_do=False)
        )
    with RabbitNode(folder) as node:
        yield node


@contextmanager
def private_postgres_cluster() -> Generator[PostgresCluster]:
    """Provide a cluster that nobody else uses and that may be killed: local binaries only.

    Raises:
        UnavailableError: PostgreSQL is not installed.
    """
    folder = postgres_folder()
    if folder is None:
        raise UnavailableError(
            _how_to_get("a PostgreSQL cluster to kill", None, "postgresql", docker_will_do=False)
        )
    with PostgresCluster(folder) as cluster:
        yield cluster


def monitoring_program(name: str) -> Path:
    """Return a program of Prometheus' family: `prometheus`, `promtool`, `alertmanager` or `amtool`.

    Raises:
        UnavailableError: it is not installed.
    """
    chosen = os.environ.get(MONITORING_BIN)
    for known_as in (name, *_DEBIANS_NAMES.get(name, ())):
        if found := shutil.which(known_as, path=chosen):
            return Path(found)
    package = "prometheus" if name in ("prometheus", "promtool") else "prometheus-alertmanager"
    raise UnavailableError(_how_to_get(name, MONITORING_BIN, package, docker_will_do=False))


def rabbitmq_folder() -> Path | None:
    """Return the folder of RabbitMQ's scripts on this machine, or None."""
    chosen = os.environ.get(RABBITMQ_BIN)
    folders = [Path(name) for name in ((chosen,) if chosen else _RABBITMQ_FOLDERS)]
    return next((folder for folder in folders if (folder / "rabbitmq-server").exists()), None)


def postgres_folder() -> Path | None:
    """Return the folder of the highest version of PostgreSQL's programs on this machine, or None."""
    for root, pattern in _POSTGRES_FOLDERS:
        folders = [folder for folder in Path(root).glob(pattern) if (folder / "initdb").exists()]
        if folders:
            return max(folders, key=_version_of)
    return None


def _version_of(folder: Path) -> int:
    """Read the major version off `…/15/bin` or `…/postgresql@15/bin`."""
    number = folder.parent.name.rpartition("@")[2]
    return int(number) if number.isdigit() else 0


def _how_to_get(what: str, variable: str | None, package: str, *, docker_will_do: bool) -> str:
    ways = [f"install it (Debian, Ubuntu: apt-get install {package}; macOS: brew install {_on_macos(package)})"]
    if variable is not None:
        ways.append(f"set {variable}")
    if docker_will_do:
        ways.append("start a Docker engine")
    return f"{what} is needed: {', or '.join(ways)}"


def _on_macos(package: str) -> str:
    others = {
        "rabbitmq-server": "rabbitmq",
        "postgresql": "postgresql@15",
        "prometheus-alertmanager": "alertmanager",
    }
    return others.get(package, package)


def _closing(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.close()


def _rabbit_at(url: str) -> RabbitServer:
    """Use a server named by the environment; its management API is taken to be on the usual port."""
    parts = urlsplit(url)
    credentials = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
    usual = f"http://{credentials}@{parts.hostname or HOST}:{_MANAGEMENT_PORT}"
    return RabbitServer(
        amqp_url=urlunsplit((parts.scheme, parts.netloc, "", "", "")),
        management_url=os.environ.get(MANAGEMENT_URL) or usual,
    )


# -- Docker: everything about it is imported where it is used, since most runs never need it.


def docker_answers() -> bool:
    """Tell whether a Docker engine can be asked for containers."""
    from testcontainers.core.docker_client import DockerClient

    with warnings.catch_warnings():
        # Docker's client forgets to close the socket on which nobody answered.
        warnings.filterwarnings("ignore", message="unclosed <socket", category=ResourceWarning)
        try:
            engine = DockerClient(timeout=_DOCKER_TIMEOUT_S).client
            try:
                return bool(engine.ping())
            finally:
                engine.close()
        except Exception:  # noqa: BLE001 - whatever keeps it from answering, the answer is no
            return False
        finally:
            # The forgotten socket hangs in a cycle; let it go while the warning is off.
            gc.collect()


def _rabbit_in_docker() -> Iterator[RabbitServer]:
    with warnings.catch_warnings():
        # testcontainers 4.15 uses, in its own RabbitMQ module, a decorator it deprecates itself.
        warnings.filterwarnings(
            "ignore", message="The @wait_container_is_ready decorator", category=DeprecationWarning
        )
        from testcontainers.community.rabbitmq import RabbitMqContainer

    password = secrets.token_hex(12)
    container = RabbitMqContainer(RABBITMQ_IMAGE, username=_DOCKER_USER, password=password)
    _publish_on_loopback(container, _AMQP_PORT, _MANAGEMENT_PORT)
    with container:
        address, port_of = container.get_container_host_ip(), container.get_exposed_port
        credentials = f"{_DOCKER_USER}:{password}"
        server = RabbitServer(
            amqp_url=f"amqp://{credentials}@{address}:{port_of(_AMQP_PORT)}",
            management_url=f"http://{credentials}@{address}:{port_of(_MANAGEMENT_PORT)}",
        )
        # The container counts as started when AMQP answers; the management API comes a little later.
        wait_until(server.healthy, deadline_s=_MANAGEMENT_DEADLINE_S, what="RabbitMQ's management API")
        yield from _closing(server)


def _postgres_in_docker() -> Iterator[PostgresServer]:
    from testcontainers.community.postgres import PostgresContainer

    container = PostgresContainer(POSTGRES_IMAGE, password=secrets.token_hex(12), driver="psycopg")
    _publish_on_loopback(container, _POSTGRES_PORT)
    with container:
        yield from _closing(PostgresServer(container.get_connection_url()))


def _publish_on_loopback(container: "DockerContainer", *ports: int) -> None:
    """Take any free port of the loopback interface; Docker's default is every interface."""
    for port in ports:
        # Docker's own client reads a tuple of an address alone so; testcontainers only knows of numbers.
        container.ports[str(port)] = (HOST,)  # type: ignore[assignment]
