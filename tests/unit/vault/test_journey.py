"""Where a container is, derived from all that is known of it, in whatever order it came."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.vault.events import Event, Seen
from quayledger.vault.journey import Journey, journey


def stated(id, code, classifier, time_ms, location="NLRTM", stated_ms=0, retracted=False):
    event = Event(
        id=id,
        container="CSQU3054383",
        code=code,
        classifier=classifier,
        time_ms=time_ms,
        offset_minutes=0,
        source="test",
        location=location,
        stated_ms=stated_ms,
    )
    return Seen(event, "CARRIER", "b1", retracted)


GATE_IN = stated("e1", "GTIN", "ACT", 100, "CNSHK")
LOADED = stated("e2", "LOAD", "ACT", 200, "CNSHK")
PLAN = stated("e3", "DISC", "PLN", 900, stated_ms=10)
ESTIMATE = stated("e4", "DISC", "EST", 950, stated_ms=20)
NEWER = stated("e5", "DISC", "EST", 930, stated_ms=30)
GATE_OUT = stated("e6", "GTOT", "PLN", 990)


def ids(seen):
    return [one.event.id for one in seen]


def test_a_container_of_which_nothing_is_known_is_nowhere():
    assert Journey((), None, ()) == journey([])


def test_the_last_actual_event_says_where_the_container_is():
    found = journey([GATE_IN, LOADED, PLAN, GATE_OUT])

    assert LOADED == found.last
    assert ["e3", "e6"] == ids(found.expected)
    assert ["e1", "e2", "e3", "e6"] == ids(found.history)


def test_an_estimate_takes_the_place_of_a_plan_and_a_newer_one_that_of_an_older():
    assert ["e4"] == ids(journey([LOADED, PLAN, ESTIMATE]).expected)
    assert ["e5"] == ids(journey([LOADED, PLAN, NEWER, ESTIMATE]).expected)
    assert ["e4"] == ids(journey([replace_event(PLAN, stated_ms=99), ESTIMATE]).expected)


def test_what_happened_is_no_longer_expected_also_if_it_happened_early():
    early = stated("e7", "DISC", "ACT", 800)

    assert ["e6"] == ids(journey([LOADED, early, PLAN, ESTIMATE, GATE_OUT]).expected)


def test_the_same_move_elsewhere_is_another_move():
    there = stated("e8", "DISC", "ACT", 300, "SGSIN")

    assert ["e4"] == ids(journey([LOADED, there, ESTIMATE]).expected)


def test_what_was_expected_before_the_last_event_is_overtaken():
    missed = stated("e9", "STRP", "PLN", 150)

    assert () == journey([GATE_IN, LOADED, missed]).expected


def test_retracted_events_are_shown_and_do_not_count():
    wrong = stated("e7", "DISC", "ACT", 800, retracted=True)
    found = journey([LOADED, wrong, ESTIMATE])

    assert LOADED == found.last
    assert ["e4"] == ids(found.expected)
    assert wrong in found.history


def replace_event(seen, **changes):
    return replace(seen, event=replace(seen.event, **changes))


EVERYTHING = [GATE_IN, LOADED, PLAN, ESTIMATE, NEWER, GATE_OUT]


@given(st.permutations(EVERYTHING))
def test_the_order_in_which_things_were_learnt_plays_no_part(order):
    found = journey(order)

    assert (LOADED, ["e5", "e6"]) == (found.last, ids(found.expected))
