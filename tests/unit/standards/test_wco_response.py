"""Responses of an authority: valid by the published schema, and equal to published samples."""

import tarfile

import pytest
from lxml import etree

from quayledger.standards.refusal import FormatRefused
from quayledger.standards.wco.response import Function, Response, build_response

# 2019-11-13T17:22:16Z and 2019-11-13T08:00:00Z, as in the published DMSACC sample.
ACCEPTED = Response(
    function=Function.ACCEPTED,
    reference="a6e4e95b91be4fe4a95800c235c7c010",
    issued_ms=1_573_665_736_000,
    local_reference="3.1_P1_TT_1311RM41",
    mrn="19GBCKKCQSXV2FGVA8",
    version=2,
    accepted_ms=1_573_632_000_000,
)
REJECTED = Response(
    function=Function.REJECTED,
    reference="561fb99741a94910913f9bd1e4d4055e",
    issued_ms=1_581_421_332_000,  # 2020-02-11T11:42:12Z.
    local_reference="Sample_A_TC01_1102_03",
    mrn="20GB1NA4Y2YSRFGVR6",
    errors=("CDS12005",),
)
NOON = 1_767_268_800_000  # 2026-01-01T12:00:00Z.
SAMPLES = "3.0/examples/annotated_XML_samples/Example_DMS_notifications"


@pytest.fixture(scope="module")
def archive(shared_data):
    path = shared_data / "edi" / "customs_xml" / "hmrc_cds_v3_schemas_and_samples.tar.gz"
    with tarfile.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def schema(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wco")
    members = [m for m in archive.getmembers() if m.name.startswith("3.0/schemas/")]
    archive.extractall(folder, members, filter="data")
    path = folder / "3.0/schemas/wco/notification/WCO_RES_2_DMS.xsd"
    return etree.XMLSchema(etree.parse(path))


def response(data):
    """The Response element alone, as a document of its own."""
    (found,) = etree.fromstring(data).iter("{*}Response")
    return etree.fromstring(etree.tostring(found))


def values(element):
    """Names and texts of all leaves, without namespaces."""
    return [
        (etree.QName(leaf).localname, leaf.text.strip())
        for leaf in element.iter("{*}*")
        if not len(leaf) and leaf.text
    ]


@pytest.mark.parametrize("function", Function)
def test_every_answer_is_valid_by_the_published_schema(function, schema):
    built = response(build_response(Response(function=function, reference="R", issued_ms=NOON, local_reference="L", mrn="M")))  # fmt: skip

    assert schema.validate(built), schema.error_log


def test_a_rejection_with_codes_is_valid_by_the_published_schema(schema):
    assert schema.validate(response(build_response(REJECTED))), schema.error_log


def test_an_acceptance_says_what_the_published_one_says(archive):
    sample = archive.extractfile(f"{SAMPLES}/01_DMSACC.xml").read()

    assert values(response(sample)) == values(response(build_response(ACCEPTED)))


def test_a_rejection_says_what_the_published_one_says_but_where(archive):
    sample = archive.extractfile(f"{SAMPLES}/03_DMSREJ.xml").read()
    pointers = {"DocumentSectionCode", "TagID"}
    expected = [(name, text) for name, text in values(response(sample)) if name not in pointers]

    assert expected == values(response(build_response(REJECTED)))


@pytest.mark.parametrize(("name", "value"), [("reference", ""), ("reference", "R" * 36), ("mrn", "M" * 71), ("errors", ("E" * 9,))])  # fmt: skip
def test_a_reference_that_does_not_fit_is_refused(name, value):
    fields = {"function": Function.RELEASED, "reference": "R", "issued_ms": NOON, "local_reference": "L", "mrn": "M"}  # fmt: skip

    with pytest.raises(FormatRefused, match=name):
        build_response(Response(**fields | {name: value}))


def test_text_in_an_answer_cannot_become_markup():
    built = build_response(Response(function=Function.RELEASED, reference="</ID>&", issued_ms=NOON, local_reference="L", mrn="M"))  # fmt: skip

    assert ("FunctionalReferenceID", "</ID>&") in values(response(built))
