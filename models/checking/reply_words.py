"""Checking: what is said about where answers go."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# title, detail, and the place where it is changed
REPLY_WORDS = {
    "replies_desk": (_lt("Answers come to the reply desk, over %(address)s"),),
    "replies_on_records": (
        _lt("Answers come to the records that they are about, and to the reply desk"),
        _lt(
            "Your mail server has to pass mail to Odoo, which reads the catch-all "
            "address of your email domain."
        ),
    ),
    "replies_elsewhere": (
        _lt("Answers go to %(address)s"),
        _lt(
            "They come to the reply desk only if Odoo fetches this mailbox. Leave the "
            "reply address blank to have all of them there."
        ),
        "email_from",
    ),
    "replies_to_sender": (
        _lt("Answers go to the sender, not to the reply desk"),
        _lt(
            "%(company)s has no reply address: it needs an email domain, and a name "
            "under Replies in the settings. Until then answers go to %(sender)s."
        ),
        "email_from",
    ),
    "replies_unproven": (
        _lt("No mail has ever reached Odoo"),
        _lt(
            "Answers go to %(address)s. Before you send, have your mail server pass "
            "that address on to Odoo, or set up an incoming mail server, and write a "
            "mail to it."
        ),
    ),
}
