"""Whatever zone the server is set to, a deadline is the same instant."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec
import pytest

#: Prints the deadlines of one receipt, Wednesday 30 September 2026, 16:00 in Shanghai, by the shipped calendar.
_PROGRAM = """
import json
from datetime import UTC, datetime
from router.core.policies.instants import due
from router.core.policies.notation import parse_instant
from router.presets import preset_calendar

budgets = ["1h", "4wh", "3d", "5wd", "20:00", "next day 23:59"]
at, cn = datetime(2026, 9, 30, 8, tzinfo=UTC), preset_calendar("cn")
print(json.dumps({one: due(parse_instant(one), at, cn).at.isoformat() for one in budgets}))
"""


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu", "XXX-3:30YYY"]
)
def test_the_zone_of_the_server_moves_no_deadline(zone: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env={**os.environ, "TZ": zone}, capture_output=True, check=True
    )
    assert msgspec.json.decode(done.stdout) == {
        "1h": "2026-09-30T09:00:00+00:00",
        "4wh": "2026-10-08T03:30:00+00:00",  # an hour and a half, then 8 October from 09:00
        "3d": "2026-10-03T08:00:00+00:00",
        "5wd": "2026-10-13T16:00:00+00:00",  # 8, 9, Saturday 10, 12, 13 October
        "20:00": "2026-09-30T12:00:00+00:00",
        "next day 23:59": "2026-10-01T15:59:00+00:00",
    }
