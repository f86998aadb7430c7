"""What `recover --after-restore` says, in Chinese and English; part of the table of `router.cli.texts`."""

from __future__ import annotations

#: Key → (Chinese, English).
RESTORING: dict[str, tuple[str, str]] = {
    "restore_options": (
        "恢复台账后用 --after-restore，同时写明 --lost-at 和 --by；--begin 只与它们同用",
        "after a restore: --after-restore together with --lost-at and --by; --begin only with these",
    ),
    "restore_options_todo": (
        "--lost-at 是丢失的台账最后正常工作的时间：日志中 role.waiting 的第一行减一秒",
        "--lost-at is when the lost ledger did its last work: the first role.waiting in the log, minus a second",
    ),
    "restore_reason": ("从备份恢复台账", "the ledger was restored from a backup"),
    "restore_of": (
        "恢复 {restore}：备份记到 {knows_until}，台账丢失于 {lost_at}",
        "{restore}: the backup knows of things up to {knows_until}, the ledger was lost at {lost_at}",
    ),
    "restore_begun": (
        "时限已全部暂停；现在导入备份之后的区划、政策、日历，再以同一 --lost-at 运行，不加 --begin",
        "every deadline is held now; import the tree, policy or calendar that came since, then run this again "
        "with the same --lost-at, without --begin",
    ),
    "restore_asked": (
        "已请 {count} 个程序重发 {since} 以来所报内容，等待中……",
        "{count:program was|programs were} asked for what they said since {since}; waiting",
    ),
    "restore_answered": (
        "{count} 个程序已重发，共 {messages} 条",
        "{count:program has|programs have} said it again: {messages:message|messages}",
    ),
    "restore_redone": (
        "重新办理 {accepted} 条；台账中已有 {known} 条",
        "{accepted:command was|commands were} carried out again, "
        "{known:command is|commands are} on record already",
    ),
    "restore_missing": (
        "{count} 个程序在线但未按时应答：{names}；加大 --wait 再运行一次",
        "{count:program runs and has|programs run and have} not answered in time: {names}; run this again with a "
        "longer --wait",
    ),
    "restore_silent": (
        "{count} 个程序不在线，启动后会自动重发：{names}；在此之前可用 sla hold --desk 暂停其时限",
        "{count:program does|programs do} not run and will say it when started: {names}; until then "
        "`sla hold --desk` keeps its deadlines",
    ),
    "restore_unheard": (
        "{count} 个队列无人接收，备份也不知其有无程序：{names}；若备份之后才有程序，启动后会自动重发",
        "{count:queue is|queues are} consumed by nobody, and the backup never heard of a program there: {names}; "
        "one that came since says it when started",
    ),
    "restore_unasked": (
        "{count} 个队列不存在，无法请其重发：{names}；运行 topology apply",
        "{count:queue is|queues are} not there, nobody could be asked: {names}; topology apply",
    ),
    "restore_kept_since": (
        "{queue} 的程序只保留了 {since} 以来的内容，此前所报须由该单位补报",
        "the program of {queue} keeps only what it said since {since}; what it said before it has to say anew",
    ),
    "restore_waiting": (
        "{count} 条所涉工单尚不存在，等待渠道重发（parked list --reason unknown_case）",
        "{count:report waits|reports wait} for a case that is not there yet: parked list --reason unknown_case",
    ),
    "restore_parked": (
        "{count} 条不能重新办理，其前提可能由无程序的单位办理，须补办："
        "parked list --reason after_restore；补办后 parked replay --reason after_restore",
        "{count:message|messages} could not be carried out again; what made it right may have been done at the "
        "shell: parked list --reason after_restore; do that anew, then parked replay --reason after_restore",
    ),
    "restore_next": (
        "现在启动各角色；在命令行和 HTTP 上所办的，请各自补办",
        "start the roles now; what was done at the shell and over HTTP has to be done again",
    ),
}
