"""The API and the pages of a small network: who is let in, what is refused, what is described."""

import json
import re
from contextlib import ExitStack

import httpx
import jsonschema_rs
import msgspec
import pytest

from quayledger.bootstrap import FounderPerson, Layout, Organisation, found_network, open_network
from quayledger.client.wallet import Wallet
from quayledger.edge.api.app import TABLE
from quayledger.edge.cli.hosting import LOOPBACK, listening_socket, served
from quayledger.edge.site import site
from quayledger.kernel.codec import encode
from quayledger.ledger import intent as intents
from quayledger.ledger.identity.login import Question, answer

PASSPHRASE = b"only for these tests"
PEOPLE = {
    "ALPHA.c1": ("clerk",),
    "ALPHA.d1": ("driver",),
    "ALPHA.a1": ("admin",),
    "BETA.c1": ("clerk",),
    "GAMMA.c1": ("clerk",),
}


class Small:
    """A network of three organisations behind a server on loopback."""

    def __init__(self, folder):
        members = [Organisation(party, party.title()) for party in ("ALPHA", "BETA", "GAMMA")]
        people = [FounderPerson(id, id.split(".")[0], roles) for id, roles in PEOPLE.items()]
        found_network(folder, "small", members, people, PASSPHRASE)
        self.network = open_network(folder, PASSPHRASE)
        self.wallets = {id: Wallet.open(Layout(folder).wallet(id), PASSPHRASE) for id in PEOPLE}
        self.closing = ExitStack()
        app = site(self.network.nodes.values())
        url = self.closing.enter_context(served(app, listening_socket(LOOPBACK, 0)))
        self.http = self.closing.enter_context(httpx.Client(base_url=url))
        self.tokens = {}

    def path(self, person, path):
        return f"/{person.split('.')[0].lower()}/v1/{path}"

    def headers(self, person):
        if person not in self.tokens:
            question = self.http.post(self.path(person, "challenges")).content
            asked = msgspec.json.decode(question, type=Question)
            login = encode(answer(asked, person, self.wallets[person].key))
            session = self.http.post(self.path(person, "sessions"), content=login)
            self.tokens[person] = session.json()["token"]
            self.http.cookies.clear()
        return {"authorization": f"Bearer {self.tokens[person]}"}

    def get(self, person, path):
        return self.http.get(self.path(person, path), headers=self.headers(person))

    def act(self, person, *commands, signer=None):
        body = encode({"commands": [{"by": person.split(".")[0], **c} for c in commands]})
        url, headers = self.path(person, "drafts"), self.headers(person)
        drafted = self.http.post(url, content=body, headers=headers)
        if drafted.status_code != 201:
            return drafted
        draft = msgspec.json.decode(drafted.content, type=intents.Draft)
        signature = self.wallets[signer or person].sign(draft, self.network.ledger.network)
        data = intents.complete(draft, [signature])
        return self.http.post(self.path(person, "intents"), content=data)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    small = Small(tmp_path_factory.mktemp("small"))
    opened = small.act(
        "ALPHA.c1",
        {"type": "consignment.OPEN", "consignment": "c1", "parties": {"buyer": "BETA"}},
    )
    assert 201 == opened.status_code, opened.text
    yield small
    small.closing.close()
    small.network.close()


@pytest.mark.parametrize("route", TABLE, ids=lambda one: f"{one.method} {one.path}")
def test_what_needs_a_session_is_refused_without_one(small, route):
    path = re.sub(r"{\w+}", "x", route.path)
    response = small.http.request(route.method, f"/alpha/v1{path}")

    if route.session:
        assert 401 == response.status_code
        assert "Log in with your key" in response.json()["detail"]
    else:
        assert 401 != response.status_code


def test_a_role_in_a_header_means_nothing(small):
    headers = {"x-role": "admin", "x-user": "ALPHA.c1", "authorization": "Bearer ALPHA.c1"}

    assert 401 == small.http.get("/alpha/v1/me", headers=headers).status_code


def test_a_person_of_another_organisation_cannot_log_in(small):
    question = small.http.post("/alpha/v1/challenges").content
    asked = msgspec.json.decode(question, type=Question)
    login = encode(answer(asked, "BETA.c1", small.wallets["BETA.c1"].key))

    assert 401 == small.http.post("/alpha/v1/sessions", content=login).status_code


def test_a_challenge_is_answered_once(small):
    question = small.http.post("/alpha/v1/challenges").content
    asked = msgspec.json.decode(question, type=Question)
    login = encode(answer(asked, "ALPHA.c1", small.wallets["ALPHA.c1"].key))
    statuses = [small.http.post("/alpha/v1/sessions", content=login).status_code for _ in "12"]
    small.http.cookies.clear()

    assert [201, 401] == statuses


@pytest.mark.parametrize(
    ("person", "status"),
    [("ALPHA.c1", 200), ("BETA.c1", 200), ("GAMMA.c1", 404), ("ALPHA.d1", 404), ("ALPHA.a1", 404)],
)
def test_who_sees_a_consignment(small, person, status):
    for path in ("records/consignment.consignment/c1", "consignments/c1"):
        assert status == small.get(person, path).status_code


@pytest.mark.parametrize("path", ["bundle", "entries/1"])
def test_whole_deliveries_are_for_the_office_and_not_for_a_driver(small, path):
    assert [200, 404] == [small.get(p, path).status_code for p in ("ALPHA.c1", "ALPHA.d1")]


def test_a_driver_finds_and_hears_nothing_of_what_it_may_not_see(small):
    paths = ("search?q=c1", "records/consignment.consignment/c1/acts")

    assert all('"c1"' in small.get("ALPHA.c1", path).text for path in paths)
    assert "[]" == small.get("ALPHA.d1", paths[0]).text
    assert 404 == small.get("ALPHA.d1", paths[1]).status_code
    assert "[]" == small.get("ALPHA.d1", "refusals").text


def test_the_pages_tell_a_driver_no_more_than_the_api(small):
    told = []
    for person in ("ALPHA.c1", "ALPHA.d1"):
        cookie = small.headers(person)["authorization"].partition(" ")[2]
        headers = {"cookie": f"quay-alpha={cookie}"}
        pages = [
            small.http.get(f"/alpha{path}", headers=headers).text
            for path in ("/ledger", "/ledger/1", "/search?q=c1")
        ]
        told.append(["onsignment opened" in page or "/consignments/c1" in page for page in pages])

    assert [[True] * 3, [False] * 3] == told


def test_what_is_not_yours_looks_like_what_is_not_there(small):
    theirs = small.get("GAMMA.c1", "records/consignment.consignment/c1").json()
    absent = small.get("GAMMA.c1", "records/consignment.consignment/c2").json()

    assert absent["status"] == theirs["status"] == 404
    assert absent["detail"] == theirs["detail"].replace("c1", "c2")


def test_a_refusal_is_a_problem_that_names_its_code(small):
    response = small.act("BETA.c1", {"type": "consignment.CLOSE", "consignment": "c1"})
    problem = response.json()

    assert "application/problem+json" == response.headers["content-type"]
    assert (403, "consignment.consignment:2") == (response.status_code, problem["code"])
    assert "/problems/consignment.consignment/not-opener" == problem["type"]


def test_a_signature_by_somebody_else_is_refused_and_noted(small):
    close = {"type": "consignment.CLOSE", "consignment": "c1"}
    response = small.act("ALPHA.c1", close, signer="BETA.c1")
    noted = small.get("ALPHA.c1", "refusals").json()

    assert (403, "intent:8") == (response.status_code, response.json()["code"])
    assert "intent:8" == noted[-1]["code"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"commands":[{"type":"nothing.DO","by":"ALPHA"}]}', "nothing.DO"),
        ('{"commands":[{"type":"consignment.CLOSE","by":"ALPHA","consignment":"x","y":1}]}', "`y`"),
        ('{"commands":', "request body"),
        ('{"commands":[],"more":1}', "more"),
    ],
)
def test_what_is_malformed_is_named(small, body, reason):
    url, headers = small.path("ALPHA.c1", "drafts"), small.headers("ALPHA.c1")
    response = small.http.post(url, content=body, headers=headers)

    assert 400 == response.status_code
    assert reason in response.json()["detail"]


def test_bad_input_changes_nothing(small):
    before = small.network.ledger.checkpoint()
    url, headers = small.path("ALPHA.c1", "imports/edifact-moves"), small.headers("ALPHA.c1")
    response = small.http.post(url, content=b"nonsense", headers=headers)

    assert 400 <= response.status_code < 500
    assert before == small.network.ledger.checkpoint()


def test_what_can_be_done_next_comes_from_the_table(small):
    actions = small.get("ALPHA.c1", "records/consignment.consignment/c1/actions").json()

    assert {"consignment.ADD_PARTY", "consignment.CLOSE"} == {one["command"] for one in actions}


def test_search_finds_by_any_id_and_only_what_is_ours(small):
    assert 1 == len(small.get("ALPHA.c1", "search?q=c1").json())
    assert [] == small.get("GAMMA.c1", "search?q=c1").json()


def test_the_description_names_every_route_and_is_sound(small):
    document = small.http.get("/alpha/v1/openapi.json").json()
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }

    assert {(route.method, f"/v1{route.path}") for route in TABLE} == described
    text = json.dumps(document)
    assert set(re.findall(r"#/components/schemas/([\w.-]+)", text)) <= set(
        document["components"]["schemas"]
    )
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_pages_ask_for_a_log_in_and_say_nothing_before_it(small):
    for path in ("", "consignments/c1", "bills/x", "search?q=c1"):
        response = small.http.get(f"/alpha/{path}")
        assert (303, "/alpha/login") == (response.status_code, response.headers["location"])


def test_only_a_demonstration_lets_a_visitor_be_somebody(small):
    answered = small.http.post("/alpha/login", data={"persona": "ALPHA.c1"})

    assert 200 == answered.status_code
    assert "not a good answer" in answered.text
    assert "Demonstration" not in answered.text


def test_pages_run_no_script_and_load_nothing_from_elsewhere(small):
    page = small.http.get("/alpha/ledger")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert [] == re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text)


def test_the_verify_page_names_the_entry_that_is_bad(small):
    bundle = small.get("ALPHA.c1", "bundle").content
    good = small.http.post("/beta/verify", files={"bundle": ("a.bundle", bundle)})
    marked = bundle.replace(b'"line":"entry","n":1}', b'"line":"entry","n":7}')
    bad = small.http.post("/beta/verify", files={"bundle": ("a.bundle", marked)})

    assert "Sound" in good.text
    assert "Not sound" in bad.text
    assert "entry 7" in bad.text


def test_the_explorer_finds_a_record_by_its_id_and_an_entry_by_its_hash(small):
    token = small.headers("ALPHA.c1")["authorization"].split()[1]
    cookie = {"cookie": f"quay-alpha={token}"}
    entries = small.get("ALPHA.c1", "entries").json()
    record = small.http.get("/alpha/search", params={"q": "c1"}, headers=cookie)
    entry = small.http.get("/alpha/search", params={"q": entries[1]["intent"]}, headers=cookie)

    assert "consignment.consignment" in record.text
    assert "/alpha/ledger/1" in entry.text


def test_a_revoked_person_is_out_at_once(small):
    assert 200 == small.get("ALPHA.d1", "me").status_code
    revoked = small.act("ALPHA.a1", {"type": "membership.REVOKE", "person": "ALPHA.d1"})

    assert 201 == revoked.status_code, revoked.text
    assert 401 == small.get("ALPHA.d1", "me").status_code
