"""Settings: what is one, what is not, and what a wrong one is told."""

from __future__ import annotations

import pytest

from router.errors import ConfigurationError
from router.settings import Settings, load_settings


def test_what_others_read_from_the_environment_is_no_setting() -> None:
    theirs = ("CONTACT_KEY", "DATA", "LANG", "LOG", "SETTINGS")
    assert load_settings(None, {f"CASE_ROUTER_{name}": "x" for name in theirs}, {}) == Settings()


def test_a_name_that_nobody_knows_is_wrong_and_the_nearest_is_named() -> None:
    with pytest.raises(ConfigurationError, match="leger") as wrong:
        load_settings(None, {"CASE_ROUTER_LEGER": "x"}, {})
    assert "ledger" in wrong.value.todo


def test_the_command_line_counts_before_the_environment() -> None:
    found = load_settings(None, {"CASE_ROUTER_BATCH": "7", "CASE_ROUTER_PREFETCH": "9"}, {"batch": 8})
    assert (found.batch, found.prefetch) == (8, 9)
