"""Response: the names of what a reply can be, and how other systems call it.

Four independent axes: *kind* (who or what wrote), *intents* (several may hold),
*sentiment* and *topics*. The eleven groups are the coarse view of kind and intents;
each name belongs to at most one group, so that nothing is lost on the way there.
"""

from .. import bounces
from ..bounces import AUTO_REPLY, CHALLENGE, HUMAN, LEFT_COMPANY, OUT_OF_OFFICE

# Who or what wrote; :mod:`..bounces` sorts the mails.
KINDS = bounces.KINDS

INTENTS = (
    "meeting_request",
    "interested",
    "information_request",
    "question",
    "pricing_request",
    "document_request",
    "objection_timing",
    "objection_budget",
    "objection_has_solution",
    "objection_other",
    "not_interested",
    "referral",
    "wrong_person",
    "unsubscribe",
    "complaint",
    "thanks",
    "other",
)

SENTIMENTS = ("negative", "neutral", "positive")

# What is asked for, in its four flavours.
QUESTIONS = (
    "pricing_request",
    "document_request",
    "information_request",
    "question",
)

# The coarse view: a group's name by the names that belong to it. What is missing here
# (thanks, other, the objections that are no refusal) has no group.
GROUP_OF = {
    "interested": "interested",
    "not_interested": "not_interested",
    "question": "question",
    "information_request": "question",
    "pricing_request": "question",
    "document_request": "question",
    "meeting_request": "meeting",
    "objection_timing": "later",
    "wrong_person": "wrong_person",
    "referral": "wrong_person",
    "unsubscribe": "unsubscribe",
    "complaint": "complaint",
}
GROUPS_OF_KIND = {
    HUMAN: (),
    OUT_OF_OFFICE: ("out_of_office",),
    LEFT_COMPANY: ("auto_reply", "wrong_person"),
    CHALLENGE: ("auto_reply",),
    AUTO_REPLY: ("auto_reply",),
    bounces.READ_RECEIPT: ("auto_reply",),
    bounces.DELIVERED: ("auto_reply",),
    bounces.NOTICE: ("auto_reply",),
    bounces.COMPLAINT: ("complaint",),
    bounces.DELAYED: ("bounce",),
    **dict.fromkeys(bounces.BOUNCES, ("bounce",)),
}
GROUPS = (
    "interested",
    "not_interested",
    "question",
    "meeting",
    "later",
    "out_of_office",
    "wrong_person",
    "unsubscribe",
    "complaint",
    "auto_reply",
    "bounce",
)

# The same reply in the words of other systems, so that reports can be compared and
# histories moved. Each has one label a reply: the first that holds, in this order.
OTHER_SYSTEMS: dict[str, tuple[tuple[str, str], ...]] = {
    "outreach": (
        ("out_of_office", "override:out_of_office"),
        ("unsubscribe", "unsubscribe"),
        ("meeting_request", "positive_willing_to_meet"),
        ("referral", "referral_specific_contacts"),
        ("wrong_person", "objection_not_right_person"),
        ("left_company", "objection_not_right_person"),
        ("objection_has_solution", "objection_already_has_solution"),
        ("objection_budget", "objection_financial"),
        ("objection_timing", "objection_bad_timing"),
        ("objection_other", "objection_other_reasons"),
        ("not_interested", "objection_no_reason"),
        ("information_request", "positive_need_information"),
        ("pricing_request", "positive_need_information"),
        ("document_request", "positive_need_information"),
        ("question", "positive_need_information"),
        ("interested", "positive_misc_reasons"),
        ("", "other_intents"),
    ),
    "apollo": (
        ("out_of_office", "out_of_office"),
        ("unsubscribe", "unsubscribe"),
        ("left_company", "already_left_company_or_not_right_person"),
        ("referral", "person_referral"),
        ("wrong_person", "already_left_company_or_not_right_person"),
        ("meeting_request", "willing_to_meet"),
        ("not_interested", "not_interested"),
        ("information_request", "follow_up_question"),
        ("pricing_request", "follow_up_question"),
        ("document_request", "follow_up_question"),
        ("question", "follow_up_question"),
        ("interested", "willing_to_meet"),
        ("", "none_of_the_above"),
    ),
    "smartlead": (
        ("bounce", "Sender Originated Bounce"),
        ("out_of_office", "Out Of Office"),
        ("unsubscribe", "Do Not Contact"),
        ("meeting_request", "Meeting Request"),
        ("wrong_person", "Wrong Person"),
        ("referral", "Wrong Person"),
        ("left_company", "Wrong Person"),
        ("not_interested", "Not Interested"),
        ("information_request", "Information Request"),
        ("pricing_request", "Information Request"),
        ("document_request", "Information Request"),
        ("question", "Information Request"),
        ("interested", "Interested"),
        ("", "Uncategorizable by Ai"),
    ),
    # lt_interest_status
    "instantly": (
        ("out_of_office", "0"),
        ("left_company", "-2"),
        ("wrong_person", "-2"),
        ("referral", "-2"),
        ("unsubscribe", "-1"),
        ("not_interested", "-1"),
        ("meeting_request", "1"),
        ("interested", "1"),
        ("", ""),
    ),
}


def groups(kind: str, intents: list[str]) -> list[str]:
    """Return the groups of a reply, in their usual order."""
    found = set(GROUPS_OF_KIND.get(kind, ()))
    found.update(GROUP_OF[intent] for intent in intents if intent in GROUP_OF)
    return [group for group in GROUPS if group in found]


def label_in(system: str, kind: str, intents: list[str]) -> str:
    """Return what another system would call a reply."""
    names = {kind, *GROUPS_OF_KIND.get(kind, ()), *intents}
    return next(
        label for name, label in OTHER_SYSTEMS[system] if not name or name in names
    )
