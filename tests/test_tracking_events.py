"""Tracking: visits become events, and events figures: people's and everybody's."""

import uuid
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models.tracking import campaign_event, hit_folding
from ..tools import tokens
from .common import WAY_OUT, DeskCommon

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
GMAIL = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 "
    "(via ggpht.com GoogleImageProxy)"
)
SENT = datetime(2026, 11, 25, 8)
NINE = datetime(2026, 11, 25, 9)


@tagged("-at_install", "post_install")
class TestEvents(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contacts = [
            cls._contact(f"C{number}", f"c{number}@example.com") for number in range(3)
        ]
        links = [
            f'<a href="https://shop.example.com/{page}">{page}</a>' for page in "abc"
        ]
        cls.body = "".join([*links, WAY_OUT])

    def setUp(self):
        super().setUp()
        self.mailing = self._sent_mailing()
        self.trace = self.mailing.mailing_trace_ids.sorted("res_id")[0]

    def _sent_mailing(self, **values):
        mailing = self._mailing(**{"body_html": self.body, **values})
        self._send(mailing)
        mailing.mailing_trace_ids.sent_datetime = SENT
        self.env.flush_all()
        return mailing

    def _link(self, page="a", mailing=None):
        return self.env["link.tracker"].search(
            [
                ("mass_mailing_id", "=", (mailing or self.mailing).id),
                ("url", "=", f"https://shop.example.com/{page}"),
            ]
        )

    def _hit(self, kind="open", seconds=0, trace=None, link=None, **values):
        """Put a request where the web server puts them; return nothing."""
        row = {
            "at": NINE + timedelta(seconds=seconds),
            "kind": kind,
            "token": (trace or self.trace).token,
            "link_id": link.id if link else False,
            "method": "GET",
            "address": "203.0.113.7",
            "user_agent": FIREFOX,
            "headers": {"accept-language": "de"},
            **values,
        }
        self.env["campaign.hit"].create(row)

    def _fold(self):
        self.env.flush_all()
        self._run_job("campaign_desk.ir_cron_fold")
        self.env.invalidate_all()

    def _verdicts(self, trace=None):
        events = (trace or self.trace).event_ids.sorted("at")
        return [f"{event.kind} {event.verdict} {event.rule}" for event in events]

    # ------------------------------------------------------------
    # From hits to events
    # ------------------------------------------------------------

    def test_a_person(self):
        self._hit()
        self._hit("click", 5, link=self._link())
        self._fold()
        self.assertEqual(self._verdicts(), ["open human reader", "click human reader"])
        self.assertFalse(self.env["campaign.hit"].search_count([]))
        event = self.trace.event_ids.filtered(lambda one: one.kind == "click")
        self.assertEqual(event.address_prefix, "203.0.113.0/24")
        self.assertEqual(event.user_agent, FIREFOX)
        self.assertEqual(event.mailing_id, self.mailing)
        self.assertEqual(event.facts, {"accept-language": "de"})
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self.trace.open_datetime, NINE)
        self.assertEqual(self.trace.links_click_datetime, NINE + timedelta(seconds=5))
        self.assertEqual(self.trace.any_open_at, NINE)

    def test_machines_count_for_everybody_only(self):
        self._hit(user_agent=GMAIL)
        other = self.mailing.mailing_trace_ids.sorted("res_id")[1]
        self._hit("click", trace=other, link=self._link(), user_agent="curl/8.5.0")
        self._fold()
        self.assertEqual(self._verdicts(), ["open unknown gmail_proxy"])
        self.assertEqual(self._verdicts(other), ["click machine known_program"])
        for trace in self.trace + other:
            self.assertEqual(trace.trace_status, "sent")
            self.assertTrue(trace.any_open_at)
            self.assertFalse(trace.open_datetime)
        mailing = self.mailing
        self.assertEqual((mailing.opened, mailing.any_opened), (0, 2))
        self.assertEqual((mailing.clicked, mailing.any_clicked), (0, 1))
        self.assertEqual((mailing.opened_ratio, mailing.any_opened_ratio), (0, 66.67))
        self.assertEqual((mailing.clicks_ratio, mailing.any_clicks_ratio), (0, 33.33))
        self.assertEqual(self._link().count, 0)
        self.assertEqual(self._link().any_click_count, 1)

    def test_a_later_click_of_a_burst_tells_of_the_earlier_ones(self):
        self._hit("click", 0, link=self._link("a"))
        self._hit("click", 1, link=self._link("b"))
        self._fold()
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self._link("a").count, 1)
        self._hit("click", 2, link=self._link("c"))
        self._fold()
        self.assertEqual(self._verdicts(), ["click machine link_burst"] * 3)
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.trace.open_datetime)
        self.assertFalse(self.trace.links_click_datetime)
        self.assertTrue(self.trace.any_click_at)
        for page in "abc":
            link = self._link(page)
            self.assertEqual((link.count, link.any_click_count), (0, 1))
            self.assertFalse(link.link_click_ids)

    def test_a_person_before_a_burst_stays(self):
        self._hit("click", -900, link=self._link("a"))
        for second, page in enumerate("abc"):
            self._hit("click", second, link=self._link(page))
            self._fold()
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self.trace.links_click_datetime, NINE - timedelta(seconds=900))
        self.assertEqual(self._link("a").count, 1)

    def test_an_answer_is_not_taken_back(self):
        self._hit("click", 0, link=self._link("a"))
        self._fold()
        self.trace.set_replied()
        self.assertIn("reply", self.trace.event_ids.mapped("kind"))
        for second, page in enumerate("bc", 1):
            self._hit("click", second, link=self._link(page))
        self._fold()
        self.assertEqual(self.trace.trace_status, "reply")

    def test_an_open_after_a_bounce(self):
        self.trace.set_bounced(bounce_message="No such user")
        self.trace.set_bounced(bounce_message="No such user")
        self.assertEqual(self.trace.event_ids.kind, "bounce")
        self._hit()
        self._fold()
        self.assertEqual(self.trace.trace_status, "open")
        self.assertFalse(self.trace.failure_type)

    def test_own_people(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("campaign_desk.internal_networks", "192.0.2.0/24, ::1")
        colleague = self.user_marketing
        customer = self.contacts[1]
        self._hit(address="192.0.2.9")
        self._hit(seconds=60, user_id=colleague.id)
        self._fold()
        self.assertEqual(self._verdicts(), ["open unknown internal"] * 2)
        self.assertEqual(self.trace.trace_status, "sent")
        # who is logged in may be a recipient, too
        trace = self.mailing.mailing_trace_ids.filtered(
            lambda one: one.res_id == customer.id
        )
        trace.email = colleague.email_normalized
        self._hit(trace=trace, user_id=colleague.id)
        self._fold()
        self.assertEqual(self._verdicts(trace), ["open human reader"])

    def test_hits_wait_until_what_belongs_to_them_has_come(self):
        self._hit(at=datetime.now() - timedelta(seconds=1))
        self._fold()
        self.assertTrue(self.env["campaign.hit"].search_count([]))

    def test_hits_of_nobody(self):
        self._hit(token=uuid.uuid4().hex)
        self._hit(token=tokens.neutral(self.mailing.id))
        self._hit(token=tokens.anonymous(4711_4711))
        self._fold()
        self.assertFalse(self.env["campaign.hit"].search_count([]))
        self.assertFalse(self.env["campaign.event"].search_count([]))

    def test_odd_hits(self):
        self._hit(address=False, user_agent=False, headers=False)
        self._hit("click", 60, link=False, address="nonsense", headers={"via": "1"})
        self._fold()
        self.assertEqual(len(self.trace.event_ids), 2)

    def test_many_chunks(self):
        for number in range(7):
            self._hit(seconds=number * 60)
        rules = self.env["campaign.hit"]._rules()
        self.env.flush_all()
        taken = [hit_folding.fold(self.env, rules, limit=3) for _call in range(4)]
        self.assertEqual(taken, [3, 3, 1, 0])
        self.env.invalidate_all()
        self.assertEqual(self._verdicts(), ["open human reader"] * 7)

    # ------------------------------------------------------------
    # Privacy
    # ------------------------------------------------------------

    def _assert_nobodys(self, events, kinds):
        self.assertEqual(sorted(events.mapped("kind")), kinds)
        for event in events:
            self.assertFalse(event.trace_id)
            self.assertFalse(event.address_prefix or event.user_agent or event.facts)
            self.assertEqual(event.at, NINE)

    def test_anonymous_mailing(self):
        mailing = self._sent_mailing(tracking="anonymous")
        pages = [
            self.mailbox.mails[-number][2].decode().replace("=\r\n", "")
            for number in (1, 2)
        ]
        key = mailing._tracking_key()
        token = tokens.anonymous(mailing.id)
        for page in pages:
            self.assertIn(f"/campaign/o/{tokens.sign(key, tokens.OPEN, token)}", page)
            self.assertIn(f"/campaign/c/{tokens.sign(key, tokens.CLICK, token)}", page)
        self._hit(seconds=77, token=token)
        self._hit("click", 99, token=token, link=self._link("a", mailing))
        self._fold()
        events = self.env["campaign.event"].search([("mailing_id", "=", mailing.id)])
        self._assert_nobodys(events, ["click", "open"])
        self.assertEqual(mailing.anonymous_opens, 1)
        self.assertEqual(mailing.anonymous_clicks, 1)
        self.assertEqual(self._link("a", mailing).count, 1)
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("trace_status")), {"sent"}
        )

    def test_mailing_without_tracking(self):
        mailing = self._sent_mailing(tracking="off")
        page = self.mailbox.mails[-1][2].decode().replace("=\r\n", "")
        self.assertIn("https://shop.example.com/a", page)
        self.assertNotIn("/campaign/c/", page)
        self.assertNotIn("/campaign/o/", page)
        self.assertIn("/campaign/u/", page)
        # what was sent before it was switched off
        self._hit(trace=mailing.mailing_trace_ids[0])
        self._fold()
        self.assertFalse(
            self.env["campaign.event"].search([("mailing_id", "=", mailing.id)])
        )

    def test_links_without_tracking(self):
        self._sent_mailing(untracked_links="https://shop.example.com/b\nhttps://x.y")
        page = self.mailbox.mails[-1][2].decode().replace("=\r\n", "")
        self.assertIn('"https://shop.example.com/b"', page)
        self.assertNotIn('"https://shop.example.com/a"', page)

    def test_person_without_tracking(self):
        preferences = self.env["campaign.preference"]
        email = self.contacts[0].email.upper()
        preferences._set(email, self.mailing.company_id, is_untracked=True)
        # by the mail that they have
        self._hit(seconds=12)
        self._fold()
        events = self.env["campaign.event"].search([])
        self._assert_nobodys(events, ["open"])
        self.assertEqual(self.trace.trace_status, "sent")
        # and by the next
        mailing = self._sent_mailing()
        key, token = mailing._tracking_key(), tokens.anonymous(mailing.id)
        nobodys = f"/campaign/o/{tokens.sign(key, tokens.OPEN, token)}"
        pages = {
            to[0]: data.decode().replace("=\r\n", "")
            for _from, to, data in self.mailbox.mails
        }
        self.assertIn(nobodys, pages["c0@example.com"])
        self.assertNotIn(nobodys, pages["c1@example.com"])

    def test_requests_not_to_be_tracked(self):
        parameters = self.env["ir.config_parameter"]
        header = {"accept-language": "de", "sec-gpc": "1"}
        self._hit(headers=header)
        self._fold()
        self.assertEqual(self._verdicts(), ["open human reader"])
        parameters.set_param("campaign_desk.honour_dnt", "True")
        for headers in (header, {"dnt": "1"}):
            self._hit(seconds=9, headers=headers)
        self._fold()
        nobodys = self.env["campaign.event"].search([("trace_id", "=", False)])
        self._assert_nobodys(nobodys, ["open", "open"])

    def test_retention(self):
        old, older = NINE - timedelta(days=400), NINE - timedelta(days=1000)
        self.trace.sent_datetime = older - timedelta(hours=1)
        for at in (NINE, old, older):
            self._hit(at=at)
        self._fold()
        with self.mock_datetime_and_now(NINE):
            done, remaining = self.env["campaign.event"]._gc_events()
        self.assertEqual((done, remaining), (3, 0))  # two anonymised, one gone
        events = self.trace.event_ids.sorted("at")
        self.assertEqual(events.mapped("at"), [old, NINE])
        self.assertEqual(events.mapped("user_agent"), [False, FIREFOX])
        self.assertEqual(events.mapped("address_prefix"), [False, "203.0.113.0/24"])
        self.assertEqual(self.trace.open_datetime, older)

    def test_networks_that_are_none(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("campaign_desk.internal_networks", "office")
        self._hit()
        with self.assertLogs("odoo.addons.campaign_desk", "WARNING"):
            self._fold()
        self.assertEqual(self._verdicts(), ["open human reader"])
        settings = self.env["res.config.settings"]
        with self.assertRaisesRegex(ValidationError, "Own Networks: 'office'"):
            settings.create({"campaign_internal_networks": "office"})
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            settings.create({"campaign_event_days": -1})

    def test_days_of_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.campaign_event_days, 730)
        self.assertEqual(settings.campaign_event_facts_days, 30)
        settings.write({"campaign_event_days": 0, "campaign_event_facts_days": 7})
        settings.execute()
        events = self.env["campaign.event"]
        self.assertEqual(events._days(*campaign_event.EVENT_DAYS), 0)
        self.assertEqual(events._days(*campaign_event.FACTS_DAYS), 7)

    def test_person_of_a_record(self):
        """Contacts and partners with the same address are the same person."""
        contact = self.contacts[0]
        partner = self.env["res.partner"].create(
            {"name": "C", "email": f"C <{contact.email}>"}
        )
        self._hit()
        self._fold()
        for person in (contact, partner):
            self.assertEqual(person.campaign_mail_count, 1)
            for action, records in (
                (person.action_view_campaign_mails(), self.trace),
                (person.action_view_campaign_visits(), self.trace.event_ids),
            ):
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(found, records)
        contact.is_mail_untracked = True
        self.assertTrue(partner.is_mail_untracked)
        partner.is_mail_untracked = False
        contact.invalidate_recordset()
        self.assertFalse(contact.is_mail_untracked)
        nobody = self.env["res.partner"].create({"name": "N"})
        self.assertFalse(nobody.campaign_mail_count)
        with self.assertRaisesRegex(UserError, "no valid e-mail address"):
            nobody.is_mail_untracked = True

    # ------------------------------------------------------------
    # Events by others
    # ------------------------------------------------------------

    def test_events_of_a_provider_come_once(self):
        account = self.env["campaign.sending.account"].search([], limit=1)
        row = {
            "kind": "delivered",
            "trace_id": self.trace.id,
            "account_id": account.id,
            "provider_event_id": "evt-1",
            "facts": {"smtp": "250"},
        }
        events = self.env["campaign.event"]
        [first] = events._record([row])
        self.assertEqual(events._record([row, row]), [])
        event = events.browse(first)
        self.assertEqual(event.mailing_id, self.mailing)
        self.assertEqual(event.facts, {"smtp": "250"})
        self.assertEqual(len(events._record([{**row, "provider_event_id": "2"}])), 1)

    def test_complaints_are_events(self):
        self.trace._set_complained()
        self.trace._set_complained()
        self.assertEqual(self.trace.event_ids.kind, "complaint")
        self._hit()
        self._fold()
        self.assertEqual(self._verdicts()[0], "open human reader")

    def test_events_are_not_changed_by_hand(self):
        self._hit()
        self._fold()
        events = self.env["campaign.event"].with_user(self.user_marketing)
        event = events.search([("trace_id", "=", self.trace.id)])
        self.assertTrue(event)
        with self.assertRaises(AccessError):
            event.write({"verdict": "human"})
        with self.assertRaises(AccessError):
            event.unlink()
        with self.assertRaises(AccessError):
            event.create({"at": NINE, "kind": "open"})

    def test_figures_of_a_campaign(self):
        campaign = self.env["utm.campaign"].create(
            {"title": "Spring", "goal": "clicked"}
        )
        mailing = self._sent_mailing(campaign_id=campaign.id)
        one, other, _third = mailing.mailing_trace_ids.sorted("res_id")
        link = self._link("a", mailing)
        self._hit("click", trace=one, link=link)
        self._hit("click", trace=other, link=link, user_agent="curl/8.5.0")
        self._fold()
        viewer = new_test_user(
            self.env, "viewer", "campaign_desk.group_campaign_viewer"
        )
        seen = campaign.with_user(viewer)
        for figure, any_figure in (
            (seen.opened_ratio, seen.any_opened_ratio),
            (seen.clicks_ratio, seen.any_clicks_ratio),
        ):
            self.assertAlmostEqual(figure, 33.33, 1)
            self.assertAlmostEqual(any_figure, 66.67, 1)
        self.assertEqual(seen.goal_reached, 1)
        self.assertEqual(seen.mailing_mail_ids.any_clicked, 2)
        with self.assertRaises(AccessError):
            self.env["campaign.event"].with_user(viewer).search([])
        action = campaign.action_view_visits()
        events = self.env["campaign.event"].search(action["domain"])
        self.assertEqual(events, mailing.mailing_trace_ids.event_ids)

    def test_no_winner_without_tracking(self):
        campaign = self.env["utm.campaign"].create(
            {"title": "Test", "ab_testing_winner_selection": "manual"}
        )
        version = self._mailing(
            campaign_id=campaign.id,
            ab_testing_enabled=True,
            ab_testing_winner_selection="manual",
            ab_testing_pc=50,
            tracking="anonymous",
        )
        with self.assertRaisesRegex(ValidationError, "has to be tracked"):
            campaign.ab_testing_winner_selection = "clicks_ratio"
        version.tracking = "personal"
        campaign.ab_testing_winner_selection = "clicks_ratio"
        with self.assertRaisesRegex(ValidationError, "has to be tracked"):
            version.tracking = "off"

    def test_the_winner_of_a_test_is_peoples(self):
        campaign = self.env["utm.campaign"].create(
            {"name": "Test", "ab_testing_winner_selection": "clicks_ratio"}
        )
        versions = self.env["mailing.mailing"]
        for subject in ("Loved", "Scanned"):
            versions |= self._mailing(
                subject=subject,
                body_html=self.body,
                campaign_id=campaign.id,
                ab_testing_enabled=True,
                ab_testing_pc=50,
            )
        for version in versions:
            self._send(version)
            version.mailing_trace_ids.sent_datetime = SENT
        loved, scanned = versions
        self._hit(
            "click", trace=loved.mailing_trace_ids[0], link=self._link("a", loved)
        )
        for trace in scanned.mailing_trace_ids:
            self._hit(
                "click",
                trace=trace,
                link=self._link("a", scanned),
                user_agent="python-requests/2.32.3",
            )
        self._fold()
        self.assertGreaterEqual(scanned.any_clicks_ratio, loved.any_clicks_ratio)
        self.assertGreater(loved.clicks_ratio, scanned.clicks_ratio)
        versions.action_send_winner_mailing()
        winner = campaign.ab_testing_winner_mailing_id
        self.assertEqual(winner.subject, "Loved")
