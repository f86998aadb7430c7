"""What the command line says, in Chinese and English; a test holds that each has both and the same places."""

from __future__ import annotations

from router.cli.guard_texts import GUARDS
from router.cli.inspection_texts import INSPECTIONS
from router.cli.operating_texts import OPERATING
from router.cli.parked_texts import PARKED
from router.cli.planning_texts import PLANNING
from router.cli.report_texts import REPORTS
from router.cli.restore_texts import RESTORING

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
    "no_ledger": ("此处没有台账", "there is no ledger here"),
    "no_ledger_todo": (
        "试用：case-router up 会建好台账、演示城市和默认规则；正式安装：依次运行 db upgrade、divisions import、"
        "policy import；台账在别处：用 --ledger 指明",
        "to try it: `case-router up` makes one with a demo city and a default policy; to install: `db upgrade`, "
        "`divisions import`, `policy import`; if it is elsewhere: --ledger",
    ),
    "not_utf8": ("{where} 不是 UTF-8 文本", "{where} is not UTF-8 text"),
    "not_utf8_todo": (
        "换成 UTF-8 再来：例如 iconv -f GB18030 -t UTF-8",
        "convert it: iconv -f GB18030 -t UTF-8, for example",
    ),
    "too_large": ("内容过长，上限 {limit} 字节", "this is too large: at most {limit} bytes"),
    "too_large_todo": ("缩短文字，材料作为附件引用", "shorten the text and refer to the material"),
    # -- up and run
    "up_running": ("工单路由已启动，按 Ctrl-C 停止", "case-router is up; Ctrl-C stops it"),
    "up_http": ("  受理接口", "  intake"),
    "up_health": ("  健康检查", "  health"),
    "up_ledger": ("  台账", "  ledger"),
    "up_broker": ("  消息队列", "  broker"),
    "up_token": (
        "  演示令牌（渠道 {channel}）：{token}\n"
        '    每次启动都会更换。固定令牌：写一个文件，每行 渠道 = "令牌"，用 CASE_ROUTER_TOKENS_FILE 指明',
        "  demo token (channel {channel}): {token}\n"
        '    It is new with each start. To keep one: a file of channel = "token" lines, named by '
        "CASE_ROUTER_TOKENS_FILE",
    ),
    "up_tokens_file": ("  令牌文件", "  tokens from"),
    "up_desks": ("  本进程内的承办单位", "  desks hosted here"),
    "up_resent": ("  重新发送派单 {count} 份", "  sent again: {count:hand-over|hand-overs}"),
    "run_running": ("正在运行：{roles}", "running: {roles}"),
    "no_tokens": ("受理接口没有令牌", "the intake has no tokens"),
    "no_tokens_todo": (
        '写一个文件，每行 渠道 = "令牌"，在设置里用 tokens_file 指明；各进程用同一份',
        'name a file of channel = "token" lines in the setting tokens_file, the same for every process',
    ),
    "stopped": ("已停止", "stopped"),
    # -- db
    "db_found": ("台账结构版本", "schema version"),
    "db_needed": ("所需版本", "version needed"),
    "db_empty": ("（空库）", "(empty)"),
    "db_upgraded": ("台账已从 {before} 升级到 {after}", "the ledger went from {before} to {after}"),
    "db_current": ("台账已是版本 {after}，无需升级", "the ledger is of version {after} already"),
    "db_todo": ("运行 case-router db upgrade", "run case-router db upgrade"),
    # -- case
    "who_twice": ("--desk 和 --as 只能用一个", "say either --desk or --as"),
    "who_missing": ("没有说明以哪个单位的名义", "it is not said which desk speaks"),
    "who_missing_todo": ("用 --desk 编码 指明", "name it: --desk CODE"),
    "speaks_not_desk": (
        "账号 {account} 属于 {desks}，不能以 {desk} 的名义办理",
        "the account {account} belongs to {desks} and does not speak as {desk}",
    ),
    "speaks_not_desk_todo": (
        "用 --desk 指明本单位；若此人也在 {desk} 工作，由管理员运行 "
        "case-router divisions accounts {desk} --add {account}",
        "name your own desk with --desk; who works at {desk} too is listed there: "
        "case-router divisions accounts {desk} --add {account}",
    ),
    "speaks_not_role": (
        "账号 {account} 属于 {desks}，不能以“{role}”的身份办理",
        "the account {account} belongs to {desks} and does not speak as {role}",
    ),
    "speaks_not_role_todo": (
        "用 --desk 指明本单位；若此人也在有此身份的单位工作，由管理员运行 "
        "case-router divisions accounts 编码 --add {account}",
        "name your own desk with --desk; who works at an office with that role is listed there: "
        "case-router divisions accounts CODE --add {account}",
    ),
    "received_in_future": ("受理时间 {at} 在将来", "nothing can have been received at {at}, which is to come"),
    "received_in_future_todo": ("核对 --received；不写即为现在", "correct --received; without it it is now"),
    "no_division": ("没有编码为 {division} 的区划", "there is no division {division}"),
    "no_desk": ("没有编号为 {desk} 的承办单位", "there is no desk {desk}"),
    "no_case": ("没有编号为 {case} 的工单", "there is no case {case}"),
    "no_case_todo": ("用 case-router case list 查看编号", "`case-router case list` shows the ids"),
    "case_visit_kept": (
        "走访 {case}（{desk}）已留记录：无诉求",
        "visit {case} ({desk}) is on record: nothing was raised",
    ),
    "case_opened": ("已受理：{case}", "opened: {case}"),
    "case_went": ("  主办：{desk}", "  lead: {desk}"),
    "case_by_policy": ("  规则：{policy}", "  policy: {policy}"),
    "case_first_due": ("  首个时限：{milestone} {due}", "  first deadline: {milestone} {due}"),
    "case_code": ("  市民查询码：{code}", "  code for the citizen: {code}"),
    "case_done": ("已办：{case}（第 {version} 版）", "done: {case} version {version}"),
    "case_none": ("没有符合条件的工单", "no such cases"),
    "case_more": ("还有更多，用 --limit 查看", "there are more; --limit shows them"),
    "answers": (
        "已联系：{contacted}，已解决：{solved}，{satisfaction}",
        "contacted {contacted}, solved {solved}, {satisfaction}",
    ),
    "answers_missing": ("三率评价须三项都有", "the answers on a unit are three"),
    "answers_missing_todo": (
        "写明 --contacted、--solved、--satisfaction，或都不写",
        "Give --contacted, --solved and --satisfaction, or none of them.",
    ),
    "case_counted": (
        "另有 {count} 件在办的保密或反映单位、人员，不论筛选条件，只计数",
        "{count} more that are open and confidential, or about somebody, are only counted, whatever was asked for",
    ),
    "case_title": ("工单 {case}（第 {version} 版）", "case {case} (version {version})"),
    "case_lead": ("主办", "lead"),
    "case_assists": ("协办", "assists"),
    "case_leader": ("包案领导", "leader by name"),
    "case_awaited": ("待报到", "called, not here yet"),
    "case_mediator": ("调解单位", "mediated by"),
    "case_state": ("状态", "state"),
    "case_colour": ("颜色", "colour"),
    "case_channel": ("渠道", "channel"),
    "case_category": ("事项", "category"),
    "case_place": ("区划", "division"),
    "case_resolved_at": ("办结时间", "resolved"),
    "names_level": ("督办层级 {level}", "level {level}"),
    "names_after": ("{milestone}·{step}", "{milestone} · {step}"),
    "case_opened_at": ("受理时间", "received"),
    "case_statutory": ("法定时限", "statutory date"),
    "case_moved": ("{due}，现为 {to}", "{due}, now {to}"),
    "case_asked": ("待审", "to be decided"),
    "case_asked_extension": ("{desk} 申请延期：{reason}", "{desk} asks for more time: {reason}"),
    "case_asked_suspension": ("{desk} 申请挂账：{reason}", "{desk} asks to suspend it: {reason}"),
    "excused": ("（已剔除）", " (excused)"),
    "case_due": ("时限", "due"),
    "case_policy": ("规则", "policy"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "case_outcome": ("办理结果", "outcome"),
    "case_text": ("内容", "text"),
    "case_id": ("编号", "case"),
    "case_affected": ("涉及户数", "households"),
    "case_marks": ("标记", "marks"),
    "case_kept_from": ("回避", "kept from"),
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
    "col_event": ("经过", "what happened"),
    "col_reason": ("原因", "reason"),
    "col_origin": ("来处", "from"),
    "col_type": ("类型", "type"),
    "col_id": ("编号", "id"),
    "col_detail": ("说明", "detail"),
    # -- parked
    "parked_none": ("没有暂存的消息", "nothing is parked"),
    "parked_which": (
        "写明编号，或用 --all、--reason 选择",
        "name ids, or choose with --all or --reason",
    ),
    "no_parked": ("没有编号为 {id} 的暂存消息", "there is no parked message {id}"),
    "no_parked_todo": ("用 case-router parked list 查看编号", "`case-router parked list` shows the ids"),
    "parked_sent": ("已放回待发消息", "put back into the outbox"),
    "parked_taken": ("已重新处理", "handed in again"),
    "parked_refused": ("已重新处理，不予执行", "handed in again, and refused"),
    "parked_undecodable": ("仍无法解读，未动", "still cannot be decoded; it stays"),
    "parked_forged": (
        "来历不明，未动；确认属实后加 --vouch",
        "its sender could not be trusted; it stays, see --vouch",
    ),
    "parked_waiting": ("工单仍不存在，未动", "its case still does not exist; it stays"),
    "parked_dismissed": ("已作废，未动", "it was dismissed; it stays"),
    "parked_dropped": ("已作废：{id}", "dismissed for good: {id}"),
    "parked_who": (
        "须说明是谁、为什么（内容可能含个人信息）",
        "say who and why: --reader and --reason to read (it may be personal data), --by and --reason to drop",
    ),
    "parked_done_with": (
        "消息 {id} 已重新处理或已作废",
        "the message {id} was handed in again or dismissed before",
    ),
    "parked_done_with_todo": (
        "用 case-router parked show 查看",
        "`case-router parked show` tells which",
    ),
    "parked_failing": ("仍处理失败，未动", "it fails again; it stays"),
    "parked_conflict": (
        "其编号已用于另一命令，未动",
        "its id was used for another command; it stays",
    ),
    # -- usage
    "no_time": (
        "“{value}”不是时间；写成 2026-11-24T15:04 或 2026-11-24T15:04:00+08:00",
        "'{value}' is no time; write 2026-11-24T15:04 or 2026-11-24T15:04:00+08:00",
    ),
    "time_beyond": (
        "“{value}”须在 {first} 年之后、{last} 年之前",
        "'{value}' must lie after the year {first} and before the year {last}",
    ),
    "help_default": ("默认：", "default: "),
    "help_required": ("必填", "required"),
    # -- ages
    "age_s": ("{n} 秒", "{n} s"),
    "age_min": ("{n} 分钟", "{n} min"),
    "age_h": ("{n} 小时", "{n} h"),
    "age_d": ("{n} 天", "{n} d"),
    "overdue_by": ("超 {age}", "{age} late"),
    "due_in": ("余 {age}", "in {age}"),
    **OPERATING,
    **GUARDS,
    **RESTORING,
    **INSPECTIONS,
    **PARKED,
    **PLANNING,
    **REPORTS,
}
