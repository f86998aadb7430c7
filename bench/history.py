"""A made-up history through the whole embedded default: SQLite, memory broker, real flow, hand-turned clock."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.made_up import MAPPING, write_history

_POLICY = Path(__file__).resolve().parents[1] / "examples/replay/single_deadline.toml"


class Replayed(msgspec.Struct, frozen=True):
    """What a replay took, start and figures included."""

    commands: int
    per_second: float
    peak_mib: float


def replay(cases: int) -> Replayed:
    """Replay `cases` made-up cases with the embedded default, as a process."""
    with TemporaryDirectory(prefix="case-router-bench-") as folder:
        at = Path(folder)
        (at / "mapping.toml").write_text(MAPPING, encoding="utf-8")
        commands = write_history(at / "history.csv", cases, seed=1, districts=12, streets=12, places=4000)
        command = [sys.executable, "-m", "router", "replay", str(at / "history.csv"), "--mapping"]
        command += [str(at / "mapping.toml"), "--policy", str(_POLICY), "--as-of", "2015-09-01T00:00:00Z"]
        command += ["--json", str(at / "out.json")]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
        took = time.perf_counter() - start
        commands += msgspec.json.decode((at / "out.json").read_bytes())["escalations"]["total"]
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Replayed(commands, commands / took, peak_kib / 1024)
