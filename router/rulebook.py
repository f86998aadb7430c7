"""The rulebook: trees, policies and calendars as the ledger keeps them, and the rules in force made from them.

Versions are immutable. `install` makes a new one the current one; running roles pick it up without a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

import msgspec

from router.calendars import Source, calendars_in_force, install_calendars
from router.core.calendars.calendar import Calendar
from router.core.guards import Hold
from router.core.policies.matching import check_set
from router.core.policies.policy import Policy
from router.core.policies.policy_file import load_policy
from router.core.rules import Rules
from router.core.territory.tree import Tree, TreeFile
from router.errors import ConfigurationError, RestoringError
from router.ledger.port import Ledger

TREE = "tree"
POLICIES = "policies"
POLICY = "policy"


class PolicySet(msgspec.Struct, frozen=True, kw_only=True):
    """Policies in the order they are tried."""

    policies: tuple[Source, ...]


def tree_in_force(ledger: Ledger) -> TreeFile:
    """The tree alone, which is there before any policy is.

    Raises:
        ConfigurationError: none is installed.
    """
    found = ledger.current(TREE)
    if found is None:
        raise ConfigurationError(
            "no tree is installed",
            where=ledger.name,
            todo="Run: case-router {command} FILE",
            command="divisions import",
        )
    return msgspec.msgpack.decode(found[1], type=TreeFile)


def install_tree(ledger: Ledger, file: TreeFile, now: datetime) -> str:
    """Make a completed tree the one in force; returns its version."""
    version = Tree(file).version
    ledger.put_version(TREE, version, msgspec.msgpack.encode(file), now)
    return version


def require_known_tiers(ledger: Ledger, tiers: Sequence[str]) -> None:
    """Refuse tiers that a policy in force, or one that a case keeps, does not know: no router could read it.

    Raises:
        ConfigurationError: a policy names a step that these tiers do not have.
    """
    found = ledger.current(POLICIES)
    texts: dict[str, str] = {}
    if found is not None:
        chosen = msgspec.json.decode(found[1], type=PolicySet)
        texts = {source.name: source.text for source in chosen.policies}
    for version in sorted({case.policy for case in ledger.all_cases()}):
        kept = ledger.version(POLICY, version)
        if kept is not None:
            texts[version] = kept.decode()
    for name, text in texts.items():
        load_policy(text, name, tiers)


def install_policies(ledger: Ledger, chosen: PolicySet, tiers: Sequence[str], now: datetime) -> str:
    """Check a set of policies and make it the one in force; returns its version.

    The calendars they count by come on record with them, if they are not.

    Raises:
        ConfigurationError: a file is wrong, or the set leaves cases without a policy.
    """
    _, calendars = calendars_in_force(ledger)
    policies = [load_policy(source.text, source.name, tiers) for source in chosen.policies]
    check_set(policies, calendars.calendars(), [source.name for source in chosen.policies])
    pinned = calendars.pinned(sorted({policy.calendar for policy in policies}))
    if pinned != calendars:
        install_calendars(ledger, pinned, now)
    for policy, source in zip(policies, chosen.policies, strict=True):
        ledger.put_version(POLICY, policy.version, source.text.encode(), now, current=False)
    body = msgspec.json.encode(chosen)
    version = sha256(body).hexdigest()[:12]
    ledger.put_version(POLICIES, version, body, now)
    return version


class Rulebook:
    """The rules in force, reloaded when the ledger's current versions change; any thread may ask."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        *,
        reload_s: float = 5.0,
        make: Callable[[Tree, Sequence[Policy], Mapping[str, Calendar], Sequence[Policy]], Rules] | None = None,
    ) -> None:
        """Read them at the first question.

        Args:
            ledger: where the versions are.
            clock: gives now, to tell when to look again.
            reload_s: seconds between two looks.
            make: builds the rules; None: plain ones.
        """
        self._ledger = ledger
        self._clock = clock
        self._reload = timedelta(seconds=reload_s)
        self._make = make or (
            lambda tree, policies, calendars, earlier: Rules(tree, policies, calendars, earlier=earlier)
        )
        self._rules: Rules | None = None
        self._versions: tuple[str, str, str] = ("", "", "")
        self._looked_at: datetime | None = None
        self._restore: Hold | None = None
        self._earlier: dict[str, Policy] = {}
        # Rules that one thread builds must not take away what another has just added.
        self._lock = Lock()

    def __call__(self, policies: Collection[str] = ()) -> Rules:
        """The rules in force, which also know the policy versions of `policies`.

        Raises:
            ConfigurationError: no tree or no policies are installed, or a version is not on record.
        """
        with self._lock:
            return self._in_force(policies)

    def require_whole(self) -> None:
        """Refuse to work on a ledger that is being restored; looked up as often as the rules are.

        Raises:
            RestoringError: a restore was begun and has neither come to its end nor been given up.
        """
        with self._lock:
            if self._is_old():
                self._look()
            restore = self._restore
        if restore is not None:
            raise RestoringError(
                "a restore is under way, and the ledger does not know yet what was said since its backup",
                where=restore.id,
                todo="Go on with it: case-router recover --after-restore --lost-at {lost_at}. To give it up: "
                "case-router sla unhold {restore}.",
                lost_at=restore.since.isoformat(),
                restore=restore.id,
            )

    def reload(self) -> None:
        """Look again at the next question: this process has just put something else in force."""
        with self._lock:
            self._looked_at = None

    def _in_force(self, policies: Collection[str]) -> Rules:
        if self._rules is None or self._is_old():
            self._look()
        unknown = [version for version in policies if not self._known.knows(version)]
        if unknown:
            for version in unknown:
                self._earlier[version] = self._old_policy(version)
            self._build()
        return self._known

    def _is_old(self) -> bool:
        # A clock that was set back must not keep yesterday's rules in force until it has caught up.
        return self._looked_at is None or abs(self._clock() - self._looked_at) >= self._reload

    @property
    def _known(self) -> Rules:
        if self._rules is None:
            self._build()
        if self._rules is None:
            raise ConfigurationError("no rules are in force", where=self._ledger.name)
        return self._rules

    def _look(self) -> None:
        now = self._clock()
        self._restore = self._ledger.restoring()
        tree, policies = self._current(TREE), self._current(POLICIES)
        calendars, files = calendars_in_force(self._ledger)
        if (tree[0], policies[0], calendars) != self._versions:
            self._versions = (tree[0], policies[0], calendars)
            self._tree = Tree(msgspec.msgpack.decode(tree[1], type=TreeFile))
            self._set = msgspec.json.decode(policies[1], type=PolicySet)
            self._calendars = files.calendars()
            self._build()
        self._looked_at = now

    def _current(self, kind: str) -> tuple[str, bytes]:
        found = self._ledger.current(kind)
        if found is None:
            raise ConfigurationError(
                "no tree is installed" if kind == TREE else "no policies are installed",
                where=self._ledger.name,
                todo="Run: case-router {command} FILE",
                command="divisions import" if kind == TREE else "policy import",
            )
        return found

    def _old_policy(self, version: str) -> Policy:
        text = self._ledger.version(POLICY, version)
        if text is None:
            raise ConfigurationError(
                "the policy {version} of a running case is not on record", where=self._ledger.name, version=version
            )
        found = load_policy(text.decode(), version, self._tree.tiers)
        # A version is a hash of what the program made of the text, and this one may make more of it than the one
        # that recorded it: a case's policy is known by the version on record.
        vars(found)["version"] = version
        return found

    def _build(self) -> None:
        policies = [load_policy(source.text, source.name, self._tree.tiers) for source in self._set.policies]
        self._rules = self._make(self._tree, policies, self._calendars, tuple(self._earlier.values()))
