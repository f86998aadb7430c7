"""What happened to a case, in Chinese and English: one sentence an event, its places the event's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from router.cli.case_names import Names
from router.cli.output import command_word, local
from router.cli.policy_words import reason_word
from router.cli.words import pick, value_word, word
from router.core.commands import Answers, Related, Target
from router.core.events import AnyEvent, DeadlineMissed, DeadlineRecomputed, EscalationUndone, Refused
from router.core.refusals import Refusal

#: Event → (Chinese, English). Fields that are None or empty are left as `-`.
SENTENCES: dict[str, tuple[str, str]] = {
    "Received": (
        "受理：{channel}，{origin}，{matter_type}；时限 {due_at}；规则 {policy_reason}",
        "received through {channel}: {origin}, {matter_type}; due {due_at}; policy {policy_reason}",
    ),
    "Dispatched": ("派单至 {desk}（{reason}）", "dispatched to {desk} ({reason})"),
    "NothingRaised": ("走访记录（{desk}）：无诉求", "a visit ({desk}): nothing was raised"),
    "Accepted": ("{desk} 签收", "{desk} signed for it"),
    "ProgressReported": (
        "{desk} 报告进展；核实属实：{substantiated}",
        "{desk} reported progress; found as reported: {substantiated}",
    ),
    "Replied": ("{desk} 答复", "{desk} replied"),
    "Mitigated": ("{desk} 采取临时措施", "{desk} took a temporary measure"),
    "Whistled": ("{by} 吹哨，请 {desk} 报到", "{by} calls {desk} to help"),
    "ReportedIn": ("{desk} 报到", "{desk} reported in"),
    "AssistAdded": ("{by} 增加 {desk} 协办", "{by} added {desk} to assist"),
    "AssistRemoved": ("{by} 取消 {desk} 协办", "{by} removed {desk}: it assists no more"),
    "LeaderAssigned": ("{leader}（{tier}）包案", "{leader} ({tier}) answers for it by name"),
    "Instructed": ("{leader}（{tier}）批示", "{leader} ({tier}) instructed"),
    "PlanFiled": ("{desk} 报送方案", "{desk} filed a plan"),
    "Reviewed": (
        "{by} 审核，通过：{passed}；节点 {milestone}",
        "{by} reviewed, passed: {passed}; milestone {milestone}",
    ),
    "Marked": (
        "{watcher}（{desk}）督查记录：{milestone}；现场：{on_site}",
        "{watcher} ({desk}) has looked: {milestone}; on site: {on_site}",
    ),
    "MediationStarted": ("{by} 转 {desk} 调解", "{by} referred it to {desk} for mediation"),
    "MediationEnded": ("{desk} 调解结束，达成：{settled}", "{desk} ended the mediation, settled: {settled}"),
    "LevelsStarted": ("督办层级开始计时", "the levels of supervision begin to count"),
    "LevelsEnded": (
        "督办层级停止计时（现行规则无层级，或超时已撤销）",
        "the levels of supervision stop: its policy has none now, or the miss was taken back",
    ),
    "LevelProposed": (
        "拟提请第 {number} 级督办（{level}），待 {officer} 确认",
        "level {number} ({level}) of supervision is proposed to {officer}",
    ),
    "LevelRaised": (
        "督办升至第 {number} 级（{level}）；确认人 {confirmed_by}",
        "supervision rose to level {number} ({level}); confirmed by {confirmed_by}",
    ),
    "LevelRepeated": (
        "第 {number} 级督办（{level}）再次提醒",
        "level {number} ({level}) of supervision is told again",
    ),
    "ReturnRequested": (
        "{desk} 申请退单：{reason}，建议 {suggested_desk}",
        "{desk} asks to give it back: {reason}; suggests {suggested_desk}",
    ),
    "ReturnApproved": ("同意 {desk} 退单，转 {to}", "the return by {desk} was approved; it goes to {to}"),
    "ReturnRefused": ("不同意 {desk} 退单", "the return by {desk} was refused"),
    "Designated": ("{by} 指定 {desk} 承办", "{by} designated {desk}"),
    "ExtensionRequested": ("{desk} 申请延期：{reason}", "{desk} asks for more time: {reason}"),
    "ExtensionApproved": (
        "{by} 同意 {desk} 延期；法定时限 {due_at}",
        "{by} approved the extension by {desk}; statutory date {due_at}",
    ),
    "ExtensionRefused": ("{by} 不同意 {desk} 延期", "{by} refused the extension by {desk}"),
    "SuspensionRequested": (
        "{desk} 申请挂账：{reason}，{recheck_at} 复核",
        "{desk} asks to suspend it: {reason}; to be looked at again on {recheck_at}",
    ),
    "Suspended": ("{by} 同意 {desk} 挂账", "{by} approved the suspension by {desk}"),
    "SuspensionRefused": ("{by} 不同意 {desk} 挂账", "{by} refused the suspension by {desk}"),
    "Rechecked": ("{by} 复核，继续挂账", "{by} looked at it; it stays suspended"),
    "RecheckRepeated": ("逾期未复核，继续挂账", "nobody looked at it in time; it stays suspended"),
    "Resumed": (
        "恢复办理（{reason}）",
        "back to work after the suspension ({reason})",
    ),
    "Excused": (
        "{by} 剔除 {desk} 的超时：{milestone}（{due_at}）",
        "{by} excused the miss of {milestone} at {due_at} by {desk}",
    ),
    "Starred": ("{by} 加星", "starred by {by}"),
    "Unstarred": ("{by} 取消加星", "{by} took the star away"),
    "Replanned": (
        "重排时限（{reason}）：{policy_before} → {policy}；规则 {policy_reason}",
        "another policy ({reason}): {policy_before} → {policy}; {policy_reason}",
    ),
    "InspectionRecorded": ("{by} 检查，通过：{passed}", "{by} inspected it, passed: {passed}"),
    "InspectionDrawn": ("抽取 {drawn}；种子 {seed}", "drawn: {drawn}; seed {seed}"),
    "DrawRevealed": ("抽查完成，公开种子 {seed}：{drawn}", "the draw is over; seed {seed}: {drawn}"),
    "Swept": ("{by} 举一反三：{desks}", "{by} has the same looked for at {desks}"),
    "RequirementIssued": ("{by} 整改要求 {number}", "{by} requires no. {number}"),
    "RequirementTicked": ("{by} 销号 {number}", "{by} ticked no. {number}"),
    "GatePassed": (
        "已通过归档条件（{gate}），待销号后归档",
        "the gate is passed ({gate}); it closes when everything is ticked",
    ),
    "Pulled": ("{by} 提办：{from_desk} → {to_desk}", "{by} pulled it: {from_desk} → {to_desk}"),
    "Resolved": ("{desk} 办结：{outcome}", "{desk} resolved it: {outcome}"),
    "FollowUpDrawn": ("回访抽样，抽中：{drawn}（{by}）", "drawn to be asked about: {drawn} ({by})"),
    "FollowedUp": (
        "回访：{result}，询问 {asked} 人，认可 {accepted} 人；评价 {answers}",
        "follow-up: {result}; asked {asked}, accepted by {accepted}; said of the unit: {answers}",
    ),
    "Closed": ("归档（{outcome}）", "closed ({outcome})"),
    "Reopened": ("重办，由 {desk} 办理（{reason}）", "back to work with {desk} ({reason})"),
    "DeadlineMissed": (
        "节点 {milestone}（{due_at}）超时，时限属 {charged_to}",
        "missed {milestone} of {due_at}, a clock of {charged_to}",
    ),
    "Reminded": ("催办 {to}：{milestone}", "{to} was reminded of {milestone}"),
    "SupervisionOrdered": ("{by} 督办：{milestone}", "{by} supervises: {milestone}"),
    "Skipped": ("跳过第 {step} 级：{reason}", "step {step} was skipped: {reason}"),
    "Escalated": (
        "提级：{from_desk}（{from_name}）→ {to_desk}（{to_name}），{cause}",
        "escalated from {from_desk} ({from_name}) to {to_desk} ({to_name}): {cause}",
    ),
    "NoticeRepeated": ("再次通知 {to}：{milestone} {due_at}", "{to} was told again of {milestone} of {due_at}"),
    "EscalationRequested": ("{desk} 申请提级至 {superior}", "{desk} asks {superior} to take it"),
    "Overtaken": (
        "{desk} 的报告按时送达，{milestone}（{due_at}）算按时",
        "the report of {desk} counts as in time for {milestone} of {due_at}",
    ),
    "SystemDelayed": (
        "因系统迟送，{milestone} 由 {due_at} 顺延至 {moved_to}",
        "{milestone} moved from {due_at} to {moved_to}: it was delivered late by us",
    ),
    "DeadlineRecomputed": (
        "重算时限：{milestone} 由 {due_at} 改为 {moved_to}（日历 {calendar}）",
        "{milestone} counted again, from {due_at} to {moved_to} (calendar {calendar})",
    ),
    "DeadlineCancelled": (
        "{by} 认定 {milestone}（{due_at}）不算超时，改为 {moved_to}",
        "{by} decided that {milestone} of {due_at} was not missed; it ends {moved_to}",
    ),
    "EscalationUndone": (
        "{by} 撤销因 {milestone}（{due_at}）的提级，工单退回 {desk}",
        "{by} undid the escalation for {milestone} of {due_at}; the case goes back to {desk}",
    ),
    "ClocksRearmed": ("补设时限（{reason}）", "deadlines set that were not running ({reason})"),
    "Unstaffed": (
        "{desk} 自 {since} 起无人值守，已告知 {superior}",
        "nobody works for {desk} since {since}; {superior} was told",
    ),
    "Corrected": ("更正：事项 {category}", "corrected: category {category}"),
    "AffectedChanged": (
        "更正涉及户数：{before} 改为 {affected}",
        "households affected corrected from {before} to {affected}",
    ),
    "Restricted": (
        "更正回避：被反映单位 {subject_desk}，另涉单位 {named_desks}，人员 {named_persons}；保密：{confidential}",
        "kept from others than before: subject {subject_desk}, desks {named_desks}, persons {named_persons}; "
        "confidential: {confidential}",
    ),
    "Linked": ("与工单 {other} 关联", "linked to case {other}"),
    "Unlinked": ("取消与工单 {other} 的关联", "no longer linked to case {other}"),
    "ClusterProposed": (
        "一小时内同类诉求 {count} 件，建议 {to} 立为批量项目",
        "{count} complaints of one kind within an hour: {to} may make a project of them",
    ),
    "Clustered": ("{by} 将 {count} 件工单立为批量项目 {project}", "{by} made project {project} of {count} cases"),
    "ProjectStarted": (
        "批量立项（{by}），时限 {due_at}；每区划抽样 {sample} 件（0 为逐件回访）",
        "a project, made by {by}, due {due_at}; members asked in each division: {sample} (0: all)",
    ),
    "MemberAdded": ("工单 {member} 并入", "case {member} joined"),
    "ProjectAwaited": ("批量项目 {project} 逾期，随项目顺延", "waits on for project {project}, which is late"),
    "MemberLeft": ("工单 {member} 退出（{reason}）", "case {member} left ({reason})"),
    "MemberAccepted": ("抽样工单 {member} 认可", "case {member}, which was asked, accepts"),
    "SampleDrawn": ("抽样回访：{asked}", "these are asked: {asked}"),
    "Joined": (
        "并入项目 {project}，时限不早于 {due_at}",
        "joined project {project}; not due before {due_at}",
    ),
    "Left": ("退出项目 {project}（{reason}）", "left project {project} ({reason})"),
    "ResolvedWith": ("随 {other} 一并办结", "resolved with {other}"),
    "Urged": ("催单，第 {times} 次", "urged, time {times}"),
    "Redacted": ("{by} 删改第 {entry} 条记录的文字", "{by} blanked the text of entry {entry}"),
    "CauseNamed": ("{desk} 写明原因", "{desk} named the cause"),
    "Withdrawn": ("撤回（{by}）", "withdrawn by {by}"),
    "LateReportKept": ("{desk} 的迟到报告留存：{outcome}", "a late report of {desk} is kept: {outcome}"),
    "Refused": ("未予执行 {command_type}：{code}", "refused {command_type}: {code}"),
}

#: Event → its sentence where it is the other thing that such an entry may say; `_pair` has when.
OTHERWISE: dict[str, tuple[str, str]] = {
    "DeadlineMissed": (
        "节点 {milestone}（{due_at}）超时，不计入任何单位",
        "missed {milestone} of {due_at}, which is charged to no desk",
    ),
    "DeadlineRecomputed": (
        "重算时限：{milestone}（{due_at}）不变，由暂定转为确定（日历 {calendar}）",
        "{milestone} counted again: it stays {due_at}, and is certain now (calendar {calendar})",
    ),
    "DeadlineRecomputed, provisional": (
        "重算时限：{milestone}（{due_at}）不变，由确定转为暂定（日历 {calendar}）",
        "{milestone} counted again: it stays {due_at}, and is provisional now (calendar {calendar})",
    ),
    "EscalationUndone": (
        "{by} 撤销使 {desk} 失去工单的超时 {milestone}（{due_at}）；其间已有人办理，工单不退回",
        "{by} took back the miss of {milestone} of {due_at} that cost {desk} the case; "
        "the case stays where it is: somebody has dealt with it meanwhile",
    ),
}

#: Event → a field that few of them have, and what is said where it has a value.
ADDED: dict[str, dict[str, tuple[str, str]]] = {
    "FollowUpDrawn": {
        "seed_hash": (
            "；{desk}，比例 {share}，种子日 {day}，种子哈希 {seed_hash}",
            "; {desk}, share {share}, seed of {day}, its hash {seed_hash}",
        ),
    },
    "InspectionRecorded": {
        "reprocess": ("；如未通过：{reprocess}", "; if it fails: {reprocess}"),
    },
    "FollowedUp": {
        "team": ("；联合回访 {team}", "; asked together by {team}"),
        "reprocess": ("；如未通过：{reprocess}", "; if it fails: {reprocess}"),
    },
}

#: Fields that hold codes of desks; `by` and `to` may hold other words as well.
_DESKS = frozenset(
    {
        "desk",
        "desks",
        "by",
        "to",
        "from_desk",
        "to_desk",
        "superior",
        "suggested_desk",
        "charged_to",
        "subject_desk",
        "named_desks",
        "team",
    }
)

#: Fields whose values come from closed sets and have words of their own.
_SPOKEN = frozenset(
    {
        "channel",
        "origin",
        "matter_type",
        "outcome",
        "result",
        "from_name",
        "to_name",
        "by",
        "reason",
        "cause",
        "tier",
        "reprocess",
    }
)


def sentence(event: AnyEvent, names: Names) -> str:
    """The event in the language spoken now; an event this table does not know yet, by its name."""
    name, pair = type(event).__name__, _pair(event)
    if pair is None:
        return name
    more = (pick(added) for field, added in ADDED.get(name, {}).items() if getattr(event, field))
    return (pick(pair) + "".join(more)).format_map(_filled(event, names))


def _pair(event: AnyEvent) -> tuple[str, str] | None:
    name = type(event).__name__
    match event:
        case DeadlineMissed(charged_to=""):  # it was over before the case came
            return OTHERWISE[name]
        case DeadlineRecomputed() if event.due_at == event.moved_to:
            return OTHERWISE[f"{name}, provisional" if event.provisional else name]
        case EscalationUndone(returned=False):
            return OTHERWISE[name]
    return SENTENCES.get(name)


def _filled(event: AnyEvent, names: Names) -> Mapping[str, str]:
    shown = {field: _shown(field, value, names) for field, value in msgspec.structs.asdict(event).items()}
    return shown | {"code": _why(event)} if isinstance(event, Refused) else shown


def _why(event: Refused) -> str:
    """A refusal's own sentence, as whoever asked has read it; its code where another version wrote other data."""
    told = Refusal(code=event.code, data=event.data)
    try:
        return pick((told.zh, told.en))
    except KeyError:
        return event.code


def _shown(field: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, Related):
        return value.case_id
    if isinstance(value, Target):
        return names.desk(value.desk) + (f" {value.case}" if value.case is not None else "")
    if isinstance(value, tuple):
        return ", ".join(_shown(field, one, names) for one in value) or "-"
    if isinstance(value, bool):
        return word("yes" if value else "no")
    if isinstance(value, Answers):
        told = {key: word("yes" if getattr(value, key) else "no") for key in ("contacted", "solved")}
        return word("answers", satisfaction=value_word(value.satisfaction), **told)
    if field == "command_type":
        return command_word(str(value).removeprefix("case.").rpartition(".")[0])
    if field == "policy_reason":
        return reason_word(str(value))
    if field in _DESKS and names.is_desk(str(value)):
        return names.desk(str(value))
    named = {"milestone": names.milestone, "category": names.category, "level": names.level}
    if field in named:
        return named[field](str(value))
    return value_word(str(value), of=field) if field in _SPOKEN else str(value)
