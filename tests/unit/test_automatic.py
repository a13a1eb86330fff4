"""Tracking: automatic answers in many languages, and people who sound like them."""

import email
import random
import time
import unittest
from email import policy

from tools.bounces import phrases
from tools.bounces.automatic import (
    AUTO_REPLY,
    CHALLENGE,
    KINDS,
    LEFT_COMPANY,
    OUT_OF_OFFICE,
    detect,
)

REPLIED = {"Auto-Submitted": "auto-replied"}

# Texts that an automatic mail is known by, once its headers say that it is one.
MARKED = {
    OUT_OF_OFFICE: (
        "I am out of the office until 12 May and will answer on my return.",
        "I'm currently on annual leave with limited access to e-mail.",
        "Our offices are closed for the holidays and reopen on 4 January.",
        "Ich bin bis zum 12. Mai nicht im Büro.",
        "Ich befinde mich in Elternzeit. Ihre Mail wird nicht weitergeleitet.",
        "Unser Büro bleibt vom 24. bis 31. Dezember geschlossen (Betriebsferien).",
        "Je suis absente du bureau jusqu'au 12 mai inclus.",
        "Actuellement en congés, je serai de retour lundi.",
        "Estoy fuera de la oficina hasta el 12 de mayo.",
        "Me encuentro de vacaciones. Vuelvo el lunes.",
        "Sono in ferie fino al 12 maggio.",
        "Sarò fuori ufficio e rientrerò lunedì.",
        "Ik ben afwezig tot 12 mei.",
        "Ik ben met vakantie en maandag weer bereikbaar.",
        "Estou ausente do escritório até 12 de maio.",
        "Encontro-me de férias e regresso a 12 de maio.",
        "Jestem na urlopie do 12 maja.",
        "Obecnie jestem nieobecny, wracam w poniedziałek.",
        "Jag är på semester och åter på kontoret den 12 maj.",
        "Jag är föräldraledig till augusti.",
        "Jeg holder ferie og er tilbage den 12. maj.",
        "Jeg er ute av kontoret til 12. mai.",
        "Olen lomalla 12.5. asti.",
        "Jsem na dovolené do 12. května.",
    ),
    LEFT_COMPANY: (
        "Jane Roe is no longer with the company. Please write to info@acme.example.",
        "I have left Acme. Your message has not been forwarded.",
        "This mailbox has been deactivated.",
        "Frau Roe ist nicht mehr für die Acme GmbH tätig.",
        "Herr Doe ist zum 1. April aus unserem Unternehmen ausgeschieden.",
        "Jane Roe ne fait plus partie de la société.",
        "Cette adresse n'est plus valide, j'ai quitté l'entreprise.",
        "Jane Roe ya no trabaja en Acme.",
        "Jane Roe non lavora più in Acme.",
        "Jane Roe is niet meer werkzaam bij Acme.",
        "A Jane Roe já não trabalha na Acme.",
        "Jane Roe nie jest już pracownikiem Acme.",
        "Jane Roe har slutat på Acme.",
        "Jane Roe arbejder ikke længere hos Acme.",
        "Jane Roe ei ole enää palveluksessa.",
        "Jana Roe už u nás nepracuje.",
    ),
    CHALLENGE: (
        "Please confirm that you are human by clicking https://filter.example/c/1",
        "Your message is being held until you click the link to confirm it.",
        "Damit Ihre Nachricht zugestellt wird, klicken Sie bitte auf den Link.",
        "Votre message est en attente. Cliquez pour vous authentifier.",
        "Su mensaje está retenido hasta que confirme que usted es una persona.",
        "Il messaggio è in attesa di conferma: confermi di essere una persona.",
        "A sua mensagem foi retida: confirme que é uma pessoa.",
    ),
    AUTO_REPLY: (
        "We have received your request. Ticket number: 4711.",
        "This mailbox is not monitored.",
        "Ihre Anfrage ist bei uns eingegangen.",
        "Nous avons bien reçu votre demande.",
        "Hemos recibido su solicitud.",
        "Abbiamo ricevuto la sua richiesta.",
        "Wij hebben uw bericht in goede orde ontvangen.",
        "Recebemos a sua mensagem.",
        "Otrzymaliśmy Państwa zgłoszenie.",
        "Vi har tagit emot ditt ärende.",
        "Vi har modtaget din henvendelse.",
        "Something without any known words.",
    ),
}

SUBJECTS = {
    OUT_OF_OFFICE: (
        "Out of Office: News",
        "Out of the office Re: News",
        "[EXTERNAL] Out of Office AutoReply: News",
        "Abwesenheitsnotiz: News",
        "Abwesend bis 12.5.",
        "Absence du bureau : News",
        "Fuera de la oficina: News",
        "Fuori sede: News",
        "Afwezigheidsbericht: News",
        "Fora do escritório: News",
        "Nieobecność: News",
        "Frånvaromeddelande: News",
        "Fraværsmeddelelse: News",
        "Poissaoloilmoitus: News",
    ),
    AUTO_REPLY: (
        "Automatic reply: News",
        "Auto-Reply: News",
        "Automatische Antwort: News",
        "Réponse automatique : News",
        "Respuesta automática: News",
        "Risposta automatica: News",
        "Automatisch antwoord: News",
        "Resposta automática: News",
        "Odpowiedź automatyczna: News",
        "Automatiskt svar: News",
        "Automatisk svar: News",
        "Automaattinen vastaus: News",
        "Automatická odpověď: News",
        "自動応答: News",
        "自动答复: News",
    ),
}

# Without any header or subject: several things have to say the same.
UNMARKED = (
    (
        OUT_OF_OFFICE,
        "Thank you for your e-mail. I am out of the office until 12 May with limited "
        "access to e-mail. In urgent cases please contact jane@acme.example.",
    ),
    (
        OUT_OF_OFFICE,
        "Vielen Dank für Ihre Nachricht. Ich bin im Urlaub und ab dem 12. Mai wieder "
        "erreichbar. Ihre E-Mail wird nicht weitergeleitet.",
    ),
    (
        LEFT_COMPANY,
        "I have left Acme & Sons. For partnerships please write to Jane Roe, "
        "jane@acme.example. Your e-mail has not been forwarded.",
    ),
    (
        CHALLENGE,
        "Please verify that you are a real person: https://filter.example/v/1. Your "
        "message is being held until you confirm.",
    ),
    (AUTO_REPLY, "This is an automated message. We have received your request."),
)

PEOPLE = (
    ("Re: News", "I'm on vacation until the 15th, could you send me the pricing?"),
    ("Re: News", "Sorry for the delay, I was out of the office last week. Let's talk."),
    ("Re: News", "I am on annual leave from Friday, so please call me before that."),
    ("Re: News", "I've left Acme, please contact Jane who took over. Best, Tom"),
    ("Re: News", "John is no longer with us. Please contact me instead."),
    ("Re: News", "Bin im Urlaub, melden Sie sich bitte im September wieder!"),
    ("Re: News", "Ich bin nächste Woche nicht im Büro, danach gern. Gruß, Eva"),
    ("Re: News", "Je suis en vacances, rappelez-moi en septembre."),
    ("Re: News", "Estoy de vacaciones, pero me interesa la oferta."),
    ("Re: News", "Sono in ferie, ma mi interessa: potete inviarmi il listino?"),
    ("Re: News", "Ik ben met vakantie, kunt u mij in september bellen?"),
    ("Re: News", "Estou de férias, pode enviar-me a proposta?"),
    ("Re: News", "Jag är på semester men vi är intresserade."),
    ("Re: Automatic reply: News", "Thanks, I'll try again when you are back."),
    ("AW: Abwesenheitsnotiz: News", "Dann bis nächste Woche!"),
    ("Out of office software", "How much is it?"),
    ("Holiday offer", "We have received your parcel, thank you!"),
    ("Re: Your ticket", "Can you tell me the ticket number?"),
    (
        "Re: News",
        "Yes please.\n\nOn 12 May 2026, Jane wrote:\n> I am out of the office until "
        "Monday.\n> This is an automated reply. In urgent cases please contact Tom.",
    ),
    (
        "Re: News",
        "Ja, gern!\n\n-----Ursprüngliche Nachricht-----\nVon: Eva\nDies ist eine "
        "automatische Antwort. Ich bin nicht im Büro.",
    ),
    (
        "Fwd: Undeliverable: News",
        "I got this when I wrote to you, what is wrong?\n\nThis is an automatically "
        "generated Delivery Status Notification.",
    ),
    ("", ""),
)


class TestAutomatic(unittest.TestCase):
    def test_marked_by_headers(self):
        for kind, texts in MARKED.items():
            for text in texts:
                with self.subTest(text):
                    found = detect(REPLIED, "Re: News", text)
                    self.assertEqual(found and found.kind, kind)
                    self.assertEqual(found.rule, "auto_submitted")
                    self.assertGreater(found.confidence, 0.9)

    def test_headers(self):
        for headers, rule in (
            ({"auto-submitted": "auto-replied (vacation)"}, "auto_submitted"),
            ({"AUTO-SUBMITTED": "Auto-Notified"}, "auto_submitted"),
            ({"X-Autoreply": "yes"}, "x_autoreply"),
            ({"X-Autorespond": ""}, "x_autorespond"),
            ({"Precedence": "auto_reply"}, "precedence"),
            ({"X-POST-MessageClass": "9; Autoresponder"}, "x_autorespond"),
            ({"X-Mailer": "vacation 1.2"}, "mailer"),
            (
                {"X-MS-Exchange-Generated-Message-Source": "Mailbox Rules Agent"},
                "exchange_rules_agent",
            ),
            ({"Auto-Submitted": "auto-generated"}, "auto_generated"),
            ({"Return-Path": "<>"}, "null_return_path"),
        ):
            with self.subTest(headers):
                found = detect(headers, "Re: News", "Thanks")
                self.assertEqual(found and found.rule, rule)

    def test_headers_that_say_no(self):
        for headers in (
            {"Auto-Submitted": "no"},
            {"X-Autoreply": "no"},
            {"Precedence": "bulk"},
            {"Precedence": "list"},
            {"X-Auto-Response-Suppress": "All"},
            {"Return-Path": "<jane@acme.example>"},
            {},
            None,
        ):
            self.assertIsNone(detect(headers, "Re: News", "Yes please"), headers)

    def test_a_hint_and_words_together(self):
        for headers in (
            {"Precedence": "bulk"},
            {"X-Auto-Response-Suppress": "All"},
            {"From": "noreply@acme.example"},
        ):
            found = detect(headers, "Re: News", "I am out of the office.")
            self.assertEqual(found and found.kind, OUT_OF_OFFICE)
            self.assertLess(found.confidence, 0.9)

    def test_subjects(self):
        for kind, subjects in SUBJECTS.items():
            for subject in subjects:
                with self.subTest(subject):
                    found = detect(None, subject, "…")
                    self.assertEqual(found and found.kind, kind)

    def test_the_text_tells_what_an_automatic_reply_is(self):
        found = detect(None, "Automatic reply: News", "I am on annual leave.")
        self.assertEqual(found and found.kind, OUT_OF_OFFICE)
        found = detect(None, "Automatic reply: News", "Jane no longer works here.")
        self.assertEqual(found and found.kind, LEFT_COMPANY)

    def test_words_alone(self):
        for kind, text in UNMARKED:
            with self.subTest(text):
                found = detect({}, "Re: News", text)
                self.assertEqual(found and found.kind, kind)
                self.assertLess(found.confidence, 0.8)

    def test_people(self):
        for subject, text in PEOPLE:
            with self.subTest(subject=subject, text=text):
                self.assertIsNone(detect({}, subject, text))

    def test_an_agent_of_a_help_desk_is_a_person(self):
        desk = {"Auto-Submitted": "auto-generated", "X-Zendesk-Account-Id": "1"}
        self.assertIsNone(detect(desk, "Re: News", "Yes, we would like ten of them."))
        found = detect(desk, "Re: News", "Your request has been received (#4711).")
        self.assertEqual(found and found.kind, AUTO_REPLY)

    def test_reports_are_no_answers(self):
        for kind in ("delivery-status", "disposition-notification", "feedback-report"):
            headers = {
                **REPLIED,
                "Content-Type": f"multipart/report; report-type={kind}",
            }
            self.assertIsNone(detect(headers, "Undeliverable", ""))

    def test_a_parsed_mail_is_a_mapping_too(self):
        for rule in (policy.compat32, policy.SMTP):
            message = email.message_from_bytes(
                b"auto-submitted: auto-replied\r\nTo: \xff<\r\nFrom: a@\r\n\r\n",
                policy=rule,
            )
            found = detect(message, None, None)
            self.assertEqual(found and found.kind, AUTO_REPLY)

    def test_hostile_input_takes_no_time_and_raises_nothing(self):
        rng = random.Random(3834)
        pieces = (
            "on ", "a ", "\n", ">", "-", "_", "please ", "wrote:", "from: ", "@",
            "\x00",
            "\ud800", "İ", "ß",
            "urgent ", "is ", "click ", "http", "[", "]", "?", "的",
        )  # fmt: skip
        texts = ["".join(rng.choices(pieces, k=20_000)) for _round in range(20)]
        texts += [piece * 20_000 for piece in pieces]
        for text in texts:
            began = time.process_time()
            found = detect({"Subject": text}, text, text)
            self.assertIn(found and found.kind, (None, *KINDS))
            self.assertLess(time.process_time() - began, 0.5, text[:40])

    def test_folding(self):
        self.assertEqual(
            phrases.fold(" Außer\u00a0HAUS\r\nØre Łódź "), "ausser haus ore lodz"
        )
