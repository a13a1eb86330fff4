"""Checking: Odoo's dialog for test mails, for mailings of the Campaign Desk engine."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class MailingMailingTest(models.TransientModel):
    """Sends several mails of a campaign, in several languages, to several addresses.

    The dialog stays open and shows for each what the server said.
    """

    _inherit = "mailing.mailing.test"

    is_desk = fields.Boolean(compute="_compute_is_desk")
    recipient_model = fields.Char(related="mass_mailing_id.mailing_model_real")
    recipient_id = fields.Many2oneReference(
        "As the Mail To",
        model_field="recipient_model",
        compute="_compute_recipient_id",
        store=True,
        readonly=False,
        help="Whose data fill the mail. Blank: somebody of whom only the address is "
        "known.",
    )
    mailing_ids = fields.Many2many(
        "mailing.mailing",
        string="Mails",
        compute="_compute_mailing_ids",
        store=True,
        readonly=False,
        help="The mails of the campaign to test.",
    )
    candidate_ids = fields.Many2many(
        "mailing.mailing",
        string="Mails of the Campaign",
        compute="_compute_candidate_ids",
    )
    lang_ids = fields.Many2many(
        "res.lang", string="Languages", help="Blank: the recipient's own."
    )
    is_marked = fields.Boolean("Mark the Subject with [Test]", default=True)
    result_ids = fields.One2many("campaign.test.result", "test_id", readonly=True)

    @api.depends("mass_mailing_id")
    def _compute_is_desk(self):
        for test in self:
            test.is_desk = test.mass_mailing_id and test.mass_mailing_id._is_desk()

    @api.depends("mass_mailing_id")
    def _compute_recipient_id(self):
        """Propose the first recipient."""
        for test in self:
            test.recipient_id = test.is_desk and test.mass_mailing_id._neighbor(0, ">")

    @api.depends("mass_mailing_id")
    def _compute_mailing_ids(self):
        for test in self:
            mailing = test.mass_mailing_id
            test.mailing_ids = mailing

    @api.depends("mass_mailing_id")
    def _compute_candidate_ids(self):
        for test in self:
            mailing = test.mass_mailing_id
            candidates = mailing.campaign_id.mailing_mail_ids | mailing
            test.candidate_ids = test.is_desk and candidates._desk_mailings()

    def send_mail_test(self):
        self.ensure_one()
        if not self.is_desk:
            return super().send_mail_test()
        addresses = [
            line.strip()
            for line in self.email_to.replace(",", "\n").splitlines()
            if line.strip()
        ]
        if not addresses or not self.mailing_ids:
            raise UserError(self.env._("Choose at least one address and one mail."))
        self.result_ids.unlink()
        for mailing in self.mailing_ids:
            self._send_mailing(mailing, addresses)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test Mailing"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": self.env.context,
        }

    def _send_mailing(self, mailing, addresses):
        """Send one mail in every language; note what became of each."""
        for lang in self.lang_ids or [self.env["res.lang"]]:
            results = mailing.send_test(
                addresses, self.recipient_id or 0, lang.code, self.is_marked
            )
            mailing._log_tests(results)
            self.env["campaign.test.result"].create(
                [
                    {
                        "test_id": self.id,
                        "address": result["address"],
                        "mailing_id": mailing.id,
                        "language": lang.name,
                        "is_accepted": result["accepted"],
                        "words": result["words"],
                    }
                    for result in results
                ]
            )
