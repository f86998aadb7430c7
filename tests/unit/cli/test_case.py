"""Cases from the shell: opened, shown, listed, worked; refusals with code, sentence and data."""

import getpass
from datetime import UTC, datetime

import pytest

from router.cli.output import local
from tests.unit.cli.conftest import Shell


def test_a_case_is_opened_once_however_often_it_is_typed(shell: Shell) -> None:
    first = shell.open("--text", "路灯不亮")
    assert shell.open("--text", "路灯不亮") == first
    assert len(shell("case", "list", "--json").json) == 1


def test_the_same_source_id_with_other_content_is_a_conflict(shell: Shell) -> None:
    shell.open("--text", "路灯不亮")
    done = shell("case", "open", "--source-id", "1", "--text", "井盖丢失", "--json")
    assert done.code == 5
    assert done.json["refused"] == "content_conflict"
    assert done.json["data"]["source_id"] == "1"
    assert "source id 1 already stands for case" in done.err


def test_text_comes_from_stdin_for_a_dash(shell: Shell) -> None:
    done = shell("case", "open", "--source-id", "9", "--text", "-", stdin="井盖丢失\n")
    assert "井盖丢失" in shell("case", "show", done.out.strip()).out


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ("路灯不亮".encode("gb18030"), "stdin 不是 UTF-8 文本", "stdin is not UTF-8 text"),
        (b"x" * 262_145, "上限 262144 字节", "at most 262144 bytes"),
        # Short enough to be read, and too large as the message that everybody else would have to send.
        (b'"' * 140_000, "上限 262144 字节", "at most 262144 bytes"),
    ],
    ids=["gb18030", "too long", "too long as json"],
)
def test_text_that_nobody_else_may_send_is_refused_here_too(shell: Shell, given: bytes, zh: str, en: str) -> None:
    for lang, sentence in (("zh", zh), ("en", en)):
        done = shell("case", "open", "--source-id", "9", "--text", "-", stdin=given, lang=lang)
        assert (done.code, sentence in done.err) == (2, True), done.err
        assert len(done.err.splitlines()) == 2
    case = shell.open()
    assert shell("case", "report", case, "--desk", "liuyin", "--text", "-", stdin=given).code == 2
    assert len(shell("case", "list", "--json").json) == 1


def test_an_argument_that_is_no_utf_8_is_refused_by_its_name(shell: Shell) -> None:
    # What Python makes of the bytes B5 C6 on a command line.
    done = shell("case", "open", "--source-id", "\udcb5\udcc6")
    assert done.code == 2
    assert "--source-id is not UTF-8 text" in done.err


def test_a_case_is_shown_in_both_languages_with_local_times(shell: Shell) -> None:
    case = shell.open("--text", "路灯[不亮]", "--received", "2026-11-24T07:04:00Z", "--starred")
    english, chinese = shell("case", "show", case), shell("case", "show", case, lang="zh")
    assert english.code == chinese.code == 0
    for line in ("2026-11-24 15:04", "柳荫街道 (liuyin)", "路灯[不亮]"):
        assert line in english.out
        assert line in chinese.out
    assert "dispatched to 柳荫街道 (liuyin)" in english.out
    assert "派单至 柳荫街道 (liuyin)" in chinese.out
    assert "加星件" in chinese.out


def test_milestones_and_desks_are_shown_by_name_with_their_codes_beside(shell: Shell) -> None:
    shell("policy", "import", "assessed-units", "assessed-units-suggestion", "default")
    case = shell.open()
    shell("case", "return", case, "--desk", "liuyin", "--reason", "not_our_matter", "--suggest", "wanghu")
    english, chinese = shell("case", "show", case).out, shell("case", "show", case, lang="zh").out
    for line in ("响应 (respond)", "[desk 柳荫街道 (liuyin)]", "suggests 望湖街道 (wanghu)"):
        assert line in english
    assert "decision on the return (return_decision)" in english
    for line in ("响应 (respond)", "退单审批 (return_decision)", "[渠道 热线]", "建议 望湖街道 (wanghu)"):
        assert line in chinese


def test_a_case_as_json_is_one_document_with_its_history(shell: Shell) -> None:
    case = shell.open()
    shown = shell("case", "show", case, "--json").json
    assert shown["case"]["lead"] == "liuyin"
    assert [entry["event"]["event"] for entry in shown["history"]] == ["Received", "Dispatched"]


def test_an_office_without_a_program_works_a_case_to_its_end(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "accept", case, "--desk", "liuyin").code == 0
    assert shell("case", "report", case, "--desk", "liuyin", "--text", "已到现场").code == 0
    assert shell("case", "reply", case, "--desk", "liuyin", "--promise", "2099-01-01 10:00").code == 0
    assert shell("case", "mitigate", case, "--desk", "liuyin").code == 0
    assert shell("case", "resolve", case, "--desk", "liuyin", "--evidence", "photo-1").code == 0
    state = shell("case", "show", case, "--json").json["case"]
    assert state["outcome"] == "solved"
    assert state["state"] in ("resolved", "closed")


def test_a_refusal_ends_with_5_and_says_why_in_the_readers_language(shell: Shell) -> None:
    case = shell.open()
    shell("case", "accept", case, "--desk", "liuyin")
    again = shell("case", "accept", case, "--desk", "liuyin", lang="zh")
    assert again.code == 5
    assert "不予执行（not_in_state）" in again.err
    other = shell("case", "resolve", case, "--desk", "wanghu", "--json")
    assert other.code == 5
    assert other.json["refused"] == "not_lead"
    assert other.json["data"] == {"lead": "liuyin", "desk": "wanghu"}


def test_another_command_under_a_used_id_is_a_conflict_and_is_kept(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "accept", case, "--desk", "liuyin", "--id", "mine").code == 0
    other = shell("case", "resolve", case, "--desk", "liuyin", "--id", "mine")
    assert other.code == 5
    assert "another command" in other.err
    [parked] = shell("parked", "list", "--json").json
    assert (parked["reason"], parked["type"]) == ("bad_id", "case.resolve.v1")
    again = shell("parked", "replay", parked["id"], "--json")
    assert again.code == 7
    assert again.json == [{"id": parked["id"], "result": "conflict"}]
    assert len(shell("parked", "list", "--json").json) == 1
    assert shell("case", "show", case, "--json").json["case"]["state"] == "accepted"


@pytest.mark.parametrize(("lang", "says"), [("zh", "年份"), ("en", "year")])
def test_a_value_that_cannot_be_is_refused_before_anything_is_recorded(shell: Shell, lang: str, says: str) -> None:
    done = shell("case", "open", "--due", "9999-12-31", lang=lang)
    assert done.code == 2
    assert "due_at" in done.err
    assert says in done.err
    assert shell("case", "list", "--json").json == []


def test_the_same_command_id_is_carried_out_once(shell: Shell) -> None:
    case = shell.open()
    first = shell("case", "accept", case, "--desk", "liuyin", "--id", "mine", "--json")
    second = shell("case", "accept", case, "--desk", "liuyin", "--id", "mine", "--json")
    assert first.code == second.code == 0
    assert first.json == second.json


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("case", "show", "nope"), 3),
        (("case", "accept", "nope", "--desk", "liuyin"), 3),
        (("case", "contact", "nope", "--reader", "x", "--reason", "y"), 3),
        (("case", "list", "--desk", "liuyi"), 3),
        (("case", "open", "--contact", "nope.json"), 3),
    ],
)
def test_what_is_not_there_has_its_exit_code(shell: Shell, words: tuple[str, ...], code: int) -> None:
    done = shell(*words)
    assert done.code == code
    assert done.out == ""


def test_nothing_of_a_mistyped_case_is_parked(shell: Shell) -> None:
    shell("case", "accept", "nope", "--desk", "liuyin")
    assert shell("parked", "list", "--json").json == []


def test_a_mistyped_desk_is_not_in_the_history_and_the_nearest_is_named(shell: Shell) -> None:
    case = shell.open()
    done = shell("case", "accept", case, "--desk", "liuyi")
    assert done.code == 3
    assert "Did you mean liuyin?" in done.err
    assert len(shell("case", "show", case, "--json").json["history"]) == 2


def test_who_speaks_must_be_clear(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "accept", case).code == 2
    assert shell("case", "accept", case, "--desk", "liuyin", "--as", "dispatcher").code == 2
    assert shell("case", "accept", case, "--as", "system").code == 2


def test_dispatcher_supervision_and_channel_speak_when_nobody_is_named(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "dispatch", case, "--to", "wanghu").code == 0
    assert shell("case", "designate", case, "--to", "liuyin").code == 0
    assert shell("case", "correct", case, "--category", "lamp", "--division", "hubin/wanghu").code == 0
    assert shell("case", "withdraw", case, "--reason", "重复").code == 0
    history = shell("case", "show", case, "--json").json["history"]
    roles = [entry["actor"]["role"] for entry in history]
    assert {"dispatcher", "supervision", "channel"} <= set(roles)
    assert shell("case", "show", case, "--json").json["case"]["state"] == "closed"


def test_a_return_is_asked_for_and_decided(shell: Shell) -> None:
    case = shell.open()
    asked = shell("case", "return", case, "--desk", "liuyin", "--reason", "not_our_place", "--suggest", "wanghu")
    assert asked.code == 0, asked.err
    unlisted = shell("case", "return", case, "--desk", "liuyin", "--reason", "too_hard")
    assert unlisted.code == 5
    assert shell("case", "refuse-return", case, "--reason", "属地明确").code == 0
    assert shell("case", "approve-return", case).code == 5


def test_an_escalation_is_asked_for_and_taken(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "escalate", case, "--desk", "liuyin", "--reason", "需区里协调").code == 0
    assert shell("case", "accept-escalation", case, "--desk", "hubin").code == 0
    assert shell("case", "show", case, "--json").json["case"]["lead"] == "hubin"
    assert shell("case", "adopt", case, "--desk", "hubin", "--report", "none").code == 5


def test_follow_up_close_and_reopen_need_a_resolution(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "follow-up", case, "--result", "accepted").code == 5
    assert shell("case", "close", case).code == 5
    assert shell("case", "reopen", case).code == 5


def test_the_list_has_the_most_pressing_first_and_says_when_there_are_more(shell: Shell) -> None:
    late = shell.open("--received", "2026-01-05T09:00:00+08:00", source_id="late")
    shell.open(source_id="new")
    listed = shell("case", "list", "--limit", "1", "--json")
    assert [one["case"] for one in listed.json] == [late]
    assert "there are more" in listed.err
    assert [one["case"] for one in shell("case", "list", "--overdue", "--json").json] == [late]
    assert shell("case", "list", "--state", "accepted", "--json").json == []
    assert "no such cases" in shell("case", "list", "--state", "accepted").err
    assert late in shell("case", "list", "--desk", "liuyin", "--all").out


def test_personal_data_are_shown_by_one_door_only(shell: Shell) -> None:
    contact = shell.file("contact.json", '{"name": "张三", "phone": "13800001111"}')
    case = shell.open("--contact", str(contact))
    seen = [shell("case", "show", case).out, shell("case", "show", case, "--json").out, shell("case", "list").out]
    assert not any("张三" in one or "13800001111" in one for one in seen)
    assert shell("case", "contact", case, "--reader", "李四").code == 2
    done = shell("case", "contact", case, "--reader", "李四", "--reason", "回访")
    assert "张三" in done.out
    assert "this reading is on record: 李四" in done.err
    assert (
        shell("case", "contact", case, "--reader", "李四", "--reason", "回访", "--json").json["phone"]
        == "13800001111"
    )


def test_whoever_reads_a_contact_is_on_record_with_the_account_that_runs_the_program(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open("--contact", str(shell.file("contact.json", '{"phone": "13800001111"}')))
    read = ("case", "contact", case, "--reason", "回访", "--reader")
    monkeypatch.setattr(getpass, "getuser", lambda: "clerk")
    assert "on record: 李四 (clerk)" in shell(*read, "李四").err
    shell(*read, "clerk")
    assert shell.rows("select reader from contact_reads order by seq") == [("李四 (clerk)",), ("clerk",)]


def test_a_case_without_contact_says_so(shell: Shell) -> None:
    assert shell("case", "contact", shell.open(), "--reader", "x", "--reason", "y").code == 3


def test_words_of_a_case_do_nothing_to_a_terminal(shell: Shell) -> None:
    case = shell.open("--text", "\x1b[2J\x1b]0;owned\x07暗")
    for words in (("case", "show", case), ("case", "list")):
        shown = shell(*words).out
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown
        assert "\x07" not in shown


def test_the_last_hour_there_is_can_be_shown() -> None:
    assert local(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == "9999-12-31 23:59"


def test_a_return_with_an_unknown_reason_names_the_reasons_there_are(shell: Shell) -> None:
    done = shell("case", "return", shell.open(), "--desk", "liuyin", "--reason", "too_busy", lang="zh")
    assert done.code == 5
    assert "退单理由“too_busy”不在清单内；可用：not_our_matter, not_our_place" in done.err


def test_a_refusal_in_chinese_speaks_of_states_and_commands_in_chinese(shell: Shell) -> None:
    done = shell("case", "follow-up", shell.open(), "--result", "accepted", lang="zh")
    assert "工单处于“已派单”状态，不能登记回访结果" in done.err


def test_origin_and_matter_type_have_words_of_their_own(shell: Shell) -> None:
    assert "热线 · 投诉类 · 投诉" in shell("case", "show", shell.open(), lang="zh").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": "王小明", "phnoe": "138"}', "没有 phnoe 这个键。是不是 phone？可用的键：name, phone"),
        ("{", "JSON 语法有误"),
        ('{"name": 7}', "此处应为 str，而不是 int"),
        ("[]", "此处应为 object，而不是 array"),
    ],
)
def test_a_bad_contact_is_refused_with_its_key_and_the_exit_code_of_bad_input(
    shell: Shell, text: str, said: str
) -> None:
    done = shell("case", "open", "--contact", shell.file("who.json", text), lang="zh")
    assert done.code == 2
    assert said in done.err
    assert "who.json" in done.err


def test_opening_says_where_the_case_went_and_what_falls_due_first(shell: Shell) -> None:
    words = ("case", "open", "--division", "hubin/liuyin", "--category", "street_light", "--source-id")
    done = shell(*words, "1")
    case = done.out.strip()
    assert case.isalnum()
    assert f"opened: {case}" in done.err
    assert "lead: 湖滨区城市管理局 (hubin-urban)" in done.err
    assert "policy: default@" in done.err
    assert "first deadline: 签收 (accept) " in done.err
    quiet = shell(*words, "2", "--quiet")
    assert quiet.out.strip().isalnum()
    assert quiet.err == ""
    told = shell(*words, "3", "--json").json
    assert (told["lead"], told["policy"].partition("@")[0]) == ("hubin-urban", "default")
    assert told["next_due_at"]


def test_a_policy_shows_the_reasons_for_a_return(shell: Shell) -> None:
    shown = shell("policy", "show", "default", lang="zh").out
    assert "not_our_matter (非本单位职责)" in shown
    assert "督查 5 级" in shown
    wrong = shell("policy", "show", "deflt")
    assert wrong.code == 3
    assert "in force: default" in wrong.err


def test_a_tier_lists_its_own_cases_and_those_of_all_below_it(shell: Shell) -> None:
    street = shell.open()
    words = ("case", "open", "--division", "hubin/liuyin", "--category", "street_light", "--quiet", "--source-id")
    district = shell(*words, "2").out.strip()
    report = shell(*words, "3", "--subject-desk", "liuyin").out.strip()

    def below(desk: str) -> set[str]:
        return {one["case"] for one in shell("case", "list", "--below", desk, "--json").json}

    assert below("liuyin") == {street}
    # The district's own department is below the district, and the report on the street office is the district's.
    assert below("hubin") == {street, district, report}
    assert below("yunxi") == {street, district}
    seen = shell("case", "list", "--below", "yunxi", "--limit", "1")
    assert "there are more" in seen.err
    assert "1 more that are open and confidential, or about somebody, are only counted" in seen.err
    chinese = shell("case", "list", "--below", "yunxi", lang="zh").err
    assert "另有 1 件在办的保密或反映单位、人员，不论筛选条件，只计数" in chinese
    # For the office it is about it is not even a number.
    assert "only counted" not in shell("case", "list", "--below", "liuyin").err
    assert shell("case", "list", "--below", "hubn").code == 3


def test_a_follow_up_has_all_three_answers_on_the_unit_or_none(shell: Shell) -> None:
    shell.draws("1.0")
    case = shell.open()
    shell("case", "resolve", case, "--desk", "liuyin")
    words = ("case", "follow-up", case, "--result", "accepted", "--contacted", "--solved")
    some = shell(*words)
    assert (some.code, "the answers on a unit are three" in some.err) == (2, True)
    assert shell(*words, "--satisfaction", "basically").code == 0
    shown = shell("case", "show", case).out
    assert "said of the unit: contacted yes, solved yes, basically satisfied" in shown
    assert "评价 已联系：是，已解决：是，基本满意" in shell("case", "show", case, lang="zh").out


def test_a_visit_at_which_nothing_was_raised_is_kept_and_said_to_be_one(shell: Shell) -> None:
    words = ("case", "open", "--channel", "visit", "--division", "hubin/liuyin", "--nothing-raised")
    done = shell(*words, "--source-id", "v-1")
    assert (done.code, "is on record: nothing was raised" in done.err) == (0, True)
    assert "无诉求" in shell(*words, "--source-id", "v-2", lang="zh").err
    case = done.out.strip()
    assert "a visit (柳荫街道 (liuyin)): nothing was raised" in shell("case", "show", case).out
    assert shell("case", "list", "--json").json == []
    assert shell("case", "time", case).code == 0
    assert shell("sla", "explain", case).code == 0
    assert shell("audit").code == 0
    refused = shell("case", "open", "--channel", "app", "--nothing-raised", "--text", "?", "--json")
    assert (refused.code, refused.json["refused"]) == (5, "no_visit")


def test_whoever_asked_can_send_it_one_tier_up(shell: Shell) -> None:
    shell.draws("1.0")
    case = shell.open()
    shell("case", "resolve", case, "--desk", "liuyin")
    assert shell("case", "follow-up", case, "--result", "not_accepted", "--reprocess", "one_up").code == 0
    shown = shell("case", "show", case).out
    assert "said of the unit: -; if it fails: one tier up" in shown
    assert "如未通过：提级一层重办" in shell("case", "show", case, lang="zh").out
    assert shell("case", "accept", case, "--desk", "hubin").code == 0


def test_of_cases_due_at_one_instant_those_of_many_households_come_first(shell: Shell) -> None:
    words = ("--received", "2026-01-05T09:00:00+08:00")
    few = shell.open(*words, source_id="1")
    many = shell.open(*words, "--affected", "240", source_id="2")
    some = shell.open(*words, "--affected", "7", source_id="3")
    assert [one["case"] for one in shell("case", "list", "--json").json] == [many, some, few]


def test_a_case_about_nothing_is_not_opened(shell: Shell) -> None:
    done = shell("case", "open")
    assert done.code == 2
    assert "nothing in this case" in done.err
    assert "没有任何内容" in shell("case", "open", lang="zh").err


def test_the_history_says_a_refusal_as_it_was_said(shell: Shell) -> None:
    case = shell.open()
    assert shell("case", "accept", case, "--desk", "hubin").code == 5
    assert "the case is led by liuyin" in shell("case", "show", case).out
    assert "主办" in shell("case", "show", case, lang="zh").out


def test_a_receipt_that_is_to_come_is_refused(shell: Shell) -> None:
    refused = shell("case", "open", "--text", "x", "--received", "2100-01-05 09:00")
    assert refused.code == 2
    assert "2100-01-05 09:00, which is to come" in refused.err
    assert "在将来" in shell("case", "open", "--text", "x", "--received", "2100-01-05 09:00", lang="zh").err
    assert not shell.rows("SELECT 1 FROM cases")
