"""Response: the language of a reply, from its small words and its letters.

Replies are short, so the words count that people answer with ("gerne", "merci") as well
as those that a language cannot do without. English, German, French and Spanish are told
apart from each other and from what is *not one of ours*; the other languages are known
only so far as that takes.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

SUPPORTED = ("en", "de", "fr", "es")
UNKNOWN = "und"  # ISO 639-2: undetermined

# Each word is evidence for the languages that have it; the rarer it is among them, the
# better the evidence. Answers of one or two words must be decided by these alone.
_WORDS = {
    "en": (
        "the of and to in is that it for on with as are was be at by this have "
        "from or had not but what all were when we there can an your which "
        "their if will each about how up out them then she many some so these "
        "would other into has her his him my than been who its now find did "
        "get come made may our you i he they me us no yes please thanks thank "
        "hi hello hey dear sorry interested unsubscribe remove stop just only "
        "also very much more most any could should do does don't doesn't "
        "didn't isn't can't won't i'm i'll i've we're we'll we've it's that's "
        "let's you're sounds great good sure okay call meeting send price "
        "quote tomorrow today next week month year monday tuesday wednesday "
        "thursday friday saturday sunday morning afternoon back here after "
        "before where why whom again off mail email need want know think see "
        "look looks works work time team free price pricing noted agreed "
        "received nope yep yeah nah cheers best regards love happy busy budget "
        "later maybe never because while still already not-interested pls u ur "
        "thx wrong person whats dont cant im ok doing done makes sense go "
        "going got out-of-office office away leave return delivered delivery "
        "failed message address automatic reply january february march april "
        "june july august september october november december noon midday "
        "midnight tonight"
    ),
    "de": (
        "der die das und ich nicht ist es zu in den mit sich auf für ein eine "
        "einen einem einer von dem des sie er wir ihr mich mir uns ihnen ihre "
        "ihren ihrer mein meine unser unsere auch noch wie oder aber dass daß "
        "wenn nur bei nach aus um am im zum zur vom beim als so sind war waren "
        "wird werden wurde haben hat hatte habe kann können könnte könnten "
        "möchte möchten muss soll sollte würde würden bin bist sehr schon mehr "
        "kein keine keinen kein-interesse bitte danke vielen dank gerne gern "
        "hallo guten tag sehr-geehrte sehr-geehrter liebe lieber grüße ja nein "
        "doch leider jetzt hier da dann was wer wo wann warum welche welcher "
        "über unter vor durch gegen ohne bis seit heute morgen übermorgen "
        "woche nächste nächsten nächster monat jahr uhr montag dienstag "
        "mittwoch donnerstag freitag samstag sonntag abmelden interessiert "
        "interesse angebot termin anrufen rufen schicken senden melden passt "
        "klingt super perfekt einverstanden verstanden erledigt verteiler "
        "newsletter abbestellen zuständig kollege kollegin urlaub abwesend "
        "abwesenheit erreichbar nachricht zurück wieder erst mal einmal etwas "
        "alles nichts immer nie viel weiter derzeit aktuell momentan preis "
        "preise kosten kostet gibt geht machen macht weiß gut passend kurz "
        "telefonieren telefonat gespräch bezüglich mfg lg moin servus grüezi "
        "keinerlei löschen lösche streichen stornieren unser ihrem diesem "
        "dieser dieses diese zustellung konnte zugestellt empfänger januar "
        "februar märz april mai juni juli august september oktober november "
        "dezember mittag mitternacht vormittag nachmittag abend"
    ),
    "fr": (
        "le la les de des du un une et est à en que qui ne pas pour dans ce "
        "cette ces sur avec plus par je tu il elle nous vous ils elles on me "
        "te se lui leur leurs mon ma mes ton votre vos notre nos son sa ses au "
        "aux mais ou où donc car si être avoir suis sommes êtes sont ai as "
        "avons avez ont était étais serait serais sera serai pouvez pourriez "
        "peux peut pouvons voudrais souhaite souhaitons faire fait très bien "
        "bon bonne bonjour bonsoir merci oui non d'accord parfait s'il plaît "
        "svp cordialement madame monsieur aussi encore déjà jamais toujours "
        "rien tout tous toute toutes même comme quand comment pourquoi combien "
        "quel quelle quels quelles après avant chez sans sous entre depuis "
        "jusqu jusqu'au aujourd'hui demain semaine prochaine prochain mois "
        "année heure heures lundi mardi mercredi jeudi vendredi samedi "
        "dimanche matin après-midi rendez-vous rdv appel appeler devis tarif "
        "tarifs prix intéressé intéressée intéresse intéressant désabonner "
        "désinscrire désinscription arrêtez cesser cessez c'est j'ai n'est "
        "n'ai qu'il qu'on d'un d'une l'on j'aimerais y cela ça ceci absent "
        "absente congé congés retour bureau reçu noté contacter recontacter "
        "envoyer transmettre proposez disponible volontiers dommage désolé "
        "désolée actuellement pourrait là peu trop beaucoup remise échec "
        "adresse livré trouvée collègue personne bises salut ok-merci avis "
        "réponse automatique nullement aucun aucune moi toi janvier février "
        "mars avril mai juin juillet août septembre octobre novembre décembre "
        "midi minuit soir"
    ),
    "es": (
        "el la los las de del un una unos unas y en que no es por para con se "
        "su sus lo le les me te nos mi mis tu al como más pero si sí o muy ya "
        "ha he han hemos había fue ser estar está están estoy estamos son soy "
        "somos era tiene tengo tenemos tienen puede puedo podemos podría "
        "podríamos pueden quiero queremos quisiera gustaría hacer hay este "
        "esta esto estos estas ese esa eso todo todos toda todas nada nunca "
        "siempre también tampoco cuando cuándo cómo qué quién cuál cuánto "
        "cuánta dónde donde porque aunque desde hasta entre sobre sin hola "
        "buenos buenas días tardes gracias muchas favor saludos vale claro "
        "bien bueno perfecto acuerdo interesa interesado interesada "
        "interesante precio precios presupuesto oferta hoy mañana ayer semana "
        "próxima próximo mes año hora lunes martes miércoles jueves viernes "
        "sábado domingo tarde llamada llamar llámeme reunión enviar envíe "
        "envíen baja darme denme borren borrar dejen correo correos lista "
        "contacto ahora luego después antes usted ustedes nosotros ellos ella "
        "él aquí allí otra otro vacaciones oficina vuelvo regreso ausente "
        "mensaje recibido encantado encantada estaré podemos-hablar hablar "
        "hablamos mándeme mande momento adelante lamentablemente estimado "
        "estimada señor señora nos-vemos ningún ninguna cuesta quién-es "
        "entregado dirección destinatario enero febrero marzo abril mayo junio "
        "julio agosto septiembre octubre noviembre diciembre mediodía "
        "medianoche noche manana"
    ),
    "it": (
        "il lo la i gli le di del della dei delle degli da dal dalla in nel "
        "nella con su per tra fra un una uno e ed è che non si ma anche come "
        "più sono sei siamo ho hai ha abbiamo hanno questo questa questi mi ti "
        "ci vi suo sua loro grazie buongiorno buonasera salve ciao prego sì "
        "cordiali saluti vorrei possiamo può potete perché quando dove quanto "
        "quale molto bene domani oggi settimana prossima mese anno ore lunedì "
        "martedì mercoledì giovedì venerdì sabato domenica interessati "
        "interessato interessa prezzo preventivo riunione chiamata inviare "
        "siamo-interessati alle al allo alla ai sulla vostra vostro nostra "
        "nostro gentile della-sua perfetto certo gennaio febbraio marzo aprile "
        "maggio giugno luglio agosto settembre ottobre novembre dicembre "
        "mezzogiorno"
    ),
    "pt": (
        "o os as um uma de do da dos das em no na nos nas e é que não se por "
        "para com como mais mas ao aos à pelo pela eu você vocês ele ela eles "
        "nós meu minha seu sua nosso nossa está estão estou estamos foi são "
        "somos tem tenho temos têm pode posso podemos gostaria obrigado "
        "obrigada bom boa olá dia tarde noite sim muito muita também já ainda "
        "então quando onde qual quanto porque até amanhã hoje semana próxima "
        "mês ano horas segunda-feira terça-feira quarta-feira quinta-feira "
        "sexta-feira interesse preço orçamento reunião enviar por-favor "
        "cumprimentos isso isto esse essa este esta nossos não-temos agradeço "
        "prezado prezada janeiro fevereiro março abril maio junho julho agosto "
        "setembro outubro novembro dezembro"
    ),
    "nl": (
        "de het een en van ik je u is dat niet in te op zijn met voor die er "
        "aan om dan als maar ook wel nog naar bij uit kan kunnen zou zouden "
        "wij we jullie uw ons onze mijn hij zij deze dit wat wie waar wanneer "
        "hoe geen heeft heb hebben had was waren wordt worden zal graag dank "
        "bedankt hallo beste groet groeten alstublieft alsjeblieft ja nee goed "
        "prima morgen vandaag week volgende maand jaar uur maandag dinsdag "
        "woensdag donderdag vrijdag zaterdag zondag interesse afspraak prijs "
        "offerte sturen bellen mail afmelden al meer veel over door tot echter "
        "helaas moment even contact opnemen januari februari maart april mei "
        "juni juli augustus september oktober november december middag"
    ),
    "pl": (
        "i w z na nie że się do to jest o jak ale po co tak za od dla czy przez przy "
        "już tylko może można są był była było mam ma mamy proszę dziękuję "
        "dziękujemy dzień dobry witam pozdrawiam będę będzie nas nam pana pani "
        "państwa państwo tym tego ten ta jutro dzisiaj tydzień tygodniu przyszłym "
        "miesiąc rok godzinie poniedziałek wtorek środę czwartek piątek oferta "
        "ofertę cena spotkanie zainteresowani jesteśmy zainteresowany jestem "
        "wiadomość"
    ),
    "sv": (
        "och att det i en jag på är som för inte med den till har vi de av om ett "
        "kan men så du ni vår våra er era mig oss skulle vill ska var från när hur "
        "vad hej tack mycket gärna hälsningar nästa vecka imorgon idag månad år "
        "klockan måndag tisdag onsdag torsdag fredag intresserade intresserad pris "
        "möte skicka ring också bara eller efter vänliga finns här där ja nej"
    ),
    "da": (
        "og at det i en jeg på er som for ikke med den til har vi de af om et kan "
        "men så du jeres vores mig os skulle vil skal var fra når hvordan hvad hej "
        "tak meget gerne hilsen næste uge morgen dag måned år klokken mandag tirsdag "
        "onsdag torsdag fredag interesserede interesseret pris møde send ring også "
        "kun eller efter venlig her der ja nej hvornår mange hilsner være blive"
    ),
    "no": (
        "og at det i en jeg på er som for ikke med den til har vi de av om et kan "
        "men så du deres vår våre meg oss skulle vil skal var fra når hvordan hva "
        "hei takk veldig gjerne hilsen neste uke morgen dag måned år klokken mandag "
        "tirsdag onsdag torsdag fredag interesserte interessert pris møte send ring "
        "også bare eller etter vennlig her der ja nei mvh være noen"
    ),
    "fi": (
        "ja on ei se että en hän oli mutta ovat kun niin myös olen olemme meidän "
        "teidän voimme voisiko kiitos hei terveisin ensi viikolla huomenna tänään "
        "viikko kuukausi maanantaina tiistaina keskiviikkona torstaina perjantaina "
        "kiinnostaa tarjous hinta lähettää soittaa voi tai sekä jos kanssa minä me "
        "te tämä"
    ),
    "cs": (
        "a se v na je že to s z do o k i ale jako po by pro jsem jsme jste není byl "
        "která který děkuji děkujeme dobrý den prosím zájem máme mám příští týden "
        "zítra dnes pondělí úterý středu čtvrtek pátek hodin nabídka cena schůzka "
        "pozdravem také už nebo tak při od"
    ),
    "tr": (
        "bir ve bu için ile de da çok daha ne var yok değil olarak ben biz siz "
        "teşekkürler teşekkür ederim merhaba lütfen evet hayır yarın bugün hafta "
        "gelecek saat fiyat toplantı ilgileniyoruz gibi ama kadar sonra"
    ),
    "hu": (
        "a az és hogy nem is egy ez van de meg ha volt csak már köszönöm köszönjük "
        "szia üdvözlettel kérem igen jövő héten holnap ma óra ajánlat ár érdekel "
        "vagy mint még szépen kérjük"
    ),
    "ro": (
        "și de la în a nu cu pe din o că este un pentru mai sunt am ai ne vă care "
        "mulțumesc mulțumim bună ziua vă-rog da săptămâna viitoare mâine azi ora "
        "ofertă preț interesați interesat poate avem dar sau după"
    ),
}

# Letters and endings that stand for few languages.
_LETTERS = {
    "ß": ("de",),
    "ä": ("de", "sv", "fi"),
    "ö": ("de", "sv", "fi", "tr", "hu"),
    "ü": ("de", "tr", "hu", "es"),
    "ñ": ("es", "es"),
    "¿": ("es", "es", "es"),
    "¡": ("es", "es", "es"),
    "œ": ("fr", "fr"),
    "ê": ("fr", "fr", "pt"),
    "è": ("fr", "it"),
    "ç": ("fr", "pt", "tr"),
    "ù": ("fr", "it"),
    "â": ("fr", "pt", "ro"),
    "î": ("fr", "ro"),
    "ô": ("fr", "pt"),
    "û": ("fr",),
    "à": ("fr", "it", "pt"),
    "é": ("fr", "es", "pt", "hu", "cs"),
    "á": ("es", "pt", "hu", "cs"),
    "í": ("es", "pt", "hu", "cs"),
    "ó": ("es", "pt", "pl", "hu"),
    "ú": ("es", "pt", "hu", "cs"),
    "ã": ("pt", "pt", "pt"),
    "õ": ("pt", "pt", "pt"),
    "ì": ("it", "it"),
    "ò": ("it", "it"),
    "å": ("sv", "da", "no"),
    "ø": ("da", "da", "no", "no"),
    "æ": ("da", "da", "no"),
    **dict.fromkeys("ąęłśźżń", ("pl", "pl", "pl")),
    "ć": ("pl", "pl"),
    **dict.fromkeys("ěřů", ("cs", "cs", "cs")),
    **dict.fromkeys("šž", ("cs", "cs")),
    "č": ("cs", "cs"),
    "ý": ("cs",),
    **dict.fromkeys("ğış", ("tr", "tr", "tr")),
    **dict.fromkeys("őű", ("hu", "hu", "hu")),
    **dict.fromkeys("ățș", ("ro", "ro", "ro")),
}
_ENDINGS = {
    "en": "ing ed ly ness 's 'll 've 're n't tion ould ght",
    "de": (
        "ung ungen keit heit lich liche lichen isch ische ischen ieren iert schaft "
        "sch cht chte igen"
    ),
    "fr": "tion ment eux euse ités ité ons ez aient ait ée ées és eau eaux erait isé",
    "es": "ción ciones mente dad idad amos emos imos ando iendo ado ada ados adas aría "
    "ería uéis áis illo",
    "it": "zione zioni mente ità iamo iate ando endo ato ata ati ate ezza aggio gli",
    "pt": "ção ções mente dade amos emos ando endo ado ada ados ães inho lhe",
    "nl": "ing heid lijk lijke baar tie atie eren elijk",
    "pl": "ować anie enie ość ości ych ego emu cie my ał",
}
_SCRIPTS = (
    ("\u0400", "\u052f", "ru"),
    ("\u0370", "\u03ff", "el"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u3040", "\u30ff", "ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\u4e00", "\u9fff", "zh"),
)

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Addresses and names of files say nothing about the language.
_ADDRESS = re.compile(r"\S{0,80}(?:@|://|www\.)\S{1,200}")
_LONGEST = 4000
_MAX_TOKENS = 400


@dataclass(frozen=True, slots=True)
class Language:
    """A language: ISO 639-1 ``code`` or ``und``, how surely (0 to 1), if it is ours."""

    code: str
    confidence: float
    supported: bool


def _weigh(table: dict[str, str]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return for each word its languages and how much it says for each."""
    owners: dict[str, list[str]] = defaultdict(list)
    for language, words in table.items():
        for word in dict.fromkeys(words.split()):
            owners[word].append(language)
    weighed = {}
    for word, languages in owners.items():
        weight = (1.0 if len(word) > 2 else 0.7) / len(languages) ** 1.3
        weighed[word] = tuple((language, weight) for language in languages)
    return weighed


_WEIGHTS = _weigh(_WORDS)
_ENDING_WEIGHTS = {
    ending: tuple((language, weight * 0.35) for language, weight in weights)
    for ending, weights in _weigh(_ENDINGS).items()
}


def detect(text: str) -> Language:
    """Return the language of ``text``; ``und`` when nothing tells."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    if "@" in text or "www." in text or "://" in text:
        text = _ADDRESS.sub(" ", text)
    text = text.lower().replace("’", "'")
    if not text.isascii():
        script = _script(text)
        if script:
            return Language(script, 0.95, script in SUPPORTED)
    scores = _score(text)
    if not scores:
        return Language(UNKNOWN, 0.0, False)
    (code, best), *others = sorted(
        scores.items(), key=lambda item: (-item[1], _rank(item[0]))
    )
    second = others[0][1] if others else 0.0
    confidence = (best - second) / best * min(1.0, 0.4 + best / 3)
    return Language(code, round(min(0.99, confidence), 2), code in SUPPORTED)


def _rank(code: str) -> int:
    return SUPPORTED.index(code) if code in SUPPORTED else len(SUPPORTED)


def _script(text: str) -> str:
    """Return the language whose script most of the letters are from, or ``""``."""
    letters = [sign for sign in text if sign > "\u036f" and sign.isalpha()]
    if len(letters) * 2 < sum(sign.isalpha() for sign in text) or not letters:
        return ""
    for first, last, code in _SCRIPTS:
        count = sum(first <= sign <= last for sign in letters)
        # Japanese mixes its own letters with Chinese ones.
        if count * (5 if code == "ja" else 2) > len(letters):
            return code
    return UNKNOWN


def _score(text: str) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count > _MAX_TOKENS:
            break
        word = token[0]
        _add_word(scores, word)
        if not word.isascii():
            for sign in word:
                for language in _LETTERS.get(sign, ()):
                    scores[language] += 0.3
    for sign in "¿¡":
        if sign in text:
            scores["es"] += 1.5
    return scores


def _add_word(scores: dict[str, float], word: str) -> None:
    known = _WEIGHTS.get(word)
    if known:
        for language, weight in known:
            scores[language] += weight
        return
    if "'" in word or "-" in word:
        for part in re.split("['-]", word):
            for language, weight in _WEIGHTS.get(part, ()):
                scores[language] += weight
        # "l'offre", "d'appel": French before a vowel, and Italian
        if word[1:2] == "'" and word[0] in "ldjncmst":
            scores["fr"] += 0.6
            scores["it"] += 0.3
        return
    if len(word) > 4:
        for size in (6, 5, 4, 3, 2):
            ending = _ENDING_WEIGHTS.get(word[-size:])
            if ending:
                for language, weight in ending:
                    scores[language] += weight
                return
