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
    "report_both": ("--draft 和 --revised 只能用一个", "say either --draft or --revised"),
}

#: Command → (Chinese, English).
REPORT_COMMANDS: dict[str, tuple[str, str]] = {
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
