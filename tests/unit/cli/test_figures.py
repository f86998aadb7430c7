"""`figures show`: looked from an instant that calendars can reckon with, in both languages."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell


@pytest.mark.parametrize("words", [("figures", "show"), ("run", "metrics")])
@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "9000-01-01", "0001-01-01T00:00:00+08:00"])
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "after the year 1900 and before the year 9000"), ("zh", "1900 年之后、9000 年之前")]
)
def test_an_instant_no_calendar_reaches_is_no_time_to_look_from(
    shell: Shell, words: tuple[str, str], at: str, lang: str, said: str
) -> None:
    done = shell(*words, "--at", at, lang=lang)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("at", ["1901-01-01", "8999-12-31T23:59:59Z"])
def test_the_first_and_the_last_year_can_be_looked_from(shell: Shell, at: str) -> None:
    shell.open()
    done = shell("figures", "show", "--at", at)
    assert done.code == 0, done.err
