"""One example of every message, as the documents show it: a street light in a city that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from router.broker.envelope import Receipt, Resent
from router.core import commands as c
from router.core.telling import messages as m, told

_CASE = "VVFD4W3RLEBB5OYU"
_OPENED_AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
_DUE_AT = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
_DESK = c.Actor(c.ActorRole.DESK, "liuyin")
_ABOVE = c.Actor(c.ActorRole.DESK, "hubin")
_CALLED = c.Actor(c.ActorRole.DESK, "hubin-power")
_WATCHER = c.Actor(c.ActorRole.DESK, "supervision-group")
_CHANNEL = c.Actor(c.ActorRole.CHANNEL, "hotline")
_FOLLOW_UP = c.Actor(c.ActorRole.FOLLOW_UP, "follow-up")
_SUPERVISION = c.Actor(c.ActorRole.SUPERVISION, "supervision")
_OTHER = "MB5K2Q7ZTUX3WJRA"
_PROJECT = "QH2ZT4KC7RWMV5BN"
_ROUTER = c.Actor(c.ActorRole.SYSTEM, "router")
_ID = "5f0c3a9be1d27c4460a8b1f2"

_ABOUT = c.Related(
    case_id=_CASE, version=4, origin="complaint", opened_at=_OPENED_AT, category="street_light", division="liuyin"
)

COMMANDS: tuple[c.Command, ...] = (
    c.Open(
        id="hotline:2026-118:9a31c07be255",
        case_id="",
        actor=_CHANNEL,
        at=_OPENED_AT,
        source="hotline",
        source_id="2026-118",
        channel="hotline",
        category="street_light",
        division=("hubin", "liuyin"),
        text="路灯不亮三天，晚上看不清路。",
        place=c.Place(asset_id="lamp-4711", longitude=120.15, latitude=30.28, crs="GCJ-02"),
        contact=c.Contact(name="王小明", phone="13800000000", address="柳荫街1号"),
    ),
    c.Dispatch(id=f"{_ID}/dispatch/1", case_id=_CASE, actor=_ABOVE, desk="liuyin"),
    c.Accept(id=f"{_ID}/accept/1", case_id=_CASE, actor=_DESK),
    c.ReportProgress(id=f"{_ID}/progress/1", case_id=_CASE, actor=_DESK, text="已联系电工，明天到场。"),
    c.Reply(
        id=f"{_ID}/reply/1",
        case_id=_CASE,
        actor=_DESK,
        text="周三前换好。",
        commitment_due_at=datetime(2026, 11, 25, 10, 0, tzinfo=UTC),
    ),
    c.Mitigate(id=f"{_ID}/mitigate/1", case_id=_CASE, actor=_DESK, text="已放置临时照明。"),
    c.Whistle(
        id=f"{_ID}/whistle/1", case_id=_CASE, actor=_DESK, desks=("hubin-power",), text="需要断电后才能施工。"
    ),
    c.ReportIn(id=f"{_ID}/report_in/1", case_id=_CASE, actor=_CALLED, text="已派人到场。"),
    c.AddAssist(id=f"{_ID}/add_assist/1", case_id=_CASE, actor=_ABOVE, desk="hubin-power"),
    c.RemoveAssist(id=f"{_ID}/remove_assist/1", case_id=_CASE, actor=_ABOVE, desk="hubin-power"),
    c.AssignLeader(id=f"{_ID}/assign_leader/1", case_id=_CASE, actor=_ABOVE, leader="副市长（城建）", tier="city"),
    c.Instruct(
        id=f"{_ID}/instruct/1",
        case_id=_CASE,
        actor=_ABOVE,
        leader="区长",
        tier="district",
        text="三日内恢复照明，举一反三。",
    ),
    c.FilePlan(
        id=f"{_ID}/file_plan/1", case_id=_CASE, actor=_DESK, text="周三断电换灯。", evidence=("plan-20261124",)
    ),
    c.Review(
        id=f"{_ID}/review/1",
        case_id=_CASE,
        actor=_WATCHER,
        passed=False,
        milestone="review",
        text="没有写明断电时间。",
    ),
    c.Mark(id=f"{_ID}/mark/1", case_id=_CASE, actor=_WATCHER, on_site=True, text="已到现场。"),
    c.Mediate(id=f"{_ID}/mediate/1", case_id=_CASE, actor=_DESK, text="双方对费用有争议。"),
    c.EndMediation(
        id=f"{_ID}/end_mediation/1",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.DESK, "hubin-mediation"),
        settled=True,
        text="双方达成协议。",
        evidence=("agreement-20261126",),
    ),
    c.RequestReturn(
        id=f"{_ID}/return/1",
        case_id=_CASE,
        actor=_DESK,
        reason="not_our_matter",
        suggested_desk="wanghu",
        text="该路段属望湖街道。",
    ),
    c.ApproveReturn(id=f"{_ID}/approve_return/1", case_id=_CASE, actor=_ABOVE, desk="wanghu"),
    c.RefuseReturn(id=f"{_ID}/refuse_return/1", case_id=_CASE, actor=_ABOVE, text="该路段属柳荫街道。"),
    c.Designate(id=f"{_ID}/designate/1", case_id=_CASE, actor=_ABOVE, desk="liuyin"),
    c.RequestExtension(
        id=f"{_ID}/request_extension/1",
        case_id=_CASE,
        actor=_DESK,
        reason="waiting_for_parts",
        days=5,
        text="灯头缺货，下周到货。",
    ),
    c.ApproveExtension(id=f"{_ID}/approve_extension/1", case_id=_CASE, actor=_ABOVE),
    c.RefuseExtension(id=f"{_ID}/refuse_extension/1", case_id=_CASE, actor=_ABOVE, text="请先放置临时照明。"),
    c.RequestSuspension(
        id=f"{_ID}/request_suspension/1",
        case_id=_CASE,
        actor=_DESK,
        reason="road_works",
        recheck_at=datetime(2026, 12, 28, 1, 0, tzinfo=UTC),
        text="道路改造，年底前无法施工。",
    ),
    c.ApproveSuspension(id=f"{_ID}/approve_suspension/1", case_id=_CASE, actor=_ABOVE),
    c.RefuseSuspension(id=f"{_ID}/refuse_suspension/1", case_id=_CASE, actor=_ABOVE, text="可先换临时灯。"),
    c.Recheck(id=f"{_ID}/recheck/1", case_id=_CASE, actor=_ABOVE, text="道路仍在施工。"),
    c.Resume(id=f"{_ID}/resume/1", case_id=_CASE, actor=_DESK, text="道路已通。"),
    c.Excuse(
        id="supervision-excuse-118-1",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SUPERVISION, "supervision"),
        milestone="close",
        due_at=_DUE_AT,
        text="当日全区停电。",
    ),
    c.ConfirmLevel(
        id="supervision-level-118-1",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SUPERVISION, "li.congress"),
        level="congress",
    ),
    c.Star(id=f"{_ID}/star/1", case_id=_CASE, actor=_ABOVE, text="市领导批示。"),
    c.Unstar(id=f"{_ID}/unstar/1", case_id=_CASE, actor=_ABOVE),
    c.Replan(id=f"replan/{_CASE}/7", case_id=_CASE, actor=c.Actor(c.ActorRole.SYSTEM, "policy")),
    c.Resolve(
        id=f"{_ID}/resolve/1",
        case_id=_CASE,
        actor=_DESK,
        outcome=c.Outcome.SOLVED,
        text="灯泡已更换。",
        evidence=("photo-20261124-01",),
        root_cause="灯泡老化",
    ),
    c.FollowUp(
        id="follow-up-20261126-7",
        case_id=_CASE,
        actor=_FOLLOW_UP,
        result=c.FollowUpResult.NOT_ACCEPTED,
        answers=c.Answers(contacted=True, solved=False, satisfaction=c.Satisfaction.DISSATISFIED),
        asked=1,
        accepted=0,
        reprocess=c.Reprocess.ONE_UP,
    ),
    c.RecordInspection(
        id=f"{_ID}/record_inspection/1",
        case_id=_CASE,
        actor=_WATCHER,
        passed=False,
        findings=(c.Finding(text="另有三盏路灯不亮。", category="street_light"),),
        evidence=("photo-20261127-3",),
        text="路灯仍不亮。",
    ),
    c.NoteInspection(
        id="then:5f0c3a9be1d27c4460a8b1f2",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SYSTEM, "router"),
        task="SDJ3PYTQHKX2M4ZA",
        by="supervision-group",
        passed=True,
        number=1,
        planned_at=_DUE_AT,
    ),
    c.DrawInspection(
        id=f"{_ID}/draw_inspection/1", case_id=_CASE, actor=_WATCHER, seed="2026-11-24 福利彩票 03 08 17 22 25 31"
    ),
    c.Sweep(
        id=f"{_ID}/sweep/1",
        case_id=_CASE,
        actor=_WATCHER,
        checklist=("巡查全部路灯。", "更换不亮的灯。"),
        category="street_light",
        text="柳荫街道路灯大面积不亮，请同类单位自查。",
    ),
    c.IssueRequirements(
        id=f"{_ID}/issue_requirements/1",
        case_id=_CASE,
        actor=_WATCHER,
        requirements=("更换整条线路。", "巡查本街道全部路灯。"),
        due_at=_DUE_AT,
    ),
    c.Tick(id=f"{_ID}/tick/1", case_id=_CASE, actor=_WATCHER, requirement=1),
    c.Close(id="close-20261126-7", case_id=_CASE, actor=_FOLLOW_UP),
    c.Reopen(id="hotline-reopen-118-1", case_id=_CASE, actor=_CHANNEL, text="又不亮了。"),
    c.Escalate(id=f"{_ID}/escalate/1", case_id=_CASE, actor=_DESK, text="需要区里协调供电公司。"),
    c.AcceptEscalation(id=f"{_ID}/accept_escalation/1", case_id=_CASE, actor=_ABOVE),
    c.Pull(id=f"{_ID}/pull/1", case_id=_CASE, actor=_WATCHER, desk="city", text="市级直接办理。"),
    c.Adopt(id=f"{_ID}/adopt/1", case_id=_CASE, actor=_ABOVE, report=f"{_ID}/resolve/1"),
    c.Correct(
        id="hotline-correct-118-1",
        case_id=_CASE,
        actor=_CHANNEL,
        category="traffic_light",
        division=("hubin",),
        named_desks=("hubin-lighting",),
        named_persons=("wang.5021",),
    ),
    c.Link(id=f"{_ID}/link/1", case_id=_CASE, actor=_ABOVE, other=_OTHER, text="同一路段的路灯。"),
    c.Unlink(id=f"{_ID}/unlink/1", case_id=_CASE, actor=_ABOVE, other=_OTHER, text="不是同一盏灯。"),
    c.Cluster(
        id=f"{_ID}/cluster/1",
        case_id=_CASE,
        actor=_ABOVE,
        cases=(_OTHER,),
        due_at=_DUE_AT + timedelta(days=21),
        plan_due_at=_DUE_AT,
        sample=1,
        text="统一更换控制箱。",
    ),
    c.Join(id=f"{_ID}/join/1", case_id=_PROJECT, actor=_ABOVE, other=_OTHER),
    c.Leave(id=f"{_ID}/leave/1", case_id=_CASE, actor=_ABOVE, text="另一处故障。"),
    c.StartProject(
        id=f"then:{_ID}1",
        case_id=_PROJECT,
        actor=_ROUTER,
        founder=_CASE,
        by="hubin",
        desk="hubin",
        members=(_ABOUT,),
        matter_type="complaint",
        category="street_light",
        category_group="lighting",
        division_path=("yunxi", "hubin"),
        due_at=_DUE_AT + timedelta(days=21),
    ),
    c.Enrol(
        id=f"then:{_ID}2",
        case_id=_CASE,
        actor=_ROUTER,
        project=_PROJECT,
        by="hubin",
        due_at=_DUE_AT + timedelta(days=21),
    ),
    c.NoteMember(
        id=f"then:{_ID}3",
        case_id=_PROJECT,
        actor=_ROUTER,
        member=_CASE,
        version=9,
        left=True,
        reason="refused",
    ),
    c.ResolveWith(
        id=f"then:{_ID}4",
        case_id=_CASE,
        actor=_ROUTER,
        other=_PROJECT,
        outcome=c.Outcome.SOLVED,
        text="控制箱已更换。",
        project=True,
        asked=True,
    ),
    c.CloseBySample(id=f"then:{_ID}5", case_id=_CASE, actor=_ROUTER, project=_PROJECT),
    c.Urge(id="hotline-urge-118-1", case_id=_CASE, actor=_CHANNEL, text="什么时候修好？"),
    c.Redact(id="redact-20261126-1", case_id=_CASE, actor=_SUPERVISION, entry=1, text="文中有电话号码。"),
    c.Withdraw(id="hotline-withdraw-118-1", case_id=_CASE, actor=_CHANNEL, text="市民撤回。"),
    c.PassDeadline(
        id=f"{_CASE}@close@2026-11-30T09:30:00Z",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SYSTEM, "clock"),
        milestone="close",
        due_at=_DUE_AT,
    ),
    c.Recompute(
        id=f"calendar/cn@3f1c9e20ab47/{_CASE}/4", case_id=_CASE, actor=c.Actor(c.ActorRole.SYSTEM, "calendar")
    ),
    c.TakeOver(
        id="import/0f1e2d3c4b5a69780f1e2d3c4b5a6978",
        case_id="",
        actor=c.Actor(c.ActorRole.SYSTEM, "import"),
        at=_OPENED_AT,
        source="hotline",
        source_id="20261101-7",
        channel="hotline",
        division=("hubin", "liuyin"),
        text="路灯不亮。",
    ),
    c.CancelDeadlines(
        id=f"cancel/3/{_CASE}/2026-11-30T09:30:00Z",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SYSTEM, "brake"),
        by="li",
        text="日历有误，按新日历重算。",
    ),
    c.UndoEscalation(
        id=f"undo/{_CASE}/close/2026-11-30T09:30:00Z",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SYSTEM, "undo"),
        milestone="close",
        due_at=_DUE_AT,
        desk="liuyin",
        step=0,
        by="li",
        text="时钟出错。",
    ),
    c.Rearm(id=f"rearm/{_CASE}/7", case_id=_CASE, actor=c.Actor(c.ActorRole.SYSTEM, "audit")),
    c.NoteUnstaffed(
        id=f"unstaffed/{_CASE}/liuyin/2026-11-30T09:30:00Z",
        case_id=_CASE,
        actor=c.Actor(c.ActorRole.SYSTEM, "staffing"),
        desk="liuyin",
        since=_DUE_AT,
    ),
)

RECEIPT = Receipt(id=f"{_ID}/receipt", case_id=_CASE, version=2, desk="liuyin")

PAYLOADS: tuple[m.Payload, ...] = (
    m.Assigned(
        case_id=_CASE,
        version=2,
        role="lead",
        step="street",
        reason="territory",
        channel="hotline",
        matter_type="complaint",
        category="street_light",
        division_path=("yunxi", "hubin", "liuyin"),
        place=c.Place(asset_id="lamp-4711", longitude=120.15, latitude=30.28, crs="GCJ-02"),
        text="路灯不亮三天，晚上看不清路。",
        opened_at=_OPENED_AT,
        due_at=_DUE_AT,
        statutory_due_at=_DUE_AT,
        contact_ref=f"contact-{_CASE}",
    ),
    m.Taken(case_id=_CASE, version=6, reason="escalated", to_desk="hubin"),
    m.Reminded(case_id=_CASE, version=3, milestone="close", due_at=_DUE_AT, reason="reminder"),
    m.SupervisionOrdered(case_id=_CASE, version=5, milestone="close", due_at=_DUE_AT, lead="liuyin"),
    m.Whistled(case_id=_CASE, version=4, by="liuyin", due_at=_DUE_AT, text="需要断电后才能施工。"),
    m.ReportedIn(case_id=_CASE, version=5, desk="hubin-power", text="已派人到场。"),
    m.NamesWanted(case_id=_CASE, version=2, missing=("leader:city", "instruction")),
    m.LeaderAssigned(case_id=_CASE, version=3, leader="副市长（城建）", tier="city"),
    m.Instructed(case_id=_CASE, version=4, leader="区长", tier="district", text="三日内恢复照明，举一反三。"),
    m.PlanFiled(case_id=_CASE, version=5, desk="liuyin", text="周三断电换灯。", evidence=("plan-20261124",)),
    m.Reviewed(case_id=_CASE, version=6, passed=False, milestone="review", text="没有写明断电时间。"),
    m.MediationWanted(case_id=_CASE, version=7, by="liuyin", due_at=_DUE_AT, text="双方对费用有争议。"),
    m.MediationEnded(case_id=_CASE, version=8, desk="hubin-mediation", settled=True, text="双方达成协议。"),
    m.ReturnRequested(
        case_id=_CASE,
        version=4,
        desk="liuyin",
        reason="not_our_matter",
        suggested_desk="wanghu",
        text="该路段属望湖街道。",
    ),
    m.ReturnDecided(case_id=_CASE, version=5, approved=True, to_desk="wanghu"),
    m.EscalationRequested(case_id=_CASE, version=4, desk="liuyin", due_at=_DUE_AT, text="需要区里协调供电公司。"),
    m.ExtensionRequested(
        case_id=_CASE,
        version=4,
        desk="liuyin",
        reason="waiting_for_parts",
        due_at=_DUE_AT,
        decide_by=_OPENED_AT + timedelta(days=2),
        days=5,
        text="灯头缺货，下周到货。",
    ),
    m.ExtensionDecided(case_id=_CASE, version=5, approved=True, due_at=_DUE_AT + timedelta(days=7)),
    m.SuspensionRequested(
        case_id=_CASE,
        version=4,
        desk="liuyin",
        reason="road_works",
        recheck_at=_DUE_AT + timedelta(days=28),
        decide_by=_OPENED_AT + timedelta(days=2),
        text="道路改造，年底前无法施工。",
    ),
    m.SuspensionDecided(case_id=_CASE, version=5, approved=True),
    m.DueChanged(
        case_id=_CASE,
        version=6,
        reason="resumed",
        due_at=_DUE_AT + timedelta(days=28),
        statutory_due_at=_DUE_AT + timedelta(days=28),
    ),
    m.Excused(case_id=_CASE, version=9, milestone="close", due_at=_DUE_AT, text="当日全区停电。"),
    m.InspectionOrdered(
        case_id=_CASE,
        version=2,
        task=c.Task(kind=c.TaskKind.VISIT, targets=(c.Target(desk="liuyin"),), due_at=_DUE_AT),
        text="夜间查看路灯。",
    ),
    m.Inspected(case_id=_CASE, version=9, passed=False, text="路灯仍不亮。"),
    m.Required(
        case_id=_CASE,
        version=10,
        by="supervision-group",
        due_at=_DUE_AT,
        items={"1": "更换整条线路。", "2": "巡查本街道全部路灯。"},
    ),
    m.Ticked(case_id=_CASE, version=11, requirement=1, left=(2,)),
    m.Unstaffed(case_id=_CASE, version=4, desk="liuyin", since=_DUE_AT),
    m.Linked(case_id=_CASE, version=5, other=_OTHER),
    m.Unlinked(case_id=_CASE, version=6, other=_OTHER),
    m.ClusterProposed(
        case_id=_CASE, version=14, category="street_light", division="liuyin", count=11, cases=(_OTHER,)
    ),
    m.Joined(case_id=_CASE, version=6, project=_PROJECT, due_at=_DUE_AT + timedelta(days=21)),
    m.Urged(case_id=_CASE, version=7, times=2, text="什么时候修好？"),
    m.Redacted(case_id=_CASE, version=8, entry=1),
    m.Refused(
        case_id=_CASE,
        version=7,
        command=f"{_ID}/resolve/1",
        command_type="case.resolve.v1",
        code="not_lead",
        zh="该工单现由 hubin 主办，liuyin 已不是主办单位",
        en="the case is led by hubin now, liuyin does not have it",
        data={"lead": "hubin", "desk": "liuyin"},
    ),
    m.Answered(
        case_id=_CASE,
        version=4,
        kind="resolved",
        source="hotline",
        source_id="2026-118",
        text="灯泡已更换。",
        outcome=c.Outcome.SOLVED,
        due_at=_DUE_AT,
    ),
    m.EventRecorded(
        case_id=_CASE,
        version=2,
        event="Dispatched",
        data={"desk": "liuyin", "step": 0, "reason": "territory"},
        tier="street",
        cause="hotline:2026-118:9a31c07be255",
        ordinal=1,
        actor=_CHANNEL,
        event_at=_OPENED_AT,
        recorded_at=_OPENED_AT,
    ),
)

LIST = told.NoticeList(
    desk="liuyin",
    lines=(
        told.NoticeLine(
            case_id=_CASE,
            kind="reminder",
            milestone="accept",
            due_at=datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
            told_at=datetime(2026, 11, 24, 16, 0, 1, tzinfo=UTC),
            count=2,
        ),
    ),
    made_at=datetime(2026, 11, 25, 0, 30, 4, tzinfo=UTC),
)

RESEND_WANTED = told.ResendWanted(restore="restore-1795536000", since=datetime(2026, 11, 24, 13, 5, tzinfo=UTC))

RESENT = Resent(
    id="restore-1795536000/resent/liuyin/1795536004",
    restore="restore-1795536000",
    speaker="desk",
    code="liuyin",
    count=3,
    kept_since=datetime(2026, 11, 22, 14, 0, tzinfo=UTC),
)

#: Body of `POST /cases`.
POSTED = {
    "source_id": "2026-118",
    "category": "street_light",
    "division": ["hubin", "liuyin"],
    "text": "路灯不亮三天，晚上看不清路。",
    "at": "2026-11-23T08:30:00+08:00",
    "contact": {"name": "王小明", "phone": "13800000000"},
}

#: Wire type → example.
EXAMPLES: dict[str, msgspec.Struct] = {
    str(example.__struct_config__.tag): example
    for example in (*COMMANDS, RECEIPT, RESENT, *PAYLOADS, LIST, RESEND_WANTED)
}
