"""Tracking: why a mail was refused, by a server's own words and codes.

Words come before codes: many servers answer ``5.7.1`` to whatever they do not like,
and some ``5.1.1``. The words are looked for in the order of the table; what a row says
about is refused *because of that*, so that whoever is blocked is not taken for
somebody who does not exist. Only then the enhanced status code speaks (RFC 3463,
RFC 7372, RFC 7505 and what large providers made up), and the plain one last.
"""

import re
from dataclasses import dataclass

from .phrases import any_of, fold
from .result import (
    AUTHENTICATION,
    BLOCK,
    CONTENT,
    HARD_BOUNCE,
    MAILBOX_FULL,
    SOFT_BOUNCE,
)

_LONGEST = 4000
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-:#<,;)]|$)")


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of bounce, and what told it: the name of a row, or the code."""

    kind: str
    rule: str


def _row(kind: str, rule: str, patterns: str) -> tuple[Reason, re.Pattern[str]]:
    return Reason(kind, rule), any_of(patterns)


# In folded words, see phrases.any_of().
_WORDS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    _row(
        SOFT_BOUNCE,
        "greylisted",
        r"""
            gr[ea]y-?list
            postgrey
        """,
    ),
    _row(
        AUTHENTICATION,
        "sender_address",
        r"""
            sender (address |domain |e-?mail )?(\S+ )?(rejected|verif|must (exist|resolve)|does(n't| not) (exist|resolve)|not found|unknown|invalid)
            [45]\.1\.[78]\b.{0,80}(sender|domain)
            domain of sender
        """,  # noqa: E501
    ),
    _row(
        AUTHENTICATION,
        "authentication",
        r"""
            5\.7\.(2[0-7]|29|509|515)\b
            unauthenticated (e-?mail|sender|message)
            (spf|dkim|dmarc|sender ?id|arc)\b.{0,60}\b(fail|not pass|did not|does not|invalid|reject|missing|required|policy|unauthori[sz]ed|not authori[sz]ed|violat|not aligned|mismatch|hardfail|softfail)
            (fail|failed|failing|fails|violat\w+|not pass\w*|does ?n[o']t pass|due to)\b.{0,60}\b(spf|dkim|dmarc|sender policy framework)\b
            (required|necessary) (level of )?authentication( level)?
            (reverse dns|rdns|ptr record|reverse (host)?name|reverse lookup)
            (cannot|can't|could not) find your (reverse )?hostname
            fix (reverse )?dns for
            anti-?spoofing
            sender (address )?(is )?(not authenticated|spoofed|forged)
            not (allowed|authori[sz]ed|permitted) to send (mail )?(from|for|as) (the )?(domain|this domain|\S+@)
        """,  # noqa: E501
    ),
    _row(
        MAILBOX_FULL,
        "mailbox_full",
        r"""
            [245]\.2\.2\b
            (mailbox|mail box|inbox|mailfolder|mail folder|account|user|recipient)('s)? (\S+ ){0,5}(is |was |has been )?(full|over ?(its |the |his )?(disk |mail )?quota|exceeded|out of (storage|space))
            (over|exceeded?s?|exceeding|beyond|above|reached|hit) (\S+ ){0,4}(storage |disk |mail(box)? |space )?(quota|storage limit|allocation)
            (quota|storage|mailbox size|mailbox limit) (\S+ ){0,4}(exceed|reached|full|violation)
            over ?quota\b
            overquota\b
            quota (is )?full\b
            (insufficient|not enough) (disk |mailbox |mail )?(space|storage)( in| on| for| is|$)?(?! ?(on the )?system)
            (mailbox|maildir) .{0,30}(size|storage) limit
            mailbox exceeds (\S+ )?size
            mailbox[ _]?full\b
            full mailbox\b
            mbox full\b
            (too much|excess\w*) (mail|messages) (in|stored)
            postfach (\S+ ){0,3}(voll|uberfullt|uberlastet)
            speicherplatz
            boite (aux lettres |de reception |mail )?(\S+ ){0,3}pleine
            quota (\S+ ){0,2}depasse
            buzon (\S+ ){0,4}lleno
            bandeja (\S+ ){0,3}llena
            cuota (\S+ ){0,3}excedid
            casella (\S+ ){0,4}piena
            spazio (\S+ ){0,3}esaurito
            (mailbox|postvak) (\S+ ){0,3}vol\b
            caixa (\S+ ){0,5}(cheia|lotada)
            skrzynka (\S+ ){0,4}(pelna|przepelniona)
            postladan ar full
            postkassen er fuld
            переполнен
            \w*容量
        """,  # noqa: E501
    ),
    _row(
        HARD_BOUNCE,
        "unknown_user",
        r"""
            (user|mailbox|recipient|address|account|rcpt|addressee|alias|e-?mail) (\S+ ){0,6}?(unknown|not found|not known|no longer (exists|available|valid|active|here|on server)|does ?n[o']t exist|not exist|doesn't have an?|invalid|not listed|not recognized|was ?n[o']t found|could ?n[o']t be found|couldn't be found|can ?not be found|isn't valid|not valid|undeliverable)
            (unknown|no such|invalid|non-?exist\w+|inexistent|bad destination|undefined|nonexistent) (\S+ ){0,3}?(user(id)?|mailbox|recipient|address|account|rcpt|addressee|alias|e-?mail|local[ -]part|person|name)
            (no|not a|is not|isn't|there is no) (\S+ ){0,3}?(mailbox|user|account|such person|valid (user|mailbox|recipient|address|account)) (here|by that name|with that|named|found|for|on this|\S+@)
            not (our|a local) customer
            no mailbox (here|by)
            not a valid (mailbox|user|recipient|address)
            user(name)? .{0,60}not (listed|found) in
            (recipnotfound|recipientnotfound|nosuchuser|user_unknown|user ?unknown|userunknown)
            unrout(e)?able address
            unrouteable
            all relevant mx records point to non-existent hosts
            5\.1\.10\b
            null mx
            (doesn't|does not|didn't|do not|don't) (\S+ ){0,3}(have|recogni[sz]e) (\S+ ){0,4}(account|recipient|user|mailbox|address)
            that you tried to reach does not exist
            address couldn't be found
            no longer on server
            mailbox unavailable\b(?!.*(c=(bl|hi|hc|r\w*)\b|block|spam|policy|list))
            (benutzer|empfanger|adresse|postfach|adressat)(\S+| )(\S+ ){0,6}(unbekannt|nicht bekannt|existiert nicht|nicht gefunden|nicht vorhanden|existiert auf)
            wurde (\S+ ){0,6}nicht gefunden
            konnte nicht gefunden werden
            (adresse|destinataire|utilisateur|boite)(\S+| )(\S+ ){0,8}(invalide|inconnue?|introuvable|n'existe pas|n'a pas ete trouve)
            (usuario|destinatario|direccion|cuenta|buzon)(\S+| )(\S+ ){0,8}(desconocid[oa]|no existe|no encontrad[oa]|no se (ha )?encontr|inexistente|invalid[oa])
            (utente|destinatario|indirizzo|casella)(\S+| )(\S+ ){0,8}(sconosciut[oa]|non esiste|inesistente|non (e stato )?trovat[oa]|non valid[oa])
            (gebruiker|geadresseerde|adres|e-mailadres)(\S+| )(\S+ ){0,8}(onbekend|bestaat niet|niet gevonden)
            (usuario|destinatario|endereco|conta|caixa)(\S+| )(\S+ ){0,8}(desconhecid[oa]|nao existe|nao (foi )?encontrad[oa]|invalid[oa])
            (uzytkownik|adresat|odbiorca|adres|skrzynk\w+)(\S+| )(\S+ ){0,8}(nieznany|nie istnieje|nie zostal znaleziony)
            (anvandare\w*|mottagare\w*|adress\w*|modtager\w*|bruger\w*)(\S+| )(\S+ ){0,8}(okand|finns inte|hittades inte|findes ikke|ukendt|blev ikke fundet)
            user (\S+ )?not (listed|found)
            (не на[йи]ден|не существует|user not found)
            \w*(存在しない|見つかりません|不存在)
        """,  # noqa: E501
    ),
    _row(
        HARD_BOUNCE,
        "disabled_account",
        r"""
            (user|mailbox|account|recipient|address)(\S+| )(\S+ ){0,6}?(disabled|inactive|deactivated|discontinued|suspended|closed|expired|frozen|terminated|not active|locked|blocked due to inactivity|is disabled)\b
            (disabled|inactive|deactivated|expired) (user|mailbox|account|recipient)
            has a recent history of bouncing
            on (the|your) (account-level )?suppression list
            5\.2\.1\b
            5\.1\.6\b
            konto (\S+ ){0,3}(gesperrt|deaktiviert)
            compte (\S+ ){0,3}(desactive|ferme)
        """,  # noqa: E501
    ),
    _row(
        HARD_BOUNCE,
        "unknown_domain",
        r"""
            (host|domain|domain name)( name)?(\S+| )(\S+ ){0,5}?(not found|unknown|does not exist|doesn't exist|could not be (found|resolved)|couldn't be found|not exist)
            (unknown|no such|invalid|non-?existent|bad) (\S+ )?(host|domain)
            name (service|server) error
            nxdomain
            host or domain name not found
            unable to (find|resolve|route)
            no (valid )?mx
            malformed or unexpected name server reply
            domain (\S+ )?(has no|without) (mx|mail)
            dns (error|domain|type).{0,60}(does ?n[o']t exist|not exist|not found|lookup)
            5\.1\.2\b
            5\.4\.310\b
            domain (\S+ )?(existiert nicht|unbekannt)
            domaine (\S+ )?(inconnu|introuvable)
        """,  # noqa: E501
    ),
    _row(
        CONTENT,
        "virus",
        r"""
            (virus|malware|trojan|infected|phish)
        """,
    ),
    _row(
        CONTENT,
        "size",
        r"""
            5\.3\.4\b
            5\.2\.3\b
            (message|mail|size|e-?mail)(\S+| )(\S+ ){0,6}?(too (large|big)|exceeds? (\S+ ){0,4}(size|maximum|limit)|larger than)
            (maximum|max\.?) (\S+ ){0,3}size
            sizelimit
            recipsizelimit
            size (limit|exceed)
            nachricht (\S+ ){0,4}zu gross
            message trop volumineux
            demasiado grande
        """,  # noqa: E501
    ),
    _row(
        BLOCK,
        "rate",
        r"""
            (too many|excessive|unusual (rate|number|amount)) (\S+ ){0,4}(messages|mails?|e-?mails?|connections?|recipients?|emails|unsolicited)
            rate[ -]?limit
            throttl
            sending (rate|limit)
            tempfail.{0,20}limit
            too fast
            limit exceeded
            [45]\.7\.28\b
            unusual rate
            ofr004
            too many connections
            ts0[123]\b
            tss0\d\b
        """,  # noqa: E501
    ),
    _row(
        BLOCK,
        "reputation",
        r"""
            (black|block|deny|reject|drop|blackhole)[ -]?list
            spamhaus
            spamcop
            sorbs
            barracuda
            senderscore
            uceprotect
            invaluement
            abuseat
            cloudmark
            trustedsource
            brightmail
            mailspike
            ipcheck\.proofpoint
            senderbase
            surbl
            spamrl
            dnsrbl
            njabl
            psbl
            (rbl|dnsbl|sbl|cbl|xbl|pbl)\b
            \w*(dnsbl|rbl)\.[a-z]
            (poor|low|bad|negative|ip|domain|sender('s)?|mta('s)?) (\S+ ){0,2}reputation
            reputation
            (client |sending |your |sender |source )?(host|ip|ip address|server|address|network|isp|mta) (\S+ ){0,6}?(is |has been |was )?(blocked|banned|listed|blacklisted|rejected)
            (blocked|banned|listed|rejected) (\S+ ){0,5}?(ip|host|server|sender|network|using)\b
            s3140\b
            s3150\b
            aup#
            bl\d{6}\b
            banned sending
            (messages|mail|e-?mails?|traffic|connections?) (\S+ ){0,4}?(not accepted|refused|will not be accepted|aren't accepted) from (this|your|\S+ )?(ip|host|server|network)?
            gehort zu einer sperrliste
            ip-?adresse (\S+ ){0,4}(gesperrt|blockiert)
            c=bl\b
            block listed
            tosa@rx\.t-online
            access denied.{0,40}(traffic|banned|spam abuse|bad outbound sender)
            blocked senders?
            :blocked\)
        """,  # noqa: E501
    ),
    _row(
        CONTENT,
        "spam",
        r"""
            spam
            unsolicited
            junk ?mail
            bulk (e-?)?mail
            5\.6\.\d\b
            5\.7\.7\b
            (content|url|link|attachment|header|subject|body)s? (\S+ ){0,4}?(reject|block|denied|not allowed|prohibited|restrict|policy|refused|suspicious|violat|malformed)
            (reject|block|denied|refused|restricted)\w* (\S+ ){0,6}?(content|url|link|attachment)
            mail content denied
            message content
            suspicious
            looks like
            unwanted
            undesirable
            ofr_?5\d\d
            c=hi\b
            c=hc\b
            inhalt (\S+ ){0,4}(abgelehnt|zuruckgewiesen)
            contenu (\S+ ){0,3}(refuse|rejete)
            unerwunscht
        """,  # noqa: E501
    ),
    _row(
        SOFT_BOUNCE,
        "relaying",
        r"""
            relay(ing)? (\S+ ){0,3}(denied|not (permitted|allowed)|access|prohibited)
            (not permitted|unable|denied|not allowed|refused?) (\S+ ){0,2}to relay
            relay access
            we do not relay
            relay through
            not a relay
            open relay
        """,
    ),
    _row(
        BLOCK,
        "policy",
        r"""
            polic(y|ies)\b
            administrative(ly)? prohib
            local policy
            richtlinie
            policy reasons
            not (\S+ )?(allowed|permitted|authori[sz]ed|accepted) to (send|deliver|submit|post)
            (sender|you|client|host) (\S+ ){0,5}?(denied|not allowed|not authori[sz]ed|not permitted|rejected|restricted|refused)
            (sendernotauthenticated|restricted to|allowed-?senders|only accepts? (mail|messages)|moderat)
            rejected by (\S+ ){0,5}(filter|rule|recipient|admin)
            access (has been )?denied
            access rejected
            not accept(ing)? (\S+ )?(mail|messages) from
            message (was |has been )?(blocked|rejected|refused)
            (blocked|rejected) (by|due to|because)
            service refused
        """,  # noqa: E501
    ),
    _row(
        SOFT_BOUNCE,
        "loop",
        r"""
            hop ?count
            too many hops
            mail loop
            loop(s|ing)? (back|detected)
            routing loop
            possible (mail )?loop
            received headers
        """,
    ),
    _row(
        SOFT_BOUNCE,
        "unreachable",
        r"""
            time[d]?[ -]?out
            timeout
            connection (\S+ ){0,3}(refused|reset|lost|closed|dropped)
            no route to host
            network (is )?unreachable
            lost connection
            unable to connect
            could not connect
            not responding
            no answer
            cannot connect
            retry time(out)? (not reached|exceeded)
            delivery time expired
            message expired
            has been in the queue
            unable to deliver (\S+ ){0,4}(after|for)
            maximum (queue )?(time|retries)
            gave up
            giving up
            queue lifetime
        """,
    ),
    _row(
        SOFT_BOUNCE,
        "system",
        r"""
            (system|server|service|mail service|resource|try)( is)? (\S+ ){0,3}?(unavailable|again later|error|busy|failure|storage|not available|down)
            temporar
            insufficient system
            local (error|configuration)
            internal error
            configuration error
            transient
            try (again|later)
            out of memory
            i/o error
            read-only
            protocol error
            bad sequence
            tls
            starttls
            certificate
        """,  # noqa: E501
    ),
)

# What a class and subject, or a whole code, say when the words say nothing.
_CODES: tuple[tuple[str, Reason], ...] = (
    ("5.1.8", Reason(BLOCK, "code")),
    ("5.1.7", Reason(BLOCK, "code")),
    ("5.1.9", Reason(BLOCK, "code")),
    ("5.1.", Reason(HARD_BOUNCE, "code")),
    ("5.2.0", Reason(SOFT_BOUNCE, "code")),
    ("5.2.4", Reason(SOFT_BOUNCE, "code")),
    ("5.2.", Reason(HARD_BOUNCE, "code")),
    ("5.4.1", Reason(HARD_BOUNCE, "code")),
    ("5.6.", Reason(CONTENT, "code")),
    ("5.7.", Reason(BLOCK, "code")),
    ("4.7.", Reason(BLOCK, "code")),
    ("4.6.", Reason(CONTENT, "code")),
)
_REPLIES = {
    "511": Reason(HARD_BOUNCE, "reply"),
    "550": Reason(HARD_BOUNCE, "reply"),
    "551": Reason(HARD_BOUNCE, "reply"),
    "552": Reason(MAILBOX_FULL, "reply"),
    "553": Reason(HARD_BOUNCE, "reply"),
}
# Exchange Online answers so to recipients that its directory does not know.
_NO_RECIPIENT = re.compile(
    r"\b5\.4\.1\b.{0,200}recipient address rejected: access denied"
)


def classify(status: str, diagnostic: str) -> Reason:
    """Return why a mail that will not be delivered was refused.

    >>> classify("5.1.1", "550 5.1.1 No such user")
    Reason(kind='hard_bounce', rule='unknown_user')
    >>> classify("5.7.1", "")
    Reason(kind='block', rule='code')
    """
    words = fold(f"{status} {diagnostic[:_LONGEST]}")
    if _NO_RECIPIENT.search(words):
        return Reason(HARD_BOUNCE, "unknown_user")
    for reason, pattern in _WORDS:
        if pattern.search(words):
            return reason
    code = specific(status) or status_in(diagnostic)
    for prefix, reason in _CODES:
        if code == prefix or prefix.endswith(".") and code.startswith(prefix):
            return reason
    if not code or code == "5.0.0":
        reply = REPLY.search(diagnostic)
        if reply and reply[1] in _REPLIES:
            return _REPLIES[reply[1]]
    return Reason(SOFT_BOUNCE, "unknown")


def status_in(text: str) -> str:
    """Return the first enhanced status code in a text that tells anything, or ""."""
    found = [code for code in STATUS.findall(text) if code[0] != "2"]
    return next((code for code in found if specific(code)), found[0] if found else "")


def reply_in(text: str) -> str:
    """Return a text from the first code of a mail server on, or all of it."""
    found = [each.start() for each in (STATUS.search(text), REPLY.search(text)) if each]
    return text[min(found) :] if found else text


def specific(status: str) -> str:
    """Return a status code if it says more than "failed", or ""."""
    return "" if status[1:] == ".0.0" else status
