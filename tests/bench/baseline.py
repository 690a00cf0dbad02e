"""The yardstick: what a bare P-256 verification costs on this machine, now."""

import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from quayledger.ledger.identity import x509


def verify_rate(count=2_000):
    """P-256 verifications of a 700-byte message with the key loaded, a CPU-second."""
    private = x509.new_key()
    message = bytes(700)
    signature = private.sign(message, ec.ECDSA(hashes.SHA256()))
    public, algorithm = private.public_key(), ec.ECDSA(hashes.SHA256())
    began = time.process_time()
    for _ in range(count):
        public.verify(signature, message, algorithm)
    return count / (time.process_time() - began)
