"""The rules in force: every contract of the network, and how its commands and records are read."""

from collections.abc import Iterable
from typing import Any, Final, Generic, TypeVar, Union

from msgspec import Struct
from msgspec.json import Decoder

from quayledger.kernel import codec
from quayledger.kernel.contract import Contract
from quayledger.kernel.failure import IntentCode, Malformed, RefusalCode
from quayledger.kernel.types import Command, Count, Digest, Key, Opaque, Record


class Disclosure(Struct, frozen=True):
    """A command with what its signer expects and 256 random bits that keep its hash unguessable."""

    command: Command
    expects: dict[Key, int]
    salt: Digest


class Opening(Struct, frozen=True):
    """A record with its key and salt: whoever holds it can show what a hash on the ledger means."""

    key: Key
    record: Record
    salt: Digest


T = TypeVar("T")


class _WireDisclosure(Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    command: T
    expects: dict[Key, Count]
    salt: Opaque


class _WireOpening(Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    key: Key
    record: T
    salt: Opaque


_MEMBERSHIP: Final = ("membership.organisation", "membership.person")


class Rulebook:
    """All contracts of a network, found by command."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self.contracts = tuple(contracts)
        self._by_command = {
            rule.on: contract for contract in self.contracts for rule in contract.table
        }
        self._stated = frozenset(
            rule.on for contract in self.contracts for rule in contract.table if rule.stated
        )
        self._membership = frozenset(
            on for on, contract in self._by_command.items() if contract.name in _MEMBERSHIP
        )
        self._codespaces: dict[type[RefusalCode], str] = {
            contract.codes: contract.name for contract in self.contracts
        } | {IntentCode: "intent"}
        records = {record for contract in self.contracts for record in contract.records}
        command: Any = _union(self._by_command)
        record: Any = _union(records)
        self._commands: Decoder[Any] = Decoder(command)
        self._disclosures: Decoder[_WireDisclosure[Any]] = Decoder(_WireDisclosure[command])
        self._openings: Decoder[_WireOpening[Any]] = Decoder(_WireOpening[record])
        self.chained = frozenset(contract.name for contract in self.contracts if contract.chain)

    def contract_for(self, command: Command) -> Contract:
        """The contract whose table knows the command."""
        return self._by_command[type(command)]

    def changes_membership(self, command: Command) -> bool:
        """Whether the command changes who may sign."""
        return type(command) in self._membership

    def must_state(self, command: Command) -> bool:
        """Whether the signer must say which version of the subject it saw."""
        return type(command) in self._stated

    def wire_code(self, code: RefusalCode) -> str:
        """How a refusal is named outside: codespace and number, such as `ebl.bill:2`."""
        return f"{self._codespaces[type(code)]}:{int(code)}"

    def disclosure(self, data: bytes) -> Disclosure:
        """Read a disclosed command from its canonical bytes.

        Raises:
            Malformed: If it is not a command of this rulebook in canonical form.
        """
        wire = codec.read(data, self._disclosures, "command")
        disclosure = Disclosure(wire.command, wire.expects, wire.salt)
        codec.check_canonical(data, disclosure, "command")
        return disclosure

    def opening(self, data: bytes) -> Opening:
        """Read an opened record from its canonical bytes.

        Raises:
            Malformed: If it is not a record of this rulebook in canonical form.
        """
        wire = codec.read(data, self._openings, "record")
        opening = Opening(wire.key, wire.record, wire.salt)
        codec.check_canonical(data, opening, "record")
        return opening

    def recall(self, data: bytes) -> Record:
        """Read the record in an opening that we wrote ourselves: no form is checked again."""
        record: Record = self._openings.decode(data).record
        return record

    def command(self, data: bytes) -> Command:
        """Read a command from its canonical bytes.

        Raises:
            Malformed: If it is not a command of this rulebook in canonical form.
        """
        command: Command = codec.decode(data, self._commands, "command")
        return command


def _union(types: Iterable[type[Any]]) -> Any:
    """Any of the types, told apart by their tags."""
    ordered = sorted(types, key=lambda kind: str(kind.__struct_config__.tag))
    if not ordered:
        raise Malformed("a rulebook needs at least one contract")
    return Union[tuple(ordered)]  # noqa: UP007
