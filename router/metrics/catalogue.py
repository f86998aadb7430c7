"""The catalogue of runtime metrics: names, kinds, sentences and the closed sets of their labels, in one place."""

from __future__ import annotations

from router.core.telling.outbox import Fate
from router.metrics.metric import Metric

#: What became of commands that were decided: words of `Router.tally`.
OUTCOMES = ("accepted", "refused", "duplicate")
#: Why messages were parked; `other` is for a reason that this list forgot.
REASONS = (
    "undecodable",
    "unknown_type",
    "too_large",
    "naive_time",
    "out_of_range",
    "nul_character",
    "bad_id",
    "forged",
    "unknown_case",
    "refused",
    "failing",
    "other",
)
#: What the auditor finds (`router.sla.auditor.CODES`).
FINDINGS = ("no_deadline", "overdue", "stuck", "lead_gone", "calendar", "outbox")
#: Roles that consume, and all loops; `desk` is any hosted desk.
CONSUMING = ("router", "sla")
LOOPS = (
    *CONSUMING,
    "relay",
    "waiting",
    "collector",
    "retention",
    "reconciler",
    "clock",
    "staffing",
    "notices",
    "audit",
    "metrics",
    "desk",
)
#: What became of lists for the people at desks: as of any message, or the desk has no queue.
LISTED = (*Fate, "no_queue")


COMMANDS = Metric(
    name="case_router_commands_total",
    kind="counter",
    unit="commands",
    help="Commands that were decided, by outcome.",
    help_zh="已裁决的命令数，按结果。",
    rise="More is being said; look at the outcome.",
    rise_zh="命令增多；请看结果。",
    labels={"outcome": OUTCOMES},
)
PARKED = Metric(
    name="case_router_parked_messages_total",
    kind="counter",
    unit="messages",
    help="Messages that were parked, by reason.",
    help_zh="暂存的消息数，按原因。",
    rise="Somebody sends what cannot be understood or is not theirs to say: `parked list`.",
    rise_zh="有无法识别或无权发送的消息：见 parked list。",
    labels={"reason": REASONS},
)
STALE = Metric(
    name="case_router_stale_wakeups_total",
    kind="counter",
    unit="wake-ups",
    help="Wake-ups that changed nothing: the deadline was met, moved, or taken before.",
    help_zh="未引起变化的唤醒数：时限已完成、已变更或已处理。",
    rise="Deadlines are noticed twice, or met just before; a few are usual.",
    rise_zh="时限被重复发现，或刚好在此前完成；少量属正常。",
)
HELD = Metric(
    name="case_router_held_wakeups_total",
    kind="counter",
    unit="wake-ups",
    help="Wake-ups that changed nothing because the brake or a hold keeps their deadline back.",
    help_zh="因刹车或暂停提级而未生效的唤醒数。",
    rise="The brake or a hold is on: `sla held`.",
    rise_zh="刹车或暂停生效中：见 sla held。",
)
BATCH_SECONDS = Metric(
    name="case_router_batch_duration_seconds",
    kind="histogram",
    unit="seconds",
    help="Time from a batch's receipt to its acknowledgement.",
    help_zh="一批消息自收到至确认的用时。",
    rise="Ledger or broker answer slowly.",
    rise_zh="台账或消息队列变慢。",
    labels={"role": CONSUMING},
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
BATCH_SIZE = Metric(
    name="case_router_batch_deliveries",
    kind="histogram",
    unit="deliveries",
    help="Deliveries handled in one batch.",
    help_zh="每批处理的消息数。",
    rise="More waits in the queues when a batch is taken.",
    rise_zh="取批时队列里积压更多。",
    labels={"role": CONSUMING},
    buckets=(1, 4, 16, 64, 256, 512),
)
SENT = Metric(
    name="case_router_sent_messages_total",
    kind="counter",
    unit="messages",
    help="Attempts to send a message, by what became of them.",
    help_zh="发送消息的次数，按结果。",
    rise="Other than `confirmed`: a queue is missing or full, or the broker does not answer.",
    rise_zh="非 confirmed 增多：队列缺失或已满，或消息队列没有响应。",
    labels={"fate": tuple(Fate)},
)
RELAYED = Metric(
    name="case_router_relayed_messages_total",
    kind="counter",
    unit="messages",
    help="Messages that the relay took from the outbox: left by a crash or an outage, or tried again.",
    help_zh="转发进程从待发信箱取出的消息数：崩溃或中断留下的，或重试的。",
    rise="Routers crash, or the broker was away.",
    rise_zh="路由进程崩溃过，或消息队列中断过。",
)
WOKEN = Metric(
    name="case_router_woken_deadlines_total",
    kind="counter",
    unit="deadlines",
    help="Passed deadlines that the clock put on a due queue.",
    help_zh="时钟放入到期队列的已过时限数。",
    rise="More deadlines pass.",
    rise_zh="到期的时限增多。",
)
LATENESS = Metric(
    name="case_router_clock_lateness_seconds",
    kind="gauge",
    unit="seconds",
    help="How late the oldest deadline of the clock's last look was noticed; 0 when nothing was due.",
    help_zh="时钟上次查看时最早一个到期时限被发现的迟延；没有到期的则为 0。",
    rise="The clock or the ledger does not keep up.",
    rise_zh="时钟或台账跟不上。",
)
BRAKED = Metric(
    name="case_router_brake_holds",
    kind="gauge",
    help="1 while the brake holds: nothing goes up until somebody releases or cancels what is held.",
    help_zh="1 为刹车生效：在放行或取消之前不再提级。",
    rise="A storm or a wrong clock was stopped: look, then `sla release` or `sla cancel`.",
    rise_zh="拦下了提级风暴或时钟错误：查看后放行或取消。",
)
HELD_NOW = Metric(
    name="case_router_brake_held_deadlines",
    kind="gauge",
    unit="deadlines",
    help="Passed deadlines that the brake holds, counted every 15 seconds; 0 while it does not hold.",
    help_zh="刹车压住的已过时限数，每 15 秒计一次；未刹车时为 0。",
    rise="Somebody has to release or cancel them.",
    rise_zh="需要有人放行或取消。",
)
UNSTAFFED = Metric(
    name="case_router_unstaffed_desks",
    kind="gauge",
    unit="desks",
    help="Desks whose program once consumed and has shown no sign of life for longer than it may.",
    help_zh="曾接入而长时间没有动静的单位程序数。",
    rise="Programs at desks have stopped.",
    rise_zh="单位程序停了。",
)
DESK_OUTAGES = Metric(
    name="case_router_desk_outages",
    kind="gauge",
    unit="tiers",
    help="Tiers where over a fifth of the desks are silent together: an outage, of which no superior is told.",
    help_zh="超过五分之一单位同时没有动静的层级数：视为中断，不通知上级。",
    rise="A line or a shared program is down, not an office.",
    rise_zh="线路或共用程序中断，并非单位不办。",
)
LISTS = Metric(
    name="case_router_notice_lists_total",
    kind="counter",
    unit="lists",
    help="Lists for the people at desks, by what became of them; `no_queue`: the desk has no program.",
    help_zh="发给单位人员的清单数，按结果；no_queue 为单位没有程序。",
    rise="Other than `confirmed` and `no_queue`: a desk's queue is full or missing.",
    rise_zh="confirmed、no_queue 以外增多：单位队列已满或缺失。",
    labels={"fate": LISTED},
)
RESENT = Metric(
    name="case_router_resent_handovers_total",
    kind="counter",
    unit="messages",
    help="Hand-overs without a receipt that were sent again and confirmed.",
    help_zh="没有回执而重发并确认送达的转办数。",
    rise="Desks do not answer with receipts, or the broker lost what it had confirmed.",
    rise_zh="单位没有回执，或消息队列丢了已确认的消息。",
)
AUDITED = Metric(
    name="case_router_audit_last_success_timestamp_seconds",
    kind="gauge",
    unit="seconds",
    help="When the auditor's last full pass began, in Unix time; 0 before the first.",
    help_zh="最近一次完整核对的开始时间（Unix 时间）；首次之前为 0。",
    rise="A rise is good: the auditor works.",
    rise_zh="上升为好：核对在运行。",
)
FOUND = Metric(
    name="case_router_audit_findings",
    kind="gauge",
    unit="cases",
    help="What the auditor's last full pass found, by code.",
    help_zh="最近一次完整核对发现的问题数，按代码。",
    rise="Something is as it must never be: docs/operations.md, the audit.",
    rise_zh="出现了绝不应有的情况：见 docs/operations.md。",
    labels={"code": FINDINGS},
)
CALENDAR_DAYS = Metric(
    name="case_router_calendar_coverage_days",
    kind="gauge",
    unit="days",
    help="Days until the first calendar in use is known no more, as of the auditor's last pass; +Inf: none ends.",
    help_zh="距在用日历最早截止还有几天，以核对最近一次检查为准；+Inf 为没有截止。",
    rise="A new year was imported. Below 60: import the next notice.",
    rise_zh="已导入新年度日历。低于 60：请导入下一年度通知。",
)
BEAT = Metric(
    name="case_router_role_beat_timestamp_seconds",
    kind="gauge",
    unit="seconds",
    help="When a loop last came round, in Unix time; of several of one name the one that is furthest behind.",
    help_zh="各循环最近一次运转的时间（Unix 时间）；同名多个取最落后的。",
    rise="A rise is good: it lives.",
    rise_zh="上升为好：进程在运行。",
    labels={"role": LOOPS},
)
REACHABLE = Metric(
    name="case_router_broker_reachable",
    kind="gauge",
    help="1 while every connection of this process to the broker stands, else 0.",
    help_zh="1 为本进程与消息队列的连接全部正常，否则为 0。",
    rise="The broker is back.",
    rise_zh="消息队列已恢复。",
)
LEDGER_REACHABLE = Metric(
    name="case_router_ledger_reachable",
    kind="gauge",
    help="1 when the ledger took this process's last sign of life, one every five seconds; else 0.",
    help_zh="1 为台账接受了本进程最近一次报到（每 5 秒一次），否则为 0。",
    rise="The database is back.",
    rise_zh="数据库已恢复。",
)
SKEW = Metric(
    name="case_router_clock_skew_seconds",
    kind="gauge",
    unit="seconds",
    help="How far the clock of this process is ahead of the database's; negative: behind.",
    help_zh="本进程时钟比数据库时钟快多少；负数为慢。",
    rise="A machine's clock goes wrong: deadlines would pass too early or too late.",
    rise_zh="有机器的时钟走偏，时限会提前或推后到期。",
)

METRICS = (
    COMMANDS,
    PARKED,
    STALE,
    HELD,
    BATCH_SECONDS,
    BATCH_SIZE,
    SENT,
    RELAYED,
    WOKEN,
    LATENESS,
    BRAKED,
    HELD_NOW,
    UNSTAFFED,
    DESK_OUTAGES,
    LISTS,
    RESENT,
    AUDITED,
    FOUND,
    CALENDAR_DAYS,
    BEAT,
    REACHABLE,
    LEDGER_REACHABLE,
    SKEW,
)
