"""A server process that we started: its log, its end, and the guard that ends it if we cannot."""

import atexit
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.servers.waiting import wait_until

#: How long a process may take to be gone after SIGKILL, in seconds.
_KILL_DEADLINE_S = 15.0
_LOG_TAIL_CHARS = 4_000


class StartedInWith(ABC):
    """A server that a `with` starts and ends; what a failed start left is ended too."""

    @abstractmethod
    def start(self) -> None:
        """Start and return when it is ready."""

    @abstractmethod
    def close(self) -> None:
        """End it and remove what it left."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ServerProcess:
    """A child in a session of its own, so that Ctrl-C reaches us and not it; output goes to `log`."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        user: str | None = None,
    ) -> None:
        self.name = Path(argv[0]).name
        self._log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        self.pid = self._child.pid
        _guard.watch(self.pid)

    @property
    def ended(self) -> bool:
        """Whether the process is gone (and reaped)."""
        return self._child.poll() is not None

    def is_ready(self, http: httpx.Client) -> bool:
        """Whether it answers `/-/ready`, as the servers of monitoring do.

        Raises:
            RuntimeError: it ended while starting; the message has the end of its log.
        """
        if self.ended:
            msg = f"{self.name} ended while starting:\n{self.log_tail()}"
            raise RuntimeError(msg)
        try:
            return http.get("/-/ready").is_success
        except httpx.HTTPError:
            return False

    def log_tail(self) -> str:
        """The last lines it wrote, for the message of a failed start."""
        return self._log.read_text(errors="replace")[-_LOG_TAIL_CHARS:]

    def interrupt(self, signum: int, *, deadline_s: float) -> None:
        """Send `signum`, wait for the end; past the deadline, kill."""
        if self.ended:
            self.await_end()
            return
        self._child.send_signal(signum)
        try:
            self._child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill_group()
        self.await_end()

    def kill_group(self) -> None:
        """SIGKILL the process and what it started in its own session; return when it is gone."""
        if not self.ended:
            # Not reaped yet, so the number still names our child and nobody else.
            os.killpg(self.pid, signal.SIGKILL)
        self.await_end()

    def await_end(self) -> None:
        """Reap the process, which has ended or is about to."""
        self._child.wait(_KILL_DEADLINE_S)
        _guard.forget(self.pid)


def children_of(pid: int) -> list[int]:
    """Return the direct children of a process (Linux; elsewhere none are found)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill_pids(pids: Sequence[int]) -> None:
    """SIGKILL processes that are not our direct children, and return when all are gone."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_until(lambda: not any(map(alive, pids)), deadline_s=_KILL_DEADLINE_S, what=f"the end of {pids}")


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not reaped by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # The state follows the command's name, which stands in parentheses and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return not Path("/proc/self").exists()


class _Guard:
    """A shell that does nothing until our end of its pipe closes, then kills what we left behind.

    Fixtures end what they start, on Ctrl-C too. The guard is for the ways out on which no code of ours
    runs: SIGKILL from a time limit, a crash of the interpreter.
    """

    _SCRIPT = """
        left=" "
        while read -r verb pid; do
            case "$verb" in
                watch) left="$left$pid " ;;
                forget) left="${left%% $pid *} ${left#* $pid }" ;;
            esac
        done
        for pid in $left; do kill -s KILL -- "-$pid" 2>/dev/null; done
    """

    def __init__(self) -> None:
        self._shell: subprocess.Popen[str] | None = None
        self._owner = 0

    def watch(self, pid: int) -> None:
        self._say(f"watch {pid}")

    def forget(self, pid: int) -> None:
        self._say(f"forget {pid}")

    def _say(self, line: str) -> None:
        if self._shell is None:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", self._SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                text=True,
                bufsize=1,
            )
            self._owner = os.getpid()
            atexit.register(self._dismiss)
        if self._shell.stdin is not None:
            self._shell.stdin.write(line + "\n")
            self._shell.stdin.flush()

    def _dismiss(self) -> None:
        # A forked child that runs our exit handlers must not close the books for its parent.
        if self._shell is not None and self._shell.stdin is not None and os.getpid() == self._owner:
            self._shell.stdin.close()
            self._shell.wait(_KILL_DEADLINE_S)


_guard = _Guard()
