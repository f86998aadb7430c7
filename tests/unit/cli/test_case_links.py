"""Links, urging and redacting from the shell, in both languages."""

from __future__ import annotations

from tests.unit.cli.conftest import Shell


def test_two_cases_are_linked_and_the_other_one_is_told(shell: Shell) -> None:
    first, second = shell.open(), shell.open(source_id="2")
    assert shell("case", "link", first, "--to", second, "--reason", "同一盏灯").code == 0
    assert f"linked to case {second}" in shell("case", "show", first).out
    assert f"与工单 {second} 关联" in shell("case", "show", first, lang="zh").out
    waiting = shell.rows("select case_id, exchange from outbox where type = 'case.link.v1'")
    assert waiting == [(second, "case.due")]
    done = shell("case", "link", first, "--to", second, lang="zh")
    assert (done.code, f"已与工单 {second} 关联" in done.err) == (5, True)


def test_a_handling_desk_links_nothing(shell: Shell) -> None:
    first, second = shell.open(), shell.open(source_id="2")
    assert shell("case", "link", first, "--to", second, "--desk", "liuyin").code == 5
    assert shell("case", "link", first, "--to", "NOTHING").code == 3


def test_whoever_opens_a_case_is_told_the_citizens_code(shell: Shell) -> None:
    done = shell("case", "open", "--source-id", "1", "--division", "hubin/liuyin", "--category", "noise")
    (line,) = [line for line in done.err.splitlines() if "code for the citizen" in line]
    again = shell(
        "case", "open", "--source-id", "1", "--division", "hubin/liuyin", "--category", "noise", "--json"
    )
    assert line.endswith(again.json["code"])
    assert len(again.json["code"]) == 11


def test_a_citizen_urges_once_a_day(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "urge", case, "--text", "何时修好").code == 0
    again = shell("case", "urge", case)
    assert (again.code, "once a day" in again.err) == (5, True)
    assert "催单，第 1 次" in shell("case", "show", case, lang="zh").out
    assert "urged, time 1" in shell("case", "show", case).out


def test_a_text_is_blanked_by_the_number_that_show_gives_it(shell: Shell) -> None:
    case = shell.open("--text", "我的电话13900007777")
    shell("case", "reply", case, "--desk", "liuyin", "--text", "已联系王小明")
    shown = shell("case", "show", case).out
    (line,) = [line for line in shown.splitlines() if "已联系王小明" in line]
    number = line.split()[0]
    assert shell("case", "redact", case, "--entry", number).code == 2  # why?
    assert shell("case", "redact", case, "--entry", number, "--reason", "有姓名").code == 0
    assert shell("case", "redact", case, "--entry", "1", "--reason", "有电话").code == 0
    after = shell("case", "show", case).out
    assert "王小明" not in after
    assert "13900007777" not in after
    assert f"blanked the text of entry {number}" in after
    assert shell.rows("select body from outbox where body like '%王小明%' or body like '%13900007777%'") == []


def test_a_district_makes_a_project_of_cases_below_it(shell: Shell) -> None:
    cases = [shell.open(source_id=str(number)) for number in (1, 2, 3)]
    words = ("--case", cases[1], "--case", cases[2], "--due", "2099-10-12", "--sample", "1", "--text", "整线更换")
    refused = shell("case", "cluster", cases[0], *words, "--desk", "liuyin", lang="zh")
    assert refused.code == 5
    assert "批量立项" in refused.err
    assert shell("case", "cluster", cases[0], *words, "--desk", "hubin").code == 0
    assert "湖滨区 (hubin) made project" in shell("case", "show", cases[0]).out
    (made,) = shell.rows("select case_id from outbox where type = 'case.start_project.v1'")
    assert f"3 件工单立为批量项目 {made[0]}" in shell("case", "show", cases[0], lang="zh").out
    assert shell("case", "leave", cases[0], "--reason", "另一处").code == 5
