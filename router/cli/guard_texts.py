"""The brake, holds and what is taken back, in Chinese and English; part of the table of `router.cli.texts`."""

from __future__ import annotations

#: Key → (Chinese, English).
GUARDS: dict[str, tuple[str, str]] = {
    "brake_storm": (
        "提级已暂停（{at}）：同时到期 {due} 个，上限 {threshold} 个",
        "the brake holds since {at}: {due} deadlines were due at once, {threshold} may be",
    ),
    "brake_skew": (
        "提级已暂停（{at}）：本机与数据库时钟相差 {skew} 秒",
        "the brake holds since {at}: our clock and the database's differed by {skew} s",
    ),
    "brake_is_off": ("提级没有暂停", "the brake does not hold"),
    "brake_not_on": ("提级没有暂停，无可放行", "the brake does not hold: there is nothing to let through"),
    "brake_not_on_todo": ("case-router sla held 可查看", "`case-router sla held` shows what is held back"),
    "brake_released": (
        "已放行 {count} 个到期时限（批次 {batch}）",
        "{count:deadline is|deadlines are} let through (batch {batch})",
    ),
    "brake_cancelled": (
        "{count} 件工单的到期时限不算超时，各延至下一个工作日之后；提级恢复",
        "the deadlines of {count:case count|cases count} as not missed, each has a working day; the brake is off",
    ),
    "held_by_brake": ("提级暂停", "brake"),
    "held_undelivered": ("派单消息尚未送出", "hand-over not sent yet"),
    "held_desk": ("承办单位", "desk"),
    "held_milestone": ("节点", "milestone"),
    "held_count": ("件数", "count"),
    "held_case": ("工单", "case"),
    "held_due": ("时限", "due"),
    "held_more": ("另有 {count} 个，见 --json", "{count} more, see --json"),
    "guards_progress": ("已处理 {count} 件", "{count} done"),
    "guards_refused": ("{count} 件未执行：{code}", "{count} refused: {code}"),
    "undo_which": ("写明批次 --batch，或时间 --since", "say which: --batch, or --since"),
    "undo_which_todo": (
        "批次号在 sla release 时给出；时间按登记时间，可加 --until",
        "`sla release` named the batch; times are those of recording, --until may end them",
    ),
    "undo_no_batch": ("没有放行批次 {batch}", "nothing was let through under the number {batch}"),
    "undo_no_batch_todo": ("改用 --since 和 --until", "name a time with --since and --until"),
    "undo_from": ("原承办单位", "taken from"),
    "undo_to": ("提级至", "went to"),
    "undo_dry": (
        "共 {count} 次提级；试算，未撤销",
        "{count:escalation|escalations}; a dry run: nothing was undone",
    ),
    "undone": ("已撤销 {count} 次提级", "{count:escalation was|escalations were} undone"),
    "hold_which": (
        "写明暂停谁：--desk、--district、--policy 或 --all，取一",
        "say of what, one of --desk, --district, --policy, --all",
    ),
    "hold_which_todo": (
        "例：case-router sla hold --desk 编码 --reason 停电 --by 姓名",
        "for example: case-router sla hold --desk CODE --reason 'no power' --by NAME",
    ),
    "hold_reason": ("须写明理由", "a hold needs a reason"),
    "hold_times": ("起始不得在将来，截止须晚于起始", "it does not begin in the future, and ends after it begins"),
    "hold_made": ("已暂停提级：{what}，编号 {id}", "held: {what}, as {id}"),
    "hold_none": ("没有在暂停的 {id}", "there is no hold {id} that holds"),
    "hold_none_todo": ("case-router sla holds 列出全部", "`case-router sla holds` lists them"),
    "hold_released": (
        "已解除 {id}；其间到期的时限从现在起另留在手时间",
        "{id} is released; what fell due meanwhile stays in hand for a while from now on",
    ),
    "hold_desk": ("单位", "desk"),
    "hold_district": ("区划", "district"),
    "hold_policy": ("规则", "policy"),
    "hold_all": ("全部", "everything"),
    "hold_id": ("编号", "id"),
    "hold_what": ("范围", "of"),
    "hold_since": ("起", "from"),
    "hold_end": ("止", "to"),
    "hold_by": ("决定人", "by"),
    "hold_why": ("理由", "reason"),
    "hold_missed": ("其间超时", "missed in it"),
    "hold_imported": (
        "另有 {count} 个在导入之前已超时，不计入任何单位",
        "{count} more were missed before the import, and are no desk's",
    ),
    "hold_sum": (
        "超时共 {total} 个，其中不在故障期内 {outside} 个",
        "{total} missed in all, {outside} of them outside any outage",
    ),
    "import_bad": ("{file} 第 {line} 行：{reason}", "{file}, line {line}: {reason}"),
    "import_parked": ("无法办理，已暂存，见 parked", "it could not be handled and is parked, see `parked`"),
    "import_progress": ("已读 {rows} 行，接管 {taken} 件", "{rows} rows read, {taken} cases taken over"),
    "import_dry": (
        "{rows} 行：可接管 {taken} 件（已超时的时限 {old_misses} 个），已在台账 {known}，已归档 {closed}，"
        "有误 {bad}；试算，未写入",
        "{rows} rows: {taken} cases would be taken over ({old_misses} deadlines missed already), {known} are "
        "here, {closed} are closed, {bad} are wrong; a dry run, nothing was written",
    ),
    "import_done": (
        "{rows} 行：接管 {taken} 件（已超时的时限 {old_misses} 个，记录在案），已在台账 {known}，"
        "已归档 {closed}，有误 {bad}",
        "{rows} rows: {taken} cases taken over ({old_misses} deadlines on record as missed), {known} were here, "
        "{closed} are closed, {bad} are wrong",
    ),
    "catch_up_who": ("补办须写明 --by 和 --reason", "catching up needs --by and --reason"),
    "catch_up_who_todo": (
        "先看有多少：case-router sla catch-up --dry-run",
        "see first how much: case-router sla catch-up --dry-run",
    ),
    "catch_up_found": (
        "{open} 件在办工单中 {cases} 件有已过时限，共 {deadlines} 个现在到期；{without} 件缺时限",
        "{open} open cases, {cases} of them with passed deadlines: {deadlines} would fall due now; "
        "{without} lack one",
    ),
    "catch_up_on_pass": ("到期", "when it passes"),
    "catch_up_oldest": ("最早", "oldest"),
    "catch_up_dry": ("试算，未办理", "a dry run: nothing was taken"),
    "catch_up_braked": ("提级已暂停，不能补办", "the brake holds: there is nothing to catch up yet"),
    "catch_up_braked_todo": (
        "补办要在启动 sla 之前；它已在运行，并已刹车。先看 sla held，"
        "再用 sla release 按各自时刻办理，或 sla cancel",
        "catch up before `sla` is started; it has run, and put on the brake. Look at `sla held`; `sla release` "
        "then takes what is held, each at its own instant; `sla cancel` counts it as not missed",
    ),
    "catch_up_done": (
        "已按各自时刻办理 {taken} 个时限，补设 {rearmed} 件，仍被扣住 {held} 件（批次 {batch}）",
        "{taken} deadlines were taken, each at its own instant; {rearmed} cases got one; {held} are "
        "held (batch {batch})",
    ),
    "on_pass_escalate": ("提级", "goes up"),
    "on_pass_remind": ("提醒", "reminds"),
    "on_pass_supervise": ("督办", "supervises"),
    "on_pass_nothing": ("无", "nothing"),
    "audit_stuck": (
        "时限 {due_at} 已过，反复领取而无人办理；检查 sla 进程是否消费",
        "due {due_at}, claimed again and again and handled by nobody: does a role sla consume?",
    ),
    "status_holds": ("暂停提级", "holds"),
    "status_hold": ("{what}（{id}），自 {since}，{end}", "{what} ({id}) since {since}, {end}"),
    "status_hold_between": ("；", "; "),
    "hold_until": ("至 {at}", "until {at}"),
    "hold_open": ("未定截止", "without an end"),
    "wrong_hold": (
        "暂停提级 {id} 已 {age}，未定截止：其间到期的不提级；如已无需，用 sla unhold {id}",
        "{id} has held for {age} and has no end: what falls due in it does not go up. If nobody needs it "
        "any more: sla unhold {id}",
    ),
    "wrong_restore": (
        "正在恢复 {restore}（账本丢失于 {lost_at}）：各角色等待，不处理任何工单；"
        "继续 recover --after-restore，或用 sla unhold {restore} 放弃",
        "The restore {restore} is under way (the ledger was lost at {lost_at}): the roles wait and handle "
        "nothing. Go on with recover --after-restore, or give it up with sla unhold {restore}",
    ),
    "wrong_brake_storm": (
        "提级已暂停：同时到期 {due} 个，上限 {threshold} 个；先看 sla held，再 sla release 或 sla cancel",
        "the brake holds: {due} deadlines were due at once, {threshold} may be; look at sla held, then "
        "sla release or sla cancel",
    ),
    "wrong_brake_skew": (
        "提级已暂停：时钟与数据库相差 {skew} 秒；先校准时钟，再 sla release 或 sla cancel",
        "the brake holds: a clock and the database's differed by {skew} s; set it right, then "
        "sla release or sla cancel",
    ),
}
