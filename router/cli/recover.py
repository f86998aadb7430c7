"""`case-router recover`: the broker lost its messages, or the ledger was restored from a backup."""

from __future__ import annotations

from datetime import datetime

import click
import msgspec

from router.app import Installation
from router.broker.apply import apply
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.operating import operating
from router.cli.output import emit_json, local, tell
from router.cli.times import WHEN
from router.cli.words import said, word
from router.core.guards import Hold
from router.errors import CheckFailedError, UsageError
from router.redoing import Redone
from router.resent import asked_since
from router.restoring import Asked, Restoring
from router.secret_files import broker_url

#: A program answers within a second or two, unless it has thousands of messages to send again.
WAIT_S = 120
#: So many queues without a known program are named on the screen.
_SHOWN = 20


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing a restored ledger up to date has come to."""

    restore: str
    knows_until: datetime | None
    lost_at: datetime
    redone: Redone
    #: Queues whose program said again what it said, with the number of messages.
    answered: dict[str, int]
    #: Queues whose program consumes and has not answered in time.
    missing: tuple[str, ...]
    #: Queues that nobody consumes, of programs that are known: their answer comes when they start.
    silent: tuple[str, ...]
    #: Queues that nobody consumes, of desks whose program the backup never heard of: there may be none.
    unheard: tuple[str, ...]
    #: Queues that are not there.
    unasked: tuple[str, ...]
    #: Queues whose program keeps less than was asked for, with the instant from which it keeps everything.
    kept_since: dict[str, datetime]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left that somebody should look at."""
        left = self.missing or self.silent or self.unasked or self.kept_since
        return not left and not self.redone.parked and not self.redone.waiting


@click.command("recover", cls=Spoken)
@option("--topology", "declare", is_flag=True)
@option("--after-restore", is_flag=True)
@option("--begin", "only_begin", is_flag=True)
@option("--lost-at", type=WHEN, metavar="TIME")
@option("--by", metavar="NAME", says="recover --by")
@option("--reason", metavar="TEXT", default="", says="recover --reason")
@option("--wait", "wait_s", type=click.IntRange(min=0), default=WAIT_S, show_default=True, metavar="SECONDS")
@click.pass_obj
def recover(
    call: Call,
    /,
    declare: bool,  # noqa: FBT001 - click's flag
    after_restore: bool,  # noqa: FBT001 - click's flag
    only_begin: bool,  # noqa: FBT001 - click's flag
    lost_at: datetime | None,
    by: str | None,
    reason: str,
    wait_s: int,
) -> int:
    """Hand every open case over again; 7 when the broker did not confirm all of them, or something is missing."""
    if after_restore != (lost_at is not None and by is not None) or (only_begin and not after_restore):
        raise UsageError(said("restore_options"), todo=said("restore_options_todo"))
    with operating(call) as installation:
        if installation.settings.is_embedded:
            raise UsageError(said("recover_embedded"), where="--broker", todo=said("recover_embedded_todo"))
        if declare:
            apply(broker_url(installation.settings), installation.topology())
        # What a broker that is away did not confirm is no failure of some cases: it is not reachable (6).
        installation.broker.queues(())
        restored = None
        if not after_restore:
            installation.rulebook.require_whole()
        if lost_at is not None and by is not None:
            installation.require_key()
            restore = _begin(installation, lost_at, by, reason or word("restore_reason"))
            if only_begin:
                if call.as_json:
                    emit_json({"begun": restore})
                tell(word("restore_begun"))
                return 0
            restored = _restore(installation, restore, by, wait_s)
        sent = installation.reconciler().recover(installation.now())
    missing = sent.made - sent.confirmed
    if call.as_json:
        emit_json({"handed_over": sent.confirmed, "unconfirmed": missing, "restored": restored})
    if restored is not None:
        _tell(restored)
    tell(word("recovered", count=sent.confirmed))
    if missing:
        tell(word("recover_unconfirmed", count=missing))
    if restored is not None:
        tell(word("restore_next"))
    whole = not missing and (restored is None or restored.is_whole)
    return 0 if whole else CheckFailedError.exit_code


def _begin(installation: Installation, lost_at: datetime, by: str, reason: str) -> Hold:
    """Begin the restore, or go on with it, and say which it is."""
    restore = installation.restoring().begin(lost_at, by=by, reason=reason, now=installation.now())
    # To the second: it has to be given again as it is.
    until, lost = (f"{local(at)}:{at:%S}" for at in (restore.restored_to or restore.since, restore.since))
    tell(word("restore_of", restore=restore.id, knows_until=until, lost_at=lost))
    return restore


def _restore(installation: Installation, restore: Hold, by: str, wait_s: int) -> Restored:
    """Bring the ledger up to date with what was said since its backup."""
    restoring = installation.restoring()
    asked = restoring.ask(restore, installation.now())
    tell(word("restore_asked", count=len(asked.awaited), since=local(asked_since(restore))))
    missing = restoring.gather(restore, asked, installation.now, wait_s=wait_s)
    redone = restoring.redo(restore, installation.now())
    restoring.end(restore, by=by, now=installation.now())
    answered = restoring.answered
    return Restored(
        restore=restore.id,
        knows_until=restore.restored_to,
        lost_at=restore.since,
        redone=redone,
        answered={queue: one.count for queue, one in sorted(answered.items())},
        missing=tuple(sorted(missing)),
        silent=tuple(sorted(_known(restoring, asked))),
        unheard=tuple(sorted(asked.silent - _known(restoring, asked))),
        unasked=tuple(sorted(asked.unasked)),
        kept_since={
            queue: one.kept_since
            for queue, one in sorted(answered.items())
            if restore.restored_to is not None and one.kept_since > restore.restored_to
        },
    )


def _known(restoring: Restoring, asked: Asked) -> frozenset[str]:
    """Queues that nobody consumes and somebody did once: their programs have something to say."""
    return asked.silent & restoring.once_served()


def _tell(restored: Restored) -> None:
    redone = restored.redone
    tell(word("restore_answered", count=len(restored.answered), messages=sum(restored.answered.values())))
    tell(word("restore_redone", accepted=redone.accepted, known=redone.known))
    for key, names in (
        ("restore_missing", restored.missing),
        ("restore_silent", restored.silent),
        ("restore_unasked", restored.unasked),
    ):
        if names:
            tell(word(key, count=len(names), names=word("comma").join(names)))
    if restored.unheard:
        # It may be most of a city; --json has them all.
        more = ("…",) if len(restored.unheard) > _SHOWN else ()
        shown = word("comma").join((*restored.unheard[:_SHOWN], *more))
        tell(word("restore_unheard", count=len(restored.unheard), names=shown))
    for queue, since in restored.kept_since.items():
        tell(word("restore_kept_since", queue=queue, since=local(since)))
    if redone.waiting:
        tell(word("restore_waiting", count=redone.waiting))
    if redone.parked:
        tell(word("restore_parked", count=redone.parked))
