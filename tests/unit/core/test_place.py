"""The place key: what two cases about one place share."""

import pytest
from hypothesis import given, strategies as st

from router.core.commands import Place
from router.core.territory.place import CELL_DEG, place_key


def _cell(longitude: float, latitude: float, crs: str = "WGS-84") -> tuple[int, int]:
    key = place_key(Place(longitude=longitude, latitude=latitude, crs=crs))
    assert key is not None
    _, east, north = key.split(":")
    return int(east), int(north)


def test_an_asset_says_more_than_an_address_and_an_address_more_than_a_point() -> None:
    point = Place(longitude=118.35, latitude=35.05)
    assert place_key(Place(asset_id="a", address_id="b", longitude=1.0, latitude=1.0)) == "asset:a"
    assert place_key(Place(address_id="b", longitude=1.0, latitude=1.0)) == "address:b"
    assert (place_key(point) or "").startswith("cell:")


def test_an_asset_and_an_address_of_one_name_are_two_places() -> None:
    assert place_key(Place(asset_id="7")) != place_key(Place(address_id="7"))


@pytest.mark.parametrize(
    "place",
    [
        None,
        Place(),
        Place(asset_id="", address_id=""),
        Place(longitude=118.0),
        Place(longitude=0.0, latitude=0.0),
        Place(longitude=200.0, latitude=35.0),
        Place(longitude=118.0, latitude=float("nan")),
        Place(longitude=118.0, latitude=35.0, crs="Beijing54"),
    ],
    ids=[
        "nothing",
        "empty",
        "blank",
        "half a point",
        "placeholder",
        "off the globe",
        "no number",
        "unknown system",
    ],
)
def test_an_unknown_place_or_a_placeholder_is_no_place(place: Place | None) -> None:
    assert place_key(place) is None


def test_a_point_a_few_steps_on_is_in_the_same_cell_and_one_a_block_on_is_not() -> None:
    assert _cell(118.35010, 35.05010) == _cell(118.35012, 35.05012)
    assert _cell(118.35010, 35.05010) != _cell(118.35010 + CELL_DEG, 35.05010)


def test_a_point_just_west_of_the_meridian_is_not_in_the_cell_just_east_of_it() -> None:
    assert _cell(-0.0001, 51.5) != _cell(0.0001, 51.5)


def test_one_place_in_three_coordinate_systems_is_one_cell_or_the_next() -> None:
    # Tiananmen as published in each system.
    wgs84 = _cell(116.391_26, 39.907_37)
    for longitude, latitude, crs in ((116.397_50, 39.908_77, "GCJ-02"), (116.403_87, 39.915_10, "BD-09")):
        east, north = _cell(longitude, latitude, crs)
        assert abs(east - wgs84[0]) <= 1
        assert abs(north - wgs84[1]) <= 1


def test_outside_china_the_systems_do_not_differ() -> None:
    assert _cell(-71.0571, 42.3611, "GCJ-02") == _cell(-71.0571, 42.3611)


@given(st.floats(allow_nan=True), st.floats(allow_nan=True), st.sampled_from(["WGS-84", "GCJ-02", "BD-09", "?"]))
def test_no_point_is_too_odd(longitude: float, latitude: float, crs: str) -> None:
    key = place_key(Place(longitude=longitude, latitude=latitude, crs=crs))
    assert key is None or key.startswith("cell:")
