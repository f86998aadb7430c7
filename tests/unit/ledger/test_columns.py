"""Instants as the databases keep them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import Dialect, make_url

from router.ledger.columns import Instant, instant_text

SQLITE = make_url("sqlite://").get_dialect()()
POSTGRESQL = make_url("postgresql+psycopg://").get_dialect()()
BEIJING = timezone(timedelta(hours=8))

# A day short of both ends of the calendar, so that every zone has the instant.
instants = st.timedeltas(timedelta(0), timedelta(days=3_652_055)).map(
    lambda since: datetime(1, 1, 2, tzinfo=UTC) + since
)
zoned = st.builds(
    lambda at, hours: at.astimezone(timezone(timedelta(hours=hours))), instants, st.integers(-12, 14)
)


def test_an_instant_is_text_of_fixed_width_in_utc() -> None:
    assert instant_text(datetime(2026, 3, 2, 9, 30, tzinfo=BEIJING)) == "2026-03-02T01:30:00.000000Z"
    assert instant_text(datetime(926, 3, 2, 9, 30, 0, 1, tzinfo=UTC)) == "0926-03-02T09:30:00.000001Z"


@given(zoned, zoned)
def test_texts_sort_as_their_instants_do(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (one < other)


@given(zoned)
def test_an_instant_comes_back_from_sqlite(value: datetime) -> None:
    column = Instant()
    stored = column.process_bind_param(value, SQLITE)
    assert column.process_result_value(stored, SQLITE) == value.astimezone(UTC)


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_an_instant_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Instant().process_bind_param(datetime(2026, 3, 2), dialect)  # noqa: DTZ001  # the mistake itself


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_no_instant_is_no_instant(dialect: Dialect) -> None:
    assert Instant().process_bind_param(None, dialect) is None
    assert Instant().process_result_value(None, dialect) is None
