"""Replays of the examples, for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from router.replay.run import Replayed, Request, replay

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "replay"
SINGLE_DEADLINE = EXAMPLES / "single_deadline.toml"
LADDER = EXAMPLES / "ladder.toml"
BOSTON = EXAMPLES / "boston311.toml"
PINGSHAN = EXAMPLES / "pingshan.toml"
#: The instant that the expected figures of Boston are as of.
BOSTON_AS_OF = "2016-01-13 00:00:00"


def replayed(file: Path, mapping: Path, policy: Path = SINGLE_DEADLINE, **more: Any) -> tuple[Replayed, list[str]]:
    """A replay, and what it said."""
    said: list[str] = []
    request = Request(file=file, mapping=mapping, policy=str(policy), **more)
    return replay(request, say=lambda one: said.append(one.en)), said


def figures_of(out: bytes) -> Any:
    """OUT as plain dicts."""
    return json.loads(out)
