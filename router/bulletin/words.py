"""What a bulletin says, in Chinese and English; a test holds that each text has both, with the same places."""

from __future__ import annotations

from collections.abc import Callable

from router.sentences import counts

LANGUAGES = ("zh", "en")

#: Key → (Chinese, English).
WORDS: dict[str, tuple[str, str]] = {
    # -- the head
    "title": ("{city} 工单周报", "{city}: weekly bulletin"),
    "subtitle": ("{week}　{monday} 至 {sunday}", "{week}, {monday} to {sunday}"),
    "printed": ("正式", "printed"),
    "draft": (
        "草稿：按现有记录计算，数字会变，未存档",
        "Draft: by what is on record now, not kept; figures will change",
    ),
    "revised": (
        "修订：按现有记录重新计算，未存档；正式数字以首次印发为准",
        "Revised: computed by all that is known now, not kept; the printed figures stand",
    ),
    "as_known": (
        "截止 {cutoff}（按入账时间）：此后入账的不在其中",
        "As known at the cut-off, {cutoff}, by recording time: what was recorded later is not in it",
    ),
    "as_happened": (
        "历史回放：按发生时间截至 {cutoff}，入账时间无意义",
        "A replay: cut at {cutoff} by event time, its recording times say nothing",
    ),
    "as_now": ("按全部已入账记录计算", "Computed from everything on record"),
    "contents": ("目录", "Contents"),
    "and": ("、", ", "),
    # -- tiles
    "opened": ("受理", "Opened"),
    "closed": ("归档", "Closed"),
    "open": ("期末在办", "Open at the end"),
    "overdue": ("期末逾期", "Overdue at the end"),
    "on_time": ("按期办结率（原时限）", "On time (first due date)"),
    "before_complaint": ("未诉先办率", "Resolved before complaint"),
    "last_week": ("上周 {value}", "week before: {value}"),
    "no_rate": ("无", "none"),
    "not_assessable": ("不可评估", "not assessable"),
    # -- open risks
    "risks": ("一、在办风险", "1. Open risks"),
    "risks_note": (
        "风险持续最久的在前。截止时在办 {open} 件，其中有风险 {count} 件。",
        "The oldest risk first. {open} cases were open at the cut-off, {count} of them at risk.",
    ),
    "withheld": ("只计数：反映单位问题或需保密", "counted only: about an office, or confidential"),
    "risks_cut": (
        "此页列出前 {shown} 件，全部 {count} 件见 CSV 或 JSON。",
        "This page lists the first {shown}; the CSV and JSON have all {count}.",
    ),
    "risks_none": ("没有有风险的在办工单。", "No open case is at risk."),
    "by_reason": ("各类风险件数（一件可有多类）", "Cases by reason (one case may have several)"),
    "reason": ("风险", "Risk"),
    "reason_overdue": ("已逾期", "overdue"),
    "reason_near_due": ("临期", "near due"),
    "reason_supervised": ("督办中", "supervised"),
    "reason_unsigned": ("停滞：未签收", "stalled: not signed for"),
    "reason_returned": ("停滞：多次退单", "stalled: returned repeatedly"),
    "reason_silent": ("停滞：多日无进展", "stalled: no work for days"),
    "reason_starred": ("★ 加星", "★ starred"),
    "case": ("工单", "Case"),
    "desk": ("主办单位", "Lead"),
    "nobody": ("未派单", "nobody yet"),
    "place": ("区划", "Place"),
    "category": ("事项", "Category"),
    "no_category": ("（未写事项）", "(none given)"),
    "no_district": ("（未知区划）", "(unknown division)"),
    "opened_at": ("受理时间", "Opened"),
    "age_days": ("已历天数", "Age (days)"),
    "age": ("{days} 天", "{days:day|days}"),
    "due_at": ("时限", "Due"),
    "due_first": ("原时限", "First due"),
    "due_extended": ("{due}（原 {first}）", "{due} (first {first})"),
    "provisional": ("（暂定）", "(provisional)"),
    "since": ("风险起始", "At risk since"),
    "colour": ("颜色", "Colour"),
    "level": ("督办层级", "Level"),
    "level_n": ("{number}级 {title}", "{number} {title}"),
    "hands": ("现在谁手里", "In whose hands"),
    "hands_of": ("{kind}：{holder}", "{kind}: {holder}"),
    "escalations": ("提级次数", "Escalated"),
    "returns": ("退单次数", "Returned"),
    # -- summary
    "summary": ("二、汇总", "2. Summary"),
    "week_flow": ("受理与办理", "What came and went"),
    "measure": ("项目", "Measure"),
    "this_week": ("本周", "This week"),
    "the_week_before": ("上周", "Week before"),
    "change": ("变化", "Change"),
    "proactive_share": ("主动发现占比", "Proactive share"),
    "on_the_spot": ("其中当场解决", "Of these, solved on the spot"),
    "visits": ("走访", "Visits"),
    "visits_solved": ("走访当场解决", "Visits: solved on the spot"),
    "visits_quiet": ("走访无诉求", "Visits: nothing raised"),
    "on_time_after_changes": ("按期办结率（变更后时限）", "On time (after changes)"),
    "extended": ("延期率（本周到期的）", "Extension rate (due this week)"),
    "suspended": ("挂账率（本周到期的）", "Suspension rate (due this week)"),
    "excused": ("剔除率（占法定超期）", "Excuse rate (of statutory misses)"),
    "districts": ("各区县", "By district"),
    "district": ("区县", "District"),
    "total": ("合计", "Total"),
    "escalation_table": ("提级（逐级，按原因）", "Escalations, one step each, by cause"),
    "step": ("从 → 到", "From → to"),
    "cause": ("原因", "Cause"),
    "count": ("件数", "Count"),
    "escalations_none": ("本周没有提级。", "Nothing was escalated this week."),
    "also_happened": (
        "市级提办 {pulled} 件；因无在用单位跳过 {skipped} 级次；撤回提级 {taken_back} 次（不在表内）。",
        "Pulled by the top tier: {pulled}. Steps skipped for want of a desk: {skipped}. "
        "Escalations taken back: {taken_back} (not in the table).",
    ),
    "rates": ("三率与四个全覆盖", "Three rates and coverages"),
    "response": ("响应率", "Contacted"),
    "resolution": ("解决率", "Solved"),
    "satisfaction": ("满意率（基本满意计 0.9）", "Satisfied (basically satisfied: 0.9)"),
    "follow_up_coverage": ("有效回访覆盖率", "Valid follow-ups"),
    "instructed": ("批示", "Instructed by a leader"),
    "on_site": ("现场督办", "Supervised on site"),
    "task_force": ("专班", "Task force"),
    "satisfied": ("群众满意后归档", "Closed because residents accept"),
    "before_table": ("未诉先办", "Resolved before complaint"),
    "way": ("问题", "Problems"),
    "variant": ("范围", "Of"),
    "peers": ("同类", "Peers"),
    "cohort": ("本周首次发现", "first seen this week"),
    "flow": ("本周最后办结", "last resolved this week"),
    "variant_total": ("全部", "all"),
    "variant_without_on_the_spot": ("不含当场解决", "without on-the-spot ones"),
    "variant_independent_only": ("仅计独立核实的", "independently verified only"),
    "ratio": ("比率", "Ratio"),
    "of_line": ("条线单位（{line}）", "departments ({line})"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "provisional_part": ("其中暂定", "Of it provisional"),
    "linkable": ("可关联工单 {part} / {of}", "Cases that can be linked: {part} of {of}"),
    "linkable_low": (
        "不足 80%，未诉先办率不可评估。",
        "Below 80 %: the ratio is not assessable.",
    ),
    # -- shares and matters
    "shares": ("三、诉求构成", "3. What it was about"),
    "shares_note": (
        "本周受理工单按大类，各占比之和恰为 100%（最大余额法）。",
        "Cases opened this week by category group; the shares sum to exactly 100 % (largest remainders).",
    ),
    "shares_none": ("本周没有受理工单。", "No case was opened this week."),
    "group": ("大类", "Group"),
    "share": ("占比", "Share"),
    "points": ("占比变化（百分点）", "Share change (points)"),
    "matters": ("四、各区县高频事项", "4. Most frequent matters by district"),
    "matters_note": (
        "各区县件数最多的十项；件数相同名次相同。",
        "The ten most frequent of each district; equal counts share a place.",
    ),
    "matters_opened": ("{name}：受理 {opened} 件", "{name}: {opened} opened"),
    "matters_tied": (
        "另有 {count} 项件数与最后一项相同。",
        "{count:more matter has|more matters have} as many cases as the last one.",
    ),
    "matters_none": ("本周没有受理。", "Nothing was opened."),
    "rank": ("名次", "Place"),
    "rank_change": ("名次变化", "Place change"),
    "new": ("新", "new"),
    # -- ranking
    "ranking": ("五、同类排名", "5. Peers compared"),
    "ranking_term": ("同类排名", "Ranking among peers"),
    "ranking_note": (
        "按期办结率，仅在同层级同类单位之间；样本不足 {n} 件的不排名，可排名单位不足 {peers} 个的不排名。",
        "On-time rate, only among desks of one tier and kind. No place below n = {n}, or with fewer than {peers} "
        "peers.",
    ),
    "ranking_none": ("本周没有可比的单位。", "No desk can be compared this week."),
    "unit": ("单位", "Desk"),
    "no_place": ("样本不足", "n too small"),
    "too_few_peers": ("同类过少", "too few peers"),
    # -- definitions
    "problem_days": (" {days:g} 天", "{days:g} days"),
    "problem_days_of": ("{name} {days:g} 天", "{name} {days:g} days"),
    "problem_days_but": ("{usual}（{others}）", "{usual} ({others})"),
    "definitions": ("口径说明", "Definitions"),
    "cut_off": ("截止", "Cut-off"),
    "source": ("依据", "Source"),
    "term": ("项目", "Term"),
    "meaning": ("口径", "Meaning"),
    "revision": ("印发后新获知的变化", "What was learned since it was printed"),
    "revision_note": (
        "正式数字印发于 {printed}；下列各项按现有记录有变化，正式数字不改。",
        "The figures were printed on {printed}; these differ by what is on record now. The printed ones stand.",
    ),
    "revision_none": ("与正式数字相比没有变化。", "Nothing differs from the printed figures."),
    "revision_unprinted": (
        "本周尚未印发，无从比较。",
        "This week was never printed: there is nothing to compare with.",
    ),
    "was": ("印发", "Printed"),
    "is_now": ("现在", "Now"),
    "figure": ("数字", "Figure"),
    "source_line": (
        "台账工单 {cases} 件、记录 {entries} 条，最后入账 {last}；区划版本 {tree}；程序 {program}；时区 {zone}。",
        "{cases} cases and {entries} entries of the ledger, the last recorded {last}; divisions {tree}; "
        "program {program}; zone {zone}.",
    ),
    "never": ("无", "never"),
    # -- registers
    "register_person": ("个人台账", "Register of one person"),
    "register_household": ("户台账", "Register of one household"),
    "register_enterprise": ("企业台账", "Register of one enterprise"),
    "register_reader": (
        "导出人：{role} {name}；理由：{reason}；时间：{at}（已留痕）",
        "Exported by {role} {name}, because: {reason}; {at}, on record",
    ),
    "register_masked": ("个人信息已脱敏", "Personal data are masked"),
    "register_whole": ("含个人信息原文，请妥善保管", "With personal data in full: keep it safe"),
    "register_count": ("共 {count} 件", "{count:case|cases}"),
    "register_withheld": (
        "另有 {count} 件反映单位问题或需保密，只计数",
        "{count:more case is|more cases are} about an office or confidential: counted only",
    ),
    "register_channel": ("渠道", "Channel"),
    "register_matter": ("类型", "Matter"),
    "register_name": ("姓名", "Name"),
    "register_phone": ("电话", "Telephone"),
    "register_number": ("证件号", "Identity or credit code"),
    "register_address": ("住址", "Address"),
    "register_handled": ("承办经过", "Handled by"),
    "register_result": ("办理结果", "Result"),
    "register_outcome": ("{state}，{outcome}", "{state}, {outcome}"),
    "register_follow_up": ("回访", "Follow-up"),
    "register_text": ("诉求内容", "What was said"),
}

#: What every number means, beside the numbers.
DEFINITIONS: tuple[tuple[str, tuple[str, str]], ...] = (
    (
        "opened",
        (
            "受理时间在本周内的工单，检查任务除外。",
            "Received within the week; inspection tasks are left out.",
        ),
    ),
    (
        "closed",
        (
            "本周内归档、周末仍处于归档状态的工单；又重办的不计。",
            "Closed within the week and still closed when it ended; what went back to work is not counted.",
        ),
    ),
    (
        "overdue",
        (
            "周末在办、且已过时限（按延期、挂账批准后的）；挂账中的不计。",
            "Open when the week ended and past its due date as approved changes have left it; suspended ones are "
            "left out.",
        ),
    ),
    (
        "on_time",
        (
            "本周到期且按期归档 / 本周到期；按原时限，变更后时限另列。恰在时限当刻归档为按期。",
            "Due this week and closed by then / due this week, by the due date as first set; the series after "
            "changes stands beside it. Closed at the very instant is on time.",
        ),
    ),
    (
        "response",
        (
            "本周归档或回访的工单，以最近一次答复为准，分母为三项俱全的有效回访；覆盖率为有效回访 / 可回访工单。",
            "Cases closed or followed up this week, by their last answers, over valid follow-ups (all three "
            "answered); coverage is valid follow-ups over cases that could be asked about.",
        ),
    ),
    (
        "instructed",
        (
            "分母为本周在手工单（周末在办或本周归档）；满意的分母为其中已归档的。",
            "Over the cases in hand this week: open at its end, or closed in it; satisfied: over the closed ones.",
        ),
    ),
    (
        "before_complaint",
        (
            "主动发现、办结解决且其间及其后{problem_days}内无投诉的问题 / 全部问题；未满的为暂定。"
            "可关联工单不足 80% 时不可评估。与各地公布的渠道占比不可比。",
            "Problems found by the city, put right, with no complaint until {problem_days} after / all problems; "
            "provisional until then. Not assessable when fewer than 80 % of the cases can be linked. Not "
            "comparable with the channel shares that cities publish.",
        ),
    ),
    (
        "reason_near_due",
        (
            "时限在截止日的下一个工作日结束之前（含）。",
            "Due by the end of the working day after the cut-off's.",
        ),
    ),
    (
        "reason_supervised",
        (
            "已发督办单、已到督办层级、或已提级到督查的在办工单。",
            "A supervision order was issued, a supervision level was reached, or it was escalated to supervision.",
        ),
    ),
    (
        "reason_unsigned",
        (
            "停滞：派单后满 1 个工作日未签收；同意退单 2 次及以上；7 个自然日无人办理。挂账中的不计。",
            "Stalled: not signed for one full working day after dispatch; returned twice or more; no work for "
            "seven natural days. Suspended ones left out.",
        ),
    ),
    (
        "the_week_before",
        (
            "上周数字按本期同一截止时间所知重新计算，可能与上期印发的不同。",
            "The figures of the week before are by the same knowledge as this week's, and may differ from those "
            "printed then.",
        ),
    ),
    (
        "ranking_term",
        (
            "分子为本周到期、按期归档的工单（计给归档时的主办单位）；分母另加超期的（计给到期时持有工单的单位）。"
            "审批、回访、派单环节及系统迟延、停机期间、已剔除的不计入任何单位。",
            "Numerator: cases due this week and closed in time, for the lead then; the denominator adds those "
            "missed, for whoever held the case when it fell due. Time of approval, follow-up, dispatch and our "
            "own delay, outages and excused misses count for nobody.",
        ),
    ),
)


class Words:
    """The texts of one language.

    Args:
        language: `zh` or `en`.
        value: says a stored word of a closed set (a state, a cause) in it.
        step: says a step of a ladder in it.
    """

    def __init__(self, language: str, value: Callable[[str], str], step: Callable[[str], str]) -> None:
        self.language = language
        self.value = value
        self.step = step
        self._half = LANGUAGES.index(language)

    def __call__(self, key: str, **data: object) -> str:
        """A text with its places filled in."""
        return WORDS[key][self._half].format_map(counts(data))

    def definitions(self, *, without: str = "", **data: object) -> list[tuple[str, str]]:
        """Terms and what they mean, with their places filled in, but for one that is not in the bulletin."""
        return [(self(key), pair[self._half].format_map(data)) for key, pair in DEFINITIONS if key != without]
