"""Checking: what findings mean, and where a person does something about them."""

from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from .reply_words import REPLY_WORDS

_lt = LazyTranslate(__name__)

# Where something is changed: a field of the mailing's form, or a method of the mailing
# that returns an action.
BODY, SUBJECT, RECIPIENTS = "body_arch", "subject", "mailing_model_id"
SENDER, FILES, AB_TEST = "email_from", "attachment_ids", "ab_testing_pc"
PREVIEW_TEXT, REPORT = "preview", "attachment_report_id"
LANGUAGES = "translation_ids"
RECIPIENTS_WITHOUT = "action_view_merge_gap"


PLACES = {
    BODY: _lt("Edit the mail"),
    SUBJECT: _lt("Edit the subject"),
    RECIPIENTS: _lt("Change the recipients"),
    SENDER: _lt("Change the sender"),
    FILES: _lt("Change the files"),
    AB_TEST: _lt("Change the test"),
    PREVIEW_TEXT: _lt("Edit the preview text"),
    REPORT: _lt("Change the report"),
    LANGUAGES: _lt("Look at the languages"),
}


class Words(NamedTuple):
    """What is said about a finding; ``where`` names a place to go to."""

    title: object
    detail: object = ""
    where: str = ""


_FOUND = {
    # template
    "template_error": Words(
        _lt("The mail cannot be made"),
        _lt("%(words)s"),
        "action_preview",
    ),
    "some_fail": Words(
        _lt("The mail cannot be made for some recipients"),
        _lt("Of the first %(looked_at)s recipients %(count)s get none. %(words)s"),
        "action_preview",
    ),
    "nobody_fails": Words(
        _lt("Whose name is not known gets no mail"),
        _lt(
            "It cannot be made for a recipient of whom only the address is known. "
            "%(words)s"
        ),
        "action_preview",
    ),
    # recipients
    "no_recipients": Words(
        _lt("There are no recipients"),
        _lt("Choose a list or a filter that somebody is in."),
        RECIPIENTS,
    ),
    "nobody_mailed": Words(
        _lt("Nobody would get this mail"),
        _lt("All %(count)s recipients are left out. Below stands why."),
        RECIPIENTS,
    ),
    "recipients": Words(_lt("%(mailed)s of %(count)s recipients get the mail")),
    "recipients_sample": Words(
        _lt("About %(mailed)s of %(count)s recipients get the mail"),
        _lt("Reckoned from the first %(looked_at)s."),
    ),
    "duplicates": Words(
        _lt("Addresses that occur again: %(count)s"),
        _lt("Each gets the mail once. The others are left out."),
    ),
    "left_out": Words(
        _lt("Recipients who are left out: %(count)s"),
        _lt("Blacklisted, unsubscribed, or without an address that mail can go to."),
    ),
    "many_invalid": Words(
        _lt("%(percent)s % of the recipients have no usable address"),
        _lt(
            "Mails are not sent there, but such a list is often old or bought. Look "
            "where it comes from."
        ),
        RECIPIENTS,
    ),
    "role_addresses": Words(
        _lt("%(percent)s % of the addresses are for a role"),
        _lt(
            "Addresses such as info@ or sales@ are read by several people, who have "
            "not all agreed to get mail. They complain more often."
        ),
        RECIPIENTS,
    ),
    "throwaway_addresses": Words(
        _lt("Throw-away addresses: %(count)s"),
        _lt("They exist for some minutes. Mails to them bounce later."),
        RECIPIENTS,
    ),
    "merge_gap": Words(
        _lt("Recipients who lack “%(name)s”: %(count)s"),
        _lt("%(words)s"),
        RECIPIENTS_WITHOUT,
    ),
    "language_copied": Words(
        _lt("Not translated yet"),
        _lt("In these languages the mail still says what the original says."),
        LANGUAGES,
    ),
    "language_outdated": Words(
        _lt("A translation is older than the mail"),
        _lt(
            "The original was changed afterwards. Look at these languages, and say "
            "that they fit."
        ),
        LANGUAGES,
    ),
    # subject and preview text
    "subject_missing": Words(_lt("There is no subject"), "", SUBJECT),
    "subject_long": Words(
        _lt("The subject is long"),
        _lt("It has %(count)s characters. Telephones show about 40, others about 70."),
        SUBJECT,
    ),
    "subject_capitals": Words(
        _lt("The subject is in capitals"),
        _lt("It looks like shouting, to people and to filters."),
        SUBJECT,
    ),
    "subject_marks": Words(
        _lt("The subject has many exclamation or question marks"),
        _lt("One is enough."),
        SUBJECT,
    ),
    "subject_reply": Words(
        _lt("The subject pretends to be an answer"),
        _lt("“Re:” or “Fwd:” before what is none misleads, which some laws forbid."),
        SUBJECT,
    ),
    "subject": Words(_lt("Subject")),
    "preview_missing": Words(
        _lt("There is no preview text"),
        _lt("Mailboxes show the first words of the mail beside the subject instead."),
        PREVIEW_TEXT,
    ),
    "preview_same": Words(
        _lt("The preview text repeats the subject"), "", PREVIEW_TEXT
    ),
    # links
    "unsubscribe_missing": Words(
        _lt("There is no unsubscribe link"),
        _lt(
            "Mails to lists must have one that people see. Put a link to "
            "/unsubscribe_from_list into the mail, as the footers of the themes have."
        ),
        BODY,
    ),
    "unsubscribe": Words(_lt("Unsubscribe link")),
    "link_empty": Words(
        _lt("Links that lead nowhere: %(count)s"),
        _lt("Give them an address, or take them out."),
        BODY,
    ),
    "link_broken": Words(
        _lt("Misspelled links: %(count)s"),
        _lt("No program can follow them."),
        BODY,
    ),
    "link_local": Words(
        _lt("Links into your own network: %(count)s"),
        _lt("Whoever reads the mail elsewhere does not get there."),
        BODY,
    ),
    "link_example": Words(
        _lt("Links that still lead to a sample page: %(count)s"),
        _lt("Replace the address that came with the template."),
        BODY,
    ),
    "link_anchor": Words(
        _lt("Links to a place that is not in the mail: %(count)s"), "", BODY
    ),
    "link_http": Words(
        _lt("Links without encryption (http:): %(count)s"),
        _lt("Browsers warn of such pages, and filters trust them less. Use https:."),
        BODY,
    ),
    "link_wordless": Words(
        _lt("Links without words: %(count)s"),
        _lt("Without pictures nobody sees them, nor do people who cannot see."),
        BODY,
    ),
    "own_pages_local": Words(
        _lt("Your own pages cannot be reached from outside"),
        _lt(
            "Unsubscribe links and tracked links lead to %(address)s. An administrator "
            "sets the address of this system (web.base.url)."
        ),
    ),
    "own_pages_http": Words(
        _lt("Your own pages are not encrypted (http:)"),
        _lt(
            "Unsubscribe links and tracked links lead to %(address)s. An administrator "
            "sets up https."
        ),
    ),
    "link_gone": Words(
        _lt("Linked pages that answer with an error: %(count)s"),
        _lt("Look at them before your readers do."),
        BODY,
    ),
    "link_silent": Words(
        _lt("Linked pages that do not answer: %(count)s"),
        _lt("Look at them before your readers do."),
        BODY,
    ),
    "link_unasked": Words(
        _lt("Linked pages not looked at in time: %(count)s"),
        _lt("Look again, or open them from the preview."),
        "action_preview",
    ),
    "links_answer": Words(_lt("Linked pages that answer: %(count)s")),
    "links": Words(_lt("Links: %(count)s")),
    # pictures
    "alt_missing": Words(
        _lt("Pictures without alternative text: %(count)s"),
        _lt(
            "It is what people read where pictures are not loaded, and what is read "
            "out to who cannot see."
        ),
        BODY,
    ),
    "alt_empty": Words(
        _lt("Pictures with an empty alternative text: %(count)s"),
        _lt("That is right for decoration only."),
        BODY,
    ),
    "image_heavy": Words(
        _lt("Heavy pictures: %(count)s"),
        _lt("On a telephone the mail stays blank for a while. Make them smaller."),
        BODY,
    ),
    "images_heavy": Words(
        _lt("The pictures are heavy: %(megabytes)s MB together"),
        _lt("On a telephone the mail stays blank for a while. Make them smaller."),
        BODY,
    ),
    "image_broken": Words(_lt("Pictures without an address: %(count)s"), "", BODY),
    "image_local": Words(
        _lt("Pictures in your own network: %(count)s"),
        _lt("Whoever reads the mail elsewhere does not see them."),
        BODY,
    ),
    "image_data": Words(
        _lt("Pictures inside of the text: %(count)s"),
        _lt("Gmail and Outlook do not show them. Upload them instead."),
        BODY,
    ),
    "image_format": Words(
        _lt("Pictures that Outlook does not show: %(count)s"),
        _lt("Use JPEG or PNG."),
        BODY,
    ),
    "images_without_words": Words(
        _lt("The mail is nearly all pictures"),
        _lt(
            "%(words)s words stand beside %(count)s large pictures. Filters distrust "
            "that, and where pictures are not loaded nothing is left."
        ),
        BODY,
    ),
    "images": Words(_lt("Pictures: %(count)s")),
    # size
    "page_clipped": Words(
        _lt("Gmail will cut the mail off"),
        _lt(
            "The page has %(kilobytes)s kB; beyond about %(limit)s kB Gmail hides the "
            "rest, with the unsubscribe link and what counts openings."
        ),
        BODY,
    ),
    "page_large": Words(
        _lt("The mail is nearly too large for Gmail"),
        _lt("The page has %(kilobytes)s kB; Gmail cuts off at about %(limit)s kB."),
        BODY,
    ),
    "page_size": Words(_lt("Size of the page: %(kilobytes)s kB")),
    "mail_too_large": Words(
        _lt("The mail is larger than its mail server takes"),
        _lt(
            "It has %(megabytes)s MB with its files, the server takes %(limit)s MB. "
            "Send links to the files instead."
        ),
        FILES,
    ),
    # words
    "leftover": Words(
        _lt("Something was not filled in"),
        _lt("These words look as if they were to be replaced."),
        BODY,
    ),
    "leftovers": Words(_lt("Everything is filled in")),
    "bare_greeting": Words(
        _lt("Whose name is not known is greeted with “%(words)s”"),
        _lt("Give the merge field a text to fall back on, such as “reader”."),
        BODY,
    ),
    "wording": Words(
        _lt("Some words are typical of spam"),
        _lt(
            "None of them is wrong by itself, but together they weigh %(score)s; from "
            "6 on you are asked."
        ),
        BODY,
    ),
    "wording_fine": Words(_lt("Wording")),
    # files
    "file_empty": Words(_lt("The file “%(name)s” is empty"), "", FILES),
    "file_name": Words(
        _lt("The file name “%(name)s” hides its ending"),
        _lt("It holds signs that turn the writing direction. Rename it."),
        FILES,
    ),
    "file_dangerous": Words(
        _lt("“%(name)s” will be refused"),
        _lt(
            "Mailbox providers take no files that end in %(kind)s, because they can "
            "harm a computer. Send a link, or another format."
        ),
        FILES,
    ),
    "file_program": Words(
        _lt("“%(name)s” will be refused"),
        _lt("It is a program, whatever it is called."),
        FILES,
    ),
    "file_archive": Words(
        _lt("“%(name)s” will be refused"),
        _lt("Mailbox providers look into archives; “%(inner)s” in it can do harm."),
        FILES,
    ),
    "files": Words(_lt("Files: %(count)s (%(size)s)")),
    "files_linked": Words(
        _lt("The files are sent as links"),
        _lt("Together they are too large to be attached (%(size)s)."),
        FILES,
    ),
    "report_engine": Words(
        _lt("No PDF can be made on this server"),
        _lt(
            "The report “%(report)s” needs the program wkhtmltopdf, which an "
            "administrator installs."
        ),
        REPORT,
    ),
    "report_missing": Words(
        _lt("Recipients without “%(name)s”: %(count)s"),
        _lt("They would not get the mail, because there is nothing to attach."),
        REPORT,
    ),
    "report_error": Words(
        _lt("The report cannot be made"), _lt("%(words)s"), "action_preview"
    ),
    "report_slow": Words(
        _lt("The reports take a while"),
        _lt("One took %(seconds)s seconds, so all of them take about %(time)s."),
        REPORT,
    ),
    # way out
    "no_account": Words(
        _lt("No sending account takes this mailing"),
        _lt("%(words)s"),
        "action_view_sending_accounts",
    ),
    "sender_replaced": Words(
        _lt("Recipients would see another sender"), _lt("%(words)s"), SENDER
    ),
    "sender": Words(_lt("Sender")),
    "authentication_unknown": Words(
        _lt("SPF, DKIM and DMARC of %(domain)s are not known"),
        _lt(
            "Large mailbox providers ask for all three. Whoever runs the domain can "
            "tell."
        ),
    ),
    # A/B test
    "ab_alone": Words(
        _lt("The A/B test has one version only"),
        _lt("Make an alternative version, or switch the test off."),
        AB_TEST,
    ),
    "ab_too_much": Words(
        _lt("The versions of the A/B test take %(percent)s % together"),
        _lt("The last ones get fewer recipients, and nobody is left for the winner."),
        AB_TEST,
    ),
    "ab_small": Words(
        _lt("The A/B test is small"),
        _lt(
            "%(count)s recipients get this version. With fewer than %(least)s, chance "
            "decides which one wins."
        ),
        AB_TEST,
    ),
    "ab_test": Words(_lt("A/B test: %(count)s recipients get this version")),
    # time
    "finish": Words(_lt("Sent by about %(when)s"), _lt("That is in %(time)s.")),
    "finish_limits": Words(
        _lt("Sent by about %(when)s"),
        _lt("That is in %(time)s: limits of the sending accounts decide."),
    ),
    "finish_unknown": Words(
        _lt("How long sending takes is not known yet"),
        _lt("No limit holds it up. The first large mailing shows how fast it goes."),
    ),
    "finish_long": Words(
        _lt("Sending takes %(time)s"),
        _lt(
            "Limits of the sending accounts let the last mail leave at about %(when)s."
        ),
        "action_view_sending_accounts",
    ),
    "window": Words(
        _lt("Mails leave in the hours of “%(name)s” only"),
        _lt("Whoever has night waits until then."),
    ),
    **{code: Words(*words) for code, words in REPLY_WORDS.items()},
}


def words_of(env, finding):
    """Return title, detail and place of a finding, in the user's language."""
    words = _FOUND[finding.code]
    values = finding.values

    def say(text):
        return _fill(env._(text), values) if text else ""

    return say(words.title), say(words.detail), words.where


def _fill(text, values):
    """Put values into a text, which may hold a percent sign of its own."""
    for name, value in values.items():
        text = text.replace(f"%({name})s", str(value))
    return text
