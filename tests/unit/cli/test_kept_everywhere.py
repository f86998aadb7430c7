"""No command of the shell tells whoever a report names that there is one: all of the grammar is gone through."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

import click
import pytest

from router.cli import main
from tests.unit.cli.conftest import Shell

_REPORT = ("--matter", "report", "--subject-desk", "wanghu", "--named-person", "wang")

#: Commands that print ids of cases, and what is typed to see them.
_LISTING = {
    "case list": "--all",
    "notices list": "--all",
    "follow-up list": "",
    "follow-up verify": "--day 2020-01-01",
    "inspection list": "--all",
    "parked list": "",
    "sla held": "",
    "audit": "--grace 0 --outbox 0",
}
#: They need more than a word to find anything.
_TESTED_ALONE = {
    "case export",
    "inspection order",
    "inspection plan",
    "parked show",
    "parked drop",
    "parked replay",
}
#: Commands that name cases they could not move, on which whoever puts a tree in force must act.
_IN_FORCE = {"divisions import", "divisions reroute", "divisions merge", "divisions redirect"}
#: Commands that count cases at most.
_NO_IDS = set(
    """
    demo, up, run, status, health, case open, case import, inspection hash, divisions add, divisions rename,
    divisions deactivate, divisions list, divisions show, divisions categories, policy replan, policy import,
    policy list, policy show, policy presets, sla due, sla release, sla cancel, sla hold, sla unhold, sla holds,
    sla catch-up, sla what-if, escalation undo, calendar import, calendar recompute, calendar show, calendar check,
    check, db upgrade, db status, topology plan, topology apply, topology definitions, recover, replay,
    report week, figures show, figures recount, rules render, dashboards render
    """.replace("\n", " ").split(",")
)
_OTHERS = _TESTED_ALONE | _IN_FORCE | {" ".join(name.split()) for name in _NO_IDS}


def _leaves(command: click.Command, name: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(name), command
        return
    ctx = click.Context(command)
    for one in command.list_commands(ctx):
        found = command.get_command(ctx, one)
        assert found is not None
        yield from _leaves(found, (*name, one))


_ALL = dict(_leaves(main))
_ABOUT_A_CASE = sorted(
    name
    for name, one in _ALL.items()
    if any(isinstance(said, click.Argument) and said.name == "case_id" for said in one.params)
)


def _required(command: click.Command) -> list[str]:
    """Something that may be said of each option without which the command is not understood."""
    said = []
    for option in command.params:
        if isinstance(option, click.Option) and (option.required or option.name == "text"):
            said.append(max(option.opts, key=len))
            if isinstance(option.type, click.Choice):
                said.append(str(option.type.choices[0]))
            elif option.is_flag:
                continue
            elif isinstance(option.type, click.IntRange):
                said.append("1")
            elif option.name in ("due_at", "until"):
                said.append("2030-01-01T00:00:00+08:00")
            else:
                said.append("hubin")
    return said


def test_every_command_of_the_grammar_is_known_to_tell_of_cases_or_not() -> None:
    assert sorted({*_LISTING, *_OTHERS, *_ABOUT_A_CASE}) == sorted(_ALL)
    assert len(_ABOUT_A_CASE) > 30


@pytest.mark.parametrize("name", _ABOUT_A_CASE)
def test_for_whoever_is_named_no_command_finds_the_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = shell.open(*_REPORT)
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    command = _ALL[name]
    who = ["--as", "supervision"] if any("--as" in one.opts for one in command.params) else []
    kept = shell(*name.split(), case, *_required(command), *who)
    assert (kept.code, kept.out, "no case" in kept.err) == (3, "", True), kept


@pytest.mark.parametrize("name", _LISTING)
def test_for_whoever_is_named_no_list_has_the_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = shell.open(*_REPORT)
    assert shell("case", "urge", case).code == 0
    assert shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00").code == 0
    assert case in shell("inspection", "list", "--json").out
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    refused = shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00")
    assert (refused.code, "no case" in refused.err) == (3, True)
    for more in ((), ("--json",)):
        done = shell(*name.split(), *_LISTING[name].split(), *more)
        assert done.code in (0, 7), done
        assert case not in done.out + done.err
