"""Campaign: a mail in one language, compiled for all its recipients."""

import re

from lxml import etree, html
from markupsafe import Markup, escape

from .inline_text import InlineText
from .ir_qweb import CompiledTemplate
from .plain_text_part import PlainTextPart


class MailVersion:
    """What a mail says in one language.

    Its body is a compiled template, which puts out texts that are the same for all
    recipients, ``constants``, and values.

    :param content: the mailing, or its translation.
    :param source: its body in HTML, from :func:`body_source`.
    :param links: the mailing's :class:`.MailingLinks`.
    :param quoted: the :class:`~campaign_desk.tools.mime.QuotedPrintable` of its mails.
    :param qweb: the ``ir.qweb`` that renders it.
    :raise MergeFieldError: there is a merge field that its author may not use.
    """

    def __init__(self, content, source, links, quoted, qweb):
        rules = content._merge_rules()
        root = html.fragment_fromstring(source, create_parent="t")
        rules.write_body(root)
        links.shorten(root)
        _escape_texts(root)
        self.body = CompiledTemplate(qweb._compile(root))
        self.constants = self.body.constants()
        quoted.remember(self.constants)
        self.text = PlainTextPart(quoted, self.constants)
        self.subject = InlineText(rules.line(content.subject), content._merge_model())


def body_source(mailing, content, files, base_url, pages):
    """Return the body of a mail with its hidden preview text, all links absolute.

    :param files: the mailing's :class:`.MailingFiles`.
    :param pages: the recipient's own address for each page of Odoo's, by its name.
    """
    body = files.append_links(content.body_html or Markup())
    source = mailing._prepend_preview(body, content.preview)
    source = str(mailing._replace_local_links(source or Markup(), base_url))
    for page, address in pages.items():
        own = re.escape(f"{base_url}/{page}")
        source = re.sub(rf"{own}(?=[\"'#?\s<]|$)", address, source)
    return source


def _escape_texts(root):
    """Escape the constant texts, which QWeb puts out as they stand."""
    for element in root.iter(etree.Element):
        if element.tag not in ("style", "script") and element.text:
            element.text = str(escape(element.text))
        for child in element:
            if child.tail:
                child.tail = str(escape(child.tail))
