"""Inspection: is the content that I was handed the content that the entry commits to?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quayledger.kernel import (
    Disclosure,
    Key,
    Malformed,
    Opening,
    Refused,
    Rulebook,
    Signer,
    kind_of,
)
from quayledger.kernel.codec import b64, sha256, unb64
from quayledger.ledger.admission import check_signatures, open_command
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import Delivery
from quayledger.ledger.entry import Entry, key_hash, signature_hash, signatures_hash
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.intent import Payload, Signature, read_payload

_PLACE: Final = re.compile(r"0|[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Shown:
    """Content that fits its entry: who signed what is shown, the commands, the openings.

    `whole` says that every command of the intent is shown.
    """

    n: int
    entry: Entry
    signers: tuple[Signer, ...]
    commands: Mapping[int, Disclosure]
    openings: Mapping[Key, Opening]
    whole: bool


def inspect(
    rulebook: Rulebook, directory: Directory, network: str, entry: Entry, delivery: Delivery
) -> Shown:
    """Check a delivery against the entry that the log holds at its place.

    `directory` is membership as it was when the entry was ordered.

    Raises:
        Alarm: If anything that is shown is not what the entry commits to, or is not signed.
    """
    n = delivery.n
    try:
        if delivery.entry != entry:
            raise Malformed("shown with another entry than the log holds")
        payload = unb64(delivery.payload, "payload")
        if b64(sha256(payload)) != entry.intent:
            raise Malformed("payload is not the one that the entry names")
        openings = open_records(rulebook, entry, delivery)
        if n == 0:
            return Shown(n, entry, (), {}, openings, True)
        signed_payload = read_payload(payload)
        commands = _commands(rulebook, network, delivery, signed_payload)
        signers = _signers(directory, entry, delivery)
    except Malformed as malformed:
        raise Alarm(n, str(malformed)) from None
    except Refused as refused:
        raise Alarm(n, f"a signature does not hold ({refused.code.name})") from None
    signed = {signer.organisation for signer in signers}
    for number, disclosure in commands.items():
        if disclosure.command.by not in signed:
            raise Alarm(n, f"command {number} is not signed by {disclosure.command.by}")
    whole = len(commands) == len(signed_payload.commands)
    return Shown(n, entry, signers, commands, openings, whole)


def open_records(rulebook: Rulebook, entry: Entry, delivery: Delivery) -> dict[Key, Opening]:
    """Read the openings, each of them one of the entry's writes.

    Raises:
        Malformed: If one is not.
    """
    writes = dict(entry.writes)
    found: dict[Key, Opening] = {}
    for raw in delivery.openings:
        data = bytes(raw)
        opening = rulebook.opening(data)
        if writes.get(b64(key_hash(opening.key))) != b64(sha256(data)):
            raise Malformed(f"opening of {opening.key}: the entry commits to no such record")
        if not opening.key.startswith(kind_of(type(opening.record)) + "/"):
            raise Malformed(f"opening of {opening.key}: a record of another kind")
        found[opening.key] = opening
    if len(found) != len(delivery.openings):
        raise Malformed("openings: one of them stands twice")
    return found


def _commands(
    rulebook: Rulebook, network: str, delivery: Delivery, payload: Payload
) -> dict[int, Disclosure]:
    if payload.network != network:
        raise Malformed("intent of another network")
    if not payload.issued_ms < payload.expires_ms or delivery.entry.time_ms >= payload.expires_ms:
        raise Malformed("intent ordered after it expired")
    if not all(_PLACE.fullmatch(place) for place in delivery.commands):
        raise Malformed("commands: a place that is not a plain number")
    numbers = sorted((int(place), raw) for place, raw in delivery.commands.items())
    return {number: open_command(rulebook, payload, number, raw) for number, raw in numbers}


def _signers(directory: Directory, entry: Entry, delivery: Delivery) -> tuple[Signer, ...]:
    shown = [one for one in delivery.signatures if isinstance(one, Signature)]
    hashes = [
        signature_hash(one) if isinstance(one, Signature) else one for one in delivery.signatures
    ]
    if signatures_hash(hashes) != entry.signatures:
        raise Malformed("signatures are not those that the entry commits to")
    return check_signatures(directory, delivery.payload, shown, entry.time_ms)
