"""An example of every message that is no command: what desks and channels are told, receipts and lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from router.broker.envelope import Receipt, Resent
from router.core import commands as c
from router.core.policies.priority import Priority
from router.core.telling import messages as m, told
from router.tiers.wire_examples.names import CASE, CHANNEL, DUE_AT, ID, OPENED_AT, OTHER, PROJECT

RECEIPT = Receipt(id=f"{ID}/receipt", case_id=CASE, version=2, desk="liuyin")

PAYLOADS: tuple[m.Payload, ...] = (
    m.Assigned(
        case_id=CASE,
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
        opened_at=OPENED_AT,
        due_at=DUE_AT,
        statutory_due_at=DUE_AT,
        affected=60,
        priority=Priority.HIGH,
        contact_ref=f"contact-{CASE}",
    ),
    m.Taken(case_id=CASE, version=6, reason="escalated", to_desk="hubin"),
    m.Reminded(case_id=CASE, version=3, milestone="close", due_at=DUE_AT, reason="reminder"),
    m.SupervisionOrdered(case_id=CASE, version=5, milestone="close", due_at=DUE_AT, lead="liuyin"),
    m.Whistled(case_id=CASE, version=4, by="liuyin", due_at=DUE_AT, text="需要断电后才能施工。"),
    m.ReportedIn(case_id=CASE, version=5, desk="hubin-power", text="已派人到场。"),
    m.NamesWanted(case_id=CASE, version=2, missing=("leader:city", "instruction")),
    m.LeaderAssigned(case_id=CASE, version=3, leader="副市长（城建）", tier="city"),
    m.Instructed(case_id=CASE, version=4, leader="区长", tier="district", text="三日内恢复照明，举一反三。"),
    m.PlanFiled(case_id=CASE, version=5, desk="liuyin", text="周三断电换灯。", evidence=("plan-20261124",)),
    m.Reviewed(case_id=CASE, version=6, passed=False, milestone="review", text="没有写明断电时间。"),
    m.MediationWanted(case_id=CASE, version=7, by="liuyin", due_at=DUE_AT, text="双方对费用有争议。"),
    m.MediationEnded(case_id=CASE, version=8, desk="hubin-mediation", settled=True, text="双方达成协议。"),
    m.ReturnRequested(
        case_id=CASE,
        version=4,
        desk="liuyin",
        reason="not_our_matter",
        suggested_desk="wanghu",
        text="该路段属望湖街道。",
    ),
    m.ReturnDecided(case_id=CASE, version=5, approved=True, to_desk="wanghu"),
    m.EscalationRequested(case_id=CASE, version=4, desk="liuyin", due_at=DUE_AT, text="需要区里协调供电公司。"),
    m.ExtensionRequested(
        case_id=CASE,
        version=4,
        desk="liuyin",
        reason="waiting_for_parts",
        due_at=DUE_AT,
        decide_by=OPENED_AT + timedelta(days=2),
        days=5,
        text="灯头缺货，下周到货。",
    ),
    m.ExtensionDecided(case_id=CASE, version=5, approved=True, due_at=DUE_AT + timedelta(days=7)),
    m.SuspensionRequested(
        case_id=CASE,
        version=4,
        desk="liuyin",
        reason="road_works",
        recheck_at=DUE_AT + timedelta(days=28),
        decide_by=OPENED_AT + timedelta(days=2),
        text="道路改造，年底前无法施工。",
    ),
    m.SuspensionDecided(case_id=CASE, version=5, approved=True),
    m.DueChanged(
        case_id=CASE,
        version=6,
        reason="resumed",
        due_at=DUE_AT + timedelta(days=28),
        statutory_due_at=DUE_AT + timedelta(days=28),
        priority=Priority.HIGH,
    ),
    m.Excused(case_id=CASE, version=9, milestone="close", due_at=DUE_AT, text="当日全区停电。"),
    m.InspectionOrdered(
        case_id=CASE,
        version=2,
        task=c.Task(kind=c.TaskKind.VISIT, targets=(c.Target(desk="liuyin"),), due_at=DUE_AT),
        text="夜间查看路灯。",
    ),
    m.Inspected(case_id=CASE, version=9, passed=False, text="路灯仍不亮。"),
    m.Required(
        case_id=CASE,
        version=10,
        by="supervision-group",
        due_at=DUE_AT,
        items={"1": "更换整条线路。", "2": "巡查本街道全部路灯。"},
    ),
    m.Ticked(case_id=CASE, version=11, requirement=1, left=(2,)),
    m.Unstaffed(case_id=CASE, version=4, desk="liuyin", since=DUE_AT),
    m.Linked(case_id=CASE, version=5, other=OTHER),
    m.Unlinked(case_id=CASE, version=6, other=OTHER),
    m.ClusterProposed(
        case_id=CASE, version=14, category="street_light", division="liuyin", count=11, cases=(OTHER,)
    ),
    m.Joined(case_id=CASE, version=6, project=PROJECT, due_at=DUE_AT + timedelta(days=21)),
    m.Urged(case_id=CASE, version=7, times=2, text="什么时候修好？"),
    m.Redacted(case_id=CASE, version=8, entry=1),
    m.Refused(
        case_id=CASE,
        version=7,
        command=f"{ID}/resolve/1",
        command_type="case.resolve.v1",
        code="not_lead",
        zh="该工单现由 hubin 主办，liuyin 已不是主办单位",
        en="the case is led by hubin now, liuyin does not have it",
        data={"lead": "hubin", "desk": "liuyin"},
    ),
    m.Answered(
        case_id=CASE,
        version=4,
        kind="resolved",
        source="hotline",
        source_id="2026-118",
        text="灯泡已更换。",
        outcome=c.Outcome.SOLVED,
        due_at=DUE_AT,
    ),
    m.EventRecorded(
        case_id=CASE,
        version=2,
        event="Dispatched",
        data={"desk": "liuyin", "step": 0, "reason": "territory"},
        tier="street",
        cause="hotline:2026-118:9a31c07be255",
        ordinal=1,
        actor=CHANNEL,
        event_at=OPENED_AT,
        recorded_at=OPENED_AT,
    ),
)

LIST = told.NoticeList(
    desk="liuyin",
    lines=(
        told.NoticeLine(
            case_id=CASE,
            kind="reminder",
            milestone="accept",
            due_at=datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
            told_at=datetime(2026, 11, 24, 16, 0, 1, tzinfo=UTC),
            count=2,
            priority=Priority.HIGH,
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
