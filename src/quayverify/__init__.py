"""quayverify: an independent check of a quayledger bundle, offline, in one file.

It shares no code with quayledger and knows no rules of trade. It needs Python's standard library
and `cryptography`, and checks of every line of a bundle:

- founding: its hash is the network's name, its certificates are its organisations' own;
- entries: canonical, in order, no intent twice, time never backwards;
- contents: payload, commands, signatures and records are the very ones that the entry commits to,
  and whoever asks for a shown command has signed it with a key that was registered at that time;
- roots: the log root (RFC 6962) and the state root, recomputed, are those of the signed checkpoint.

Exit status: 0 sound, 1 not sound (the first bad entry is named), 2 not usable as a bundle.
"""

import argparse
import base64
import binascii
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

FORMAT: Final = "quayledger-bundle-1"
MARKS: Final = (b'{"format":"quayledger-bundle-', b'"line":"founding"}')
HALF_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
MAX_INTEGER: Final = 2**53 - 1
NOTE: Final = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<log>[A-Za-z0-9+/]{43}=)\n"
    r"state (?P<state>[A-Za-z0-9+/]{43}=)\n)\n\u2014 (?P<signer>[^\s+]+) (?P<signature>[^\s]+)\n"
)
PLACE: Final = re.compile(r"0|[1-9][0-9]?")
FIELD: Final = 2**255 - 19
EIGHTH: Final = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
OTHER_EIGHTH: Final = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
SMALL_ORDER: Final = frozenset(
    {int.from_bytes(bytes.fromhex(y), "little") for y in (EIGHTH, OTHER_EIGHTH)}
    | {0, 1, FIELD - 1, FIELD, FIELD + 1}
)
FAULTS: Final = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError),
    *(InvalidSignature, UnsupportedAlgorithm, binascii.Error),
    *(x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion),
)


class Unsound(Exception):
    """The bundle shows something that cannot be true; `n` is the entry to blame, if one is."""

    def __init__(self, n: int | None, reason: str) -> None:
        super().__init__(reason if n is None else f"entry {n}: {reason}")
        self.n = n


class Unusable(Exception):
    """The file is not a bundle."""


def check(condition: bool, n: int | None, reason: str) -> None:
    """Go on only if the condition holds."""
    if not condition:
        raise Unsound(n, reason)


def typed(kind: type, *values: Any) -> None:
    """Go on only if each value is of exactly this type; Python takes True for 1."""
    for value in values:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} wanted, not {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """RFC 8785 within the profile of bundles: no floats, so plain sorted JSON is enough."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def no_float(text: str) -> Any:
    """Refuse a number with a fraction, an exponent, or no value."""
    raise ValueError(f"{text} is not an integer")


def integer(text: str) -> int:
    """Read an integer that every JSON reader keeps exact."""
    value = int(text)
    if abs(value) > MAX_INTEGER:
        raise ValueError(f"{text} is out of bounds")
    return value


def read(data: bytes) -> Any:
    """Read canonical JSON; ValueError if the bytes are anything else."""
    text = data.decode()
    value = json.loads(text, parse_float=no_float, parse_constant=no_float, parse_int=integer)
    if canonical(value) != data or not unicodedata.is_normalized("NFC", text):
        raise ValueError("not canonical JSON")
    return value


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Read base64url without padding; ValueError if it would not re-encode equal."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise ValueError("base64url that does not re-encode equal")
    return data


def digest(data: bytes) -> str:
    """SHA-256 in base64url."""
    return b64(sha256(data).digest())


def log_root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962 section 2.1 over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    while len(leaves) > 1:
        pairs = [
            sha256(b"\x01" + leaves[at] + leaves[at + 1]).digest()
            for at in range(0, len(leaves) - 1, 2)
        ]
        leaves = pairs + leaves[len(pairs) * 2 :]
    return leaves[0]


def state_root(records: dict[bytes, bytes]) -> bytes:
    """2^16 buckets of sorted key hash and record hash, and a 4-ary tree above them."""
    buckets = [b""] * 65536
    for name in sorted(records):
        buckets[int.from_bytes(name[:2], "big")] += name + records[name]
    level = [sha256(b"\x00" + bucket).digest() for bucket in buckets]
    while len(level) > 1:
        level = [
            sha256(b"\x01" + b"".join(level[at : at + 4])).digest()
            for at in range(0, len(level), 4)
        ]
    return level[0]


def public_key(authority: str, certificate: str) -> tuple[str, int, int]:
    """The key that an organisation's certificate vouches for, and from when to when (ms)."""
    issuer = x509.load_der_x509_certificate(unb64(authority))
    subject = x509.load_der_x509_certificate(unb64(certificate))
    subject.verify_directly_issued_by(issuer)
    if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise ValueError("issued by something that is no authority")
    key = subject.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("not a P-256 key")
    encoded = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    times = subject.not_valid_before_utc, subject.not_valid_after_utc
    since, until = (int(moment.timestamp()) * 1000 for moment in times)
    return b64(encoded), since, until


class Members:
    """Organisations and people as the opened membership records tell of them."""

    def __init__(self) -> None:
        self.organisations: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}

    def learn(self, record: dict[str, Any]) -> None:
        """Take in a membership record; a person must be certified by its organisation."""
        if record["kind"] == "membership.organisation":
            known = self.organisations.setdefault(record["id"], record)
            if known["certificate"] != record["certificate"]:
                raise ValueError("an organisation changes its certificate authority")
            if record.get("status") == "SUSPENDED":
                known["until"] = record["time_ms"]
        elif record["kind"] == "membership.person":
            authority = self.organisations[record["organisation"]]["certificate"]
            key, _, until = public_key(authority, record["certificate"])
            for signing in record["keys"]:
                if signing["key"] != key or signing["to_ms"] > until:
                    raise ValueError("a person's key is not the one that is certified")
            self.people[record["id"]] = record

    def verify(self, payload: str, signature: dict[str, str], time_ms: int) -> str:
        """Check one signature; gives the person who made it."""
        if signature.keys() != {"protected", "signature"}:
            raise ValueError("a signature with missing or unknown fields")
        header = read(unb64(signature["protected"]))
        if header["alg"] != "ES256" or header["typ"] != "quay-intent+jws" or len(header) != 3:
            raise ValueError("not an ES256 signature of an intent")
        person = self.people[header["kid"]]
        organisation = self.organisations[person["organisation"]]
        since, until = organisation["time_ms"], organisation.get("until", MAX_INTEGER)
        keys = [key for key in person["keys"] if key["from_ms"] <= time_ms < key["to_ms"]]
        if not keys or not since <= time_ms < until:
            raise ValueError("the signer had no right to sign at that time")
        raw = unb64(signature["signature"])
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        if len(raw) != 64 or s > HALF_ORDER:
            raise ValueError("not a low-S signature of 64 bytes")
        key: Any = serialization.load_der_public_key(unb64(keys[0]["key"]))
        message = f"{signature['protected']}.{payload}".encode("ascii")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        return str(header["kid"])


class Verifier:
    """Goes through a bundle line by line."""

    def __init__(self, head: Any) -> None:
        fits = head.keys() == {"format", "genesis", "line"} and head["line"] == "founding"
        check(fits and head["format"] == FORMAT, 0, f"not a founding in format {FORMAT}")
        self.genesis = head["genesis"]
        self.payload = canonical(self.genesis)
        name = self.genesis["name"]
        self.network = f"{name}.{sha256(self.payload).hexdigest()[:32]}"
        self.members = Members()
        self.entries: list[dict[str, Any]] = []
        self.leaves: list[bytes] = []
        self.records: dict[bytes, bytes] = {}
        self.intents: set[str] = set()
        self.shown: list[int] = []
        self.note: str | None = None

    def take(self, line: Any) -> None:
        """Check one line after the first."""
        check(self.note is None, None, "a line after the checkpoint")
        kind = line["line"]
        if kind == "entry" and line.keys() == {"line", "n", "leaf", "entry"}:
            self.entry(line["n"], line["leaf"], line["entry"])
        elif kind == "content" and line.keys() == {"line", "content"}:
            self.content(line["content"])
        elif kind == "checkpoint" and line.keys() == {"line", "note"}:
            self.note = line["note"]
        else:
            raise Unsound(None, f"a line of an unknown kind or with unknown fields: {kind!r}")

    def entry(self, n: int, leaf: str, entry: dict[str, Any]) -> None:
        """Check that an entry may follow the one before, and take it in."""
        typed(int, n)
        check(n == len(self.entries) and not self.shown, n, "not in order, before all contents")
        data = canonical(entry)
        check(digest(b"\x00" + data) == leaf, n, "its leaf hash is another")
        fields = {"intent", "signatures", "time_ms", "writes"}
        check(entry.keys() == fields, n, "fields are missing or unknown")
        typed(str, entry["intent"], entry["signatures"])
        typed(int, entry["time_ms"])
        typed(list, entry["writes"], *entry["writes"])
        check(entry["intent"] not in self.intents, n, "repeats an intent")
        hashes = entry["intent"], entry["signatures"]
        check(all(len(unb64(hash)) == 32 for hash in hashes), n, "a hash is no hash")
        before = self.entries[-1]["time_ms"] if self.entries else 0
        check(entry["time_ms"] >= before, n, "goes back in time")
        pairs = [(unb64(name), unb64(record)) for name, record in entry["writes"]]
        names = [name for name, _ in pairs]
        check(names == sorted(set(names)), n, "writes are not one a key, in order")
        check(all(len(hash) == 32 for pair in pairs for hash in pair), n, "a hash is no hash")
        self.entries.append(entry)
        self.leaves.append(unb64(leaf))
        self.intents.add(entry["intent"])
        self.records.update(pairs)

    def content(self, content: dict[str, Any]) -> None:
        """Check that what is shown of an entry is what the entry commits to."""
        n = content["n"]
        fields = {"n", "entry", "payload", "signatures", "commands", "openings"}
        typed(int, n)
        check(content.keys() == fields, n, "content fields are missing or unknown")
        typed(list, content["signatures"], content["openings"])
        typed(dict, content["commands"])
        check(n > max(self.shown, default=-1), n, "contents are not one an entry, in order")
        check(n < len(self.entries), n, "content of an entry that is not in the log")
        entry = self.entries[n]
        check(content["entry"] == entry, n, "shown with another entry")
        payload = unb64(content["payload"])
        check(digest(payload) == entry["intent"], n, "payload is not the entry's")
        hashed = [digest(canonical(s)) if isinstance(s, dict) else s for s in content["signatures"]]
        typed(str, *hashed)
        check(
            digest("".join(sorted(hashed)).encode("ascii")) == entry["signatures"],
            n,
            "signatures are not those that the entry commits to",
        )
        self.openings(n, content["openings"], dict(entry["writes"]))
        if n == 0:
            check(payload == self.payload, 0, "another founding than the first line's")
            check(not content["commands"], 0, "the founding has no commands")
        else:
            self.intent(n, read(payload), content)
        self.shown.append(n)

    def openings(self, n: int, openings: list[Any], writes: dict[str, str]) -> None:
        """Check opened records against the entry's writes; learn membership from them."""
        seen = set()
        for opening in openings:
            name, record = opening["key"], opening["record"]
            check(opening.keys() == {"key", "record", "salt"}, n, f"opening of {name}: fields")
            check(len(unb64(opening["salt"])) == 32, n, f"opening of {name}: salt")
            committed = writes.get(digest(name.encode()))
            fits = committed == digest(canonical(opening))
            check(fits, n, f"opening of {name}: the entry commits to no such record")
            check(name.startswith(record["kind"] + "/"), n, f"opening of {name}: another kind")
            check(name not in seen, n, f"opening of {name}: stands twice")
            seen.add(name)
        for opening in sorted(openings, key=lambda opening: opening["key"]):
            self.members.learn(opening["record"])

    def intent(self, n: int, payload: dict[str, Any], content: dict[str, Any]) -> None:
        """Check network, time, commands and signatures of what is shown of an intent."""
        fields = {"network", "id", "issued_ms", "expires_ms", "commands"}
        check(payload.keys() == fields, n, "payload fields are missing or unknown")
        typed(int, payload["issued_ms"], payload["expires_ms"])
        typed(list, payload["commands"])
        check(payload["network"] == self.network, n, "intent of another network")
        time_ms = self.entries[n]["time_ms"]
        in_time = payload["issued_ms"] < payload["expires_ms"] and time_ms < payload["expires_ms"]
        check(in_time, n, "ordered after it expired")
        shown = [one for one in content["signatures"] if isinstance(one, dict)]
        people = {self.members.verify(content["payload"], one, time_ms) for one in shown}
        check(len(people) == len(shown), n, "a person signed twice")
        signed = {self.members.people[person]["organisation"] for person in people}
        for place, disclosure in content["commands"].items():
            check(bool(PLACE.fullmatch(place)), n, f"command {place}: not a plain number")
            fits = digest(canonical(disclosure)) == payload["commands"][int(place)]
            check(fits, n, f"command {place}: not the one that was signed")
            fields = {"command", "expects", "salt"}
            check(disclosure.keys() == fields, n, f"command {place}: fields")
            check(len(unb64(disclosure["salt"])) == 32, n, f"command {place}: salt")
            by = disclosure["command"]["by"]
            check(by in signed, n, f"command {place}: not signed by {by}")

    def finish(self) -> dict[str, Any]:
        """Recompute the roots and hold them against the signed checkpoint."""
        check(0 in self.shown, 0, "its content, the founding, is not shown")
        check(self.note is not None, None, "no checkpoint in the last line")
        match = NOTE.fullmatch(str(self.note))
        if match is None:
            raise Unsound(None, "checkpoint: not origin, size, two roots and one signature")
        self.verify_note(match["text"], match["origin"], match["signer"], match["signature"])
        check(match["size"] == str(len(self.entries)), None, "checkpoint: over another size")
        log = base64.b64encode(log_root(self.leaves)).decode("ascii")
        check(match["log"] == log, None, "checkpoint: the entries give another log root")
        state = base64.b64encode(state_root(self.records)).decode("ascii")
        check(match["state"] == state, None, "checkpoint: the entries give another state root")
        return {
            "network": self.network,
            "size": len(self.entries),
            "contents": len(self.shown),
            "log_root": log,
            "state_root": state,
        }

    def verify_note(self, text: str, origin: str, signer: str, signature: str) -> None:
        """Check the log's Ed25519 signature under the key that the founding names."""
        name, id, encoded = self.genesis["log_key"].split("+", 2)
        tagged = base64.b64decode(encoded, validate=True)
        expected = sha256(name.encode() + b"\n" + tagged).hexdigest()[:8]
        check(name == origin and id == expected, None, "checkpoint: of another log")
        check(len(tagged) == 33 and tagged[0] == 1, None, "checkpoint: not an Ed25519 log key")
        y = int.from_bytes(tagged[1:], "little") % 2**255
        check(y not in SMALL_ORDER, None, "checkpoint: a log key of small order signs everything")
        raw = base64.b64decode(signature, validate=True)
        check(base64.b64encode(raw).decode("ascii") == signature, None, "checkpoint: base64")
        check(signer == name and raw[:4].hex() == id, None, "checkpoint: not signed by the log")
        Ed25519PublicKey.from_public_bytes(tagged[1:]).verify(raw[4:], text.encode())


def verify(lines: Iterable[bytes], network: str | None = None) -> dict[str, Any]:
    """Check a bundle.

    Args:
        lines: The file's lines, with their line ends.
        network: The network's name if the caller knows it, from somewhere else than the bundle.

    Raises:
        Unsound: If something in it cannot be true.
        Unusable: If it is not a bundle.
    """
    source = enumerate(lines, 1)
    _, first = next(source, (0, b""))
    if not any(mark in first for mark in MARKS):
        raise Unusable(f"the first line is not a founding in format {FORMAT}")
    try:
        verifier = Verifier(read(first.removesuffix(b"\n")))
    except FAULTS as error:
        raise Unsound(0, f"line 1: {type(error).__name__} {error}") from None
    if network is not None and verifier.network != network:
        raise Unsound(None, f"bundle of network {verifier.network}")
    for number, data in source:
        try:
            if not data.endswith(b"\n"):
                raise ValueError("no line end")
            verifier.take(read(data[:-1]))
        except FAULTS as error:
            reason = f"line {number}: {type(error).__name__} {error}".rstrip()
            raise Unsound(blamed(data), reason) from None
    try:
        return verifier.finish()
    except FAULTS as error:
        raise Unsound(None, f"checkpoint: {type(error).__name__} {error}") from None


def blamed(data: bytes) -> int | None:
    """The entry that a bad line is about, as far as it still says so."""
    found = re.search(rb'"n":([0-9]{1,15})[,}]', data)
    return int(found[1]) if found else None


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file."""
    with path.open("rb") as file:
        yield from file


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser("quayverify", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--network", help="the network's name, as you know it from elsewhere")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    options = parser.parse_args()
    try:
        verdict = {"sound": True} | verify(lines_of(options.bundle), options.network)
        status, text = 0, "sound: {size} entries, {contents} shown, network {network}"
    except Unsound as unsound:
        verdict = {"sound": False, "entry": unsound.n, "reason": str(unsound)}
        status, text = 1, "NOT SOUND: {reason}"
    except (Unusable, OSError) as unusable:
        verdict = {"sound": False, "entry": None, "reason": str(unusable)}
        status, text = 2, "not usable: {reason}"
    out = json.dumps(verdict) if options.json else text.format(**verdict)
    sys.stdout.write(out + "\n")
    raise SystemExit(status)
