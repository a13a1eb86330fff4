"""Tracking: opaque signed tokens, the only thing about a recipient in a link.

A delivery has a random token of 32 hexadecimal digits (122 random bits). In a link, a
return path or a reply address it is followed by 16 digits of a signature that also
covers the *purpose*, so that the address of a pixel cannot be turned into an
unsubscribe link.
Lower-case hexadecimal survives every system on the way, including mail servers that
fold the case of a local part.

One HMAC-SHA-512 of the token holds the signatures for all purposes, each at a place of
its own: whoever knows one of them knows nothing about the others, and a mail needs only
one computation.
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
REPLY = "reply"
SIGN_UP = "sign-up"  # of a mailing list, not a delivery
JOIN = "join"  # of who has signed up
# In the order of their places in the HMAC, which hold for ever: append, never reorder.
PURPOSES = (OPEN, CLICK, UNSUBSCRIBE, VIEW, RETURN_PATH, REPLY, SIGN_UP, JOIN)

_ANONYMOUS = 0xA << 60  # the first digit after the zeros

_SIGNED = re.compile(f"[0-9a-f]{{{SIGNED_LENGTH}}}")


def derive_key(secret: str) -> bytes:
    """Return the key that signs tokens, from the secret of a database.

    As Odoo's own ``hmac()`` makes keys, so that it can be made without an environment.
    """
    message = repr(("campaign_desk-delivery", "key"))
    return hmac.digest(secret.encode(), message.encode(), hashlib.sha256)


def sign(key: bytes, purpose: str, token: str) -> str:
    """Return ``token`` with its signature for ``purpose``."""
    return sign_all(key, token)[purpose]


def sign_all(key: bytes, token: str) -> dict[str, str]:
    """Return ``token`` with its signature for each purpose."""
    digits = hmac.digest(key, token.encode(), "sha512").hex()
    places = range(0, len(digits), SIGNATURE_LENGTH)
    return {
        purpose: token + digits[place : place + SIGNATURE_LENGTH]
        for purpose, place in zip(PURPOSES, places, strict=False)
    }


def neutral(number: int) -> str:
    """Return the token of no delivery, for copies of the mails of mailing ``number``.

    No delivery has such a token: half of it are zeros, and theirs are UUIDs.
    """
    return f"{number:0{TOKEN_LENGTH}x}"


def anonymous(number: int) -> str:
    """Return the token that all recipients of mailing ``number`` share.

    What is counted by it is counted for the mailing and for nobody.
    """
    return f"{number + _ANONYMOUS:0{TOKEN_LENGTH}x}"


def neutral_number(token: str) -> int | None:
    """Return the number in a token of no delivery, None for a delivery's.

    :func:`is_anonymous` tells what it is counted for.
    """
    is_neutral = token.startswith("0" * (TOKEN_LENGTH // 2))
    return int(token, 16) % _ANONYMOUS if is_neutral else None


def is_anonymous(token: str) -> bool:
    """Return whether a token was made by :func:`anonymous`."""
    return token.startswith("0" * (TOKEN_LENGTH // 2) + "a")


def verify(key: bytes, purpose: str, signed: object) -> str | None:
    """Return the token in ``signed``, or None when it was not signed for this.

    The signature is compared in constant time. ``signed`` comes from outside and may
    be anything.
    """
    if not isinstance(signed, str) or not _SIGNED.fullmatch(signed):
        return None
    token = signed[:TOKEN_LENGTH]
    return token if hmac.compare_digest(signed, sign(key, purpose, token)) else None
