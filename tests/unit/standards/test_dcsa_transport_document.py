"""Transport documents: what DCSA's samples give, and where a faulty one is refused."""

import copy
import json

import jsonschema_rs
import pytest

from quayledger.standards.dcsa.transport_document import read_transport_document
from quayledger.standards.refusal import FormatRefused

CODES = [{"codeListProvider": "ZZZ", "partyCode": "BUYER"}]
ADDRESS = {"street": "Quay 1", "city": "Rotterdam", "countryCode": "NL"}
STRAIGHT = {
    "transportDocumentReference": "TDR-1",
    "transportDocumentStatus": "ISSUED",
    "transportDocumentTypeCode": "BOL",
    "isShippedOnBoardType": True,
    "freightPaymentTermCode": "PRE",
    "isElectronic": True,
    "isToOrder": False,
    "numberOfOriginalsWithCharges": 1,
    "shippedOnBoardDate": "2026-03-01",
    "issueDate": "2026-03-02",
    "termsAndConditions": "None.",
    "receiptTypeAtOrigin": "CY",
    "deliveryTypeAtDestination": "CFS",
    "cargoMovementTypeAtOrigin": "FCL",
    "cargoMovementTypeAtDestination": "LCL",
    "carrierCode": "MSC",
    "carrierCodeListProvider": "SMDG",
    "transports": {
        "plannedDepartureDate": "2026-03-01",
        "plannedArrivalDate": "2026-04-02",
        "portOfLoading": {"UNLocationCode": "CNSHK"},
        "portOfDischarge": {"city": {"city": "Rotterdam", "countryCode": "NL"}},
        "vesselVoyages": [{"vesselName": "Ever Ace", "carrierExportVoyageNumber": "402E"}],
    },
    "invoicePayableAt": {"freeText": "Origin"},
    "partyContactDetails": [{"name": "Desk", "phone": "+31 10"}],
    "documentParties": {
        "shipper": {"partyName": "Seller", "identifyingCodes": [{"codeListProvider": "GLEIF", "partyCode": "L"}, {"codeListProvider": "ZZZ", "partyCode": "SELLER"}]},
        "issuingParty": {"partyName": "Carrier", "address": ADDRESS},
        "consignee": {"partyName": "Buyer", "identifyingCodes": CODES, "isNotifyParty": True},
        "notifyParties": [{"partyName": "Broker"}],
    },
    "consignmentItems": [
        {
            "carrierBookingReference": "B1",
            "descriptionOfGoods": ["Shoes"],
            "HSCodes": ["640510"],
            "extendedHSCodes": ["640510900000"],
            "cargoItems": [
                {"equipmentReference": "CSQU3054383", "cargoGrossWeight": {"value": 12000.5, "unit": "KGM"}, "outerPackaging": {"numberOfPackages": 400, "description": "Boxes"}},
                {"equipmentReference": "MSCU6639870", "cargoGrossWeight": {"value": 2, "unit": "LBR"}, "outerPackaging": {"numberOfPackages": 1, "description": "Box"}},
            ],
        }
    ],
    "utilizedTransportEquipments": [
        {"equipment": {"equipmentReference": "CSQU3054383", "ISOEquipmentCode": "22G1"}, "isShipperOwned": False, "seals": [{"number": "S1", "source": "CAR"}]},
        {"equipment": {"equipmentReference": "MSCU6639870"}, "isShipperOwned": False, "seals": [{"number": "S2"}]},
    ],
}  # fmt: skip
ABSENT = object()
ITEM = "consignmentItems.0.cargoItems.0"
USED = "utilizedTransportEquipments.0"
ENDORSEE = {"partyName": "Bank", "identifyingCodes": CODES}
TO_ORDER = {"isToOrder": True, "documentParties.consignee": ABSENT}
WAYBILL = {"transportDocumentTypeCode": "SWB", "numberOfOriginalsWithCharges": ABSENT}

# fmt: off
REFUSED = [
    # The title: who may be named on which bill.
    ({"documentParties.consignee": ABSENT},                      "$.documentParties.consignee", "needs a consignee"),
    ({"documentParties.consignee": None},                        "$.documentParties.consignee", "needs a consignee"),
    ({"isToOrder": True},                                        "$.documentParties.consignee", "no consignee"),
    ({"documentParties.endorsee": ENDORSEE},                     "$.documentParties.endorsee",  "no endorsee"),
    ({**WAYBILL, **TO_ORDER},                                    "$.isToOrder",                 "never to order"),
    # How often it exists.
    ({"numberOfOriginalsWithoutCharges": 1},                     "$.numberOfOriginalsWithCharges", "2 originals"),
    ({"numberOfCopiesWithoutCharges": 1},                        "$.numberOfCopiesWithCharges", "no copies"),
    ({"transportDocumentTypeCode": "SWB"},                       "$.numberOfOriginalsWithCharges", "no originals"),
    ({"numberOfOriginalsWithCharges": -1},                       "$.numberOfOriginalsWithCharges", ">= 0"),
    # Dates and value.
    ({"receivedForShipmentDate": "2026-03-01"},                  "$.shippedOnBoardDate",        "exclude"),
    ({"shippedOnBoardDate": ABSENT},                             "$.shippedOnBoardDate",        "dated"),
    ({"shippedOnBoardDate": "2026-02-30"},                       "$.shippedOnBoardDate",        "date"),
    ({"declaredValue": 5.5},                                     "$.declaredValueCurrency",     "together"),
    ({"declaredValueCurrency": "EUR"},                           "$.declaredValueCurrency",     "together"),
    # Containers.
    ({f"{ITEM}.equipmentReference": "APZU4812090"},              f"$.{ITEM}.equipmentReference", "not among"),
    ({f"{USED}.equipment.equipmentReference": "MSCU6639870"},    "$.utilizedTransportEquipments.1.equipment.equipmentReference", "twice"),
    ({f"{USED}.equipment.equipmentReference": "CSQU305438"},     f"$.{USED}.equipment.equipmentReference", "ISO 6346"),
    ({f"{USED}.equipment.equipmentReference": "CSQU305438\n"},   f"$.{USED}.equipment.equipmentReference", "regex"),
    # Routes.
    ({"transports.preCarriageBy": "RAIL"},                       "$.transports",                "placeOfReceipt"),
    ({"transports.onCarriageBy": "TRUCK"},                       "$.transports",                "placeOfDelivery"),
    ({"transports.portOfLoading": {"locationName": "Shekou"}},   "$.transports.portOfLoading",  "UNLocationCode"),
    ({"transports.portOfLoading.UNLocationCode": "CNSH1"},       "$.transports.portOfLoading.UNLocationCode", "regex"),
    ({"transports.vesselVoyages": []},                           "$.transports.vesselVoyages",  "length >= 1"),
    # Parties and places.
    ({"partyContactDetails.0": {"name": "Desk"}},                "$.partyContactDetails.0",     "phone"),
    ({"invoicePayableAt": {}},                                   "$.invoicePayableAt",          "UNLocationCode"),
    ({"invoicePayableAt.UNLocationCode": "NLRTM"},               "$.invoicePayableAt",          "not both"),
    ({"documentParties.consignee.identifyingCodes": []},         "$.documentParties.consignee.identifyingCodes", "length >= 1"),
    ({"documentParties.issuingParty.address": ABSENT},           "$.documentParties.issuingParty.address", "missing"),
    ({"documentParties.notifyParties": [{"partyName": "N"}] * 4}, "$.documentParties.notifyParties", "length <= 3"),
    # Values.
    ({"transportDocumentReference": "T" * 21},                   "$.transportDocumentReference", "length <= 20"),
    ({"transportDocumentReference": " T"},                       "$.transportDocumentReference", "regex"),
    ({"transportDocumentTypeCode": "AWB"},                       "$.transportDocumentTypeCode", "AWB"),
    ({"isElectronic": "true"},                                   "$.isElectronic",              "bool"),
    ({f"{ITEM}.cargoGrossWeight.value": "12000.5"},              f"$.{ITEM}.cargoGrossWeight.value", "float"),
    ({f"{ITEM}.cargoGrossWeight.value": True},                   f"$.{ITEM}.cargoGrossWeight.value", "float"),
    ({f"{ITEM}.cargoGrossWeight.value": 0},                      f"$.{ITEM}.cargoGrossWeight.value", "> 0"),
    ({f"{ITEM}.cargoGrossWeight.value": 1e300},                  f"$.{ITEM}.cargoGrossWeight.value", "<="),
    ({f"{ITEM}.cargoGrossWeight.unit": "TNE"},                   f"$.{ITEM}.cargoGrossWeight.unit", "TNE"),
    ({f"{ITEM}.outerPackaging.numberOfPackages": 1.5},           f"$.{ITEM}.outerPackaging.numberOfPackages", "int"),
    ({f"{USED}.seals": []},                                      f"$.{USED}.seals",             "length >= 1"),
]
# fmt: on


def changed(document, changes):
    """A copy with members set, or taken out, by dotted path."""
    result = copy.deepcopy(document)
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        parent = result
        for step in way:
            parent = parent[step]
        if value is ABSENT:
            del parent[last]
        else:
            parent[last] = value
    return result


def read(document):
    return read_transport_document(json.dumps(document).encode())


def dotted(where):
    return where.replace("[", ".").replace("]", "")


@pytest.mark.parametrize(("changes", "where", "says"), REFUSED)
def test_a_faulty_document_is_refused_at_its_path(changes, where, says):
    with pytest.raises(FormatRefused) as refused:
        read(changed(STRAIGHT, changes))

    assert where == dotted(refused.value.where)
    assert says in refused.value.message
    assert refused.value.rule.startswith(("DCSA eBL 3.0.4", "ISO 6346"))


@pytest.mark.parametrize("data", [b"[]", b"null", b'"x"', b"{}"])
def test_anything_but_a_document_is_refused(data):
    with pytest.raises(FormatRefused, match=r"^\$"):
        read_transport_document(data)


def test_a_key_given_twice_is_refused_before_anything_is_read():
    data = json.dumps(STRAIGHT)[:-1] + ', "isToOrder": true}'

    with pytest.raises(FormatRefused, match=r"\$\.isToOrder: stands twice"):
        read_transport_document(data.encode())


def test_a_good_document_gives_what_the_platform_acts_on():
    document = read(STRAIGHT).document
    parties = document.document_parties

    assert ("CSQU3054383", "MSCU6639870") == document.containers()
    # 12,000.5 kg, and 2 lb of 453.59237 g each.
    assert 12_000_500 + 907 == document.gross_mass_g()
    assert 401 == document.packages()
    assert ("SELLER", "BUYER", "") == (
        parties.shipper.member(),
        parties.consignee.member(),
        parties.issuing_party.member(),
    )
    assert ("640510900000",) == document.consignment_items[0].hs_codes


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [(0.1, "KGM", 100), (18640, "KGM", 18_640_000), (0.0005, "KGM", 0), (0.0015, "KGM", 2), (1, "LBR", 454), (1000, "LBR", 453_592), (1e9, "KGM", 10**12)],
)  # fmt: skip
def test_weights_become_whole_grams_with_halves_to_even(value, unit, grams):
    weight = {"value": value, "unit": unit}
    document = read(changed(STRAIGHT, {f"{ITEM}.cargoGrossWeight": weight})).document

    assert grams == document.consignment_items[0].cargo_items[0].cargo_gross_weight.grams


def test_members_that_we_do_not_know_stay_in_the_whole():
    document = changed(STRAIGHT, {"futureMember": [1.5, {"a": "ü"}]})

    assert document == read(document).whole


@pytest.mark.parametrize(
    ("changes", "notices"),
    [
        ({}, []),
        ({**TO_ORDER, "documentParties.endorsee": ENDORSEE, "documentParties.notifyParties": []}, ["$.documentParties.notifyParties: "]),
        ({**TO_ORDER, "documentParties.endorsee": ENDORSEE | {"isNotifyParty": True}, "documentParties.notifyParties": []}, []),
        ({"issueDate": ABSENT}, ["$.issueDate: "]),
        ({f"{USED}.equipment.equipmentReference": "CSQU3054384", f"{ITEM}.equipmentReference": "CSQU3054384"}, ["$.utilizedTransportEquipments[0].equipment.equipmentReference: the check digit of CSQU3054384 is wrong"]),
        ({f"{USED}.equipment.equipmentReference": "SOC 1", f"{ITEM}.equipmentReference": "SOC 1", f"{USED}.isShipperOwned": True}, ["$.utilizedTransportEquipments[0].equipment.equipmentReference: SOC 1 is not"]),
        ({**WAYBILL, "numberOfCopiesWithCharges": 1}, []),
        ({"isElectronic": False, "numberOfOriginalsWithCharges": 3, "numberOfCopiesWithCharges": 2}, []),
    ],
)  # fmt: skip
def test_what_is_only_sloppy_is_read_with_a_notice(changes, notices):
    found = read(changed(STRAIGHT, changes)).notices

    assert len(notices) == len(found)
    assert all(text.startswith(start) for text, start in zip(found, notices, strict=True))


def test_official_examples_are_read_and_have_the_known_checksum(official):
    examples = [example for name in official for example in documents(official[name]["paths"])]
    checksums = [read(example).checksum() for example in examples]

    assert 11 == len(examples)
    # The document of the issuance and PINT examples, by two independent RFC 8785 libraries.
    known = "7be082114ba3783e20d92bd305f784b483d66fa6a53130d891e67fcddfd04644"
    assert [known, known] == checksums[-2:]


def test_the_official_schema_refuses_what_we_refuse_for_its_shape(official):
    """Every member of an official example once taken out, and once of another type."""
    specification = official["EBL_v3.0.4.yaml"]
    schema = {"$ref": "#/components/schemas/TransportDocument", "components": specification["components"]}  # fmt: skip
    oracle = jsonschema_rs.Draft4Validator(schema)
    example = next(documents(specification["paths"]))
    outcomes = [
        (path, oracle.is_valid(mutant), is_read(mutant)) for path, mutant in mutants(example)
    ]

    stricter = {path for path, valid, ours in outcomes if valid and not ours}
    looser = {path for path, valid, ours in outcomes if ours and not valid}
    # The text of the standard, not its schema, says that a port is located in one of two ways.
    ports = {f"transports.{port}.UNLocationCode" for port in ("portOfLoading", "portOfDischarge")}
    assert ports == stricter
    # What we do not act on is kept as issued, and not looked at.
    assert {"charges", "serviceContractReference"} == {path.split(".")[0] for path in looser}
    assert 60 < len([path for path, valid, _ in outcomes if not valid])


@pytest.fixture(scope="module")
def official(shared_data):
    yaml = pytest.importorskip("yaml", reason="reading DCSA's specifications needs PyYAML")
    names = ("EBL_v3.0.4.yaml", "EBL_ISS_v3.0.4.yaml", "EBL_PINT_v3.0.0.yaml")
    texts = {name: (shared_data / "dcsa" / name).read_text() for name in names}
    return {name: yaml.load(text, Loader=dates_as_text(yaml)) for name, text in texts.items()}


def dates_as_text(yaml):
    """A loader that leaves dates as the strings that they are in JSON."""

    resolvers = {
        sign: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for sign, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": resolvers})


def documents(value):
    """Every transport document within the examples of a specification."""
    if isinstance(value, dict):
        if {"transportDocumentStatus", "consignmentItems", "transportDocumentTypeCode"} <= {*value}:
            if isinstance(value["transportDocumentStatus"], str):
                yield value
            return
        value = value.values()
    if not isinstance(value, str | int | float | None):
        for inner in value:
            yield from documents(inner)


def mutants(document):
    for path, value in members(document, ""):
        other = {"x": 1} if isinstance(value, str) else "x"
        for change in (ABSENT, other):
            yield path, changed(document, {path: change})


def members(value, path):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in pairs:
        at = f"{path}.{name}" if path else str(name)
        if isinstance(value, dict):
            yield at, member
        if isinstance(member, dict | list):
            yield from members(member, at)


def is_read(document):
    try:
        read(document)
    except FormatRefused:
        return False
    return True
