"""Log-in with the person's own key: the node asks a question that only the key can answer.

No password and no secret of a person ever reaches the node. It keeps hashes of session tokens in
memory; a restart ends all sessions, and so does the revocation of the person.
"""

import secrets
from threading import Lock
from typing import Final

from msgspec import Struct

from quayledger.contracts.membership.public import Person
from quayledger.kernel import Party
from quayledger.kernel.codec import b64, sha256, unb64
from quayledger.ledger.identity import signature as es256
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.identity.login import TYPE, Login, Question, read_login

CHALLENGE_MS: Final = 2 * 60 * 1000
SESSION_MS: Final = 8 * 3600 * 1000
CHALLENGES_MAX: Final = 10_000


class Session(Struct, frozen=True):
    """A person who has shown its key."""

    token: str
    person: str
    expires_ms: int


class Sessions:
    """Challenges and sessions of one node."""

    def __init__(self, network: str, party: Party, directory: Directory) -> None:
        self._network = network
        self._party = party
        self._directory = directory
        self._challenges: dict[str, int] = {}
        self._sessions: dict[bytes, tuple[str, int]] = {}
        self._lock = Lock()

    def challenge(self, now_ms: int) -> Question:
        """A fresh question; the oldest unanswered ones give way when there are too many."""
        value = b64(secrets.token_bytes(32))
        with self._lock:
            for old in [c for c, until in self._challenges.items() if until <= now_ms]:
                del self._challenges[old]
            while len(self._challenges) >= CHALLENGES_MAX:
                del self._challenges[next(iter(self._challenges))]
            self._challenges[value] = now_ms + CHALLENGE_MS
        return Question(value, self._network, self._party)

    def login(self, login: Login, now_ms: int) -> Session | None:
        """A session for the person whose key answered, None if the answer is not good.

        Raises:
            Malformed: If it is not an answer at all.
        """
        header, question = read_login(login)
        with self._lock:
            until = self._challenges.pop(question.challenge, 0)
        asked = Question(question.challenge, self._network, self._party)
        if until <= now_ms or question != asked or (header.alg, header.typ) != ("ES256", TYPE):
            return None
        found = self._directory.signer(header.kid, now_ms)
        message = f"{login.protected}.{login.payload}".encode("ascii")
        signature = unb64(login.signature, "signature")
        if found is None or found[0].organisation != self._party:
            return None
        if not es256.verify(found[1], signature, message):
            return None
        return self.begin(header.kid, now_ms)

    def begin(self, person: str, now_ms: int) -> Session:
        """A session for a person who has already been recognised."""
        token = b64(secrets.token_bytes(32))
        with self._lock:
            self._sessions[_hash(token)] = (person, now_ms + SESSION_MS)
        return Session(token, person, now_ms + SESSION_MS)

    def person(self, token: str, now_ms: int) -> Person | None:
        """Who the token stands for, as long as the person may sign; None otherwise."""
        person, until = self._sessions.get(_hash(token), ("", 0))
        if until <= now_ms or self._directory.signer(person, now_ms) is None:
            return None
        return self._directory.person(person)

    def end(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_hash(token), None)


def _hash(token: str) -> bytes:
    return sha256(token.encode())
