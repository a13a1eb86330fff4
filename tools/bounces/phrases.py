"""Tracking: how automatic mails speak, in the languages of Europe.

One pattern a line, as people write it. Both the patterns and the texts are *folded*
before they meet: lower case, no accents, one space between words. A pattern matches
from the beginning of a word. What a pattern finds is a hint, not a verdict:
:mod:`.automatic` weighs it with what the headers say.
"""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i",
        "’": "'", "‘": "'", "´": "'", "`": "'", "–": "-", "—": "-", "‑": "-",
        "\u00ad": "", "\u200b": "", "\ufeff": "",
    }
)  # fmt: skip
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return a text without what differs between people who say the same.

    >>> fold("Ich bin  außer Haus.\\nÀ bientôt!")
    'ich bin ausser haus. a bientot!'
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", plain)).strip()


def any_of(lines: str) -> re.Pattern[str]:
    """Return what finds any of some patterns, one a line, in a folded text."""
    patterns = [
        fold(line.replace(r"\S", "[^ ]"))  # folding would make it a space
        for line in lines.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return re.compile(r"\b(?:" + "|".join(patterns) + ")")


# It says of itself that a machine wrote it.
AUTOMATED = any_of(r"""
    # en
    (this is|this message is|this e-?mail is|you are receiving) an? (automated|automatic|auto[ -]?generated|auto)\b
    (was|has been|is) (automatically (generated|sent|created)|(generated|sent|created) automatically)
    your request was declined because there are conflicts
    (ihre|deine) anfrage wurde (aufgrund|wegen) .{0,30}konflikt.{0,20}abgelehnt
    votre demande a été refusée (en raison|à cause) de conflits
    auto-?(reply|responder|response) (message|e-?mail|from)
    (please )?do not (reply|respond) to this
    # de
    dies(e nachricht|e e-?mail|e mail)? ist eine automatisch
    (diese|die) (nachricht|e-?mail|mail|antwort) (wurde|wird|ist) automatisch
    (bitte )?antworten sie (bitte )?nicht auf diese
    # fr
    (ceci est|il s'agit d'|cet? (e-?mail|courriel|message) est) ?une? (réponse|message|courriel|e-?mail|mail) automatique
    (message|courriel|e-?mail|réponse) (généré|envoyé)e? automatiquement
    (merci de|veuillez|prière de) ne pas (y )?répondre
    # es
    (este es|esta es|se trata de|esto es) una? (respuesta|mensaje|correo|e-?mail) automátic
    (respuesta|mensaje|correo) (generad|enviad)[oa] (de forma automática|automáticamente)
    (por favor,? )?no (responda|conteste) a este
    # it
    (questa è|questo è) una? (risposta|messaggio|mail|e-?mail) automatic
    (messaggio|risposta|e-?mail|mail) (generat|inviat)[oa] automaticamente
    (si prega di )?non rispondere a quest
    # nl
    (dit is|dit bericht is) een automatisch
    (bericht|e-?mail|mail) is automatisch (gegenereerd|verzonden|verstuurd)
    (gelieve )?niet te (beantwoorden|antwoorden)
    # pt
    (esta é|este é|trata-se de) uma? (resposta|mensagem|e-?mail) automátic
    (mensagem|resposta|e-?mail) (gerad|enviad)[oa] automaticamente
    (por favor,? )?não responda a est
    # pl
    (to jest|ta wiadomość jest|niniejsza wiadomość jest) (automatyczn|wiadomość automatyczn|odpowiedź automatyczn|wiadomość wygenerowana automat)
    wiadomość (została )?(wygenerowana|wysłana) automatycznie
    (prosimy|proszę) (na nią )?nie odpowiadać
    # sv, da, nb
    (detta|det här) är ett (automatiskt|autogenererat|automatgenererat|autosvar)
    (dette|det her) er (et|en) (automatisk|autogenerer|autosvar)
    (svara (inte|ej) på detta|svar (venligst )?ikke på den|ikke svar på denne)
    # fi, cs
    tämä (viesti )?on automaattinen
    (toto je|tato zpráva je) automatick
    (na tuto zprávu|na tento e-?mail) neodpovídejte
""")  # noqa: E501

# Somebody is away, or a house is closed.
ABSENT = any_of(r"""
    # en
    out of (the |my |our )?office
    out-of-office
    away from (the |my )?(office|desk)
    (i am|i'm|i will be|i'll be|we are|we will be) (currently |now |presently )?(away|on (a )?(short )?(annual |summer |winter |parental |maternity |paternity |sick |medical |extended |bank )*(leave|holiday|vacation|pto|sabbatical|business trip)|travel+ing|unavailable|out until|out (today|from)|off (work|sick|until))
    on (annual |parental |maternity |paternity |sick |medical |study )?leave\b
    (limited|no|restricted|intermittent|sporadic) (or no )?access to (my |our )?(e-?mails?|mails?|inbox)
    (offices?|works|plant|factory|shop|store|showroom|warehouse|practice|surgery|school|we) (\S+ ){0,4}(is|are|will be|remains?) (now |currently |fully )?(closed|shut) (on|from|for|until|till|between|over|during|today|due)\b
    offices? (is|are|will be|remains?) closed
    we (will )?re-?open (on|at|from|again)\b
    (be|are|am) (here|there|back) (for you )?again (from|on|as of)\b
    (answered|read|checked|looked after|monitored) .{0,40}only,? (as|because|since) (i|we) work part[- ]?time
    i (only )?work part[- ]?time
    (return|returning|be back|back) (to|in) (the |my )?office
    back (in|at) (the |my )?(office|work|desk)
    gone fishing
    (i|we) (will )?(return|be back|am back|are back) (on|by|from|at)\b
    # de
    (nicht|erst) (wieder )?im (büro|haus|hause|dienst)\b
    im (wohlverdienten |jahres)?urlaub
    (auf|in) (einer )?dienstreise
    (außer|ausser) haus
    abwesen(d|heit)
    (derzeit|momentan|zur zeit|zurzeit|aktuell|heute|persönlich)? ?nicht (persönlich )?(zu )?erreich(bar|en)
    (in|im|bis) (elternzeit|mutterschutz|krankenstand)
    wieder (für sie )?(persönlich )?(erreichbar|im büro|im hause?|im dienst|da|zurück|vor ort)\b
    (betriebsferien|betriebsurlaub)
    (wir haben|betrieb|werk|laden|filiale|werkstatt) .{0,60}geschlossen\b
    wir sind .{0,40}wieder (gerne? )?(für sie|für euch) da
    (ich )?arbeite (nur )?in teilzeit
    (büro|geschäft|praxis|kanzlei|unternehmen)s? (ist|bleibt|sind|bleiben) .{0,50}geschlossen
    # fr
    (je suis|je serai|nous sommes|étant) (actuellement |momentanément )?(absente?s?|en congés?|en vacances|en déplacement|en arrêt|indisponible)
    absente? (du bureau|jusqu|pour|du|de|le|à partir)
    en congés?\b
    de retour (le|au|à partir|à compter|lundi|mardi|mercredi|jeudi|vendredi|dans)
    congé (de )?(maternité|paternité|parental|maladie)
    (magasin|atelier|usine|établissement|cabinet|boutique|école|nous) (est|sera|seront|sont|sommes|serons) .{0,20}fermée?s?\b
    (réouverture|nous (rouvrons|rouvrirons|reprendrons)) (le|lundi|mardi|mercredi|jeudi|vendredi|à partir|dès)
    je travaille à temps partiel
    (bureaux|entreprise|société|agence) (est|sont|sera|seront) fermée?s?
    # es
    fuera de (la |mi )?oficina
    (estoy|estaré|me encuentro|me encontraré|estamos) (actualmente )?(de vacaciones|ausente|de viaje|de baja|fuera|de permiso)
    de vacaciones
    (regreso|regresaré|vuelvo|volveré|me reincorporo|reincorporaré|de vuelta) (el|a partir|a la oficina|al trabajo|en|de)
    (permanecemos|permaneceremos|estamos|estaremos|tienda|taller|fábrica|almacén) .{0,30}cerrad[oa]s?\b
    (reabrimos|reabriremos|volvemos a abrir|retomamos la actividad) (el|a partir|en)
    oficinas? (permanecerá|estará|está|permanece)n? cerradas?
    baja (por )?(maternidad|paternidad|maternal|médica|enfermedad)
    # it
    fuori (ufficio|sede)
    (sono|sarò|siamo) (attualmente |momentaneamente )?(assente|in ferie|in vacanza|fuori ufficio|in trasferta|in malattia|in maternità|in congedo)
    in ferie\b
    (rientro|rientrerò|sarò di ritorno|tornerò|di ritorno|di nuovo in ufficio) (il|in|da|a partire|lunedì|martedì|mercoledì|giovedì|venerdì)?
    uffici (sono|saranno|rimarranno|resteranno) chiusi
    # nl
    afwezig
    (niet|weer|terug) (aanwezig )?op (kantoor|het werk)
    (met|op) (zomer|kerst)?(vakantie|verlof|zwangerschapsverlof|ouderschapsverlof)
    buiten (kantoor|het kantoor)
    (weer|terug|niet|beperkt) (aanwezig|bereikbaar)
    kantoor(en)? (is|zijn) .{0,30}gesloten
    # pt
    fora do escritório
    (estou|estarei|encontro-me|me encontro|estamos) (actualmente |atualmente )?(ausente|de férias|em férias|em viagem|de licença|de baixa|fora)
    de férias
    (regresso|regressarei|retorno|retornarei|volto|voltarei) (a|ao|no|em|dia)\b
    licença[ -](de )?(maternidade|paternidade|parental)
    escritório (estará|está|encontra-se) (fechado|encerrado)
    # pl
    nieobecn(y|a|ość|ości)
    (na|podczas) urlop(ie|u)
    poza biurem
    przebywam (na|w|poza)
    (wracam|wrócę|będę z powrotem|będę dostępn[ya]|będę ponownie)
    (biuro|firma) (jest|będzie) (zamknięt|nieczynn)
    # sv
    på semester
    (är|kommer att vara) (för närvarande |just nu )?(ledig|frånvarande|bortrest|föräldraledig|tjänstledig|sjukskriven)
    frånvar(o|ande)
    inte på (kontoret|plats)
    (åter|tillbaka) (på|i|den|igen|måndag|tisdag|onsdag|torsdag|fredag)\b
    föräldraledig
    kontoret (är|håller) stängt
    # da
    på (sommer)?ferie
    holder (jeg )?ferie
    fravær(ende)?
    ikke på (kontoret|arbejde)
    på (barsel|orlov)
    tilbage (på|den|igen|mandag|tirsdag|onsdag|torsdag|fredag)\b
    kontoret (er|holder) lukket
    # nb
    ute av kontoret
    (i|ute i|på) permisjon
    tilbake (på|den|igjen|mandag|tirsdag|onsdag|torsdag|fredag)\b
    ikke (på kontoret|til ?stede)
    # fi
    (olen|olemme) (tällä hetkellä )?(poissa|lomalla|vuosilomalla|vanhempainvapaalla|matkoilla)
    (kesä|vuosi|talvi|äitiys)loma
    en ole (tavoitettavissa|toimistolla|paikalla|töissä)
    palaan (toimistolle|töihin|takaisin)
    # cs
    mimo (kancelář|pracoviště)
    (na|čerpám) (dovolené|dovolenou)
    (nejsem|nebudu) (v kanceláři|přítom|k dispozici|dostupn|k zastižení)
    nepřítom
    zpět v (kanceláři|práci)
""")  # noqa: E501

# Who had the address is gone for good, or the address is no longer read.
LEFT = any_of(r"""
    # en
    (is|am|are|i'm|'s) no longer (with|at|working|employed|part of|a member|an employee|affiliated|associated|in (the|this) (company|role|organi[sz]ation))
    no longer works? (for|at|here|with|in)\b
    (has|have|i've|he's|she's) (now |recently |since )?left (?!a |an |you|it |my |your|this |some |any |comment|home|for |off |out |the (office|building|house|door)|to |over )
    (has|have) (retired|departed|moved on) (from|as|on|in|to|and|since|effective)
    (address|mailbox|inbox|account) (is|has been|was|will be) (no longer|deactivated|discontinued|decommissioned|retired|permanently closed|closed down)
    (no longer|not) (in use|active|valid|being used|monitored) as of
    (no longer an|is not an) (active|valid) (e-?mail )?(address|account|mailbox)
    # de
    nicht mehr (länger )?(bei (uns|der|dem|[a-z])|für (uns|die|das|den|[a-z])|in unserem|im unternehmen|beschäftigt|tätig|angestellt|mitarbeite)
    (das |unser )unternehmen ([^ ]+ ){0,3}verlassen
    (aus dem unternehmen|aus unserem (hause?|unternehmen)|bei uns)? ?ausgeschieden
    (im|in den) (wohlverdienten )?(ruhestand|rente)
    (adresse|postfach|mailbox|e-?mail-?konto) (ist|wird) (ab [^ ]+ |seit [^ ]+ )?nicht mehr (aktiv|gültig|genutzt|verwendet|betreut|gelesen|abgerufen|in betrieb)
    # fr
    ne (fait|fais|travaille|font|travaillent) plus (partie|chez|pour|dans|au|à)\b
    (n'est|ne suis|n'es) plus (en poste|employée?|salariée?|dans (l'entreprise|la société)|chez|joignable à cette|à cette adresse)
    (a|ai|j'ai) (définitivement )?quitté (la |l'|notre |le |ses |mes )(société|entreprise|groupe|fonctions|cabinet|structure|équipe|poste)
    (adresse|boîte|messagerie|compte)( de messagerie| électronique| (e-?)?mail)? n'est plus (active?|valide|utilisée?|consultée?|en service|relevée?)
    (partie?|départ|fait valoir) .{0,20}à la retraite
    # es
    ya no (trabaja|trabajo|forma parte|formo parte|pertenece|pertenezco|presta|labora)\b
    (ha|he) (dejado|abandonado) (la empresa|la compañía|la organización|de trabajar|de pertenecer|de formar)
    (dirección|cuenta|casilla|buzón)( de correo| electrónica?)* ya no (está|es|se)
    (se ha|me he) jubilado
    # it
    non (lavora|lavoro|fa parte|faccio parte|collabora|collaboro|opera) più
    non fa(ccio)? più parte
    (ha|ho) lasciato (l'azienda|la società|il gruppo|la ditta|la nostra|lo studio)
    non è più (in azienda|in forza|dipendente|attiv[oa]|un dipendente|operativ[oa]|in uso)
    andat[oa] in pensione
    # nl
    niet (meer|langer) (werkzaam|in dienst|actief|in gebruik)
    werkt? niet (meer|langer) (bij|voor)
    uit dienst( getreden)?\b
    (met|op) pensioen
    # pt
    (já )?não (trabalha|trabalho|faz|faço|exerce|pertence|colabora|colaboro) (mais |parte |funções )?(parte |na|no|à|ao|a|em|nesta|para|com)\b
    (deixou|deixei) (a empresa|a companhia|de trabalhar|de colaborar|de fazer|de exercer)
    (e-?mail|endereço|conta|caixa) (já não|não) (está|é|se encontra) (mais )?(em uso|ativ|activ|válid|utilizad|em funcionamento)
    desligad[oa] da empresa
    # pl
    (już nie pracuj[eę]|nie pracuj[eę] już)
    nie jest (już )?(pracownikiem|zatrudnion|aktywn)
    (zakończył|zakończyła|zakończyłem|zakończyłam) (pracę|współpracę|zatrudnienie)
    (odszedł|odeszła) z (firmy|pracy)
    na emerytur
    # sv
    (har|jag har) (slutat|lämnat (företaget|bolaget|min tjänst))
    (arbetar|jobbar) (inte|ej) längre
    (inte|ej) längre (anställd|kvar|i tjänst|i bruk|aktiv)
    gått i pension
    # da, nb
    (arbejder|arbeider|jobber) ikke (længere|mere|lenger)
    ikke (længere|lenger) (ansat|ansatt|hos|i brug|aktiv)
    (er )?fratrådt|har (forladt|sluttet)|gået på pension|gått av med pensjon
    # fi, cs
    ei (enää työskentele|työskentele enää)
    ei ole enää (palveluksessa|työsuhteessa|töissä|käytössä)
    (jäänyt|siirtynyt) (eläkkeelle|pois)
    (již|už) (zde |u nás |ve firmě )?(nepracuj|není zaměstnan|nejsem zaměstnan)
    ukončil(a)? pracovní poměr
""")  # noqa: E501

# Nobody reads the mail now, or it waits for a return.
UNREAD = any_of(r"""
    # en
    (not|n't) (be |been |being )?(automatically )?forwarded
    (limited|no|restricted|intermittent|sporadic) (or no )?(access|connectivity)
    (upon|on|after|until) (my|our) return
    (when|once|after|until) (i|we) (return|get back|am back|'m back|are back)
    (e-?mails?|messages?|mails?) (will|is|are) (not )?(be )?(being )?(read|forwarded|checked|deleted|answered|monitored)
    (not|n't|rarely|only occasionally|infrequently) (be )?(checking|reading|monitoring) (my )?(e-?mails?|messages|inbox|mails)
    # de
    nicht (automatisch )?(weitergeleitet|gelesen|bearbeitet)
    nach meiner (rückkehr|rueckkehr)
    (kein|eingeschränkt|begrenzt|sporadisch|unregelmäßig)\w* (oder nur \w+ )?(zugriff|zugang|e-?mails|mails)
    # fr
    accès (très )?(limité|restreint)
    (à|dès|lors de) mon retour
    ne (sera|seront|sont|est) pas (automatiquement )?(transféré|lu|redirigé|traité|acheminé|transmis)
    # es
    acceso (muy )?limitado
    (a|tras) mi (regreso|vuelta|retorno)
    no (será|serán|es|son) (reenviad|leíd|redirigid|atendid)
    # it
    accesso limitato
    al mio (rientro|ritorno)
    non (verrà|verranno|sarà|saranno) (inoltrat|lett|reindirizzat|gestit)
    # nl
    (beperkte?|geen) toegang
    (bij|na) (mijn )?(terugkeer|terugkomst)
    (wordt|worden) niet (automatisch )?(doorgestuurd|gelezen|doorgezonden)
    # pt
    acesso (muito )?(limitado|restrito)
    (no|após o|ao) meu (regresso|retorno)
    (quando|assim que) (regressar|retornar|voltar)
    não (será|serão) (reencaminhad|encaminhad|lid)
    # pl
    ograniczony dostęp
    po (moim )?powrocie
    nie (będą|są|zostanie|będzie) (automatycznie )?(przekierowan|przekazywan|przekazan|czytan|odczytywan)
    # sv, da, nb
    (begränsad|begrænset|begrenset) (tillgång|möjlighet|adgang|tilgang)
    (när jag är tillbaka|vid min återkomst|når jeg er (tilbage|tilbake)|ved min tilbagekomst)
    (vidarebefordras|läses|videresendes|læses|leses) (inte|ej|ikke)
    # fi, cs
    (palattuani|ei (lueta|välitetä|ohjata) )
    omezený přístup
    po (mém )?návratu
""")  # noqa: E501

# Whom to turn to instead.
DEPUTY = any_of(r"""
    # en
    (in|during|throughout) my absence
    (in|for|if|any|an|in case of) ([^ ]+ ){0,5}(urgent|emergency|emergencies|immediate|pressing)
    (please|kindly) (contact|call|e-?mail|write to|reach out to|get in touch with|direct|address|forward|send|redirect|turn to) (?!me\b)
    # de
    in dringenden ([^ ]+ ){0,2}(fällen|angelegenheiten|anliegen)
    (bei|für) (dringenden|eiligen|wichtigen) 
    (wenden sie sich|kontaktieren sie|schreiben sie|richten sie) (bitte |sich )?(?!mich|mir)
    (meine|als|zur|in) vertretung|vertritt mich|vertreten mich|während meiner abwesenheit|meine kolleg
    # fr
    (en cas d'|pour toute|si c'est|pour les) ?([^ ]+ ){0,3}urgen
    (pendant|durant|en) mon absence
    (veuillez|vous pouvez|merci de|n'hésitez pas à|je vous invite à) (contacter|vous adresser|joindre|prendre contact|écrire|vous rapprocher|adresser)
    # es
    (en caso de|para|si es|cualquier) ([^ ]+ ){0,3}urgen
    (durante|en) mi ausencia
    (contacte|póngase en contacto|diríjase|contactar|comuníquese) (a|con|por)
    # it
    (in caso di|per) ([^ ]+ ){0,3}urgen
    (durante|in) (la )?mia assenza
    (contattare|rivolgersi|potete contattare|scrivere) 
    # nl
    (bij|voor|in geval van|indien) ([^ ]+ ){0,3}(spoed|dringend|urgent|noodgeval)
    (tijdens|in|bij) mijn afwezigheid
    contact op(nemen)? met
    # pt
    (em caso de|para|se for) ([^ ]+ ){0,3}urg[eê]n
    (na|durante a) minha ausência
    (contacte|contactar|contate|contatar|entre em conta|queira contactar)
    # pl
    (w|sprawach|przypadku|przypadkach) ([^ ]+ ){0,2}(pilnych|nagłych|pilnej)
    (podczas|w trakcie|w czasie|pod) mojej nieobecności
    (proszę o kontakt|proszę (się )?kontaktować|prosimy o kontakt)
    # sv, da, nb
    (vid|i|för) (brådskande|akuta|angelägna|hastende|presserende|akutte|hastesager|hastesaker)
    (under|i) (min frånvaro|mit fravær|mitt fravær)
    (vänligen |venligst |vennligst )?(kontakta|kontakt|vänd dig till|henvend dig til) (?!mig|meg)
    # fi, cs
    (kiireellis|kiireis)
    poissaoloni aikana
    (ota|ottakaa|otathan) yhteyttä
    (v|ve) (naléhav|urgentn|nutn)
    (v|po dobu|během) (mé |mojí )?nepřítomnosti
    (kontaktujte|obraťte se|obracejte se)
""")  # noqa: E501, W291

# Thanks for a mail that nobody has read yet.
THANKS = any_of(r"""
    thank(s| you)( very much)?,? for (your (e-?mail|message|mail|inquiry|enquiry|interest|request|note)|contacting|reaching|getting in touch|writing)
    (vielen|herzlichen|besten)? ?dank für (ihre|deine|die) (e-?mail|nachricht|mail|anfrage|mitteilung)
    merci (beaucoup )?(pour|de) (votre|ton) (e-?mail|message|mail|courriel)
    gracias por (su|tu) (correo|mensaje|e-?mail)|gracias por (contactar|escribir|comunicarse)
    grazie per (la (sua|tua|vostra)|il (suo|tuo|vostro)|aver(ci|mi)?) 
    (bedankt|dank u|hartelijk dank|dank) voor (uw|je|het) (e-?mail|bericht|mail)
    obrigad[oa] (pelo|pela) (seu|sua|contat?cto|e-?mail|mensagem)
    dziękuj(ę|emy) za (wiadomość|e-?mail|kontakt|maila)
    tack för (ditt|din|ert|er) (mail|mejl|e-post|meddelande)
    tak for (din|jeres) (mail|e-?mail|besked|henvendelse)
    takk for (din|e-posten) ?(e-post|henvendelse|melding)?
    kiitos (viestistäsi|viestistänne|sähköpostistasi|yhteydenotosta)
    děkuji za (vaši zprávu|váš e-?mail|zprávu)
""")  # noqa: E501, W291

# A system has taken the mail and gave it a number, or nobody reads the mailbox.
ACKNOWLEDGED = any_of(r"""
    # en
    (we|i) (have |'ve )?(successfully )?received your (e-?mail|message|request|enquiry|inquiry|application|mail|ticket)
    your (e-?mail|message|request|enquiry|inquiry|ticket|case|mail|query|application) (\([^)]{1,30}\) )?(has been|was|is) (successfully )?(received|created|logged|registered|assigned|delivered to a shared|opened)
    (ticket|case|reference|request|incident) ?(number|id|no\.|#|ref)
    (was|has been) given the number
    (please )?(quote|mention|use) this (number|reference) (in|when)
    (support )?(ticket|case) ([^ ]+ )?(has been|was) (created|opened|logged)
    (mailbox|inbox|address|account) is (not |un)-?(monitored|attended|checked|read)
    (unmonitored|unattended) (mailbox|inbox|e-?mail|address|account)
    we will (get back to you|respond|reply|be in touch|answer) (to you )?(as soon as|within|shortly|in)
    (a member of|one of|someone from) (our|the) (team|staff|agents|colleagues|representatives)( members)? will (get back|respond|be in touch|reply|contact)
    # de
    (ihre|deine) (e-?mail|nachricht|anfrage|mitteilung|mail) (ist|wurde|haben wir) ([^ ]+ ){0,3}(eingegangen|erhalten|registriert|empfangen|aufgenommen)
    wir haben ihre (e-?mail|nachricht|anfrage|mitteilung|mail) ([^ ]+ ){0,2}erhalten
    (ticket|vorgangs|fall|bearbeitungs|anfrage|vorgangs-)-?(nummer|nr|id)\b
    (schnellstmöglich|umgehend|so schnell wie möglich|zeitnah) (bearbeite|beantworte|bei ihnen|melden|um ihr)
    (postfach|adresse|mailbox) wird nicht (gelesen|abgerufen|überwacht|betreut)
    # fr
    (nous avons|avons) (bien )?reçu votre (e-?mail|message|demande|courriel|mail)
    votre (demande|message|e-?mail|courriel|mail) a (bien )?été (reçue?|enregistrée?|prise? en compte|transmise?)
    (numéro|n°) (de |du )?(ticket|dossier|demande)
    (adresse|boîte) ([^ ]+ ){0,3}n'est pas (consultée?|surveillée?|lue?|relevée?)
    # es
    hemos recibido (su|tu) (correo|mensaje|solicitud|consulta|e-?mail|petición)
    (su|tu) (correo|mensaje|solicitud|consulta|petición) ha sido (recibid|registrad)
    número de (ticket|caso|solicitud|incidencia|referencia)
    # it
    abbiamo ricevuto (la (sua|tua|vostra)|il (suo|tuo|vostro)) (e-?mail|mail|messaggio|richiesta)
    (richiesta|messaggio|e-?mail|segnalazione) è stat[oa] (ricevut|registrat|presa in carico|apert)
    numero (di |del )?(ticket|pratica|richiesta)
    # nl
    (wij|we) hebben (uw|je) (e-?mail|bericht|aanvraag|vraag|mail) ([^ ]+ ){0,4}ontvangen
    (uw|je) (e-?mail|bericht|aanvraag|vraag|mail) is ([^ ]+ ){0,4}ontvangen
    (ticket|referentie|zaak|melding)s?-?nummer
    # pt
    recebemos (o seu|a sua|sua|seu) (e-?mail|mensagem|pedido|solicitação|contat?cto)
    (seu|sua) (e-?mail|mensagem|pedido|solicitação) foi (recebid|registad|registrad)
    número (do |de )?(ticket|pedido|chamado|protocolo)
    # pl
    otrzymaliśmy (twoj|twoją|państwa|pana|pani)
    (twoja|państwa|pana|pani) (wiadomość|zgłoszenie|zapytanie) (została|zostało|dotarł)
    numer (zgłoszenia|sprawy)
    # sv, da, nb
    vi har (mottagit|tagit emot|fått|modtaget|mottatt) (ditt|din|ert|er|dit|jeres)\b
    (ditt|din|dit) (ärende|meddelande|mail|förfrågan|henvendelse|besked|sag|e-post) (har|är|er) (registrerat|mottag|tagits|modtaget|registreret|oprettet|mottatt)
    (ärende|sags?|saks)nummer
    # fi, cs
    olemme vastaanottaneet|(viestisi|yhteydenottosi|viestinne) on (vastaanotettu|saapunut)
    (obdrželi|přijali) jsme (vaši|váš)
    (zpráva|požadavek|e-?mail) (byl|byla) (přijat|doručen|zaregistr)
""")  # noqa: E501

# A filter asks the sender to prove to be a person.
CHALLENGE = any_of(r"""
    # services
    (spam ?arrest|boxbe|spamblocker|mailinblack|bluebottle|senderguard|choicemail|active spam killer|tmda|click2send|digiportal|0spam|vanquish|sanebox sender|mailwasher challenge|uol antispam|antispam uol|spamfence|clean ?box|sendio|totalblock)
    # en
    (confirm|verify|prove|show) (that )?(you are|you're) (a |an )?(human|real|actual|person|not a)
    (confirm|verify|validate|authenticate) (yourself|your (identity|e-?mail address|e-?mail|address|message)) ([^ ]+ ){0,12}(deliver|reach|receive|human|spam|sender|recipient|click)
    (one[- ]time|sender|human) (verification|confirmation|authentication|validation)
    your (message|e-?mail|mail) (is|has been|was|will be) (being )?(held|quarantined|placed on hold|put on hold|placed in|waiting|suspended) ([^ ]+ ){0,15}(until|pending|confirm|verif|approv|click|awaiting)
    (click|follow|visit|reply) ([^ ]+ ){0,12}(to|so) ([^ ]+ ){0,6}(deliver|release|approve|unblock) ([^ ]+ )?(your|this|the) (message|e-?mail)
    (not|n't) (yet )?(on|in) my (approved|allowed|guest|safe|white|contact)[ -]?(list|senders)
    # de
    bestätigen sie ([^ ]+ ){0,8}(absender|dass sie (ein mensch|kein))
    absender(bestätigung|verifikation|verifizierung|prüfung)
    damit ihre (nachricht|e-?mail|mail) ([^ ]+ ){0,3}zugestellt
    # fr
    (confirmer|authentifier|valider) (que vous (êtes|n'êtes)|votre (envoi|message|identité|e-?mail|adresse))
    (demande d'authentification|authentification de l'expéditeur)
    votre (message|e-?mail|courriel|mail) (est|a été) (en attente|bloqué|retenu|mis en attente|placé en quarantaine|mis en quarantaine)
    # es
    (confirme|confirmar|verificar|verifique|validar) (que (usted )?(es|no es)|su (identidad|envío|dirección de (correo|remitente)))
    su (mensaje|correo) (está|ha sido|queda|quedó) (retenido|en espera|en cuarentena|pendiente)
    # it
    (confermare|verificare|autenticare|confermi) ([^ ]+ ){0,6}(mittente|identità|di essere (una persona|umano))
    messaggio ([^ ]+ ){0,3}in (attesa di|quarantena)
    # nl
    (bevestig|verifieer|bevestigen|verifiëren) ([^ ]+ ){0,6}(afzender|dat u (een mens|geen)|identiteit)
    uw (bericht|e-?mail) (wordt|is) (vastgehouden|in quarantaine|in de wacht)
    # pt
    (confirm(e|ar)|verifi(que|car)|valid(e|ar)) (que (é|você é|não é)|o seu (envio|remetente|endereço)|a sua identidade)
    (mensagem|e-?mail) (está|foi|ficou) (retid|em quarentena|pendente de)
    # pl, sv, da
    (potwierdź|potwierdzić|zweryfikować) ([^ ]+ ){0,6}(nadawc|że jesteś człowiekiem)
    (bekräfta|verifiera|bekræft|verificer) ([^ ]+ ){0,6}(avsändare|afsender|människa|menneske)
""")  # noqa: E501

# What only a person says who has read our mail and wants something, or has an opinion.
PERSONAL = any_of(r"""
    # en
    (could|can|would|will) you (please )?(send|call|tell|let|give|share|forward|remind|resend|confirm|explain|stop|remove)
    (please |do )?(send|call|remind|ping|contact|e-?mail|write|ring|phone|try) me\b
    let's
    (i'm|i am|we're|we are|not|very|be) interested
    (your|the) (offer|proposal|pricing|price list|product|demo|newsletter|brochure|quote|campaign|sale|webinar)
    (sounds|looks) (good|great|interesting)
    (unsubscribe|remove) me
    (happy|glad|would love|like) to (talk|chat|meet|discuss|hear|learn|see)
    # de
    (können|könnten|würden) sie (mir|uns|bitte)
    (ihr|ihre|das|euer) (angebot|newsletter|produkt|preisliste|broschüre|aktion)
    (melden sie sich|schicken sie mir|senden sie mir|rufen sie mich|erinnern sie mich)
    (interesse|interessiert|interessant)
    # fr
    (pouvez|pourriez)-vous (me|nous|m')
    (votre|cette) (offre|proposition|newsletter|produit|brochure|démo)
    (rappelez|recontactez|envoyez|relancez)-moi
    intéress
    # es
    (puede|podría|pueden|podrían) (enviarme|mandarme|llamarme|decirme|enviarnos)
    (su|vuestra|esta) (oferta|propuesta|newsletter|boletín|producto)
    (me|nos) interesa|interesad[oa]s?\b
    # it
    (può|potrebbe|potete|potreste) (inviarmi|mandarmi|dirmi|chiamarmi|inviarci)
    (vostra|sua) (offerta|proposta|newsletter|brochure)
    (mi|ci) interess|interessat[oi]
    # nl
    (kunt|kun|zou|zouden) (u|je|jullie) (mij|me|ons)
    (uw|jullie|je) (aanbod|aanbieding|offerte|voorstel|nieuwsbrief)
    geïnteresseerd
    # pt, pl, sv, da
    (pode|poderia|podem) (enviar-me|me enviar|ligar-me|enviar-nos|dizer-me)
    (vossa|sua) (oferta|proposta|newsletter)
    interessad[oa]s?\b
    (czy )?(może|mógłby|mogłaby|mogą) (pan|pani|państwo) (mi|nam|przesłać|wysłać)
    (zainteresowan|państwa ofert)
    (kan|skulle|kunne) (du|ni|i) (skicka|sende|ringa|ringe|sende)
    (ert|er|jeres|dit) (erbjudande|tilbud|nyhetsbrev|nyhedsbrev)
    (intresserad|interesseret)
""")  # noqa: E501

_AFTER_SUBJECT = (
    r"(?=\s*(?:[:;|\-(\[<,.!*]|(?:re|aw|fw|fwd|sv|vs|tr|ref|antw)\b"
    r"|(?:until|till|bis|from|vom|ab|jusqu|hasta|fino|tot|t\.o\.m|til|do|ate|am|on)\b"
    r"|$))"
)
_BEFORE_SUBJECT = r"^(?:\[[^\]]{0,40}\] ?|\*+ ?|!+ ?|<[^>]{0,40}> ?)*"


def _subject(lines: str) -> re.Pattern[str]:
    patterns = [fold(line) for line in lines.splitlines() if line.strip()]
    return re.compile(
        f"{_BEFORE_SUBJECT}(?P<words>{'|'.join(patterns)}){_AFTER_SUBJECT}"
    )


SUBJECT_ABSENT = _subject(r"""
    (i am |i'm |currently )?(out[ -]of[ -](the[ -])?office|ooo|oof)( ?auto(matic|mated)?[ -]?(reply|response|message)| reply| notice| notification| message)?
    (away from (the|my) (office|desk|mail)|vacation (notice|reply|response|message|mail|auto-?reply)|on (annual )?(leave|vacation|holiday)|absence notice|holiday notice)
    (abwesend|abwesenheit|abwesenheits(notiz|nachricht|meldung|mitteilung|info|benachrichtigung|assistent)\w*|nicht im (büro|haus|hause)|außer haus|urlaubs?(notiz|meldung|abwesenheit)?|ich bin (im urlaub|abwesend|nicht im \w+))
    (absente?|absence|message d'absence|notification d'absence|absence du bureau|absente? du bureau|en congés?|hors du bureau)
    (fuera de (la )?oficina|ausencia|ausente|mensaje de ausencia|vacaciones|fora do escritório|ausência|férias)
    (fuori (ufficio|sede)|assente|assenza|avviso di assenza|in ferie)
    (afwezig|afwezigheid|afwezigheids(bericht|melding|assistent)|niet (aanwezig|op kantoor)|buiten kantoor|met vakantie)
    (nieobecn\w+|poza biurem|urlop|jestem na urlopie)
    (frånvaro\w*|frånvarande|semester|ej på kontoret|fravær\w*|ikke på kontoret|ferie|ute av kontoret)
    (poissaolo\w*|poissa|lomalla|mimo kancelář|nepřítomnost|házon kívül|távollét|ofis dışında|în afara biroului|εκτός γραφείου)
    (부재중|不在(通知|のお知らせ)?|外出中)
""")  # noqa: E501

SUBJECT_AUTOMATIC = _subject(r"""
    (automatic|automated|auto)[ -]?(reply|response|answer|respond|acknowledge?ment|message|e-?mail|notification)
    (auto-?reply|auto-?responder|autoreply|autoresponse|auto)
    automatische (antwort|rückantwort|rückmeldung|antwortmail|beantwortung|benachrichtigung|nachricht|eingangsbestätigung|e-?mail|abwesenheitsnotiz)
    (eingangsbestätigung|empfangsbestätigung)
    (réponse|message) automatique|(accusé|confirmation) de réception
    (respuesta|contestación|mensaje) automátic[oa]|acuse de recibo|confirmación de recepción
    (risposta|messaggio) automatic[oa]|conferma di ricezione
    automatisch (antwoord|bericht)|automatische (reactie|beantwoording|e-?mail)|ontvangstbevestiging
    (resposta|mensagem) automátic[oa]|confirmação de rece(p)?ção
    (automatyczna|autom\.) odpowiedź|odpowiedź automatyczna|autoodpowiedź|potwierdzenie (otrzymania|odbioru)
    automatiskt? svar|autosvar|mottagningsbekräftelse|kvittering for modtagelse
    automaattinen (vastaus|kuittaus|ilmoitus|viesti)|automaattivastaus|automatická odpověď
    automatikus válasz|răspuns automat|otomatik (yanıt|cevap)|αυτόματη απάντηση|автоответ|автоматический ответ|автоматична відповідь|automatinis atsakymas|automaatvastus
    自動(応答|返信)|自动(答复|回复)|自動回覆|자동 ?(회신|응답)
""")  # noqa: E501

SUBJECT_CHALLENGE = _subject(r"""
    (please )?(verify|confirm|authenticate) (yourself|your (message|e-?mail|identity|address)|that you)
    (sender|message|e-?mail) (verification|confirmation|authentication)( (required|request|needed))?
    (verification|confirmation|authentication|action) (required|needed|request)( for (your|mail|message|e-?mail)\b)?
    (your (message|e-?mail|mail) (is (waiting|on hold)|requires|needs) )
    (demande d'authentification|merci de confirmer votre (message|envoi|e-?mail))
    (absenderbestätigung|bitte bestätigen sie ihre (nachricht|e-?mail))
""")  # noqa: E501
