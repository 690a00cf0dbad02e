"""A host that checks nothing and says what it likes, with the log's real key."""

import base64

from msgspec import Raw

from quayledger.kernel.codec import b64, encode, sha256, unb64
from quayledger.kernel.merkle import leaf_hash
from quayledger.ledger import bundle
from quayledger.ledger.chamber import found
from quayledger.ledger.chronicle import Chronicle
from quayledger.ledger.content import Delivery
from quayledger.ledger.entry import make_entry, signature_hash, signatures_hash
from quayledger.ledger.intent import read_submission
from quayledger.ledger.log.checkpoint import Checkpoint
from quayledger.ledger.log.note import sign_note


class Forger:
    """Makes the bundle of a host that checks nothing, with one intent beside the founding."""

    def __init__(self, world, genesis=None):
        self.world = world
        self.genesis = genesis or world.genesis
        self.contents = []
        self.entries = []
        founding = found(self.genesis)
        self.add(founding.entry, founding.payload, (), {}, founding.opened)

    def add(self, entry, payload, signatures, commands, opened):
        openings = tuple(Raw(opened[name]) for name in sorted(opened))
        n = len(self.entries)
        self.entries.append(encode(entry))
        self.contents.append(Delivery(n, entry, payload, signatures, commands, openings))

    def bundle(self, draft, people):
        submission = read_submission(self.world.sign(draft, *people))
        signatures = submission.intent.signatures
        payload_hash = b64(sha256(unb64(submission.intent.payload, "payload")))
        over = signatures_hash(map(signature_hash, signatures))
        entry = make_entry(payload_hash, over, self.genesis.time_ms + 10_000, ())
        raw = {"0": submission.disclosures[0]}
        self.add(entry, submission.intent.payload, signatures, raw, {})
        return self.lines(sign_note(self.text(), "toy-log", self.world.log_key))

    def text(self):
        chronicle = Chronicle()
        chronicle.append(self.entries)
        roots = chronicle.tree.root(), chronicle.state.commit()
        return Checkpoint("toy-log", len(self.entries), *roots).text()

    def free_signature(self, point):
        """What pyca takes for a signature of anything under the neutral point: (identity, 0)."""
        tagged = b"\x01" + point
        id = sha256(b"toy-log\n" + tagged)[:4]
        return base64.b64encode(id + b"\x01" + bytes(63)).decode() + "\n"

    def lines(self, note):
        values = [
            bundle.Head(bundle.FORMAT, self.genesis),
            *(bundle.EntryLine(n, b64(leaf_hash(e)), Raw(e)) for n, e in enumerate(self.entries)),
            *map(bundle.ContentLine, self.contents),
            bundle.NoteLine(note),
        ]
        return [encode(value) + b"\n" for value in values]


def verifier_key_of(name, tagged):
    id = sha256(name.encode() + b"\n" + tagged)[:4].hex()
    return f"{name}+{id}+{base64.b64encode(tagged).decode()}"
