"""`report week`: which week, forms, files, encodings, refusals in both languages."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from tests.unit.cli.conftest import Shell

#: A week whose cut-off is long past whenever this runs, and one whose cut-off no test lives to see.
PAST, FUTURE = "2026-W02", "2999-W01"


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """A shell on a ledger that has known a case since before the week that is long past."""
    case = shell.open("--text", "井盖松动", "--received", "2025-12-20T10:00:00+08:00", source_id="old")
    shell.sql("update entries set recorded_at = event_at where case_id = ?", case)
    return shell


def test_printed_twice_is_the_same_document_after_a_late_case_arrived(shell: Shell) -> None:
    first = shell("report", "week", "--week", PAST, "--json")
    assert first.code == 0, first.err
    shell.open("--text", "路灯不亮", "--received", "2026-01-07T10:00:00+08:00")
    again = shell("report", "week", "--week", PAST, "--json")
    assert again.out == first.out
    assert first.json["kind"] == "printed"
    assert first.json["summary"]["week"]["opened"] == 0
    assert first.err.partition("SHA-256")[2] == again.err.partition("SHA-256")[2] != ""


def test_a_revised_one_shows_what_was_learned_and_keeps_nothing(shell: Shell) -> None:
    first = shell("report", "week", "--week", PAST, "--json")
    shell.open("--text", "路灯不亮", "--received", "2026-01-07T10:00:00+08:00")
    revised = shell("report", "week", "--week", PAST, "--json", "--revised")
    assert revised.json["printed"]["summary"]["week"]["opened"] == 0
    assert revised.json["revised"]["summary"]["week"]["opened"] == 1
    assert ("What came and went", "Opened", "This week", 0, 1) in [
        tuple(one[key] for key in ("table", "line", "column", "printed", "now"))
        for one in revised.json["differences"]
    ]
    assert shell("report", "week", "--week", PAST, "--json").out == first.out


@pytest.mark.parametrize(
    ("lang", "what", "todo"), [("en", "has not come", "--draft"), ("zh", "截止时间还没到", "--draft")]
)
def test_before_the_cut_off_it_says_what_where_and_what_to_do(
    shell: Shell, lang: str, what: str, todo: str
) -> None:
    done = shell("report", "week", "--week", FUTURE, lang=lang)
    assert (done.code, done.out) == (5, "")
    said = done.err.splitlines()
    assert what in said[0]
    assert "2999-01-07 09:00" in said[1]
    assert todo in said[2]
    draft = shell("report", "week", "--week", FUTURE, "--draft", "--json", lang=lang)
    assert (draft.code, draft.json["kind"]) == (0, "draft")
    assert shell("report", "week", "--week", FUTURE, lang=lang).code == 5


def test_without_a_week_it_is_the_latest_whose_cut_off_has_come(shell: Shell) -> None:
    done = shell("report", "week", "--json")
    assert done.code == 0, done.err
    assert done.json["week"] >= "2026-W47"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_a_page_unless_told_otherwise(shell: Shell, lang: str) -> None:
    done = shell("report", "week", "--week", PAST, "--out", shell.folder / "week.html", lang=lang)
    assert (done.code, done.out) == (0, "")
    assert (shell.folder / "week.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert shell("report", "week", "--week", PAST, lang=lang).out.startswith("<!doctype html>")


def test_tables_go_into_a_folder_one_a_file_with_the_mark_for_excel(shell: Shell) -> None:
    folder = shell.folder / "tables"
    done = shell("report", "week", "--week", PAST, "--format", "csv", "--out", f"{folder}/")
    assert done.code == 0, done.err
    names = [file.name for file in sorted(folder.iterdir())]
    assert names[:3] == ["01-risk-reasons.csv", "02-open-risks.csv", "03-summary.csv"]
    assert names[-1] == "10-definitions.csv"
    for name in names:
        body = (folder / name).read_bytes()
        assert body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))
        assert len({len(row) for row in rows}) == 1


def test_tables_come_in_gb_18030_when_asked_for(shell: Shell) -> None:
    out = shell.folder / "week.csv"
    words = ("report", "week", "--week", PAST, "--format", "csv", "--out", out)
    assert shell(*words, "--encoding", "gb18030", lang="zh").code == 0
    chinese = out.read_bytes().decode("gb18030")
    assert shell(*words, lang="zh").code == 0
    assert out.read_bytes().decode("utf-8-sig") == chinese
    assert "在办风险" in chinese


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--encoding", "gb18030"), "--encoding is for CSV"),
        (("--draft", "--revised"), "either --draft or --revised"),
        (("--week", "47"), "'47' is no week"),
        (("--week", "2025-W53"), "2025 has no week 53"),
    ],
)
def test_what_does_not_fit_is_refused(shell: Shell, words: tuple[str, ...], said: str) -> None:
    done = shell("report", "week", *words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_week_before_the_first_entry_on_record_is_refused_and_not_kept(shell: Shell, lang: str) -> None:
    said = {"en": ("nothing was on record", "a later week"), "zh": ("还没有记录", "之后的一周")}[lang]
    for _ in range(2):
        done = shell("report", "week", "--week", "2020-W53", lang=lang)
        assert (done.code, done.out) == (5, "")
        assert said[0] in done.err
        assert "2025-12-20 10:00" in done.err
        assert "ledger.db" in done.err
        assert said[1] in done.err
    assert shell("report", "week", "--week", "2020-W53", "--draft", "--json", lang=lang).code == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_ledger_without_any_case_prints_nothing(shell: Shell, lang: str) -> None:
    shell.sql("delete from entries")
    done = shell("report", "week", "--week", PAST, lang=lang)
    assert (done.code, done.out) == (5, "")
    assert {"en": "nothing is on record yet", "zh": "还没有记录"}[lang] in done.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_due_date_at_midnight_is_the_end_of_its_day(shell: Shell, lang: str) -> None:
    done = shell("report", "week", "--week", PAST, "--format", "csv", lang=lang)
    # Five working days after Saturday 20 December 2025: Monday to Friday, the 26th.
    assert "2025-12-26 24:00" in done.out
    assert "2025-12-27 00:00" not in done.out


@pytest.mark.parametrize(("words", "out"), [(("--format", "csv"), "no/tables/"), ((), "no/week.html")])
def test_a_folder_that_is_not_there_is_not_made_on_the_way(shell: Shell, words: tuple[str, ...], out: str) -> None:
    done = shell("report", "week", "--week", PAST, *words, "--out", f"{shell.folder}/{out}")
    assert done.code == 4
    assert "it cannot be written" in done.err
    assert not (shell.folder / "no").exists()


def test_tables_go_into_a_folder_that_exists_and_else_into_one_file(shell: Shell) -> None:
    (shell.folder / "there").mkdir()
    words = ("report", "week", "--week", PAST, "--format", "csv", "--out")
    for name in ("there", "not-there"):
        assert shell(*words, shell.folder / name).code == 0
    assert len(list((shell.folder / "there").iterdir())) == 10
    assert (shell.folder / "not-there").is_file()


def test_a_folder_that_cannot_be_written_is_said_and_the_week_is_printed_all_the_same(shell: Shell) -> None:
    (shell.folder / "file").write_text("")
    done = shell("report", "week", "--week", PAST, "--out", shell.folder / "file" / "week.html")
    assert done.code == 4
    assert "it cannot be written" in done.err
    assert shell("report", "week", "--week", PAST).code == 0
