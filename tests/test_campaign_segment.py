"""Segments: who belongs to them, and who may see it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import DeskCommon


class SegmentCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._contact("Anna", "anna@example.com")
        cls.ben = cls._contact("Ben", "ben@example.com")
        cls.cleo = cls._contact("Cleo", "cleo@example.com")
        cls.people = cls.anna + cls.ben + cls.cleo
        cls.number = 0

    @classmethod
    def _segment(cls, *conditions, **values):
        """Create a segment of contacts with these conditions."""
        return cls.env["campaign.segment"].create(
            {
                "name": "Segment",
                "condition_ids": [Command.create(values) for values in conditions],
                **values,
            }
        )

    @classmethod
    def _past(cls, *contacts, days=1, status="sent", mailing=None, **values):
        """Have contacts got a mail some days ago."""
        mailing = mailing or cls._mailing(state="done")
        sent = fields.Datetime.now() - timedelta(days=days)
        traces = cls.env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": mailing.id,
                    "model": "mailing.contact",
                    "res_id": contact.id,
                    "email": contact.email_normalized,
                    "trace_status": status,
                    "sent_datetime": sent,
                    **values,
                }
                for contact in contacts
            ]
        )
        return mailing, traces

    def _who(self, segment):
        found = segment._recipients().search(
            segment._audience_domain() & fields.Domain("id", "in", self.people.ids)
        )
        return found.sorted("id").mapped("name")

    def _met(self, **condition):
        """Return who meets one condition."""
        return self._who(self._segment(condition))


@tagged("-at_install", "post_install")
class TestSegment(SegmentCommon):
    def test_filter(self):
        segment = self._segment(domain="[('name', 'in', ['Anna', 'Ben'])]")
        self.assertEqual(self._who(segment), ["Anna", "Ben"])
        self._contact("Anna", "anna2@example.com")
        self.assertEqual(
            len(self.env["mailing.contact"].search(segment._audience_domain())), 3
        )

    def test_opened(self):
        self._past(self.anna, self.ben, days=3, status="open")
        self._past(self.anna, self.ben, days=2)
        self._past(self.anna, days=1, status="reply")
        self.assertEqual(self._met(kind="opened"), ["Anna", "Ben"])
        self.assertEqual(self._met(kind="opened", latest=1), ["Anna"])
        self.assertEqual(self._met(kind="opened", extent="none", latest=1), ["Ben"])
        self.assertEqual(self._met(kind="opened", extent="all", latest=1), ["Anna"])
        self.assertEqual(self._met(kind="opened", extent="all"), [])
        # who got none did not let them pass
        self.assertEqual(self._met(kind="opened", extent="none"), [])

    def test_only_mails_that_arrived_count(self):
        self._past(self.anna, days=3, status="open")
        self._past(self.anna, days=2, status="bounce")
        self._past(self.anna, days=1, status="error", sent_datetime=False)
        self._past(self.anna, days=1, is_test_trace=True)
        self.assertEqual(self._met(kind="opened", latest=1), ["Anna"])
        self.assertEqual(self._met(kind="received", number=2), [])

    def test_a_click_opens(self):
        now = fields.Datetime.now()
        self._past(self.anna, links_click_datetime=now)
        self.assertEqual(self._met(kind="opened"), ["Anna"])
        self.assertEqual(self._met(kind="clicked"), ["Anna"])

    def test_clicked_link(self):
        mailing, traces = self._past(
            *self.people, links_click_datetime=fields.Datetime.now()
        )
        for trace, url in zip(
            traces,
            ("/a_b", "/a%b", "/other"),
            strict=True,
        ):
            link = self.env["link.tracker"].create(
                {
                    "url": "https://shop.example.com" + url,
                    "title": "Shop",
                    "mass_mailing_id": mailing.id,
                }
            )
            self.env["link.tracker.click"].create(
                {"link_id": link.id, "mailing_trace_id": trace.id}
            )
        self.assertEqual(self._met(kind="clicked", url_contains="A_B"), ["Anna"])
        self.assertEqual(self._met(kind="clicked", url_contains="a%b"), ["Ben"])
        self.assertEqual(
            self._met(kind="clicked", url_contains="shop.example.com"),
            ["Anna", "Ben", "Cleo"],
        )
        self.assertEqual(self._met(kind="clicked", url_contains="/none'; --"), [])

    def test_of_mailing_or_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        one, _traces = self._past(self.anna, status="open")
        self._past(
            self.ben, status="open", mailing=self._mailing(campaign_id=campaign.id)
        )
        self._past(self.cleo, status="open")
        self.assertEqual(
            self._met(kind="opened", mailing_ids=[Command.link(one.id)]), ["Anna"]
        )
        self.assertEqual(
            self._met(
                kind="opened",
                mailing_ids=[Command.link(one.id)],
                campaign_ids=[Command.link(campaign.id)],
            ),
            ["Anna", "Ben"],
        )

    def test_replied_and_bounced(self):
        self._past(self.anna, status="reply")
        self._past(self.ben, status="bounce")
        # refused at once, so never sent
        self._past(self.cleo, status="bounce", sent_datetime=False)
        self.assertEqual(self._met(kind="replied"), ["Anna"])
        self.assertEqual(self._met(kind="bounced"), ["Ben", "Cleo"])
        self.assertEqual(
            self._met(kind="bounced", period="last", days=2), ["Ben", "Cleo"]
        )
        self.assertEqual(self._met(kind="bounced", period="older", days=2), [])

    def test_received(self):
        for days in (1, 10, 100):
            self._past(self.anna, days=days)
        self._past(self.ben, days=100)
        self.assertEqual(self._met(kind="received", number=2), ["Anna"])
        lately = {"kind": "received", "period": "last", "days": 30}
        self.assertEqual(self._met(number=2, **lately), ["Anna"])
        self.assertEqual(self._met(number=3, **lately), [])
        self.assertEqual(
            self._met(number=1, comparison="most", **lately), ["Ben", "Cleo"]
        )
        self.assertEqual(self._met(kind="never_mailed"), ["Cleo"])

    def test_periods(self):
        self._past(self.anna, days=5, status="open")
        self._past(self.ben, days=50, status="open")
        day = fields.Date.today() - timedelta(days=20)
        for period, who in (
            ({"period": "last", "days": 20}, ["Anna"]),
            ({"period": "older", "days": 20}, ["Ben"]),
            ({"period": "since", "day": day}, ["Anna"]),
            ({"period": "before", "day": day}, ["Ben"]),
        ):
            self.assertEqual(self._met(kind="opened", **period), who, period)

    def test_subscriptions(self):
        self._contact("Dora", "dora@example.com", self.list_two)
        emil = self._contact("Emil", "emil@example.com", opted_out=self.list_one)
        self.people += emil
        self.env["mail.blacklist"]._add("ben@example.com")
        lists = {"list_ids": [Command.link(self.list_one.id)]}
        self.assertEqual(self._met(kind="subscribed", **lists), ["Anna", "Ben", "Cleo"])
        self.assertEqual(
            self._met(kind="subscribed", period="older", days=1, **lists), []
        )
        self.assertEqual(self._met(kind="unsubscribed"), ["Ben", "Emil"])
        self.assertEqual(self._met(kind="unsubscribed", **lists), ["Emil"])
        self.assertEqual(self._met(kind="unsubscribed", period="older", days=1), [])

    def test_and_or(self):
        self._past(self.anna, self.ben, status="open")
        self._past(self.anna, self.cleo, status="reply")
        conditions = ({"kind": "opened", "extent": "all"}, {"kind": "replied"})
        both = self._segment(*conditions)
        self.assertEqual(self._who(both), ["Anna", "Cleo"])
        both.match = "any"
        self.assertEqual(self._who(both), ["Anna", "Ben", "Cleo"])
        both.domain = "[('name', '=', 'Ben')]"
        self.assertEqual(self._who(both), ["Ben"])

    def test_the_same_person_as_another_record(self):
        """Mails are found by address, whatever they were sent to."""
        self._past(self.anna, status="open")
        partner = self.env["res.partner"].create(
            {"name": "Anna", "email": '"Anna" <ANNA@example.com>'}
        )
        lead = self.env["crm.lead"].create(
            {"name": "A lead", "partner_id": partner.id, "type": "opportunity"}
        )
        order = self.env["sale.order"].create({"partner_id": partner.id})
        for record in (partner, lead, order):
            segment = self._segment(
                {"kind": "opened"},
                mailing_model_id=self.env["ir.model"]._get_id(record._name),
                domain=f"[('id', '=', {record.id})]",
            )
            found = record.search(segment._audience_domain())
            self.assertEqual(found, record)

    def test_own_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        ours, theirs, shared = self.env["res.partner"].create(
            [
                {"name": "Ours", "company_id": self.env.company.id},
                {"name": "Theirs", "company_id": other.id},
                {"name": "Shared"},
            ]
        )
        segment = self._segment(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            domain=f"[('id', 'in', {(ours + theirs + shared).ids})]",
        )
        partners = self.env["res.partner"]
        self.assertEqual(partners.search(segment._audience_domain()), ours + shared)
        segment.company_id = False
        self.assertEqual(len(partners.search(segment._audience_domain())), 3)

    def test_broken_filter(self):
        for domain in (
            "[('no_such_field', '=', 1)]",
            "nonsense(",
            "[('name', '?', 1)]",
        ):
            with self.subTest(domain=domain), self.assertRaises(UserError):
                self._segment(domain=domain)
        segment = self._segment()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_segment SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", segment.id],
        )
        segment.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "filter editor"):
            segment._audience_domain()
        self.assertIn("filter editor", segment.audience["error"])

    def test_what_cannot_be_mailed(self):
        for model in ("mailing.list", "res.country"):
            with self.assertRaises(ValidationError):
                self._segment(mailing_model_id=self.env["ir.model"]._get_id(model))

    def test_numbers(self):
        with self.assertRaises(ValidationError):
            self._segment({"kind": "opened", "latest": -1})
        with self.assertRaises(ValidationError):
            self._segment({"kind": "opened", "period": "since"})

    def test_words(self):
        segment = self._segment(
            {"kind": "opened", "extent": "none", "latest": 5},
            {"kind": "received", "number": 5, "period": "last", "days": 90},
            {"kind": "clicked", "url_contains": "/prices"},
        )
        self.assertEqual(
            segment.condition_ids.mapped("summary"),
            [
                "Opened none of the last 5 mails",
                "Got at least 5 mails in the last 90 days",
                "Clicked in one or more mails on a link with “/prices”",
            ],
        )

    def test_figures(self):
        self._contact("Anna again", "anna@example.com")
        self._contact("Gone", "gone@example.com", opted_out=self.list_one)
        self._contact("Nobody", False)
        self.env["mail.blacklist"]._add("ben@example.com")
        segment = self._segment(domain=f"[('list_ids', 'in', [{self.list_one.id}])]")
        self.assertEqual(segment.audience_matched, 6)
        self.assertEqual(segment.audience_count, 2)
        self.assertEqual(
            segment.audience["reasons"],
            [
                ["Blacklisted Address", 1],
                ["Duplicated Email", 1],
                ["Missing email address", 1],
                ["Opted Out", 1],
            ],
        )
        self.assertCountEqual(
            segment.audience["sample"],
            [["Anna", "anna@example.com"], ["Cleo", "cleo@example.com"]],
        )

    def test_figures_before_saving(self):
        self._past(self.anna, status="open")
        segment = self.env["campaign.segment"].new(
            {
                "name": "New",
                "condition_ids": [Command.create({"kind": "opened"})],
            }
        )
        self.assertEqual(segment.audience["mailed"], 1)

    def test_used_segments_stay(self):
        segment = self._segment()
        mailing = self._mailing(excluded_segment_ids=[Command.link(segment.id)])
        with self.assertRaises(UserError):
            segment.unlink()
        mailing.state = "done"
        segment.unlink()

    def test_copy(self):
        segment = self._segment({"kind": "replied"})
        copied = segment.copy()
        self.assertEqual(copied.condition_ids.kind, "replied")
        self.assertEqual(copied.name, "Segment (copy)")


@tagged("-at_install", "post_install")
class TestSegmentRoles(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer, cls.author, cls.colleague = (
            new_test_user(cls.env, login, f"campaign_desk.group_campaign_{group}")
            for login, group in (
                ("viewer", "viewer"),
                ("author", "author"),
                ("colleague", "author"),
            )
        )

    def test_own(self):
        segment = (
            self.env["campaign.segment"]
            .with_user(self.author)
            .create(
                {
                    "name": "Mine",
                    "condition_ids": [Command.create({"kind": "opened"})],
                }
            )
        )
        theirs = segment.with_user(self.colleague)
        self.assertEqual(theirs.condition_ids.summary, "Opened one or more mails")
        with self.assertRaises(AccessError):
            theirs.name = "Ours"
        with self.assertRaises(AccessError):
            theirs.condition_ids.latest = 3
        with self.assertRaises(AccessError):
            theirs.condition_ids.unlink()
        with self.assertRaises(AccessError):
            theirs.unlink()
        segment.with_user(self.user_marketing).name = "Better"

    def test_viewers_see_numbers_only(self):
        segment = self._segment(domain="[('name', '=', 'Anna')]")
        seen = segment.with_user(self.viewer)
        self.assertEqual(seen.audience_count, 1)
        self.assertEqual(seen.audience_matched, 1)
        with self.assertRaises(AccessError):
            seen.read(["audience"])
        with self.assertRaises(AccessError):
            seen.action_view_audience()
        with self.assertRaises(AccessError):
            seen.name = "Mine"
        arch = seen.get_view(view_type="form")["arch"]
        self.assertNotIn('name="audience"', arch)
        self.assertNotIn("action_view_audience", arch)

    def test_viewers_count_only_what_is_saved(self):
        """Else they could ask for anything, one count after the other."""
        segment = self._segment(domain="[('name', '=', 'Nobody')]")
        changed = (
            self.env["campaign.segment"]
            .with_user(self.viewer)
            .new({"domain": "[('name', '=', 'Anna')]"}, origin=segment)
        )
        self.assertEqual(changed.audience_count, 0)
        blank = self.env["campaign.segment"].with_user(self.viewer)
        self.assertEqual(blank.new({"name": "New"}).audience_count, 0)

    def test_no_way_around_record_rights(self):
        """Who may not read leads learns nothing about them from counts."""
        leads = self.env["ir.model"]._get_id("crm.lead")
        with self.assertRaises(AccessError):
            self.env["campaign.segment"].with_user(self.author).create(
                {"name": "Leads", "mailing_model_id": leads}
            )
        segment = self._segment(mailing_model_id=leads)
        seen = segment.with_user(self.author)
        self.assertEqual(seen.audience_count, 0)
        self.assertIn("error", seen.audience)

    def test_other_company(self):
        segment = self._segment({"kind": "opened"})
        other = self.env["res.company"].create({"name": "Other"})
        self.author.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        segments = self.env["campaign.segment"].with_user(self.author)
        self.assertFalse(segments.search([("id", "=", segment.id)]))
        with self.assertRaises(AccessError):
            segment.condition_ids.with_user(self.author).read(["kind"])
