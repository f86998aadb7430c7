"""What click itself says about a wrong command line, in Chinese; in English it speaks for itself."""

from __future__ import annotations

import re

from router.sentences import Sentence

_QUOTED = r"'(?P<name>[^']*)'"

#: What a message of click looks like → the same in Chinese; what is quoted stays as it is.
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        (rf"No such command {_QUOTED}\.(?P<more>.*)", "没有命令 {name}。{more}"),
        (rf"No such option:? {_QUOTED}\.?(?P<more>.*)", "没有选项 {name}。{more}"),
        (rf"Missing option {_QUOTED}\.(?P<more>.*)", "缺少选项 {name}。{more}"),
        (rf"Missing argument {_QUOTED}\.(?P<more>.*)", "缺少参数 {name}。{more}"),
        (r"Missing command\.", "缺少命令"),
        (rf"Invalid value for {_QUOTED}: (?P<more>.*)", "{name} 的值有误：{more}"),
        (r"Invalid value: (?P<more>.*)", "值有误：{more}"),
        (r"Got unexpected extra arguments? \((?P<name>.*)\)", "多余的参数：{name}"),
        (rf"Option {_QUOTED} requires an argument\.", "选项 {name} 须带一个值"),
        (rf"Option {_QUOTED} requires (?P<count>\d+) arguments\.", "选项 {name} 须带 {count} 个值"),
        (rf"Option {_QUOTED} does not take a value\.", "选项 {name} 不带值"),
        # What follows a colon or a full stop above.
        (rf"{_QUOTED} is not one of (?P<more>.*)\.", "{name} 不在可选的值中，可选：{more}"),
        (rf"{_QUOTED} is not a valid integer(?: range)?\.", "{name} 不是整数"),
        (rf"{_QUOTED} is not a valid float(?: range)?\.", "{name} 不是数"),
        (r"(?P<name>\S+) is not in the range (?P<more>\S+)\.", "{name} 超出范围 {more}"),
        (r" ?Did you mean (?P<name>.*)\?", "是不是 {name}？"),
        (r" ?\(Did you mean one of: (?P<name>.*)\?\)", "是不是下列之一：{name}？"),
        (r" ?\(Possible options: (?P<name>.*)\)", "可能是：{name}"),
        (r" Choose from:\s*(?P<name>.*)", "可选：{name}"),
    )
)


def of_click(message: str) -> Sentence:
    """A message of click in both languages; one that this table does not know stays as it is."""
    return Sentence(message, _chinese(message))


def _chinese(message: str) -> str:
    for pattern, chinese in _SENTENCES:
        if found := pattern.fullmatch(message):
            places = found.groupdict()
            if "more" in places:
                places["more"] = _chinese(places["more"] or "")
            return chinese.format_map(places).removesuffix("。")
    return message
