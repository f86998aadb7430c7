"""A made-up history as a city would export it, and the mapping that reads it; the bench replays it too."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: Of the columns that :func:`write_history` writes.
MAPPING = """
source = "made_up"
tiers = ["city", "district", "street"]
zone = "UTC"
times = ["%Y-%m-%d %H:%M:%S"]
[top]
code = "cloud"
name = "Cloud"
[columns]
id = "id"
opened_at = "opened"
due_at = "due"
closed_at = "closed"
[channel]
column = "channel"
proactive = ["grid_patrol"]
[category]
column = "category"
[[division]]
column = "district"
[[division]]
column = "street"
[place]
address = "place"
"""

_BEGINNING = datetime(2015, 4, 1, tzinfo=UTC)
_COLUMNS = ("id", "opened", "due", "closed", "channel", "category", "district", "street", "place")


def write_history(
    path: Path, rows: int, *, seed: int, districts: int, streets: int, places: int, given: float = 1.0
) -> int:
    """Eighty days from April 2015: some cases stay open, some are closed too late.

    Args:
        path: of the file.
        rows: cases.
        seed: the same one writes the same history.
        districts: of the city.
        streets: of each district.
        places: addresses, over the whole city.
        given: share of the rows that have a due date, a district or a street, each on its own.

    Returns:
        Openings and closings.
    """
    chance = random.Random(seed)  # noqa: S311 - a made-up city, no secret
    events = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number in range(rows):
            opened = _BEGINNING + timedelta(seconds=chance.randrange(80 * 86400))
            due = opened + timedelta(days=chance.choice((1, 3, 5, 10)))
            closed = opened + timedelta(hours=chance.expovariate(1 / 90)) if chance.random() < 0.8 else None
            events += 1 if closed is None else 2
            writer.writerow(
                [
                    f"m{number}",
                    _text(opened),
                    _text(due) if chance.random() < given else "",
                    _text(closed) if closed is not None else "",
                    chance.choice(("hotline", "hotline", "app", "grid_patrol")),
                    chance.choice(("lamp", "pipe", "noise")),
                    f"d{chance.randrange(districts)}" if chance.random() < given else "",
                    f"s{chance.randrange(streets)}" if chance.random() < given else "",
                    f"p{chance.randrange(places)}",
                ]
            )
    return events


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
