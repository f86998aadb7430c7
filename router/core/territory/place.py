"""The place key of a case: asset, else address, else a geo cell. Points are brought to WGS-84.

GCJ-02 and BD-09 are the coordinate systems that Chinese maps publish; the conversion is the published
approximation (a few metres), far below the size of a cell.
"""

from __future__ import annotations

from math import atan2, cos, floor, pi, sin, sqrt

from router.core.commands import Place

#: Side of a geo cell in degrees: about 55 m north to south, 40 to 55 m west to east over China.
CELL_DEG = 0.0005

#: Krasovsky 1940 ellipsoid, which GCJ-02 is defined on: semi-major axis in metres and squared eccentricity.
_AXIS_M = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943
#: Where GCJ-02 differs from WGS-84, as published: west, east, south, north.
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)


def place_key(place: Place | None) -> str | None:
    """What two cases about one place share; None when the place is unknown or a placeholder."""
    if place is None:
        return None
    if place.asset_id:
        return f"asset:{place.asset_id}"
    if place.address_id:
        return f"address:{place.address_id}"
    point = _wgs84(place)
    if point is None:
        return None
    longitude, latitude = point
    return f"cell:{floor(longitude / CELL_DEG)}:{floor(latitude / CELL_DEG)}"


def _wgs84(place: Place) -> tuple[float, float] | None:
    """Longitude and latitude; None when they are not known or in a system that is not."""
    if place.longitude is None or place.latitude is None:
        return None
    longitude, latitude = place.longitude, place.latitude
    if (longitude, latitude) == (0.0, 0.0) or not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    if place.crs not in ("WGS-84", "GCJ-02", "BD-09"):
        return None
    west, east, south, north = _CHINA
    if place.crs == "WGS-84" or not (west <= longitude <= east and south <= latitude <= north):
        return longitude, latitude
    if place.crs == "BD-09":
        longitude, latitude = _bd09_to_gcj02(longitude, latitude)
    return _gcj02_to_wgs84(longitude, latitude)


def _bd09_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    x, y = longitude - 0.0065, latitude - 0.006
    z = sqrt(x * x + y * y) - 0.000_02 * sin(y * pi * 3000 / 180)
    theta = atan2(y, x) - 0.000_003 * cos(x * pi * 3000 / 180)
    return z * cos(theta), z * sin(theta)


def _gcj02_to_wgs84(longitude: float, latitude: float) -> tuple[float, float]:
    east, north = _shift(longitude - 105.0, latitude - 35.0)
    radians = latitude / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(radians) ** 2
    north = north * 180.0 / ((_AXIS_M * (1 - _ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_AXIS_M / sqrt(magic) * cos(radians) * pi)
    return longitude - east, latitude - north


def _shift(x: float, y: float) -> tuple[float, float]:
    """The published polynomial: metres east and north that GCJ-02 is off at (x, y) degrees from (105, 35)."""
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return east, north
