"""A small HTTP server for tests: says what it is given to say, and keeps what it is told."""

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tests.servers.loopback import HOST


class Corner:
    """Pages to be read, and posts that are kept; on a free loopback port, within a `with`."""

    def __init__(self) -> None:
        """Take a port; nothing is answered before the `with`."""
        #: Path → text that a GET of it gets; a path that is not here is not found. May be changed at any time.
        self.pages: dict[str, str] = {}
        #: Path and JSON document of each POST, in order.
        self.posted: list[tuple[str, Mapping[str, Any]]] = []
        pages, posted = self.pages, self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = pages.get(self.path.partition("?")[0])
                self.send_response(404 if text is None else 200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write((text or "").encode())

            def do_POST(self) -> None:
                posted.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.address = f"{HOST}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, name="corner", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
