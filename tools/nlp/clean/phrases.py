"""Response: the words by which mail programs and people frame what they write.

Everything is lower case. Words of one language stand on one line, separated by ``|``;
a language that is missing only makes its mails a little harder to read.
"""


def _words(table: dict[str, str]) -> tuple[str, ...]:
    """Return the phrases of all languages, each once, longest first."""
    found = {word.strip(): None for line in table.values() for word in line.split("|")}
    return tuple(sorted(found, key=len, reverse=True))


# "On 12 January Anna Berg *wrote*:"
WROTE = _words(
    {
        "en": "wrote|writes|said|has written",
        "de": "schrieb|schrieben|schreibt|geschrieben",
        "fr": "a écrit|écrit|ecrit|a envoyé",
        "es": "escribió|escribio|ha escrito|escribía",
        "it": "ha scritto|scrive|scrisse|scritto",
        "pt": "escreveu|escreveram",
        "nl": "schreef|geschreven|schreven|heeft geschreven",
        "ca": "va escriure|ha escrit",
        "pl": "napisał|napisała|napisał(a)|pisze|napisana|napisano",
        "cs": "napsal|napsala|napsal(a)|píše",
        "sk": "napísal|napísala|napísal(a)",
        "sv, da, no": "skrev|skriver|følgende",
        "fi": "kirjoitti",
        "hu": "írta|ezt írta|írt",
        "ro": "a scris",
        "hr, sl, sr": "napisao|napisala|je napisao|je napisala|napisal|piše",
        "tr": "yazdı|şunu yazdı|şunları yazdı",
        "et, lv, lt": "kirjutas|rakstīja|parašė|rašė",
        "ru, uk, bg": "написал|написала|написал(а)|пишет|писал|написав|пише|написа",
        "el": "έγραψε",
        "vi, id": "đã viết|menulis",
        "zh, ja, ko": "写道|寫道|写了|のメール|님이 작성|作成",
        "ar, he, fa": "كتب|כתב|כתבה|נכתב|نوشت",
    }
)

# How a line of attribution begins.
OPENERS = _words(
    {
        "en": "on|at",
        "de": "am|von",
        "fr": "le|en date du",
        "es": "el|el día",
        "it": "il|il giorno|in data",
        "pt": "em|a|no dia|na",
        "nl": "op",
        "pl": "w dniu|dnia|wiadomość napisana",
        "cs, sk": "dne|dňa",
        "sv, da, no": "den|på|d.",
        "ro": "pe|în",
        "hr, sl": "dana|dne",
        "vi, id": "vào|pada",
        "el": "στις",
    }
)

# People who quote themselves or us in a sentence of their own: no mail program.
SPEAKERS = frozenset(
    [
        "i",
        "we",
        "you",
        "as",
        "like",
        "when",
        "if",
        "ich",
        "wir",
        "sie",
        "du",
        "ihr",
        "wie",
        "je",
        "nous",
        "vous",
        "tu",
        "comme",
        "yo",
        "nosotros",
        "usted",
        "ustedes",
        "como",
        "io",
        "noi",
        "voi",
        "come",
        "ik",
        "wij",
        "u",
        "zoals",
    ]
)

FROM, SENT, TO, COPY, SUBJECT, OTHER = "from", "sent", "to", "copy", "subject", "other"

_HEADER_TABLE = {
    FROM: {
        "en": "from|sender",
        "de": "von|absender",
        "fr": "de|expéditeur|de la part de",
        "es, pt, ca": "de|remitente|remetente",
        "it": "da|mittente",
        "nl": "van|afzender",
        "pl, cs, sk": "od|nadawca",
        "sv": "från|fran",
        "da, no": "fra",
        "fi": "lähettäjä",
        "hu": "feladó",
        "ro": "de la|expeditor",
        "hr, sl": "šalje|od|pošiljatelj",
        "tr": "kimden|gönderen",
        "et, lv, lt": "saatja|no|nuo|kellelt",
        "ru, uk, bg": "от|кого|від|от кого|отправитель",
        "el": "από",
        "vi, id": "từ|dari",
        "zh, ja, ko": "发件人|寄件者|寄件人|差出人|送信元|보낸 사람|보낸사람",
        "ar, he": "من|מאת",
    },
    SENT: {
        "en": "sent|date|sent at|date sent|sent on",
        "de": "gesendet|datum|gesendet am|versendet",
        "fr": "envoyé|date|date d'envoi|envoyé le|envoyée",
        "es": "enviado|fecha|enviado el|fecha de envío|enviada el",
        "it": "inviato|data|data invio|inviato il",
        "pt": "enviado|data|enviada em|enviado em|enviada",
        "nl": "verzonden|datum|verstuurd|verzonden op",
        "pl": "wysłano|data|wysłane|wysłany",
        "cs, sk": "odesláno|datum|odoslané|dátum",
        "sv": "skickat|datum|skickades",
        "da, no": "sendt|dato",
        "fi": "lähetetty|päiväys|pvm|päivämäärä",
        "hu": "elküldve|dátum|küldve",
        "ro": "trimis|data|trimis la",
        "hr, sl": "poslano|datum",
        "tr": "gönderildi|tarih|gönderim tarihi|gönderme tarihi",
        "et, lv, lt": "saadetud|kuupäev|nosūtīts|išsiųsta|data",
        "ru, uk, bg": "отправлено|дата|надіслано|изпратено",
        "el": "στάλθηκε|ημερομηνία|αποστολή",
        "vi, id": "đã gửi|ngày|terkirim|tanggal",
        "zh, ja, ko": "发送时间|日期|寄件日期|送信日時|日付|보낸 날짜|날짜|发送日期",
        "ar, he": "تاريخ|نשלח|נשלח|תאריך",
    },
    TO: {
        "en": "to|recipient|recipients",
        "de": "an|empfänger",
        "fr": "à|a|destinataire|pour",
        "es, pt, ca": "para|a|destinatario|per a",
        "it": "a|per|destinatario",
        "nl": "aan",
        "pl, cs, sk": "do|komu|pro|adresat",
        "sv, da, no": "till|til",
        "fi": "vastaanottaja",
        "hu": "címzett",
        "ro": "către|catre",
        "hr, sl": "za|prima|primatelj",
        "tr": "kime|alıcı",
        "et, lv, lt": "saaja|adresaat|kam|kellele",
        "ru, uk, bg": "кому|до|получатель",
        "el": "προς",
        "vi, id": "đến|tới|kepada|ke",
        "zh, ja, ko": "收件人|收件者|宛先|받는 사람|받는사람",
        "ar, he": "إلى|אל",
    },
    COPY: {
        "all": (
            "cc|bcc|kopie|copie|copia|cópia|kopia|kopio|másolat|blindkopie|copia a|cci"
        ),
        "more": "cc:|kopi|dw|kopija|копия|копія|κοιν|κοινοποίηση|抄送|副本|참조|عوتך",
    },
    SUBJECT: {
        "en": "subject|re",
        "de": "betreff|thema",
        "fr": "objet|sujet",
        "es, it, pt": "asunto|oggetto|assunto",
        "nl": "onderwerp",
        "pl, cs, sk": "temat|předmět|predmet",
        "sv, da, no": "ämne|emne",
        "fi": "aihe",
        "hu": "tárgy",
        "ro": "subiect|subiectul",
        "hr, sl": "predmet|zadeva|naslov",
        "tr": "konu",
        "et, lv, lt": "teema|tēma|tema",
        "ru, uk, bg": "тема|относно",
        "el": "θέμα",
        "vi, id": "chủ đề|tiêu đề|perihal|subjek",
        "zh, ja, ko": "主题|主旨|件名|제목",
        "ar, he": "الموضوع|נושא",
    },
    OTHER: {
        "en": "reply-to|reply to|importance|priority|organization|attachments",
        "more": "antwort an|priorität|wichtigkeit|anlagen|répondre à|pièces jointes",
        "rest": "responder a|importancia|rispondi a|allegati|bijlagen|mailed-by",
    },
}

# Word before the colon -> what it names. A word may name two things ("a", "od").
HEADERS: dict[str, frozenset[str]] = {}
for _kind, _table in _HEADER_TABLE.items():
    for _word in _words(_table):
        HEADERS[_word] = HEADERS.get(_word, frozenset()) | {_kind}

# A line that says: from here on another mail. Mostly between dashes.
ORIGINAL_MESSAGE = frozenset(
    _words(
        {
            "en": "original message|forwarded message|begin forwarded message|"
            "original appointment|forwarded by|original email|original mail|"
            "start of forwarded message|previous message|quoted message|original post|"
            "message history|reply message|original e-mail|end of reply",
            "de": "ursprüngliche nachricht|originalnachricht|original-nachricht|"
            "weitergeleitete nachricht|anfang der weitergeleiteten nachricht|"
            "original nachricht|ursprüngliche mail|originalmail|zitierte nachricht|"
            "ursprünglicher termin|ursprüngliche e-mail|weitergeleitet von",
            "fr": (
                "message d'origine|message original|message transféré|message initial|"
                "début du message réexpédié|début du message transféré|"
                "courriel original|message transmis|e-mail d'origine|message d’origine|"
                "mail d'origine|mail original|rendez-vous d'origine|transféré par|"
                "message précédent"
            ),
            "es": "mensaje original|mensaje reenviado|inicio del mensaje reenviado|"
            "correo original|mensaje anterior|reenviado por|cita original",
            "it": "messaggio originale|messaggio inoltrato|inizio messaggio inoltrato|"
            "inizia messaggio inoltrato|inoltrato da|messaggio originario",
            "pt": "mensagem original|mensagem encaminhada|mensagem reencaminhada|"
            "início da mensagem encaminhada|início da mensagem reencaminhada",
            "nl": "oorspronkelijk bericht|doorgestuurd bericht|origineel bericht|"
            "begin doorgestuurd bericht|oorspronkelijke bericht",
            "pl": (
                "wiadomość oryginalna|oryginalna wiadomość|"
                "treść przekazanej wiadomości|wiadomość przekazana dalej|"
                "przekazana wiadomość"
            ),
            "cs, sk": "původní zpráva|přeposlaná zpráva|původní e-mail|pôvodná správa|"
            "preposlaná správa|původní email",
            "sv": (
                "ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande"
            ),
            "da": "oprindelig meddelelse|oprindelig besked|videresendt meddelelse|"
            "videresendt besked|original meddelelse",
            "no": "opprinnelig melding|videresendt melding|original melding",
            "fi": "alkuperäinen viesti|edelleenlähetetty viesti|välitetty viesti",
            "hu": "eredeti üzenet|továbbított üzenet|eredeti levél",
            "ro": "mesaj original|mesaj redirecționat|mesajul original",
            "hr, sl": "izvorna poruka|originalna poruka|izvirno sporočilo",
            "tr": "orijinal mesaj|iletilen mesaj|özgün ileti",
            "ru, uk, bg": "исходное сообщение|пересылаемое сообщение|"
            "оригинальное сообщение|пересланное сообщение|вихідне повідомлення|"
            "оригинално съобщение",
            "el": "αρχικό μήνυμα|προωθημένο μήνυμα",
            "zh, ja, ko": "原始邮件|转发邮件|原始郵件|转发的邮件|元のメッセージ|"
            "転送メッセージ|오리지널 메시지|원본 메시지|original message",
            "vi, id": "thư gốc|tin nhắn gốc|pesan asli",
        }
    )
)

# Help desks: "Please write your reply above this line".
REPLY_ABOVE = _words(
    {
        "en": "above this line|reply above|type your response above",
        "de": "oberhalb dieser zeile|über dieser zeile|oberhalb dieser linie",
        "fr": "au-dessus de cette ligne|au dessus de cette ligne",
        "es": "por encima de esta línea|encima de esta línea|sobre esta línea",
        "it, pt, nl": "sopra questa riga|acima desta linha|boven deze regel|"
        "boven deze lijn",
        "sv, da, no": "ovanför denna rad|ovanför den här raden|over denne linje",
    }
)

# "See my answers below": an unmarked quote may contain words of the author.
INLINE_HINTS = _words(
    {
        "en": "inline|in-line|in line|see below|my comments below|answers below|"
        "in red|in blue|in bold|in caps|in capitals",
        "de": "siehe unten|s.u.|im text|in rot|in blau|unten im|direkt im text|inline",
        "fr": "ci-dessous|en rouge|en bleu|plus bas|dans le texte",
        "es": "más abajo|mas abajo|en rojo|en azul|abajo|en el texto",
        "it, pt, nl": (
            "qui sotto|in rosso|abaixo|em vermelho|hieronder|zie onder|in rood"
        ),
    }
)
