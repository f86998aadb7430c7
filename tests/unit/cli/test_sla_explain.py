"""`sla explain`: of a case on record and of one that does not exist, in both languages and as a document."""

from tests.unit.cli.conftest import Shell

#: The worked example of docs/policies.md.
IMAGINED = ("--category", "noise", "--division", "hubin/liuyin", "--desk", "liuyin", "--at", "2026-09-23 10:30")


def test_a_case_that_does_not_exist_is_explained_and_not_made(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "huzhou", "default")
    english = shell("sla", "explain", *IMAGINED)
    assert english.code == 0, english.err
    for line in (
        "the deadlines of such a case (nothing was written)",
        "channel is hotline, wanted upstream",
        "no condition, the default",
        "close 办结  2026-10-09 00:00  running",
        "5 working days, to 24:00; from the receipt, 2026-09-23 10:30",
        "counted: 2026-09-24, 2026-09-28–09-30, 2026-10-08",
        "not counted: 2026-09-25–09-27 (day off by notice), 2026-10-01–10-07 (day off by notice)",
        "when it passes: it goes up to 湖滨区 (hubin) (district), due there 2026-10-11 00:00",
        "1 working day, to 24:00; from the dispatch, 2026-09-23 10:30",
        "柳荫街道 (liuyin) is reminded",
        "it goes up to 云溪市12345热线督办席 (supervision-1), due there 2026-10-16 00:00",
    ):
        assert line in english.out
    chinese = shell("sla", "explain", *IMAGINED, lang="zh")
    for line in (
        "没有写入任何内容",
        "渠道为热线，要求媒体",
        "不计：2026-09-25–09-27（放假）",
        "若无人办理",
        "督查 1 级",
    ):
        assert line in chinese.out
    assert shell("case", "list", "--json").json == []


def test_the_ladder_is_that_of_the_worked_example(shell: Shell) -> None:
    told = shell("sla", "explain", *IMAGINED, "--json").json
    assert told["case"] is None
    assert [one["due_at"] for one in told["ladder"]] == [
        "2026-10-08T16:00:00Z",
        "2026-10-10T16:00:00Z",
        "2026-10-13T16:00:00Z",
        "2026-10-15T16:00:00Z",
        "2026-10-19T16:00:00Z",
        "2026-10-21T16:00:00Z",
        "2026-10-23T16:00:00Z",
        "2026-10-27T16:00:00Z",
    ]


def test_a_case_on_record_is_explained_with_where_it_stands(shell: Shell) -> None:
    case = shell.open()
    shell("case", "accept", case, "--desk", "liuyin")
    told = shell("sla", "explain", case, "--json").json
    status = {one["name"]: one["status"] for one in told["milestones"]}
    assert status == {"dispatch": "met", "close": "running", "accept": "met"}
    assert told["policy_reason"] == "default: default, no condition"
    shown = shell("sla", "explain", case)
    assert f"the deadlines of case {case}" in shown.out
    assert "because" in shown.out
    shell("policy", "import", "dazhou", "default")
    assert shell("sla", "explain", case).code == 0


def test_wall_clocks_colours_and_given_dates_are_in_words(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "huzhou", "default")
    media = shell("sla", "explain", "--channel", "media", "--at", "2026-09-26 19:00")
    assert "it came past the hour, past the cut-off or on a day off" in media.out
    assert "1 d later 23:59; from the receipt, 2026-09-26 19:00" in media.out
    above = shell("sla", "explain", "--channel", "upstream", "--at", "2026-09-26 10:30")
    assert "2026-10-01 00:00  yellow" in above.out
    chinese = shell("sla", "explain", "--channel", "upstream", "--at", "2026-09-26 10:30", lang="zh")
    assert "2026-10-01 00:00  黄" in chinese.out
    assert "7 natural days, to the same clock time" in above.out


def test_a_colour_of_overdue_cases_begins_once_the_due_date_is_past(shell: Shell) -> None:
    shell("policy", "import", "shandong-2017", "default")
    imagined = (
        "--category",
        "noise",
        "--division",
        "hubin/liuyin",
        "--desk",
        "liuyin",
        "--at",
        "2018-09-23 10:30",
    )
    chinese, english = (shell("sla", "explain", *imagined, lang=lang).out for lang in ("zh", "en"))
    # 15 working days: 25 to 30 September (two of them of a weekend that is worked), 8 to 12 and 15 to 18 October.
    assert "2018-10-19 00:00 之后  红牌" in chinese
    assert "2018-10-19 00:00, once past  红牌" in english


def test_what_a_desk_asked_for_and_what_it_promised_have_their_clocks_too(shell: Shell) -> None:
    case = shell.open()
    shell("case", "return", case, "--desk", "liuyin", "--reason", "not_our_place", "--text", "x")
    shell("case", "reply", case, "--desk", "liuyin", "--promise", "2031-01-01 09:00", "--text", "x")
    shown = shell("sla", "explain", case)
    assert shown.code == 0, shown.err
    assert "04:00:00; from the request, " in shown.out
    assert "the instant was named, by the source or by a promise" in shown.out


def test_what_cannot_be_explained_is_said(shell: Shell) -> None:
    assert shell("sla", "explain", "NOPE").code == 3
    both = shell("sla", "explain", shell.open(), "--category", "noise")
    assert both.code == 2
    assert "has its facts already" in both.err
    assert "情况已定" in shell("sla", "explain", "X", "--starred", lang="zh").err


def test_windows_days_and_marks_that_did_not_fit_are_in_words(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "special-channel", "shandong-2017", "default")
    asked = ("sla", "explain", "--channel", "upstream", "--at", "2018-11-24 20:17")
    for lang, marks in (("zh", "加星为否，要求是"), ("en", "starred is no, wanted yes")):
        assert marks in shell(*asked, lang=lang).out
    late = ("sla", "explain", "--at", "2026-11-24 20:17")
    for lang, lines in (
        (
            "zh",
            (
                "受理时间为2026-11-24 20:17，要求2026-07-01 00:00 至 2026-11-01 00:00",
                "受理日期为2026-11-24，要求不晚于 2019-12-31",
            ),
        ),
        (
            "en",
            (
                "the receipt is 2026-11-24 20:17, wanted 2026-07-01 00:00 to 2026-11-01 00:00",
                "the day of receipt is 2026-11-24, wanted not after 2019-12-31",
            ),
        ),
    ):
        shown = shell(*late, lang=lang).out
        for line in lines:
            assert line in shown
    early = shell("sla", "explain", "--at", "2010-01-04 10:00", lang="zh").out
    assert "受理日期为2010-01-04，要求不早于 2017-" in early


def test_why_a_case_has_its_policy_is_said_in_the_language_spoken(shell: Shell) -> None:
    shell("policy", "import", "dazhou", "default")
    above = shell.open("--channel", "upstream", source_id="2")
    for case, zh, en in (
        (shell.open(), "default：无条件（默认）", "default: no condition, the default"),
        (above, "dazhou：渠道为上级交办", "dazhou: channel is upstream"),
    ):
        for noun in ("sla explain", "case show"):
            assert zh in shell(*noun.split(), case, lang="zh").out
            assert en in shell(*noun.split(), case).out
