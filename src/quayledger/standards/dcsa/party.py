"""The parties of a transport document (DCSA eBL 3.0.4)."""

from typing import Annotated

from msgspec import Meta, Struct, field

from quayledger.standards.dcsa.fields import (
    CarrierCode,
    CountryCode,
    Email,
    Text10,
    Text35,
    Text50,
    Text70,
    Text100,
    Text150,
    Text250,
    Trimmed30,
    Trimmed35,
    Trimmed50,
    Trimmed70,
    UNLocationCode,
)


class Address(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a party is."""

    street: Text70
    city: Trimmed35
    country_code: CountryCode
    street_number: Text50 | None = None
    post_code: Text10 | None = None
    state_region: Annotated[str, Meta(max_length=65)] | None = None
    un_location_code: UNLocationCode | None = field(name="UNLocationCode", default=None)


class IdentifyingCode(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who a party is, by the list of a provider: an LEI of GLEIF, a code of an eBL platform."""

    code_list_provider: Text100
    party_code: Text150
    code_list_name: Text100 | None = None


class TaxLegalReference(Struct, frozen=True, kw_only=True, rename="camel"):
    """A party's number with an authority."""

    type: Trimmed50
    country_code: CountryCode
    value: Trimmed35


class ContactDetail(Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom to call or write to; one of both ways is given."""

    name: Trimmed35
    phone: Trimmed30 | None = None
    email: Email | None = None

    def __post_init__(self) -> None:
        if self.phone is None and self.email is None:
            raise ValueError("needs `phone` or `email`")


class Party(Struct, frozen=True, kw_only=True, rename="camel"):
    """A party by name; the document shows `displayed_address` instead of the address, if given."""

    party_name: Trimmed70
    ebl_platform: CarrierCode | None = None
    address: Address | None = None
    address_lines: Annotated[tuple[Text250, ...], Meta(max_length=5)] = ()
    displayed_address: Annotated[tuple[Text35, ...], Meta(max_length=6)] = ()
    identifying_codes: tuple[IdentifyingCode, ...] = ()
    tax_legal_references: tuple[TaxLegalReference, ...] = ()
    party_contact_details: tuple[ContactDetail, ...] = ()
    reference: Trimmed35 | None = None

    def member(self) -> str:
        """The party's identifier on the ledger (list provider ZZZ), empty if it has none."""
        codes = (code for code in self.identifying_codes if code.code_list_provider == "ZZZ")
        return next((code.party_code for code in codes), "")


class AddressedParty(Party, frozen=True, kw_only=True, rename="camel"):
    """A party that must be found at an address: the issuer, the carrier's agent."""

    address: Address


class NamedParty(Party, frozen=True, kw_only=True, rename="camel"):
    """The consignee, or the endorsee: identified by at least one code."""

    identifying_codes: Annotated[tuple[IdentifyingCode, ...], Meta(min_length=1)]
    is_notify_party: bool = False


class DocumentParties(Struct, frozen=True, kw_only=True, rename="camel"):
    """Everybody that the document names."""

    shipper: Party
    issuing_party: AddressedParty
    on_behalf_of_shipper: Party | None = None
    consignee: NamedParty | None = None
    on_behalf_of_consignee: Party | None = None
    endorsee: NamedParty | None = None
    carriers_agent_at_destination: AddressedParty | None = None
    notify_parties: Annotated[tuple[Party, ...], Meta(max_length=3)] = ()
