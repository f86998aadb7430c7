"""The runbook's command lines that can be run without harm, where the runbook says that they are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from router.app import METRICS
from router.cli.run import INTAKE
from tests.deploy.compose import DEPLOY, services
from tests.deploy.stack import COMMAND_S, Running, Stack
from tests.integration.terminal import post
from tests.runbook import ALL, RUNBOOKS, text_of

WRAPPER = DEPLOY / "systemd" / "case-router"
APPLY = "case-router --broker amqp://admin:PASSWORD@broker/ topology apply --management http://admin:PASSWORD@broker:15672"

#: Command → exit code where nothing is wrong: what looks, tries, or finds nothing to do.
HARMLESS = {
    "case-router audit": 0,
    "case-router calendar recompute --dry-run": 0,
    "case-router calendar show cn": 0,
    "case-router case list --below DISTRICT --overdue": 0,
    "case-router case list --desk DESK": 0,
    "case-router case list --overdue --limit 20": 0,
    "case-router case show CASE": 0,
    "case-router db status": 0,
    "case-router divisions reroute": 0,
    'case-router escalation undo --since "2026-11-24 03:00" --until "2026-11-24 03:10" --by NAME --reason TEXT '
    "--dry-run": 0,
    "case-router health": 0,
    "case-router health --http-port 9108": 0,
    "case-router parked list": 0,
    "case-router parked list --dismissed": 0,
    "case-router parked list --reason unrouted": 0,
    "case-router parked replay --reason failing": 0,
    "case-router parked replay --reason unrouted": 0,
    "case-router policy list": 0,
    "case-router recover": 0,
    "case-router sla catch-up --by NAME --reason TEXT --dry-run": 0,
    "case-router sla catch-up --dry-run": 0,
    "case-router sla held": 0,
    "case-router sla holds": 0,
    "case-router status": 0,
    "case-router topology plan": 0,
}
#: Command → why it is not run here, or where.
NOT_HERE = {
    APPLY: "below, when a queue is gone",
    "case-router calendar check": "below: the day decides how it ends",
    "case-router calendar check notice.toml": "needs a notice",
    "case-router calendar import notice.toml": "needs a notice",
    "case-router calendar import notice.toml --dry-run": "needs a notice",
    "case-router case accept CASE --desk DESK": "moves a case",
    "case-router escalation undo --batch 12 --by NAME --reason TEXT": "needs a batch",
    "case-router escalation undo --batch 12 --by NAME --reason TEXT --dry-run": "needs a batch",
    'case-router escalation undo --since "2026-11-24 03:00" --by NAME --reason TEXT': "needs what went up",
    "case-router parked drop ID --reason TEXT --by NAME": "needs a parked message",
    "case-router parked replay ID": "needs a parked message",
    "case-router parked show ID": "needs a parked message",
    'case-router recover --after-restore --lost-at "2026-11-24 03:00" --by NAME --begin': "needs a restore",
    "case-router rules render --out deploy/prometheus/rules": "writes files",
    f"case-router run {METRICS}": "is every service of that name",
    "case-router run sla": "is every service of that name",
    "case-router sla cancel --by NAME --reason TEXT": "moves deadlines",
    "case-router sla catch-up --by NAME --reason TEXT": "takes cases up",
    'case-router sla hold --all --since "2026-11-24 01:00" --until "2026-11-24 03:00" --by NAME '
    "--reason TEXT": "holds",
    "case-router sla hold --district DISTRICT --by NAME --reason TEXT": "holds",
    'case-router sla hold --district DISTRICT --until "2026-11-25 06:00" --by NAME --reason TEXT': "holds",
    "case-router sla release --by NAME --reason TEXT": "needs a brake",
    "case-router sla unhold HOLD --by NAME": "needs a hold",
    'case-router sla what-if --policy FILE --since "2026-11-01 00:00"': "needs a policy of one's own",
    "case-router up": "the page says not to",
}
#: Those that a server with systemd is tried with: what needs settings, each secret, and nothing at all.
ON_A_SERVER = [
    "case-router audit",
    "case-router case show CASE",
    "case-router db status",
    "case-router parked list",
    "case-router recover",
    "case-router status",
    "case-router topology plan",
]


def test_every_command_of_the_runbook_is_run_or_somebody_has_said_why_not() -> None:
    assert sorted({*HARMLESS, *NOT_HERE}) == ALL
    assert not set(HARMLESS) & set(NOT_HERE)


@pytest.mark.parametrize("page", RUNBOOKS)
def test_what_is_said_of_containers_names_services_that_there_are(page: str) -> None:
    top = text_of(page).partition("\n### ")[0]
    named = re.findall(
        r"`(?:docker compose -f deploy/compose\.yaml )?(?:exec|up -d|ps -a|restart|logs --tail 100|"
        r"run --rm --no-deps(?: -\S+ (?:\"[^\"]*\"|\S+))*) ([a-z0-9-]+)",
        top,
    )
    assert {"router", "sla", "rabbitmq", "postgres", "topology-apply"} <= set(named)
    # The last is a pod.
    assert set(named) <= {*services(), "rabbitmq-server-0"}


@pytest.fixture(scope="module")
def case(city: Stack, at_work: dict[str, Running]) -> str:
    """The number of a case at a desk of the demo city, all being well."""
    tokens = tomllib.loads((city.here.secrets / "tokens.toml").read_text(encoding="utf-8"))
    answer = post(at_work[INTAKE].url, tokens["hotline"], "runbook", desk="liuyin")
    assert answer.status_code == 201
    city.await_all_well()
    listed = msgspec.json.decode(city.run("router", "case", "list", "--desk", "liuyin", "--json").stdout)
    return str(listed[-1]["case"])


def filled_in(command: str, case: str) -> list[str]:
    """The words behind the program's name, with something in the place of what the page leaves open."""
    given = {"CASE": case, "DESK": "liuyin", "DISTRICT": "hubin", "NAME": "wang", "TEXT": "a drill"}
    return [given.get(word, word) for word in shlex.split(command)[1:]]


@pytest.mark.amqp
@pytest.mark.postgres
@pytest.mark.parametrize("command", HARMLESS)
def test_in_the_container_of_the_router_a_command_ends_as_the_page_says(
    city: Stack, at_work: dict[str, Running], case: str, command: str
) -> None:
    words = filled_in(command, case)
    if words[0] == "health":
        # In its own container each has the same port; here each has one of its own.
        asked = at_work[METRICS if len(words) > 1 else "router"]
        words = ["health", "--http-port", asked.url.rpartition(":")[2]]
    done = city.run("router", *words)
    assert done.returncode == HARMLESS[command], done.stdout + done.stderr


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_calendar_that_ends_soon_is_exit_code_7(city: Stack) -> None:
    known = msgspec.json.decode(city.run("router", "calendar", "check", "--json").stdout)
    ends_soon = any(one["days_left"] is not None and one["days_left"] < 60 for one in known)
    assert city.run("router", "calendar", "check").returncode == (7 if ends_soon else 0)


class Server(msgspec.Struct, frozen=True):
    """A machine with settings, secrets and the shipped program for people, as deploy/README.md installs them."""

    wrapper: Path
    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in a new shell: nothing of ours is in its environment."""
        return shell(self.folder, "sh", str(self.wrapper), *words)


def shell(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CASE_ROUTER_")}
    return subprocess.run(
        command,
        env={**bare, "CASE_ROUTER_LANG": "en"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=COMMAND_S,
        check=False,
    )


PROGRAM = Path(sys.executable).with_name("case-router")


@pytest.fixture(scope="module")
def server(city: Stack, tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("server")
    for name, secret in {
        "contact.key": "contact-key",
        "broker.password": "broker-router",
        "ledger.password": "postgres",
    }.items():
        (folder / name).write_bytes((city.here.secrets / secret).read_bytes())
    settings = (DEPLOY / "settings.example.toml").read_text(encoding="utf-8")
    for there, here in (
        ("case@127.0.0.1/case", f"case_router@{city.here.servers['postgres:5432']}/case_router"),
        ("case-router@127.0.0.1:5672/", f"case-router@{city.here.servers['rabbitmq:5672']}/city"),
    ):
        assert there in settings
        settings = settings.replace(there, here)
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    text = WRAPPER.read_text(encoding="utf-8")
    for there, put in (("/opt/case-router/.venv/bin/case-router", PROGRAM), ("/etc/case-router", folder)):
        assert there in text
        text = text.replace(there, str(put))
    wrapper = folder / "case-router"
    wrapper.write_text(text, encoding="utf-8")
    return Server(wrapper, folder)


@pytest.mark.amqp
@pytest.mark.postgres
@pytest.mark.parametrize("command", ON_A_SERVER)
def test_in_a_new_shell_on_a_server_a_command_ends_as_the_page_says(
    server: Server, case: str, command: str
) -> None:
    done = server.run(*filled_in(command, case))
    assert done.returncode == HARMLESS[command], done.stdout + done.stderr


@pytest.mark.amqp
@pytest.mark.postgres
def test_without_settings_there_is_no_ledger_and_the_page_says_so(server: Server) -> None:
    done = shell(server.folder, str(PROGRAM), "status")
    assert done.returncode == 4
    assert "there is no ledger here" in done.stderr
    assert "There is no ledger here" in text_of("runbook.md")


@pytest.fixture
def lost_queue(city: Stack) -> Iterator[str]:
    """A queue of ours that is gone, and is there again at the end."""
    queue = "case.unrouted"
    city.node.ctl("delete_queue", "-p", "city", queue)
    yield queue
    city.run("topology-apply")


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_queue_that_is_gone_is_made_again_by_the_service_that_the_page_names(
    city: Stack, lost_queue: str
) -> None:
    assert "\ndocker compose -f deploy/compose.yaml up -d topology-apply\n" in text_of("runbook.md")
    looked = city.run("router", "topology", "plan", "--lang", "en")
    assert (looked.returncode, lost_queue in looked.stdout) == (7, True)
    assert city.run("topology-apply").returncode == 0
    assert city.run("router", "topology", "plan").returncode == 0


@pytest.mark.amqp
@pytest.mark.postgres
def test_on_a_server_it_is_made_again_with_the_administrators_password_and_not_with_the_routers(
    city: Stack, server: Server, lost_queue: str
) -> None:
    password = (city.here.secrets / "broker-admin").read_text(encoding="utf-8")
    given = [
        ("@broker/", f"@{city.here.servers['rabbitmq:5672']}/city"),
        ("@broker:15672", f"@{city.here.servers['rabbitmq:15672']}"),
    ]

    def typed(account: str) -> list[str]:
        line = APPLY.replace("admin:PASSWORD", account)
        for there, here in given:
            line = line.replace(there, here)
        return shlex.split(line)[1:]

    assert lost_queue in server.run("topology", "plan").stdout
    refused = server.run(*typed("case-admin"))
    assert refused.returncode != 0, "the password of the router's account was taken for the administrator's"
    made = server.run(*typed(f"case-admin:{password}"))
    assert made.returncode == 0, made.stdout + made.stderr
    assert server.run("topology", "plan").returncode == 0
