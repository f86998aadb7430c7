"""Inspections from the shell: ordered, drawn, recorded, required, pulled; not in any list before they are done."""

from router.presets import preset_text
from tests.unit.cli.conftest import Shell

SEED = "2026-11-24 lottery 03 08 17 22 25 31"
DUE = ("--due", "2099-01-05T18:00:00+08:00")


def test_a_desk_is_looked_at_and_nobody_who_lists_cases_sees_it_before_it_is_done(shell: Shell) -> None:
    task = shell("inspection", "order", "--desk", "liuyin", *DUE, "--text", "夜间查看路灯").out.strip()
    assert len(task) == 16
    for words in (("case", "list"), ("case", "list", "--desk", "liuyin"), ("case", "list", "--all")):
        assert shell(*words, "--json").json == []
    listed = shell("inspection", "list", "--json").json
    assert [(one["case"], one["task"]["targets"]) for one in listed] == [(task, [{"desk": "liuyin"}])]
    done = shell("case", "accept", task, "--desk", "liuyin")
    assert (done.code, f"there is no case {task}" in done.err) == (3, True)
    done = shell("case", "record-inspection", task, "--failed", "--finding", "三盏路灯不亮", "--category", "noise")
    assert done.code == 0, done.err
    assert shell("inspection", "list").err == "no inspection tasks\n"
    assert [one["case"] for one in shell("case", "list", "--all", "--json").json] == [task]
    assert "passed: no" in shell("case", "show", task).out
    assert "通过：否" in shell("case", "show", task, lang="zh").out


def test_other_policies_leave_the_date_of_an_inspection_alone(shell: Shell) -> None:
    shell("inspection", "order", "--desk", "liuyin", *DUE)
    before = shell("inspection", "list", "--json").json
    longer = preset_text("policies", "default").replace('within = "5wd"', 'within = "15wd"')
    assert shell("policy", "import", shell.file("longer.toml", longer)).code == 0
    assert "0 open cases" in shell("policy", "replan", "--yes").err
    assert shell("inspection", "list", "--json").json == before


def test_a_draw_is_planned_by_the_hash_of_its_seed_drawn_with_it_and_verified_by_anybody(shell: Shell) -> None:
    digest = shell("inspection", "hash", "--seed", SEED).out.strip()
    assert shell("inspection", "hash", "--seed", "-", stdin=SEED).out.strip() == digest
    candidates = ("--candidate", "liuyin", "--candidate", "hubin")
    planned = shell("inspection", "plan", *candidates, "--count", "1", "--seed-hash", digest, *DUE)
    draw = planned.out.strip()
    assert shell("inspection", "verify", draw).code == 2
    assert shell("inspection", "draw", draw, "--seed", "another seed of some length").code == 5
    assert shell("inspection", "draw", draw, "--seed", "-", stdin=SEED).code == 0
    verified = shell("inspection", "verify", draw, "--json")
    assert (verified.code, verified.json["same"], verified.json["seed"]) == (0, True, SEED)
    assert len(verified.json["drawn"]) == 1
    assert "the same" in shell("inspection", "verify", draw).err
    assert "结果一致" in shell("inspection", "verify", draw, lang="zh").err


def test_a_ledger_that_was_changed_behind_everybodys_back_does_not_verify(shell: Shell) -> None:
    digest = shell("inspection", "hash", "--seed", SEED).out.strip()
    candidates = ("--candidate", "liuyin", "--candidate", "hubin")
    draw = shell("inspection", "plan", *candidates, "--count", "1", "--seed-hash", digest, *DUE).out.strip()
    shell("inspection", "draw", draw, "--seed", SEED)
    drawn = shell("inspection", "verify", draw, "--json").json["drawn"][0]["desk"]
    other = {"liuyin": "hubin", "hubin": "liuyin"}[drawn]
    body = str(shell.rows(f"select body from cases where id = '{draw}'")[0][0])
    head, mark, tail = body.partition('"drawn":')
    shell.sql("update cases set body = ? where id = ?", head + mark + tail.replace(drawn, other, 1), draw)
    assert shell("inspection", "verify", draw).code == 7


def test_what_is_not_one_target_or_no_case_is_said(shell: Shell) -> None:
    assert shell("inspection", "order", *DUE).code == 2
    assert shell("inspection", "order", "--desk", "liuyin", "--case", "X", *DUE).code == 2
    assert shell("inspection", "order", "--case", "NOCASE", *DUE).code == 3
    assert shell("inspection", "order", "--desk", "moon", *DUE).code == 3
    refused = shell("inspection", "order", "--desk", "liuyin", "--by", "liuyin", *DUE, "--json")
    assert (refused.code, refused.json["refused"]) == (5, "inspects_not")
    assert shell("inspection", "verify", shell.open()).code == 3
    assert shell.rows("select count(*) from parked") == [(0,)]


def test_a_case_is_pulled_inspected_required_and_closes_with_the_last_tick(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "pull", case).code == 0
    lead = shell("case", "list", "--json").json[0]["lead"]
    assert lead != "liuyin"
    assert shell("case", "require", case, "--item", "更换电缆", "--item", "巡查全街").code == 0
    assert shell("case", "resolve", case, "--desk", lead).code == 0
    assert shell("case", "tick", case, "--number", "1").code == 0
    assert shell("case", "tick", case, "--number", "1").code == 5
    assert shell("case", "list", "--json").json[0]["state"] != "closed"
    assert shell("case", "tick", case, "--number", "2").code == 0
    assert shell("case", "list", "--all", "--json").json[0]["state"] == "closed"
    shown = shell("case", "show", case, lang="zh").out
    assert "更换电缆" in shown
    assert "提办" in shown
