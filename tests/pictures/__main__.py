"""`python -m tests.pictures [FOLDER]`: draws the dashboards whose figures are those of cases."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integration import watched
from tests.pictures.board import picture
from tests.servers.provide import monitoring_program

ROOT = Path(__file__).resolve().parents[2]
#: As a reader finds a dashboard when it is opened; a desk that has work.
CHOSEN = {
    "window": "7d",
    "min_count": "10",
    "district": ".*",
    "ratio": "cohort",
    "span": "30d",
    "variant": "total",
}
DRAWN = ("city", "district", "escalations", "before-complaint")


def main(folder: Path) -> None:
    """Let the demo city live, read it every night, and draw."""
    # Personal data of made-up people, in a folder that is removed.
    os.environ.setdefault("CASE_ROUTER_CONTACT_KEY", "7e" * 32)
    with TemporaryDirectory() as temporary:
        readings = watched.Past(Path(temporary))
    programs = monitoring_program("prometheus"), monitoring_program("promtool")
    with watched.past(*programs, readings, recorded=False) as found:
        # One reading a night: more points would show no more.
        span = found._replace(step_s=24 * 3600)
        for language in ("zh", "en"):
            for slug in DRAWN:
                source = ROOT / "deploy" / "grafana" / "dashboards" / language / f"{slug}.json"
                board = json.loads(source.read_text(encoding="utf-8"))
                target = folder / f"{slug}.{language}.svg"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(picture(board, language, CHOSEN, span), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
