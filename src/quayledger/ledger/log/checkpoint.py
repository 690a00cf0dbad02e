"""Checkpoints: what the log was at one size, signed (C2SP tlog-checkpoint).

The text has four lines: origin, size, log root, and, as an extension line, the state-map root.
"""

import base64
import re
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from quayledger.kernel import Malformed
from quayledger.ledger.log.note import open_note, sign_note

_TEXT: Final = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<log>[A-Za-z0-9+/]{43}=)\n"
    r"state (?P<state>[A-Za-z0-9+/]{43}=)\n"
)


class Checkpoint(Struct, frozen=True):
    """Origin, number of entries, log root and state root (32 bytes each)."""

    origin: str
    size: int
    log_root: bytes
    state_root: bytes

    def text(self) -> str:
        """The text that is signed."""
        log, state = (base64.b64encode(root).decode("ascii") for root in self.roots())
        return f"{self.origin}\n{self.size}\n{log}\nstate {state}\n"

    def roots(self) -> tuple[bytes, bytes]:
        """Log root and state root."""
        return self.log_root, self.state_root

    def sign(self, key: Ed25519PrivateKey) -> str:
        """The signed note; the signer's name is the origin."""
        return sign_note(self.text(), self.origin, key)


def read_checkpoint(note: str, verifier: str) -> Checkpoint:
    """Read and check a signed checkpoint.

    Raises:
        Malformed: If the signature or the form is wrong, or it is another log's.
    """
    if note.count("\n\u2014 ") != 1:
        raise Malformed("checkpoint: exactly one signature, the log's own, is wanted")
    match = _TEXT.fullmatch(open_note(note, verifier))
    if match is None:
        raise Malformed("checkpoint: not the four lines of origin, size, log root, state root")
    log, state = base64.b64decode(match["log"]), base64.b64decode(match["state"])
    checkpoint = Checkpoint(match["origin"], int(match["size"]), log, state)
    if checkpoint.origin != verifier.partition("+")[0]:
        raise Malformed(f"checkpoint: of {checkpoint.origin}, another log")
    if checkpoint.text() != match[0]:
        raise Malformed("checkpoint: a root that does not re-encode equal")
    return checkpoint
