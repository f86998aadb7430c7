"""What `report` says, in Chinese and English; part of the tables of `router.cli.texts` and `help_words`."""

from __future__ import annotations

#: Key → (Chinese, English).
REPORTS: dict[str, tuple[str, str]] = {
    "report_reading": ("读取工单 {count:,}", "cases read: {count:,}"),
    "report_kept": (
        "{week} 周报，首次印发 {at}（{by}），SHA-256 {sha256}",
        "bulletin of {week}, first printed {at} by {by}, SHA-256 {sha256}",
    ),
    "report_not_kept": ("{week} 周报，未存档", "bulletin of {week}, not kept"),
    "report_wrote": ("已写入 {file}", "wrote {file}"),
    "report_encoding": ("--encoding 只用于 CSV", "--encoding is for CSV"),
    "export_whose": (
        "须写明且只写明一个：--person、--household、--enterprise",
        "say whose: exactly one of --person, --household, --enterprise",
    ),
    "export_whose_todo": (
        "个人写证件号或电话的文件，户写地址编号，企业写统一社会信用代码",
        "a person by a file with an identity or phone number, a household by its address id, an enterprise by "
        "its code",
    ),
    "export_desk": ("--desk 用于且须用于 --role desk", "--desk goes with --role desk, and must"),
    "export_desk_todo": ("写明承办单位编码，或换角色", "name the desk's code, or another role"),
    "export_masked": ("角色 {role} 只能看脱敏后的个人信息", "the role {role} sees personal data masked only"),
    "export_masked_todo": (
        "去掉 --unmask；可看原文的角色：{roles}",
        "leave --unmask out; roles that see them whole: {roles}",
    ),
    "export_reason": ("没有写理由", "there is no reason"),
    "export_nobody": ("文件中没有证件号，也没有电话", "the file has neither an identity nor a phone number"),
    "export_nobody_todo": (
        '写成 {{"identity_number": "…"}} 或 {{"phone": "…"}}',
        'write {{"identity_number": "…"}} or {{"phone": "…"}}',
    ),
    "export_logged": (
        "已导出 {count} 件；查阅已留痕：{reader}，理由：{reason}",
        "{count:case|cases} exported; on record: {reader}, because: {reason}",
    ),
    "report_both": ("--draft 和 --revised 只能用一个", "say either --draft or --revised"),
}

#: Command → (Chinese, English).
REPORT_COMMANDS: dict[str, tuple[str, str]] = {
    "case export": (
        "导出一人、一户或一企业的台账（须角色和理由）\n\n"
        "每件工单一行：时间、事项、区划、承办经过、办理结果、回访。姓名、电话、证件号、住址默认脱敏，"
        "诉求内容不导出；派单、回访、督查角色可用 --unmask 看原文。"
        "反映单位问题和保密的工单只有督查看得到，其他角色只见件数。导出人和理由留痕。",
        "the register of one person, household or enterprise (role and reason needed)\n\n"
        "A line for each case: when, what, where, who handled it, what came of it, the follow-up. Name, "
        "telephone, identity number and address are masked and the words left out; dispatchers, follow-up and "
        "supervision may say --unmask. Cases about an office and confidential ones are shown to supervision "
        "alone, and counted for others. Who asked and why goes on record.",
    ),
    "report": ("周报", "bulletins"),
    "report week": (
        "周报：在办风险、汇总、诉求构成、高频事项\n\n"
        "按周一 09:00 截止时已入账的内容计算，首次印发即存入台账；再次打印逐字节相同，"
        "此后补录的工单不影响它，用 --revised 查看。不含个人信息；反映单位问题和保密的工单只计数。",
        "the weekly bulletin: open risks, a summary, what it was about, the most frequent matters\n\n"
        "Computed by what was on record at the cut-off, Monday 09:00 after the week, and kept in the ledger with "
        "the first printing; printed again it is the same byte for byte. What was recorded later does not change "
        "it: see --revised. Nothing personal is in it; cases about an office and confidential ones are "
        "numbers only.",
    ),
}
