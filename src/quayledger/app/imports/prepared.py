"""What an import prepares: commands to be signed, and what the reader noticed on the way."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from quayledger.app.node import Node
from quayledger.contracts.consignment.public import Commit
from quayledger.kernel import Command, Id, Malformed, Party
from quayledger.kernel.codec import b64
from quayledger.vault.sealing import disclose

Query = Mapping[str, str]


@dataclass(frozen=True)
class Prepared:
    """`facts` is what was read, for the person to look at before signing."""

    commands: tuple[Command, ...]
    notices: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None


Importer = Callable[[Node, bytes, Query], Prepared]


def needed(query: Query, name: str) -> str:
    """A parameter that must be given.

    Raises:
        Malformed: If it is missing.
    """
    if not query.get(name):
        raise Malformed(f"import: parameter {name!r} is missing")
    return query[name]


def parties(query: Query, name: str) -> tuple[Party, ...]:
    """Organisations, separated by commas; none if the parameter is not given."""
    return tuple(party for party in query.get(name, "").split(",") if party)


def tag(node: Node, scope: str, reference: str) -> str:
    """The keyed hash under which a business number is unique, and unreadable to others."""
    message = f"{scope}\n{reference}".encode()
    return b64(hmac.digest(node.tag_key, message, "sha256"))


def commit_document(
    node: Node,
    id: Id,
    consignment: Id,
    document_type: str,
    fields: Mapping[str, Any],
    readers: tuple[Party, ...],
) -> Commit:
    """Seal a document into the vault; gives the command that commits to it.

    Raises:
        Malformed: If there is a document of this id already.
    """
    document = disclose(document_type, fields)
    sealed = node.vault.keep(id, document)
    return Commit(
        by=node.party,
        document=id,
        consignment=consignment,
        document_type=document_type,
        digest=document.commitment(),
        sealed=sealed,
        readers=readers,
    )
