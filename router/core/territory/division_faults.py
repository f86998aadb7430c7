"""The faults of a tree of divisions (区划) and desks (承办单位), in words.

A fault says where it is, what is wrong and what to do, in Chinese and in English, so that whoever
keeps the file of a city can mend it without reading this program.
"""

from __future__ import annotations

import msgspec

#: Code of a fault: what is wrong in Chinese and English, then what to do in Chinese and English.
SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "tiers": (
        "层级清单为空，或有重复的层级",
        "the list of tiers is empty or names a tier twice",
        '写明各层级，从上到下，例如 tiers = ["city", "district", "street"]',
        'name the tiers from the top down, for example tiers = ["city", "district", "street"]',
    ),
    "empty-code": (
        "编码为空",
        "the code is empty",
        "填写一个唯一的编码",
        "give it a code of its own",
    ),
    "duplicate-code": (
        "编码 {code} 重复，前一处在 {first}",
        "code {code} is used twice; it stands first at {first}",
        "删去其中一个，或换一个编码；名称可以重复，编码不可以",
        "remove one of the two or give it another code; names may repeat, codes may not",
    ),
    "no-root": (
        "没有顶层区划",
        "no division stands at the top",
        "让其中一个区划（市）不写上级区划",
        "leave one division (the city) without a parent",
    ),
    "two-roots": (
        "区划 {code} 没有上级区划，而顶层已是 {first}",
        "division {code} has no parent, but {first} already stands at the top",
        "写明它的上级区划；一棵树只有一个顶层",
        "name its parent; a tree has one root",
    ),
    "no-column": (
        "没有“{column}”这一列；有：{there}",
        "there is no column {column}; there are: {there}",
        "用 code=…,name=…,parent=… 指明列名",
        "name the columns with code=…,name=…,parent=…",
    ),
    "empty-cell": (
        "“{column}”一列为空",
        "the cell of column {column} is empty",
        "补上，或删去这一行",
        "fill it in or remove the row",
    ),
    "orphan": (
        "区划 {code} 的上级区划 {parent} 不存在",
        "division {code} lies below {parent}, which does not exist",
        "补上这个上级区划，或改正编码",
        "add that division or correct the code",
    ),
    "parent-cycle": (
        "区划互为上级，成环：{cycle}",
        "divisions lie below each other in a circle: {cycle}",
        "改正其中一个的上级区划",
        "correct the parent of one of them",
    ),
    "wrong-tier": (
        "区划 {code} 处在第 {tier} 层，按上级区划和层级清单不应如此（共 {depth} 层，从 0 数起）",
        "division {code} stands at tier {tier}, which its parent and the {depth} tiers (from 0) do not allow",
        "改正上级区划，或补全层级清单；每个区划恰好比上级低一层",
        "correct its parent or the list of tiers; each division is exactly one tier below its parent",
    ),
    "two-unknown": (
        "{parent} 下有不止一个“未知”区划：{code}，前一个是 {first}",
        "{parent} has more than one unknown division below it: {code} besides {first}",
        "只留一个",
        "keep one",
    ),
    "desk-nowhere": (
        "承办单位 {code} 所在区划 {division} 不存在",
        "desk {code} sits in division {division}, which does not exist",
        "补上这个区划，或改正编码",
        "add that division or correct the code",
    ),
    "no-superior": (
        "承办单位 {code} 没有上级",
        "desk {code} has no superior",
        "写明 superior；只有最高一级督查可以没有上级",
        "name its superior; only the last supervision desk may have none",
    ),
    "superior-missing": (
        "承办单位 {code} 的上级 {superior} 不存在",
        "desk {code} names {superior} as its superior, which does not exist",
        "改正编码，或补上这个承办单位",
        "correct the code or add that desk",
    ),
    "superior-not-above": (
        "承办单位 {code} 的上级 {superior} 不在更高层级，提级只能向上",
        "desk {code} names {superior} as its superior, which does not stand above it; cases only go up",
        "改为高一层的承办单位；督查席的上级只能是级别更高的督查席",
        "name a desk of a higher tier; above supervision only supervision of a higher level",
    ),
    "superior-cycle": (
        "上级成环，工单永远到不了顶：{cycle}",
        "superiors go in a circle, so a case would never reach the top: {cycle}",
        "改正其中一个的上级",
        "correct the superior of one of them",
    ),
    "redirect-nowhere": (
        "承办单位 {code} 的职责转给了 {redirect}，而它不存在或已停用",
        "desk {code} is redirected to {redirect}, which does not exist or is inactive",
        "转给在用的承办单位，或删去 redirect",
        "redirect it to an active desk or remove the redirect",
    ),
    "redirect-circle": (
        "职责转移成环，无人承办：{cycle}",
        "redirects go in a circle, so nobody would act: {cycle}",
        "删去其中一个 redirect",
        "remove one of the redirects",
    ),
    "two-desks": (
        "承办单位 {code} 与 {first} 重复：{seat}",
        "desks {code} and {first} hold the same seat: {seat}",
        "删去一个，或用 redirect 把一个转给另一个",
        "remove one, or redirect one to the other",
    ),
    "no-line": (
        "职能部门 {code} 没有写条线",
        "functional desk {code} belongs to no line",
        '写明条线，例如 line = "water"',
        'name its line, for example line = "water"',
    ),
    "supervision-place": (
        "督查席 {code} 必须设在顶层区划，级别从 1 起",
        "supervision desk {code} must sit in the root division and have a level of 1 or more",
        "改正 division 和 level",
        "correct its division and level",
    ),
    "no-account": (
        "承办单位 {code} 的 accounts 第 {number} 项不是账号",
        "number {number} of the accounts of desk {code} is no account",
        "填系统账号（字母、数字和 _ . : @ / -），不写姓名",
        "write an account of the system (letters, digits and _ . : @ / -), not a name",
    ),
    "two-meanings": (
        "事项 {code} 的对应编码 {other} 已属于 {first}",
        "category {code} maps {other}, which means {first} already",
        "每个编码只对应一个事项",
        "map each code to one category",
    ),
    "two-windows": (
        "事项 {code} 的 problem_days 是 {days}，同一大类 {group} 已写 {first}",
        "category {code} says problem_days {days}, and its group {group} says {first} already",
        "同一大类只写一个天数",
        "give the categories of one group the same number of days",
    ),
    "unknown-line": (
        "类别 {code} 的条线 {line} 在 {tier} 层没有任何部门",
        "category {code} goes to line {line}, which has no desk at tier {tier}",
        "补上这个条线的部门，或改正条线和层级；由属地承办则不写 line",
        "add a desk of that line, or correct line and line_tier; without a line, territory takes it",
    ),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and what to do about it."""

    #: A key of :data:`SENTENCES`, or `file` for what could not be read at all.
    code: str
    #: `file:row`, or the key in the file such as `desk[3]` (counted from 0).
    where: str
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.en} ({self.todo_en})\n    {self.zh}（{self.todo_zh}）"


def fault(kind: str, where: str, /, **data: object) -> Fault:
    """The fault `kind` of :data:`SENTENCES`, its gaps filled with `data`."""
    zh, en, todo_zh, todo_en = (text.format(**data) for text in SENTENCES[kind])
    return Fault(code=kind, where=where, zh=zh, en=en, todo_zh=todo_zh, todo_en=todo_en)
