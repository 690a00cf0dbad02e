"""Who may read a batch of events, and that a commitment outlives whatever is done to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.tracking.batch import BATCH, Code, CommitBatch, GrantBatch, RetractBatch
from quayledger.contracts.tracking.public import BatchStatus
from quayledger.kernel import Env, Refused, step, visible

NAME = "tracking.batch/E1"
PARTIES = ("TERMINAL", "CARRIER", "BANK")
COMMIT = CommitBatch(
    by="TERMINAL", batch="E1", root="R" * 43, count=1, first_ms=7, last_ms=7, readers=("CARRIER",)
)
GRANT = GrantBatch(by="TERMINAL", batch="E1", to="BANK")
RETRACT = RetractBatch(by="TERMINAL", batch="E1")


@pytest.fixture
def committed(run):
    """The state after a batch of one event was committed to."""
    return run(BATCH, {}, COMMIT)[1]


def readers(state):
    """The parties to which the batch exists."""
    return {party for party in (*PARTIES, "RIVAL") if visible(state[NAME], party)}


def test_one_event_makes_a_batch_that_its_producer_and_readers_see(committed):
    assert {"TERMINAL", "CARRIER"} == readers(committed)


def test_a_grant_adds_one_reader_and_changes_nothing_else(run, committed):
    _, writes = run(BATCH, committed, GRANT)
    before, after = committed[NAME], writes[NAME]

    assert {"TERMINAL", "CARRIER", "BANK"} == readers(writes)
    assert replace(before, readers=("CARRIER", "BANK"), version=2) == after


def test_a_retracted_batch_stays_as_it_was_for_those_who_read_it(run, committed):
    _, writes = run(BATCH, committed, RETRACT)

    assert replace(committed[NAME], status=BatchStatus.RETRACTED, version=2) == writes[NAME]
    assert Code.WRONG_STATUS == run(BATCH, writes, GRANT)[0]
    assert Code.WRONG_STATUS == run(BATCH, writes, COMMIT)[0]


@pytest.mark.parametrize("ask", [GRANT, RETRACT, COMMIT], ids=lambda one: type(one).__name__)
def test_a_stranger_learns_nothing_of_a_batch(run, committed, ask):
    ask = replace(ask, by="RIVAL")

    assert (Code.NOT_FOUND, {}) == run(BATCH, committed, ask)


def test_every_act_of_a_batch_names_its_record_and_the_parties_that_get_it():
    assert [(NAME,)] * 3 == [command.touches() for command in (COMMIT, GRANT, RETRACT)]
    assert ("TERMINAL", "CARRIER") == COMMIT.named_parties()
    assert ("TERMINAL", "BANK") == GRANT.named_parties()


anybody = st.sampled_from(PARTIES)
acts = st.one_of(
    st.builds(GrantBatch, by=anybody, batch=st.just("E1"), to=anybody),
    st.builds(RetractBatch, by=anybody, batch=st.just("E1")),
    st.builds(
        CommitBatch,
        by=anybody,
        batch=st.just("E1"),
        root=st.just("X" * 43),
        count=st.just(2),
        first_ms=st.just(1),
        last_ms=st.just(2),
    ),
)


@given(st.lists(acts, max_size=12))
def test_the_commitment_stays_readers_only_grow_and_a_retraction_is_final(history):
    state = dict(step(BATCH, Env(1, {}.get), COMMIT).writes)
    first = state[NAME]
    for command in (*history, RETRACT):  # At the end the batch is retracted: not vacuous.
        before = state[NAME]
        try:
            state |= step(BATCH, Env(1, state.get), command).writes
        except Refused:
            continue
        after = state[NAME]

        assert before.status is BatchStatus.COMMITTED
        assert {*before.readers} <= {*after.readers}
        assert (first.root, first.count, first.producer) == (
            after.root,
            after.count,
            after.producer,
        )

    assert BatchStatus.RETRACTED is state[NAME].status
