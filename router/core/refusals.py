"""Refusals: why a command may not be carried out, as values with a code, a sentence and the data.

The code is a contract; the sentences are for people, in Chinese and English.
"""

from __future__ import annotations

import msgspec

#: Code → (Chinese, English). Placeholders are keys of the refusal's data.
SENTENCES: dict[str, tuple[str, str]] = {
    "unknown_case": ("没有编号为 {case} 的工单", "there is no case {case}"),
    "content_conflict": (
        "来源编号 {source_id} 已有内容不同的工单 {case}",
        "source id {source_id} already stands for case {case} with other content",
    ),
    "naive_time": ("时间 {field} 缺少时区", "the time {field} has no zone"),
    "reserved_id": (
        "编号 {command} 为系统时限专用",
        "the id {command} is kept for the clock's own commands",
    ),
    "not_in_state": (
        "工单处于“{state}”状态，不能{command}",
        "the case is {state}: {command} is not possible in that state",
    ),
    "not_permitted": (
        "{actor} 无权对该工单{command}",
        "{actor} may not {command} this case",
    ),
    "not_lead": (
        "该工单由 {lead} 主办，{desk} 不是主办单位",
        "the case is led by {lead}, not by {desk}",
    ),
    "is_inspection": (
        "该工单是检查任务，不能{command}",
        "the case is an inspection task: {command} is not possible",
    ),
    "is_visit": (
        "该记录是无诉求的走访，不能{command}",
        "this is a visit at which nothing was raised: {command} is not possible",
    ),
    "no_visit": (
        "“无诉求”只用于走访渠道，且不得同时写当场解决",
        "nothing raised is said of a visit alone, and not of one that solved something",
    ),
    "is_a_draw": ("{case} 是抽查，请先抽取", "{case} is a draw: draw first, what is drawn is inspected"),
    "is_no_draw": ("{case} 不是抽查", "{case} is not a draw"),
    "drawn_already": ("{case} 已抽取", "{case} was drawn already"),
    "not_drawn": ("检查任务 {task} 不在该抽查内，或已登记", "the task {task} is none that this draw waits for"),
    "seed_mismatch": (
        "种子与事先登记的哈希不符，或不足 {least} 个字符",
        "the seed is not the one whose hash is on record, or has fewer than {least} characters",
    ),
    "draw_terms": (
        "不能从 {candidates} 个对象中抽 {count} 个，或种子哈希不是 64 位十六进制数",
        "{count} cannot be drawn from {candidates}, or the seed's hash is not 64 hexadecimal digits",
    ),
    "inspection_targets": (
        "检查对象须恰好一个（抽查可多个，不得重复），现为 {count} 个",
        "an inspection has one target, a draw several that differ; {count} were given",
    ),
    "inspection_channel": (
        "检查任务的渠道和来源须为 inspection，现为 {channel}",
        "channel and source of an inspection task are inspection, not {channel}",
    ),
    "inspection_in_the_past": ("检查期限 {due_at} 已过", "the inspection would be due at {due_at}, which is past"),
    "inspects_not": (
        "{actor} 不能下达检查任务，限督查和市级",
        "{actor} may not order inspections: supervision and the top tier may",
    ),
    "inspects_itself": (
        "{desk} 隶属于被检查单位 {inspected}，不能检查",
        "the desk {desk} answers to {inspected}: it does not inspect it",
    ),
    "finding_empty": ("问题 {number} 没有内容", "finding {number} says nothing"),
    "no_siblings": ("{desk} 没有同类单位", "the desk {desk} has no siblings"),
    "nothing_required": ("须写明整改要求", "say what is required"),
    "required_in_the_past": ("整改期限 {due_at} 已过", "the requirements would be due at {due_at}, which is past"),
    "not_required": (
        "没有编号为 {requirement} 的未销号要求",
        "there is no open requirement {requirement}",
    ),
    "requirements_open": (
        "整改要求 {open} 尚未销号，不能归档",
        "requirements {open} are not ticked yet: the case cannot close",
    ),
    "at_the_top": ("工单已在市级单位 {desk}", "the case is at the top already, with {desk}"),
    "not_at_the_top": ("{desk} 不是市级承办单位", "the desk {desk} is not one of the top tier that handles cases"),
    "closed": ("工单已归档", "the case is closed"),
    "unknown_desk": ("没有编号为 {desk} 的承办单位", "there is no desk {desk}"),
    "inactive_desk": ("承办单位 {desk} 已停用", "the desk {desk} is not active"),
    "subject_desk": (
        "承办单位 {desk} 是被反映对象或其下级，不得经办",
        "the desk {desk} is the subject of the case or below it",
    ),
    "named_person": (
        "{account} 或其所在单位是被反映对象，须回避",
        "the report is kept from {account}: it names that account, or the office where it sits",
    ),
    "nobody_may_see": (
        "被反映的单位包括了所有在岗单位，没有单位可以办理",
        "the report names every desk at work: nobody is left that may see it",
    ),
    "names_stay": (
        "只有督查可以撤下被反映对象或解除保密",
        "only supervision takes off whom a report names, or makes a confidential case an ordinary one",
    ),
    "names_alone": (
        "工单状态为“{state}”，只能更正回避对象和保密，不能更正 {part}；"
        "请去掉该部分再提交，或待工单恢复办理、重办后再更正",
        "the case is {state}: only from whom it is kept can be corrected, not {part}. Leave that out; it can be "
        "corrected when the case is back at work",
    ),
    "nobody_named": ("{command} 须指明承办单位", "{command} must name at least one desk"),
    "superior_called": (
        "{desk} 是主办单位的上级，不能吹哨，请申请提级",
        "{desk} is a superior of the lead: it is not whistled for, ask to escalate",
    ),
    "called_already": ("已向 {desk} 吹哨，尚未报到", "{desk} was called already and has not reported in yet"),
    "not_called": ("没有向 {desk} 吹哨，或其已报到", "{desk} was not called, or has reported in"),
    "handles_no_cases": (
        "{desk} 不承办工单，不能协办",
        "the desk {desk} handles no cases: it cannot assist",
    ),
    "receipt": (
        "当面交办须有回执编号，其他派单没有回执：{desk}",
        "a hand-over in person has the reference of its receipt, any other dispatch has none: {desk}",
    ),
    "assists_already": ("{desk} 已是协办单位", "the desk {desk} assists already"),
    "assists_not": ("{desk} 不是协办单位", "the desk {desk} does not assist"),
    "names_missing": (
        "派单前须落实：{missing}（leader 包案领导，instruction 领导批示）",
        "not to be dispatched before these are on record: {missing} (assign_leader, instruct)",
    ),
    "leader_unnamed": ("须写明领导的账号或职务", "name the leader by official account or title"),
    "unknown_tier": ("没有层级 {tier}，可用：{tiers}", "there is no tier {tier}; known: {tiers}"),
    "plan_empty": ("方案须有内容或附件编号", "a plan needs words, or the reference of a document"),
    "unknown_milestone": (
        "没有等待审核或督查记录的节点 {milestone}",
        "no milestone {milestone} waits for a review or a mark",
    ),
    "not_on_site": (
        "节点 {milestone} 须现场督办",
        "the milestone {milestone} waits for somebody who was on site",
    ),
    "not_verified": (
        "须先核实是否属实，再办结",
        "say first whether the matter is as reported (progress, substantiated or not)",
    ),
    "found_otherwise": (
        "办理结果“{outcome}”与核实结论不符",
        "the outcome {outcome} is not what was found when the matter was looked into",
    ),
    "report_waits": (
        "回访未获认可前，不得对外答复",
        "nothing is reported before those concerned were asked and accept",
    ),
    "nobody_answered": (
        "未联系到人的回访没有评价",
        "a follow-up that reached nobody has no answers",
    ),
    "waits_for_another": (
        "节点 {milestone} 由 {by} 审核或记录",
        "the milestone {milestone} waits for {by}, and for nobody else",
    ),
    "mediated_already": ("{desk} 正在调解", "the desk {desk} is mediating already"),
    "mediates_not": ("{desk} 不是调解单位", "the desk {desk} does not mediate"),
    "no_mediation_desk": ("该工单所在区划没有调解单位", "there is no mediation desk where the case is"),
    "grid": (
        "网格员只能反馈进展，或说明理由上报一级",
        "a grid worker may do two things: report progress, or ask the tier above with a reason",
    ),
    "return_window_passed": (
        "退单须在派单后 {window} 内提出，期限为 {until}",
        "a return must be asked for within {window} of the dispatch, which was until {until}",
    ),
    "return_designated": ("该工单系指定承办，不得退单", "the desk was designated: it cannot return the case"),
    "same_desk": ("该工单现由 {desk} 主办", "the desk {desk} has the case already"),
    "return_reason": (
        "退单理由“{reason}”不在清单内；可用：{reasons}",
        "{reason} is not a listed reason for a return; listed: {reasons}",
    ),
    "return_cap": (
        "退单已达上限 {cap} 次，须由上级指定承办",
        "the cap of {cap} returns is reached: the tier above designates",
    ),
    "return_pending": ("已有退单申请待审", "a return request is already pending"),
    "no_return_pending": ("没有待审的退单申请", "no return request is pending"),
    "escalation_pending": ("已有提级申请待复", "an escalation request is already pending"),
    "no_escalation_pending": ("没有待复的提级申请", "no escalation request is pending"),
    "no_extensions": ("规则 {policy} 不允许延期", "the policy {policy} allows no extension"),
    "no_suspensions": ("规则 {policy} 不允许挂账", "the policy {policy} allows no suspension"),
    "no_clock": ("该工单没有在计时的办理时限", "no deadline for being done is running"),
    "filed_late": (
        "时限 {milestone}（{due_at}）已过，申请须在到期前提出",
        "the deadline {milestone} at {due_at} has passed: a request is filed before it is due",
    ),
    "extension_pending": ("已有延期申请待审", "an extension is already asked for"),
    "no_extension_pending": ("没有待审的延期申请", "no extension is asked for"),
    "extension_cap": ("延期已达上限 {cap} 次", "the cap of {cap} extensions is reached"),
    "extension_how_long": (
        "延期须写明天数或截止时间，二者取一",
        "an extension says how many days more or until when, one of the two",
    ),
    "extension_too_short": (
        "延期后的时限须晚于现时限 {due_at}",
        "an extension ends after the present deadline, {due_at}",
    ),
    "extension_too_long": (
        "延期合计最多 {days} 天，最晚至 {latest}",
        "extensions add up to {days} days at most, until {latest}",
    ),
    "suspension_pending": ("已有挂账申请待审", "a suspension is already asked for"),
    "no_suspension_pending": ("没有待审的挂账申请", "no suspension is asked for"),
    "suspension_cap": ("挂账已达上限 {cap} 次", "the cap of {cap} suspensions is reached"),
    "recheck_when": (
        "复核时间须在现在之后、{latest} 之前",
        "the next look lies after now and not after {latest}",
    ),
    "request_reason": (
        "理由“{reason}”不在清单内；可用：{reasons}",
        "{reason} is not a listed reason; listed: {reasons}",
    ),
    "nobody_above": ("{desk} 之上没有可以审批的单位", "nobody stands above {desk} to decide on it"),
    "no_such_miss": (
        "没有记录在案的超时 {milestone}（{due_at}）",
        "no miss of {milestone} at {due_at} is on record",
    ),
    "held": (
        "时限 {milestone}（{due_at}）暂停提级：{by}",
        "the deadline {milestone} at {due_at} is held: {by}",
    ),
    "nothing_held": (
        "工单 {case} 没有已过而被扣住的时限",
        "no deadline of the case {case} has passed and is held",
    ),
    "nothing_to_rearm": ("工单 {case} 没有要补设的时限", "the case {case} lacks no deadline"),
    "already_excused": (
        "超时 {milestone}（{due_at}）已剔除",
        "the miss of {milestone} at {due_at} is excused already",
    ),
    "own_miss": ("{desk} 不能剔除自己的超时", "{desk} cannot excuse a miss of its own"),
    "already_starred": ("工单已加星", "the case is starred already"),
    "not_starred": ("工单未加星", "the case is not starred"),
    "nothing_to_replan": (
        "工单已按现行规则 {policy} 计时",
        "the case has the policy {policy}, which is the one it would get today",
    ),
    "keeps_clock": (
        "专项通道 {policy} 受理的工单，时限保持到归档",
        "a case of the special channel {policy} keeps its clock until it is closed",
    ),
    "no_superior": ("已是最高层级，无上级可提", "there is no tier above to escalate to"),
    "gate_open": ("尚未通过 {gate}，不能归档", "the gate {gate} is not passed"),
    "not_to_be_asked": (
        "工单 {case} 未抽中回访：由系统抽取，不得自行挑选",
        "nobody is asked about case {case}: the lot says whom to ask, and no hand",
    ),
    "too_few_asked": (
        "回访须询问 {wanted} 人，仅询问 {asked} 人",
        "the gate wants {wanted} people asked, {asked} were",
    ),
    "may_not_ask": (
        "{desk} 是承办单位或不得知悉该工单，不能参加联合回访",
        "the desk {desk} handles the case, or must not see it: it cannot have asked",
    ),
    "not_joint": (
        "须联合回访，缺少：{missing}",
        "the gate wants those who watch to have asked together; missing: {missing}",
    ),
    "promise_resolved": (
        "工单 {case} 已办结，不能再承诺时间：办结之后没有可以兑现承诺的事项",
        "case {case} is resolved: nothing is left that could meet a promise",
    ),
    "promise_in_the_past": ("承诺时间 {due_at} 已过", "the promised time {due_at} has passed"),
    "stale_deadline": (
        "时限 {milestone}（{due_at}）已不在计时",
        "the deadline {milestone} at {due_at} is not running any more",
    ),
    "not_due": ("时限 {milestone}（{due_at}）尚未到期", "the deadline {milestone} at {due_at} has not passed yet"),
    "no_level_proposed": ("没有待确认的督办层级 {level}", "the level {level} does not wait to be confirmed"),
    "not_the_officer": (
        "督办层级 {level} 须由 {officer} 确认",
        "the level {level} is confirmed by {officer} and by nobody else",
    ),
    "unknown_report": ("没有可采纳的报告 {report}", "there is no report {report} to adopt"),
    "reason_missing": ("{command} 须写明理由", "{command} needs a reason in its text"),
    "outcome_not_yours": (
        "承办单位不能以“{outcome}”办结，撤回须由诉求人或热线提出",
        "a handling desk cannot resolve a case as {outcome}: that is the citizen's or the hotline's word",
    ),
    "linked_already": ("已与工单 {other} 关联", "the case is linked to {other} already"),
    "not_linked": ("未与工单 {other} 关联", "the case is not linked to {other}"),
    "linked_to_itself": ("工单不能与自身关联", "a case is not linked to itself"),
    "no_other_case": ("没有可关联的工单 {other}", "there is no case {other} to link to"),
    "kept_apart": (
        "保密件和反映单位问题的工单不与其他工单关联",
        "a confidential case, or a report on an office, is linked to no other",
    ),
    "not_from_above": (
        "须由派单席、督查或承办单位的上级提出；工单 {case}",
        "that is the dispatcher's, supervision's or a superior's word, of case {case} too",
    ),
    "nobody_to_cluster": ("批量立项须写明其他工单", "a project needs other cases beside this one"),
    "plan_in_the_past": ("项目的时限须在现在之后", "the dates of a project lie ahead"),
    "not_below": ("工单 {case} 不在该单位之下，不能并入项目", "the case {case} is not below that desk"),
    "in_a_project": ("工单 {case} 已在项目中，或本身是项目", "the case {case} is in a project, or is one"),
    "not_at_work": ("工单 {case} 不在办理中", "the case {case} is not being worked on"),
    "no_project": ("工单 {case} 不是项目", "the case {case} is no project"),
    "no_member": ("工单 {case} 不在项目中", "the case {case} is in no project"),
    "urged_today": ("{day} 已催过一次，每日一次", "it was urged on {day} already: once a day"),
    "no_such_entry": ("没有第 {entry} 条记录", "the case has no entry {entry}"),
    "nothing_to_correct": ("没有需要更正的内容", "nothing to correct"),
}


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A command that may not be carried out."""

    code: str
    data: dict[str, str] = {}

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return SENTENCES[self.code][0].format_map(self.data)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code][1].format_map(self.data)


def refuse(code: str, **data: object) -> Refusal:
    """A refusal with its data as text."""
    return Refusal(code=code, data={key: str(value) for key, value in data.items()})
