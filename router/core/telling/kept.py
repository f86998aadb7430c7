"""From whom a case is kept (保密、回避): what is said of that when it is opened or corrected, and what it means.

The law of the file: it asks the tree alone. Whoever is kept out by it is kept out whatever becomes of the case;
who may hear of a confidential case besides depends on who works on it (`router.core.telling.hiding`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import msgspec

from router.core.territory.tree import Desk, DeskKind, Tree

#: Stands on record for a subject or a named desk whose code cannot be one: nobody knows whose name it is.
UNKNOWN = "?"
#: What can be a code or an account: events are never blanked, so nothing that reads like a name goes there.
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@/-]{0,63}")


class KeptFrom(msgspec.Struct, frozen=True, kw_only=True):
    """From whom a case is kept."""

    #: The desk a report on misconduct is about.
    subject_desk: str | None = None
    #: Codes of other desks that the report names; each is kept out as the subject is.
    named_desks: tuple[str, ...] = ()
    #: Accounts (`actor.id`) of persons whom it names; never their names.
    named_persons: tuple[str, ...] = ()
    confidential: bool = False

    @property
    def desks(self) -> tuple[str, ...]:
        """The subject, and whom the report names beside it."""
        return self.named_desks if self.subject_desk is None else (self.subject_desk, *self.named_desks)

    @property
    def is_report(self) -> bool:
        """Whether it is about somebody: an office or a person."""
        return bool(self.subject_desk is not None or self.named_desks or self.named_persons)


#: An ordinary case.
NOBODY = KeptFrom()


class _Says(Protocol):
    """What says from whom a case is kept: its opening, its receipt on record, the case itself."""

    @property
    def subject_desk(self) -> str | None: ...
    @property
    def named_desks(self) -> tuple[str, ...]: ...
    @property
    def named_persons(self) -> tuple[str, ...]: ...
    @property
    def confidential(self) -> bool: ...


def kept_from(said: _Says) -> KeptFrom:
    """From whom a case is kept; `NOBODY` for an ordinary one."""
    if not (said.confidential or said.subject_desk is not None or said.named_desks or said.named_persons):
        return NOBODY
    return KeptFrom(
        subject_desk=said.subject_desk,
        named_desks=said.named_desks,
        named_persons=said.named_persons,
        confidential=said.confidential,
    )


def is_code(text: str) -> bool:
    """Whether a text can be a code or an account."""
    return _CODE.fullmatch(text) is not None


def on_record(tree: Tree, kept: KeptFrom) -> KeptFrom:
    """The same as it may stand in an entry: what is no desk and cannot be the code of one is not repeated there.

    The case is then about somebody whom nobody knows, and goes where such a case goes.
    """
    if not kept.desks:
        return kept

    def code(given: str) -> str:
        return given if given in tree.desks or is_code(given) else UNKNOWN

    return msgspec.structs.replace(
        kept,
        subject_desk=code(kept.subject_desk) if kept.subject_desk is not None else None,
        named_desks=tuple(dict.fromkeys(map(code, kept.named_desks))),
    )


def is_kept(tree: Tree, kept: KeptFrom, desk: str) -> bool:
    """Whether a desk must never have or see the case: it is about that desk, or about one that it answers to."""
    return any(keeps_from(tree, code, desk) for code in kept.desks)


def supervision_for(tree: Tree, kept: KeptFrom, *, but: str = "") -> Desk | None:
    """The lowest supervision desk at work from which it is not kept, `but` one (code); None: there is none."""
    return next((desk for desk in _supervision_left(tree, kept) if desk.code != but), None)


def is_all_of_supervision(tree: Tree, kept: KeptFrom, desk: str) -> bool:
    """Whether a desk is the only one of supervision at work from which the case is not kept."""
    return [one.code for one in _supervision_left(tree, kept)] == [desk]


def _supervision_left(tree: Tree, kept: KeptFrom) -> Iterator[Desk]:
    """The supervision desks at work from which the case is not kept, the lowest first."""
    desks = sorted((d for d in tree if d.kind is DeskKind.SUPERVISION), key=lambda d: d.level)
    return (d for d in desks if tree.standing(d.code) is d and not is_kept(tree, kept, d.code))


def keeps_from(tree: Tree, subject_desk: str | None, desk: str) -> bool:
    """Whether a case about `subject_desk` must be kept from `desk`.

    It is the subject, or the desk that does the subject's work since a merger; it answers to one of them; or it
    sits in the territory that one of them governs. Everybody answers to the highest desk of all: of a report on
    that one only itself is kept out.
    """
    if subject_desk is None:
        return False
    standing = tree.standing(subject_desk)
    heir = standing.code if standing is not None else subject_desk
    return answers_to(tree, desk, subject_desk) or (heir != subject_desk and answers_to(tree, desk, heir))


def answers_to(tree: Tree, desk: str, subject: str) -> bool:
    """Whether a desk answers to another one, or is it, or sits in the territory that it governs."""
    if desk == subject:
        return True
    about, asked = tree.desks.get(subject), tree.desks.get(desk)
    if about is None or asked is None or about.superior is None:
        return False
    if tree.is_at_or_below(desk, subject):
        return True
    # A district's own departments answer to the city's, yet they are the district's.
    governs = about.kind is DeskKind.TERRITORIAL and asked.kind is not DeskKind.SUPERVISION
    return governs and about.division in tree.path(asked.division)
