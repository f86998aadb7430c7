"""Divisions are read from tables and TOML; what is wrong in them is named with file and row."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from router.cities import demo_city
from router.core.territory.division_files import (
    Columns,
    decoded,
    dump_toml,
    from_parent_table,
    from_tables,
    joined,
    load_toml,
    national_table,
)
from router.core.territory.division_tables import FaultyDivisionsError
from router.core.territory.divisions import check, complete
from router.core.territory.tree import Category, Desk, DeskKind, Division, Served, Tree, TreeFile
from router.errors import ConfigurationError, NotFoundError, UsageError

PROVINCES = "code,name\n50,重庆市\n37,山东省\n44,广东省\n"
CITIES = "code,name,provinceCode\n5001,市辖区,50\n5002,县,50\n3713,临沂市,37\n3701,济南市,37\n4419,东莞市,44\n"
AREAS = (
    "code,name,cityCode,provinceCode\n"
    "500101,万州区,5001,50\n500229,城口县,5002,50\n371302,兰山区,3713,37\n441900,东莞市,4419,44\n"
)
STREETS = (
    "code,name,areaCode,provinceCode,cityCode\n"
    "500101001,高笋塘街道,500101,50,5001\n371302001,兰山街道,371302,37,3713\n"
    "371302002,银雀山街道,371302,37,3713\n441900003,东城街道,441900,44,4419\n"
)


def _national(root: str | None) -> TreeFile:
    names = {"streets.csv": STREETS, "provinces.csv": PROVINCES, "areas.csv": AREAS, "cities.csv": CITIES}
    return from_tables([national_table(text, name) for name, text in names.items()], root).file


def _shape(file: TreeFile) -> dict[str, list[str]]:
    return {tier: [d.code for d in file.divisions if d.tier == index] for index, tier in enumerate(file.tiers)}


# -- national tables


@pytest.mark.parametrize("root", ["3713", "371300", " 371300 "])
def test_one_city_is_taken_by_its_short_or_its_full_code(root: str) -> None:
    expected = {"city": ["3713"], "district": ["371302"], "street": ["371302001", "371302002"]}
    assert _shape(_national(root)) == expected


@pytest.mark.parametrize("root", ["50", "500000"])
def test_a_municipality_s_paper_levels_are_dissolved(root: str) -> None:
    file = _national(root)
    expected = {"city": ["50"], "district": ["500101", "500229"], "street": ["500101001"]}
    assert _shape(file) == expected
    assert Tree(file).path("500101001") == ("50", "500101", "500101001")


@pytest.mark.parametrize("root", ["4419", "441900"])
def test_a_city_without_districts_has_two_tiers(root: str) -> None:
    assert _shape(_national(root)) == {"city": ["4419"], "street": ["441900003"]}


def test_a_district_can_be_the_root() -> None:
    expected = {"district": ["371302"], "street": ["371302001", "371302002"]}
    assert _shape(_national("371302")) == expected


def test_a_province_has_four_tiers() -> None:
    file = _national("370000")
    assert file.tiers == ("province", "city", "district", "street")
    assert [d.code for d in file.divisions if d.tier == 1] == ["3713", "3701"]


def test_the_whole_country_is_refused_and_root_is_named() -> None:
    with pytest.raises(UsageError, match=r"--root CODE"):
        _national(None)


def test_a_level_on_paper_is_no_root() -> None:
    with pytest.raises(UsageError, match="Name 50"):
        _national("5001")


def test_a_street_is_no_tree() -> None:
    with pytest.raises(UsageError, match="nothing lies below"):
        _national("371302001")


def test_a_root_that_is_in_no_table_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="990000"):
        _national("990000")


def test_each_division_knows_its_file_and_row() -> None:
    tables = [national_table(AREAS, "areas.csv"), national_table(STREETS, "streets.csv")]
    loaded = from_tables(tables, "371302")
    assert loaded.origin == {
        "division[0]": "areas.csv:4",
        "division[1]": "streets.csv:3",
        "division[2]": "streets.csv:4",
    }


def test_a_row_whose_parent_is_missing_is_named_even_outside_the_root() -> None:
    tables = [national_table(AREAS, "a.csv"), national_table(STREETS + "1,无主街道,999999,99,9999\n", "s.csv")]
    with pytest.raises(ConfigurationError, match=r"s\.csv:6: division 1 lies below 999999"):
        from_tables(tables, "371302")


def test_of_thousands_of_faults_the_first_are_shown_and_the_rest_counted() -> None:
    rows = "".join(f"{n},x,0\n" for n in range(1000))
    tables = [national_table(AREAS, "a.csv"), national_table("code,name,areaCode\n" + rows, "s.csv")]
    with pytest.raises(ConfigurationError, match=r"1000 faults(.|\n)*and 800 more"):
        from_tables(tables, "371302")


# -- one table with parents


def test_rows_of_a_parent_table_may_stand_in_any_order() -> None:
    text = "id,label,up\ns1,平江路街道,d1\nd1,湖滨区,c\nc,云溪市,\n"
    loaded = from_parent_table(text, "x.csv", Columns.parse("code=id,name=label,parent=up"))
    assert _shape(loaded.file) == {"city": ["c"], "district": ["d1"], "street": ["s1"]}
    assert loaded.origin["division[2]"] == "x.csv:2"


def test_tiers_can_be_named_and_a_root_taken() -> None:
    text = "code,name,parent\nc,c,\nd,d,c\ns,s,d\n"
    file = from_parent_table(text, "x.csv", tiers=["county", "town"], root="d").file
    assert _shape(file) == {"county": ["d"], "town": ["s"]}
    with pytest.raises(UsageError, match="3 levels deep, but 2 tiers"):
        from_parent_table(text, "x.csv", tiers=["county", "town"])


def test_every_fault_of_a_table_is_listed() -> None:
    text = "code,name,parent\nc,c,\n,无码,c\nd,,c\nc,again,\n"
    with pytest.raises(ConfigurationError) as caught:
        from_parent_table(text, "x.csv")
    for part in ("3 faults", "x.csv:3", "x.csv:4", "x.csv:5: code c is used twice; it stands first at x.csv:2"):
        assert part in str(caught.value)


def test_a_code_that_is_used_twice_hides_no_other_fault() -> None:
    text = "code,name,parent\nc,c,\nc,again,\nd,,c\ns,s,d\nx,x,nowhere\n"
    with pytest.raises(FaultyDivisionsError) as caught:
        from_parent_table(text, "x.csv")
    # The row without a name is a place all the same: what lies below it is not lost.
    assert [(one.code, one.where) for one in caught.value.faults] == [
        ("duplicate-code", "x.csv:3"),
        ("empty-cell", "x.csv:4"),
        ("orphan", "x.csv:6"),
    ]


def test_a_fault_of_what_completing_has_added_is_not_said_beside_its_cause() -> None:
    head = 'tiers = ["city", "street"]\n[[division]]\ncode = "c"\nname = "c"\n'
    loaded = load_toml(f'{head}[[division]]\ncode = "s"\nname = "s"\nparent = "nowhere"\n', "x.toml")
    found = check(complete(loaded.file), loaded.origin)
    assert [one.where for one in found] == ["x.toml:5"]


def test_loose_rows_and_circles_are_not_left_out_silently() -> None:
    text = "code,name,parent\nc,c,\nx,x,nowhere\na,a,b\nb,b,a\n"
    with pytest.raises(ConfigurationError) as caught:
        from_parent_table(text, "x.csv")
    assert "division x lies below nowhere" in str(caught.value)
    assert "in a circle: a → b → a" in str(caught.value)


def test_two_rows_without_a_parent_need_a_root() -> None:
    with pytest.raises(UsageError, match="2 roots"):
        from_parent_table("code,name,parent\na,a,\nb,b,\n", "x.csv")


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(UsageError, match="0 roots"):
        from_parent_table("code,name,parent\n", "x.csv")


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"there is no column parent; there are: code, name"):
        from_parent_table("code,name\na,a\n", "x.csv")


def test_a_column_mapping_knows_three_words() -> None:
    assert Columns.parse("code=c") == Columns(code="c", name="name", parent="parent")
    assert Columns.parse("parent=").parent is None
    with pytest.raises(UsageError, match="'colour'"):
        Columns.parse("colour=red")


# -- bytes


@pytest.mark.parametrize("raw", ["平江".encode(), "平江".encode("utf-8-sig"), "平江".encode("gb18030")])
def test_utf_8_with_or_without_a_mark_and_gb18030_are_read_alike(raw: bytes) -> None:
    assert decoded(raw, "x.csv") == "平江"
    assert decoded(gzip.compress(raw), "x.csv.gz") == "平江"


def test_a_named_encoding_is_the_only_one_tried() -> None:
    with pytest.raises(ConfigurationError, match="not text in utf-8"):
        decoded("平江".encode("gb18030"), "x.csv", "utf-8")
    with pytest.raises(ConfigurationError, match="not text in klingon"):
        decoded(b"x", "x.csv", "klingon")


def test_a_damaged_gzip_file_is_an_error_with_its_name() -> None:
    with pytest.raises(ConfigurationError, match=r"x\.gz: the gzip file is damaged"):
        decoded(gzip.compress(b"some text")[:-4], "x.gz")


def test_a_mark_left_in_the_text_does_not_spoil_the_first_column() -> None:
    assert _shape(from_parent_table("\ufeffcode,name,parent\nc,c,\nd,d,c\n", "x.csv").file)["city"] == ["c"]


# -- TOML


TOML = """tiers = ["city", "district", "street"]

[[division]]
code = "d"
name = "湖滨区"
parent = "c"

[[division]]
code = "c"
name = "云溪市"

[[desk]]
code = "d-water"
name = "水务局"
kind = "functional"
division = "d"
line = "water"
served = "shell"

[[category]]
code = "pipe"
name = "水管"
line = "water"
line_tier = "district"
"""


def test_a_hand_written_file_is_read_with_tiers_from_parents_and_defaults() -> None:
    loaded = load_toml(TOML, "divisions.toml")
    assert [(d.code, d.tier) for d in loaded.file.divisions] == [("d", 1), ("c", 0)]
    (desk,) = loaded.file.desks
    assert (desk.kind, desk.served, desk.active, desk.superior) == (
        DeskKind.FUNCTIONAL,
        Served.SHELL,
        True,
        None,
    )
    assert loaded.file.categories == (Category(code="pipe", name="水管", group="pipe", line="water", line_tier=1),)
    assert check(complete(loaded.file)) == []


def test_a_fault_found_later_still_names_the_line() -> None:
    loaded = load_toml(TOML.replace('division = "d"', 'division = "x"'), "divisions.toml")
    fault = next(f for f in check(complete(loaded.file), loaded.origin) if f.code == "desk-nowhere")
    assert fault.where == "divisions.toml:12"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "functional"', 'kind = "magic"', ["desk[0].kind", "'d-water'", "magic"]),
        ('line = "water"\nserved', 'lime = "water"\nserved', ["desk[0]", "lime", "superior, line, served"]),
        ('name = "水务局"', "name = 7", ["desk[0].name", "int"]),
        ('line_tier = "district"', 'line_tier = "village"', ["category[0].line_tier", "village"]),
        ("tiers = [", "tier = [", ["the key tier is not known", "Did you mean tiers?"]),
        ('tiers = ["city", "district", "street"]', "tiers = 3", ["tiers is a list"]),
        ("[[category]]", "[category]", ["[[category]], with two brackets"]),
    ],
)
def test_a_wrong_key_or_value_is_named(old: str, new: str, words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_toml(TOML.replace(old, new), "divisions.toml")
    for word in ["divisions.toml", *words]:
        assert word in str(caught.value)


def test_text_that_is_not_toml_is_refused_with_the_parser_s_line() -> None:
    with pytest.raises(ConfigurationError, match=r"divisions\.toml: this is no TOML.*line 2"):
        load_toml("tiers = []\ncode = = 1\n", "divisions.toml")


def test_parents_in_a_circle_are_read_and_left_to_check() -> None:
    loaded = load_toml(TOML + '\n[[division]]\ncode = "y"\nname = "y"\nparent = "y"\n', "x.toml")
    assert "parent-cycle" in {fault.code for fault in check(complete(loaded.file))}


def test_desks_in_a_file_of_their_own_join_imported_divisions() -> None:
    base = from_parent_table("code,name,parent\nc,c,\nd,d,c\ns,s,d\n", "x.csv")
    extra = load_toml('[[desk]]\ncode = "s2"\nname = "s2"\ndivision = "s"\n', "desks.toml")
    both = joined(base, extra)
    assert both.file.tiers == ("city", "district", "street")
    assert both.origin["desk[0]"] == "desks.toml:1"
    assert both.origin["division[2]"] == "x.csv:4"
    assert check(complete(both.file)) == []
    with pytest.raises(ConfigurationError, match="are not those of the first"):
        joined(base, load_toml('tiers = ["city"]\n', "y.toml"))


def test_a_dumped_city_reads_back_the_same() -> None:
    assert load_toml(dump_toml(demo_city()), "x").file == demo_city()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_survives_the_dump(name: str, line: str) -> None:
    file = TreeFile(
        tiers=("city",),
        divisions=(Division(code="c", name=name, tier=0, parent=None),),
        desks=(
            Desk(
                code="c-x",
                name=name,
                kind=DeskKind.FUNCTIONAL,
                division="c",
                superior="c",
                line=line,
                served=Served.SHELL,
                active=False,
                redirect="c",
                level=3,
                calendar="cn",
            ),
        ),
        categories=(Category(code="k", name=name, group=line, line=line, line_tier=0),),
    )
    assert load_toml(dump_toml(file), "x").file == file


def test_the_file_shown_in_the_documentation_is_a_good_one_with_every_key_told() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    shown = page.partition('```toml\ntiers = ["city"')[2].partition("```")[0]
    loaded = load_toml(f'tiers = ["city"{shown}', "operations.md")
    assert check(complete(loaded.file)) == []
    table = page.partition("| list | key | meaning")[2].partition("\n\n")[0]
    keys = {field for kind in (Division, Desk, Category) for field in kind.__struct_fields__} - {"tier"}
    assert {key for key in keys if f"`{key}`" not in table} == set()


# -- accounts of desks

_DESK = '[[desk]]\ncode = "s"\nname = "水务"\ndivision = "c"\n'


def test_a_desk_lists_accounts_and_is_written_back_with_them() -> None:
    file = load_toml(_DESK + 'accounts = ["li.3001", "wang"]\n', "desks.toml").file
    assert file.desks[0].accounts == ("li.3001", "wang")
    assert load_toml(dump_toml(file), "again.toml").file == file
    assert "accounts" not in dump_toml(load_toml(_DESK, "desks.toml").file)


@pytest.mark.parametrize("wrong", ['"li.3001"', "[1]"])
def test_accounts_that_are_no_list_of_texts_are_named_by_file_and_key(wrong: str) -> None:
    with pytest.raises(FaultyDivisionsError, match=r"desks\.toml: desk\[0\]\.accounts"):
        load_toml(_DESK + f"accounts = {wrong}\n", "desks.toml")
