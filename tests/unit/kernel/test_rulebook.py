"""The rulebook reads commands and records in one spelling only, and knows what each command is."""

from dataclasses import replace

import pytest

from quayledger.kernel import Disclosure, Malformed, Opening, Rulebook
from quayledger.kernel.codec import encode

SALT = "S" * 43
PUT = '{"by":"MAKER","lamp":"a","to":"KEEPER","type":"toy.PUT"}'
LAMP = '{"id":"a","keeper":"KEEPER","kind":"toy.lamp","version":1}'


def disclosed(command, expects="{}", salt=SALT):
    return f'{{"command":{command},"expects":{expects},"salt":"{salt}"}}'.encode()


def opened(record):
    return f'{{"key":"toy.lamp/a","record":{record},"salt":"{SALT}"}}'.encode()


def test_what_was_signed_is_read_byte_by_byte(toy):
    data = disclosed(PUT, '{"toy.lamp/a":3}')
    expected = Disclosure(toy.Put(by="MAKER", lamp="a", to="KEEPER"), {"toy.lamp/a": 3}, SALT)

    assert expected == toy.RULEBOOK.disclosure(data)
    assert data == encode(expected)
    assert expected.command == toy.RULEBOOK.command(PUT.encode())


def test_an_opening_gives_its_record_also_when_it_is_our_own(toy):
    lamp = toy.Lamp(id="a", keeper="KEEPER", version=1)

    assert Opening("toy.lamp/a", lamp, SALT) == toy.RULEBOOK.opening(opened(LAMP))
    assert lamp == toy.RULEBOOK.recall(opened(LAMP))


@pytest.mark.parametrize(
    "data",
    [
        disclosed('{"by":"MAKER","lamp":"a","type":"toy.BURN"}'),
        disclosed('{"by":"MAKER","lamp":"a","to":"KEEPER"}'),
        disclosed('{"by":"MAKER","lamp":"a","type":"toy.PUT"}'),
        disclosed(PUT.replace('"to"', '"price":1,"to"')),
        disclosed(PUT.replace('"a"', '"a/b"')),
        disclosed(PUT.replace("MAKER", "maker")),
        disclosed(PUT.replace(',"to"', ', "to"')),
        disclosed(PUT.replace('"by"', '"by":"X","by"')),
        disclosed('{"lamp":"a","by":"MAKER","to":"KEEPER","type":"toy.PUT"}'),
        disclosed('{"by":"A","lamp":"a","to":null,"type":"toy.SWITCH"}'),
        disclosed(PUT).replace(b'"command":', b'"command": '),
        disclosed(PUT) + b"\n",
        disclosed(PUT)[:-1] + b',"why":1}',
        disclosed(PUT).replace(b'"expects":{},', b""),
        disclosed(PUT, '{"toy.lamp/a":-1}'),
        disclosed(PUT, '{"toy.lamp/a":1,"toy.lamp/a":1}'),
        disclosed(PUT, '{"e\u0301":1}'),
        disclosed(PUT, salt="short"),
        b'{"command":' + b"[" * 100_000,
    ],
)
def test_a_disclosure_that_could_be_read_in_another_way_is_malformed(toy, data):
    with pytest.raises(Malformed, match=r"^command: "):
        toy.RULEBOOK.disclosure(data)


@pytest.mark.parametrize(
    "record",
    [
        LAMP.replace("toy.lamp", "toy.sofa"),
        LAMP.replace('"keeper":"KEEPER",', ""),
        LAMP.replace('"version":1', '"version":0'),
        LAMP.replace(',"version":1', ',"status":"OFF","version":1'),
        LAMP.replace(',"version":1', ',"status":"LIT","version":1'),
        LAMP.replace(',"version":1', ',"version":1,"wattage":40'),
    ],
    ids=["kind", "missing", "default version", "default status", "unknown status", "unknown field"],
)
def test_a_record_in_another_spelling_or_of_another_kind_is_malformed(toy, record):
    with pytest.raises(Malformed, match=r"^record: "):
        toy.RULEBOOK.opening(opened(record))


def test_it_knows_which_commands_change_who_may_sign(toy):
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")
    people = Rulebook((replace(toy.CONTRACT, name="membership.person"),))

    assert not toy.RULEBOOK.changes_membership(put)
    assert people.changes_membership(put)


def test_it_knows_which_commands_must_state_a_version_and_which_kinds_show_their_past(toy):
    put, switch = toy.Put(by="A", lamp="a", to="K"), toy.Switch(by="A", lamp="a")
    chained = Rulebook((replace(toy.CONTRACT, chain=True),))

    assert [False, True] == [toy.RULEBOOK.must_state(command) for command in (put, switch)]
    assert (frozenset(), {"toy.lamp"}) == (toy.RULEBOOK.chained, chained.chained)
    assert toy.CONTRACT is toy.RULEBOOK.contract_for(put)
