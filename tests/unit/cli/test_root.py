"""The command itself: help, languages, endings."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.cli import main, status
from tests.unit.cli.conftest import Shell


def test_help_is_in_the_readers_language(shell: Shell) -> None:
    assert "处理" not in shell("--help").out
    assert "open, show and work cases" in shell("--help").out
    assert "受理、查看、办理工单" in shell("--help", lang="zh").out


def test_the_language_comes_from_the_environment_and_is_chinese_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "命令" in CliRunner().invoke(main, ["--help"]).stdout
    monkeypatch.setenv("CASE_ROUTER_LANG", "en")
    assert "Commands" in CliRunner().invoke(main, ["--help"]).stdout


def test_a_language_nobody_speaks_here_is_refused_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASE_ROUTER_LANG", "fr")
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 4
    assert "'fr'" in done.stderr
    assert "zh, en" in done.stderr
    assert "Commands" in CliRunner().invoke(main, ["--lang", "en", "--help"]).stdout


def test_help_imports_neither_database_nor_broker_nor_rich() -> None:
    code = (
        "import sys\n"
        "from router.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'kombu', 'pika', 'rich', 'starlette', 'uvicorn', 'structlog'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_m_router_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "router", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CASE_ROUTER_LANG": "en"},
    )
    assert done.returncode == 0
    assert done.stdout.startswith("case-router 0.")


@pytest.mark.parametrize(
    "words",
    [
        ("nothing",),
        ("case", "nothing"),
        ("case", "show"),
        ("case", "list", "--nothing"),
        ("case", "list", "--limit", "x"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_where_help_is(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell(*words)
    assert done.code == 2
    assert done.out == ""
    assert "--help" in done.err


def test_options_that_hold_everywhere_stand_before_or_after_the_command(shell: Shell) -> None:
    before = CliRunner().invoke(main, ["--ledger", shell.ledger, "--json", "db", "status"])
    after = CliRunner().invoke(main, ["db", "status", "--ledger", shell.ledger, "--json"])
    assert before.exit_code == after.exit_code == 0
    assert before.stdout == after.stdout


def test_a_fault_of_ours_is_one_line_and_the_traceback_lies_in_a_file(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(status, "look", fail)
    done = shell("status")
    assert done.code == 1
    assert "Traceback" not in done.err
    file = Path(done.err.strip().rpartition(" ")[2])
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    file.unlink()


def test_an_error_says_what_where_and_what_to_do_in_the_readers_language(bare: Shell) -> None:
    done = bare("case", "list")
    assert done.code == 4
    assert "error: there is no ledger here" in done.err
    assert f"  where: {bare.folder}/ledger.db" in done.err
    assert "  what to do: to try it: `case-router up` makes one" in done.err
    assert "出错：" in bare("case", "list", lang="zh").err


def test_settings_are_read_from_file_environment_and_command_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shell.file("settings.toml", f'ledger = "{shell.ledger}"\n')
    run = CliRunner().invoke
    assert run(main, ["--settings", str(file), "db", "status"]).exit_code == 0
    monkeypatch.setenv("CASE_ROUTER_LEDGER", shell.ledger)
    # Not a setting: the key of the personal data.
    monkeypatch.setenv("CASE_ROUTER_CONTACT_KEY", "00" * 32)
    assert run(main, ["case", "list"]).exit_code == 0
    assert run(main, ["case", "list", "--ledger", "mysql://x"]).exit_code == 4


def test_a_misspelt_setting_is_named(shell: Shell) -> None:
    file = shell.file("settings.toml", 'ledgr = "x"\n')
    done = CliRunner().invoke(main, ["--lang", "en", "--settings", str(file), "db", "status"])
    assert done.exit_code == 4
    assert "ledgr" in done.stderr
    assert "Did you mean ledger?" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("case lst", "没有命令 lst"),
        ("case open --bad", "没有选项 --bad"),
        ("case list --limit 0", "--limit 的值有误：0 超出范围 x>=1"),
        ("case list --limit x", "--limit 的值有误：x 不是整数"),
        ("case list --state foo", "--state 的值有误：foo 不在可选的值中"),
        ("case show", "缺少参数 ID"),
        ("case show a b", "多余的参数：b"),
        ("case list --desk", "选项 --desk 须带一个值"),
        ("case list --all=3", "选项 --all 不带值"),
        ("replay x", "缺少选项 --mapping"),
        ("--lang de", "--lang 的值有误：de 不在可选的值中，可选：'zh', 'en'"),
        ("case open --due xyz", "--due 的值有误：“xyz”不是时间"),
    ],
)
def test_a_wrong_command_line_is_explained_in_chinese(words: str, said: str) -> None:
    done = CliRunner().invoke(main, words.split())
    assert done.exit_code == 2
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"出错：{said}")
    # No English sentence is left in it: nothing but names, options and what was typed.
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", first)


def test_help_names_defaults_and_what_is_required_in_chinese() -> None:
    assert "[默认：50" in CliRunner().invoke(main, ["case", "list", "--help"]).stdout
    assert "[必填]" in CliRunner().invoke(main, ["replay", "--help"]).stdout
