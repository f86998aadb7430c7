"""Every text in both languages, with the same places; every command and option explained."""

import string
from collections.abc import Iterator, Mapping

import click
import pytest
from click.testing import CliRunner

from router.cli import main
from router.cli.event_words import OTHERWISE, SENTENCES
from router.cli.help_words import COMMANDS
from router.cli.option_words import OPTIONS
from router.cli.output import command_word
from router.cli.texts import WORDS
from router.cli.words import VALUES, choose_language
from router.cli.wrapping import columns_of, wrapped
from router.core.case import State
from router.core.commands import ActorRole, FollowUpResult, Outcome
from router.core.counting.hands import HolderKind
from router.core.events import AnyEvent, MilestoneStatus
from router.core.policies.matching import MATTER_TYPES
from router.core.policies.policy import Anchor, OnPass, Satisfies
from router.core.rules import ORIGINS
from router.core.territory.tree import DeskKind
from router.sentences import sentence

TABLES = {
    "words": WORDS,
    "values": VALUES,
    "commands": COMMANDS,
    "options": OPTIONS,
    "events": SENTENCES,
    "otherwise": OTHERWISE,
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its path."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        here = f"{path} {name}".strip()
        yield here, command
        if isinstance(command, click.Group):
            yield from commands(command, here)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_text_has_both_languages_and_the_same_places(table: Mapping[str, tuple[str, str]]) -> None:
    for key, (zh, en) in table.items():
        assert zh.strip(), key
        assert en.strip(), key
        assert places(zh) == places(en), key


def test_every_command_is_explained_and_nothing_else() -> None:
    assert {"", *(path for path, _ in commands())} == set(COMMANDS)


def test_every_option_is_explained() -> None:
    said = {
        getattr(param, "says", "")
        for _, command in [("", main), *commands()]
        for param in command.params
        if isinstance(param, click.Option)
    }
    assert said <= set(OPTIONS)


def test_every_command_shows_its_help_in_both_languages() -> None:
    for path, command in commands():
        assert command.callback is not None or isinstance(command, click.Group), path
        for lang in ("zh", "en"):
            runner = CliRunner()
            assert runner.invoke(main, ["--lang", lang, *path.split(), "--help"]).exit_code == 0


def test_every_event_has_a_sentence_whose_places_are_its_own_fields() -> None:
    kinds = {kind.__name__: kind for kind in AnyEvent.__args__}
    assert kinds.keys() == SENTENCES.keys()
    for name, (zh, _) in [*SENTENCES.items(), *OTHERWISE.items()]:
        assert places(zh) <= set(kinds[name.partition(",")[0]].__struct_fields__), name


def test_every_word_of_a_closed_set_has_its_translation() -> None:
    sets = (
        State,
        Outcome,
        MilestoneStatus,
        OnPass,
        FollowUpResult,
        ActorRole,
        DeskKind,
        MATTER_TYPES,
        ORIGINS,
        HolderKind,
    )
    missing = {str(word) for one in sets for word in one} - VALUES.keys()
    assert missing == set()


def test_every_word_of_a_policy_has_its_translation() -> None:
    for of, words in (("anchor", Anchor), ("until", Satisfies)):
        assert [one for one in words if f"{of}_{one}" not in VALUES and one not in VALUES] == []


def test_chinese_is_broken_at_the_width_and_no_line_begins_with_a_closing_mark() -> None:
    text = "没有 --management 时只建交换机、队列和绑定，把其余部分的定义文件打印到标准输出，退出码为 7。"
    for width in range(12, 90):
        lines = wrapped(text, width)
        assert all(columns_of(line) <= max(width, 16) for line in lines)
        assert not any(line[0] in "，。、" for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert any("--management" in line for line in lines)


def test_help_fits_into_80_columns() -> None:
    for lang in ("zh", "en"):
        for path in ("", *(path for path, _ in commands())):
            shown = CliRunner().invoke(main, ["--lang", lang, *path.split(), "--help"], terminal_width=80).stdout
            assert max(map(columns_of, shown.splitlines())) <= 80, path


def test_the_language_may_stand_after_help() -> None:
    assert "Options" in CliRunner().invoke(main, ["recover", "--help", "--lang", "en"]).stdout
    assert "Options" in CliRunner().invoke(main, ["recover", "--help", "--lang=en"]).stdout


def test_one_thing_is_said_as_one_and_several_as_several() -> None:
    assert [sentence("{count:week|weeks}", count=n).en for n in (0, 1, 2000)] == [
        "0 weeks",
        "1 week",
        "2,000 weeks",
    ]


@pytest.mark.parametrize("counted", ["accepted", "duplicate", "refused", "stale", "held", "waiting", "failing"])
def test_what_a_replay_counts_is_said_in_words(counted: str) -> None:
    assert f"tally_{counted}" in WORDS


def test_a_command_in_a_history_is_a_few_words_in_one_line() -> None:
    choose_language("zh")
    assert [command_word(name) for name in ("return", "request_extension", "whistle", "issue_requirements")] == [
        "申请退单",
        "申请延期",
        "吹哨",
        "发整改要求",
    ]
    choose_language("en")
    assert command_word("issue_requirements") == "issue_requirements"
