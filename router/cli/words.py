"""The language spoken now, and the words of closed sets in it; sentences stand in `router.cli.texts`.

Names of JSON keys, exit codes, log events and refusal codes are the same in every language and do not stand here.
"""

from __future__ import annotations

from contextvars import ContextVar

from router.cli.texts import WORDS
from router.sentences import Sentence, counts

#: The first is the default.
LANGUAGES = ("zh", "en")

_language: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])

#: Words of closed sets as they are stored → (Chinese, English).
VALUES: dict[str, tuple[str, str]] = {
    "received": ("已受理", "received"),
    "dispatched": ("已派单", "dispatched"),
    "accepted": ("已签收", "accepted"),
    "resolved": ("已办结", "resolved"),
    "yellow": ("黄", "yellow"),
    "blue": ("蓝", "blue"),
    "orange": ("橙", "orange"),
    "red": ("红", "red"),
    # The priority of a case.
    "priority_normal": ("一般", "normal"),
    "priority_high": ("紧急", "high"),
    "priority_highest": ("特急", "highest"),
    "closed": ("已归档", "closed"),
    "suspended": ("挂账", "suspended"),
    "running": ("计时中", "running"),
    "paused": ("停表", "paused"),
    "met": ("按时", "met"),
    "missed": ("超时", "missed"),
    "superseded": ("已被取代", "superseded"),
    "remind": ("催办", "remind"),
    "supervise": ("督办", "supervise"),
    "raise": ("督办升级", "next level of supervision"),
    "escalate": ("提级", "escalate"),
    "nothing": ("无", "nothing"),
    "solved": ("已解决", "solved"),
    "explained": ("解释回应", "explained"),
    "settled": ("调解", "settled"),
    "unsubstantiated": ("不属实", "unsubstantiated"),
    "withdrawn": ("撤回", "withdrawn"),
    "complaint": ("投诉", "complaint"),
    # The origin, which shares its stored word with the matter type.
    "origin_complaint": ("投诉类", "complaint"),
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
    "by_lot": ("抽签", "by lot"),
    "by_again": ("重办后必访", "it came back to work"),
    "by_no_key": ("无密钥，全部回访", "there is no key: all are asked"),
    "same_desk": ("原单位重办", "the same desk again"),
    "one_up": ("提级一层重办", "one tier up"),
    "not_accepted": ("不认可", "not accepted"),
    "unreachable": ("未接通", "unreachable"),
    "hotline": ("热线", "hotline"),
    "app": ("手机应用", "app"),
    "message_board": ("留言板", "message board"),
    "petition": ("信访", "petition"),
    "media": ("媒体", "media"),
    "council": ("居民议事会", "council"),
    "grid_patrol": ("网格巡查", "grid patrol"),
    "visit": ("走访", "visit"),
    "inspection": ("暗访检查", "inspection"),
    "sensor": ("物联感知", "sensor"),
    "upstream": ("上级交办", "upstream"),
    "territorial": ("块", "territorial"),
    "functional": ("条", "functional"),
    "mediation": ("调解", "mediation"),
    "triage": ("分诊", "triage"),
    "grid": ("网格", "grid worker"),
    "last_resort": ("兜底", "last resort"),
    "served_amqp": ("程序", "program"),
    "served_shell": ("人工", "shell"),
    "dropped": ("随归档停止", "dropped"),
    "result_accepted": ("认可", "accepted"),
    "notice_reminder": ("提醒", "reminder"),
    "notice_missed": ("已超时", "missed"),
    "notice_repeated": ("再次提醒", "again"),
    "notice_supervised": ("请督办", "supervise"),
    "notice_level": ("督办层级", "level of supervision"),
    "notice_escalated": ("提级到本单位", "yours now: escalated"),
    "notice_urged": ("市民催单", "the citizen asks"),
    "notice_taken": ("已提级收走", "taken: escalated"),
    "notice_undone": ("提级已撤销", "an escalation was undone"),
    "notice_withdrawn": ("超时已撤回", "a miss was withdrawn"),
    "notice_unstaffed": ("下级无人值守", "nobody works below"),
    "deadline": ("超时", "deadline missed"),
    "voluntary": ("主动申请", "asked for"),
    "repeat": ("重复诉求或重办", "complained about again, or put back to work"),
    "unstaffed": ("无人值守", "unstaffed"),
    "pulled": ("上级提办", "pulled up"),
    "restricted": ("须回避", "kept from whoever had it"),
    "named": ("来源指名", "named by the source"),
    "territory": ("按属地", "by territory"),
    "reason_functional": ("按条线", "by line"),
    "above": ("上一级", "a tier above"),
    "subject_desk": ("反映单位问题，交其上级", "a report on an office: to its superior"),
    "named_person": ("反映工作人员问题，交督查", "a report on a person: to supervision"),
    "missing_division": ("未写区划", "no division given"),
    "unknown_division": ("区划不明", "unknown division"),
    "names_missing": ("待落实领导", "names are missing"),
    "joint": ("联合派单", "jointly"),
    "missing_category": ("未写事项", "no category given"),
    "unknown_category": ("事项不明", "unknown category"),
    "unknown_desk": ("单位不明", "unknown desk"),
    "unknown_subject": ("被反映单位不明", "unknown subject"),
    "no_desk": ("无承办单位", "no desk"),
    "no_active_desk": ("该级无在用单位", "no active desk at that tier"),
    "returned": ("退单转办", "returned"),
    "designated": ("指定承办", "designated"),
    "escalated": ("提级", "escalated"),
    "reason_request": ("应请求", "asked for"),
    "reason_longest": ("挂账期满", "it lasted as long as it may"),
    "reason_starred": ("加星", "starred"),
    "reason_unstarred": ("取消加星", "the star was taken away"),
    "reason_replan": ("按现行规则重排", "moved to the policies in force"),
    # Why clocks were set that did not run.
    "reason_audit": ("稽核发现缺时限", "the audit found that none ran"),
    "reason_import": ("接管在办工单", "the case was taken over while it ran"),
    "reason_receipt": ("来件所带时限已过", "the due date it brought was over"),
    "reason_review": ("审核未通过", "a review failed"),
    "gate": ("未通过归档条件", "the gate was not passed"),
    "project": ("批量项目", "project"),
    "origin_project": ("批量项目", "project"),
    "sample": ("抽样认可", "a sample accepts"),
    "asked": ("按要求", "as asked"),
    "refused": ("诉求人不认可", "its resident does not accept"),
    "not_open": ("已不在办理中", "not at work any more"),
    "in_another": ("已在另一项目", "in another project"),
    "not_our_matter": ("非本单位职责", "not our matter"),
    "not_our_place": ("非本单位辖区", "not our place"),
    "needs_another_lead": ("应由其他单位主办", "needs another lead"),
    "duplicate": ("重复工单", "duplicate"),
    "information_missing": ("信息不全", "information missing"),
    "none": ("无", "none"),
    "transfer": ("移交上级", "transfer"),
    "progress": ("报告进展", "progress"),
    "replied": ("答复", "replied"),
    "plan_filed": ("报送方案", "plan filed"),
    "reviewed": ("审核", "reviewed"),
    "marked": ("督查记录", "marked"),
    "satisfied": ("满意", "satisfied"),
    "basically": ("基本满意", "basically satisfied"),
    "dissatisfied": ("不满意", "not satisfied"),
    "on_site": ("现场督办", "seen on site"),
    "mediated": ("调解结束", "mediated"),
    "whistled": ("吹哨", "whistled"),
    "followed_up": ("回访", "followed up"),
    "reported_in": ("报到", "reported in"),
    "return_requested": ("退单申请", "return requested"),
    "return_decided": ("退单审定", "return decided"),
    "extension_decided": ("延期审定", "extension decided"),
    "suspension_decided": ("挂账审定", "suspension decided"),
    "rechecked": ("挂账复核", "rechecked"),
    "resumed": ("恢复办理", "resumed"),
    "task_visit": ("检查", "visit"),
    "task_recheck": ("回头看", "re-check"),
    "task_draw": ("抽查", "draw"),
    "recheck": ("回头看未通过", "not solved when looked at again"),
    "ticked": ("销号", "ticked"),
    "escalation_decided": ("提级审定", "escalation decided"),
    "until_dispatched": ("派单", "dispatched"),
    "until_accepted": ("签收", "accepted"),
    "until_resolved": ("办结", "resolved"),
    "until_closed": ("归档", "closed"),
    "anchor_received": ("受理", "received"),
    "anchor_dispatched": ("派单", "dispatched"),
    "anchor_resolved": ("办结", "resolved"),
    "anchor_accepted": ("签收", "accepted"),
    "ping_pong": ("推诿", "ping-pong"),
    "approval": ("审批", "approval"),
    "city": ("市级", "city"),
    "district": ("区县", "district"),
    "street": ("街道", "street"),
    "natural": ("自然日", "natural days"),
    "working": ("工作日", "working days"),
    "weekday": ("周一至周五", "weekdays"),
    "levels_received": ("自受理起", "from the receipt on"),
    "levels_missed": ("自首次超时起", "from the first miss on"),
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
    return pick(WORDS[key]).format_map(counts(data))


def said(key: str, **data: object) -> Sentence:
    """A text of the table in both languages, for an error."""
    zh, en = WORDS[key]
    data = counts(data)
    return Sentence(en.format_map(data), zh.format_map(data))


def step_word(name: str) -> str:
    """A step of a ladder for people: a tier, or a level of supervision."""
    tier, level = name.rpartition("-")[::2]
    return word("supervision_level", level=level) if tier == "supervision" else value_word(name)


def value_word(stored: str, of: str = "") -> str:
    """A stored word for people; one that is in no table (an installation's own channel) as it is.

    Args:
        stored: the word; of several joined by colons each is said.
        of: the field it stands in, where the same word means two things.
    """
    if ":" in stored:
        return word("colon").join(value_word(part) for part in stored.split(":"))
    pair = VALUES.get(f"{of}_{stored}") or VALUES.get(stored)
    return pick(pair) if pair is not None else stored
