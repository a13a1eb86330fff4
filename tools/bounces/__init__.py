"""Tracking: what inbound mail is: a bounce, a complaint, a machine's answer, a person.

:func:`sort` asks an ordered list of small detectors, as flufl.bounce and GNU Mailman
do; the first that knows the mail decides.
"""

from .reasons import classify, status_in
from .result import (
    ANSWERS,
    AUTHENTICATION,
    AUTO_REPLY,
    BLOCK,
    BOUNCES,
    CHALLENGE,
    COMPLAINT,
    CONTENT,
    DELAYED,
    DELIVERED,
    HARD_BOUNCE,
    HUMAN,
    KINDS,
    LEFT_COMPANY,
    MAILBOX_FULL,
    NOTICE,
    OUT_OF_OFFICE,
    READ_RECEIPT,
    SENDERS_FAULT,
    SOFT_BOUNCE,
    SURE_ENOUGH,
    Clues,
    Failure,
    Sorted,
)
from .mail import readable
from .sorting import read_text, sort
