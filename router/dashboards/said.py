"""What a person reads, in both languages."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import msgspec

Language = Literal["zh", "en"]
#: The first is the default; each has a folder of its own.
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Said(msgspec.Struct, frozen=True):
    """One text in Chinese and in English."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The text in that language."""
        return self.zh if language == "zh" else self.en


#: Values of labels as they are exported → what a legend says. A city's own words (categories, more tiers) stay.
WORDS: dict[str, Said] = {
    "city": Said("市级", "city"),
    "district": Said("区县", "district"),
    "street": Said("街道", "street office"),
    "complaint": Said("投诉类", "complaint"),
    "proactive": Said("主动发现", "proactive"),
    "gate": Said("未过归档条件", "failed gate"),
    "request": Said("有人要求", "requested"),
    "requested": Said("申请", "requested"),
    "approved": Said("同意", "approved"),
    "refused": Said("驳回", "refused"),
    "statutory": Said("法定时限", "statutory"),
    "internal": Said("内部时限", "internal"),
    "deadline": Said("超期", "deadline"),
    "voluntary": Said("主动上报", "voluntary"),
    "repeat": Said("多次反映", "repeated complaint"),
    "unstaffed": Said("无人值守", "unstaffed"),
    "undone": Said("人工撤回", "undone by hand"),
    "overtaken": Said("提级后认定按期", "in time after all"),
    "proposed": Said("待确认", "proposed"),
    "confirmed": Said("已确认", "confirmed"),
    "closed": Said("逾期归档", "closed late"),
    "open": Said("逾期在办", "open and overdue"),
    "channel": Said("渠道", "channel"),
    "dispatcher": Said("派单席", "dispatcher"),
    "desk": Said("承办单位", "desk"),
    "ping_pong": Said("推诿", "ping-pong"),
    "approval": Said("审批", "approval"),
    "follow_up": Said("回访", "follow-up"),
    "supervision": Said("督办", "supervision"),
    "system": Said("系统", "system"),
    "unknown": Said("未知", "unknown"),
    "other": Said("其他", "other"),
    **{f"supervision-{level}": Said(f"督办 {level} 级", f"supervision {level}") for level in range(1, 6)},
}

#: Tiers and levels of supervision in the order in which a case climbs them.
STEPS = ("street", "district", "city", *(f"supervision-{level}" for level in range(1, 6)))


def words(*values: str) -> dict[str, Said]:
    """The words of those label values."""
    return {value: WORDS[value] for value in values}


def steps() -> dict[str, Said]:
    """The words of each step, and of each step up."""
    up = {f"{low} → {high}": (WORDS[low], WORDS[high]) for low, high in pairwise(STEPS)}
    return words(*STEPS) | {
        name: Said(f"{low.zh} → {high.zh}", f"{low.en} → {high.en}") for name, (low, high) in up.items()
    }
