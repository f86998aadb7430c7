"""Parked messages, in Chinese and English; part of the table of `router.cli.texts`."""

from __future__ import annotations

#: Key → (Chinese, English). `parked_field_…` names what is known of one, `parked_why_…` says a reason in words.
PARKED: dict[str, tuple[str, str]] = {
    "parked_field_id": ("编号", "id"),
    "parked_field_reason": ("原因", "reason"),
    "parked_field_detail": ("说明", "detail"),
    "parked_field_origin": ("来处", "from"),
    "parked_field_message_id": ("消息编号", "message id"),
    "parked_field_type": ("消息类型", "message type"),
    "parked_field_case_id": ("工单", "case"),
    "parked_field_key": ("路由键", "routing key"),
    "parked_field_user_id": ("发送账号", "sender's account"),
    "parked_field_size": ("长度", "size"),
    "parked_field_parked_at": ("暂存时间", "parked"),
    "parked_field_replayed_at": ("重新处理时间", "handed in again"),
    "parked_field_dismissed_at": ("作废时间", "dismissed"),
    "parked_field_dismissed_by": ("作废人", "dismissed by"),
    "parked_field_dismissed_reason": ("作废理由", "dismissed because"),
    "parked_field_body": ("内容", "body"),
    "parked_bytes": ("{size} 字节", "{size:byte|bytes}"),
    "parked_why_undecodable": ("无法解读", "not our format"),
    "parked_why_unknown_type": ("未知类型", "a type that this version does not know"),
    "parked_why_too_large": ("过长", "too large"),
    "parked_why_bad_id": ("编号有误", "an id that cannot be"),
    "parked_why_naive_time": ("时间缺少时区", "a time without a zone"),
    "parked_why_out_of_range": ("数值超出范围", "a value that cannot be"),
    "parked_why_nul_character": ("文字含空字符", "a NUL in a text"),
    "parked_why_refused": ("检查任务不予受理", "an inspection that may not be opened"),
    "parked_why_unknown_case": ("工单尚不存在", "its case is not there yet"),
    "parked_why_forged": ("冒用他人名义", "spoken in another's name"),
    "parked_why_restoring": ("恢复中暂留", "kept while restoring"),
    "parked_why_after_restore": ("恢复后无法执行", "cannot be carried out after a restore"),
    "parked_why_unrouted": ("没有队列可投", "no queue took it"),
    "parked_why_set_aside": ("对方程序放弃", "its consumer gave up"),
    "parked_why_failing": ("处理失败", "handling it failed"),
}
