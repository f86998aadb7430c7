"""What the command line says, in Chinese and English: one table, checked by a test to have both.

Names of JSON keys, exit codes, log events and refusal codes are the same in every language and do not stand here.
"""

from __future__ import annotations

from contextvars import ContextVar

#: The first is the default.
LANGUAGES = ("zh", "en")

_language: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])

#: Key → (Chinese, English).
WORDS: dict[str, tuple[str, str]] = {
    # -- help and errors
    "help_usage": ("用法：", "Usage:"),
    "help_options": ("选项", "Options"),
    "help_commands": ("命令", "Commands"),
    "error_what": ("出错：{what}", "error: {what}"),
    "error_where": ("  位置：{where}", "  where: {where}"),
    "error_todo": ("  处理：{todo}", "  what to do: {todo}"),
    "see_help": ("查看帮助：{command} --help", "see {command} --help"),
    "interrupted": ("已中断", "interrupted"),
    "unexpected": (
        "出错：程序内部错误 {error}，详情已写入 {file}",
        "error: unexpected {error}; the traceback was written to {file}",
    ),
    "refused": ("不予执行（{code}）：{sentence}", "refused ({code}): {sentence}"),
    "faults": ("发现 {count} 处问题", "{count} found wrong"),
    "all_well": ("没有发现问题", "nothing is wrong"),
    # -- up and run
    "up_running": ("工单路由已启动，按 Ctrl-C 停止", "case-router is up; Ctrl-C stops it"),
    "up_http": ("  受理接口", "  intake"),
    "up_health": ("  健康检查", "  health"),
    "up_ledger": ("  台账", "  ledger"),
    "up_broker": ("  消息队列", "  broker"),
    "up_token": ("  演示令牌（渠道 {channel}）", "  demo token (channel {channel})"),
    "up_tokens_file": ("  令牌文件", "  tokens from"),
    "up_desks": ("  本进程内的承办单位", "  desks hosted here"),
    "up_try": ("  试一试", "  try it"),
    "up_resent": ("  重新送达 {count} 件在办工单", "  handed over again: {count} open cases"),
    "run_running": ("正在运行：{roles}", "running: {roles}"),
    "stopped": ("已停止", "stopped"),
    # -- db
    "db_found": ("台账结构版本", "schema version"),
    "db_needed": ("所需版本", "version needed"),
    "db_empty": ("（空库）", "(empty)"),
    "db_upgraded": ("台账已从 {before} 升级到 {after}", "the ledger went from {before} to {after}"),
    "db_current": ("台账已是版本 {after}，无需升级", "the ledger is of version {after} already"),
    "db_todo": ("运行 case-router db upgrade", "run case-router db upgrade"),
    # -- case
    "no_case": ("没有编号为 {case} 的工单", "there is no case {case}"),
    "no_case_todo": ("用 case-router case list 查看编号", "`case-router case list` shows the ids"),
    "case_opened": ("已受理：{case}", "opened: {case}"),
    "case_done": ("已执行：{case} 版本 {version}", "done: {case} version {version}"),
    "case_kept": (
        "已记入台账；消息队列未应答，恢复后由 relay 发出",
        "it is on record; the broker does not answer, the relay sends its messages later",
    ),
    "case_left": (
        "已记入台账；消息由 up 进程发出",
        "it is on record; the process of `up` sends its messages",
    ),
    "case_none": ("没有符合条件的工单", "no such cases"),
    "case_more": ("还有 {count} 件未列出，用 --limit 查看更多", "{count} more; --limit shows them"),
    "case_title": ("工单 {case}（第 {version} 版）", "case {case} (version {version})"),
    "case_lead": ("主办", "lead"),
    "case_assists": ("协办", "assists"),
    "case_step": ("层级", "step"),
    "case_state": ("状态", "state"),
    "case_channel": ("渠道", "channel"),
    "case_origin": ("性质", "origin"),
    "case_matter": ("类型", "matter"),
    "case_category": ("事项", "category"),
    "case_place": ("区划", "division"),
    "case_opened_at": ("受理时间", "received"),
    "case_due": ("时限", "due"),
    "case_policy": ("规则", "policy"),
    "case_outcome": ("办理结果", "outcome"),
    "case_text": ("内容", "text"),
    "case_id": ("编号", "case"),
    "case_marks": ("标记", "marks"),
    "case_deadlines": ("时限节点", "deadlines"),
    "case_history": ("办理经过", "history"),
    "case_source": ("来源编号", "source id"),
    "starred": ("加星件", "starred"),
    "vulnerable": ("特殊群体", "vulnerable"),
    "confidential": ("保密", "confidential"),
    "provisional": ("（暂定）", " (provisional)"),
    "contact_none": ("没有联系人资料", "there is no contact on record"),
    "contact_logged": ("查阅已登记：{reader}，{reason}", "this reading is on record: {reader}, {reason}"),
    "contact_name": ("姓名", "name"),
    "contact_phone": ("电话", "phone"),
    "contact_identity": ("证件号", "identity number"),
    "contact_address": ("地址", "address"),
    # -- tables
    "col_milestone": ("节点", "milestone"),
    "col_due": ("时限", "due"),
    "col_status": ("状态", "status"),
    "col_passed": ("到期后", "on pass"),
    "col_time": ("时间", "time"),
    "col_actor": ("操作人", "by"),
    "col_event": ("事项", "what happened"),
    "col_reason": ("原因", "reason"),
    "col_origin": ("来处", "from"),
    "col_type": ("类型", "type"),
    "col_id": ("编号", "id"),
    "col_detail": ("说明", "detail"),
    # -- status
    "status_title": ("工单路由 · 运行状况", "case-router · state"),
    "status_received": ("近一分钟受理", "received in the last minute"),
    "status_open": ("在办工单", "open cases"),
    "status_due": ("一小时内到期", "due within the hour"),
    "status_overdue": ("超时未处理", "passed and not handled"),
    "status_lateness": ("时钟滞后", "clock lateness"),
    "status_outbox": ("待发消息", "outbox"),
    "status_parked": ("停放消息", "parked"),
    "status_database": ("数据库", "database"),
    "status_broker": ("消息队列", "broker"),
    "status_skew": ("与数据库时差", "clock against the database's"),
    "status_tree": ("区划版本", "tree in force"),
    "status_ok": ("正常", "ok"),
    "status_down": ("连不上", "unreachable"),
    "status_in_up": ("内置，在 up 进程内", "embedded, in the process of `up`"),
    "status_oldest": ("最早 {age} 前", "oldest {age} ago"),
    "status_unit": ("{n} 件", "{n}"),
    "status_queue": ("队列", "queue"),
    "status_ready": ("待取", "ready"),
    "status_consumers": ("消费者", "consumers"),
    "status_not_there": ("不存在", "missing"),
    "wrong_clock": (
        "时钟停滞：有时限已过 {age} 未处理；检查 sla 进程",
        "the clock is stalled: a deadline passed {age} ago and nobody handled it; look at the role sla",
    ),
    "wrong_outbox": (
        "待发消息积压：最早的已等 {age}；检查 relay 进程和消息队列",
        "the outbox is old: its oldest message has waited {age}; look at the role relay and the broker",
    ),
    "wrong_parked": (
        "有 {count} 条停放消息；用 case-router parked list 查看",
        "{count} messages are parked; see case-router parked list",
    ),
    "wrong_skew": (
        "本机与数据库时钟相差 {age}；校准时钟",
        "our clock and the database's differ by {age}; set them right",
    ),
    "wrong_queue": (
        "缺少队列 {queue}；运行 case-router topology apply",
        "the queue {queue} is missing; run case-router topology apply",
    ),
    "wrong_idle": (
        "队列 {queue} 有 {count} 条消息而无人消费；检查相应进程",
        "{count} messages wait in {queue} and nobody consumes it; look at its role",
    ),
    "wrong_unrouted": (
        "队列 {queue} 有 {count} 条消息待人查看",
        "{count} messages lie in {queue} for somebody to look at",
    ),
    "wrong_down": ("{what} 连不上：{detail}", "{what} does not answer: {detail}"),
    # -- ages
    "age_s": ("{n} 秒", "{n} s"),
    "age_min": ("{n} 分钟", "{n} min"),
    "age_h": ("{n} 小时", "{n} h"),
    "age_d": ("{n} 天", "{n} d"),
    "overdue_by": ("超 {age}", "{age} late"),
    "due_in": ("余 {age}", "in {age}"),
}

#: Words of closed sets as they are stored → (Chinese, English).
VALUES: dict[str, tuple[str, str]] = {
    "received": ("已受理", "received"),
    "dispatched": ("已派单", "dispatched"),
    "accepted": ("已签收", "accepted"),
    "resolved": ("已办结", "resolved"),
    "closed": ("已归档", "closed"),
    "suspended": ("挂账", "suspended"),
    "running": ("计时中", "running"),
    "met": ("按时", "met"),
    "missed": ("超时", "missed"),
    "superseded": ("已移交上级", "superseded"),
    "remind": ("催办", "remind"),
    "supervise": ("督办", "supervise"),
    "escalate": ("提级", "escalate"),
    "nothing": ("无", "nothing"),
    "solved": ("解决", "solved"),
    "explained": ("解释回应", "explained"),
    "settled": ("调解", "settled"),
    "unsubstantiated": ("不属实", "unsubstantiated"),
    "withdrawn": ("撤回", "withdrawn"),
    "complaint": ("诉求", "complaint"),
    "proactive": ("主动发现", "proactive"),
    "consultation": ("咨询", "consultation"),
    "help": ("求助", "help"),
    "report": ("举报", "report"),
    "suggestion": ("建议", "suggestion"),
    "channel": ("渠道", "channel"),
    "desk": ("承办单位", "desk"),
    "dispatcher": ("派单席", "dispatcher"),
    "follow_up": ("回访", "follow-up"),
    "supervision": ("督查", "supervision"),
    "citizen": ("市民", "citizen"),
    "system": ("系统", "system"),
    "source": ("历史来源", "source"),
    "not_accepted": ("不认可", "not accepted"),
    "unreachable": ("未接通", "unreachable"),
    "hotline": ("热线", "hotline"),
    "app": ("应用", "app"),
    "message_board": ("留言板", "message board"),
    "petition": ("信访", "petition"),
    "media": ("媒体", "media"),
    "council": ("居民议事会", "council"),
    "grid_patrol": ("网格巡查", "grid patrol"),
    "visit": ("走访", "visit"),
    "inspection": ("巡查暗访", "inspection"),
    "sensor": ("物联感知", "sensor"),
    "upstream": ("上级交办", "upstream"),
    "city": ("市级", "city"),
    "district": ("区县", "district"),
    "street": ("街道", "street"),
}


def choose_language(language: str) -> None:
    """Speak this language from now on."""
    _language.set(language)


def language() -> str:
    """The language spoken now."""
    return _language.get()


def pick(pair: tuple[str, str]) -> str:
    """The half of a pair that is in the language spoken now."""
    return pair[LANGUAGES.index(_language.get())]


def word(key: str, **data: object) -> str:
    """A text of the table with its places filled in."""
    return pick(WORDS[key]).format_map(data)


def value_word(stored: str) -> str:
    """A stored word for people; one that is in no table (an installation's own channel) as it is."""
    pair = VALUES.get(stored)
    return pick(pair) if pair is not None else stored
