"""No command of the shell tells whoever a report names that there is one: all of the grammar is gone through."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest

from router.cli import main
from router.cli.reading import Gate
from router.presets import preset_text
from tests.unit.cli.conftest import Shell
from tests.unit.cli.test_guards import RECEIVED, put_on
from tests.unit.cli.test_parked import accept, park

_REPORT = ("--matter", "report", "--subject-desk", "wanghu", "--named-person", "wang")


def _urged(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT)
    assert shell("case", "urge", case).code == 0
    return case, "--all"


def _inspected(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    """The task: it is not there for whom its case names."""
    case = shell.open(*_REPORT)
    ordered = shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00")
    return ordered.out.strip(), "--all"


def _open(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    return shell.open(*_REPORT), "--all"


def _parked(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT)
    park(shell, "about-the-report", "failed", accept(case, "x"), case=case)
    return "about-the-report", ""


def _held(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT, *RECEIVED)
    put_on(shell)
    # Whatever only tells somebody goes on, and is taken with the next command.
    assert shell("case", "report", case, "--desk", _lead(shell, case), "--text", "x").code == 0
    return case, ""


def _overdue(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    return shell.open(*_REPORT, *RECEIVED), "--grace 0 --outbox 0"


def _to_be_asked(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    """All of those that are resolved are drawn."""
    text = preset_text("policies", "assessed-units").replace("sample = 0.3", "sample = 0.999999")
    assert shell("policy", "import", shell.file("assessed-units.toml", text), "default").code == 0
    case = shell.open(*_REPORT)
    assert shell("case", "resolve", case, "--desk", _lead(shell, case)).code == 0
    return case, ""


def _drawn(shell: Shell, patch: pytest.MonkeyPatch) -> tuple[str, str]:
    patch.setattr("router.cli.follow_up._is_over", lambda *_: True)
    case, _ = _to_be_asked(shell, patch)
    (drawn,) = [one for one in _shown(shell, case)["history"] if "seed_hash" in one["event"]]
    return case, f"--day {drawn['event']['day']}"


def _lead(shell: Shell, case: str) -> str:
    return str(_shown(shell, case)["case"]["lead"])


def _shown(shell: Shell, case: str) -> Any:
    return shell("case", "show", case, "--json").json


#: Commands that print ids of cases; what makes one stand there for a report, and what is typed to see it.
_LISTING: dict[str, Callable[[Shell, pytest.MonkeyPatch], tuple[str, str]]] = {
    "case list": _open,
    "notices list": _urged,
    "follow-up list": _to_be_asked,
    "follow-up verify": _drawn,
    "inspection list": _inspected,
    "parked list": _parked,
    "sla held": _held,
    "audit": _overdue,
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
    about, more = _LISTING[name](shell, monkeypatch)

    def listed() -> list[bool]:
        """Whether it is there: for people, and in JSON."""
        every = [shell(*name.split(), *more.split(), *form) for form in ((), ("--json",))]
        assert all(done.code in (0, 7) for done in every), every
        return [about in done.out + done.err for done in every]

    monkeypatch.setattr(getpass, "getuser", lambda: "li")
    assert listed() == [True, True]
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    assert listed() == [False, False]
    monkeypatch.setattr(Gate, "hides", lambda *_: False)  # it is the gate that keeps it out, and nothing else
    assert listed() == [True, True]


def test_whoever_is_named_sends_nobody_to_inspect_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    case = shell.open(*_REPORT)
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    refused = shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00")
    assert (refused.code, "no case" in refused.err) == (3, True)
