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
    "draw_same": ("按种子 {seed} 重抽，结果一致", "drawn again with the seed {seed}: the same"),
    "draw_differs": ("按种子 {seed} 重抽，结果不一致", "drawn again with the seed {seed}: NOT the same"),
}
