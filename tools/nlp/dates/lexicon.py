"""Response: the words of dates and times in English, German, French and Spanish.

A category maps values to words. ``_`` stands for a space or a hyphen inside a phrase;
accents may be left out by the writer (see :func:`.lexer.fold`). A word may belong to
several categories: "mañana" is tomorrow and the morning.

``weak`` words count as weekdays or months only when a figure or a full stop follows.
"""

ORDERED = ("weekday", "month", "weak_weekday", "weak_month")

EN = {
    "weekday": "monday mondays | tuesday tuesdays tues | wednesday wednesdays weds | "
    "thursday thursdays thurs | friday fridays | saturday saturdays | sunday sundays",
    "weak_weekday": "mon | tue | wed | thu thur | fri | sat | sun",
    "month": "january jan | february feb | march | april apr | x_may | june | july | "
    "august | september sept | october oct | november nov | december dec",
    "weak_month": "x_ | x_ | mar | x_ | may | jun | jul | aug | sep | x_ | x_ | x_",
    "num": {
        1: "one",
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty",
        21: "twenty_one",
        25: "twenty_five",
        30: "thirty",
        40: "forty",
        45: "forty_five",
        50: "fifty",
        60: "sixty",
        90: "ninety",
        100: "hundred",
    },
    "ord": {
        1: "first",
        2: "second",
        3: "third",
        4: "fourth",
        5: "fifth",
        6: "sixth",
        7: "seventh",
        8: "eighth",
        9: "ninth",
        10: "tenth",
        11: "eleventh",
        12: "twelfth",
        13: "thirteenth",
        14: "fourteenth",
        15: "fifteenth",
        16: "sixteenth",
        17: "seventeenth",
        18: "eighteenth",
        19: "nineteenth",
        20: "twentieth",
        21: "twenty_first",
        22: "twenty_second",
        23: "twenty_third",
        24: "twenty_fourth",
        25: "twenty_fifth",
        26: "twenty_sixth",
        27: "twenty_seventh",
        28: "twenty_eighth",
        29: "twenty_ninth",
        30: "thirtieth",
        31: "thirty_first",
    },
    "rel": {
        0: "today tday",
        1: "tomorrow tomorow tommorow tommorrow tmrw tmr tmw tomoz tomorrows",
        2: "day_after_tomorrow overmorrow",
        -1: "yesterday",
        -2: "day_before_yesterday",
    },
    "part": {
        "morning": "morning mornings forenoon breakfast",
        "lunch": "lunch lunchtime lunch_time",
        "afternoon": "afternoon afternoons arvo after_lunch pm_slot",
        "evening": "evening evenings",
        "night": "night",
        "late": "end_of_day eod cob close_of_business end_of_business close_of_play",
        "first": "first_thing start_of_day",
    },
    "tonight": {0: "tonight tonite this_evening"},
    "noon": {12: "noon noonish midday mid_day", 0: "midnight"},
    "ampm": {12: "pm p.m p_m", 0: "am a.m"},
    "oclock": {0: "o'clock oclock o_clock hrs h sharp"},
    "half": {30: "half"},
    "quarter": {15: "quarter"},
    "past": {1: "past after"},
    "before_hour": {-1: "to till before"},
    "day": {1: "day days"},
    "week": {1: "week weeks wk wks"},
    "weekend": {1: "weekend weekends week_end"},
    "fortnight": {14: "fortnight fortnights"},
    "month_unit": {1: "month months"},
    "quarter_unit": {1: "quarter quarters qtr"},
    "year_unit": {1: "year years yr yrs"},
    "hour_unit": {1: "hour hours hr"},
    "half_year": {1: "half half_year"},
    "minute_unit": {1: "minute minutes min mins"},
    "workday": {1: "working_day working_days business_day business_days work_days"},
    "any_time": {1: "anytime any_time"},
    "same_time": {1: "same_time"},
    "give": {1: "give_me give_us give_it give_him give_her give_them"},
    "next": {1: "next"},
    "coming": {1: "coming upcoming following this_coming"},
    "this": {1: "this current"},
    "last": {1: "last previous past"},
    "every": {1: "every each"},
    "after_next": {2: "after_next"},
    "few": {
        3: "few a_few several some",
        2: "couple a_couple couple_of a_couple_of",
    },
    "one": {1: "a an one"},
    "time_of": {1: "time time's"},
    "hence": {1: "from_now hence later from_today from_then out"},
    "ago": {1: "ago"},
    "in": {1: "in within"},
    "on": {1: "on"},
    "of": {1: "of in"},
    "the": {1: "the"},
    "at": {1: "at @"},
    "about": {
        1: (
            "around about approx approximately roughly circa ca after before by "
            "say from until till"
        )
    },
    # what looks like a date and is none
    "greeting": {
        1: (
            "good_morning good_afternoon good_evening good_day nice_day great_day "
            "good_weekend nice_weekend great_weekend lovely_weekend nice_evening"
        )
    },
    "from": {1: "from between"},
    "to": {1: "to till til until through thru"},
    "and": {1: "and"},
    "or": {1: "or"},
    "edge": {
        "first": "first_half_of 1st_half_of",
        "second": "second_half_of 2nd_half_of",
        "early": "early start_of beginning_of start beginning",
        "mid": "mid middle_of middle halfway_through",
        "late": "late end_of end towards_the_end_of back_end_of",
    },
    "after": {1: "after following past once post"},
    "until": {1: "until till til before by"},
    "season": {
        3: "spring springtime",
        6: "summer summertime",
        9: "autumn",
        12: "winter wintertime",
    },
    "holiday": {
        "christmas": "christmas xmas the_holidays holiday_season the_festive_season "
        "festive_period christmas_break holidays",
        "new_year": "new_year new_years new_year's",
        "easter": "easter",
        "thanksgiving": "thanksgiving",
        "labor_day": "labor_day labour_day",
        "memorial_day": "memorial_day",
        "diwali": "diwali deepavali",
        "lunar_new_year": "chinese_new_year lunar_new_year",
        "summer_break": "summer_break summer_holidays summer_holiday summer_vacation "
        "the_summer_break",
    },
    "week_no": {1: "calendar_week cw"},
    "week_of": {1: "w/c w_c week_commencing week_of week_beginning"},
    "half_name": {1: "h1 first_half", 2: "h2 second_half"},
    "day_lead": {1: "on dated"},
    "zone": {
        "": (
            "gmt utc bst cet cest est edt cst cdt mst mdt pst pdt et pt ct ist "
            "aest aedt eastern pacific central_time uk_time london_time eet eest "
            "wet sgt hkt jst sast"
        )
    },
    "filler": {
        1: "at on in the of , around about approx for say ish sharp prompt a to "
        "from by or_so during circa pls please between and our your my"
    },
}

DE = {
    "weekday": (
        "montag montags montagmorgen | dienstag dienstags | mittwoch mittwochs |"
        " donnerstag donnerstags | freitag freitags | samstag samstags sonnabend |"
        " sonntag sonntags"
    ),
    "weak_weekday": "mo | di | mi | do | fr | sa | so",
    "month": "januar jänner jan | februar feber feb | märz | april apr | mai | "
    "juni | juli | august | september sept | oktober okt | november nov | dezember dez",
    "weak_month": "x_ | x_ | mrz mär | x_ | x_ | jun | jul | aug | sep | x_ | x_ | x_",
    "num": {
        1: "eins ein einem einer eine einen",
        2: "zwei zwo",
        3: "drei",
        4: "vier",
        5: "fünf",
        6: "sechs",
        7: "sieben",
        8: "acht",
        9: "neun",
        10: "zehn",
        11: "elf",
        12: "zwölf",
        13: "dreizehn",
        14: "vierzehn",
        15: "fünfzehn",
        16: "sechzehn",
        17: "siebzehn",
        18: "achtzehn",
        19: "neunzehn",
        20: "zwanzig",
        21: "einundzwanzig",
        22: "zweiundzwanzig",
        25: "fünfundzwanzig",
        30: "dreißig",
        40: "vierzig",
        45: "fünfundvierzig",
        50: "fünfzig",
        60: "sechzig",
        90: "neunzig",
        100: "hundert",
    },
    "ord": {},  # see _add_german_ordinals
    "rel": {
        0: "heute",
        1: "morgen",
        2: "übermorgen",
        3: "überübermorgen",
        -1: "gestern",
        -2: "vorgestern",
    },
    "part": {
        "morning": (
            "vormittag vormittags morgens früh vormittage morgen in_der_früh am_morgen "
            "frühmorgens am_vormittag"
        ),
        "lunch": "mittag mittags mittagszeit",
        "afternoon": "nachmittag nachmittags nachmittage nach_dem_mittagessen",
        "evening": "abend abends abende feierabend spätabend spätabends",
        "night": "nacht nachts",
        "first": "gleich_morgens",
    },
    "tonight": {0: "heute_abend heute_nacht"},
    "noon": {12: "mittag mittags zwölf_uhr_mittags", 0: "mitternacht"},
    "oclock": {0: "uhr h"},
    "halb": {30: "halb halber"},
    "viertel": {15: "viertel", 45: "dreiviertel drei_viertel"},
    "past": {1: "nach"},
    "before_hour": {-1: "vor"},
    "day": {1: "tag tage tagen"},
    "week": {1: "woche wochen"},
    "weekend": {1: "wochenende wochenenden"},
    "month_unit": {1: "monat monate monaten monats"},
    "quarter_unit": {1: "quartal quartale quartals"},
    "half_year": {1: "halbjahr halbjahres"},
    "year_unit": {1: "jahr jahre jahren jahres"},
    "hour_unit": {1: "stunde stunden"},
    "minute_unit": {1: "minute minuten min"},
    "workday": {1: "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen"},
    "any_time": {1: "jederzeit irgendwann"},
    "same_time": {
        1: "gleiche_zeit gleichen_zeit gleiche_uhrzeit selbe_zeit selben_zeit"
        " selbe_uhrzeit"
    },
    "give": {1: "geben_sie_mir geben_sie_uns gib_mir gib_uns gebt_uns"},
    "next": {1: "nächste nächsten nächster nächstes nächstem"},
    "coming": {
        1: "kommende kommenden kommender kommendes kommendem folgenden folgende"
    },
    "this": {1: "diese diesen dieser dieses diesem laufenden"},
    "last": {
        1: "letzte letzten letzter letztes letztem vergangene vergangenen vorige "
        "vorigen"
    },
    "every": {1: "jede jeden jeder jedes"},
    "after_next": {
        2: "übernächste übernächsten übernächster übernächstes übernächstem"
    },
    "few": {3: "paar ein_paar einige einigen wenige wenigen mehreren mehrere"},
    "one": {1: "ein einer einem eine einen"},
    "hence": {1: "später"},
    "ago_prefix": {1: "vor"},
    "in": {1: "in innerhalb binnen"},
    "on": {1: "am an den dem der"},
    "of": {1: "des der im in vom von"},
    "the": {1: "der den dem die das am des"},
    "at": {1: "um gegen so_gegen ab @ ab_etwa um_etwa gegen_etwa"},
    "about": {1: "nach vor bis circa ca etwa kurz_nach"},
    "greeting": {
        1: (
            "guten_morgen guten_tag guten_abend schönen_tag schönen_abend schöne_woche "
            "schönes_wochenende schönen_nachmittag"
        )
    },
    "from": {1: "von zwischen zw ab"},
    "to": {1: "bis"},
    "and": {1: "u und"},
    "or": {1: "o oder bzw beziehungsweise"},
    "edge": {
        "early": "anfang anfangs beginn zu_beginn",
        "first": "erste_hälfte ersten_hälfte",
        "second": "zweite_hälfte zweiten_hälfte",
        "mid": "mitte",
        "late": "ende gegen_ende",
    },
    "after": {1: "nach"},
    "until": {1: "bis vor"},
    "season": {
        3: "frühling frühjahr frühlings frühjahrs",
        6: "sommer sommers",
        9: "herbst herbsts",
        12: "winter winters",
    },
    "holiday": {
        "christmas": (
            "weihnachten weihnachtsferien feiertagen feiertage weihnachtspause "
            "den_feiertagen"
        ),
        "new_year": "neujahr neuen_jahr neues_jahr neuem_jahr jahreswechsel silvester",
        "easter": "ostern osterferien",
        "summer_break": "sommerferien sommerpause sommerurlaub",
        "pentecost": "pfingsten pfingstferien",
        "carnival": "fasching karneval fastnacht",
        "ascension": "himmelfahrt christi_himmelfahrt auffahrt",
    },
    "week_no": {1: "kw kalenderwoche"},
    "week_of": {1: "woche_vom woche_ab"},
    "half_name": {1: "h1 hj1", 2: "h2 hj2"},
    "day_lead": {1: "am den dem der zum vom bis_zum ab_dem ab_zum"},
    "zone": {"": "mez mesz cet cest gmt utc"},
    "filler": {
        1: "um am an im in der den dem die das , gegen ca circa etwa so ab von vom "
        "auf schon dann gleich zur zu mit"
    },
}

FR = {
    "weekday": "lundi lundis | mardi mardis | mercredi mercredis | jeudi jeudis | "
    "vendredi vendredis | samedi samedis | dimanche dimanches",
    "weak_weekday": "lun | mar | mer | jeu | ven | sam | dim",
    "month": "janvier janv | février févr | mars | avril avr | mai | juin | "
    "juillet juil | août | septembre sept | octobre oct | novembre nov | décembre déc",
    "weak_month": "jan | fev | x_ | x_ | x_ | x_ | jui | x_ | sep | x_ | x_ | dec",
    "num": {
        1: "un une",
        2: "deux",
        3: "trois",
        4: "quatre",
        5: "cinq",
        6: "six",
        7: "sept",
        8: "huit",
        9: "neuf",
        10: "dix",
        11: "onze",
        12: "douze",
        13: "treize",
        14: "quatorze",
        15: "quinze quinzaine",
        16: "seize",
        17: "dix_sept",
        18: "dix_huit",
        19: "dix_neuf",
        20: "vingt",
        21: "vingt_et_un vingt_et_une",
        22: "vingt_deux",
        23: "vingt_trois",
        24: "vingt_quatre",
        25: "vingt_cinq",
        30: "trente",
        40: "quarante",
        45: "quarante_cinq",
        50: "cinquante",
        60: "soixante",
        100: "cent",
    },
    "ord": {
        1: "premier première 1er",
        2: "deuxième second seconde",
        3: "troisième",
        4: "quatrième",
    },
    "rel": {
        0: "aujourd'hui aujourdhui aujourd_hui",
        1: "demain",
        2: "après_demain",
        -1: "hier",
        -2: "avant_hier",
    },
    "part": {
        "morning": "matin matinée matins matinal",
        "lunch": "midi heure_du_déjeuner",
        "afternoon": "après_midi aprem aprèm après_midis après_déjeuner "
        "après_le_déjeuner",
        "evening": "soir soirée soirs",
        "night": "nuit",
        "late": "fin_de_journée",
        "first": "début_de_matinée première_heure",
    },
    "late_afternoon": {"": "fin_d'après_midi fin_d_après_midi"},
    "tonight": {0: "ce_soir"},
    "noon": {12: "midi", 0: "minuit"},
    "oclock": {0: "h heure heures hr hrs"},
    "half": {30: "demie demi"},
    "quarter": {15: "quart"},
    "minus": {-1: "moins"},
    "day": {1: "jour jours"},
    "week": {1: "semaine semaines sem"},
    "weekend": {1: "week_end week_ends weekend"},
    "month_unit": {1: "mois"},
    "quarter_unit": {1: "trimestre trimestres"},
    "half_year": {1: "semestre"},
    "year_unit": {1: "an ans année années"},
    "hour_unit": {1: "heure heures"},
    "minute_unit": {1: "minute minutes min mn"},
    "workday": {1: "jours_ouvrés jour_ouvré jours_ouvrables"},
    "fortnight": {14: "quinzaine"},
    "any_time": {1: "n'importe_quand"},
    "same_time": {1: "même_heure"},
    "give": {1: "laissez_moi laissez_nous laisse_moi donnez_moi donnez_nous"},
    "next": {1: "prochain prochaine prochains prochaines"},
    "coming": {1: "suivant suivante qui_vient à_venir d'après"},
    "this": {1: "ce cet cette ces"},
    "last": {1: "dernier dernière passé passée derniers dernières"},
    "every": {1: "chaque tous_les"},
    "few": {3: "quelques plusieurs", 2: "couple_de"},
    "one": {1: "un une"},
    "hence": {1: "plus_tard"},
    "ago_prefix": {1: "il_y_a y_a"},
    "in": {1: "dans d'ici d_ici sous en"},
    "on": {1: "le ce au"},
    "of": {1: "de du d' d des en la le"},
    "the": {1: "le la les l' l"},
    "at": {1: "@"},
    "greeting": {
        1: (
            "bonne_journée bonne_soirée bon_après_midi bonne_après_midi bonne_semaine "
            "bon_week_end bon_weekend bonne_fin_de_journée"
        )
    },
    "from": {1: "de entre dès du"},
    "to": {1: "à a au jusqu'à jusqu_à"},
    "and": {1: "et"},
    "or": {1: "ou"},
    "edge": {
        "early": "début début_du courant_début",
        "mid": "mi milieu courant",
        "late": "fin fin_du la_fin",
    },
    "after": {1: "après passé"},
    "until": {1: "jusqu'à jusqu_à jusqu'au jusqu_au avant d'ici d_ici"},
    "season": {
        3: "printemps",
        6: "été l'été",
        9: "automne l'automne rentrée_d",
        12: "hiver l'hiver",
    },
    "holiday": {
        "christmas": "noël fêtes les_fêtes fêtes_de_fin_d_année vacances_de_noël",
        "new_year": "nouvel_an nouvelle_année",
        "easter": "pâques vacances_de_pâques",
        "all_saints": "toussaint",
        "pentecost": "pentecôte",
        "ascension": "ascension",
        "summer_break": (
            "grandes_vacances vacances_d_été vacances_d'été vacances_scolaires "
            "vacances_estivales"
        ),
        "september": "rentrée",
    },
    "week_no": {1: "semaine_n° semaine_no"},
    "week_of": {1: "semaine_du semaine_commençant_le"},
    "half_name": {
        1: "s1 premier_semestre 1er_semestre",
        2: "s2 second_semestre deuxième_semestre 2e_semestre 2ème_semestre",
    },
    "day_lead": {1: "le du au"},
    "zone": {"": "cet cest gmt utc heure_de_paris heure_de_londres"},
    "filler": {
        1: "à a le la les l' l de du d' d en vers , dans au dès pour environ ce sur "
        "par après jusqu'à partir_de à_partir_de plutôt matin"
    },
}

ES = {
    "weekday": "lunes | martes | miércoles | jueves | viernes | sábado sábados | "
    "domingo domingos",
    "weak_weekday": "lun | mar | mié mier | jue | vie | sáb | dom",
    "month": "enero ene | febrero feb | marzo | abril abr | mayo | junio | julio | "
    "agosto | septiembre setiembre sept | octubre oct | noviembre nov | diciembre dic",
    "weak_month": "x_ | x_ | mar | x_ | may | jun | jul | ago | sep | x_ | x_ | x_",
    "num": {
        1: "uno un una",
        2: "dos",
        3: "tres",
        4: "cuatro",
        5: "cinco",
        6: "seis",
        7: "siete",
        8: "ocho",
        9: "nueve",
        10: "diez",
        11: "once",
        12: "doce",
        13: "trece",
        14: "catorce",
        15: "quince quincena",
        16: "dieciséis",
        17: "diecisiete",
        18: "dieciocho",
        19: "diecinueve",
        20: "veinte",
        21: "veintiuno veintiún",
        22: "veintidós",
        23: "veintitrés",
        24: "veinticuatro",
        25: "veinticinco",
        26: "veintiséis",
        27: "veintisiete",
        28: "veintiocho",
        29: "veintinueve",
        30: "treinta",
        31: "treinta_y_uno",
        40: "cuarenta",
        45: "cuarenta_y_cinco",
        50: "cincuenta",
        60: "sesenta",
        100: "cien",
    },
    "ord": {
        1: "primero primer primera",
        2: "segundo segunda",
        3: "tercero tercer tercera",
        4: "cuarto_trimestre",
    },
    "rel": {
        0: "hoy",
        1: "mañana",
        2: "pasado_mañana",
        -1: "ayer",
        -2: "anteayer antes_de_ayer",
    },
    "part": {
        "morning": "por_la_mañana de_la_mañana en_la_mañana mañana_temprano "
        "a_primera_hora tempranito mañana a_media_mañana",
        "lunch": "hora_de_comer hora_de_la_comida del_mediodía de_mediodía al_mediodía "
        "a_mediodía mediodía",
        "afternoon": "tarde por_la_tarde de_la_tarde en_la_tarde tardes",
        "evening": "noche por_la_noche de_la_noche en_la_noche tarde_noche",
        "night": "madrugada de_la_madrugada",
        "late": "a_última_hora última_hora final_del_día",
    },
    "tonight": {0: "esta_noche"},
    "noon": {12: "mediodía medio_día al_mediodía a_mediodía", 0: "medianoche"},
    "ampm": {12: "pm p.m", 0: "am a.m"},
    "oclock": {0: "h hs horas hrs en_punto"},
    "half": {30: "media"},
    "quarter": {15: "cuarto"},
    "minus": {-1: "menos"},
    "day": {1: "día días"},
    "week": {1: "semana semanas"},
    "weekend": {1: "fin_de_semana finde fines_de_semana"},
    "month_unit": {1: "mes meses"},
    "quarter_unit": {1: "trimestre trimestres"},
    "half_year": {1: "semestre"},
    "year_unit": {1: "año años"},
    "hour_unit": {1: "hora horas"},
    "minute_unit": {1: "minuto minutos min mins"},
    "workday": {1: "días_hábiles días_laborables día_hábil día_laborable"},
    "fortnight": {14: "quincena"},
    "same_time": {1: "misma_hora"},
    "any_time": {1: "a_cualquier_hora cuando_sea cualquier_hora"},
    "give": {1: "deme denos dame danos déjeme déjame"},
    "next": {1: "próximo próxima próximos próximas que_viene"},
    "coming": {1: "siguiente entrante que_entra"},
    "this": {1: "este esta estos estas"},
    "last": {1: "pasado pasada último última"},
    "every": {1: "cada todos_los"},
    "few": {3: "unos unas algunos algunas varios varias", 2: "par un_par_de par_de"},
    "one": {1: "un una"},
    "hence": {1: "después más_tarde"},
    "ago_prefix": {1: "hace"},
    "in": {1: "en dentro_de de_aquí_a"},
    "on": {1: "el al"},
    "of": {1: "de del"},
    "the": {1: "el la los las"},
    "at": {
        1: "a_las a_la las sobre_las hacia_las a_partir_de_las desde_las entre_las "
        "tipo para_las antes_de_las después_de_las a_eso_de_las de_las @ y_las "
        "hasta_las"
    },
    "greeting": {
        1: (
            "buenos_días buenas_tardes buenas_noches buen_día buena_tarde "
            "buena_semana buen_fin_de_semana"
        )
    },
    "span_from": {1: "entre_las de_las desde_las"},
    "span_to": {1: "y_las a_las hasta_las"},
    "from": {1: "de entre desde"},
    "to": {1: "a hasta"},
    "and": {1: "y"},
    "or": {1: "o u"},
    "edge": {
        "early": (
            "principios_de principio_de comienzos_de inicios_de principios inicio_de "
            "comienzo_de primeros_de"
        ),
        "mid": "mediados_de mediados",
        "late": "finales_de final_de fines_de fin_de finales",
    },
    "after": {1: "después_de tras pasado pasada pasados pasadas a_partir_de luego_de"},
    "until": {1: "hasta antes_de"},
    "season": {3: "primavera", 6: "verano", 9: "otoño", 12: "invierno"},
    "holiday": {
        "christmas": ("navidad navidades fiestas las_fiestas vacaciones_de_navidad"),
        "epiphany": "reyes",
        "new_year": "año_nuevo",
        "easter": "semana_santa pascua",
        "summer_break": "vacaciones_de_verano vacaciones_del_verano",
        "september": "vuelta_de_vacaciones vuelta_del_verano vuelta_de_verano",
    },
    "day_word": {1: "día el_día"},
    "week_no": {1: "semana_número"},
    "week_of": {1: "semana_del"},
    "half_name": {1: "primer_semestre", 2: "segundo_semestre"},
    "day_lead": {1: "el del al"},
    "zone": {"": "cet cest gmt utc hora_peninsular hora_de_madrid"},
    "filler": {
        1: "a_las a_la las el la los de del en , sobre hacia a al por para partir "
        "eso entre y_las a_partir_de_las sobre_las después_de_las"
    },
}

# Written in every language; and what is read of a language that is not ours.
COMMON = {
    "ampm": {12: "pm", 0: "am"},
    "quarter_name": {1: "q1 t1", 2: "q2 t2", 3: "q3 t3", 4: "q4 t4"},
}
FR["ampm"] = COMMON["ampm"]
DE["ampm"] = {12: "pm"}  # "am" is "on the"
for _language in (EN, DE, FR, ES):
    _language["quarter_name"] = COMMON["quarter_name"]

_TENS = {
    "en": ({20: "twenty", 30: "thirty", 40: "forty", 50: "fifty"}, "{tens}_{unit}"),
    "de": (
        {20: "zwanzig", 30: "dreißig", 40: "vierzig", 50: "fünfzig"},
        "{unit}und{tens}",
    ),
    "fr": (
        {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante"},
        "{tens}_{unit}",
    ),
    "es": ({30: "treinta", 40: "cuarenta", 50: "cincuenta"}, "{tens}_y_{unit}"),
}


def _add_compounds(language: str, words: dict) -> None:
    """Add the numbers that are made of others: "thirty-five", "einundzwanzig"."""
    tens, pattern = _TENS[language]
    for ten, tens_word in tens.items():
        for unit in range(1, 10):
            unit_word = words["num"][unit].split()[0]
            if language == "de" and unit == 1:
                unit_word = "ein"
            word = pattern.format(tens=tens_word, unit=unit_word)
            known = words["num"].get(ten + unit, "")
            words["num"][ten + unit] = f"{known} {word}".strip()


def _add_german_ordinals() -> None:
    """Add "erste", "siebenundzwanzigsten" and so on."""
    stems = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
    for number in range(1, 32):
        word = DE["num"].get(number, "").split()[-1]
        if number in (1, 3, 7, 8):
            stem = stems[number]
        elif number < 20:
            stem = DE["num"][number].split()[0] + "t"
        else:
            stem = word + "st"
        DE["ord"][number] = " ".join(
            stem + ending for ending in ("e", "en", "er", "es")
        )


for _name, _language in (("en", EN), ("de", DE), ("fr", FR), ("es", ES)):
    _add_compounds(_name, _language)
_add_german_ordinals()

LANGUAGES = {"en": EN, "de": DE, "fr": FR, "es": ES}
