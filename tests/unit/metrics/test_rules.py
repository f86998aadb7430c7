"""The rules for Prometheus: what is committed is what the settings make, and they read what somebody exports."""

from __future__ import annotations

from pathlib import Path

from router.metrics.rules.files import FOLDER, Terms, files
from router.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
DEFAULT = Terms(on_time_target=Settings().on_time_target, audit_s=Settings().audit_s)


def test_the_committed_files_are_those_of_the_default_settings_and_no_others() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (REPOSITORY / FOLDER).iterdir()}
    assert there == files(DEFAULT), f"run case-router rules render --out {FOLDER}"


def test_another_target_makes_another_burn() -> None:
    (text,) = files(Terms(on_time_target=0.9, audit_s=300)).values()
    assert "vector(0.9)" in text
    assert "(1 - district:case_router_on_time:ratio1d) / 0.1" in text
