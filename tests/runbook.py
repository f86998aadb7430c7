"""The runbook's text, and the command lines in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from router.metrics.rules.files import DOCS

REPOSITORY = Path(__file__).resolve().parents[1]
RUNBOOKS = {
    "runbook.md": ("Pages", "Tickets", ("Residents notice", "First look", "Command", "Undo")),
    "runbook.zh-CN.md": ("紧急告警", "普通告警", ("市民会感到什么", "先看", "命令", "撤回")),
}


def text_of(name: str) -> str:
    """The text of a page of docs/."""
    return (REPOSITORY / DOCS / name).read_text(encoding="utf-8")


def commands(text: str) -> Iterator[str]:
    """Every command line of ours: in a block, or between backticks, over the end of a line too."""
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", text)
    for block in blocks:
        yield from re.findall(r"(?m)^case-router .*$", block)
    prose = re.sub(r"(?ms)^```.*?^```", "", text)
    for found in re.findall(r"`(case-router\s[^`]*)`", prose):
        yield re.sub(r"\s+", " ", found)


#: Of both languages.
ALL = sorted({command for name in RUNBOOKS for command in commands(text_of(name))})
