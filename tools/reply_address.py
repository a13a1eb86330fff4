"""Response: the address to which answers go, with the delivery's token in it."""

from email.utils import parseaddr
from functools import lru_cache

from . import mime
from .tokens import SIGNED_LENGTH

# RFC 5321 §4.5.3.1 allows a local part of 64 characters; a plus stands between.
LONGEST_NAME = 64 - 1 - SIGNED_LENGTH
_MARK = "0" * SIGNED_LENGTH


class ReplyAddress:
    """The reply alias of a company: ``name+token@domain``."""

    def __init__(self, name: str, domain: str):
        self._name = name
        self._domain = domain

    def of(self, signed: str) -> str:
        """Return the address with a signed token."""
        return f"{self._name}+{signed}@{self._domain}"

    def header(self, sender: str, signed: str) -> bytes:
        """Return the Reply-To line of one mail.

        :param sender: whose name stands before the address.
        """
        before, after = _around(sender, self.of(_MARK))
        return before + signed.encode() + after


@lru_cache(maxsize=64)
def _around(sender: str, address: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the token, which is all that differs."""
    name = parseaddr(mime.clean_header(sender))[0]
    line = mime.address_header("Reply-To", name, address)
    before, _mark, after = line.rpartition(_MARK.encode())
    return before, after
