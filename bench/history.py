"""A made-up history through the whole embedded default: SQLite, memory broker, real flow, hand-turned clock."""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

_MAPPING = """
source = "bench"
tiers = ["city", "district", "street"]
zone = "UTC"
times = ["%Y-%m-%d %H:%M:%S"]
[top]
code = "city"
name = "City"
[columns]
id = "id"
opened_at = "opened"
due_at = "due"
closed_at = "closed"
[channel]
column = "channel"
proactive = ["patrol"]
[category]
column = "category"
[[division]]
column = "district"
[[division]]
column = "street"
[place]
address = "place"
"""

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
        (at / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
        commands = _write(at / "history.csv", cases)
        command = [sys.executable, "-m", "router", "replay", str(at / "history.csv"), "--mapping"]
        command += [str(at / "mapping.toml"), "--policy", str(_POLICY), "--as-of", "2015-09-01T00:00:00Z"]
        command += ["--json", str(at / "out.json")]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
        took = time.perf_counter() - start
        commands += msgspec.json.decode((at / "out.json").read_bytes())["escalations"]["total"]
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Replayed(commands, commands / took, peak_kib / 1024)


def _write(path: Path, cases: int) -> int:
    """A quarter of a made-up city; returns the number of openings and closings."""
    chance = random.Random(1)  # noqa: S311 - a made-up city, no secret
    events = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "opened", "due", "closed", "channel", "category", "district", "street", "place"])
        for number in range(cases):
            opened = datetime(2015, 4, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(90 * 86400))
            closed = opened + timedelta(hours=chance.expovariate(1 / 100)) if chance.random() < 0.8 else None
            events += 1 if closed is None else 2
            rows.writerow(
                [
                    number,
                    f"{opened:%Y-%m-%d %H:%M:%S}",
                    f"{opened + timedelta(days=7):%Y-%m-%d %H:%M:%S}",
                    f"{closed:%Y-%m-%d %H:%M:%S}" if closed is not None else "",
                    chance.choice(("call", "app", "patrol")),
                    chance.choice(("lamp", "pipe", "noise")),
                    chance.randrange(12),
                    chance.randrange(12),
                    chance.randrange(4000),
                ]
            )
    return events
