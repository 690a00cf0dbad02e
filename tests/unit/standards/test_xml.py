"""XML from outside: bombs and trickery are refused before anything is read."""

import time

import pytest

from quayledger.standards.refusal import FormatRefused
from quayledger.standards.xml import SIZE_MAX, TAGS_MAX, parse_xml, place

LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a b="&y;">&y;</a>'

# fmt: off
REFUSED = [
    (LAUGHS,                                                   "document", "DOCTYPE"),
    ("<?xml version='1.0'?>\n<!-- a --><?p?>\n" + LAUGHS,      "document", "DOCTYPE"),
    ("\ufeff" + LAUGHS,                                        "document", "DOCTYPE"),
    ("<!--><!DOCTYPE b>-->" + LAUGHS,                          "document", "DOCTYPE"),
    ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",           "document", "DOCTYPE"),
    ("<?xml version='1.0' encoding='UTF-16'?><a/>",            "line 1",   "UTF-16"),
    ("<?xml version='1.0' encoding='utf-7'?><a/>",             "line 1",   "utf-7"),
    (LAUGHS.encode("utf-16"),                                  "byte 0",   "not UTF-8"),
    (LAUGHS.encode("utf-16-le"),                               "line 1",   "well-formed"),
    ("<a>\xe9</a>".encode("latin-1"),                          "byte 3",   "not UTF-8"),
    ("<a>\n<b></a>",                                           "line 2",   "well-formed"),
    ("<a>&b;</a>",                                             "line 1",   "well-formed"),
    ("<a b='1' b='2'/>",                                       "line 1",   "well-formed"),
    ("",                                                       "line 1",   "well-formed"),
    ("<a/><a/>",                                               "line 1",   "well-formed"),
    ("<a>" * 65 + "</a>" * 65,                                 "line 1",   "deeper than 64"),
    ("<a>" * 5_000 + "</a>" * 5_000,                           "line 1",   "well-formed"),
    ("<a>" + "<b/>" * TAGS_MAX + "</a>",                       "document", "more than 200000 tags"),
    ("<a>" + " " * SIZE_MAX + "</a>",                          "document", "more than 4194304 bytes"),
]
# fmt: on


@pytest.mark.parametrize(("data", "where", "says"), REFUSED)
def test_hostile_or_broken_xml_is_refused(data, where, says):
    with pytest.raises(FormatRefused, match=r"XML 1\.0") as refused:
        parse_xml(data if isinstance(data, bytes) else data.encode())

    assert where == refused.value.where
    assert says in refused.value.message


@pytest.mark.parametrize("data", ["<a><!-- <!DOCTYPE b> --></a>", "<!--<!DOCTYPE a>--><a/>", "<a><![CDATA[<!DOCTYPE a>]]></a>"])  # fmt: skip
def test_a_doctype_that_is_only_mentioned_is_none(data):
    assert "a" == parse_xml(data.encode()).tag


def test_comments_do_not_split_a_text():
    assert "GB12" == parse_xml(b"<a>GB<!-- x --><?p q?>12</a>").text


def test_the_deepest_document_allowed_is_read():
    assert 64 == len([*parse_xml(b"<a>" * 64 + b"</a>" * 64).iter()])


def test_a_place_counts_equal_siblings_and_names_the_line():
    root = parse_xml(b"<m:a xmlns:m='u'>\n<m:b/>\n<m:b>\n<m:c/></m:b></m:a>")

    assert ["a, line 1", "a/b[1], line 2", "a/b[2], line 3", "a/b[2]/c, line 4"] == [
        place(element) for element in root.iter()
    ]


@pytest.mark.parametrize("start", ["<!--x-->", "<?p?>", " ", "<!--x--> <?p?>"])
def test_a_long_prolog_costs_linear_time(start):
    started = time.perf_counter()
    with pytest.raises(FormatRefused):
        parse_xml(start.encode() * 40_000 + b"<!DOCTYP")

    assert time.perf_counter() - started < 5
