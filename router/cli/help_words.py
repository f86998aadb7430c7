"""The sentences of `--help`, in Chinese and English: commands by their path, options by their name."""

from __future__ import annotations

from router.cli.guard_help import GUARD_COMMANDS
from router.cli.option_words import OPTIONS
from router.cli.report_texts import REPORT_COMMANDS
from router.cli.words import pick

#: Command → (Chinese, English). The first paragraph is what the list of commands shows.
COMMANDS: dict[str, tuple[str, str]] = {
    "": (
        "工单路由：把工单送到该办的单位，守住每一个时限。\n\n"
        "退出码：0 正常，1 失败，2 用法有误，3 找不到，4 配置或结构版本有误，5 冲突或不予执行，"
        "6 消息队列或数据库连不上，7 检查发现问题。",
        "case-router: takes every case to the desk that must act, and holds every deadline.\n\n"
        "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 configuration or schema version, 5 conflict or "
        "refused, 6 broker or database unreachable, 7 a check found something wrong.",
    ),
    "up": (
        "一个进程运行全部角色（SQLite，内置消息队列）\n\n"
        "无需安装其他软件。首次启动会建好台账、演示城市和默认规则；受理接口和健康检查只在本机监听。"
        "在另一个终端里用 case 命令办理工单。",
        "run everything in one process (SQLite, embedded broker)\n\n"
        "Needs nothing installed. The first start makes the ledger, a demo city and a default policy; intake and "
        "health answers listen on loopback. Work cases from another terminal with `case`.",
    ),
    "run": (
        "运行角色：router、relay、sla、metrics、intake\n\n"
        "metrics 从台账计算工单的各项数字，供 Prometheus 抓取；只需台账，运行一个即可，多个也不会重复计数。"
        "intake 是受理接口：只需台账和令牌文件，不需要消息队列，可以同时运行多个；受理的工单由 relay 送出。"
        "用于 RabbitMQ 和 PostgreSQL 的安装。SIGTERM 会办完手头一批后停止。"
        "给出 --http-port 时提供 /livez（循环是否还在转）和 /readyz（台账、消息队列、拓扑）。",
        "run roles: router, relay, sla, metrics, intake\n\n"
        "`metrics` computes the figures of cases from the ledger for Prometheus; it needs the ledger alone, one "
        "is enough, and several count nothing twice. "
        "`intake` takes cases over HTTP: it needs the ledger and a file of tokens, no broker, and several may run "
        "side by side; what they take is sent by the relay. "
        "For an installation on RabbitMQ and PostgreSQL. SIGTERM stops after the batch in hand. With --http-port "
        "it answers /livez (do the loops come round) and /readyz (ledger, broker, topology).",
    ),
    "status": (
        "一屏看清运行状况\n\n"
        "退出码：0 正常，6 连不上，7 有问题（角色没有运行、时钟停滞、待发积压、有暂存的消息等）。",
        "the state of things on one screen\n\n"
        "Exit code 0 when all is well, 6 when the database or broker does not answer, 7 when something is wrong: "
        "a role that does not run, a stalled clock, an old outbox, parked messages.",
    ),
    "health": (
        "询问本机上一个进程的健康状况（容器和守护程序的健康检查用）\n\n"
        "默认问 /readyz：现在能不能干活；--live 问 /livez：循环是否还在转。只有后者才是重启的理由。"
        "退出码：0 正常，6 无人应答，7 不正常。",
        "ask a process of this machine how it is, as a container's health check does\n\n"
        "It asks /readyz, whether the process could do its work now; with --live /livez, whether its loops come "
        "round: only the latter is a reason to restart. Exit code 0 when all is well, 6 when nobody answers, "
        "7 when something is wrong.",
    ),
    "case": ("受理、查看、办理工单", "open, show and work cases"),
    "case open": ("受理一件工单", "put a case on record"),
    "case show": (
        "查看一件工单：状态、时限、办理经过",
        "one case: its state, its deadlines, its history",
    ),
    "case time": (
        "时间账：工单每一秒在谁手里，超时由谁承担\n\n"
        "自受理至归档（在办的至今）的每一秒恰好属于一方：渠道、派单席、承办单位、推诿、审批、回访、督查、系统；各项之和等于总时长。",
        "whose every second of a case was, and who answers for what was missed\n\n"
        "From its receipt to its closing (or until now) every second is exactly one holder's: channel, "
        "dispatcher, desk, ping-pong, approval, follow-up, supervision, system. The parts sum to the whole.",
    ),
    "case contact": (
        "查阅联系人资料（须说明查阅人和理由，留痕）",
        "read the contact of a case; reader and reason go on record",
    ),
    "case list": ("列出工单，最紧急的在前", "list cases, the most pressing first"),
    "case accept": ("签收", "sign for a case"),
    "case report": ("报告办理进展", "report progress"),
    "case reply": ("答复诉求人；不停止计时", "reply to the citizen; stops no clock"),
    "case mitigate": ("采取临时措施；不停止计时", "note a temporary measure; stops no clock"),
    "case whistle": (
        "吹哨：请其他单位协助，被请单位须报到；主办不变",
        "call other desks to help; each must report in, the lead stays",
    ),
    "case report-in": ("报到", "report in where the desk was called"),
    "case add-assist": ("增加协办单位", "tell a desk to assist"),
    "case remove-assist": ("取消协办单位", "let a desk assist no more"),
    "case assign-leader": ("包案：指明领导", "name the leader who answers for the case"),
    "case instruct": ("登记领导批示", "put a leader's instruction on record"),
    "case file-plan": ("报送方案", "file the plan"),
    "case review": ("审核：通过或不通过", "review what was done: it passes or fails"),
    "case mark": ("督查组记录", "a watcher's mark"),
    "case mediate": ("转调解；主办和时限不变", "refer it to mediation; lead and clocks stay"),
    "case end-mediation": ("调解结束：达成或未达成", "end the mediation: settled or failed"),
    "case return": (
        "申请退单\n\n理由须在规则的清单内；用 policy show 查看。",
        "ask to give the case back\n\n"
        "The reason must be one that the policy of the case lists: see `policy show`.",
    ),
    "case approve-return": ("同意退单", "approve a return"),
    "case refuse-return": ("不同意退单", "refuse a return"),
    "case designate": ("指定承办单位", "designate the desk that must take it"),
    "case request-extension": ("申请延期，须在到期前提出", "ask for more time, before the case is due"),
    "case approve-extension": ("同意延期", "approve an extension"),
    "case refuse-extension": ("不同意延期", "refuse an extension"),
    "case request-suspension": ("申请挂账，须在到期前提出", "ask to suspend the case, before it is due"),
    "case approve-suspension": ("同意挂账，停表", "approve a suspension; the clocks stand still"),
    "case refuse-suspension": ("不同意挂账", "refuse a suspension"),
    "case recheck": ("复核挂账工单，继续挂账", "a suspended case was looked at and stays suspended"),
    "case resume": ("恢复办理，重新计时", "end the suspension; the clocks run again"),
    "case excuse": (
        "剔除一次超时（申诉），限督查",
        "take a miss out of a desk's figures; supervision only",
    ),
    "case record-inspection": (
        "登记检查结果：不通过则退回重办；按检查归档的，通过即归档",
        "put an inspection on record: a fail sends the case back to work; under that gate a pass closes it",
    ),
    "case sweep": (
        "举一反三：同类单位各收一件工单，按同一清单整改",
        "the same checklist at each sibling desk, a case each",
    ),
    "case require": (
        "发整改要求，逐条销号后方可归档",
        "say what is required; all is ticked before the case closes",
    ),
    "case tick": ("销号：确认一条整改要求已完成", "confirm that one requirement is met"),
    "case pull": (
        "提办：越级交由市级承办，不计提级，不扣任何单位",
        "give the case to the top tier at once; no escalation, and nobody is blamed",
    ),
    "case confirm-level": (
        "确认督办升级，限规则指定的负责人",
        "confirm the level of supervision that was proposed; its officer only",
    ),
    "case star": ("加星，按现行规则重排时限", "star the case; it gets the policy that matches now"),
    "case unstar": ("取消加星", "take the star away"),
    "case resolve": ("办结", "resolve the case"),
    "case follow-up": ("登记回访结果", "record what a follow-up found"),
    "case close": ("归档", "close a resolved case"),
    "case reopen": ("重办", "put the case back to work"),
    "case escalate": ("申请提级", "ask the tier above to take it"),
    "case accept-escalation": ("同意提级，由上级承办", "take a case that a desk below asked to hand up"),
    "case adopt": ("采纳原单位的迟到报告", "adopt a late report of the old lead"),
    "case dispatch": ("派单给承办单位", "dispatch the case to a desk"),
    "case correct": (
        "更正事项、区划、涉及户数或被反映对象，重新派单",
        "correct category, division, households or whom it is about; the case is routed anew",
    ),
    "case link": (
        "关联另一件工单；各自计时、各自答复",
        "link another case; each keeps its clocks and its answer",
    ),
    "case unlink": ("取消关联", "two cases are two matters after all"),
    "case cluster": (
        "批量立项；本件与其他工单立为一个项目，限其上级",
        "make a project of this case and others; only a desk above all of them does",
    ),
    "case join": ("并入项目；本件须是项目", "let a case join this project"),
    "case leave": ("退出项目；单独办理", "let the case leave its project"),
    "case urge": ("催单；每日一次，告知主办单位", "urge, once a day; the lead is told"),
    "case redact": (
        "删改一条记录的文字；何人因何删改留痕",
        "blank the text of one entry; who did that and why stays on record",
    ),
    "case withdraw": ("撤回", "withdraw the case"),
    "follow-up": ("回访：该问谁，以及核对抽样", "follow-ups: whom to ask, and whether the draw was fair"),
    "follow-up list": (
        "列出待回访的工单；未抽中的不在其中，也不能自行挑选",
        "resolved cases whose residents are to be asked; nobody picks others by hand",
    ),
    "follow-up verify": (
        "按某日的种子重抽，核对结果\n\n当日结束后方可查看种子。一致返回 0，不一致返回 7。",
        "draw a day's cases again with its seed\n\n"
        "The seed is told when the day is over. Exit code 0 when it comes to the same, 7 when it does not.",
    ),
    "inspection": ("检查、抽查、回头看", "send inspectors out, draw by lot, look again"),
    "inspection order": (
        "下达检查任务：检查一个单位，或其一件工单\n\n任务完成之前，被检查单位看不到。",
        "have a desk looked at, or one case of it\n\nUntil it is done it does not exist for whoever is inspected.",
    ),
    "inspection plan": (
        "准备抽查：候选名单、数目、种子的哈希\n\n种子先不公开；哈希用 inspection hash 算出。",
        "plan a draw: who may be drawn, how many, the hash of the seed\n\n"
        "The seed itself stays secret; `inspection hash` computes its hash.",
    ),
    "inspection draw": (
        "用种子抽取；每个抽中的对象成为一项检查任务",
        "draw with the seed; a task for each",
    ),
    "inspection hash": ("计算种子的哈希，不留存", "the hash of a seed; nothing is kept"),
    "inspection verify": (
        "按公开的种子重抽，核对结果\n\n一致返回 0，不一致返回 7。",
        "draw again with the seed on record\n\nExit code 0 when it comes to the same, 7 when it does not.",
    ),
    "inspection list": (
        "列出检查任务；未完成的不在 case list 中",
        "list inspection tasks; `case list` does not show those that are not done",
    ),
    "parked": (
        "暂存的消息：查看、重新处理、作废",
        "parked messages: look at them, hand them in again, dismiss them",
    ),
    "parked list": ("列出暂存的消息，不显示内容", "list parked messages, never their content"),
    "parked show": (
        "查看一条暂存的消息；看内容（--body）须说明查阅人和理由，留痕",
        "one parked message; its content only with --body, and then reader and reason go on record",
    ),
    "parked drop": (
        "作废一条暂存的消息：不再处理，留痕",
        "dismiss a parked message for good; who and why go on record",
    ),
    "parked replay": (
        "重新处理暂存的消息",
        "hand parked messages in again",
    ),
    "divisions": ("区划和承办单位", "divisions and desks"),
    "divisions import": (
        "导入区划：TOML 文件，或国家区划代码表（CSV，可为 gzip）\n\n"
        "缺的分诊席、派单席、督查席和“未知”区划会自动补齐。新版本立即生效，运行中的进程数秒内采用。",
        "import divisions: a TOML file, or tables (CSV, also gzip)\n\n"
        "Missing triage, dispatch and supervision desks and unknown divisions are added. The new version is in "
        "force at once; running processes pick it up within seconds.",
    ),
    "divisions list": ("列出承办单位", "list the desks"),
    "divisions show": (
        "查看一个承办单位及其上级链，或整棵树（TOML）",
        "one desk with its chain, or the tree as TOML",
    ),
    "divisions categories": ("列出事项分类", "list the categories"),
    "divisions add": ("新增一个区划及其承办单位，或一个部门", "add a division with its desk, or a department"),
    "divisions accounts": (
        "增减一个承办单位的账号\n\n"
        "列出的账号只以本单位名义办理，看不到须对本单位保密的工单；没有单位列出的账号属于管理员，可以任何单位的名义办理。",
        "say whose accounts a desk's are\n\n"
        "Listed accounts speak for their desks alone, and do not see what is kept from one of them. An account "
        "that no desk lists is the operator's and speaks for any.",
    ),
    "divisions rename": ("改名；编码不变", "give a desk another name; its code stays"),
    "divisions merge": (
        "撤并：另一单位接手，在办工单转去",
        "merge a desk into another, which gets its open cases",
    ),
    "divisions redirect": ("暂由另一单位代办；--end 结束", "let another desk do its work; --end ends that"),
    "divisions deactivate": ("停用；在办工单重新派单", "close a desk; its open cases are routed afresh"),
    "divisions reroute": (
        "把仍在已停用单位手中的工单重新派单",
        "route open cases afresh that are led by a desk that no longer stands",
    ),
    "sla": ("时限：说明、批量推算、试算", "deadlines: explained, computed over a table, tried out"),
    "sla explain": (
        "说明一件工单的时限由来：用哪条规则、为何、怎么算、过期怎样\n\n"
        "给出编号，或用 --category、--channel、--at 等描述一件尚不存在的工单（不写入任何内容）。"
        "列出依次试过的规则和不合的条件、"
        "每个节点计入和不计的日子、过期后的去向，以及颜色随时间的变化。",
        "where the deadlines of a case come from: which policy, why, how counted, what follows\n\n"
        "Name a case, or describe one that does not exist with --category, --channel, --at and so on (nothing is "
        "written). Lists the policies tried and the clause that did not fit, for each milestone the days that "
        "count and those that do not, what happens when it passes, and its colours over time.",
    ),
    "sla due": (
        "为一张表的每一行推算时限（CSV，可为 gzip）\n\n"
        "列的含义用 --mapping 文件或 --columns 说明。输出 CSV，每行一条，读不了的行也在内并注明原因；"
        "--json 输出一个文档。"
        "只推算自受理起算的节点。有读不了的行时退出码为 1。",
        "the due date of every row of a table (CSV, also gzip)\n\n"
        "A --mapping file or --columns say what the columns mean. Prints CSV, a line for every row, those that "
        "cannot be read among them with the reason; --json prints one document. Only milestones that count from "
        "the receipt. Exit code 1 when a row cannot be read.",
    ),
    "sla what-if": (
        "换一套规则会怎样：用台账里的历史试算，什么也不写\n\n"
        "逐件重走 --since 以来受理的工单：各方照旧行事，只换规则；"
        "给出每一级、每个单位的提级次数和最忙的一小时，供上线前判断。",
        "what other policies would have led to, over the ledger's own history; nothing is written\n\n"
        "Tells every case received since then again: people do what they did, only the policies differ. Counts "
        "escalations by step and by desk and names the busiest hour, before anybody switches them on.",
    ),
    "policy": ("时限规则", "policies"),
    "policy import": (
        "导入规则（文件或预设名），按先后匹配，最后一个为默认\n\n"
        "在办工单保留原规则（policy replan 可改），新工单用新规则。",
        "import policies, files or presets' names, in the order they are tried; the last is the default\n\n"
        "Running cases keep the version they were received under, until `policy replan` moves them.",
    ),
    "policy show": (
        "查看一条规则：节点、提级阶梯、退单理由",
        "one policy: its milestones, its ladder, the reasons for a return",
    ),
    "policy list": ("列出现行规则", "list the policies in force"),
    "policy replan": (
        "在办工单改按现行规则\n\n先报告多少件、多少个时限会动；加 --yes 才执行。可中断、可重复。",
        "move running cases to the policies in force\n\n"
        "Says first how many cases and deadlines move; --yes does it. It may be interrupted and run again.",
    ),
    "policy presets": ("列出自带的规则", "list the policies that are shipped"),
    "calendar": ("工作日历", "calendars"),
    "calendar check": (
        "日历覆盖到哪一天；不足或文件有误时退出码为 7",
        "how far the calendars in use, or files, are known; exit code 7 when one ends soon or contradicts itself",
    ),
    "calendar import": (
        "日历或放假通知生效，并重算在办工单的时限\n\n"
        "先列出哪些日子有变、多少时限会移动。新时限至少在一个工作日之后，每一处变动留痕。"
        "通知文件只写 calendar、coverage_end 和 [[notice]]。",
        "put a calendar or a notice in force, and count running deadlines again\n\n"
        "Says first which days change and how many deadlines move. None of them lies less than a working day "
        "ahead, and each leaves an entry. A notice file has calendar, coverage_end and [[notice]] only.",
    ),
    "calendar recompute": (
        "按现行日历重算在办工单的时限",
        "count running deadlines again by the calendars in force",
    ),
    "calendar show": ("查看日历的一年", "one year of a calendar"),
    "check": (
        "检查文件：规则、日历、区划、映射、设置\n\n"
        "国家区划代码的几张表一起给出，按一棵树检查。退出码：7 文件有误，4 文件读不了。",
        "check files: policies, calendars, divisions, mappings, settings\n\n"
        "The national tables of divisions are given together and are checked as one tree. Exit code 7 when "
        "something is wrong in a file, 4 when one cannot be read.",
    ),
    "topology": ("消息队列的交换机、队列、策略、账号", "the broker's exchanges, queues, policies, accounts"),
    "topology plan": (
        "消息队列缺什么、多什么；有缺时退出码为 7",
        "what apply would change; exit code 7 when something is missing",
    ),
    "topology apply": (
        "按区划建立交换机、队列、策略、账号\n\n"
        "没有 --management 时只建交换机、队列和绑定，把其余部分的定义文件打印到标准输出，退出码为 7。",
        "make the broker what the tree needs\n\n"
        "Without --management it makes exchanges, queues and bindings, prints the definitions file for policies, "
        "accounts and permissions, and exits 7. Nothing is ever deleted.",
    ),
    "topology definitions": ("打印 RabbitMQ 定义文件", "print the topology as RabbitMQ's definitions file"),
    "recover": (
        "消息队列丢了消息之后，从台账重新送达全部在办工单\n\n"
        "若节点在队列声明后 3 秒内被杀，RabbitMQ 3.10 会留下没有主副本的队列：能声明，但不确认。"
        "此时先删除该队列（rabbitmqctl delete_queue 名称，或在管理界面删除），再运行 recover --topology。\n\n"
        "台账从备份恢复之后：停止各角色，运行 recover --after-restore --lost-at 时间 --by 姓名。"
        "备份之后各程序所报的由其重发，按原来的先后、以当时的时间重新办理。有遗漏时退出码为 7。",
        "hand every open case over again, from the ledger alone, after the broker lost its messages\n\n"
        "A node killed within 3 s of a queue's declaration can come back with a quorum queue that has no leader "
        "(RabbitMQ 3.10): it can be declared, but confirms nothing. The exit code is 7 then. Delete that queue "
        "(rabbitmqctl delete_queue NAME, or in the management pages), run `recover --topology` again.\n\n"
        "After the ledger was restored from a backup: stop the roles, then `recover --after-restore --lost-at "
        "TIME --by NAME`. Programs say again what they said since, and it is decided once more in its old order, "
        "each as of then. Exit code 7 when something is missing.",
    ),
    "notices": ("查看发给各单位人员的提醒", "what the people at desks are told"),
    "notices list": (
        "列出提醒，新的在前；紧急、特急件提前\n\n"
        "没有程序的单位在这里看；有程序的单位每一刻钟至多收到一份清单。默认每件工单只列最新一条；三十天前的已删除。",
        "list notices, the newest first, those of a high priority earlier\n\n"
        "Desks without a program read theirs here; those with one get a list, at most every quarter of an hour. "
        "Of each case the newest is shown unless all are asked for. What is older than thirty days is gone.",
    ),
    "audit": (
        "逐件核对在办工单：有时限、不超时、主办单位在用\n\n发现问题时退出码为 7。",
        "look at every open case for what must never be\n\n"
        "No deadline though its policy has one, overdue beyond grace, a lead that no longer stands, an old "
        "outbox. Exit code 7 when something is found.",
    ),
    "figures": ("工单统计数字", "the figures of cases"),
    "figures show": (
        "打印工单统计数字（Prometheus 文本格式）\n\n"
        "没有 Prometheus 也能看：先把尚未统计的变更统计完，再打印 metrics 角色会提供的数字。"
        "可只列几个指标，如 figures show cases_due cases_due_met；含义见 docs/metrics.md。",
        "print the figures of cases, in Prometheus' text format\n\n"
        "For whoever has no Prometheus: counts what is not counted yet, and prints what the role `metrics` would "
        "serve. Metrics may be named: figures show cases_due cases_due_met; docs/metrics.md says what they mean.",
    ),
    "figures recount": (
        "清除全部统计数字，重新统计每一件工单\n\n"
        "只动统计数字，不动工单。可在运行中执行；其间 metrics 提供上一次的数字。中断后由 metrics 接着统计。",
        "forget all figures and count every case anew\n\n"
        "Touches figures alone, no case. It may be done while everything runs: `metrics` serves the last figures "
        "meanwhile. Interrupted, `metrics` goes on with it.",
    ),
    "rules": ("Prometheus 规则", "rules for Prometheus"),
    "rules render": (
        "按设置生成记录规则和告警规则\n\n"
        "不写 --out 则打印。改了 on_time_target 或 audit_s 之后重新生成，并让 Prometheus 重新加载。",
        "make the recording rules and the alerts from the settings\n\n"
        "Without --out they are printed. Render them again after a change of on_time_target or audit_s, and have "
        "Prometheus load them.",
    ),
    "dashboards": ("Grafana 看板", "dashboards for Grafana"),
    "dashboards render": (
        "生成中英文看板\n\n"
        "颜色取自 --policy 所列时限规则，按期办结率的分界取自设置 on_time_target。"
        "不写 --out 则作为一个 JSON 打印。",
        "make the dashboards, in Chinese and in English\n\n"
        "Colours are those of the policies named, and the on-time rate is coloured by the setting on_time_target. "
        "Without --out they are printed as one JSON document.",
    ),
    "replay": ("用历史数据回放全流程", "play history through the real flow"),
    "demo": (
        "演示：一座虚构城市的若干周，不到一分钟\n\n"
        "居民、巡查和承办单位都是模拟的，工单走的是真实流程；最后按层级汇总。"
        "用 --ledger、--broker 可在 PostgreSQL、RabbitMQ 上运行，须为空库和空的虚拟主机；结果只取决于种子。",
        "some weeks in a made-up city, in under a minute\n\n"
        "Residents, patrols and desks are simulated, the cases go through the real flow; a summary by tier ends "
        "it. --ledger and --broker run it on PostgreSQL and RabbitMQ, which must be empty; the seed alone decides "
        "what comes of it.",
    ),
    "db": ("台账数据库的结构", "the ledger's schema"),
    "db upgrade": ("建立或升级台账结构", "make or upgrade the schema"),
    "db status": ("查看台账结构版本；不一致时退出码为 4", "the schema's version; exit code 4 when it is another"),
    **REPORT_COMMANDS,
    **GUARD_COMMANDS,
}


def long(path: str) -> str:
    """All that help says about a command."""
    return pick(COMMANDS[path])


def short(path: str) -> str:
    """The line of a command in the list."""
    return long(path).partition("\n\n")[0]


def of_option(name: str) -> str:
    """The sentence about an option."""
    return pick(OPTIONS[name])
