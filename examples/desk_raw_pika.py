#!/usr/bin/env python3
"""A desk's program without our library, in plain pika: the wire format as any language would speak it.

DESK=liuyin AMQP_URL=amqp://desk.liuyin:…@broker/ python desk_raw_pika.py

Shorter than a real one: it handles on the connection's thread, so a handler must end well within the heartbeat,
and it ends when its connection breaks, to be started again.
"""

import hashlib
import json
import os
from typing import Any

import pika


class RawDesk:
    """Receives, accepts and resolves."""

    def __init__(self, url: str, desk: str) -> None:
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 30
        self.desk = desk
        account = getattr(parameters.credentials, "username", "")
        # The broker vouches for a desk's own account; another one is not named.
        self.user_id = account if account == f"desk.{desk}" else None
        self.connection = pika.BlockingConnection(parameters)
        self.channel = self.connection.channel()
        self.channel.basic_qos(prefetch_count=20)
        self.reports = self.connection.channel()
        self.reports.confirm_delivery()
        self.seen: set[str] = set()
        self.versions: dict[str, int] = {}

    def run(self) -> None:
        """Consume until :meth:`stop`, or until the connection breaks."""
        self.channel.basic_consume(f"desk.{self.desk}", self.on_message)
        self.channel.start_consuming()
        self.connection.close()

    def stop(self) -> None:
        """Ask `run` to end; any thread may."""
        self.connection.add_callback_threadsafe(self.channel.stop_consuming)

    def on_message(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        """Handle one message, then acknowledge it: everything said was confirmed by then."""
        message = json.loads(body)
        if not self.is_old(properties.message_id, message):
            if message["type"] == "case.assigned.v1":
                self.work(properties.message_id, message)
            self.seen.add(properties.message_id)
        channel.basic_ack(method.delivery_tag)

    def is_old(self, message_id: str, message: dict[str, Any]) -> bool:
        """Whether it was handled before, or a later word on who has the case was."""
        if message_id in self.seen:
            return True
        if message["type"] in ("case.assigned.v1", "case.taken.v1"):
            latest = self.versions.get(message["case_id"], 0)
            self.versions[message["case_id"]] = max(latest, message["version"])
            return bool(message["version"] < latest)
        return False

    def work(self, message_id: str, case: dict[str, Any]) -> None:
        """Say that it is in hand, sign for it, solve it."""
        self.send("receipt", message_id, case, desk=self.desk, version=case["version"])
        actor = {"role": "desk", "id": self.desk}
        self.send("accept", message_id, case, actor=actor)
        self.send("resolve", message_id, case, actor=actor, outcome="solved", text="已到现场处理")

    def send(self, verb: str, message_id: str, case: dict[str, Any], **fields: Any) -> None:
        """Publish and wait for the confirm. The id follows from the cause: said again, it is the same command."""
        report_id = hashlib.sha256(f"{self.desk} {message_id} {verb}".encode()).hexdigest()[:32]
        body = {"type": f"case.{verb}.v1", "id": report_id, "case_id": case["case_id"], **fields}
        self.reports.basic_publish(
            "case.reports",
            f"{self.desk}.{verb}",
            json.dumps(body, ensure_ascii=False).encode(),
            pika.BasicProperties(
                message_id=report_id,
                type=body["type"],
                correlation_id=case["case_id"],
                content_type="application/json",
                delivery_mode=2,
                user_id=self.user_id,
            ),
            mandatory=True,
        )


if __name__ == "__main__":
    RawDesk(os.environ["AMQP_URL"], os.environ.get("DESK", "liuyin")).run()
