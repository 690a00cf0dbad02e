"""Certificates: an organisation's own CA, the people and devices it vouches for, and the check.

The layout follows Fabric's MSP: P-256, the organisation as O, the kind of identity as OU (NodeOUs).
A person's common name is a pseudonym; who it is stays with the organisation.
"""

import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from quayledger.kernel import Certified, Malformed, Party
from quayledger.kernel.codec import b64, unb64

VALID_DAYS: Final = 825
"""Longest life of a person's certificate; CAs live ten times as long."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def spki(key: ec.EllipticCurvePublicKey) -> str:
    """SubjectPublicKeyInfo in base64url."""
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return b64(key.public_bytes(encoding, form))


def authority_certificate(
    party: Party, key: ec.EllipticCurvePrivateKey, now_ms: int
) -> x509.Certificate:
    """The self-signed certificate of an organisation's CA."""
    name = _name(party, "ca", f"ca.{party}")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = _builder(name, name, key.public_key(), now_ms, VALID_DAYS * 10)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def person_certificate(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    pseudonym: str,
    key: ec.EllipticCurvePublicKey,
    now_ms: int,
) -> x509.Certificate:
    """An organisation's certificate for one of its people or devices."""
    party = str(authority.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)
    name = _name(party, "client", pseudonym)
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = _builder(name, authority.subject, key, now_ms, VALID_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    return builder.add_extension(usage, critical=True).sign(authority_key, hashes.SHA256())


def der(certificate: x509.Certificate) -> str:
    """A certificate's DER in base64url."""
    return b64(certificate.public_bytes(serialization.Encoding.DER))


@lru_cache(maxsize=4096)
def certified(authority: str, certificate: str) -> Certified | None:
    """What the authority's certificate vouches for, None if the certificate is not the authority's.

    A pure function of the two certificates (DER, base64url). Only P-256 keys are accepted, and
    the issuer must be a CA with that very name and key (RFC 5280 section 6.1, one step).
    """
    try:
        issuer = x509.load_der_x509_certificate(unb64(authority, "certificate"))
        subject = x509.load_der_x509_certificate(unb64(certificate, "certificate"))
        subject.verify_directly_issued_by(issuer)
        is_authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        key = subject.public_key()
    except (Malformed, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return None
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        return None
    if not is_authority or not isinstance(key, ec.EllipticCurvePublicKey):
        return None
    if not isinstance(key.curve, ec.SECP256R1):
        return None
    begin, end = subject.not_valid_before_utc, subject.not_valid_after_utc
    return Certified(spki(key), _to_ms(begin), _to_ms(end))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now_ms: int,
    days: int,
) -> x509.CertificateBuilder:
    begin = datetime.datetime.fromtimestamp(now_ms // 1000, datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
    )


def _name(party: Party, unit: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, party),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _to_ms(moment: datetime.datetime) -> int:
    return int(moment.timestamp()) * 1000
