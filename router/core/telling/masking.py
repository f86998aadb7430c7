"""Masking (脱敏): personal data as they are shown to whoever may not see them whole."""

from __future__ import annotations

import re

from router.core.commands import ActorRole, Contact

#: Roles that ask residents, or answer for how they are treated: they may see whole what others see masked.
SEE_WHOLE = frozenset({ActorRole.DISPATCHER, ActorRole.FOLLOW_UP, ActorRole.SUPERVISION})
#: Letters of an address that stay: about as much as the name of a district has.
_ADDRESS_LETTERS = 3
_HIDDEN = "****"
#: What a channel or a demo writes before a name.
_REMARK = re.compile(r"^\s*(?:（[^）]*）|\([^)]*\)|【[^】]*】|\[[^]]*\])\s*")


def masked(contact: Contact) -> Contact:
    """The same person, to be told from others and not to be found."""
    return Contact(
        name=masked_name(contact.name),
        phone=masked_phone(contact.phone),
        identity_number=masked_number(contact.identity_number),
        address=masked_address(contact.address),
    )


def masked_name(name: str) -> str:
    """The family name, as a rule, and a star for each further letter: `张**`; at least one star.

    A remark in brackets before the name is left out, and so is what is no letter: `（示例）张三` is `张*`.
    """
    bare = _REMARK.sub("", name) or name
    first = next((index for index, letter in enumerate(bare) if letter.isalpha()), 0)
    return bare[first : first + 1] + "*" * max(len(bare) - first - 1, 1) if name else ""


def masked_phone(phone: str) -> str:
    """`138****1234`; of a shorter number the last two digits."""
    kept = (3, 4) if len(phone) > 10 else (0, 2)
    return _ends(phone, *kept)


def masked_number(number: str) -> str:
    """The first and the last letter of an identity or credit code: none of them tells place or date of birth."""
    return _ends(number, 1, 1)


def masked_address(address: str) -> str:
    """Its first letters."""
    return address[:_ADDRESS_LETTERS] + _HIDDEN if address else ""


def _ends(text: str, first: int, last: int) -> str:
    if not text:
        return ""
    if len(text) <= first + last:  # too short to keep both ends
        return _HIDDEN
    return text[:first] + _HIDDEN + text[-last:]
