"""Response: the words around a date that tell what it is for, by language.

They are matched as whole words in folded text (lower case, no accents); ``*`` stands
for any ending.
"""

import re
from functools import cache

from .lexer import fold

# Somebody wants to meet or talk, or says when that suits.
MEETING = {
    "en": (
        "meet* call calls phone ring telephone demo demos demonstration zoom teams "
        "webex skype google_meet hangout slot slots free available availability "
        "avail works work suit suits suited chat speak talk catch_up appointment "
        "diary calendar schedule* book booked invite see_you visit come_by pop_in "
        "drop_by lunch coffee session conversation discuss* pencil* do can_do "
        "could_do can_we could_we shall_we how_about what_about would_be fine ok "
        "okay okey good better best preferable prefer* convenient confirm* "
        "walkthrough walk_me_through show_us show_me video conference dial join "
        "time_for give_me_a get_together sync touchpoint hop_on jump_on make_it "
        "i'm_in presentation let's_say let's_go let_us_say options perfect great "
        "have_to_be has_to_be squeeze fit_you fit_me fit_us sharp gap pop_over "
        "pop_round swing_by stop_by "
        "come_over come_round shoot_for aim_for make_that go_for pencil "
        "any_time anytime your_pick your_choice whenever quiet "
        "sit_down interview round works_for face_to_face reception office_visit "
        "see_each in_person online propose* suggest* set_up arrange organis* "
        "organiz* fix ideal possible easiest"
    ),
    "de": (
        "treffen treff termin termine termin* telefonat telefonieren anrufen anruf "
        "rufen ruf gesprach sprechen reden besprechen austausch* demo vorfuhrung "
        "prasentation video* zoom teams call meeting passt passen passend ginge geht "
        "gehen ware kann_ich konnen_wir konnten_wir konnte zeit frei verfugbar "
        "einladung einladen vorschlag* schlage kalender besuch* vorbeikommen kaffee "
        "mittagessen slot recht gerne gern perfekt moglich* einrichten eintragen "
        "vereinbaren machen_wir sehen_uns horen_uns bestatig* erreichbar ideal "
        "favorit lieber besser bitte_um klappt klappen wurde haben_wir sagen_wir "
        "wurd gehn erreichst super luft nehmen_wir schieben verschieben beides "
        "gleich_lieb jederzeit "
        "in_ordnung einverstanden abstimmung kennenlernen zusammensetzen"
    ),
    "fr": (
        "rendez_vous rdv reunion appel appeler appelez telephone* rencontr* "
        "voir visio* demo demonstration zoom teams disponib* dispo libre "
        "convien* conven* arrange propose* proposer creneau* echang* parler "
        "discuter entretien point dejeuner cafe possible ok parfait confirme* "
        "calendrier agenda invitation passer marche irait ira va convenir "
        "recevoir passez oui sonner decaler serait bien faire plutot ideal prefer* "
        "joindre joignable visite* "
        "presentation caler fixer organiser bloquer"
    ),
    "es": (
        "reun* llamada llamar llame llameme llamo llamamos hablar hablamos "
        "hablemos cita quedar quedamos vernos vemos ver demo demostracion "
        "videollamada video* zoom teams disponible* disponibilidad libre viene "
        "bien vendria conviene convendria puedo podemos podriamos propongo "
        "proponemos propone hueco agenda* calendario confirm* perfecto encaja "
        "que_sea espero pasar pasan pasen cuadra cafe comida visita* presentacion "
        "va_bien iria_bien mejor "
        "prefer* telefono conectar* ok vale encantado concertar fijar organizar"
    ),
}
NEGATION = {
    "en": (
        "not cannot no_good isn't doesn't won't can't cant wont doesnt isnt don't "
        "dont unable impossible unavailable busy full fully_booked booked_up "
        "booked_solid except apart_from other_than never neither nor "
        "out_of_the_question tied_up no_longer wouldn't couldn't aren't out away off "
        "impossible struggle difficult tricky clash* hopeless bad "
        "none no_calls no_meetings gone anything_but bar_mon* bar_tue* bar_wed* "
        "bar_thu* bar_fri* "
        "ruled_out packed jammed slammed bank_holiday"
    ),
    "de": (
        "nicht kein keine keinen keinem ausser auser nie unmoglich leider_nicht "
        "dicht platzt belegt verhindert ausgebucht weder noch abwesend unpassend "
        "schlecht ungunstig voll schwierig raus feiertag"
    ),
    "fr": (
        "tombe_mal sans_rendez_vous sans_rdv pas impossible indisponible* sauf "
        "hormis jamais aucun plus complet pris "
        "prise occupe* absent* ni ferie difficile complique"
    ),
    "es": (
        "no imposible excepto salvo nunca ningun tampoco ocupad* complet* menos "
        "festivo ni dificil complicado"
    ),
}
# These take the sting out of a negation.
NO_NEGATION = {
    "en": (
        "why_don't why_dont why_not no_problem not_a_problem don't_hesitate not_only "
        "don't_mind wouldn't_mind can't_wait cannot_wait if_not not_sure not_too "
        "don't_forget not_earlier not_later not_before no_later no_earlier busy_but "
        "if_you_don't if_you_aren't haven't don't_you can't_we couldn't_we set_off "
        "kick_off time_off find_out work_out check_out reach_out full_demo full_day "
        "half_off day_off"
    ),
    "de": (
        "warum_nicht wieso_nicht kein_problem nicht_nur zogern wenn_nicht "
        "falls_nicht nicht_vor nicht_fruher nicht_spater noch_mal noch_einmal "
        "noch_frei immer_noch noch_diese noch_in noch_am noch_besser noch_ein "
        "ob_nicht vor_oder noch_heute"
    ),
    "fr": "aucun_souci aucun_probleme pourquoi_pas pas_de_probleme pas_de_souci "
    "n'hesitez_pas hesitez sinon "
    "si_ce_n'est_pas pas_avant plus_tot plus_tard plus_simple de_plus en_plus au_plus "
    "ne_pourrait_on n'est_ce_pas au_plus_tot des_plus le_plus",
    "es": (
        "por_que_no no_hay_problema sin_problema no_dude si_no no_antes mas_o_menos "
        "al_menos por_lo_menos menos_cuarto menos_diez menos_cinco menos_veinte "
        "no_obstante"
    ),
}
# The day is over, or it is another thing's day.
PAST = {
    "en": "said was were did had got saw met spoke received sent came went attended "
    "tried "
    "ordered called rang bought paid left wrote signed since ago yesterday arrived "
    "emailed asked promised missed cancelled dated already",
    "de": (
        "war waren hatte hatten habe haben_wir wurde wurden seit gestern erhalten "
        "bekommen kam gesehen telefoniert gesprochen bestellt bezahlt geschickt "
        "versprochen vom bereits schon"
    ),
    "fr": (
        "suite_a etais etait etions ai avons avez_envoye recu depuis hier commande "
        "paye deja "
        "a_ete ont"
    ),
    "es": (
        "dije fue era estuve estuvo estuvimos recibi recibimos pedi desde ayer "
        "hablamos_el vi mandaron ya hice hicimos compre pague"
    ),
}
OTHER_USE = {
    "en": (
        "deadline due expire* expiry renew* contract order* invoice* deliver* "
        "ship* arriv* launch* go_live webinar valid offer payment pay paid "
        "refund* open opening hours weekday weekdays office_hours "
        "business_days monitored staffed checked decide decision ends "
        "start starts begin* close* release* event fair conference holiday "
        "born published article season weeks_ago budget board payroll package "
        "parcel courier migrat* moving move opens figure proposal tender "
        "submit* subscription trial licence* license* server downtime outage "
        "crash* locked broken waiting"
    ),
    "de": (
        "frist ablauf lauft_aus vertrag bestell* rechnung* liefer* geliefert "
        "zustell* versand* webinar gultig angebot zahlung zahlen bezahlt geoffnet "
        "offnungszeiten sprechzeiten werktags entscheid* messe veranstaltung "
        "kundigung gekundigt verlanger* ausschreibung umzug start* go_live probezeit "
        "lizenz* ausfall gesperrt warte* geschlossen montags dienstags mittwochs "
        "donnerstags freitags"
    ),
    "fr": (
        "echeance contrat commande* facture* livr* expedi* webinaire valable offre "
        "paiement ouvert ouverts ouverte ouvertes ouvre date_limite delai horaires "
        "decision expire* renouvell* salon evenement colis "
        "appel_d_offre* demenag* lance* licence* panne bloque* attend* fermé ferme*"
    ),
    "es": (
        "plazo vence vencimiento contrato pedido* factura* entreg* envio webinar "
        "valido "
        "oferta pago abierto horario* decision renov* feria evento paquete "
        "licitacion mudanza lanza* licencia* averia bloquead* espera* cerrad*"
    ),
}
# When a house is open.
HOURS = {
    "en": "opening_hours office_hours business_hours opening_times",
    "de": "offnungszeiten geschaftszeiten sprechzeiten burozeiten",
    "fr": "horaires ouverture_au_public",
    "es": "horario horarios",
}
# Somebody is away, or comes back.
ABSENCE = {
    "en": (
        "out_of_office out_of_the_office ooo away on_leave annual_leave maternity "
        "paternity parental_leave vacation on_holiday holidays off_sick sick_leave "
        "travelling traveling back_in back_on back_from i'll_be_back be_back am_back "
        "are_back return returning returns closed reopen* re_open* absent absence "
        "limited_access unavailable not_available not_in_the_office not_at_my_desk "
        "sabbatical out_from out_until off_until back_at back_monday back_tuesday "
        "back_wednesday back_thursday back_friday back_next back_tomorrow "
        "automatic_reply auto_reply autoreply out_sick bereavement gone_fishing "
        "out_till out_on i'm_out i_am_out am_out_of am_off i'm_off off_work"
    ),
    "de": (
        "abwesend abwesenheit* urlaub im_urlaub elternzeit mutterschutz "
        "nicht_im_buro nicht_im_haus ausser_haus auser_haus dienstreise krank "
        "krankheits* geschlossen betriebsferien wieder_erreichbar wieder_da "
        "wieder_im zuruck wieder_fur_sie nicht_erreichbar unterwegs geschaftsreise "
        "betriebsurlaub wieder_zu nicht_am_platz wieder_zuruck wieder_personlich "
        "wieder_geoffnet"
    ),
    "fr": "absent* absence conges conge en_vacances hors_du_bureau de_retour retour "
    "reprise ferme* rouvr* deplacement maternite maladie indisponible* serai_la "
    "reviens reviendrai reprendr*",
    "es": (
        "ausente* ausencia fuera_de_la_oficina vacaciones baja_medica permiso "
        "de_viaje regreso regresare vuelvo volvere vuelta cerrad* reincorpor* "
        "incorporo estare_fuera estaremos_fuera fuera_de_oficina de_baja reabri*"
    ),
}
# An absent author is back on the day itself.
RETURN = {
    "en": "back return returning returns reopen* re_open* resume again available_from "
    "in_the_office_from available_again available_on starting_again contactable "
    "pick_up reachable will_respond will_reply to_respond to_reply can_reply be_in",
    "de": "zuruck wieder erreichbar ab ruckkehr retour",
    "fr": "retour rouvr* reviens reviendrai reprendr* reprise joignable disponible "
    "des_le des_lundi des_mardi "
    "des_mercredi des_jeudi des_vendredi a_partir compter a_nouveau",
    "es": "regreso regresare regresamos vuelvo volvere volvemos vuelta reincorpor* "
    "incorporo disponible a_partir reabri* de_nuevo nuevamente",
}
# Our turn to come back later.
FOLLOW_UP = {
    "en": (
        "get_back come_back contact* reach_out reach_me try_me try_us try_again "
        "follow_up follow-up following_up circle_back check_in check_back touch_base "
        "ping remind* reminder in_touch revisit reconsider look_again look_at_it "
        "call_me call_us call_back ring_me ring_back drop_me write_me write_to_me "
        "write_again email_me email_us mail_me ask_me ask_again ask_us speak_again "
        "talk_again pick_this pick_it pick_up catch_me catch_us later_in until_then "
        "speak_in talk_in speak_after talk_after chat_in chat_after wait_until "
        "hold_off postpone* park discuss_in again get_in nudge message_me "
        "drop_us_a a_line a_bell "
        "better_time good_time right_time good_moment approach_us approach_me "
        "back_to_me back_to_you back_to_us knock resume re-engage reengage "
        "come_to_us think_about_it evaluate re-evaluate reassess review_it "
        "review_this poke shout hit_me buzz let's_talk let's_speak lets_talk "
        "lets_speak we'll_talk chase give_me_a_shout give_us_a_shout give_me_a_ring "
        "give_me_a_call give_me_a_nudge give_us_a give_me_until leave_it not_before "
        "not_until maybe_in perhaps_in probably_in rather_in sometime_in revert "
        "on_the_agenda look_into get_to_it have_time more_time free_up speak_next "
        "talk_next budget_opens new_budget next_budget budget_cycle let_you_know"
    ),
    "de": (
        "melden_sie melde_dich meldet_euch melden nochmal noch_einmal noch_mal "
        "nochmals erneut erinner* wiedervorlage kontaktieren anrufen anfragen "
        "zukommen nachfragen nachhaken nachfassen zurückkommen zuruckkommen "
        "zurück_kommen komme_auf kommen_wir_auf kommen_sie_auf spater "
        "wieder_sprechen wieder_auf sprechen_wir besprechen rufen_sie schreiben_sie "
        "warten verschieben vertagen gedulden fruhestens erst erst_wieder "
        "wieder_melden thema_wieder wieder_aktuell ansprechen horen_wir_uns "
        "sprechen_sie_mich nicht_vor aufgreifen relevant wieder_anschauen "
        "wieder_ansehen vorher_nicht hake fragen_sie fragen sinnvoll interessant "
        "lassen_sie_uns dann_wieder"
    ),
    "fr": "recontact* rappel* revenez revenir reviendrai_vers relanc* reparl* repren* "
    "contact* reecri* ecrivez solliciter attendre report* plus_tard "
    "refaire refaites pas_avant reessay* retentez nouveau rediscut* revoir "
    "faire_un_point refaire_un_point reprendre voir_ca en_discuter "
    "en_parler on_en_parle envisag* interrog* revoyons relance joindre manifest* "
    "faites_moi_signe faire_signe tenir_au_courant",
    "es": (
        "contact* vuelva vuelvan vuelve volver volvemos_a_hablar llam* escrib* "
        "recuerd* recordar* retom* insist* mas_adelante hablamos hablemos "
        "hablar intentelo intente intentar de_nuevo nuevamente otra_vez "
        "esperar posponer aplaz* revis* avis* pregunt* no_antes antes_no "
        "hableme* hablen* toque un_toque telefonazo "
        "comuniq* pongase pongan volveremos volvere_a reconsider* retomamos "
        "replantear"
    ),
}
# A time that was named before.
THEN = {
    "en": "then around_then by_then at_that_time",
    "de": "dann danach zu_dem_zeitpunkt",
    "fr": "alors a_ce_moment ensuite",
    "es": "entonces para_entonces en_ese_momento",
}
# The author has no room for us until then.
NOT_NOW = {
    "en": (
        "busy swamped snowed tied_up frozen freeze no_budget budget "
        "mid-migration middle_of slammed full not_before not_until "
        "under_contract locked_in tied_in contract_runs contract_until "
        "no_capacity occupied on_hold flat_out up_to_my up_to_our"
    ),
    "de": (
        "budget ausgelastet haushalt vertrag gebunden beschaftigt keine_zeit "
        "eingefroren land_unter voll_mit stress kapazitat* fruhestens nicht_vor"
    ),
    "fr": "budget occupe* deborde* contrat engage* gele* surcharg* pas_avant charrette",
    "es": (
        "presupuesto ocupad* contrato congelad* liad* desbordad* no_antes hasta_arriba"
    ),
}
UNTIL = {
    "en": "until till til through thru",
    "de": "bis",
    "fr": "jusqu'au jusqu'a jusqu'en",
    "es": "hasta",
}


@cache
def cue(name: str, lang: str) -> re.Pattern:
    """Return the pattern of a table of this module for a language, or of English."""
    table = globals()[name]
    words = table.get(lang, table["en"]).split()
    alternatives = "|".join(
        re.escape(fold(word)).replace(r"\*", r"\w*").replace("_", r"[\s-]+")
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
