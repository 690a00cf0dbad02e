"""A document's commitment: its contents lie in vaults, the ledger keeps a hash and who may read."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Digest,
    Env,
    Id,
    Party,
    Record,
    RefusalCode,
    Rule,
    Writes,
    require,
)

DocumentId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "consignment.document"})]
DocumentKind = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9 ]{2,59}$(?!\n)")]
"""A name from UNTDID 1001, in lower case, such as `commercial invoice`."""


class Status(StrEnum):
    """Whether the document still counts."""

    COMMITTED = "COMMITTED"
    WITHDRAWN = "WITHDRAWN"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such document among those that you may read; check its id."
    WRONG_STATUS = 1, "The document is committed already, or withdrawn; commit a new one."
    NOT_ISSUER = 2, "Only the issuer may withdraw a document."
    ALREADY_READER = 3, "The party may read the document already; nothing needs to be granted."


class Document(Record, frozen=True, tag="consignment.document"):
    """`digest` commits to the salted fields, `sealed` is the hash of the ciphertext."""

    id: DocumentId
    consignment: Id
    document_type: DocumentKind
    issuer: Party
    digest: Digest
    sealed: Digest
    readers: tuple[Party, ...] = ()
    status: Status = Status.COMMITTED

    def relations(self) -> Mapping[str, Party | None]:
        readers = {f"reader {number}": party for number, party in enumerate(self.readers)}
        return {"issuer": self.issuer, **readers}


class Commit(Command, frozen=True, tag="consignment.COMMIT_DOCUMENT"):
    """Commit to a document and grant it to its first readers."""

    document: DocumentId
    consignment: Id
    document_type: DocumentKind
    digest: Digest
    sealed: Digest
    readers: tuple[Party, ...] = ()


class Grant(Command, frozen=True, tag="consignment.GRANT_DOCUMENT"):
    """Let another party read the document; whoever may read may pass it on, and it shows."""

    document: DocumentId
    to: Party


class Withdraw(Command, frozen=True, tag="consignment.WITHDRAW_DOCUMENT"):
    """Say that the document no longer counts."""

    document: DocumentId


def commit(_: Env, __: None, command: Commit) -> Document:
    return Document(
        id=command.document,
        consignment=command.consignment,
        document_type=command.document_type,
        issuer=command.by,
        digest=command.digest,
        sealed=command.sealed,
        readers=command.readers,
    )


def grant(_: Env, document: Document, command: Grant) -> Document:
    require(command.to not in {document.issuer, *document.readers}, Code.ALREADY_READER)
    return replace(document, readers=(*document.readers, command.to))


def withdraw(_: Env, document: Document, command: Withdraw) -> Document:
    require(command.by == document.issuer, Code.NOT_ISSUER)
    return document


def commitment_stays(before: Document | None, writes: Writes) -> bool:
    """What was committed to never changes."""
    after = [record for record in writes.values() if isinstance(record, Document)]
    return before is None or all(
        (record.digest, record.sealed, record.issuer)
        == (before.digest, before.sealed, before.issuer)
        for record in after
    )


# fmt: off
TABLE: Final = (
    #    command   from              to                event                rule
    Rule(Commit,   None,             Status.COMMITTED, "DocumentCommitted", commit),
    Rule(Grant,    Status.COMMITTED, Status.COMMITTED, "DocumentGranted",   grant),
    Rule(Withdraw, Status.COMMITTED, Status.WITHDRAWN, "DocumentWithdrawn", withdraw),
)
# fmt: on

DOCUMENT: Final = Contract(
    "consignment.document", "document", Code, TABLE, (commitment_stays,), (Document,)
)
