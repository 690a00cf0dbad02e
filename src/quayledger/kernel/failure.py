"""The three ways to fail: `Malformed`, `Refused` and `InvariantBroken`.

Malformed input never reaches a rule; a refusal is an expected answer with a numbered code; a
broken invariant is our own bug, is never caught below the host, and nothing is written.
"""

from enum import IntEnum
from typing import Self


class RefusalCode(IntEnum):
    """Base of every contract's codes: a number that is never reused, and a sentence for people.

    Members are declared in the order in which a rule checks them.
    """

    text: str

    def __new__(cls, number: int, text: str) -> Self:
        member = int.__new__(cls, number)
        member._value_ = number
        member.text = text
        return member


class Malformed(Exception):
    """The bytes are not what they claim to be; refused before any rule runs."""


class Refused(Exception):
    """An expected answer: the command may not happen now, and this is why."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(f"{code.name}: {code.text}")
        self.code = code


class InvariantBroken(Exception):
    """A rule produced a state that must not exist: our bug, nothing is written."""


def require(condition: bool, code: RefusalCode) -> None:
    """Go on only if the condition holds.

    Raises:
        Refused: With the code given, if it does not.
    """
    if not condition:
        raise Refused(code)


class IntentCode(RefusalCode):
    """Why an intent as a whole was refused, whatever its commands say; codespace `intent`."""

    WRONG_NETWORK = 1, "The intent names another network; sign it for this one."
    LIFETIME_TOO_LONG = 2, "The intent lives longer than allowed; choose an earlier expiry."
    EXPIRED = 3, "The intent expired before it was ordered; sign a new one."
    ID_USED = 4, "Another payload was accepted under this intent id; take a fresh id."
    ID_SPENT = 5, "An intent with this id was refused before; take a fresh id."
    UNKNOWN_SIGNER = 6, "A signer is not registered, or its key is not valid now."
    BAD_SIGNATURE = 7, "A signature does not fit its signer's registered key and the payload."
    NOT_SIGNED = 8, "No registered person of the organisation that asks has signed."
    UNKNOWN_PARTY = 9, "A party that the command names is not an active member."
    STALE = 10, "A record changed since the signer looked; read it again and decide anew."
    EXPECTS_MISSING = 11, "This act must state the version of the record that it changes."
    ROLE_MISSING = 12, "The act needs a signer with another role, or more such signers."
