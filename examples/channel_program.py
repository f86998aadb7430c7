#!/usr/bin/env python3
"""A hotline's program: hands in what it recorded and hears what became of it.

AMQP_URL=amqp://channel.hotline:…@broker/ python channel_program.py < calls.jsonl
"""

import json
import os
import sys
import threading

from router.core.telling.messages import Answered, Refused
from router.tiers import Channel

hotline = Channel(os.environ.get("CHANNEL", "hotline"))
answers: list[Answered] = []


@hotline.on_answered
def tell_citizen(answer: Answered) -> None:
    """`answer.source_id` is our own id of the call, `answer.kind` says what happened."""
    answers.append(answer)


@hotline.on_refused
def look_into(refusal: Refused) -> None:
    """A conflict: two calls were recorded under one id."""


def hand_in(url: str, calls: list[dict[str, object]]) -> list[str]:
    """Hand calls in, many at once; returns the cases' ids. Running it again hands nothing in twice."""
    with hotline.line(url) as line:
        return [line.open(source_id=str(call.pop("id")), wait=False, **call) for call in calls]


if __name__ == "__main__":
    broker = os.environ["AMQP_URL"]
    threading.Thread(target=hand_in, args=(broker, [json.loads(call) for call in sys.stdin]), daemon=True).start()
    hotline.run(broker)
