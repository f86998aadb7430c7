"""`replay` and `demo` as commands: files in, one document out, refusals with their codes."""

from pathlib import Path

import msgspec
import pytest

from tests.unit.cli.conftest import Shell, type_words

EXAMPLES = Path(__file__).parents[3] / "examples" / "replay"
MAPPING = """
source = "past"
[top]
code = "c"
name = "云溪市"
[columns]
id = "id"
opened_at = "opened"
closed_at = "closed"
due_at = "due"
[[division]]
column = "district"
[[division]]
column = "street"
"""
PAST = (
    "id,opened,closed,due,district,street\n"
    "1,2018-01-01T00:00:00Z,2018-01-02T00:00:00Z,2018-01-03T00:00:00Z,d,s\n"
    "2,2018-01-01T00:00:00Z,,2018-01-03T00:00:00Z,d,s\n"
    "3,2018-01-05T00:00:00Z,,,d,s\n"
)


def replayed(bare: Shell, out: str, *more: str) -> tuple[int, str, str]:
    files = (str(bare.file("past.csv", PAST)), "--mapping", str(bare.file("mapping.toml", MAPPING)))
    done = type_words("replay", *files, "--policy", str(EXAMPLES / "single_deadline.toml"), "--json", out, *more)
    return done.code, done.out, done.err


def test_a_replay_writes_its_figures_to_a_file_or_to_stdout(bare: Shell) -> None:
    out = bare.folder / "out.json"
    code, said, told = replayed(bare, str(out))
    assert code == 0, told
    assert said == ""
    figures = msgspec.json.decode(out.read_bytes())
    assert figures["opened"] == 3
    assert figures["closed"] == 1
    code, said, _ = replayed(bare, "-")
    assert code == 0
    assert said.encode() == out.read_bytes()


def test_a_replay_on_a_ledger_in_use_is_a_conflict(shell: Shell) -> None:
    shell.open()
    code, said, _ = replayed(shell, "-", "--ledger", shell.ledger)
    assert code == 5
    assert said == ""


def test_a_replay_names_what_is_missing(bare: Shell) -> None:
    assert type_words("replay", "past.csv").code == 2
    absent = type_words("replay", "past.csv", "--mapping", "none.toml", "--policy", "default", "--json", "-")
    assert absent.code == 3
    assert replayed(bare, str(bare.folder / "no" / "folder.json"))[0] == 4


def test_a_demo_ends_with_a_page_or_one_document() -> None:
    short = ("demo", "--weeks", "1", "--per-day", "3")
    assert "云溪市" in type_words(*short).out
    assert type_words(*short, "--json").json["weeks"] == 1
    assert type_words("demo", "--weeks", "0").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_demo_that_stays_names_commands_that_show_its_weeks(bare: Shell, lang: str) -> None:
    done = bare("demo", "--weeks", "1", "--per-day", "3", lang=lang)
    named = [line.strip() for line in done.err.splitlines() if line.strip().startswith("case-router ")]
    assert [line.split()[3] for line in named] == ["case", "report", "figures"]
    assert "--week 2026-W49 --draft" in named[1]
    assert "--at 2026-12-07T00:00+08:00" in named[2]
    for line in named:
        words = line.split()[1:]
        shown = type_words(*words[: words.index("--out")] if "--out" in words else words)
        assert shown.code == 0, shown.err
        assert shown.out


@pytest.mark.parametrize(("lang", "said"), [("zh", "加 --keep"), ("en", "with --keep")])
def test_a_demo_that_goes_says_how_it_stays(lang: str, said: str) -> None:
    done = type_words("demo", "--weeks", "1", "--per-day", "1", lang=lang)
    assert said in done.err
    assert "case-router" not in done.err


def test_a_demo_never_plays_in_a_city_at_work(shell: Shell) -> None:
    done = shell("demo", "--weeks", "1")
    assert done.code == 5
    assert shell("case", "list", "--json").json == []
