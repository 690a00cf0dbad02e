"""Sealed documents: what a reader gets, what nobody else can get, and what the log of looks says."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64, sha256
from quayledger.vault import sealing
from quayledger.vault.documents import Vault

FIELDS = {"grossMass": 12000.5, "seller": "Shunde Home", "lines": [1, {"a": None}]}


@pytest.fixture
def seller(tmp_path):
    vault = Vault(tmp_path / "seller.sqlite", X25519PrivateKey.generate())
    yield vault
    vault.close()


@pytest.fixture
def bank(tmp_path):
    key = X25519PrivateKey.generate()
    vault = Vault(tmp_path / "bank.sqlite", key)
    vault.public = sealing.public_vault_key(key)
    yield vault
    vault.close()


def sent(seller, bank, document):
    seller.keep("d1", document)
    return seller.send("d1", "BANK", bank.public, "presentation", 1000)


def test_a_granted_reader_opens_what_the_ledger_commits_to(seller, bank):
    document = sealing.disclose("invoice", FIELDS)
    bank.receive("d1", sent(seller, bank, document), document.commitment())

    assert FIELDS == bank.open("d1", "BANK.u1", "examination", 2000).fields()


def test_another_document_under_the_same_id_is_refused_and_not_kept(seller, bank):
    other = sealing.disclose("invoice", FIELDS)
    sealed = sent(seller, bank, sealing.disclose("invoice", FIELDS))

    with pytest.raises(Malformed, match="commits to"):
        bank.receive("d1", sealed, other.commitment())
    assert not bank.holds("d1")


def test_a_key_sealed_to_one_vault_does_not_open_in_another(seller, bank, tmp_path):
    document = sealing.disclose("invoice", FIELDS)
    sealed = sent(seller, bank, document)
    thief = Vault(tmp_path / "thief.sqlite", X25519PrivateKey.generate())

    with pytest.raises(Malformed, match="not sealed to this vault"):
        thief.receive("d1", sealed, document.commitment())
    thief.close()


def test_a_changed_ciphertext_is_refused(seller, bank):
    document = sealing.disclose("invoice", FIELDS)
    sealed = sent(seller, bank, document)
    changed = sealing.Sealed(sealed.ciphertext[:-1] + b"\x00", sealed.wrapped)

    with pytest.raises(Malformed, match="do not fit"):
        bank.receive("d1", changed, document.commitment())


def test_equal_fields_give_unlike_commitments_so_nobody_can_guess_them():
    one, other = (sealing.disclose("invoice", FIELDS) for _ in range(2))

    assert one.commitment() != other.commitment()
    assert not {*one.disclosures} & {*other.disclosures}


def test_every_look_is_in_the_log_also_one_that_found_nothing(seller, bank):
    sent(seller, bank, sealing.disclose("invoice", FIELDS))
    seller.open("d1", "SELLER.u1", "check", 1500)
    seller.open("d2", "SELLER.u1", "curiosity", 1600)

    assert [("BANK", True), ("SELLER.u1", True)] == [
        (look.who, look.granted) for look in seller.looks("d1")
    ]
    assert [False] == [look.granted for look in seller.looks("d2")]


def test_no_field_lies_in_clear_on_disk(seller, tmp_path):
    seller.keep("d1", sealing.disclose("invoice", FIELDS))
    seller.close()

    for file in tmp_path.glob("seller.sqlite*"):
        assert b"Shunde" not in file.read_bytes()


def test_the_digest_of_the_sd_jwt_standards_own_example():
    # RFC 9901 section 4.2.3: the disclosure of family_name and its digest.
    disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"

    assert ("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius") == sealing.read_disclosure(
        disclosure
    )
    assert "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0" == sealing.disclosure_digest(disclosure)


def test_the_kept_hash_is_that_of_the_ciphertext_that_travels(seller, bank):
    kept = seller.keep("d1", sealing.disclose("invoice", FIELDS))
    sealed = seller.send("d1", "BANK", bank.public, "presentation", 1)

    assert kept == b64(sha256(sealed.ciphertext))
