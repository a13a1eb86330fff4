"""Response: what companies put around the mails of their people."""

import re

from .phrases import _words
from .sheet import BANNER, DISCLAIMER, FOOTER, Sheet

# One is enough.
_DISCLAIMERS = _words(
    {
        "en": (
            "intended recipient|intended solely|intended only for|"
            "solely for the use of|solely for the addressee|addressee only|"
            "received this email in error|received this e-mail in error|"
            "received this message in error|received it in error|"
            "received this in error|received this communication in|"
            "this email and any attachments|this e-mail and any attachments|"
            "this message and any attachments|this email and any files|"
            "this e-mail and any files|confidentiality notice|legally privileged|"
            "privileged and confidential|confidential and privileged|"
            "confidential and may be|may contain confidential|"
            "contains confidential|contain information that is confidential|"
            "environment before printing|before printing this|"
            "think before you print|consider the environment|don't print this|"
            "views expressed in this|opinions expressed in this|virus-free|"
            "virus free|checked for viruses|scanned for viruses|free from viruses|"
            "free of viruses|registered in england|registered office|"
            "company registration n|company number|registered in ireland|"
            "registered in scotland|registered number|vat registration|"
            "unauthorised use|unauthorized use|unauthorised disclosure|disclaimer:|"
            "unauthorized review|strictly prohibited|accepts no liability|"
            "no liability for|does not accept liability|monitored for|"
            "how we use your personal data|our privacy notice|"
            "see our privacy policy|authorised and regulated by|"
            "authorized and regulated by|please notify the sender|"
            "notify us immediately|delete this email|delete it from your system|"
            "save paper|irs circular 230|safe as houses"
        ),
        "de": "vertrauliche informationen|vertrauliche und|nicht der richtige adressat|"
        "rechtlich geschützte|vertraulich und|ausschließlich für den adressaten|"
        "ausschliesslich für den|nicht der beabsichtigte|nicht der vorgesehene|"
        "irrtümlich erhalten|versehentlich erhalten|unerlaubte kopieren|"
        "unbefugte weitergabe|unbefugte weiterleitung|sitz der gesellschaft|"
        "geschäftsführer:|geschäftsführung:|geschäftsführerin:|amtsgericht|"
        "registergericht|handelsregister|ust-id|ust.-id|ustid|umsatzsteuer-id|"
        "vorstand:|aufsichtsrat|hrb |hra |ausdrucken dieser|bevor sie diese e-mail|"
        "bevor sie diese mail|an die umwelt|umwelt zuliebe|der umwelt|"
        "datenschutzhinweise|datenschutzerklärung finden|hinweise zum datenschutz|"
        "informationen zum datenschutz|diese e-mail enthält|diese mail enthält|"
        "diese nachricht ist vertraulich|diese e-mail ist vertraulich|"
        "diese nachricht enthält|der inhalt dieser e-mail|virenfrei|auf viren geprüft|"
        "auf viren überprüft|firmenbuch|kommanditgesellschaft|persönlich haftende",
        "fr": (
            "ce message et ses pièces|ce message et toutes les pièces|"
            "ce courriel et ses|cet e-mail et ses|ce mail et ses|"
            "ce message est confidentiel|ce message peut contenir|"
            "strictement confidentiel|usage exclusif|à l'attention exclusive|"
            "l'intention exclusive|l'attention exclusive|destinataires exclusif|"
            "exclusivement destiné|exclusivement à l'usage|"
            "reçu ce message par erreur|reçu ce mail par erreur|reçu par erreur|"
            "pas le destinataire|n'êtes pas destinataire|"
            "informations confidentielles|avant d'imprimer|n'imprimez|"
            "pensez à l'environnement|penser à l'environnement|sans virus|"
            "vérifié par avast|la recherche de virus|analysé par|"
            "décline toute responsabilité|capital de|siège social|siren |siret|"
            "rcs |n° tva|données personnelles, |protection des données, "
        ),
        "es": "este mensaje y sus|este correo y sus|este mensaje y los|"
        "este correo electrónico y|este mensaje se dirige|este mensaje va dirigido|"
        "este mensaje contiene|este correo contiene|dirigido exclusivamente|"
        "exclusivamente a su destinatario|uso exclusivo|información confidencial|"
        "carácter confidencial|no es el destinatario|no es usted el destinatario|"
        "recibido este mensaje por error|recibido este correo por error|"
        "recibido por error|lo ha recibido por error|aviso legal|"
        "antes de imprimir|medio ambiente|libre de virus|protección de datos|"
        "registro mercantil|c.i.f|sus datos personales|responsable del tratamiento|"
        "cláusula de confidencialidad|aviso de confidencialidad|domicilio social",
        "it": "questo messaggio e|il presente messaggio|le informazioni contenute|"
        "esclusivamente al destinatario|uso esclusivo del destinatario|"
        "ricevuto per errore|ricevete questo messaggio per errore|riservate|"
        "prima di stampare|informazioni riservate|riservatezza|privo di virus",
        "pt": "esta mensagem e|esta mensagem pode conter|mensagem confidencial|"
        "informações confidenciais|informação confidencial|recebeu esta mensagem por|"
        "recebeu por engano|antes de imprimir|meio ambiente|destina-se exclusivamente|"
        "uso exclusivo do destinatário|sem vírus|livre de vírus",
        "nl": "dit bericht en|dit bericht is uitsluitend|dit e-mailbericht|"
        "uitsluitend bestemd|vertrouwelijke informatie|abusievelijk|"
        "ten onrechte ontvangen|niet de geadresseerde|beoogde ontvanger|kvk|"
        "denk aan het milieu|virusvrij|aan dit bericht kunnen geen",
        "pl": "wiadomość ta|niniejsza wiadomość|ta wiadomość jest|poufne|poufna|"
        "wyłącznie dla adresata|zanim wydrukujesz|nip |krs |regon|wolna od wirusów",
        "sv": "detta meddelande|detta e-postmeddelande|konfidentiell|avsedd mottagare|"
        "tänk på miljön|av misstag|virusfri",
        "da, no": "denne e-mail|denne mail er|denne e-posten|fortrolig|konfidensiell|"
        "tiltænkte modtager|ved en fejl|tænk på miljøet|cvr",
        "fi, cs, hu": "tämä viesti on|luottamuksellinen|tato zpráva|důvěrné|"
        "ez az üzenet|bizalmas",
    }
)
# Two different ones in one paragraph are enough.
_DISCLAIMER_WORDS = _words(
    {
        "en": "confidential|attachment|recipient|in error|virus|sender|disclos|"
        "privileged|prohibited|liab|print|environment|registered|regulated|unauthori|copying|"
        "addressee|gdpr|personal data|monitor",
        "de": (
            "vertraulich|empfänger|absender|irrtüm|anhang|anhänge|weiterleit|"
            "gesetzlich|unbefugt|adressat|geschäftsführ|sitz|haftung|datenschutz|"
            "vernichten|löschen sie"
        ),
        "fr": "confidentiel|destinataire|pièces jointes|par erreur|expéditeur|interdit|"
        "imprim|diffusion|responsabilité|intégrité|supprim|détrui",
        "es": "confidencial|destinatario|adjunto|por error|remitente|prohibid|imprimir|"
        "divulga|elimin|responsab|rgpd",
        "it, pt": "riservat|destinatari|allegat|per errore|confidenciai|vietat|proibid",
        "nl": "vertrouwelijk|geadresseerde|bijlage|afzender|aansprakelijk|verspreiding",
    }
)
_BANNERS = _words(
    {
        "en": "external email|external e-mail|external sender|external message|"
        "external mail|originated outside|originated from outside|outside of the organ|"
        "outside the organ|outside your organ|outside of your organ|outside of our|"
        "outside our|outside of the company|outside the company|"
        "don't often get email from|don’t often get email from|why this is important|"
        "do not click|don't click|unless you recognize|unless you recognise|"
        "sender you don't know|sender is not from|came from outside|[external]|"
        "from an external|from outside of|from outside|know the content is safe|"
        "learnaboutsenderidentification|exercise caution|treat with caution|"
        "sender's identity|unverified sender|be cautious|think before you click|"
        "zjqcmqryfpfpt|first time you received|suspicious link",
        "de": "externe e-mail|externe mail|externer absender|externen absender|"
        "außerhalb der organ|außerhalb unserer|außerhalb des unternehmens|ausserhalb|"
        "von extern|sie erhalten nicht oft|erfahren sie, warum dies wichtig ist|"
        "klicken sie nicht|keine links|keine anhänge|ursprung außerhalb|"
        "erhalten nicht häufig|externe absender|absender ist extern",
        "fr": "expéditeur externe|courriel externe|mail externe|e-mail externe|"
        "message externe|extérieur de l'org|externe à l'org|hors de l'organ|"
        "n'obtenez pas souvent|recevez pas souvent|pourquoi c'est important|"
        "pourquoi ceci est important|ne cliquez pas|extérieur de votre org|"
        "provient de l'extérieur|provenant de l'extérieur|vient de l'extérieur",
        "es": (
            "correo externo|remitente externo|mensaje externo|fuera de la organ|"
            "fuera de su organ|fuera de nuestra|no suele recibir|"
            "por qué esto es importante|no haga clic|no pinche|externo a la organ|"
            "origen externo"
        ),
        "it, pt": "mittente esterno|esterno all'organ|email esterna|"
        "non ricevi spesso|remetente externo|fora da organ|e-mail externo|"
        "email externo|não recebe com frequência|não costuma receber",
        "nl": "externe afzender|buiten de organisatie|extern bericht|"
        "ontvangt niet vaak|waarom dit belangrijk is|van buiten",
        "sv, da, no, pl": "extern avsändare|utanför organ|ekstern afsender|"
        "uden for organ|utenfor organ|får inte ofta|får ikke ofte|spoza organ|"
        "nadawca zewnętrzny|zewnętrzna wiadomość",
    }
)
# What goes with such a sentence in the same paragraph.
_BANNER_WORDS = _words(
    {
        "en": "caution|warning|attention|click|link|attachment|safe|sender|external|"
        "suspicious|phish|recogni|organi|report|security",
        "de": "achtung|vorsicht|warnung|link|anhäng|absender|sicher|hinweis|extern",
        "fr, es": "attention|prudence|lien|pièces|expéditeur|atención|precaución|"
        "enlace|adjunto|remitente|cuidado|sécurité|seguridad",
        "it, nl": (
            "attenzione|allegat|collegament|let op|bijlage|koppeling|cuidado|anexos"
        ),
    }
)
_FOOTERS = _words(
    {
        "en": "to unsubscribe from this group|subscribed to the google groups|"
        "google groups|mailing list|to view this discussion|list-unsubscribe|"
        "view this email in your browser|this email has been sent by|sign up for free|"
        "reply to this email directly|view it on github|book a meeting with me|"
        "book time to meet with me|book a time with me|follow us on|connect with me on|"
        "find us on|visit our website|manage your preferences|powered by|"
        "join our newsletter|subscribe to our newsletter|please rate|"
        "to stop receiving emails from",
        "de": "folgen sie uns|besuchen sie uns|buchen sie einen termin|"
        "newsletter anmelden|abonnieren sie unseren|termin mit mir buchen",
        "fr": "suivez-nous|retrouvez-nous|rejoignez-nous|prendre rendez-vous avec moi",
        "es": "síganos|síguenos|visite nuestra|visítenos|reservar una reunión",
    }
)
_TAG = re.compile(
    r"\s*[\[(<*]{1,2}\s*(?:caution:? ?)?"
    r"(?:ext|extern[a-z]?|externe[rs]?|external(?: e?-?mail| sender)?)"
    r"\s*[\])>*]{1,2}[\s:–-]*",
    re.IGNORECASE,
)
_LONGEST = 6000


def mark_banners(sheet: Sheet) -> None:
    """Cut the warnings that a server puts above mails from outside."""
    for paragraph in list(sheet.paragraphs()):
        hits = [i for i in paragraph if _any(_BANNERS, sheet.lines[i])]
        if not hits:
            continue
        for index in paragraph:
            if index in hits or _is_beside_banner(sheet.lines[index], index, hits):
                sheet.cut(index, index + 1, BANNER)


def split_tag(sheet: Sheet) -> str:
    """Take "[EXTERNAL]" from the front of the first line; return what was taken."""
    for index in sheet.kept()[:1]:
        found = _TAG.match(sheet.lines[index])
        if found:
            sheet.lines[index] = sheet.lines[index][found.end() :]
            return found[0].strip()
    return ""


def _is_beside_banner(line: str, index: int, hits: list[int]) -> bool:
    near = min(hits) - 2 <= index <= max(hits) + 2
    if min(hits) < index < max(hits):
        return True
    return near and len(line) < 200 and _any(_BANNER_WORDS, line)


def mark_disclaimers(sheet: Sheet) -> None:
    """Cut the paragraphs in which a company explains its mails."""
    first = True
    for paragraph in list(sheet.paragraphs()):
        lines = [sheet.lines[i][:_LONGEST] for i in paragraph]
        start = _disclaimer_start(lines, first)
        if start < len(lines):
            sheet.cut(paragraph[start], paragraph[-1] + 1, DISCLAIMER)
        elif not first and len(lines) <= 4 and _any(_FOOTERS, " ".join(lines)):
            sheet.cut(paragraph[0], paragraph[-1] + 1, FOOTER)
        first = False


def _disclaimer_start(lines: list[str], first: bool) -> int:
    """Return the first line of the paragraph that is disclaimer."""
    text = " ".join(lines).lower().replace("’", "'")
    sure = sum(word in text for word in _DISCLAIMERS)
    if not sure:
        return len(lines)
    score = 2 * sure + sum(word in text for word in _DISCLAIMER_WORDS)
    if first and (score < 5 or len(text) < 120):
        return len(lines)
    if score < 3 and len(text) > 40 and text.rstrip()[-1:] == "?":
        return len(lines)
    for number, line in enumerate(lines):
        lower = line.lower().replace("’", "'")
        if any(word in lower for word in _DISCLAIMERS) or (
            sum(word in lower for word in _DISCLAIMER_WORDS) > 1
        ):
            return number
    return 0


def _any(words: tuple[str, ...], line: str) -> bool:
    lower = line.lower()
    return any(word in lower for word in words)
