"""Personal data lives encrypted in `contacts` and nowhere else: marked data are looked for everywhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import structlog
from sqlalchemy import MetaData, create_engine, select

from router.broker.port import Outgoing
from router.core.case_id import case_id_of
from router.core.commands import (
    Accept,
    Actor,
    ActorRole,
    ApproveReturn,
    Contact,
    Place,
    Reply,
    RequestReturn,
    Resolve,
)
from router.core.territory import address
from tests.town import Town, town

MARKS = ("欧阳测标记", "13900007777", "110101199001017777", "标记路七十七号楼")
CONTACT = Contact(name=MARKS[0], phone=MARKS[1], identity_number=MARKS[2], address=MARKS[3])


@pytest.fixture
def spoken() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the smallest word."""
    heard = io.StringIO()
    before = structlog.get_config()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(heard), cache_logger_on_first_use=False)
    yield heard
    structlog.configure(**before)
    root.removeHandler(handler)
    root.setLevel(level)


def _desk(code: str) -> Actor:
    return Actor(ActorRole.DESK, code)


def _live(here: Town) -> None:
    """One marked case goes through everything: opened, returned, accepted, answered, escalated, resolved."""
    case = here.open(1, contact=CONTACT, place=Place(address_id="ref-1"))
    here.say("willow", RequestReturn(id="r1", case_id=case, actor=_desk("willow"), reason="not_ours"))
    here.say("dispatch", ApproveReturn(id="r2", case_id=case, actor=_desk("dispatch"), desk="plane"))
    here.say("plane", Accept(id="a1", case_id=case, actor=_desk("plane")))
    here.say("plane", Reply(id="a2", case_id=case, actor=_desk("plane"), text="在办"))
    here.wait(days=1, seconds=1)
    here.say("plane", Resolve(id="a3", case_id=case, actor=_desk("plane"), text="已办"))  # too late: refused
    here.say("lake", Resolve(id="a4", case_id=case, actor=_desk("lake"), text="已办"))


def _go_wrong(here: Town) -> None:
    """Marked messages that cannot be taken: broken, of an unknown type, too large, forged, without a zone."""
    good = here.appeal(2, contact=CONTACT)
    replace = msgspec.structs.replace
    here.publish(
        [
            replace(good, id="broken", body=good.body[:-5]),
            replace(good, id="unknown", type="case.sing.v1"),
            replace(good, id="large", body=good.body + b" " * 300_000),
            replace(good, id="wrong", body=good.body.replace(b'"affected":1', b'"affected":"many"')),
            replace(good, id="naive", body=good.body.replace(b'Z",', b'",', 1)),
            replace(
                good,
                id="forged",
                exchange=address.REPORTS,
                key="plane.open",
                body=good.body.replace(b'"role":"channel","id":"hotline"', b'"role":"desk","id":"willow"'),
            ),
        ]
    )
    here.pump()
    reasons = {parked.reason for parked in here.on.ledger.parked()}
    assert reasons == {"undecodable", "unknown_type", "too_large", "naive_time", "forged"}


def _everything_kept(url: str) -> str:
    """All tables but `contacts`, as one text; bytes are read as UTF-8 where they are."""
    engine = create_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    parts = []
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            if table.name == "contacts":
                continue
            for row in connection.execute(select(table)):
                parts += [
                    value.decode(errors="replace") if isinstance(value, bytes) else repr(value) for value in row
                ]
    engine.dispose()
    return "\n".join(parts)


def _everything_queued(here: Town) -> str:
    """All messages in desk, parking and catch-all queues: bodies, keys, headers."""
    desks = [address.desk_queue(desk.code) for desk in here.on.rulebook().tree]
    names = [*desks, address.PARKED, address.UNROUTED, address.channel_queue("hotline")]
    there = [state.name for state in here.on.broker.queues(names) if state.ready]
    assert there
    consumer = here.on.broker.consumer(there, 2000)
    parts = []
    while deliveries := consumer.receive(500, 0.3):
        for one in deliveries:
            parts += [one.body.decode(), one.key, one.id, repr(dict(one.headers)), one.type]
        consumer.done(deliveries)
    consumer.close()
    return "\n".join(parts)


def _search(here: Town, url: str, heard: io.StringIO) -> None:
    _live(here)
    _go_wrong(here)
    places = {
        "ledger": _everything_kept(url),
        "queues": _everything_queued(here),
        "logs": heard.getvalue(),
        "metrics": here.on.runtime.exposition().decode(),
        "parked": repr([(p.id, p.reason, p.detail, p.key, p.type) for p in here.on.ledger.parked()]),
    }
    assert {place for place, text in places.items() if text} == set(places), "nothing was searched"
    for place, text in places.items():
        for mark in MARKS:
            assert mark not in text, f"{mark} is in {place}"
    ref = here.on.ledger.case_by_source("hotline", "1")
    assert ref is not None
    assert ref.contact_ref is not None
    kept = here.on.ledger.contact(ref.contact_ref, reader="plane", reason="visit", now=here.time)
    assert kept == CONTACT


KEY = "ab" * 32


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "key"
    path.write_text(KEY, encoding="ascii")
    return str(path)


def test_no_personal_data_outside_contacts_on_the_embedded_default(
    tmp_path: Path, key_file: str, spoken: io.StringIO
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with town(url, contact_key_file=key_file, channels=("hotline",), publish_events=True) as here:
        _search(here, url, spoken)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert all(mark.encode() not in raw for mark in MARKS), "a mark lies readable in the database's own file"


@pytest.mark.amqp
@pytest.mark.postgres
def test_no_personal_data_outside_contacts_on_real_servers(
    database_url: str, amqp_url: str, key_file: str, spoken: io.StringIO
) -> None:
    with town(
        database_url, amqp_url, contact_key_file=key_file, channels=("hotline",), publish_events=True
    ) as here:
        _search(here, database_url, spoken)


def test_a_contact_of_a_refused_conflict_is_not_kept_in_the_clear(tmp_path: Path, key_file: str) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with town(url, contact_key_file=key_file) as here:
        here.open(1, contact=CONTACT)
        here.time += timedelta(minutes=1)
        again: Outgoing = here.appeal(1, id="hotline:1:other", text="something else", contact=CONTACT)
        here.publish([again])
        here.pump()
        refused = list(here.on.ledger.all_entries("Refused"))
        assert len(refused) == 1
        assert all(mark.encode() not in encode_all(here) for mark in MARKS)


def test_what_was_sealed_under_another_key_keeps_no_case_from_being_opened(tmp_path: Path) -> None:
    keys = [tmp_path / name for name in ("lost", "new")]
    for number, key in enumerate(keys):
        key.write_text(f"{number}e" * 32)
    url = f"sqlite:///{tmp_path}/ledger.db"
    case = case_id_of("hotline", "1")
    with town(url, contact_key_file=str(keys[0])) as here:
        here.say("willow", Accept(id="early", case_id=case, actor=Actor(ActorRole.DESK, "willow")))
    with town(url, contact_key_file=str(keys[1])) as here:
        here.open(1)
        assert here.on.ledger.case(case) is not None
        assert here.router.take_waiting(here.time) == 0
        assert [parked.reason for parked in here.on.ledger.parked()] == ["unknown_case"]
    with town(url, contact_key_file=str(keys[0])) as here:
        assert here.router.take_waiting(here.time) == 1
        kept = here.on.ledger.case(case)
        assert kept is not None
        assert kept.state == "accepted"


def encode_all(here: Town) -> bytes:
    """All entries, as they would be shown."""
    return b"".join(msgspec.json.encode(entry) for entry in here.on.ledger.all_entries())
