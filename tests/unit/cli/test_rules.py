"""Policies, calendars and the check of files before they are put in force."""

from pathlib import Path

import pytest

from router.presets import preset_text
from tests.unit.cli.conftest import Shell

WRONG = preset_text("policies", "default").replace("[[milestone]]", "[[milestome]]", 1)
TREE = """
tiers = ["city", "district", "street"]
[[division]]
code = "c"
name = "C"
[[division]]
code = "d"
name = "D"
parent = "c"
"""
CALENDAR = 'name = "ours"\nzone = "Asia/Shanghai"\ncoverage_end = 2099-12-31\nhours = ["09:00-17:00"]\n'


def test_policies_are_imported_by_file_and_by_presets_name(shell: Shell) -> None:
    own = shell.file("own.toml", preset_text("policies", "dazhou"))
    done = shell("policy", "import", own, "default", "--json")
    assert done.code == 0, done.err
    assert [one["name"] for one in shell("policy", "list", "--json").json] == ["dazhou", "default"]
    assert "默认时限" in shell("policy", "list").out


@pytest.mark.parametrize(("lang", "headers"), [("zh", ["规则", "标题"]), ("en", ["policy", "title"])])
def test_the_shipped_policies_are_listed_with_their_titles(shell: Shell, lang: str, headers: list[str]) -> None:
    listed = shell("policy", "presets", lang=lang).out.splitlines()
    assert listed[0].split() == headers
    assert ["default", "默认时限"] in [line.split() for line in listed]
    found = shell("policy", "presets", "--json").json
    assert {"name": "default", "title": "默认时限"} in found
    assert len(found) == len(listed) - 2


def test_a_set_without_a_default_is_refused_and_nothing_changes(shell: Shell) -> None:
    before = shell("policy", "list", "--json").json
    assert shell("policy", "import", "dazhou").code == 4
    assert shell("policy", "import", "dazhou", "--dry-run").code == 4
    assert shell("policy", "import", "nonsense").code == 3
    assert shell("policy", "list", "--json").json == before


def test_a_dry_run_of_policies_puts_nothing_in_force(shell: Shell) -> None:
    before = shell("policy", "list", "--json").json
    assert shell("policy", "import", "dazhou", "default", "--dry-run").code == 0
    assert shell("policy", "list", "--json").json == before


def told(to: str) -> str:
    """The default policy, with a reminder to `to`."""
    text = preset_text("policies", "default")
    assert 'to = "lead"' in text
    return text.replace('to = "lead"', f'to = "{to}"', 1)


def test_a_first_import_leaves_the_policies_that_are_in_force(shell: Shell) -> None:
    before = [one["version"] for one in shell("policy", "list", "--json").json]
    done = shell("policy", "import", "linyi", "default", "--if-none", "--json")
    assert (done.code, done.json["names"]) == (0, [])
    assert "they stay" in done.err
    assert [one["version"] for one in shell("policy", "list", "--json").json] == before


def test_a_reminder_to_nobody_is_refused_by_name_and_one_to_a_desk_is_taken(shell: Shell) -> None:
    assert shell("policy", "import", shell.file("own.toml", told("hubin"))).code == 0
    done = shell("policy", "import", shell.file("own.toml", told("superiour")))
    assert done.code == 4
    assert "superiour is no desk" in done.err
    assert "milestone accept, to" in done.err
    assert "superior" in done.err
    assert (
        "没有承办单位 superiour"
        in shell("policy", "import", shell.file("own.toml", told("superiour")), lang="zh").err
    )


def test_a_preset_that_is_named_twice_is_in_force_once_and_policies_are_counted(shell: Shell) -> None:
    done = shell("policy", "import", "dazhou-starred", "dazhou", "guangdong", "default")
    assert done.code == 0, done.err
    names = [one["name"] for one in shell("policy", "list", "--json").json]
    assert names == [
        "dazhou-starred",
        "dazhou",
        "guangdong-complaint",
        "guangdong-consultation",
        "guangdong-help",
        "default",
    ]
    assert "are in force: 6" in done.err
    dry = shell("policy", "import", "dazhou-starred", "dazhou", "default", "--dry-run")
    assert "nothing is wrong: 3 policies" in dry.err


def test_a_watcher_that_is_not_there_is_named_with_who_stands_in(shell: Shell) -> None:
    done = shell("policy", "import", "dazhou", "default", "--dry-run")
    assert done.code == 0
    assert "the first level of supervision stands in" in done.err
    assert "由一级督查代行" in shell("policy", "import", "dazhou", "default", "--dry-run", lang="zh").err
    assert "stands in" not in shell("policy", "import", "default", "--dry-run").err


OURS = """
name = "ours"
calendar = "cn"
match = { category = ["%s"] }
milestone = [{ name = "close", within = "5d" }]
ladder = [{ step = "street" }]
"""


def test_a_category_that_no_case_can_have_is_named_with_the_nearest(shell: Shell) -> None:
    said = []
    for code in ("pothole", "potholes"):  # the demo city has the first
        done = shell("policy", "import", shell.file("ours.toml", OURS % code), "default", "--dry-run")
        assert done.code == 0, done.err
        said.append("the taxonomy has no potholes. Did you mean pothole?" in done.err)
    assert said == [False, True]


def test_check_knows_the_desks_of_divisions_named_with_a_policy(shell: Shell) -> None:
    tree = shell.file("city.toml", TREE)
    assert shell("check", shell.file("own.toml", told("nobody"))).code == 0
    done = shell("check", tree, shell.file("own.toml", told("nobody")), "--json")
    faults = [one["en"] for file in done.json["files"] if file["kind"] == "policy" for one in file["faults"]]
    assert (done.code, faults) == (7, ["nobody is no desk of this installation"])
    done = shell("check", tree, shell.file("watched.toml", preset_text("policies", "dazhou")))
    assert done.code == 0
    assert "the first level of supervision stands in" in done.out


def test_a_misspelt_key_is_named_by_file_when_imported(shell: Shell) -> None:
    done = shell("policy", "import", shell.file("wrong.toml", WRONG))
    assert done.code == 4
    assert "wrong.toml" in done.err
    assert "milestome" in done.err
    assert "Did you mean milestone?" in done.err


def test_policies_need_a_tree_first(bare: Shell) -> None:
    bare("db", "upgrade")
    done = bare("policy", "import", "default")
    assert done.code == 4
    assert "divisions import" in done.err


def test_a_calendar_of_ones_own_is_kept_when_policies_change(shell: Shell) -> None:
    calendar = shell.file("ours.toml", CALENDAR)
    own = shell.file("own.toml", preset_text("policies", "default").replace('"cn"', '"ours"'))
    assert shell("policy", "import", own, "--calendar", calendar).code == 0
    assert shell("policy", "import", own).code == 0
    assert shell("calendar", "check", "--json").json[0]["name"] == "ours"


def test_a_calendar_that_ends_soon_fails_the_check(shell: Shell) -> None:
    fine, short = (
        shell("calendar", "check", "--days", "0"),
        shell("calendar", "check", "--days", "9999", lang="zh"),
    )
    assert fine.code == 0
    assert "cn" in fine.out
    assert short.code == 7
    assert "日历 cn 只覆盖到" in short.err


def test_a_calendar_without_end_is_fine_and_files_can_be_looked_at(bare: Shell) -> None:
    natural = bare.file("natural.toml", preset_text("calendars", "natural"))
    done = bare("calendar", "check", natural, bare.file("ours.toml", CALENDAR), "--json")
    assert done.code == 0, done.err
    assert [one["coverage_end"] for one in done.json] == [None, "2099-12-31"]


@pytest.mark.parametrize(
    ("name", "text", "kind", "told"),
    [
        ("policy.toml", WRONG, "policy", "milestome"),
        (
            "policy.toml",
            preset_text("policies", "default").replace('"cn"', '"moon"'),
            "policy",
            "there is no calendar moon",
        ),
        ("calendar.toml", CALENDAR.replace("Asia/Shanghai", "Asia/Atlantis"), "calendar", "Atlantis"),
        ("settings.toml", 'ledger = "x"\nbatsh = 3\n', "settings", "batsh"),
        ("settings.toml", 'batch = "many"\n', "settings", "batch"),
        ("mapping.toml", '[columns]\nid = "x"\ncolour = "y"\n', "mapping", "mapping.toml"),
        ("tree.toml", '[[division]]\ncode = "c"\nname = "c"\nparent = "x"\n', "divisions", "tree.toml:1"),
        ("tree.csv", "code,name\na,b\n", "divisions", "there is no column parent"),
        ("broken.toml", "= = =\n", None, "no TOML"),
        ("riddle.toml", "answer = 42\n", None, "nobody can tell"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(bare: Shell, name: str, text: str, kind: str | None, told: str) -> None:
    file = bare.file(name, text)
    done = bare("check", file)
    assert done.code == 7
    assert told in done.out
    report = bare("check", file, "--json")
    assert report.code == 7
    assert not report.json["ok"]
    assert report.json["files"][0]["kind"] == kind
    assert report.json["files"][0]["faults"]


def test_good_files_pass_together_and_the_chains_are_shown(bare: Shell) -> None:
    files = [
        bare.file("policy.toml", preset_text("policies", "default").replace('"cn"', '"ours"')),
        bare.file("calendar.toml", CALENDAR),
        Path(__file__).parents[3] / "router" / "data" / "cities" / "demo.toml",
        bare.file("settings.toml", "batch = 5\n"),
    ]
    done = bare("check", *files)
    assert done.code == 0, done.out
    assert "liuyin → hubin → yunxi" in done.out
    assert "没有发现问题" in bare("check", *files, lang="zh").out


def test_a_file_that_cannot_be_read_is_no_fault_of_its_content(bare: Shell) -> None:
    assert bare("check", "nowhere.toml").code == 4
    bare.folder.joinpath("binary.toml").write_bytes(b"\xff\xfe\xff")
    assert bare("check", bare.folder / "binary.toml").code == 4
    assert bare("check").code == 2


def test_the_kind_can_be_said(bare: Shell) -> None:
    done = bare("check", "--kind", "policy", bare.file("riddle.toml", "answer = 42\n"), "--json")
    assert done.json["files"][0]["kind"] == "policy"


def test_the_national_tables_are_checked_as_one_tree(bare: Shell) -> None:
    cities = bare.file("cities.csv", "code,name,provinceCode\n3713,临沂市,37\n")
    areas = bare.file("areas.csv", "code,name,cityCode,provinceCode\n371302,兰山区,3713,37\n")
    header = "code,name,areaCode,cityCode,provinceCode"
    streets = bare.file("streets.csv", f"{header}\n371302001,兰山街道,371302,3713,37\n")
    provinces = bare.file("provinces.csv", "code,name\n37,山东省\n")
    done = bare("check", streets, areas, cities, provinces, "--root", "371300", "--json")
    assert done.code == 0, done.out
    (one,) = done.json["files"]
    assert one["kind"] == "divisions"
    assert all(name in one["file"] for name in ("streets.csv", "areas.csv", "cities.csv", "provinces.csv"))
    assert "371302001 → 371302 → 3713" in bare("check", streets, areas, cities, "--root", "371300").out
    orphan = bare.file(
        "streets.csv", "code,name,areaCode,cityCode,provinceCode\n371399001,某街道,371399,3713,37\n"
    )
    wrong = bare("check", orphan, areas, cities, "--root", "371300", lang="zh")
    assert wrong.code == 7
    assert "streets.csv:2" in wrong.out
    assert "371399" in wrong.out


def test_a_policy_shows_its_gate_what_comes_first_and_when_somebody_looks_again(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "zhalainuoer-water", "guizhou", "default")
    shown = shell("policy", "show", "dazhou").out
    gate = (
        "22 people asked, 100% accept; asked together by supervision_group, petition_group; "
        "when it fails: the same desk again; nothing is reported before"
    )
    assert gate in " ".join(shown.split())
    assert "verified first" in shown
    assert (
        "询问 22 人，认可 100%; 联合回访 supervision_group, petition_group; 未通过：原单位重办; 此前不对外答复"
        in " ".join(shell("policy", "show", "dazhou", lang="zh").out.split())
    )
    assert "30d, 1 time (solved)" in shell("policy", "show", "guizhou").out
    season = "by the end of month 4, 8, 11, 3 times (solved, explained)"
    assert season in shell("policy", "show", "zhalainuoer-water").out


def test_a_policy_shows_its_colours_its_levels_and_what_may_be_asked_for(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "special-channel", "shandong-2017", "linyi")
    for name, zh, en in (
        ("dazhou", "黄  受理后第 5 天起（自然日）", "yellow  from day 5 after the receipt (natural days)"),
        ("dazhou", "  至多 3 次", "  at most 3 times"),
        ("shandong-2017", "黄牌  到期前 1 天起（工作日）", "from 1 day before due (working days)"),
        ("shandong-2017", "红牌  超时后", "once it is overdue"),
        ("shandong-2017", "7wd 内，至多 1 次", "within 7wd, at most 1 time"),
        ("special-channel", "2026-07-01 00:00 至 2026-11-01 00:00", "2026-07-01 00:00 to 2026-11-01 00:00"),
        ("linyi", "督办层级（自首次超时起）", "levels of supervision (from the first miss on)"),
        ("linyi", "重复诉求满几件提级", "complaints that take it up"),
    ):
        assert zh in shell("policy", "show", name, lang="zh").out
        assert en in shell("policy", "show", name).out
