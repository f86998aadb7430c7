"""The stage of the transcripts, on both ledgers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.presets.stage import Stage

#: Preset names, and when the curtain rises (local time, `2026-09-21 09:00`).
Opening = Callable[..., Stage]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens a stage with the named presets in force, before the default."""
    on_file = f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = on_file if request.param == "sqlite" else request.getfixturevalue("database_url")
    with ExitStack() as stack:

        def opened(*presets: str, start: str, **more: object) -> Stage:
            built = Stage(url, presets, start, **more)  # type: ignore[arg-type]
            stack.callback(built.close)
            return built

        yield opened
