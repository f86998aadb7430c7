"""The Chinese of what is said about bulletins."""

from __future__ import annotations

#: English template → Chinese template.
REPORTS: dict[str, str] = {
    "{name!r} is no week: a year and a number, as in 2026-W47": "{name!r} 不是周：写年份和周数，如 2026-W47",
    "{year} has no week {number}": "{year} 年没有第 {number} 周",
    "the bulletin of {week} is computed as known at its cut-off, which has not come": (
        "{week} 的周报按截止时间所知计算，截止时间还没到"
    ),
    "Wait for it, or print a draft that is not kept: --draft.": "等到那时，或用 --draft 打印不存档的草稿",
    "nothing is on record yet: the bulletin of {week} would be empty for good": (
        "台账中还没有记录：{week} 的周报将永远是空的"
    ),
    "Print it when there are cases, or a draft that is not kept: --draft.": (
        "有了工单再印发，或用 --draft 打印不存档的草稿"
    ),
    "nothing was on record at the cut-off of {week}: its bulletin would be empty for good (the first "
    "entry is of {first})": "{week} 截止时台账中还没有记录（首条记录于 {first}），周报将永远是空的",
    "Name a later week, or print a draft that is not kept: --draft.": (
        "请指定之后的一周，或用 --draft 打印不存档的草稿"
    ),
    "the bulletin on record is not the one that was printed: its hash differs": (
        "台账中的周报与印发时不同：哈希不符"
    ),
    "Somebody changed the ledger by hand: restore that row from a backup. --revised computes anew.": (
        "有人手工改过台账：从备份恢复该行；--revised 可重新计算"
    ),
}
