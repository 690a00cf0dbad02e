"""Customs declarations: the published samples, and where a faulty declaration is refused."""

import csv
import tarfile
from collections import Counter

import pytest
from lxml import etree

from quayledger.kernel import Amount
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.wco.declaration import Trader, read_declaration
from quayledger.standards.wco.goods_item import DocumentReference, Packages

ITEM = """
  <GovernmentAgencyGoodsItem>
   <SequenceNumeric>1</SequenceNumeric>
   <StatisticalValueAmount currencyID="JPY">50000</StatisticalValueAmount>
   <Commodity>
    <Description>Shoes</Description>
    <Classification><ID>90</ID><IdentificationTypeCode>TRC</IdentificationTypeCode></Classification>
    <Classification><ID>64051000</ID><IdentificationTypeCode>TSP</IdentificationTypeCode></Classification>
    <Classification><ID>VATZ</ID><IdentificationTypeCode>GN</IdentificationTypeCode></Classification>
    <GoodsMeasure>
     <GrossMassMeasure unitCode="KGM">100.5</GrossMassMeasure>
     <NetNetWeightMeasure>90.0005</NetNetWeightMeasure>
    </GoodsMeasure>
    <InvoiceLine><ItemChargeAmount currencyID="GBP">1000.50</ItemChargeAmount></InvoiceLine>
   </Commodity>
   <GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00</PreviousCode></GovernmentProcedure>
   <GovernmentProcedure><CurrentCode>000</CurrentCode></GovernmentProcedure>
   <Origin><CountryCode>FR</CountryCode><TypeCode>2</TypeCode></Origin>
   <Origin><CountryCode>CN</CountryCode><TypeCode>1</TypeCode></Origin>
   <Packaging><MarksNumbersID>M1</MarksNumbersID><QuantityQuantity>50</QuantityQuantity><TypeCode>BX</TypeCode></Packaging>
   <PreviousDocument><CategoryCode>Z</CategoryCode><ID>D1</ID><TypeCode>DCR</TypeCode></PreviousDocument>
  </GovernmentAgencyGoodsItem>"""
GOOD = f"""<md:MetaData xmlns:md="urn:wco:datamodel:WCO:DocumentMetaData-DMS:2" xmlns="urn:wco:datamodel:WCO:DEC-DMS:2">
 <Declaration>
  <FunctionCode>9</FunctionCode>
  <FunctionalReferenceID>LRN-1</FunctionalReferenceID>
  <TypeCode>IMA</TypeCode>
  <GoodsItemQuantity>1</GoodsItemQuantity>
  <InvoiceAmount currencyID="GBP">1000.50</InvoiceAmount>
  <TotalPackageQuantity>50</TotalPackageQuantity>
  <Declarant><ID>GB1</ID></Declarant>
  <ExitOffice><ID>GB000040</ID></ExitOffice>
  <Exporter><Name>Seller</Name><Address><CountryCode>CN</CountryCode></Address></Exporter>
  <GoodsShipment>
   <Consignment>
    <TransportEquipment><ID>CSQU3054383</ID></TransportEquipment>
    <TransportEquipment><ID>AD12345</ID></TransportEquipment>
    <TransportEquipment><ID>CONU1234567</ID></TransportEquipment>
   </Consignment>
   <Importer><ID>GB2</ID></Importer>
   <PreviousDocument><CategoryCode>X</CategoryCode><ID>BOL1</ID><TypeCode>705</TypeCode></PreviousDocument>{ITEM}
  </GoodsShipment>
 </Declaration>
</md:MetaData>"""
GROSS = '<GrossMassMeasure unitCode="KGM">100.5<'

# fmt: off
REFUSED = [
    ("<FunctionCode>9",               "<FunctionCode>13",                "MetaData/Declaration,",         "function 13 is no original"),
    ("<FunctionCode>9</FunctionCode>", "",                               "MetaData/Declaration,",         "`FunctionCode` is needed"),
    ("<TypeCode>IMA",                 "<TypeCode>TRA",                   "MetaData/Declaration,",         "'TRA' is no type"),
    (">LRN-1<",                       "><",                              "MetaData/Declaration,",         "`FunctionalReferenceID` is needed"),
    (">LRN-1<",                       f">{'L' * 36}<",                   "FunctionalReferenceID of",      "more than 35"),
    ("<Declarant><ID>GB1</ID></Declarant>", "",                          "MetaData/Declaration,",         "`Declarant` is needed"),
    ("<Declarant>",                   "<Declarant><ID>GB9</ID></Declarant><Declarant>", "Declaration/Declarant[2],", "stands twice"),
    ("<ID>GB1</ID>",                  "<ID>GB1</ID><ID>GB2</ID>",        "Declarant/ID[2],",              "stands twice"),
    ("<ID>GB1</ID>",                  "<ID>GB1<b/></ID>",                "Declarant/ID,",                 "holds elements"),
    ("GoodsShipment",                 "Shipment",                        "MetaData/Declaration,",         "`GoodsShipment` is needed"),
    (ITEM,                            "",                                "MetaData/Declaration,",         "1 goods items stated, 0 found"),
    ("<GoodsItemQuantity>1",          "<GoodsItemQuantity>2",            "MetaData/Declaration,",         "2 goods items stated, 1 found"),
    ("<GoodsItemQuantity>1",          "<GoodsItemQuantity>1.0",          "Declaration/GoodsItemQuantity,", "no whole number"),
    ("<SequenceNumeric>1",            "<SequenceNumeric>2",              "GovernmentAgencyGoodsItem,",    "has the sequence number 2"),
    ("<SequenceNumeric>1",            "<SequenceNumeric>",               "GovernmentAgencyGoodsItem,",    "`SequenceNumeric` is needed"),
    ("<SequenceNumeric>1",            "<SequenceNumeric>\u0661",         "SequenceNumeric,",              "no whole number"),
    (">64051000<",                    ">640510-00<",                     "Commodity/Classification[2],",  "no TSP code"),
    (">TRC<",                         ">TSP<",                           "Commodity/Classification[2],",  "second one"),
    (GROSS,                           '<GrossMassMeasure unitCode="LBR">100.5<', "GoodsMeasure/GrossMassMeasure,", "another unit"),
    (GROSS,                           "<GrossMassMeasure>1e5<",          "GoodsMeasure/GrossMassMeasure,", "no mass"),
    (GROSS,                           "<GrossMassMeasure>-5<",           "GoodsMeasure/GrossMassMeasure,", "no mass"),
    (GROSS,                           "<GrossMassMeasure>9999999999999999<", "GoodsMeasure/GrossMassMeasure,", "can be weighed"),
    (GROSS,                           "<GrossMassMeasure>89<",           "NetNetWeightMeasure,",          "90000 g net are more than 89000 g"),
    ('ItemChargeAmount currencyID="GBP"', "ItemChargeAmount",            "ItemChargeAmount,",             "no currency"),
    (">1000.50</ItemChargeAmount",    ">1000.505</ItemChargeAmount",     "ItemChargeAmount,",             "no sum in GBP"),
    (">1000.50</ItemChargeAmount",    ">NaN</ItemChargeAmount",          "ItemChargeAmount,",             "no sum in GBP"),
    (">50000<",                       ">50000.5<",                       "StatisticalValueAmount,",       "no sum in JPY"),
    ("<ID>BOL1</ID>",                 "",                                "GoodsShipment/PreviousDocument,", "`ID` is needed"),
    ("<QuantityQuantity>50",          "<QuantityQuantity>fifty",         "Packaging/QuantityQuantity,",   "no whole number"),
    ("WCO:DEC-DMS:2",                 "WCO:RES-DMS:2",                   "MetaData, line 1",              "has 0 WCO declarations"),
    ("WCO:DEC-DMS:2",                 "WCO:DECOY:2",                     "MetaData, line 1",              "has 0 WCO declarations"),
    (" <Declaration>",                " <Declaration/><Declaration>",    "MetaData/Declaration[2],",      "has 2 WCO declarations"),
    ("MetaData",                      "Archive",                         "Archive, line 1",               "has 0 WCO declarations"),
]
# fmt: on


def changed(old, new):
    assert old in GOOD, old
    return GOOD.replace(old, new).encode()


@pytest.mark.parametrize(("old", "new", "where", "says"), REFUSED)
def test_a_faulty_declaration_is_refused_at_its_element(old, new, where, says):
    with pytest.raises(FormatRefused) as refused:
        read_declaration(changed(old, new))

    assert where in refused.value.where
    assert says in refused.value.message
    assert refused.value.rule.startswith("WCO DEC")


def test_a_good_declaration_gives_its_parts():
    declaration = read_declaration(GOOD.encode())

    assert ("LRN-1", "9", "IMA", "IMPORT") == (declaration.reference, declaration.function, declaration.type, declaration.direction)  # fmt: skip
    assert Trader("GB1", "", "") == declaration.declarant
    assert Trader("", "Seller", "CN") == declaration.exporter
    assert Trader("GB2", "", "") == declaration.importer
    assert ("", "GB000040") == (declaration.office, declaration.exit_office)
    assert (Amount("GBP", 100_050), 50) == (declaration.invoice, declaration.total_packages)
    bill = DocumentReference(type="705", id="BOL1", category="X")
    assert (bill, DocumentReference(type="DCR", id="D1", category="Z")) == declaration.documents
    assert ("BOL1",) == declaration.transport_documents()


def test_only_numbers_of_the_form_of_iso_6346_are_containers():
    declaration = read_declaration(GOOD.encode())

    assert ("CSQU3054383", "CONU1234567") == declaration.containers
    assert (
        "TransportEquipment: AD12345 is no container number (ISO 6346)",
        "TransportEquipment: the check digit of CONU1234567 is wrong (ISO 6346)",
    ) == declaration.notices


def test_an_item_gives_code_masses_values_and_packages():
    (item,) = read_declaration(GOOD.encode()).items

    assert ("6405100090", "Shoes", "CN") == (item.commodity, item.description, item.origin)
    # Half a gram goes to the even neighbour: 90,000.5 to 90,000.
    assert (100_500, 90_000) == (item.gross_mass_g, item.net_mass_g)
    assert (Amount("GBP", 100_050), Amount("JPY", 50_000)) == (item.price, item.statistical_value)
    assert ("4000", ("000",)) == (item.procedure, item.additional_procedures)
    assert (Packages(type="BX", count=50, marks="M1"),) == item.packages


def test_an_export_names_its_direction_by_its_type():
    assert "EXPORT" == read_declaration(changed("<TypeCode>IMA", "<TypeCode>EXD")).direction


def test_a_declaration_of_another_profile_without_metadata_is_read_too():
    root = etree.fromstring(changed("WCO:DEC-DMS:2", "WCO:DEC:3"))

    assert "LRN-1" == read_declaration(etree.tostring(root[0])).reference


def test_a_comment_cannot_hide_part_of_a_reference():
    assert "LRN-1" == read_declaration(changed("LRN-1", "LRN<!-- x -->-1")).reference


def test_an_entity_bomb_is_refused_before_it_is_read():
    bomb = '<!DOCTYPE a [<!ENTITY x "LRN-1">]>' + GOOD.replace("LRN-1", "&x;")

    with pytest.raises(FormatRefused, match="DOCTYPE"):
        read_declaration(bomb.encode())


def test_every_published_sample_is_read_or_refused_for_a_named_reason(samples):
    outcomes = Counter((row["body"], row["verdict"] == "not-well-formed", outcome(data)) for row, data in samples)  # fmt: skip
    declarations = {key: n for key, n in outcomes.items() if key[0] == "Declaration"}

    # 206 rows: 181 originals; 21 requests to amend, withdraw or present (function 13); and four
    # reports and notifications in which a declaration is only quoted.
    assert {
        ("Declaration", False, "read"): 181,
        ("Declaration", False, "function 13"): 21,
        ("Declaration", False, "has 0 WCO"): 4,
    } == declarations
    assert {("", True, "is not well-formed"): 3} == {k: n for k, n in outcomes.items() if k[1]}
    others = {key[2] for key in outcomes if key[0] not in {"", "Declaration"}}
    assert {"has 0 WCO"} == others


def test_published_samples_keep_their_numbers_of_items_and_total_mass(samples):
    """Against the values that an XPath finds."""
    names = {"d": "urn:wco:datamodel:WCO:DEC-DMS:2"}
    for _, data in samples:
        if outcome(data) == "read":
            root, declaration = etree.fromstring(data), read_declaration(data)
            kilograms = root.xpath("sum(//d:GovernmentAgencyGoodsItem//d:GrossMassMeasure)", namespaces=names)  # fmt: skip
            value = root.xpath("sum(//d:ItemChargeAmount)", namespaces=names)
            assert round(kilograms * 1000) == sum(item.gross_mass_g or 0 for item in declaration.items)  # fmt: skip
            assert round(value * 100) == sum(item.price.minor for item in declaration.items if item.price)  # fmt: skip
            assert root.xpath("string(//d:FunctionalReferenceID)", namespaces=names) == declaration.reference  # fmt: skip


@pytest.fixture(scope="module")
def samples(shared_data):
    """Rows of the published verdicts with the bytes that they speak of."""
    folder = shared_data / "edi" / "customs_xml"
    rows = csv.DictReader((folder / "xml_expected.csv").read_text().splitlines())
    with tarfile.open(folder / "hmrc_cds_v3_schemas_and_samples.tar.gz") as archive:
        base = "3.0/examples/annotated_XML_samples/"
        return [(row, archive.extractfile(base + row["file"]).read()) for row in rows]


def outcome(data):
    """`read`, or the first words of the refusal."""
    try:
        read_declaration(data)
    except FormatRefused as refused:
        known = ("function 13", "has 0 WCO", "is not well-formed")
        return next((words for words in known if refused.message.startswith(words)), str(refused))
    return "read"
