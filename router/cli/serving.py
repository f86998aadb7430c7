"""An HTTP server in a thread of its own, beside the roles."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

from router.errors import ConfigurationError

#: How long a stop waits for requests at work, seconds.
_GRACE_S = 5


class Served(NamedTuple):
    """A server at work."""

    #: With the port that was taken when 0 was asked for.
    url: str
    thread: Thread

    def check(self) -> None:
        """Raise when it is not at work any more, which nobody outside could be told.

        Raises:
            RuntimeError: it ended by itself.
        """
        if not self.thread.is_alive():
            raise RuntimeError("the HTTP server ended by itself")


@contextmanager
def serving(app: ASGIApp, host: str, port: int) -> Iterator[Served]:
    """Serve until the block ends; then the requests at work are answered, within a few seconds.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    with _listening(host, port) as listener:
        # No access log: its lines hold what stands in a URL.
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_GRACE_S
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listener],), name="http", daemon=True)
        thread.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            yield Served(f"http://{shown}:{listener.getsockname()[1]}", thread)
        finally:
            server.should_exit = True
            thread.join(_GRACE_S + 1)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(
            "nobody can listen there: {reason}",
            where=f"{host}:{port}",
            todo="Choose another http_port (0 takes any free one).",
            reason=error.strerror,
        ) from error
