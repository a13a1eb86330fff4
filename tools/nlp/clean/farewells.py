"""Response: how people and their programs end a mail.

As in :mod:`.phrases`, lower case and by language. Closers stand without punctuation.
"""

from .phrases import _words

# A line that can only be the end of a letter.
CLOSERS = frozenset(
    _words(
        {
            "en": (
                "best regards|kind regards|regards|warm regards|warmest regards|"
                "kindest regards|with kind regards|with best regards|many regards|"
                "best wishes|with best wishes|with every good wish|"
                "with all good wishes|"
                "all the best|yours sincerely|"
                "yours faithfully|sincerely|sincerely yours|yours truly|yours|"
                "respectfully|cordially|warmly|rgds|kr|br|bw|kind rgds|best rgds|"
                "b rgds|best|all best|very best|very best regards|bests|with regards|"
                "regards and thanks|thanks and regards|thanks & regards|"
                "thanks and best regards|thank you and best regards|"
                "many thanks and kind regards|thx & rgds|thanks and kind regards|"
                "best regards and thanks|with thanks|yours respectfully|take care|"
                "speak soon|talk soon|sent with kind regards|with warm regards|"
                "respectfully yours|thank you and regards|faithfully|wishing you well|"
                "have a great day|have a nice day|have a good day|have a good one|"
                "have a great weekend|have a nice weekend|"
                "looking forward to hearing from you|cheers and best wishes|"
                "thank you and kind regards|kind wishes|kindest|warmest wishes|rgs|"
                "best from|greetings|with kindest regards|kindly|peace|xx|xoxo|ttyl"
            ),
            "de": "mit freundlichen grüßen|mit freundlichen grüssen|"
            "mit freundlichem gruß|mit freundlichem gruss|freundliche grüße|"
            "freundliche grüsse|freundlicher gruß|viele grüße|viele grüsse|"
            "viele liebe grüße|liebe grüße|liebe grüsse|lieber gruß|schöne grüße|"
            "schöne grüsse|beste grüße|beste grüsse|herzliche grüße|herzliche grüsse|"
            "herzlichst|herzlich|grüße|grüsse|gruß|gruss|mfg|mit freundl grüßen|lg|vg|"
            "bg|hg|besten gruß|besten gruss|viele grüße aus|sonnige grüße|"
            "hochachtungsvoll|mit besten grüßen|mit besten grüssen|"
            "mit herzlichen grüßen|mit lieben grüßen|mit vielen grüßen|mit bestem gruß|"
            "freundliche grüße aus|schönen gruß|schönen gruss|einen schönen tag|"
            "schönen tag noch|ein schönes wochenende|schönes wochenende|"
            "einen schönen tag noch|mit freundlichen gruessen|viele gruesse|"
            "freundliche gruesse|liebe gruesse|beste gruesse|mit kollegialen grüßen|"
            "mit sportlichen grüßen|bis dann|bis bald|ihr|ihre|euer|eure|"
            "vielen dank und freundliche grüße|vielen dank und viele grüße|"
            "danke und viele grüße|danke und gruß|danke und beste grüße|"
            "vielen dank und beste grüße|danke und liebe grüße|herzlichen gruß",
            "fr": "cordialement|bien cordialement|très cordialement|cordialement vôtre|"
            "salutations|sincères salutations|meilleures salutations|"
            "salutations distinguées|respectueusement|bien à vous|bien à toi|"
            "très bien à vous|amicalement|bonne journée|bonne soirée|"
            "belle journée|belle soirée|bonne fin de journée|bon week-end|"
            "bonne continuation|sincèrement|avec mes salutations|cdlt|cdt|bav|"
            "bien sincèrement|bonne réception|merci et bonne journée|"
            "merci et bonne soirée|merci cordialement|bien amicalement|"
            "excellente journée|à bientôt|a bientôt|à très bientôt|bises|"
            "cordiales salutations|avec mes meilleures salutations|"
            "mes salutations distinguées|mes salutations|dévoués sentiments|"
            "veuillez agréer mes salutations distinguées",
            "es": "saludos|un saludo|saludos cordiales|un cordial saludo|cordialmente|"
            "atentamente|muy atentamente|atte|un abrazo|abrazos|saludos y gracias|"
            "gracias y saludos|muchas gracias y saludos|gracias y un saludo|"
            "muchos saludos|cordiales saludos|un saludo cordial|reciba un saludo|"
            "reciba un cordial saludo|le saluda atentamente|le saluda|saludos atentos|"
            "mis saludos|un fuerte abrazo|slds|sdos|buen día|que tenga un buen día|"
            "afectuosamente|sinceramente|besos|muchas gracias y un saludo|"
            "quedo a su disposición|quedo a la espera|un afectuoso saludo|"
            "reciba un afectuoso saludo|atentos saludos|con un cordial saludo",
            "it": "cordiali saluti|distinti saluti|saluti|un saluto|un cordiale saluto|"
            "cordialmente|a presto|buona giornata|buona serata|tanti saluti|"
            "i migliori saluti|cari saluti|grazie e saluti|grazie e cordiali saluti",
            "pt": "atenciosamente|cumprimentos|com os melhores cumprimentos|abraço|"
            "melhores cumprimentos|abraços|cordialmente|att|saudações|um abraço|"
            "obrigado e cumprimentos|com cumprimentos|respeitosamente|bom dia",
            "nl": "met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|"
            "vriendelijke groeten|groet|groeten|groetjes|mvg|hartelijke groet|"
            "hartelijke groeten|met hartelijke groet|hoogachtend|gr|"
            "met vriendelijke groet en dank|fijne dag",
            "pl": "pozdrawiam|z poważaniem|pozdrowienia|serdecznie pozdrawiam|"
            "pozdrawiam serdecznie|z wyrazami szacunku|pozdr|łączę pozdrowienia",
            "cs, sk": "s pozdravem|s přátelským pozdravem|zdravím|hezký den|"
            "s pozdravom|s úctou|děkuji s pozdravem|pěkný den",
            "sv": "med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar|"
            "vänlig hälsning|hälsningar|mvh|bästa hälsningar|hälsn|vänligen|vh",
            "da, no": "med venlig hilsen|venlig hilsen|de bedste hilsner|hilsen|mvh|"
            "med vennlig hilsen|vennlig hilsen|hilsner|venlige hilsner|vh|"
            "bedste hilsner|mange hilsner|med venlige hilsner",
            "fi": "ystävällisin terveisin|terveisin|parhain terveisin|t|terv|yt|"
            "terveiset",
            "hu, ro": "üdvözlettel|tisztelettel|cu stimă|cu respect|toate cele bune",
            "hr, sl, tr": "lijep pozdrav|srdačan pozdrav|lep pozdrav|lp|saygılarımla|"
            "iyi günler|saygılar|iyi çalışmalar",
            "ru, uk": "с уважением|с наилучшими пожеланиями|з повагою|всего доброго",
            "el, zh, ja": "με εκτίμηση|此致|敬具|よろしくお願いいたします|"
            "宜しくお願いします",
        }
    )
)

# May end a letter, and may be what the author had to say. They count when a name or
# a signature follows.
THANKS = frozenset(
    _words(
        {
            "en": "thanks|thank you|many thanks|thanks a lot|thank you very much|"
            "thanks very much|thanks so much|thank you so much|thx|tx|ta|cheers|"
            "thanks again|thanks in advance|many thanks in advance|thanks all|"
            "thank you in advance|much appreciated|with many thanks|love|ciao|bye|"
            "best of luck|good luck|later|tks|tia|yours ever|thank you kindly",
            "de": "danke|vielen dank|danke schön|dankeschön|besten dank|"
            "herzlichen dank|vielen dank im voraus|danke im voraus|tschüss|"
            "danke vorab|vielen dank vorab|ciao|servus|merci|danke dir|danke ihnen|"
            "vielen dank für ihre mühe|mit bestem dank|mit dank|dank im voraus",
            "fr": "merci|merci beaucoup|merci d'avance|merci par avance|mille mercis|"
            "avec mes remerciements|bien reçu|grand merci|un grand merci|"
            "merci à vous|en vous remerciant|merci bien",
            "es": "gracias|muchas gracias|mil gracias|gracias de antemano|"
            "muchas gracias de antemano|gracias por todo|gracias por adelantado|"
            "muchísimas gracias",
            "it, pt": "grazie|grazie mille|molte grazie|obrigado|obrigada|"
            "muito obrigado|muito obrigada|grato|grata",
            "nl": "bedankt|dank|dank u|alvast bedankt|hartelijk dank|dank je wel",
            "sv, da, no": "tack|tack så mycket|tak|mange tak|takk|på forhånd tak",
            "pl, cs, fi": "dziękuję|dzięki|děkuji|díky|kiitos|teşekkürler|спасибо",
        }
    )
)

# "P.S.", which the author says after the farewell.
POSTSCRIPTS = ("ps", "p.s", "pps", "p.p.s", "n.b", "nb:", "pd:", "p.d", "post scriptum")

# "Sent from my iPhone": a word for sending, and a word for what it was sent with.
SENT_FROM = _words(
    {
        "en": (
            "sent from|sent via|sent with|sent on|sent by|sent using|get outlook|"
            "get bluemail|sent through|written on|typed on|typed with|download|"
            "composed on|sent in|dictated|please excuse|excuse typos|excuse brevity|"
            "apologies for typos|pardon typos|please forgive|excuse any"
        ),
        "de": "gesendet|von meinem|von unterwegs|holen sie sich|verschickt|"
        "diese nachricht wurde|diese mail wurde|diese e-mail wurde|versendet|"
        "mobil gesendet|von mobil|outlook für|geschickt|verfasst|mit dem handy",
        "fr": "envoyé|envoyée|expédié|obtenir|obtenez|téléchargez|télécharger|écrit de",
        "es": "enviado|enviada|obtener|obtenga|descargar|consigue|escrito desde|"
        "mandado",
        "it": "inviato|inviata|ottieni|scarica|spedito",
        "pt": "enviado|enviada|obter|obtenha|baixe",
        "nl": "verzonden|verstuurd|gestuurd|outlook voor|download",
        "pl": "wysłane|wysłano|wysłany|pobierz",
        "cs, sk": "odesláno|odoslané|získejte|posláno|z mého",
        "sv": "skickat|skickad|skickades|hämta|sänt",
        "da, no": "sendt|hent|få outlook|skaffa",
        "fi": "lähetetty|hanki",
        "hu, ro, hr, tr": "küldve|elküldve|trimis|poslano|gönderildi|gönderilmiştir",
        "ru, uk, el": "отправлено|отправлен|надіслано|στάλθηκε",
        "zh, ja, ko": "发自|發自|从我的|から送信|에서 보냄",
    }
)
DEVICES = _words(
    {
        "all": "iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|oneplus|"
        "nokia|motorola|pixel|blackberry|windows phone|windows 10|windows mail|iphon|"
        "windows 11|outlook|yahoo|hotmail|gmail|gmx|web.de|freenet|aol|icloud|aquamail|"
        "t-online|magenta|proton|protonmail|tutanota|tuta|bluemail|blue mail|spark|"
        "superhuman|airmail|mailbird|thunderbird|k-9|k9|newton|edison|fairemail|hey|"
        "front|zoho|fastmail|posteo|mailspring|canary|shortwave|nine|typeapp|mail.ru|"
        "yandex|orange|sfr|laposte|free|libero|virgilio|tiscali|mail app|apple watch|"
        "telekom|vodafone|o2|tablet|smartphone|handy|mobiltelefon|mobile|mobil|"
        "cell phone|cellphone|phone|my phone|téléphone|telephone|portable|móvil|movil|"
        "celular|teléfono|cellulare|telefono|dispositivo|telemóvel|telefoon|mobiel|"
        "telefon|telefonu|komórki|mobilen|mobilu|puhelimesta|device|gerät|appareil|"
        "the go|unterwegs|iphonesta|айфона|смартфона|телефона|手机|手機|brevity|typos|"
        "watch|voice|sony|xperia|lg|htc|honor|oppo|vivo|realme|fairphone|ios|macbook|"
        "imac|my mac|ipad pro|chromebook|e-mail app|email app|app mail|mail pour|mailo"
    }
)

# A whole line that some program or habit adds to the end.
MOBILE_LINES = frozenset(
    _words(
        {
            "en": "sent on the go|on the move|from my phone|from mobile|mobile|"
            "on the road|sent on the move|from my iphone|tapped out on my phone|"
            "short reply as i am on my phone",
            "de": "von unterwegs|unterwegs|mobil|vom handy|vom iphone|von iphone|"
            "vom smartphone|von meinem iphone|aus dem zug|vom mobiltelefon",
            "fr": "de mon iphone|depuis mon mobile|de mon mobile|depuis mon iphone",
            "es": "desde el móvil|desde mi iphone|desde mi móvil|desde el celular",
        }
    )
)
