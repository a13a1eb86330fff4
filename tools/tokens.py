"""Tracking: opaque signed tokens, the only thing about a recipient in a link.

A delivery has a random token of 32 hexadecimal digits (122 random bits). In a link
or a return path it is followed by 16 digits of a signature that also covers the
*purpose*, so that the address of a pixel cannot be turned into an unsubscribe link.
Lower-case hexadecimal survives every system on the way, including mail servers that
fold the case of a local part.
"""

import hashlib
import hmac
import re

TOKEN_LENGTH = 32
SIGNATURE_LENGTH = 16
SIGNED_LENGTH = TOKEN_LENGTH + SIGNATURE_LENGTH

OPEN = "open"
CLICK = "click"
UNSUBSCRIBE = "unsubscribe"
VIEW = "view"
RETURN_PATH = "return-path"

_SIGNED = re.compile(f"[0-9a-f]{{{SIGNED_LENGTH}}}")


def sign(key: bytes, purpose: str, token: str) -> str:
    """Return ``token`` with its signature for ``purpose``."""
    return token + _signature(key, purpose, token)


def verify(key: bytes, purpose: str, signed: object) -> str | None:
    """Return the token in ``signed``, or None when it was not signed for this.

    The signature is compared in constant time. ``signed`` comes from outside and may
    be anything.
    """
    if not isinstance(signed, str) or not _SIGNED.fullmatch(signed):
        return None
    token, signature = signed[:TOKEN_LENGTH], signed[TOKEN_LENGTH:]
    if hmac.compare_digest(signature, _signature(key, purpose, token)):
        return token
    return None


def _signature(key: bytes, purpose: str, token: str) -> str:
    digest = hmac.digest(key, f"{purpose}:{token}".encode(), hashlib.sha256)
    return digest[: SIGNATURE_LENGTH // 2].hex()
