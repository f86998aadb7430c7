"""Extensions, suspensions, excuses, stars and replan, as typed."""

import pytest

from router.cli import policy_replan
from router.presets import preset_text
from tests.unit.cli.conftest import Shell


def test_more_time_is_asked_for_and_approved_by_the_tier_above(shell: Shell) -> None:
    case = shell.open()
    words = ("--reason", "parts", "--days", "3")
    assert shell("case", "request-extension", case, "--desk", "liuyin", *words).code == 0
    refused = shell("case", "approve-extension", case, "--desk", "liuyin")
    assert refused.code == 5
    assert shell("case", "approve-extension", case, "--desk", "hubin").code == 0
    found = shell("--json", "case", "show", case).json["case"]
    assert found["extended_due_at"] > found["due_at"]
    told = shell("case", "show", case).out
    assert "湖滨区 (hubin) approved the extension by 柳荫街道 (liuyin)" in told
    assert "湖滨区 (hubin) 同意 柳荫街道 (liuyin) 延期" in shell("case", "show", case, lang="zh").out


def test_a_case_is_suspended_looked_at_and_resumed(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "request-suspension", case, "--desk", "liuyin", "--reason", "road_works").code == 0
    assert shell("case", "approve-suspension", case, "--desk", "hubin").code == 0
    shown = shell("case", "show", case).out
    assert "suspended" in shown
    assert "paused" in shown
    assert "停表" in shell("case", "show", case, lang="zh").out
    assert shell("case", "recheck", case, "--desk", "hubin").code == 0
    assert shell("case", "resume", case, "--desk", "liuyin").code == 0
    assert shell("--json", "case", "show", case).json["case"]["state"] == "dispatched"


def test_a_refusal_says_why_in_both_languages(shell: Shell) -> None:
    case = shell.open()
    words = ("case", "request-extension", case, "--desk", "liuyin", "--reason", "parts", "--days", "11")
    assert "10 days at most" in shell(*words).err
    assert "延期合计最多 10 天" in shell(*words, lang="zh").err


def test_an_unlisted_reason_is_refused_with_those_there_are(shell: Shell) -> None:
    text = preset_text("policies", "default")
    for section, reasons in (("[extension]", '"complex", "season"'), ("[suspension]", '"road_works"')):
        text = text.replace(section, f"{section}\nreasons = [{reasons}]", 1)
    done = shell("policy", "import", shell.file("own.toml", text))
    assert done.code == 0, done.err
    case = shell.open()
    more = ("case", "request-extension", case, "--desk", "liuyin", "--reason", "parts", "--days", "1")
    assert "parts is not a listed reason; listed: complex, season" in shell(*more).err
    rest = ("case", "request-suspension", case, "--desk", "liuyin", "--reason", "parts")
    assert "理由“parts”不在清单内；可用：road_works" in shell(*rest, lang="zh").err


def test_an_excuse_names_the_miss(shell: Shell) -> None:
    case = shell.open()
    words = ("--milestone", "close", "--due", "2026-09-29T00:00:00+08:00", "--reason", "power cut")
    assert "no miss of close" in shell("case", "excuse", case, *words).err


def test_a_star_is_given_and_taken(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "star", case, "--reason", "the mayor asked").code == 0
    assert shell("--json", "case", "show", case).json["case"]["starred"] is True
    assert shell("case", "unstar", case, "--desk", "liuyin").code == 5
    assert shell("case", "unstar", case).code == 0


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [("--policy", "defalt", "default"), ("--district", "hubbin", "hubin"), ("--desk", "liuyinn", "liuyin")],
)
def test_replan_of_a_mistyped_name_moves_nothing_and_says_so(
    shell: Shell, option: str, name: str, meant: str
) -> None:
    shell.open()
    refused = shell("policy", "replan", option, name, "--yes")
    assert refused.code == 3
    assert name in refused.err
    assert f"Did you mean {meant}?" in refused.err


def test_replan_knows_a_policy_that_only_running_cases_keep(shell: Shell) -> None:
    shell.open()
    other = preset_text("policies", "default").replace('name = "default"', 'name = "later"')
    assert shell("policy", "import", shell.file("later.toml", other)).code == 0
    found = shell("--json", "policy", "replan", "--policy", "default")
    assert (found.code, found.json["deadlines"]["open_cases"]) == (0, 1)


def test_replan_says_first_what_it_would_change_and_then_moves_each_case_once(shell: Shell) -> None:
    cases = [shell.open(source_id=str(number)) for number in range(3)]
    longer = preset_text("policies", "default").replace('within = "5wd"', 'within = "15wd"')
    assert shell("policy", "import", shell.file("longer.toml", longer)).code == 0
    dry = shell("policy", "replan", "--dry-run")
    assert dry.code == 0
    assert "3 of them get another policy: deadlines later 3" in dry.err
    assert "add --yes" in dry.err
    assert not shell.rows("SELECT 1 FROM entries WHERE type = 'Replanned'")
    assert "3 件改按现行规则" in shell("policy", "replan", lang="zh").err

    done = shell("--json", "policy", "replan", "--yes")
    assert done.json["deadlines"]["cases"] == 3
    assert len(shell.rows("SELECT 1 FROM entries WHERE type = 'Replanned'")) == 3
    found = shell("--json", "case", "show", cases[0]).json["case"]
    assert found["extended_due_at"] > found["due_at"]
    assert "0 of them" in shell("policy", "replan", "--yes").err
    assert len(shell.rows("SELECT 1 FROM entries WHERE type = 'Replanned'")) == 3


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", "其中 2 个按现行规则已经到期，至少留一个工作日"),
        ("en", "2 of them would have passed already by their new policy: each is left a working day at least"),
    ],
)
def test_replan_speaks_of_policies_where_deadlines_would_have_passed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, lang: str, told: str
) -> None:
    found = policy_replan.Forecast(
        open_cases=2, cases=2, kept=0, later=0, earlier=2, started=0, ended=0, due_now=2
    )
    monkeypatch.setattr(policy_replan, "forecast", lambda *_: found)
    said = shell("policy", "replan", lang=lang).err
    assert told in " ".join(said.split())
    assert "日历" not in said


def test_replan_can_be_kept_to_a_policy_a_desk_or_a_district(shell: Shell) -> None:
    shell.open()
    longer = preset_text("policies", "default").replace('within = "5wd"', 'within = "15wd"')
    shell("policy", "import", shell.file("longer.toml", longer))
    for words in (("--desk", "hubin"), ("--district", "yunhe")):
        assert "0 open cases" in shell("policy", "replan", *words, "--yes").err
    assert "1 of them" in shell("policy", "replan", "--desk", "liuyin", "--district", "hubin").err
    assert shell("policy", "replan", "--desk", "nobody").code == 3
