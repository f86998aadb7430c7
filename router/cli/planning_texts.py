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
    # -- sla due
    "due_bad": ("{file} 第 {line} 行读不了：{reason}", "{file}, line {line} cannot be read: {reason}"),
    "due_more_bad": ("另有 {count} 行读不了，见输出", "{count} more rows cannot be read, see the output"),
    "due_summary": (
        "{rows} 行：有时限 {with_due}，规则未定时限 {no_due_date}，无适用规则 {unmatched}，读不了 {unreadable}",
        "{rows} rows: {with_due} with a due date, {no_due_date} whose policy sets none, {unmatched} that no "
        "policy is for, {unreadable} that cannot be read",
    ),
    "supervision_level": ("督查 {level} 级", "supervision-{level}"),
    # -- sla what-if
    "what_if_progress": ("已看 {count} 件工单", "{count} cases looked at"),
    "what_if_title": (
        "试算：{since} 至 {until} 受理的工单，假如当时用此规则",
        "what if: cases received from {since} to {until}, had these policies been in force",
    ),
    "what_if_policies": ("规则", "policies"),
    "what_if_cases": ("适用的工单", "cases they are for"),
    "what_if_unmatched": ("不适用的工单", "cases they are not for"),
    "what_if_escalations": ("会提级（次）", "escalations there would have been"),
    "what_if_on_record": ("实际提级（次）", "escalations on record"),
    "what_if_busiest": ("最忙的一小时", "busiest hour"),
    "what_if_hour": ("{hour} 起，提级 {count} 次", "{hour}: {count} escalations"),
    "what_if_reminders": ("催办（次）", "reminders"),
    "what_if_orders": ("督办（次）", "supervision orders"),
    "what_if_notices": ("末级重复通知（次）", "notices repeated at the last step"),
    "what_if_step": ("提级", "step"),
    "what_if_would": ("试算", "would be"),
    "what_if_did": ("实际", "on record"),
    "what_if_desk": ("承办单位", "desk"),
    "what_if_taken": ("被提走", "taken from it"),
    "what_if_got": ("提到此处", "come up to it"),
    "what_if_more": ("另有 {count} 个单位，见 --json", "{count} more desks, see --json"),
    "what_if_assumes": (
        "假定各方照旧行事：何时签收、何时办结都不变，只换规则。没有写入任何内容。",
        "People are taken to do what they did when they did it; only the policies differ. Nothing was written.",
    ),
}
