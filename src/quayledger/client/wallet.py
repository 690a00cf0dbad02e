"""A person's wallet: the key stays here; it signs only what it has read."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64, sha256
from quayledger.ledger.identity.keyfile import read_signing_key
from quayledger.ledger.intent import Draft, Payload, Signature, payload_of, sign


class Wallet:
    """A registered pseudonym with its private key."""

    def __init__(self, person: str, key: ec.EllipticCurvePrivateKey) -> None:
        self.person = person
        self._key = key

    @classmethod
    def open(cls, path: Path, passphrase: bytes) -> "Wallet":
        """Read a wallet from its encrypted file, which is named after the pseudonym.

        Raises:
            Malformed: If it is not such a file, or the passphrase is wrong.
        """
        return cls(path.stem, read_signing_key(path, passphrase))

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key, for answering log-in challenges."""
        return self._key

    def sign(self, draft: Draft, network: str) -> Signature:
        """Sign a draft after reading it.

        Raises:
            Malformed: If the payload is for another network or hides a command.
        """
        check(draft, network)
        return sign(draft.payload, self.person, self._key)


def check(draft: Draft, network: str) -> Payload:
    """Whether a draft's payload says what its disclosures show, for this network.

    Raises:
        Malformed: If it does not.
    """
    payload = payload_of(draft)
    shown = tuple(b64(sha256(bytes(disclosure))) for disclosure in draft.disclosures)
    if payload.commands != shown:
        raise Malformed("draft: the payload names other commands than the ones shown")
    if payload.network != network:
        raise Malformed(f"draft: for network {payload.network}, not {network}")
    return payload
