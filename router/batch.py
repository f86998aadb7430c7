"""A batch being decided: each command sees its case as the commands before it left it.

One bad command never spoils its neighbours: what goes wrong with it alone becomes a refusal or a parked message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time

import msgspec
import structlog

from router.announcing import announced
from router.arrivals import Arrived, arrived_again
from router.broker.port import Outgoing
from router.core import lifecycle
from router.core.case import Case
from router.core.commands import Command, Open, PassDeadline, RequestReturn, fingerprint, others
from router.core.guards import NONE, Guards
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.step import Step
from router.core.telling.hiding import silenced
from router.core.telling.messages import Answered, Message
from router.core.telling.ringing import DIGEST_AT, notices_of
from router.core.timing.deadlines import first_passed
from router.departures import following, outgoing
from router.ledger.parking_port import Parked
from router.ledger.port import Answer, Write

log = structlog.get_logger()

#: Reason of what could not be carried out again after a restore: something it rests on may be missing.
AFTER_RESTORE = "after_restore"

#: Deadlines of one case that are taken in one transaction: a case that was left alone for decades has thousands,
#: and the role that takes it must neither hold its locks for minutes nor forget to beat.
MOST_AT_ONCE = 500


class Batch:
    """Decides commands one after another and gathers what is to be written."""

    def __init__(
        self,
        rules: Rules,
        cases: Mapping[str, Case],
        answers: Mapping[str, Answer],
        channels: frozenset[str],
        now: datetime,
        *,
        publish_events: bool = False,
        guards: Callable[[Collection[Case]], Guards] = lambda _: NONE,
        digest_at: time = DIGEST_AT,
        code_of: Callable[[str], str] = lambda _case_id: "",
    ) -> None:
        """Start from `cases` and `answers` as the ledger has them.

        Args:
            rules: in force.
            cases: those that commands are about, by id.
            answers: to commands that were answered before, by command.
            channels: those that hear answers.
            now: instant of recording.
            publish_events: tell whoever listens of every entry.
            guards: what holds deadlines of these cases back; asked once, and only when a deadline has passed, a
                report says that it is old, or a desk asks to return a case within its window.
            digest_at: clock time of the daily list of notices.
            code_of: case id → the code that its citizen gets; empty: there is none.
        """
        self._rules = rules
        self._guards: Callable[[Collection[Case]], Guards] | None = None if rules.replay else guards
        self._cases = dict(cases)
        self._channels = channels
        self._now = now
        self._publish_events = publish_events
        self._digest_at = digest_at
        self._code_of = code_of
        self._taken: dict[str, list[Arrived]] = {}
        #: Commands of this batch that wait for their case.
        self._waiting: set[str] = set()
        #: Cases with more passed deadlines than one transaction takes, and the commands that come after those.
        self.behind: set[str] = set()
        self.later: set[str] = set()
        #: Cases with a passed deadline that something holds back.
        self.held: set[str] = set()
        self.answers = dict(answers)
        self.writes: list[Write] = []
        self.parked: list[Parked] = []
        #: Ids of cases that exist now and did not before.
        self.opened: list[str] = []
        #: What happened, by word: `accepted`, `refused`, `duplicate`, `stale`, `held`, `waiting`, `failing`.
        self.tally: Counter[str] = Counter()

    def take(self, arrived: Arrived) -> None:
        """Decide one command."""
        command = arrived.command
        known = self.answers.get(command.id)
        if known is not None and not known.is_to(command):
            # Not a repeat: somebody has used this id for something else, and this command would be lost.
            self._park(arrived, "bad_id", "the id was used for another command")
            return
        if known is not None:
            self.tally["duplicate"] += 1
            return
        self._taken.setdefault(command.case_id, []).append(arrived)
        if command.case_id in self.behind:
            self.later.add(command.id)
            return
        try:
            self._take(arrived)
        except Exception as error:  # noqa: BLE001 - a bug must cost one message, not the batch it came in
            log.error("command.failing", command=command.id, case=command.case_id, error=type(error).__name__)
            self._park(arrived, "failing", f"{type(error).__name__} while deciding")

    def look_at(self, cases: Mapping[str, Case]) -> None:
        """Cases that commands name; those that were changed in this batch stand as they are."""
        self._cases = {**cases, **self._cases}

    def case(self, case_id: str) -> Case | None:
        """A case as it stands in this batch; None: the batch does not know it."""
        return self._cases.get(case_id)

    def follow(self, case_id: str, commands: Sequence[Command]) -> None:
        """What follows from a case that is written in this batch goes with what was decided last of it."""
        for at in reversed(range(len(self.writes))):
            write = self.writes[at]
            if write.case.id == case_id:
                recorded_at = write.entries[-1].recorded_at
                sent = tuple(following(command, write.due_tier, recorded_at) for command in commands)
                self.writes[at] = msgspec.structs.replace(write, outgoing=(*write.outgoing, *sent))
                return

    def take_again(self, waiting: Parked, answered: Answer | None = None) -> None:
        """Decide a message that waited for its case; that it had to wait is no answer.

        Args:
            waiting: as it was parked.
            answered: what the ledger says it was answered with: another copy came meanwhile. None: it waited.
        """
        arrived = arrived_again(waiting)
        if arrived is None:
            return
        command = arrived.command.id
        if answered is not None:
            self.answers[command] = answered
        elif command in self._waiting:
            self._waiting.discard(command)
            self.answers.pop(command, None)
        self.take(arrived)

    def give_up(self, case_id: str, why: str) -> None:
        """The ledger cannot keep a case: nothing of it is written, its commands are parked."""
        self.writes = [write for write in self.writes if write.case.id != case_id]
        self.behind.discard(case_id)
        for arrived in self._taken.pop(case_id, ()):
            self.answers.pop(arrived.command.id, None)
            self.later.discard(arrived.command.id)
            self._park(arrived, "failing", why)

    def _take(self, arrived: Arrived) -> None:
        command = arrived.command
        # A report is judged by when it reached us; a desk gets a case when we hand it over, and not before.
        # After a restore it is done again as of then, and the desk has had the case since.
        then = arrived.received_at or self._now
        now = self._now if isinstance(command, Open) and not arrived.redone else then
        recorded_at = now if arrived.redone else self._now
        case = self._cases.get(command.case_id)
        if case is not None:
            self._look_at_guards(case, command, now, redone=arrived.redone)
        if case is not None and not isinstance(command, PassDeadline):
            before = lifecycle.event_time(command, now, self._rules, case)
            steps = lifecycle.settle(case, before, self._rules, recorded_at, limit=MOST_AT_ONCE)
            for step in steps:
                case = self._keep(step)
            if len(steps) == MOST_AT_ONCE:
                self.behind.add(case.id)
                self.later.add(command.id)
                return
        named = others(command)
        beside = {name: self._cases[name] for name in named if name in self._cases} if named else {}
        decision = lifecycle.decide(case, command, self._rules, now, beside=beside)
        if isinstance(decision, Refusal):
            self._refused(case, arrived, decision)
            return
        opened = case is None
        case = self._keep(decision)
        self._answer(command, case, None, decision)
        self.tally["accepted" if decision.entries else "duplicate"] += 1
        if opened:
            self.opened.append(case.id)

    def _look_at_guards(self, case: Case, command: Command, now: datetime, *, redone: bool) -> None:
        """Ask what holds deadlines back, once, where it matters; most batches never do."""
        if self._guards is None:
            return
        old = command.at is not None and abs(now - command.at) > self._rules.skew
        if old or isinstance(command, PassDeadline | RequestReturn) or first_passed(case, now) is not None:
            found = self._guards(self._cases.values())
            self._rules = self._rules.guarded_by(msgspec.structs.replace(found, redoing=redone))
            self._guards = None

    def _refused(self, case: Case | None, arrived: Arrived, refusal: Refusal) -> None:
        if case is None and isinstance(arrived.command, Open):
            # An opening that may not be: no case will ever come for it. Whoever typed it reads the answer.
            if arrived.key:
                self._park(arrived, "refused", refusal.en)
            self._answer(arrived.command, None, refusal)
            return
        if case is None:
            # The case may still be on its way: its report waits for it and is taken when it opens.
            self._park(arrived, "unknown_case", refusal.en, word="waiting")
            self._waiting.add(arrived.command.id)
            self._answer(arrived.command, None, refusal)
            return
        if arrived.redone and not isinstance(arrived.command, PassDeadline):
            self._park(arrived, AFTER_RESTORE, refusal.en)
            self._answer(arrived.command, None, refusal)
            return
        noted = lifecycle.note(case, arrived.command, refusal, self._rules, self._now)
        case = self._keep(noted)
        # A desk the case is kept from must not learn from a version that there is one.
        self._answer(arrived.command, None if refusal.code == "unknown_case" else case, refusal, noted)
        if refusal.code == "held":
            self.held.add(case.id)
            self.tally["held"] += 1
        else:
            self.tally["stale" if isinstance(arrived.command, PassDeadline) else "refused"] += 1

    def _park(self, arrived: Arrived, reason: str, detail: str, *, word: str | None = None) -> None:
        self.parked.append(arrived.parked(reason, detail, self._now))
        self.tally[word or reason] += 1

    def _answer(
        self, command: Command, case: Case | None, refusal: Refusal | None, step: Step | None = None
    ) -> None:
        self.answers[command.id] = Answer(
            command=command.id,
            case_id=command.case_id,
            version=case.version if case is not None else 0,
            refused=refusal.code if refusal is not None else None,
            data=refusal.data if refusal is not None else {},
            said=step.entries[0].said if step is not None and step.entries else fingerprint(command),
        )

    def _keep(self, step: Step) -> Case:
        self._cases[step.case.id] = step.case
        if step.entries:
            self.writes.append(
                Write(
                    case=step.case,
                    decided_on=step.decided_on,
                    entries=step.entries,
                    outgoing=self._outgoing(step),
                    due_tier=self._due_tier(step.case),
                    notices=notices_of(self._rules, step, self._now, self._digest_at),
                    silenced=silenced(self._rules.tree, step.case, step.entries),
                )
            )
        return step.case

    def _due_tier(self, case: Case) -> str:
        tree = self._rules.tree
        desk = tree.desks.get(case.lead)
        return tree.tiers[tree.tier_of(desk)] if desk is not None else tree.tiers[0]

    def _with_code(self, message: Message, step: Step) -> Message:
        """The receipt of a new case brings the citizen's code to a channel that has a program."""
        if step.decided_on or message.channel not in self._channels or not isinstance(message.payload, Answered):
            return message
        code = self._code_of(step.case.id)
        return msgspec.structs.replace(message, payload=msgspec.structs.replace(message.payload, code=code))

    def _outgoing(self, step: Step) -> tuple[Outgoing, ...]:
        cause = step.entries[0].cause
        made = (
            outgoing(
                self._rules,
                self._channels,
                self._with_code(message, step),
                step.case,
                f"{cause}/{ordinal}",
                self._now,
            )
            for ordinal, message in enumerate(step.messages)
        )
        told = tuple(message for message in made if message is not None)
        if step.follow_ons:
            tier = self._due_tier(step.case)
            # As of its cause: after a restore that is when it was first said.
            recorded_at = step.entries[-1].recorded_at
            told = (*told, *(following(command, tier, recorded_at) for command in step.follow_ons))
        if not self._publish_events:
            return told
        return (*told, *announced(step.case, step.entries, self._due_tier(step.case), self._now))
