"""The event store: what a batch proves, what is kept, and the history of a container."""

from hashlib import sha256

import pytest
from msgspec.structs import replace

from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64, unb64
from quayledger.kernel.merkle import Tree, leaf_hash, verify_inclusion
from quayledger.vault.events import Event, EventStore, batch_root, salted

BOX, OTHER_BOX = "CSQU3054383", "MSCU6639870"
GATE_IN = Event(
    id="e1",
    container=BOX,
    code="GTIN",
    classifier="ACT",
    time_ms=1_790_000_000_000,
    offset_minutes=480,
    source="CODECO 1",
    location="CNSHK",
)
LOAD = replace(GATE_IN, id="e2", code="LOAD", time_ms=1_790_000_900_000)
DISCHARGE = replace(
    GATE_IN, id="e3", code="DISC", time_ms=1_792_000_000_000, offset_minutes=120, location="NLRTM"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.sqlite"


@pytest.fixture
def store(path):
    store = EventStore(path)
    yield store
    store.close()


def keep(store, id, *events, producer="TERM-CN"):
    leaves = salted(events)
    store.keep(id, producer, leaves, batch_root(leaves))
    return leaves


def ids(store, container=BOX):
    return [seen.event.id for seen in store.history(container)]


def test_the_root_is_that_of_rfc_6962():
    one, other = leaves = salted([GATE_IN, LOAD])
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in (one, other)]

    assert sha256(b"\x01" + hashes[0] + hashes[1]).digest() == unb64(batch_root(leaves), "root")


def test_equal_events_give_unlike_roots_so_nobody_can_guess_them():
    one, other = salted([GATE_IN]), salted([GATE_IN])

    assert batch_root(one) != batch_root(other)


def test_one_event_is_proven_without_its_neighbours(store):
    leaves = keep(store, "b1", GATE_IN, LOAD, DISCHARGE)
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    top = unb64(batch_root(leaves), "root")
    path = tree.inclusion(1, 3)

    assert b"LOAD" in leaves[1]
    assert verify_inclusion(1, 3, leaf_hash(leaves[1]), path, top)
    assert not verify_inclusion(1, 3, leaf_hash(leaves[1].replace(b"LOAD", b"DISC")), path, top)
    assert not any(leaf in path for leaf in leaves)


def test_leaves_are_given_on_byte_by_byte_in_their_order(store):
    leaves = keep(store, "b1", LOAD, GATE_IN)

    assert leaves == store.leaves("b1")
    assert store.leaves("b2") is None
    assert [True, False] == [store.holds(id) for id in ("b1", "b2")]


def test_a_history_is_in_the_order_of_what_happened_not_of_what_arrived(store):
    keep(store, "b2", DISCHARGE, producer="TERM-NL")
    keep(store, "b1", LOAD, GATE_IN)

    assert ["e1", "e2", "e3"] == ids(store)


def test_a_history_says_who_stated_each_event_and_in_which_batch(store):
    keep(store, "b1", GATE_IN, producer="TERM-CN")
    keep(store, "b2", DISCHARGE, producer="TERM-NL")
    first, last = store.history(BOX)

    assert (GATE_IN, "TERM-CN", "b1") == (first.event, first.producer, first.batch)
    assert (DISCHARGE, "TERM-NL", "b2") == (last.event, last.producer, last.batch)


def test_a_container_has_its_own_events_only(store):
    keep(store, "b1", GATE_IN, replace(LOAD, container=OTHER_BOX))

    assert ["e1"] == ids(store)
    assert ["e2"] == ids(store, OTHER_BOX)
    assert [] == ids(store, "APZU4812090")


def test_one_event_of_two_containers_is_in_the_history_of_both(store):
    keep(store, "b1", GATE_IN, replace(GATE_IN, container=OTHER_BOX))

    assert ["e1"] == ids(store) == ids(store, OTHER_BOX)


def test_a_batch_that_arrives_again_changes_nothing(store):
    leaves = keep(store, "b1", GATE_IN, LOAD)
    store.keep("b1", "TERM-CN", leaves, batch_root(leaves))

    assert ["e1", "e2"] == ids(store)


def test_an_event_that_arrives_in_two_batches_is_told_once(store):
    keep(store, "b1", GATE_IN, LOAD)
    keep(store, "b2", LOAD, DISCHARGE)

    assert ["e1", "e2", "e3"] == ids(store)


def test_events_of_two_producers_under_one_id_are_two_events(store):
    keep(store, "b1", GATE_IN, producer="TERM-CN")
    keep(store, "b2", replace(LOAD, id="e1", time_ms=1), producer="RIVAL")

    assert [("RIVAL", "LOAD"), ("TERM-CN", "GTIN")] == [
        (seen.producer, seen.event.code) for seen in store.history(BOX)
    ]


def test_a_producer_cannot_state_something_else_under_a_used_event_id(store):
    keep(store, "b1", GATE_IN)

    with pytest.raises(Malformed, match=r"^batch b2: event e1 stands otherwise in batch b1;"):
        keep(store, "b2", LOAD, replace(GATE_IN, code="GTOT"))
    assert not store.holds("b2")
    assert ["e1"] == ids(store)


@pytest.mark.parametrize("change", ["root", "producer"])
def test_another_batch_under_a_used_id_is_refused(store, change):
    leaves = keep(store, "b1", GATE_IN)
    others = leaves if change == "producer" else salted([LOAD])
    producer = "RIVAL" if change == "producer" else "TERM-CN"

    with pytest.raises(Malformed, match=r"^batch b1: kept already"):
        store.keep("b1", producer, others, batch_root(others))
    assert leaves == store.leaves("b1")


def test_retracted_events_stay_and_are_marked(store):
    keep(store, "b1", GATE_IN)
    keep(store, "b2", LOAD)
    store.retract("b1")

    assert [("e1", True), ("e2", False)] == [
        (seen.event.id, seen.retracted) for seen in store.history(BOX)
    ]


@pytest.mark.parametrize("retracted", ["b1", "b2"])
def test_an_event_restated_in_another_batch_counts_there(store, retracted):
    keep(store, "b1", GATE_IN)
    keep(store, "b2", GATE_IN)
    store.retract(retracted)
    (seen,) = store.history(BOX)

    assert not seen.retracted
    assert retracted != seen.batch


@pytest.mark.parametrize("change", ["dropped", "swapped", "edited", "added"])
def test_leaves_that_are_not_those_under_the_root_are_refused_and_not_kept(store, change):
    one, other = leaves = salted([GATE_IN, LOAD])
    changed = {
        "dropped": [one],
        "swapped": [other, one],
        "edited": [one, other.replace(b"LOAD", b"DISC")],
        "added": [one, other, *salted([DISCHARGE])],
    }[change]

    with pytest.raises(Malformed, match=r"^batch b1: .* commits to$"):
        store.keep("b1", "TERM-CN", changed, batch_root(leaves))
    assert not store.holds("b1")


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{}",
        b'{"event":{},"salt":"' + b"A" * 43 + b'"}',
        salted([GATE_IN])[0] + b" ",
        salted([GATE_IN])[0].replace(b'"salt":"', b'"salt":"A'),
    ],
    ids=["empty", "no event", "no fields", "white space", "long salt"],
)
def test_a_batch_with_a_leaf_that_is_no_event_is_refused_whole(store, leaf):
    leaves = [*salted([GATE_IN]), leaf]

    with pytest.raises(Malformed, match=r"^batch b1: "):
        store.keep("b1", "TERM-CN", leaves, batch_root(leaves))
    assert not store.holds("b1")
    assert [] == ids(store)


def test_what_was_kept_is_there_after_a_restart(path):
    store = EventStore(path)
    keep(store, "b1", GATE_IN)
    store.close()
    again = EventStore(path)

    assert ["e1"] == ids(again)
    again.close()


def test_the_time_and_the_offset_in_which_it_was_stated_both_survive(store):
    keep(store, "b1", DISCHARGE)
    (seen,) = store.history(BOX)

    assert (1_792_000_000_000, 120) == (seen.event.time_ms, seen.event.offset_minutes)


def test_a_salt_has_256_bits(store):
    salts = {leaf.partition(b'"salt":"')[2][:43] for leaf in salted([GATE_IN] * 50)}

    assert 50 == len(salts)
    assert {32} == {len(unb64(salt.decode(), "salt")) for salt in salts}
    assert b64(bytes(32)).encode() not in salts
