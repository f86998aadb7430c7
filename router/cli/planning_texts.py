"""What `case time` and `sla` say, in Chinese and English; part of the table of `router.cli.texts`."""

from __future__ import annotations

#: Key → (Chinese, English).
PLANNING: dict[str, tuple[str, str]] = {
    # -- case time
    "time_title": ("工单 {case} 的时间账（截至 {as_of}）", "whose time case {case} was, as of {as_of}"),
    "time_whole": ("合计", "in all"),
    "time_sums": ("按承办方合计", "sums"),
    "time_missed": ("超时节点由谁承担", "whose time it was when a deadline was missed"),
    "time_nothing": ("没有时间可计", "there is no time to account for"),
    "time_begin": ("起", "from"),
    "time_end": ("止", "to"),
    "time_length": ("时长", "how long"),
    "time_kind": ("谁的时间", "whose"),
    "time_holder": ("单位", "desk"),
    "time_share": ("占比", "share"),
    "time_days": ("{days} 天 {clock}", "{days} d {clock}"),
    "time_passed_on": ("{holder} → {to}", "{holder} → {to}"),
}
