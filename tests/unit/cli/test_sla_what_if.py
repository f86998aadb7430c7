"""`sla what-if` on a small ledger: counted by step and desk, in both languages, and nothing written."""

import hashlib
import sys
from datetime import timedelta

import pytest
from click import BadParameter

from router.cli.sla_what_if import Ago, _Progress
from router.cli.words import choose_language
from router.presets import preset_text
from tests.unit.cli.conftest import Shell
from tests.unit.cli.test_case_import import MAPPING

WINDOW = ("--since", "2026-09-01", "--until", "2026-10-14 12:00")


def written(shell: Shell) -> str:
    return hashlib.sha256((shell.folder / "ledger.db").read_bytes()).hexdigest()


def test_escalations_are_counted_by_step_and_by_desk_and_nothing_is_written(shell: Shell) -> None:
    shell.open("--received", "2026-09-23 10:30")
    shell.open("--received", "2026-08-31 23:59", source_id="2")  # before the time looked at
    shell.open("--received", "2026-10-14 12:00", source_id="3")  # at its end: not in it
    before = written(shell)
    told = shell("sla", "what-if", "--policy", "default", *WINDOW, "--json").json
    assert written(shell) == before
    # Due 8 October 24:00, then each two working days: 10 and 13 October, 24:00 (docs/policies.md).
    assert told["escalations"]["by_step"] == {"street>district": 1, "district>city": 1, "city>supervision-1": 1}
    assert told["escalations"]["by_desk"] == {"hubin": 1, "liuyin": 1, "yunxi": 1}
    assert told["escalations"]["total"] == 3
    assert told["busiest_hour"] == {"begins": "2026-10-08T16:00:00Z", "escalations": 1}
    assert (told["cases"], told["unmatched"]) == (1, 0)
    assert told["missed"]["close"] == 1
    assert told["reminders"] == 1  # the signature; the dispatch was in time
    assert told["since"] == "2026-09-01T00:00:00+08:00"


def test_the_page_is_in_both_languages(shell: Shell) -> None:
    shell.open("--received", "2026-09-23 10:30")
    english = shell("sla", "what-if", "--policy", "default", *WINDOW)
    chinese = shell("sla", "what-if", "--policy", "default", *WINDOW, lang="zh")
    assert english.code == chinese.code == 0, english.err
    for line in (
        "had these policies been in force",
        "street → district",
        "2026-10-09 00:00: 1",
        "Nothing was written",
    ):
        assert line in english.out
    for line in ("试算", "街道 → 区县", "柳荫街道 (liuyin)", "最忙的一小时", "没有写入任何内容"):
        assert line in chinese.out


def test_a_policy_for_other_cases_leaves_them_apart(shell: Shell) -> None:
    shell.open("--received", "2026-09-23 10:30")
    told = shell("sla", "what-if", "--policy", "huzhou", *WINDOW, "--json").json
    assert (told["cases"], told["unmatched"], told["escalations"]["total"]) == (0, 1, 0)
    assert told["busiest_hour"] is None
    assert shell("sla", "what-if", "--policy", "huzhou", *WINDOW).code == 0


def test_what_cannot_be_tried_is_said(shell: Shell) -> None:
    assert shell("sla", "what-if").code == 2
    assert shell("sla", "what-if", "--policy", "nowhere").code == 3
    wrong = shell.file("p.toml", 'name = "p"\ncalendar = "moon"\n[[milestone]]\nname = "m"\nwithin = "1h"\n')
    assert shell("sla", "what-if", "--policy", wrong).code == 4
    backwards = shell("sla", "what-if", "--policy", "default", "--since", "2026-10-15", "--until", "2026-10-14")
    assert backwards.code == 2
    assert "ends before it begins" in backwards.err


def test_how_long_ago_is_days_or_hours_or_a_time() -> None:
    ago = Ago()
    assert ago.convert("90d", None, None) == timedelta(days=90)
    assert ago.convert("12h", None, None) == timedelta(hours=12)
    assert ago.convert("2026-01-05", None, None).isoformat() == "2026-01-05T00:00:00+08:00"
    with pytest.raises(BadParameter):
        ago.convert("90w", None, None)


def test_whoever_watches_sees_how_far_it_has_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    choose_language("en")
    for watched, said in ((False, ""), (True, "\r500 cases looked at\r501 cases looked at\n")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda watched=watched: watched)
        progress = _Progress()
        for looked_at in range(1, 502):
            progress(looked_at)
        progress.end()
        assert capsys.readouterr().err == said


def test_imported_cases_are_counted_apart_with_what_their_clocks_are(shell: Shell) -> None:
    shell.open("--received", "2026-01-05 09:00")
    rows = "no,opened,desk,kind,district,street\n" + "".join(
        f"{number},2026-01-05 09:00,liuyin,noise,hubin,liuyin\n" for number in (1, 2)
    )
    file, mapping = (
        shell.file("old.csv", rows),
        shell.file("old.toml", MAPPING.replace('closed_at = "closed"', "")),
    )
    assert shell("case", "import", "--open", file, "--mapping", mapping).code == 0
    asked = ("sla", "what-if", "--policy", "default", "--since", "2026-01-01")
    told = shell(*asked, "--json").json
    assert (told["cases"], told["imported"]) == (3, 2)
    # Of the one that ran here all steps are there, of those imported today none.
    assert told["escalations"]["by_step"]["street>district"] == told["escalations"]["by_desk"]["liuyin"] == 1
    assert "Imported: 2. Their clocks begin to work with the import" in " ".join(shell(*asked).out.split())
    assert "接管的 2 件，时限自接管起才生效" in shell(*asked, lang="zh").out
    alone = shell("sla", "what-if", "--policy", "default", "--since", "2026-01-01", "--until", "2026-01-05 09:00")
    assert "begin to work" not in alone.out


def test_a_calendar_that_is_not_there_is_placed_by_the_file_of_the_policy(shell: Shell) -> None:
    text = preset_text("policies", "default").replace('calendar = "cn"', 'calendar = "cnn"')
    file = shell.file("cal.toml", text)
    for words in (("policy", "import", file), ("sla", "what-if", "--policy", file, *WINDOW)):
        refused = shell(*words)
        assert refused.code != 0
        assert "there is no calendar cnn" in refused.err
        assert "cal.toml, calendar" in refused.err
