"""What membership accepts and refuses, how a network is founded, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.membership import organisation as organisations
from quayledger.contracts.membership import person as people
from quayledger.contracts.membership.genesis import (
    Founder,
    FoundingPerson,
    Genesis,
    founding_records,
    network_id,
)
from quayledger.contracts.membership.network import NETWORK, Network
from quayledger.contracts.membership.organisation import (
    ORGANISATION,
    Admit,
    Organisation,
    Suspend,
)
from quayledger.contracts.membership.person import PERSON, Person, Register, Revoke, SigningKey
from quayledger.kernel import Certified, Env, Malformed, Refused, Signer, step

RULES = Network(name="toy", quorum=2, log_key="k", version=1)
ALPHA = Organisation(id="ALPHA", name="Alpha", roles=(), certificate="CA", vault_key="V", version=1)
GONE = replace(ALPHA, status=organisations.Status.SUSPENDED)
EVE = Person(
    id="e1",
    organisation="ALPHA",
    roles=("clerk",),
    certificate="CERT",
    keys=(SigningKey("K", 10, 5000), SigningKey("L", 10, 500)),
    version=1,
)
REVOKED = replace(EVE, keys=(SigningKey("K", 10, 1000),), status=people.Status.REVOKED)
ADMIT = Admit(
    by="BETA",
    organisation="NEW",
    name="New",
    roles=(),
    certificate="C",
    vault_key="V",
    approvers=("BETA", "GAMMA"),
)
REGISTER = Register(by="ALPHA", person="e2", roles=("title",), certificate="CERT")
STATE = {NETWORK: RULES, "membership.organisation/ALPHA": ALPHA}


def certified(authority, certificate):
    known = {"CERT": Certified("K", 10, 5000), "OLD": Certified("K", 10, 1000)}
    return known.get(certificate) if authority == "CA" else None


# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (ORGANISATION, None, Suspend(by="BETA", organisation="NEW", approvers=()), organisations.Code.NOT_FOUND),
    (ORGANISATION, GONE, Suspend(by="BETA", organisation="ALPHA", approvers=()), organisations.Code.WRONG_STATUS),
    (ORGANISATION, None, replace(ADMIT, approvers=("BETA",)),                  organisations.Code.NO_QUORUM),
    (ORGANISATION, None, replace(ADMIT, approvers=("BETA", "BETA")),           organisations.Code.NO_QUORUM),
    (ORGANISATION, None, replace(ADMIT, approvers=("BETA", "ABSENT")),         organisations.Code.NO_QUORUM),
    (ORGANISATION, "no network", ADMIT,                                        organisations.Code.NO_QUORUM),
    (ORGANISATION, None, ADMIT,                                                "OrganisationAdmitted"),
    (ORGANISATION, None, Suspend(by="BETA", organisation="ALPHA", approvers=("BETA",)), organisations.Code.NO_QUORUM),
    (ORGANISATION, None, Suspend(by="BETA", organisation="ALPHA", approvers=("BETA", "GAMMA")), "OrganisationSuspended"),

    (PERSON, None,    Revoke(by="ALPHA", person="e1"),                         people.Code.NOT_FOUND),
    (PERSON, REVOKED, Revoke(by="ALPHA", person="e1"),                         people.Code.WRONG_STATUS),
    (PERSON, EVE,     Revoke(by="BETA", person="e1"),                          people.Code.NOT_EMPLOYER),
    (PERSON, EVE,     Revoke(by="ALPHA", person="e1"),                         "PersonRevoked"),
    (PERSON, None,    replace(REGISTER, roles=("title", "admin"), certificate="X"),   people.Code.FORBIDDEN_ROLES),
    (PERSON, None,    replace(REGISTER, roles=("checker", "maker"), certificate="X"), people.Code.FORBIDDEN_ROLES),
    (PERSON, None,    replace(REGISTER, certificate="X"),                      people.Code.NOT_CERTIFIED),
    (PERSON, None,    replace(REGISTER, certificate="OLD"),                    people.Code.NOT_CERTIFIED),
    (PERSON, None,    replace(REGISTER, by="BETA"),                            people.Code.NOT_CERTIFIED),
    (PERSON, None,    REGISTER,                                                "PersonRegistered"),
]
# fmt: on


def state_with(contract, record):
    if record == "no network":
        return {}
    return STATE if record is None else STATE | {f"{contract.name}/{record.id}": record}


@pytest.mark.parametrize(("contract", "record", "command", "outcome"), OUTCOMES)
def test_outcome(run, contract, record, command, outcome):
    state = state_with(contract, record)
    found = run(contract, state, command, certified=certified, also=("GAMMA",))

    assert outcome == found[0]


@pytest.mark.parametrize("contract", [ORGANISATION, PERSON])
def test_every_code_and_every_event_has_a_row(contract):
    seen = {outcome for one, _, _, outcome in OUTCOMES if one is contract}

    assert {*contract.codes, *(rule.event for rule in contract.table)} == seen


def test_a_registered_key_may_sign_from_now_until_its_certificate_ends(run):
    _, writes = run(PERSON, STATE, REGISTER, certified=certified)

    assert (SigningKey("K", 1000, 5000),) == writes["membership.person/e2"].keys


def test_a_revocation_ends_every_key_now_and_lengthens_none(run):
    state = state_with(PERSON, EVE)
    _, writes = run(PERSON, state, Revoke(by="ALPHA", person="e1"))

    assert [1000, 500] == [key.to_ms for key in writes["membership.person/e1"].keys]


def test_what_would_be_our_bugs():
    moved = replace(ALPHA, certificate="OTHER")
    free = replace(REVOKED, keys=EVE.keys, time_ms=1000)

    assert not organisations.certificate_stays(ALPHA, {"o": moved})
    assert organisations.certificate_stays(None, {"o": moved})
    assert not people.revoked_cannot_sign(EVE, {"p": free})
    assert people.revoked_cannot_sign(EVE, {"p": EVE})


FOUNDER = Founder("ALPHA", "Alpha", ("bank",), "CA", "V")
ONE = FoundingPerson("e1", "ALPHA", ("clerk",), "CERT")
GENESIS = Genesis("toy", 7, 1, "log", (FOUNDER,), (ONE,))


def test_the_founding_writes_network_members_and_people_at_its_own_time():
    records = founding_records(GENESIS, certified)

    assert [NETWORK, "membership.organisation/ALPHA", "membership.person/e1"] == [*records]
    assert {(1, 7)} == {(record.version, record.time_ms) for record in records.values()}
    assert (SigningKey("K", 10, 5000),) == records["membership.person/e1"].keys


def test_the_networks_name_depends_on_the_whole_founding():
    other = replace(GENESIS, quorum=2)

    assert network_id(GENESIS).startswith("toy.")
    assert network_id(GENESIS) != network_id(other)


@pytest.mark.parametrize(
    ("genesis", "reason"),
    [
        (replace(GENESIS, people=(replace(ONE, certificate="X"),)), "not certified"),
        (replace(GENESIS, people=(replace(ONE, organisation="BETA"),)), "not certified"),
        (replace(GENESIS, people=(ONE, ONE)), "stands twice"),
    ],
)
def test_a_founding_that_contradicts_itself_is_refused(genesis, reason):
    with pytest.raises(Malformed, match=reason):
        founding_records(genesis, certified)


@given(st.lists(st.sampled_from([row[2] for row in OUTCOMES if row[0] is PERSON]), max_size=20))
def test_once_revoked_nobody_signs_again(history):
    signers = tuple(Signer(f"{p}1", p, ("admin",)) for p in ("ALPHA", "BETA"))
    state = state_with(PERSON, EVE)
    revoke = Revoke(
        by="ALPHA", person="e1"
    )  # Succeeds if the history has not done it: not vacuous.
    for command in (*history, revoke, *history):
        env = Env(1000, state.get, signers, lambda _: True, certified)
        try:
            state = state | step(PERSON, env, command).writes
        except Refused:
            continue

    eve = state["membership.person/e1"]
    assert eve.status is people.Status.REVOKED
    assert all(key.to_ms <= 1000 for key in eve.keys)
