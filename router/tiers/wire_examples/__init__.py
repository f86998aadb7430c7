"""One example of every message, as the documents show it: a street light in a city that does not exist."""

from __future__ import annotations

import msgspec

from router.tiers.wire_examples.commands import COMMANDS
from router.tiers.wire_examples.messages import LIST, PAYLOADS, RECEIPT, RESEND_WANTED, RESENT

#: Body of `POST /cases`.
POSTED = {
    "source_id": "2026-118",
    "category": "street_light",
    "division": ["hubin", "liuyin"],
    "text": "路灯不亮三天，晚上看不清路。",
    "at": "2026-11-23T08:30:00+08:00",
    "contact": {"name": "王小明", "phone": "13800000000"},
}

#: Wire type → example.
EXAMPLES: dict[str, msgspec.Struct] = {
    str(example.__struct_config__.tag): example
    for example in (*COMMANDS, RECEIPT, RESENT, *PAYLOADS, LIST, RESEND_WANTED)
}
