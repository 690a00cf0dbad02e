"""One organisation's node: it follows the ledger, keeps what it was shown, and acts for its people.

It believes nothing: content reaches the read model only after the follower has checked it.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from quayledger.app.courier import Courier
from quayledger.app.journal import Journal, Refusal
from quayledger.contracts.membership.public import Genesis
from quayledger.kernel import (
    Command,
    Disclosure,
    IntentCode,
    Key,
    Party,
    Record,
    Refused,
    Rulebook,
    visible,
)
from quayledger.kernel.codec import encode
from quayledger.ledger import intent as intents
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import Delivery, read_delivery
from quayledger.ledger.follower import Follower
from quayledger.ledger.log.checkpoint import read_checkpoint
from quayledger.ledger.port import Ledger
from quayledger.readmodel.projection import Act, Checked, Projection
from quayledger.vault.documents import Vault
from quayledger.vault.events import EventStore

_STEP: Final = 1000
_STRANGERS: Final = (
    IntentCode.UNKNOWN_SIGNER,
    IntentCode.BAD_SIGNATURE,
    IntentCode.WRONG_NETWORK,
)

log = logging.getLogger(__name__)


class Node:
    """The node of one organisation, in a folder of its own."""

    def __init__(
        self,
        party: Party,
        folder: Path,
        ledger: Ledger,
        genesis: Genesis,
        rulebook: Rulebook,
        vault_key: X25519PrivateKey,
        courier: Courier,
    ) -> None:
        self.party = party
        self.ledger = ledger
        self.genesis = genesis
        self.rulebook = rulebook
        self.courier = courier
        self.folder = folder
        self.tag_key = _tag_key(vault_key)
        self.vault = Vault(folder / "vault.sqlite", vault_key)
        self.events = EventStore(folder / "events.sqlite")
        self.journal = Journal(folder / "journal.sqlite")
        self.projection = Projection(f"sqlite:///{folder / 'readmodel.sqlite'}")
        self.follower = Follower(rulebook, genesis, party=party)
        self.alarm: Alarm | None = None
        self._cursor = 0
        self._lock = RLock()
        self._recall()

    def close(self) -> None:
        """Let the files go."""
        self.vault.close()
        self.events.close()
        self.journal.close()
        self.projection.close()

    def sync(self) -> None:
        """Follow the ledger to its newest checkpoint and take in what it shows to us.

        Raises:
            Alarm: If anything that the ledger shows cannot be true; the node then stands still.
        """
        with self._lock:
            if self.alarm is not None:
                raise self.alarm
            try:
                self._advance()
                self._take_in()
            except Alarm as alarm:
                log.critical("%s: %s", self.party, alarm)
                self.alarm = alarm
                raise

    def record(self, name: Key) -> Record | None:
        """The newest version of a record that the organisation may see."""
        return self.follower.record(name)

    def draft(self, commands: Sequence[Command]) -> intents.Draft:
        """Put commands into an intent, stating what the node knows of each one's subject."""
        self.sync()
        stated = [(command, self._expectation(command)) for command in commands]
        return intents.draft(self.ledger.network, stated, intents.now_ms())

    def submit(self, submission: bytes) -> bytes:
        """Have an intent ordered; gives the receipt.

        Raises:
            Malformed: If it is not a submission.
            Refused: If the ledger refuses it; the journal has noted what a member signed.
        """
        try:
            receipt = self.ledger.submit(submission).result()
        except Refused as refused:
            if refused.code not in _STRANGERS:  # Whoever can reach us could fill the journal.
                self._note(submission, self.rulebook.wire_code(refused.code), str(refused))
            raise
        self.sync()
        return receipt

    def _expectation(self, command: Command) -> dict[Key, int]:
        """The subject's version as the asking party sees it; 0 if to that party there is none."""
        subject = self.rulebook.contract_for(command).subject_of(command)
        record = self.record(subject)
        seen = record is not None and visible(record, command.by)
        return {subject: record.version if record is not None and seen else 0}

    def _note(self, submission: bytes, code: str, reason: str) -> None:
        id = intents.payload_of(intents.read_submission(submission).intent).id
        self.journal.note(Refusal(intents.now_ms(), id, code, reason))

    def _advance(self) -> None:
        note = self.ledger.checkpoint()
        size = read_checkpoint(note, self.follower.founding.log_key).size
        have = len(self.follower.chronicle.entries)
        if size < have:
            raise Alarm(size, f"the ledger went back: it held {have} entries before")
        entries: list[bytes] = []
        while len(entries) < size - have:
            more = self.ledger.entries(have + len(entries), min(_STEP, size - have - len(entries)))
            if not more:
                raise Alarm(have + len(entries), "the ledger keeps back an entry")
            entries.extend(more)
        self.follower.advance(entries, note)

    def _take_in(self) -> None:
        size = len(self.follower.chronicle.entries)
        while rows := self.ledger.feed(self.party, self._cursor, _STEP):
            for cursor, deliveries in rows:
                if any(delivery.n >= size for delivery in deliveries):
                    return
                self.projection.take(cursor, [self._check(delivery) for delivery in deliveries])
                self._cursor = cursor

    def _check(self, delivery: Delivery) -> Checked:
        shown, done = self.follower.take(delivery)
        people = tuple(signer.person for signer in shown.signers)
        acts = []
        for place, disclosure in shown.commands.items():
            command = disclosure.command
            act = Act(
                n=delivery.n,
                place=place,
                time_ms=delivery.entry.time_ms,
                event=done[place].name if place in done else self._event(disclosure),
                by=command.by,
                subject=self.rulebook.contract_for(command).subject_of(command),
                people=people,
                command=msgspec.to_builtins(command),
            )
            acts.append(act)
        records = {name: opening.record for name, opening in shown.openings.items()}
        return Checked(delivery.n, encode(delivery), records, tuple(acts))

    def _event(self, disclosure: Disclosure) -> str:
        """The event of a command that could be checked only in part."""
        contract = self.rulebook.contract_for(disclosure.command)
        return next(rule.event for rule in contract.table if rule.on is type(disclosure.command))

    def _recall(self) -> None:
        """Check again, after a start, everything that was delivered before."""
        self._advance()
        for data in self.projection.deliveries():
            self.follower.take(read_delivery(data))
        self._cursor = self.projection.cursor()
        self.sync()


def _tag_key(vault_key: X25519PrivateKey) -> bytes:
    """The secret under which business numbers become tags; it lives as long as the vault key."""
    info = b"quayledger reference tags v1"
    return HKDF(hashes.SHA256(), 32, None, info).derive(vault_key.private_bytes_raw())
