"""Hygiene: what kinds of findings there are, and what they mean, in words."""

from odoo.tools.translate import LazyTranslate

from ...tools import hygiene

_lt = LazyTranslate(__name__)

# In the order in which they are shown: what harms most stands first.
KINDS = [
    (hygiene.TRAP, "Likely trap"),
    (hygiene.INVALID, "Invalid address"),
    (hygiene.TYPO, "Mistyped domain"),
    (hygiene.NO_MAIL, "Domain without mail"),
    (hygiene.BOUNCED, "Hard bounce"),
    (hygiene.DISPOSABLE, "Throw-away address"),
    (hygiene.BLOCKED, "Not mailed any more"),
    (hygiene.QUIET, "Never engaged"),
    (hygiene.ROLE, "Address of a task"),
    (hygiene.DUPLICATE, "Duplicate"),
    (hygiene.LEFT, "Has left another list"),
]
MEANINGS = {
    hygiene.TRAP: _lt(
        "Never a sign of a person, on the list for long, and a mistyped or task's "
        "address or no name. Block lists keep such addresses to catch careless "
        "senders; nobody can be sure which they are."
    ),
    hygiene.INVALID: _lt("No mail can be addressed to what is written there."),
    hygiene.TYPO: _lt("Very likely a slip of a big provider's domain."),
    hygiene.NO_MAIL: _lt("The domain has no mail server, so every mail comes back."),
    hygiene.BOUNCED: _lt("A mail server said that the address does not exist."),
    hygiene.DISPOSABLE: _lt("The mailbox vanishes after minutes or days."),
    hygiene.BLOCKED: _lt(
        "On the blacklist, suppressed or unsubscribed: mailings leave them out already."
    ),
    hygiene.QUIET: _lt("Got many mails, and no person did anything with them lately."),
    hygiene.ROLE: _lt("Such as info@ or sales@: several people read it, or nobody."),
    hygiene.DUPLICATE: _lt("Another contact has the same address."),
    hygiene.LEFT: _lt("They may want to hear less of you."),
}
SIGNS = {
    hygiene.QUIET: _lt("no sign of a person ever"),
    hygiene.OLD: _lt("on the list for long"),
    hygiene.TYPO: _lt("mistyped domain"),
    hygiene.ROLE: _lt("address of a task"),
    hygiene.NO_NAME: _lt("no name known"),
    "blacklist": _lt("on the blacklist"),
    "suppressed": _lt("suppressed"),
    "opted_out": _lt("unsubscribed"),
}
