"""Under which names and with which keys checkpoints are signed: the key lies outside the database, always.

A private key is drawn when the data folder is made, or given by the environment (CAPWEB_SEAL_KEY); public keys of
former private keys are given by CAPWEB_SEAL_FORMER_KEYS, so that what they signed can still be verified.
"""

from __future__ import annotations

from base64 import b64decode
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


def origin(insurer_code: str | None, sequence: str) -> str:
    """The name of a sequence in its checkpoints; the books without insurer are the State's."""
    return f"{settings.SEAL_ORIGIN}/{insurer_code or 'state'}/{sequence}"


def private_key() -> Ed25519PrivateKey:
    """The key that signs."""
    return Ed25519PrivateKey.from_private_bytes(b64decode(str(settings.SEAL_KEY)))


def public_keys() -> tuple[Ed25519PublicKey, ...]:
    """The keys whose signatures are taken: the present one first, then the former ones."""
    return _public_keys(str(settings.SEAL_KEY), tuple(settings.SEAL_FORMER_KEYS))


@cache
def _public_keys(present: str, former: tuple[str, ...]) -> tuple[Ed25519PublicKey, ...]:
    # Verifying asks for them once for each checkpoint ever made.
    own = Ed25519PrivateKey.from_private_bytes(b64decode(present)).public_key()
    return (own, *(Ed25519PublicKey.from_public_bytes(b64decode(key)) for key in former))
