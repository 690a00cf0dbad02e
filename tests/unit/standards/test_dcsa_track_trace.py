"""Track and trace events: DCSA's own messages, and where a faulty event is refused."""

import copy
import csv
import json

import jsonschema_rs
import pytest

from quayledger.standards.dcsa.track_trace import EVENTS_MAX, read_events
from quayledger.standards.refusal import FormatRefused

BASE = {
    "eventID": "3CECB101-7a1a-43a4-9d62-e88a131651e4",
    "eventCreatedDateTime": "2021-01-23T12:34:56Z",
    "eventClassifierCode": "ACT",
    "eventDateTime": "2019-11-12T07:41:00+08:30",
}
CALL = {
    "transportCallID": "C1",
    "modeOfTransport": "VESSEL",
    "exportVoyageNumber": "2103S",
    "UNLocationCode": "NLRTM",
    "vessel": {"vesselIMONumber": "9321483", "vesselName": "King of the Seas"},
}
DEPOT = {"UNLocationCode": "FRPAR", "facilityCode": "ADT", "facilityCodeListProvider": "SMDG"}
TRANSPORT = BASE | {
    "eventType": "TRANSPORT",
    "transportEventTypeCode": "ARRI",
    "transportCall": CALL,
    "references": [{"referenceType": "EQ", "referenceValue": "APZU4812090"}, {"referenceType": "FF", "referenceValue": "F1"}],
    "documentReferences": [{"documentReferenceType": "TRD", "documentReferenceValue": "T1"}],
}  # fmt: skip
SHIPMENT = BASE | {
    "eventType": "SHIPMENT",
    "shipmentEventTypeCode": "ISSU",
    "documentID": "T1",
    "documentTypeCode": "TRD",
}
EQUIPMENT = BASE | {
    "eventType": "EQUIPMENT",
    "equipmentEventTypeCode": "GTOT",
    "equipmentReference": "APZU4812090",
    "emptyIndicatorCode": "LADEN",
    "eventLocation": DEPOT,
    "transportCall": CALL,
    "seals": [{"sealNumber": "S1", "sealType": "BLT"}],
}
UNREAD = (
    "city country floor name postCode stateRegion street streetNumber latitude longitude "
    "locationName otherFacility facilityTypeCode carrierServiceCode transportCallSequenceNumber "
    "vesselFlag vesselCallSignNumber vesselOperatorCarrierCode "
    "vesselOperatorCarrierCodeListProvider"
).split()
ABSENT = object()

# fmt: off
REFUSED = [
    (TRANSPORT, "eventType",              ABSENT,               "$[1].eventType",              "missing"),
    (TRANSPORT, "eventType",              "IOT",                "$[1].eventType",              "IOT"),
    (TRANSPORT, "eventType",              ["TRANSPORT"],        "$[1].eventType",              "str"),
    (TRANSPORT, "eventDateTime",          "2021-01-09T14:12:56", "$[1].eventDateTime",         "timezone"),
    (TRANSPORT, "eventDateTime",          "2021-02-30T00:00:00Z", "$[1].eventDateTime",        "RFC3339"),
    (TRANSPORT, "eventDateTime",          1_611_405_296,        "$[1].eventDateTime",          "datetime"),
    (TRANSPORT, "eventDateTime",          "1969-12-31T23:59:59Z", "$[1].eventDateTime",        "1970"),
    (TRANSPORT, "eventDateTime",          "0001-01-01T00:00:00+14:00", "$[1].eventDateTime",   "1970"),
    (TRANSPORT, "eventCreatedDateTime",   ABSENT,               "$[1].eventCreatedDateTime",   "missing"),
    (TRANSPORT, "eventClassifierCode",    "REQ",                "$[1].eventClassifierCode",    "REQ"),
    (TRANSPORT, "transportEventTypeCode", "LOAD",               "$[1].transportEventTypeCode", "LOAD"),
    (TRANSPORT, "transportCall",          ABSENT,               "$[1].transportCall",          "missing"),
    (TRANSPORT, "eventTypeCode",          "DEPA",               "$[1].eventTypeCode",          "contradicts"),
    (TRANSPORT, "eventID",                "1",                  "$[1].eventID",                "regex"),
    (TRANSPORT, "references",             [{"referenceType": "EQ", "referenceValue": "APZU481209"}], "$[1].references[0].referenceValue", "container"),
    (TRANSPORT, "transportCall",          CALL | {"vessel": {"vesselIMONumber": "IMO9321483"}}, "$[1].transportCall.vessel.vesselIMONumber", "regex"),
    (TRANSPORT, "transportCall",          CALL | {"UNLocationCode": "NLRT0"}, "$[1].transportCall.UNLocationCode", "regex"),
    (SHIPMENT,  "shipmentEventTypeCode",  ABSENT,               "$[1].shipmentEventTypeCode",  "missing"),
    (SHIPMENT,  "documentTypeCode",       "CMR",                "$[1].documentTypeCode",       "CMR"),
    (SHIPMENT,  "eventClassifierCode",    "PLN",                "$[1].eventClassifierCode",    "PLN"),
    (EQUIPMENT, "equipmentEventTypeCode", "ARRI",               "$[1].equipmentEventTypeCode", "ARRI"),
    (EQUIPMENT, "equipmentReference",     "apzu4812090",        "$[1].equipmentReference",     "container"),
    (EQUIPMENT, "equipmentReference",     ABSENT,               "$[1].equipmentReference",     "names its container"),
    (EQUIPMENT, "emptyIndicatorCode",     "FULL",               "$[1].emptyIndicatorCode",     "FULL"),
    (EQUIPMENT, "eventLocation",          {"facilityCode": "ADT"}, "$[1].eventLocation",       "facilityCodeListProvider"),
    (EQUIPMENT, "seals",                  [{"sealNumber": "S1"}], "$[1].seals[0].sealType",    "missing"),
]
# fmt: on


def changed(event, member, value):
    return {name: v for name, v in (event | {member: value}).items() if v is not ABSENT}


def read(value):
    return read_events(json.dumps(value).encode())


@pytest.mark.parametrize(("event", "member", "value", "where", "says"), REFUSED)
def test_one_faulty_event_refuses_the_message_at_its_path(event, member, value, where, says):
    with pytest.raises(FormatRefused) as refused:
        read([SHIPMENT, changed(event, member, value)])

    assert where == refused.value.where
    assert says in refused.value.message


@pytest.mark.parametrize("data", [b"[]", b"null", b"7", b"[[]]", b"[null]", b'{"events": []}'])
def test_a_message_without_events_is_refused(data):
    with pytest.raises(FormatRefused, match=r"^\$"):
        read_events(data)


def test_more_events_than_a_message_may_hold_are_refused():
    with pytest.raises(FormatRefused, match="1 to 10000 events"):
        read_events(b"[" + b"0," * EVENTS_MAX + b"0]")


def test_an_event_of_a_container_gives_what_it_states():
    (event,) = read(EQUIPMENT).events

    assert "3cecb101-7a1a-43a4-9d62-e88a131651e4" == event.id
    assert ("EQUIPMENT", "GTOT", "ACT") == (event.type, event.code, event.classifier)
    # 2019-11-12T07:41:00+08:30 is 2019-11-11T23:11:00Z.
    assert (1_573_513_860_000, 510) == (event.time_ms, event.offset_minutes)
    assert 1_611_405_296_000 == event.created_ms
    assert ("APZU4812090",) == event.containers
    assert event.is_empty is False
    assert ("FRPAR", "ADT") == (event.location, event.facility)
    assert ("King of the Seas", "9321483", "2103S") == (
        event.vessel,
        event.vessel_imo,
        event.voyage,
    )
    assert ["S1"] == [seal.seal_number for seal in event.seals]


def test_an_event_of_a_transport_names_the_containers_and_documents_of_its_references():
    (event,) = read([TRANSPORT]).events

    assert ("APZU4812090",) == event.containers
    assert (("TRD", "T1"),) == event.documents
    assert ("NLRTM", "", None) == (event.location, event.facility, event.is_empty)


def test_an_event_of_a_shipment_names_its_document():
    (event,) = read([SHIPMENT]).events

    assert (("TRD", "T1"),) == event.documents
    assert () == event.containers


def test_a_call_is_where_its_location_is_when_it_has_no_code_of_its_own():
    call = {"transportCallID": "C1", "modeOfTransport": "TRUCK", "location": DEPOT}

    (event,) = read([changed(TRANSPORT, "transportCall", call)]).events
    assert ("FRPAR", "ADT") == (event.location, event.facility)


def test_a_planned_move_needs_no_container_yet():
    planned = changed(EQUIPMENT, "equipmentReference", ABSENT) | {"eventClassifierCode": "PLN"}

    assert () == read(planned).events[0].containers


@pytest.mark.parametrize(
    ("event", "notice"),
    [
        (EQUIPMENT | {"equipmentReference": "APZU4812091"}, "$[0]: the check digit of container APZU4812091"),
        (TRANSPORT | {"transportCall": CALL | {"vessel": {"vesselIMONumber": "9321484"}}}, "$[0].transportCall.vessel.vesselIMONumber: the check digit of 9321484"),
        (SHIPMENT | {"eventDateTime": "2021-01-23T12:34:56.001Z"}, "$[0].eventDateTime: an actual event lies after"),
    ],
)  # fmt: skip
def test_what_is_only_sloppy_is_read_with_a_notice(event, notice):
    (found,) = read(event).notices

    assert found.startswith(notice)


def test_official_messages_have_the_published_verdict(shared_data):
    folder = shared_data / "tracking" / "dcsa-tnt"
    rows = list(csv.DictReader((folder / "expected.csv").read_text().splitlines()))
    expected = [row["expected"] for row in rows if row["file"] == "tnt-220-response.json"]

    found = read_events((folder / "tnt-220-response.json").read_bytes())
    assert ["accept"] * len(found.events) == expected
    assert () == found.notices
    assert ["ARRI", "DRFT", "LOAD", "ARRI", "DRFT", "LOAD", "DRFT"] == [
        e.code for e in found.events
    ]


def test_what_the_official_schema_refuses_we_refuse(shared_data):
    """Every member of the official events once taken out, and once of another type."""
    yaml = pytest.importorskip("yaml", reason="reading DCSA's specifications needs PyYAML")
    folder = shared_data / "tracking" / "dcsa-tnt"
    text = (folder / "TNT_v2.2.0-resolved.yaml").read_text()
    schemas = json.loads(json.dumps(yaml.safe_load(text)["components"]["schemas"], default=str))
    events = json.loads((folder / "tnt-220-response.json").read_text())
    outcomes = [outcome for event in events for outcome in verdicts(event, schemas)]

    looser = {path for path, valid, ours in outcomes if ours and not valid}
    stricter = {path for path, valid, ours in outcomes if valid and not ours}
    assert {*UNREAD} >= {path.split(".")[-1] for path in looser}
    # The schema lets a code go without its list, and a document without type or number.
    needed = {"facilityCodeListProvider", "documentReferenceType", "documentReferenceValue"}
    assert needed == {path.split(".")[-1] for path in stricter}
    assert 100 < sum(not valid and not ours for _, valid, ours in outcomes)


def verdicts(event, schemas):
    kind = event["eventType"].lower()
    schema = {"$ref": f"#/components/schemas/{kind}Event", "components": {"schemas": schemas}}
    oracle = jsonschema_rs.Draft4Validator(schema)
    for path in [*paths(event)]:
        for value in (ABSENT, {"x": 1}):
            mutant = replaced(event, path, value)
            yield ".".join(map(str, path)), oracle.is_valid(mutant), is_read(mutant)


def paths(value, path=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in pairs:
        if isinstance(value, dict):
            yield (*path, name)
        if isinstance(member, dict | list):
            yield from paths(member, (*path, name))


def replaced(event, path, value):
    result = copy.deepcopy(event)
    parent = result
    for step in path[:-1]:
        parent = parent[step]
    if value is ABSENT:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return result


def is_read(event):
    try:
        read(event)
    except FormatRefused:
        return False
    return True
