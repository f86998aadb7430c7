"""Several offices on one case from the shell, in both languages."""

from tests.unit.cli.conftest import Shell


def test_a_whistle_is_answered_and_shown(shell: Shell) -> None:
    case = shell.open()
    done = shell("case", "whistle", case, "--desk", "liuyin", "--to", "hubin-water", "--text", "请来关阀")
    assert done.code == 0, done.err
    assert shell("case", "report-in", case, "--desk", "hubin-water").code == 0
    shown = shell("case", "show", case, lang="zh").out
    assert "柳荫街道 (liuyin) 吹哨，请 湖滨区水务局 (hubin-water) 报到" in shown
    assert "湖滨区水务局 (hubin-water) 报到" in shown
    english = shell("case", "show", case).out
    assert "柳荫街道 (liuyin) calls 湖滨区水务局 (hubin-water) to help" in english


def test_a_refusal_of_a_whistle_is_said_in_both_languages(shell: Shell) -> None:
    case = shell.open()
    for lang, sentence in (("zh", "请申请提级"), ("en", "ask to escalate")):
        done = shell("case", "whistle", case, "--desk", "liuyin", "--to", "hubin", "--text", "x", lang=lang)
        assert (done.code, sentence in done.err) == (5, True), done.err


def test_a_task_force_is_put_together_by_hand(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "assign-leader", case, "--leader", "副市长", "--tier", "city").code == 0
    assert shell("case", "instruct", case, "--leader", "区长", "--tier", "district", "--text", "马上办").code == 0
    assert shell("case", "add-assist", case, "--to", "hubin-water").code == 0
    words = ("--to", "wanghu", "--assist", "hubin-urban", "--receipt", "交办-17")
    assert shell("case", "dispatch", case, *words).code == 0
    assert shell("case", "file-plan", case, "--desk", "wanghu", "--text", "周三完工").code == 0
    assert shell("case", "review", case, "--failed", "--text", "太晚").code == 0
    assert shell("case", "remove-assist", case, "--to", "hubin-urban").code == 0
    shown = shell("case", "show", case, "--json").json["case"]
    assert (shown["lead"], shown["assists"], shown["state"]) == ("wanghu", ["hubin-water"], "accepted")
    assert shown["together"]["leader"] == {"leader": "副市长", "tier": "city"}
    told = shell("case", "show", case, lang="zh").out
    for sentence in ("副市长（市级）包案", "区长（区县）批示", "望湖街道 (wanghu) 报送方案", "通过：否"):
        assert sentence in told
    assert "马上办" in told


def test_a_mark_is_refused_to_whoever_does_not_watch(shell: Shell) -> None:
    case = shell.open()
    done = shell("case", "mark", case, "--desk", "hubin", "--on-site", "--json")
    assert (done.code, done.json["refused"]) == (5, "not_permitted")


def test_a_mediation_settles_a_case(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "mediate", case, "--desk", "liuyin", "--text", "双方有争议").code == 0
    assert shell("case", "end-mediation", case, "--desk", "mediation", "--settled").code == 0
    shown = shell("case", "show", case, "--json").json["case"]
    assert (shown["state"], shown["outcome"]) == ("closed", "settled")


def test_what_was_solved_on_the_spot_is_resolved_at_intake(shell: Shell) -> None:
    solved = shell.open("--channel", "visit", "--raised-by", "worker", "--solved", "--evidence", "photo-1")
    assert shell("case", "show", solved, "--json").json["case"]["on_the_spot"] is True
