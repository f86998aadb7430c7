"""A headless Chromium that a test looks at a page with: its console, its widths, and pictures of it.

Spoken to over a pipe (`--remote-debugging-pipe`): JSON ended by NUL bytes, no port and no library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

#: Debian's names, and those of others.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
#: Longest that one answer, or the end, of a browser on a slow machine is waited for; above it, it hangs.
_ENDS_S = 60

#: The program listens on 3 and answers on 4: our pipes are put there, by way of numbers that are neither.
_LAUNCHER = """
import fcntl, os, sys
there = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, pipe in enumerate(there, 3):
    os.dup2(pipe, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


def program() -> str | None:
    """Path of a Chromium on this machine; None: there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        #: What was written to the console or reported by the browser as wrong.
        self.complaints: list[str] = []

    def show(self, file: Path, width: int, height: int = 900, *, dark: bool = False, paper: bool = False) -> None:
        """Lay a file out at a width in CSS pixels."""
        self._do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._do("Emulation.setEmulatedMedia", media="print" if paper else "screen", features=[scheme])
        self._do("Page.navigate", url=file.resolve().as_uri())
        self._browser.wait_for("Page.loadEventFired", self._session, self)

    def measure(self, expression: str) -> Any:
        """What an expression comes to; the page's own policy holds for its scripts, not for this."""
        found = self._do("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def picture(self, file: Path, top: int = 0, height: int = 1800) -> None:
        """A part of the page as PNG, by its distance from the top in pixels."""
        clip = {"x": 0, "y": top, "width": self.measure("innerWidth"), "height": height, "scale": 1}
        found = self._do("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(found["data"]))

    def _do(self, method: str, **params: Any) -> Any:
        return self._browser.ask(method, self._session, self, **params)


class Browser:
    """The program at the other end of two pipes."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, answers: int) -> None:
        self._process = process
        self._to = to
        self._answers = answers
        self._read = b""
        self._number = 0

    def page(self) -> Page:
        """A new tab."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable", session, page)
        return page

    def ask(self, method: str, session: str | None = None, page: Page | None = None, **params: Any) -> Any:
        """One question and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next(page)
            if found.get("id") == self._number:
                assert "error" not in found, found
                return found["result"]

    def wait_for(self, event: str, session: str, page: Page) -> None:
        """Until something has happened in a tab."""
        while True:
            found = self._next(page)
            if found.get("method") == event and found.get("sessionId") == session:
                return

    def _next(self, page: Page | None) -> dict[str, Any]:
        while b"\0" not in self._read:
            answers, _, _ = select.select([self._answers], [], [], _ENDS_S)
            assert answers, "the browser does not answer"
            piece = os.read(self._answers, 1 << 16)
            assert piece, "the browser is gone"
            self._read += piece
        text, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(text)
        if page is not None:
            _note(page, found.get("method", ""), found.get("params", {}))
        return found


def _note(page: Page, event: str, params: dict[str, Any]) -> None:
    if event == "Log.entryAdded":
        page.complaints.append(params["entry"]["text"])
    elif event == "Runtime.consoleAPICalled":
        page.complaints.append(json.dumps(params["args"]))
    elif event == "Runtime.exceptionThrown":
        page.complaints.append(params["exceptionDetails"]["text"])


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """A running browser with a profile of its own; it is gone after the block."""
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    with TemporaryDirectory(prefix="case-router-browser-") as home:
        command = [
            sys.executable,
            "-c",
            _LAUNCHER,
            str(theirs_in),
            str(theirs_out),
            path,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            f"--user-data-dir={home}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        process = subprocess.Popen(
            command, pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(theirs_in)
        os.close(theirs_out)
        running = Browser(process, ours_out, ours_in)
        try:
            yield running
            running.ask("Browser.close")
        finally:
            os.close(ours_in)
            os.close(ours_out)
            try:
                process.wait(_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
