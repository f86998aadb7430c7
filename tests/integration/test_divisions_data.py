"""The national code tables of 2023 become the trees of real cities."""

from pathlib import Path

import pytest

from router.core.territory.division_files import Loaded, Table, decoded, from_tables, national_table
from router.core.territory.divisions import check, complete

pytestmark = pytest.mark.data

FILES = ("cn_streets.csv.gz", "cn_areas.csv.gz", "cn_cities.csv.gz", "cn_provinces.csv.gz")


@pytest.fixture
def tables(data_dir: Path) -> list[Table]:
    """The four tables, in no particular order."""
    return [national_table(decoded((data_dir / name).read_bytes(), name), name) for name in FILES]


def _counts(loaded: Loaded) -> dict[str, int]:
    file = loaded.file
    return {tier: sum(d.tier == index for d in file.divisions) for index, tier in enumerate(file.tiers)}


@pytest.mark.parametrize(
    ("root", "counts"),
    [
        ("371300", {"city": 1, "district": 13, "street": 156}),  # Linyi
        ("511700", {"city": 1, "district": 7, "street": 200}),  # Dazhou
        ("330500", {"city": 1, "district": 5, "street": 72}),  # Huzhou
        ("500000", {"city": 1, "district": 38, "street": 1031}),  # Chongqing, its two paper levels gone
        ("110000", {"city": 1, "district": 16, "street": 349}),  # Beijing
        ("441900", {"city": 1, "street": 36}),  # Dongguan
        ("442000", {"city": 1, "street": 23}),  # Zhongshan
        ("460400", {"city": 1, "street": 18}),  # Danzhou
        ("620200", {"city": 1, "street": 5}),  # Jiayuguan
        ("150703", {"district": 1, "street": 6}),  # Zhalainuoer
        ("440310", {"district": 1, "street": 7}),  # Pingshan: six street offices and a bonded zone
    ],
)
def test_a_real_place_has_its_published_shape_and_no_faults(
    tables: list[Table], root: str, counts: dict[str, int]
) -> None:
    loaded = from_tables(tables, root)
    assert _counts(loaded) == counts
    assert check(complete(loaded.file), loaded.origin) == []


@pytest.mark.parametrize(("city", "district"), [("4403", "440310"), ("1507", "150703")])
def test_a_district_lies_under_its_city(tables: list[Table], city: str, district: str) -> None:
    divisions = {d.code: d for d in from_tables(tables, city).file.divisions}
    assert divisions[district].parent == city


def test_every_city_of_the_country_becomes_a_sound_tree_and_no_street_is_lost(tables: list[Table]) -> None:
    provinces = next(table for table in tables if table.tier == "province")
    streets = 0
    for row in provinces.text.splitlines()[1:]:
        loaded = from_tables(tables, row.partition(",")[0])
        assert check(complete(loaded.file), loaded.origin) == []
        streets += _counts(loaded)["street"]
    assert streets == 41_352
