"""The one place that wires adapters together: ledger host and nodes of a pilot in one process.

Each organisation has a folder, databases and a vault key of its own; people's keys lie in wallets
apart. One process for all asks for trust in whoever runs it, and the pages say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from quayledger.app.node import Node
from quayledger.app.sharing import answer_batch, answer_document
from quayledger.contracts.membership.public import Founder, FoundingPerson, Genesis
from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import Id, Malformed, Party, Text
from quayledger.kernel.codec import encode
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.identity import x509
from quayledger.ledger.identity.keyfile import read_log_key, read_vault_key, write_key
from quayledger.ledger.intent import now_ms
from quayledger.ledger.log.note import verifier_key
from quayledger.vault.sealing import Sealed, public_vault_key

GENESIS: Final = "genesis.json"


class Organisation(Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation that founds the network."""

    id: Party
    name: Text
    roles: tuple[str, ...] = ()


class FounderPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """A person or device of the first hour; `id` is a pseudonym."""

    id: Id
    organisation: Party
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Where things lie in a network's folder."""

    folder: Path

    @property
    def genesis(self) -> Path:
        """The founding, public to every member."""
        return self.folder / GENESIS

    @property
    def host(self) -> Path:
        """The ledger host's folder."""
        return self.folder / "host"

    def node(self, party: Party) -> Path:
        """An organisation's node."""
        return self.folder / "nodes" / party

    def authority(self, party: Party) -> Path:
        """An organisation's CA key; in earnest it is kept offline."""
        return self.folder / "authorities" / f"{party}.pem"

    def wallet(self, person: Id) -> Path:
        """A person's wallet; in earnest it is on that person's own device."""
        return self.folder / "wallets" / f"{person}.pem"


def found_network(
    folder: Path,
    name: Id,
    organisations: Sequence[Organisation],
    people: Sequence[FounderPerson],
    passphrase: bytes,
) -> Genesis:
    """Make all keys and the genesis file of a new network in an empty folder.

    Raises:
        FileExistsError: If there is a network in the folder already.
        Malformed: If a person's organisation is not among the founders.
    """
    layout, now = Layout(folder), now_ms()
    if layout.genesis.exists():
        raise FileExistsError(f"{layout.genesis}: there is a network already")
    for part in (layout.host, folder / "authorities", folder / "wallets"):
        part.mkdir(parents=True, mode=0o700)
    log_key = Ed25519PrivateKey.generate()
    write_key(layout.host / "log.pem", log_key, passphrase)
    founders, authorities = [], {}
    for one in organisations:
        key = x509.new_key()
        certificate = x509.authority_certificate(one.id, key, now)
        authorities[one.id] = (certificate, key)
        write_key(layout.authority(one.id), key, passphrase)
        layout.node(one.id).mkdir(parents=True, mode=0o700)
        vault_key = X25519PrivateKey.generate()
        write_key(layout.node(one.id) / "vault.pem", vault_key, passphrase)
        public = public_vault_key(vault_key)
        founders.append(Founder(one.id, one.name, one.roles, x509.der(certificate), public))
    founding_people = []
    for person in people:
        if person.organisation not in authorities:
            raise Malformed(f"{person.id}: {person.organisation} is not among the founders")
        certificate, authority = authorities[person.organisation]
        key = x509.new_key()
        write_key(layout.wallet(person.id), key, passphrase)
        own = x509.person_certificate(certificate, authority, person.id, key.public_key(), now)
        founding_people.append(
            FoundingPerson(person.id, person.organisation, person.roles, x509.der(own))
        )
    genesis = Genesis(
        name=name,
        time_ms=now,
        quorum=len(founders) // 2 + 1,
        log_key=verifier_key(f"{name}-log", log_key.public_key()),
        organisations=tuple(founders),
        people=tuple(founding_people),
    )
    layout.genesis.write_bytes(encode(genesis))
    return genesis


@dataclass
class Network:
    """An opened network: the ledger host and the nodes, all in this process."""

    layout: Layout
    genesis: Genesis
    ledger: EmbeddedLedger
    nodes: dict[Party, Node] = field(default_factory=dict)

    def document(self, holder: Party, reader: Party, id: str, purpose: str) -> Sealed | None:
        """The courier inside one process: asks the holder's node."""
        return answer_document(self.nodes[holder], reader, id, purpose)

    def batch(self, holder: Party, reader: Party, id: str) -> Sequence[bytes] | None:
        """The courier inside one process: asks the producer's node."""
        return answer_batch(self.nodes[holder], reader, id)

    def close(self) -> None:
        """Let all files go."""
        for node in self.nodes.values():
            node.close()
        self.ledger.close()


def read_genesis(folder: Path) -> Genesis:
    """The founding of the network in a folder.

    Raises:
        Malformed: If there is none.
    """
    try:
        return msgspec.json.decode(Layout(folder).genesis.read_bytes(), type=Genesis)
    except (OSError, msgspec.MsgspecError) as error:
        raise Malformed(f"{folder}: holds no network ({error})") from None


def open_network(folder: Path, passphrase: bytes) -> Network:
    """Open host and nodes of a network.

    Raises:
        Malformed: If the folder holds no network, or the passphrase is wrong.
    """
    layout, genesis = Layout(folder), read_genesis(folder)
    log_key = read_log_key(layout.host / "log.pem", passphrase)
    ledger = EmbeddedLedger(layout.host, genesis, RULEBOOK, log_key)
    network = Network(layout, genesis, ledger)
    for founder in genesis.organisations:
        own = layout.node(founder.id)
        vault_key = read_vault_key(own / "vault.pem", passphrase)
        network.nodes[founder.id] = Node(
            founder.id, own, ledger, genesis, RULEBOOK, vault_key, network
        )
    return network
