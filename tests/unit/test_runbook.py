"""The runbook: a section for each alert, in both languages, and every command in it is one that there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from router.app import ROLES
from router.cli import main
from router.cli.run import INTAKE
from router.metrics.rules.files import Terms, alerts
from router.metrics.rules.rule import Severity
from tests.runbook import ALL, RUNBOOKS, commands, text_of

DEFAULT = Terms(on_time_target=0.95, audit_s=300.0, skew_s=5.0)


def sections(name: str) -> dict[str, tuple[str, str]]:
    """Alert → the chapter and the text of its section."""
    found = {}
    for chapter in re.split(r"(?m)^## ", text_of(name))[1:]:
        title = chapter.partition("\n")[0]
        for section in re.split(r"(?m)^### ", chapter)[1:]:
            alert, _, body = section.partition("\n")
            found[alert] = (title, body)
    return found


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_alert_has_a_section_and_no_section_is_without_an_alert(name: str) -> None:
    pages, tickets, _ = RUNBOOKS[name]
    chapters = {Severity.PAGE: pages, Severity.TICKET: tickets}
    assert {alert: chapter for alert, (chapter, _) in sections(name).items()} == {
        alert.name: chapters[alert.severity] for alert in alerts(DEFAULT)
    }


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_section_says_what_is_noticed_where_to_look_what_to_do_and_how_to_take_it_back(name: str) -> None:
    *_, headings = RUNBOOKS[name]
    mark = "." if name == "runbook.md" else "。"
    for alert, (_, body) in sections(name).items():
        assert re.findall(r"(?m)^\*\*([^*]+)[.。]\*\*", body) == list(headings), alert
        for heading in headings:
            said = body.partition(f"**{heading}{mark}**")[2].partition("\n**")[0].strip()
            assert re.search(r"([.?。？][)）]?|```)$", said), (alert, heading)


KNOWN_ROLES = {*ROLES, INTAKE}
#: What every command takes, before it too.
EVERYWHERE = {name for option in main.params for name in option.opts}


@pytest.mark.parametrize("command", ALL)
def test_every_command_is_one_that_there_is_with_the_options_it_has(command: str, tmp_path: Path) -> None:
    words = shlex.split(command, comments=True)[1:]
    while words and words[0] in EVERYWHERE:
        words = words[2:]
    here: click.Command = main
    with click.Context(main, info_name="case-router") as context:
        while isinstance(here, click.Group):
            found = here.get_command(context, words[0]) if words else None
            assert found is not None, f"there is no {words[:1]} in {here.name}"
            here, words = found, words[1:]
        # Whatever is wrong with a word or an option is raised here; nothing is carried out.
        made = here.make_context(here.name, words, parent=context)
    # The shell takes these names as they come; it looks at them when it starts.
    assert set(made.params.get("roles", ())) <= KNOWN_ROLES


@pytest.mark.parametrize(
    "command", ["case-router sla relase", "case-router sla release --why TEXT", "case-router run nothing"]
)
def test_a_command_that_is_not_there_would_be_noticed(command: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        test_every_command_is_one_that_there_is_with_the_options_it_has(command, tmp_path)


def test_both_runbooks_give_the_same_commands_for_the_same_alert() -> None:
    english, chinese = map(sections, RUNBOOKS)
    for alert, (_, body) in english.items():
        assert set(commands(body)) == set(commands(chinese[alert][1])), alert


@pytest.mark.parametrize("name", RUNBOOKS)
def test_no_link_leads_nowhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text_of(name)):
        file, _, anchor = target.partition("#")
        there = text_of(file or name)
        anchors = {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"(?m)^#+ (.*)$", there)
        }
        assert not anchor or anchor in anchors, target
