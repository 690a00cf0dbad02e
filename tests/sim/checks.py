"""What must hold at every moment, and what must hold once the network is whole again."""

import msgspec
from sim.world import Violation

from quayledger.kernel import IntentCode, Refused
from quayledger.kernel.codec import b64, sha256, unb64
from quayledger.ledger.chronicle import Chronicle
from quayledger.ledger.entry import read_entry
from quayledger.ledger.intent import read_submission

UNJUDGED = (IntentCode.EXPIRED,)
"""Refused by the clock alone: such an id is not spent, it has expired."""

RECENT = 20


class Checks:
    """Sees every answer at the moment when it is given, and every node whenever it has synced."""

    def __init__(self):
        self.receipts = {}
        self.refused = {}
        self.moves = {}
        self.records = {}
        self.submissions = {}

    def answered(self, attempt, answer):
        """The host gives an answer: from now on it may not give another one."""
        id = attempt.id
        self.submissions[id] = attempt.submission
        if isinstance(answer, bytes):
            if self.receipts.setdefault(id, answer) != answer:
                raise Violation(f"{id}: two receipts")
            if id in self.refused:
                raise Violation(f"{id}: fires after it was refused ({self.refused[id].name})")
            if attempt.bill is not None:
                move = attempt.bill, attempt.version
                if self.moves.setdefault(move, id) != id:
                    raise Violation(f"{id}: a second act on version {move[1]} of {move[0]}")
        elif isinstance(answer, Refused):
            if id in self.receipts:
                raise Violation(f"{id}: refused ({answer}) after it was accepted")
            if answer.code not in UNJUDGED:
                self.refused.setdefault(id, answer.code)
        else:
            raise Violation(f"{id}: {answer!r}")

    def opened(self, ledger):
        """The host is up again: what it acknowledged last, and sooner lost, may not be missing."""
        self._hold(ledger, list(self.receipts.items())[-RECENT:])

    def _hold(self, ledger, receipts):
        for id, receipt in receipts:
            if ledger.receipt(id) != receipt:
                raise Violation(f"{id}: its receipt is lost")

    def seen(self, node):
        """No two nodes hold different records under one version."""
        for name, record in node.node.follower.records().items():
            known = self.records.setdefault((name, record.version), record)
            if known is not record and known != record:
                raise Violation(f"{node.name}: another version {record.version} of {name}")

    def finish(self, host, nodes, witnesses):
        """The network was whole for long enough: everybody must agree on everything."""
        self._hold(host.ledger, self.receipts.items())
        chronicle = Chronicle()
        entries = host.ledger.entries(0, 1_000_000)
        chronicle.append(entries)  # Alarms if time runs backwards or an intent stands twice.
        roots = chronicle.tree.root(), chronicle.state.commit()
        for follower in (*(node.node.follower for node in nodes), *witnesses):
            theirs = follower.chronicle
            if (theirs.tree.root(), theirs.state.commit()) != roots:
                raise Violation("roots differ after the network was whole again")
        payloads = {read_entry(data).intent for data in entries}
        for id in self.refused:
            payload = read_submission(self.submissions[id]).intent.payload
            if b64(sha256(unb64(payload, "payload"))) in payloads:
                raise Violation(f"{id}: in the log although it was refused")
        possessors = possession(host.ledger.reading.everything(1, 1_000_000))
        for (name, version), record in self.records.items():
            if name.startswith("ebl.bill/") and record.possessor != possessors[record.id][version]:
                raise Violation(f"version {version} of {name} with {record.possessor}")


def converged(host, nodes, witnesses, attempts):
    """Whether everybody is up, has heard everything, and has been answered."""
    if host.ledger is None or not all(node.up for node in nodes):
        return False
    size = len(host.ledger.entries(0, 1_000_000))
    followers = (*(node.node.follower for node in nodes), *witnesses)
    same = all(len(follower.chronicle.entries) == size for follower in followers)
    return same and all(attempt.done for attempt in attempts)


def possession(contents):
    """Who had each version of each bill, by the commands alone."""
    bills = {}
    for content in contents:
        for place in sorted(content.commands, key=int):
            command = msgspec.json.decode(content.commands[place])["command"]
            if command["type"].startswith("ebl."):
                _move(bills, command)
    return {id: bill["possessors"] for id, bill in bills.items()}


def _move(bills, command):
    kind, by, id = command["type"], command["by"], command["bill"]
    if kind == "ebl.ISSUE":
        if id in bills:
            raise Violation(f"{id} is issued twice")
        bills[id] = {"carrier": by, "requester": None, "possessors": [None, command["to"]]}
        return
    bill = bills[id]
    possessor = bill["possessors"][-1]
    if by != possessor:
        raise Violation(f"{id}: {kind} by {by}, but {possessor} has it")
    if kind == "ebl.TRANSFER":
        possessor = command["to"]
    elif kind == "ebl.SURRENDER_FOR_DELIVERY":
        bill["requester"], possessor = possessor, bill["carrier"]
    elif kind == "ebl.SREJ":
        possessor = bill["requester"]
    bill["possessors"].append(possessor)
