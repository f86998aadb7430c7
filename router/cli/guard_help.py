"""The sentences of `--help` about the brake, holds, undoing and taking over; part of `router.cli.help_words`."""

from __future__ import annotations

#: Command → (Chinese, English).
GUARD_COMMANDS: dict[str, tuple[str, str]] = {
    "sla held": (
        "列出被扣住的到期时限，按原因；有则退出码为 7\n\n"
        "提级暂停（同时到期过多，或时钟与数据库不符）时，到期而要提级的时限都被扣住，"
        "签收、办结等照常。看清后用 sla release 放行，"
        "或用 sla cancel 认定不算超时。",
        "what is held back, by cause; exit code 7 while something is\n\n"
        "While the brake holds (too many deadlines at once, or clocks that differ) no deadline takes a case up; "
        "everything else goes on. Look, then let them through with `sla release`, or take them as not missed with "
        "`sla cancel`.",
    ),
    "sla release": (
        "放行：到期时限按各自的时刻提级，恢复计时",
        "let through what the brake holds: each deadline passes at its own instant",
    ),
    "sla cancel": (
        "认定被扣住的时限不算超时，各留至少一个工作日，逐件记录在案",
        "take what the brake holds as not missed: each case gets an entry and a working day at least",
    ),
    "escalation": ("提级：撤销误提", "escalations: undo what was wrong"),
    "escalation undo": (
        "撤销一批误提：工单退回原承办单位，超时撤回，逐件记录在案\n\n"
        "批次为一次 sla release 放行的时限，或按登记时间 --since、--until。"
        "其后已有人办结或改派的工单不退回，只撤回超时。"
        "重复执行不再生效。",
        "take back a batch of wrong escalations: cases go back, the misses are withdrawn, all on record\n\n"
        "A batch is what one `sla release` let through, or what was put on record from --since to --until. A case "
        "that somebody has resolved or handed on since stays where it is; its miss is withdrawn all the same. Run "
        "twice it takes effect once.",
    ),
    "sla hold": (
        "暂停一个单位、区划、规则或全部的提级，并记为故障期\n\n"
        "其间到期的时限不提级；解除后另留在手时间，其间所做的报告按来源时间计。--since 可补记已过去的故障。",
        "hold what would take cases up from a desk, a district, a policy or all: an outage on record\n\n"
        "What falls due meanwhile waits, and stays in hand for a while after the release; reports made "
        "meanwhile count as of their own time. --since records an outage that has begun, or is over, already.",
    ),
    "sla unhold": ("解除暂停", "release a hold"),
    "sla holds": (
        "列出暂停与故障期，及其间的超时数",
        "list holds and outages on record, with the misses that fell into each",
    ),
    "sla catch-up": (
        "补办停摆期间已过的时限\n\n"
        "先说有多少、各是哪类，再按先后逐个办理，各按其本来的时刻；缺时限的在办工单补设时限。--dry-run 只说不办。"
        "所提级的可用 escalation undo --batch 撤销。",
        "take what passed while nothing ran\n\n"
        "Says first how many deadlines would fall due now, by kind; then takes them in order, each at its own "
        "instant, and gives open cases a deadline that lack one. --dry-run only says. What went up can be "
        "taken back with escalation undo --batch.",
    ),
    "case import": (
        "接管在别处办理中的工单\n\n"
        "CSV 文件，可为 gzip；列的含义用 --mapping 说明，同 replay。此前的超时逐个记录在案，不计在任何单位名下；"
        "每个时限至少留一个工作日，不会立即提级。"
        "有误的行按文件和行号列出，其余照常接管；再次执行只补缺的。有误时退出码为 1。",
        "take over cases that run elsewhere\n\n"
        "A CSV file, also gzip; --mapping says what its columns mean, as for replay. What the cases had missed "
        "goes on record and is nobody's here; every deadline lies a working day ahead at least, so that nothing "
        "escalates at once. Wrong rows are named by file and line, the others are taken; run again, it takes only "
        "what is missing. Exit code 1 when a row is wrong.",
    ),
}
