"""`case-router policy replan`: running cases move to the policies in force; what it changes is said first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import click
import msgspec
import structlog

from router.app import Installation
from router.arrivals import direct
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.handing_in import require_desk, require_division, require_policy
from router.cli.operating import operating
from router.cli.output import emit_json, tell
from router.cli.veiling import veil
from router.cli.words import word
from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, Replan
from router.core.events import Milestone, Replanned
from router.core.lifecycle import decide
from router.core.step import Step
from router.errors import CheckFailedError
from router.rulebook import POLICIES

log = structlog.get_logger(__name__)

#: Who it says on record.
_ACTOR = Actor(ActorRole.SYSTEM, "policy")
_BATCH = 256


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What moving to the policies in force changes; deadlines but for the first three."""

    open_cases: int
    #: Cases that get another policy, or another version of theirs.
    cases: int
    #: Cases that wait for their gate: they keep the policy they were resolved under.
    kept: int
    later: int
    earlier: int
    #: Those of the new policy that had none of their name, and those of the old one that have none any more.
    started: int
    ended: int
    #: Those that would have come already, were they not kept a working day ahead.
    due_now: int


@click.command("replan", cls=Spoken)
@option("--policy", metavar="NAME", says="policy replan --policy")
@option("--desk", metavar="CODE", says="policy replan --desk")
@option("--district", metavar="CODE", says="policy replan --district")
@option("--dry-run", is_flag=True)
@option("--yes", is_flag=True, says="policy replan --yes")
@click.pass_obj
def replan(
    call: Call,
    /,
    policy: str | None,
    desk: str | None,
    district: str | None,
    dry_run: bool,  # noqa: FBT001 - click's flag
    yes: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Move running cases to the policies in force; say first how many deadlines move."""

    def meant(case: Case) -> bool:
        return (
            (policy is None or case.policy.partition("@")[0] == policy)
            and (desk is None or case.lead == desk)
            and (district is None or case.district == district)
        )

    with operating(call, dry_run=dry_run or not yes) as installation:
        if desk is not None:
            require_desk(installation, desk)
        if district is not None:
            require_division(installation, district)
        if policy is not None:  # running cases keep policies that are in force no more
            kept = {case.policy.partition("@")[0] for case in installation.ledger.all_cases(open_only=True)}
            require_policy(installation, policy, also=kept)
        found = forecast(installation, meant)
        tell(word("replan_forecast", **msgspec.structs.asdict(found)))
        if found.due_now:
            tell(word("replan_due_now", count=found.due_now))
        if found.kept:
            tell(word("replan_kept", count=found.kept))
        refused = dict[str, str]()
        if yes and not dry_run:
            refused = move(installation, meant)
            tell(word("replan_done", count=found.cases - len(refused), refused=len(refused)))
        else:
            tell(word("replan_dry"))
    if call.as_json:
        emit_json({"done": yes and not dry_run, "deadlines": found, "refused": refused})
    return CheckFailedError.exit_code if refused else 0


def forecast(installation: Installation, meant: Callable[[Case], bool]) -> Forecast:
    """What it would change; writes nothing."""
    found: Counter[str] = Counter()
    for case, replanned in _decided(installation, meant):
        found["open_cases"] += 1
        if replanned is None:
            found["kept"] += case.state is State.RESOLVED
            continue
        found["cases"] += 1
        before = {one.name: one for one in case.milestones if one.name in replanned.ended}
        after = {one.name: one for one in replanned.milestones}
        pairs = [(before[name], after[name]) for name in before.keys() & after.keys()]
        found["later"] += sum(new.due_at > old.due_at for old, new in pairs)
        found["earlier"] += sum(new.due_at < old.due_at for old, new in pairs)
        found["started"] += len(after.keys() - before.keys())
        found["ended"] += len(before.keys() - after.keys())
        found["due_now"] += sum(_base(one) <= installation.now() for one in after.values())
    return Forecast(**{field: found[field] for field in Forecast.__struct_fields__})


def _base(milestone: Milestone) -> datetime:
    return milestone.base_at if milestone.base_at is not None else milestone.due_at


def _decided(installation: Installation, meant: Callable[[Case], bool]) -> Iterator[tuple[Case, Replanned | None]]:
    """Each open case that is meant, and what the command would lead to; None: nothing."""
    versions = {case.policy for case in installation.ledger.all_cases(open_only=True)}
    rules = installation.rulebook(versions)
    for case in installation.ledger.all_cases(open_only=True):
        if case.is_task or not meant(case):  # an inspection has its own date, whatever the policies say
            continue
        if not rules.knows(case.policy):  # opened meanwhile, by policies that came into force meanwhile
            rules = installation.rulebook({case.policy})
        step = decide(case, _command(case, "?"), rules, installation.now())
        events = [entry.event for entry in step.entries] if isinstance(step, Step) else []
        yield case, next((one for one in events if isinstance(one, Replanned)), None)


def _command(case: Case, version: str) -> Replan:
    # The same policies for the same case as it stands are the same command.
    return Replan(id=f"replan/{version}/{case.id}/{case.version}", case_id=case.id, actor=_ACTOR)


def move(installation: Installation, meant: Callable[[Case], bool]) -> dict[str, str]:
    """Give each case the command, through the router's own path; interrupted or run again, each moves once.

    Returns:
        Case id → refusal, of cases that did not move; an id that is hidden from whoever sits here is a dash.

    Raises:
        UnreachableError: the ledger does not answer.
    """
    current = installation.ledger.current(POLICIES)
    version = current[0] if current is not None else ""
    # Read to the end first: what is written below must not change what is being streamed.
    commands = [_command(case, version) for case, changed in _decided(installation, meant) if changed is not None]
    router, refused = installation.counter(), dict[str, str]()
    for start in range(0, len(commands), _BATCH):
        now = installation.now()
        batch = [direct(command, "shell") for command in commands[start : start + _BATCH]]
        answers = router.carry_out(batch, now)
        router.flush(now)
        refused |= {answer.case_id: answer.refused for answer in answers.values() if answer.refused is not None}
    refused = veil(installation, refused).by_id(refused)
    for case_id, code in refused.items():
        log.warning("case.not_replanned", case=case_id, code=code)
    return refused
