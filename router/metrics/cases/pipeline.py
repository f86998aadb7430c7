"""Gauges: the pipeline as the ledger has it, names to join by, and the exporter itself."""

from __future__ import annotations

from router.metrics.cases.labels import DESK, DISTRICT, figure

OUTBOX = figure(
    "outbox_messages", "gauge", {},
    "Messages on record that are not known to have reached the broker.",
    "已入账而未确认送达消息队列的消息数。",
    "The broker or the relay does not take them.",
    "消息队列或转发进程没有接收。",
    unit="messages",
)  # fmt: skip
OUTBOX_AGE = figure(
    "outbox_oldest_seconds", "gauge", {},
    "Age of the oldest of them; 0 when there is none.",
    "其中最早一条的等待时间；没有则为 0。",
    "The broker or the relay stands.",
    "消息队列或转发进程停了。",
    unit="seconds",
)  # fmt: skip
PARKED_NOW = figure(
    "parked_messages", "gauge", {"reason": ()},
    "Messages set aside with a reason that nobody has replayed or dismissed.",
    "暂存待处理的消息数，按原因。",
    "Somebody sends what cannot be understood, or to whom nobody listens.",
    "有无法识别或无人接收的消息。",
    unit="messages",
)  # fmt: skip
COVERAGE_END = figure(
    "calendar_coverage_end_timestamp_seconds", "gauge", {"calendar": ()},
    "When a calendar in use is known no more, in Unix time; none for one without end.",
    "在用日历的截止时间（Unix 时间）；没有截止的无此序列。",
    "A new year was imported.",
    "已导入新年度日历。",
    unit="seconds",
)  # fmt: skip
WORKING_TIME = figure(
    "working_time", "gauge", {"calendar": ()},
    "1 while the calendar's offices are open, else 0.",
    "1 为日历规定的办公时间，否则为 0。",
    "Offices open.",
    "开始办公。",
    unit="",
)  # fmt: skip
BRAKE = figure(
    "escalations_braked", "gauge", {},
    "1 while the brake is on, as the ledger has it.",
    "1 为提级刹车已拉下（以台账为准）。",
    "A storm or a wrong clock was stopped: look, then `sla release` or `sla cancel`.",
    "拦下了提级风暴或时钟错误：查看后放行或取消。",
    unit="",
)  # fmt: skip
BEATS = figure(
    "role_oldest_beat_timestamp_seconds", "gauge", {"role": ()},
    "When the loop of a role that is furthest behind last came round, by the ledger; stopped ones left out.",
    "各角色中最久未报到的一环的时间（以台账为准）；已正常停止的不计。",
    "A rise is good: it lives.",
    "上升为好：进程在运行。",
    unit="seconds",
)  # fmt: skip
UNIT = figure(
    # The queue is named here, as `address.desk_queue` makes it: RabbitMQ's figures are joined to desks by it, and
    # no rule has to read a code out of a queue's name.
    "desk_name", "gauge", {**DESK, "name": (), "tier": (), **DISTRICT, "queue": ()},
    "Always 1: name, tier, district and queue of a desk's code, to join by; no queue: it is served at the shell.",
    "恒为 1：单位代码对应的名称、层级、区县与队列，供关联；无队列者为人工承办。",
    "It does not.",
    "不会上升。",
    unit="",
)  # fmt: skip
DISTRICT_NAME = figure(
    "district_name", "gauge", {**DISTRICT, "name": ()},
    "Always 1: the name of a district's code, to join by.",
    "恒为 1：区县代码对应的名称，供关联。",
    "It does not.",
    "不会上升。",
    unit="",
)  # fmt: skip
CATEGORY_NAME = figure(
    "category_name", "gauge", {"category": (), "name": ()},
    "Always 1: the name of a category group's code, to join by; none for `other` and `unknown`.",
    "恒为 1：事项大类代码对应的名称，供关联；other（其他）与 unknown（未知）无此序列。",
    "It does not.",
    "不会上升。",
    unit="",
)  # fmt: skip

COLLECTED = figure(
    "figures_last_success_timestamp_seconds", "gauge", {},
    "When these figures were last computed, in Unix time.",
    "本组数字最近一次算成的时间（Unix 时间）。",
    "A rise is good: they are fresh.",
    "上升为好：数字是新的。",
    unit="seconds",
)  # fmt: skip
COLLECTING = figure(
    "figures_duration_seconds", "gauge", {},
    "How long that took.",
    "上次计算用时。",
    "The ledger is slow, or there is much to read.",
    "台账变慢或数据增多。",
    unit="seconds",
)  # fmt: skip
COLLECT_ERRORS = figure(
    "figures_errors_total", "counter", {},
    "Attempts that failed; the last good figures are served meanwhile.",
    "计算失败次数；其间仍提供上一次的数字。",
    "The ledger does not answer.",
    "台账没有响应。",
    unit="attempts",
)  # fmt: skip
BEHIND = figure(
    "figures_uncounted_changes", "gauge", {},
    "Changes of cases that are on record and not counted yet.",
    "已入账而尚未计入数字的变更数。",
    "The exporter falls behind, or no role `metrics` runs.",
    "统计滞后，或没有运行 metrics 角色。",
    unit="changes",
)  # fmt: skip

PIPELINE = (
    OUTBOX, OUTBOX_AGE, PARKED_NOW, COVERAGE_END, WORKING_TIME, BRAKE, BEATS, UNIT, DISTRICT_NAME, CATEGORY_NAME,
    COLLECTED, COLLECTING, COLLECT_ERRORS, BEHIND,
)  # fmt: skip
