"""The command `case-router replay`: files in, OUT and a few sentences out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from router.broker.apply import apply
from router.broker.embedded import EmbeddedBroker
from router.broker.port import Broker
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import topology
from router.calendars import CalendarSet, Source
from router.core.policies.matching import check_set
from router.core.policies.policy import Gate, Policy
from router.core.policies.policy_file import TIERS, load_policy
from router.core.rules import ORIGINS, Rules
from router.core.territory.tree import Tree
from router.errors import ConfigurationError, NotFoundError
from router.ledger.migrations import upgrade
from router.ledger.port import Ledger
from router.ledger.sql import SqlLedger
from router.presets import list_presets, preset_text
from router.replay.drive import Drive, Progress, require_unused
from router.replay.history import History, history_of
from router.replay.mapping import SourceMapping
from router.replay.mapping_file import load_mapping
from router.replay.out import claim, rebuild
from router.replay.records import read_table
from router.rulebook import PolicySet, install_policies, install_tree
from router.sentences import Sentence, sentence

#: Rows that are listed by line before the rest is only counted.
_LISTED = 20


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be replayed, as the command line says it."""

    file: Path
    mapping: Path
    #: A policy file, or the name of a shipped one.
    policy: str
    #: None: the last opening or closing in the file.
    as_of: str | None = None
    #: None: a SQLite file that is removed afterwards.
    ledger: str | None = None
    #: None: the embedded broker.
    broker: str | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay led to."""

    #: The bytes of OUT.
    out: bytes
    #: Rows that could not be read and are in no figure.
    unreadable: int
    #: What happened to commands, by word.
    tally: dict[str, int]

    @property
    def exit_code(self) -> int:
        """1 when rows could not be read: the figures are short of them."""
        return 1 if self.unreadable else 0


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A history and the rules it is played by."""

    history: History
    rules: Rules
    #: As written, for the ledger.
    policies: PolicySet


def replay(request: Request, *, say: Callable[[Sentence], None], progress: Progress | None = None) -> Replayed:
    """Carry the command out.

    Args:
        request: files and servers.
        say: takes sentences for stderr.
        progress: is called after every batch; None: nobody watches.

    Raises:
        NotFoundError: a file is missing.
        ConfigurationError: mapping, policy or table is wrong.
        UsageError: as-of is no time.
        ConflictError: the ledger or the virtual host is in use.
        UnreachableError: database or broker do not answer.
        CheckFailedError: a command was not carried out.
    """
    prepared = prepare(request)
    for remark in remarks(prepared.history):
        say(remark)
    with ExitStack() as stack:
        ledger = stack.enter_context(opened_ledger(request.ledger))
        resuming = install(ledger, prepared)
        broker = stack.enter_context(opened_broker(request.broker, prepared.rules.tree, resuming=resuming))
        tally = play(ledger, broker, prepared, progress)
        return Replayed(out=rebuild(ledger), unreadable=len(prepared.history.unreadable), tally=tally)


def prepare(request: Request) -> Prepared:
    """Read the files.

    Raises:
        NotFoundError: a file is missing.
        ConfigurationError: mapping, policy or table is wrong.
        UsageError: as-of is no time.
    """
    mapping = load_mapping(_text(request.mapping), str(request.mapping))
    as_of = mapping.as_of(request.as_of) if request.as_of is not None else None
    policies = PolicySet(policies=(_policy_source(request.policy),))
    calendars = CalendarSet().calendars()
    policy = replay_policy(policies.policies[0], mapping)
    check_set([policy], calendars, [policies.policies[0].name])
    history = history_of(read_table(request.file, mapping), mapping, as_of)
    rules = Rules(
        Tree(history.tree), [policy], calendars, origins={**_complaints(), **history.origins}, replay=True
    )
    return Prepared(history=history, rules=rules, policies=policies)


def replay_policy(source: Source, mapping: SourceMapping) -> Policy:
    """A policy as history is judged by it: no gate but the closing itself, and nobody gets a case late.

    Raises:
        ConfigurationError: something in it is wrong, or it is for other tiers than the mapping's.
    """
    try:
        policy = load_policy(source.text, source.name, mapping.tiers)
    except ConfigurationError as error:
        raise _of_other_tiers(source, mapping) or error from None
    return msgspec.structs.replace(policy, gate=Gate(), min_in_hand_s=0)


def _of_other_tiers(source: Source, mapping: SourceMapping) -> ConfigurationError | None:
    """A policy that is sound for a city, a district and a street is not wrong: it does not fit this table."""
    try:
        policy = load_policy(source.text, source.name)
    except ConfigurationError:
        return None
    named = (*policy.match.tier, *(step.name for step in policy.ladder if step.name in TIERS))
    absent = [tier for tier in dict.fromkeys(named) if tier not in mapping.tiers]
    if not absent:
        return None
    return ConfigurationError(
        "the policy names tiers that the mapping does not have: {absent}",
        where=source.name,
        todo="Name a policy whose ladder goes through the mapping's own tiers ({ladder}), or is shorter.",
        absent=", ".join(absent),
        ladder=", ".join(reversed(mapping.tiers)),
    )


def _complaints() -> dict[str, str]:
    """What a mapping does not call proactive brings complaints, whatever the word means elsewhere."""
    return dict.fromkeys(ORIGINS, "complaint")


def install(ledger: Ledger, prepared: Prepared) -> bool:
    """Put on record what is replayed, by which tree and policy; returns whether an earlier run goes on.

    Raises:
        ConflictError: the ledger holds something else.
    """
    history = prepared.history
    resuming = claim(ledger, history, prepared.rules.policies[0].version)
    install_tree(ledger, history.tree, history.as_of)
    install_policies(ledger, prepared.policies, history.tree.tiers, history.as_of)
    return resuming


def play(ledger: Ledger, broker: Broker, prepared: Prepared, progress: Progress | None = None) -> dict[str, int]:
    """Drive a prepared history through the flow; returns what happened to commands, by word.

    Raises:
        UnreachableError: database or broker do not answer.
        CheckFailedError: a command was not carried out.
    """
    with closing(Drive(ledger, broker, prepared.rules, prepared.history.as_of)) as drive:
        drive.run(prepared.history.commands, progress or (lambda _what, _done, _all: None))
        return drive.tally


@contextmanager
def opened_ledger(url: str | None) -> Iterator[SqlLedger]:
    """The ledger of that URL, its schema brought up to date; None: one that is gone afterwards."""
    with ExitStack() as stack:
        if url is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="case-router-replay-"))
            url = f"sqlite:///{folder}/ledger.db"
        upgrade(url)
        # A table of past cases brings no personal data: no key is needed.
        yield stack.enter_context(closing(SqlLedger(url, key=None)))


@contextmanager
def opened_broker(url: str | None, tree: Tree, *, resuming: bool) -> Iterator[Broker]:
    """The broker of that URL with the topology of `tree`; None: the embedded one."""
    wanted = topology(tree)
    if url is None:
        embedded = EmbeddedBroker()
        embedded.declare(wanted)
        with closing(embedded):
            yield embedded
        return
    with closing(RabbitBroker(url)) as broker:
        require_unused(broker, tree.tiers, resuming=resuming)
        apply(url, wanted)
        yield broker


def remarks(history: History) -> list[Sentence]:
    """What is to be told of a table besides its figures, as sentences."""
    said = [sentence("as of {instant}", instant=history.as_of.isoformat())]
    if history.repeats:
        said.append(sentence("{count} rows repeat another row and count once", count=history.repeats))
    if history.conflicts:
        said.append(
            sentence(
                "{count} records have the id of another one and other content: refused", count=history.conflicts
            )
        )
    if history.later:
        said.append(sentence("{count} rows opened after as-of and are left out", count=history.later))
    for cell, times in history.unknown_matter_types.items():
        said.append(
            sentence(
                "matter type {cell!r} is not in the mapping: {times} rows count as complaints",
                cell=cell,
                times=times,
            )
        )
    said += [
        sentence("line {line} cannot be read: {reason}", line=row.line, reason=row.reason)
        for row in history.unreadable[:_LISTED]
    ]
    if len(history.unreadable) > _LISTED:
        said.append(sentence("and {count} more lines cannot be read", count=len(history.unreadable) - _LISTED))
    return said


def _policy_source(policy: str) -> Source:
    path = Path(policy)
    if path.suffix == ".toml" or path.exists():
        return Source(str(path), _text(path))
    if policy in list_presets():
        return Source(f"preset {policy}", preset_text("policies", policy))
    raise NotFoundError(
        "there is no policy {policy}",
        todo="Name a file, or one of {known}.",
        policy=policy,
        known=", ".join(list_presets()),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError("there is no such file", where=str(path)) from error
