"""The diagram of a case's states and the table of who may do what, drawn from the permission table.

`docs/state-machine.md` is the output of :func:`draw`; a test holds the two together.
"""

from __future__ import annotations

from router.core.case import State
from router.core.permissions import PERMISSIONS, Kind, Role

STATES_ZH: dict[State, str] = {
    State.RECEIVED: "已受理",
    State.DISPATCHED: "已派单",
    State.ACCEPTED: "已签收",
    State.RESOLVED: "已办结",
    State.CLOSED: "已归档",
    State.SUSPENDED: "已挂账",
}

KINDS_ZH: dict[Kind, str] = {
    Kind.OPEN: "受理",
    Kind.DISPATCH: "派单",
    Kind.ACCEPT: "签收",
    Kind.PROGRESS: "报进展",
    Kind.REPLY: "答复",
    Kind.MITIGATE: "临时措施",
    Kind.WHISTLE: "吹哨",
    Kind.REPORT_IN: "报到",
    Kind.ADD_ASSIST: "增加协办",
    Kind.REMOVE_ASSIST: "取消协办",
    Kind.ASSIGN_LEADER: "包案",
    Kind.INSTRUCT: "批示",
    Kind.FILE_PLAN: "报方案",
    Kind.REVIEW: "审核",
    Kind.MARK: "督查记录",
    Kind.MEDIATE: "转调解",
    Kind.END_MEDIATION: "调解结束",
    Kind.RETURN: "退单申请",
    Kind.APPROVE_RETURN: "同意退单",
    Kind.REFUSE_RETURN: "不同意退单",
    Kind.DESIGNATE: "指定承办",
    Kind.REQUEST_EXTENSION: "延期申请",
    Kind.APPROVE_EXTENSION: "同意延期",
    Kind.REFUSE_EXTENSION: "不同意延期",
    Kind.REQUEST_SUSPENSION: "挂账申请",
    Kind.APPROVE_SUSPENSION: "同意挂账",
    Kind.REFUSE_SUSPENSION: "不同意挂账",
    Kind.RECHECK: "挂账复核",
    Kind.RESUME: "恢复办理",
    Kind.EXCUSE: "申诉剔除",
    Kind.STAR: "加星",
    Kind.UNSTAR: "取消加星",
    Kind.REPLAN: "重排时限",
    Kind.RESOLVE: "办结",
    Kind.FOLLOW_UP: "回访",
    Kind.RECORD_INSPECTION: "检查结果",
    Kind.NOTE_INSPECTION: "检查回告",
    Kind.DRAW_INSPECTION: "抽查",
    Kind.SWEEP: "举一反三",
    Kind.ISSUE_REQUIREMENTS: "整改要求",
    Kind.TICK: "销号",
    Kind.CLOSE: "归档",
    Kind.REOPEN: "重办",
    Kind.ESCALATE: "申请提级",
    Kind.ACCEPT_ESCALATION: "同意提级",
    Kind.PULL: "提办",
    Kind.ADOPT: "采纳",
    Kind.CORRECT: "更正",
    Kind.KEEP_OUT: "回避",
    Kind.CONFIRM_LEVEL: "确认督办升级",
    Kind.LINK: "关联",
    Kind.UNLINK: "取消关联",
    Kind.CLUSTER: "批量立项",
    Kind.JOIN: "并入项目",
    Kind.LEAVE: "退出项目",
    Kind.START_PROJECT: "立项",
    Kind.ENROL: "并入",
    Kind.NOTE_MEMBER: "成员情况",
    Kind.RESOLVE_WITH: "随同办结",
    Kind.CLOSE_BY_SAMPLE: "抽样归档",
    Kind.URGE: "催单",
    Kind.REDACT: "删改",
    Kind.WITHDRAW: "撤回",
    Kind.PASS_DEADLINE: "到期",
    Kind.RECOMPUTE: "重算时限",
    Kind.CANCEL_DEADLINES: "时限作废",
    Kind.UNDO_ESCALATION: "撤销提级",
    Kind.REARM: "补设时限",
    Kind.NOTE_UNSTAFFED: "无人值守",
}

#: Role → Chinese name, and what it means for one case.
ROLES: dict[Role, tuple[str, str]] = {
    Role.LEAD: ("主办", "the desk that has the case"),
    Role.SORTER: ("分派中的主办", "a lead that only hands it on: triage, dispatcher, or of a case nobody placed"),
    Role.DESIGNATOR: ("须指定的主办", "a lead that must designate: the cap of returns is reached"),
    Role.ASSIST: ("协办", "a desk that helps, or lost the case to the tier above"),
    Role.MEDIATOR: ("调解", "a desk that mediates in the case"),
    Role.INSPECTOR: ("检查人", "who leads an inspection task, or was late with it and assists"),
    Role.WATCHER: ("督查组", "a desk that the case's policy names to watch, where it does not handle the case"),
    Role.SUPERIOR: ("上级", "any desk above the lead"),
    Role.CITY: ("市级", "a desk above the lead, at the top of the tree"),
    Role.SOLE_SUPERVISION: ("唯一督查", "supervision that handles a report which no other of it may see"),
    Role.FORMER: ("原主办", "a desk the case was taken from"),
    Role.DISPATCHER: ("派单席", "the dispatcher; a desk only where it does not handle the case"),
    Role.FOLLOW_UP: ("回访", "those who ask the residents"),
    Role.SUPERVISION: ("督查", "supervision; a desk only where it does not handle the case"),
    Role.CHANNEL: ("渠道", "the source that brought the case"),
    Role.CITIZEN: ("市民", "the resident, by case id and code"),
    Role.SYSTEM: ("系统", "the clock, and what follows from another case"),
}

#: Command → states it may lead to. One that is absent leaves the state as it is.
LEADS_TO: dict[Kind, tuple[State, ...]] = {
    Kind.DISPATCH: (State.DISPATCHED,),
    Kind.ACCEPT: (State.ACCEPTED,),
    Kind.APPROVE_RETURN: (State.DISPATCHED,),
    Kind.DESIGNATE: (State.DISPATCHED,),
    Kind.APPROVE_SUSPENSION: (State.SUSPENDED,),
    Kind.RESUME: (State.DISPATCHED, State.ACCEPTED),
    Kind.REVIEW: (State.DISPATCHED,),
    Kind.END_MEDIATION: (State.RESOLVED, State.CLOSED),
    Kind.RESOLVE: (State.RESOLVED, State.CLOSED),
    Kind.RESOLVE_WITH: (State.RESOLVED, State.CLOSED),
    Kind.CLOSE_BY_SAMPLE: (State.CLOSED,),
    Kind.ADOPT: (State.RESOLVED, State.CLOSED),
    Kind.FOLLOW_UP: (State.CLOSED, State.DISPATCHED),
    Kind.RECORD_INSPECTION: (State.CLOSED, State.DISPATCHED),
    Kind.NOTE_INSPECTION: (State.CLOSED, State.DISPATCHED),
    Kind.TICK: (State.CLOSED,),
    Kind.CLOSE: (State.CLOSED,),
    Kind.REOPEN: (State.DISPATCHED,),
    Kind.ACCEPT_ESCALATION: (State.DISPATCHED,),
    Kind.PULL: (State.DISPATCHED,),
    Kind.CORRECT: (State.DISPATCHED,),
    Kind.KEEP_OUT: (State.DISPATCHED,),
    Kind.WITHDRAW: (State.CLOSED,),
    Kind.PASS_DEADLINE: (State.DISPATCHED,),
}

_HEAD = """\
# The states of a case 工单状态

Drawn from the permission table by `python -m router.core.drawing > docs/state-machine.md`; do not edit by hand.
Escalated, supervised, starred and overdue are facts about a case, not states.
提级、督办、加星、超期是工单的事实，不是状态。
"""


def draw() -> str:
    """The whole page."""
    return "\n".join((_HEAD, _diagram(), _states(), _commands(), _roles()))


def arrows() -> dict[tuple[State, State], list[Kind]]:
    """From and to → the commands that lead there, in the order of the table; loops are left out."""
    found: dict[tuple[State, State], list[Kind]] = {}
    for kind, targets in LEADS_TO.items():
        for source in State:
            # A deadline moves a case only while somebody is at work on it; a closed one has none. What is
            # corrected of a closed case is from whom it is kept, and it stays closed.
            idle = kind is Kind.PASS_DEADLINE and source is not State.ACCEPTED
            stays = kind is Kind.CORRECT and source is State.CLOSED
            if source not in PERMISSIONS[kind].states or idle or stays:
                continue
            for target in targets:
                if target is not source:
                    found.setdefault((source, target), []).append(kind)
    return found


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {state} {STATES_ZH[state]}" for state in State]
    lines += [
        f"    [*] --> {State.RECEIVED}: {_both(Kind.OPEN)}",
        f"    {State.RECEIVED} --> {State.DISPATCHED}: at once",
    ]
    for (source, target), kinds in sorted(arrows().items(), key=lambda one: _order(*one[0])):
        lines.append(f"    {source} --> {target}: {', '.join(map(_both, kinds))}")
    return "\n".join((*lines, f"    {State.CLOSED} --> [*]", "```", ""))


def _order(source: State, target: State) -> tuple[int, int]:
    states = list(State)
    return states.index(source), states.index(target)


def _both(kind: Kind) -> str:
    return f"{kind} {KINDS_ZH[kind]}"


def _states() -> str:
    rows = [f"| `{state}` | {STATES_ZH[state]} |" for state in State]
    return "\n".join(("## States 状态", "", "| state | 状态 |", "|---|---|", *rows, ""))


def _commands() -> str:
    head = (
        "## Who may give which command, when 权限",
        "",
        "| command | 命令 | who | 谁 | in state |",
        "|---|---|---|---|---|",
    )
    rows = []
    for kind, permission in PERMISSIONS.items():
        roles = [role for role in Role if role in permission.roles]
        states = [state for state in State if state in permission.states]
        who, zh = ", ".join(roles), "、".join(ROLES[role][0] for role in roles)
        rows.append(f"| `{kind}` | {KINDS_ZH[kind]} | {who} | {zh} | {', '.join(states)} |")
    return "\n".join((*head, *rows, ""))


def _roles() -> str:
    head = ("## What an actor is to a case 角色", "", "| role | 角色 | who that is |", "|---|---|---|")
    return "\n".join((*head, *(f"| {role} | {zh} | {what} |" for role, (zh, what) in ROLES.items()), ""))


if __name__ == "__main__":
    print(draw(), end="")  # noqa: T201 - the page goes to standard output
