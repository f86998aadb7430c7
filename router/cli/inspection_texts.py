"""Inspections, in Chinese and English; part of the table of `router.cli.texts`."""

from __future__ import annotations

#: Key → (Chinese, English).
INSPECTIONS: dict[str, tuple[str, str]] = {
    "inspect_what": ("--desk 和 --case 须写且只写一个", "say either --desk or --case"),
    "inspect_what_todo": (
        "检查一个单位写 --desk，检查一件工单写 --case",
        "--desk looks at a desk, --case at one case of it",
    ),
    "inspection_none": ("没有检查任务", "no inspection tasks"),
    "inspection_kind": ("种类", "kind"),
    "inspected_desk": ("检查对象", "inspected"),
    "inspected_case": ("工单", "case"),
    "not_drawn_yet": ("尚未抽取，无可核对", "nothing was drawn yet: there is nothing to verify"),
    "follow_up_none": ("没有待回访的工单", "nobody is to be asked"),
    "follow_up_share": ("抽样比例", "share"),
    "follow_up_drawn": ("抽中", "drawn"),
    "follow_up_drew": (
        "{day}：办结 {count} 件，抽中 {drawn} 件",
        "{day}: {count} resolved, {drawn} of them drawn",
    ),
    "follow_up_day_runs": ("当日尚未结束，种子不公开", "the day is not over: its seed is secret"),
    "follow_up_day_todo": ("次日再核对", "Verify it the day after"),
    "follow_up_no_key": ("没有密钥，未曾抽样", "without a key nothing is drawn"),
    "follow_up_no_key_todo": (
        "设置 contact_key_file 或环境变量 CASE_ROUTER_CONTACT_KEY",
        "Set contact_key_file or CASE_ROUTER_CONTACT_KEY",
    ),
    "draw_same": ("按种子 {seed} 重抽，结果一致", "drawn again with the seed {seed}: the same"),
    "draw_differs": ("按种子 {seed} 重抽，结果不一致", "drawn again with the seed {seed}: NOT the same"),
}
