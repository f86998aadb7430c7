"""The HTTP intake before a real ledger: durable before the answer, with or without a broker."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from router.app import Installation
from router.arrivals import Arrived
from router.calendars import Source
from router.cli.health import Health
from router.cli.intake import intake_app
from router.core.guards import Hold, HoldKind
from router.core.telling.citizen import code_of
from router.core.territory.tree import Tree
from router.errors import RestoringError, UnreachableError
from router.flow import Router
from router.ledger.contacts import Seal
from router.ledger.migrations import upgrade
from router.ledger.port import Answer
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from router.tiers.batching import UnhurriedSender
from router.tiers.intake import app
from tests.city import MONDAY, file
from tests.servers.loopback import free_port
from tests.town import DAILY

HOTLINE = "t-hotline"
TOKENS = {HOTLINE: "hotline", "t-app": "app"}
LAMP: dict[str, Any] = {
    "source_id": "2026-118",
    "category": "lamp",
    "division": ["lake", "willow"],
    "text": "路灯不亮三天",
    "contact": {"name": "王小明", "phone": "13800000000", "address": "柳荫街1号"},
}


class Counter:
    """An installation with an intake, and a way to post."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.folder = folder
        settings = Settings(ledger=f"sqlite:///{folder / 'ledger.db'}", broker=broker)
        upgrade(settings.ledger)
        self.on = Installation(settings, now=lambda: MONDAY)
        install_tree(self.on.ledger, file(), MONDAY)
        policies = PolicySet(policies=(Source("test", DAILY),))
        install_policies(self.on.ledger, policies, file().tiers, MONDAY)
        self.on.declare_embedded()
        self.sender = UnhurriedSender(self.on.broker.publisher)
        self.router = Router(self.on.ledger, self.on.rulebook, self.sender, admit=self.on.rulebook.require_whole)
        self.app: ASGIApp = app(self.router, self.on.ledger, TOKENS, self.on.now)

    @asynccontextmanager
    async def client(self, token: str | None = HOTLINE) -> AsyncIterator[httpx.AsyncClient]:
        """A client inside this process."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
            yield client

    def ask(
        self, asked: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]], token: str | None = HOTLINE
    ) -> httpx.Response:
        """One request from a synchronous test."""

        async def run() -> httpx.Response:
            async with self.client(token) as client:
                return await asked(client)

        return asyncio.run(run())

    def post(self, body: object, token: str | None = HOTLINE) -> httpx.Response:
        """Post a case; bytes are sent as they are."""
        if isinstance(body, bytes):
            return self.ask(lambda client: client.post("/cases", content=body), token)
        return self.ask(lambda client: client.post("/cases", json=body), token)

    def close(self) -> None:
        """Close everything."""
        self.on.close()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """An intake beside an embedded broker."""
    counter = Counter(tmp_path, "embedded:")
    yield counter
    counter.sender.close()
    counter.close()


def test_a_case_is_in_the_ledger_before_the_answer(counter: Counter) -> None:
    response = counter.post(LAMP)
    assert response.status_code == 201
    taken = response.json()
    assert taken["status"] == "received"
    case = counter.on.ledger.case(taken["case_id"])
    assert case is not None
    assert (case.source, case.source_id, case.lead) == ("hotline", "2026-118", "willow")
    assert case.version == taken["version"]


def test_the_same_again_is_the_same_case(counter: Counter) -> None:
    first, second = counter.post(LAMP).json(), counter.post(LAMP)
    assert second.status_code == 201
    assert second.json() == first | {"status": "duplicate"}


def test_other_content_under_the_same_id_is_a_conflict_with_the_case_it_stands_for(counter: Counter) -> None:
    first = counter.post(LAMP).json()
    response = counter.post(LAMP | {"text": "another matter"})
    assert response.status_code == 409
    assert response.json()["code"] == "content_conflict"
    assert response.json()["case_id"] == first["case_id"]


def test_two_channels_may_use_the_same_id(counter: Counter) -> None:
    assert counter.post(LAMP).json()["case_id"] != counter.post(LAMP, "t-app").json()["case_id"]


def test_personal_data_are_in_the_contacts_and_in_no_answer(counter: Counter) -> None:
    posted = counter.post(LAMP)
    case_id = posted.json()["case_id"]
    shown = counter.ask(lambda client: client.get(f"/cases/{case_id}"))
    assert shown.status_code == 200
    for answer in (posted.text, shown.text):
        for private in ("王小明", "13800000000", "柳荫街1号", "路灯"):
            assert private not in answer
    case = counter.on.ledger.case(case_id)
    assert case is not None
    contact = counter.on.ledger.contact(str(case.contact_ref), reader="test", reason="test", now=MONDAY)
    assert contact is not None
    assert contact.name == "王小明"


def test_whom_a_report_names_is_posted_with_it_by_code_and_account(counter: Counter) -> None:
    report = {**LAMP, "matter_type": "report", "named_desks": ["willow"], "named_persons": ["wang.5021"]}
    case = counter.on.ledger.case(counter.post(report).json()["case_id"])
    assert case is not None
    assert (case.lead, case.named_desks, case.named_persons) == ("lake", ("willow",), ("wang.5021",))
    by_name = counter.post({**report, "source_id": "2", "named_persons": ["王局长"]})
    assert (by_name.status_code, by_name.json()["where"]) == (400, "$.named_persons")
    assert "王" not in by_name.text
    everybody = counter.post({**report, "source_id": "3", "named_desks": [one.code for one in Tree(file())]})
    assert (everybody.status_code, everybody.json()["code"]) == (409, "nobody_may_see")


def test_a_channel_sees_stage_and_due_of_its_own_cases_and_none_of_others(counter: Counter) -> None:
    case_id = counter.post(LAMP).json()["case_id"]
    shown = counter.ask(lambda client: client.get(f"/cases/{case_id}")).json()
    assert shown["state"] == "dispatched"
    assert shown["due_at"] == "2026-09-22T01:00:00Z"
    assert shown["outcome"] is None
    assert counter.ask(lambda client: client.get(f"/cases/{case_id}"), "t-app").status_code == 404
    assert counter.ask(lambda client: client.get("/cases/NONE")).status_code == 404


@pytest.mark.parametrize(("token", "code"), [(None, "no_token"), ("t-hotlin", "unknown_token")])
def test_without_a_token_of_a_channel_nothing_is_taken(counter: Counter, token: str | None, code: str) -> None:
    response = counter.post(LAMP, token)
    assert response.status_code == 401
    assert response.json()["code"] == code
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_token_speaks_for_its_own_channel_alone(counter: Counter) -> None:
    assert counter.post(LAMP | {"channel": "app"}).status_code == 403
    assert counter.post(LAMP | {"channel": "hotline", "source": "hotline"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        (b"{", "broken_json", ""),
        (b"\xff", "broken_json", ""),
        (b"[]", "wrong_type", "$"),
        (b"{}", "wrong_type", "$"),
        (LAMP | {"source_id": ""}, "bad_id", "$.source_id"),
        (LAMP | {"source_id": "x" * 201}, "bad_id", "$.source_id"),
        (LAMP | {"text": 7}, "wrong_type", "$.text"),
        (LAMP | {"division": [1]}, "wrong_type", "$.division[0]"),
        (LAMP | {"at": "2026-09-21T09:00:00"}, "naive_time", "$.at"),
        (LAMP | {"due_at": "tomorrow"}, "wrong_type", "$.due_at"),
        (LAMP | {"affected": 0}, "out_of_range", "$.affected"),
        (LAMP | {"text": "a\0b"}, "nul_character", ""),
        (LAMP | {"at": "9999-12-31T23:59:59-08:00"}, "out_of_range", "$.at"),
        (LAMP | {"due_at": "0001-01-01T00:00:00+08:00"}, "out_of_range", "$.due_at"),
        (LAMP | {"affected": 2**70}, "out_of_range", "$.affected"),
        (b'{"x":' * 5000 + b"1" + b"}" * 5000, "broken_json", ""),
    ],
)
def test_a_wrong_body_is_answered_with_what_is_wrong_and_where(
    counter: Counter, body: object, code: str, where: str
) -> None:
    response = counter.post(body)
    assert response.status_code == 400
    wrong = response.json()
    assert (wrong["code"], wrong["where"]) == (code, where)
    assert wrong["what"]
    assert wrong["todo"]
    assert response.text.count("2026-11-24T09:00:00+08:00") == (code == "naive_time")  # advice is given once
    assert "路灯" not in response.text


def test_a_body_over_the_limit_is_not_read_to_its_end(counter: Counter) -> None:
    assert counter.post(LAMP | {"text": "灯" * 100_000}).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    response = counter.ask(lambda client: client.post("/cases", content=endless()))
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


def test_ids_actors_and_references_in_a_body_are_ignored(counter: Counter) -> None:
    forged = {"id": "x", "case_id": "MINE", "actor": {"role": "system"}, "contact_ref": "contact-of-another"}
    case_id = counter.post(LAMP | forged).json()["case_id"]
    case = counter.on.ledger.case(case_id)
    assert case is not None
    assert case.contact_ref == f"contact-{case_id}"


def test_fields_that_nobody_reads_are_named_to_whoever_sent_them(counter: Counter) -> None:
    misspelt = {"categroy": "lamp", "contact": {"name": "王小明", "phon": "138"}, "place": {"x": 1}, "id": "mine"}
    answer = counter.post(LAMP | misspelt)
    assert answer.status_code == 201
    assert sorted(answer.json()["ignored"]) == ["categroy", "contact.phon", "id", "place.x"]
    assert "ignored" not in counter.post(LAMP | {"source_id": "another"}).json()


def test_a_body_full_of_unknown_fields_is_not_read_back_to_its_sender(counter: Counter) -> None:
    ignored = counter.post(LAMP | {f"{number}{'x' * 500}": 1 for number in range(500)}).json()["ignored"]
    assert len(ignored) == 20
    assert max(map(len, ignored)) == 80


def test_a_broker_that_is_away_keeps_nobody_waiting(tmp_path: Path) -> None:
    counter = Counter(tmp_path, f"amqp://guest:guest@127.0.0.1:{free_port()}")
    begun_at_s = monotonic()
    statuses = [counter.post(LAMP | {"source_id": f"n-{number}"}).status_code for number in range(12)]
    assert statuses == [201] * 12
    assert monotonic() - begun_at_s < 5.0
    assert counter.on.ledger.counts(MONDAY)["outbox"] == 12
    counter.sender.close()
    counter.close()


def test_nor_does_it_through_the_application_that_up_serves(tmp_path: Path) -> None:
    counter = Counter(tmp_path, f"amqp://guest:guest@127.0.0.1:{free_port()}")
    counter.app = intake_app(counter.on, TOKENS, Health([], {}, lambda: MONDAY))
    begun_at_s = monotonic()
    statuses = [counter.post(LAMP | {"source_id": f"n-{number}"}).status_code for number in range(12)]
    assert statuses == [201] * 12
    assert monotonic() - begun_at_s < 5.0
    counter.sender.close()
    counter.close()


def test_while_the_ledger_is_being_restored_nothing_is_taken_and_the_channel_posts_again(counter: Counter) -> None:
    restore = Hold(id="r", kind=HoldKind.ALL, what="", reason="disk", by="li", since=MONDAY, restored_to=MONDAY)
    counter.on.ledger.put_hold(restore)
    counter.on.rulebook.reload()
    response = counter.post(LAMP)
    assert (response.status_code, response.json()["code"]) == (503, "restoring")
    assert response.headers["retry-after"] == "5"
    with pytest.raises(RestoringError):  # as it is served
        counter.on.leaving_router().admit()
    counter.on.ledger.release_hold("r", by="li", now=MONDAY)
    counter.on.rulebook.reload()
    assert counter.post(LAMP).json()["status"] == "received"


def test_a_ledger_that_is_away_is_503_and_nothing_is_taken(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_case_id: str) -> None:
        raise UnreachableError("no answer")

    monkeypatch.setattr(counter.on.ledger, "case", away)
    response = counter.post(LAMP)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    monkeypatch.undo()
    assert counter.post(LAMP).json()["status"] == "received"


def test_one_post_that_cannot_be_decided_does_not_take_its_neighbours_with_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = counter.router.carry_out

    def stumble(arrived: Sequence[Arrived], now: datetime) -> dict[str, Answer]:
        if any(one.command.id.startswith("hotline:n-20:") for one in arrived):
            raise RuntimeError("a bug")
        return carry_out(arrived, now)

    monkeypatch.setattr(counter.router, "carry_out", stumble)

    async def together() -> list[int]:
        bodies = [LAMP | {"source_id": f"n-{number}"} for number in range(40)]
        async with counter.client() as client:
            answers = await asyncio.gather(*(client.post("/cases", json=body) for body in bodies))
        return [answer.status_code for answer in answers]

    statuses = asyncio.run(together())
    assert statuses[20] == 500
    assert statuses.count(201) == 39


def test_posts_that_arrive_together_share_transactions_and_repeats_among_them_are_one_case(
    counter: Counter,
) -> None:
    async def together() -> list[dict[str, Any]]:
        async with counter.client() as client:
            bodies = [LAMP | {"source_id": f"n-{number % 100}"} for number in range(200)]
            answers = await asyncio.gather(*(client.post("/cases", json=body) for body in bodies))
        return [answer.json() for answer in answers]

    begun_at_s = monotonic()
    answers = asyncio.run(together())
    assert monotonic() - begun_at_s < 5.0
    statuses = [answer["status"] for answer in answers]
    assert statuses.count("received") == 100
    assert statuses.count("duplicate") == 100
    assert len({answer["case_id"] for answer in answers}) == 100


# -- the citizen, by id and code


def _asked(counter: Counter, case_id: str, code: str | None, method: str = "GET", **more: Any) -> httpx.Response:
    """A request about a case with a code and no token."""
    path = f"/cases/{case_id}" + ("/urge" if method == "POST" else "")
    headers = {**({"Case-Code": code} if code is not None else {}), **more.pop("headers", {})}
    return counter.ask(lambda client: client.request(method, path, headers=headers, **more), None)


def test_a_citizen_sees_stage_and_due_by_the_code_that_the_channel_got(counter: Counter) -> None:
    taken = counter.post(LAMP).json()
    assert counter.post(LAMP).json()["code"] == taken["code"]
    shown = _asked(counter, taken["case_id"], taken["code"].replace("-", " ").lower())
    assert shown.status_code == 200
    assert shown.json() == {
        "case_id": taken["case_id"],
        "state": "dispatched",
        "opened_at": "2026-09-21T01:00:00Z",
        "due_at": "2026-09-22T01:00:00Z",
        "resolved_at": None,
        "closed_at": None,
        "outcome": None,
        "urges": 0,
    }


def test_another_case_s_code_and_no_code_show_nothing(counter: Counter) -> None:
    first, second = counter.post(LAMP).json(), counter.post(LAMP | {"source_id": "2"}).json()
    assert first["code"] != second["code"]
    wrong = _asked(counter, first["case_id"], second["code"])
    nothing = _asked(counter, "NONE", second["code"])
    assert (wrong.status_code, wrong.json()) == (404, nothing.json())
    assert _asked(counter, first["case_id"], "").status_code == 404
    assert _asked(counter, first["case_id"], None).status_code == 401


def test_the_code_is_stored_nowhere_and_another_key_makes_another(counter: Counter) -> None:
    taken = counter.post(LAMP).json()
    counter.router.flush(MONDAY)
    with sqlite3.connect(counter.folder / "ledger.db") as connection:
        everything = "\n".join(connection.iterdump())
    assert taken["code"] not in everything
    assert taken["code"].replace("-", "") not in everything
    one, other = (Seal(bytes([n] * 32)).keyed_hash for n in (1, 2))
    assert code_of(one, taken["case_id"]) != code_of(other, taken["case_id"])


def test_a_citizen_urges_once_a_day(counter: Counter) -> None:
    taken = counter.post(LAMP).json()
    urged = _asked(counter, taken["case_id"], taken["code"], "POST", json={"text": "什么时候修好？"})
    assert urged.status_code == 201
    assert urged.json() == {"case_id": taken["case_id"], "version": taken["version"] + 1}
    again = _asked(counter, taken["case_id"], taken["code"], "POST")
    assert (again.status_code, again.json()["code"]) == (409, "urged_today")
    assert again.json()["what_zh"] == "2026-09-21 已催过一次，每日一次"
    case = counter.on.ledger.case(taken["case_id"])
    assert case is not None
    assert (case.links.urges, case.version) == (1, taken["version"] + 1)
    assert _asked(counter, taken["case_id"], taken["code"]).json()["urges"] == 1


def test_an_urge_sent_again_under_its_key_is_the_same_one(counter: Counter) -> None:
    taken = counter.post(LAMP).json()
    key = {"Idempotency-Key": "urge-1"}
    first = _asked(counter, taken["case_id"], taken["code"], "POST", headers=key)
    second = _asked(counter, taken["case_id"], taken["code"], "POST", headers=key)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())


def test_a_channel_urges_its_own_cases_with_its_token(counter: Counter) -> None:
    case_id = counter.post(LAMP).json()["case_id"]
    path = f"/cases/{case_id}/urge"
    assert counter.ask(lambda client: client.post(path), "t-app").status_code == 404
    assert counter.ask(lambda client: client.post(path)).status_code == 201


@pytest.mark.parametrize("body", [b"{", b'{"text": 1}', b'{"words": "x"}', b'{"text": "\\u0000"}', b"\xff"])
def test_what_is_no_text_urges_nothing(counter: Counter, body: bytes) -> None:
    taken = counter.post(LAMP).json()
    assert _asked(counter, taken["case_id"], taken["code"], "POST", content=body).status_code == 400
    case = counter.on.ledger.case(taken["case_id"])
    assert case is not None
    assert case.links.urges == 0
