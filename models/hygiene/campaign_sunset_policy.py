"""Hygiene: whoever shows no sign of life is asked once, and then left in peace."""

import logging

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from .sunset_run import SunsetRun

_logger = logging.getLogger(__name__)


class CampaignSunsetPolicy(models.Model):
    """When quiet contacts are asked for their permission anew, and what follows.

    =========  ================================================================
    draft      looks at nobody; a dry run tells what it would do
    running    every night: suppress who did not answer, ask who has become quiet
    paused     looks at nobody; who was asked may still answer
    =========  ================================================================

    An answer is any sign of a person: an opened mail, a click, a reply, of whatever
    mailing. Who gives one is asked no more, and never suppressed for having been quiet.
    """

    _name = "campaign.sunset.policy"
    _description = "Sunset Policy"
    _inherit = ["campaign.hygiene.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("paused", "Paused")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    template_id = fields.Many2one(
        "campaign.template",
        "Re-permission Mail",
        required=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self._default_template_id(),
        help="Asks whether they want to stay. Make a copy of the one that comes with "
        "Campaign Desk and fill in its gaps.",
    )
    answer_days = fields.Integer(
        "Days to Answer",
        default=14,
        required=True,
        tracking=True,
        help="Counted from when the mail was sent to them.",
    )
    quiet_mails = fields.Integer(tracking=True)
    quiet_days = fields.Integer(tracking=True)
    suppress_scope = fields.Selection(
        [("company", "All mailings of the company"), ("list", "Mailings on the list")],
        "Then Left out of",
        default="company",
        required=True,
        tracking=True,
    )
    most_per_day = fields.Integer(
        "At Most a Day",
        default=1000,
        help="So many are asked each night; many complaints at once would harm your "
        "sender's name. 0: all.",
    )
    last_run_at = fields.Datetime("Last Run", readonly=True, copy=False)
    error = fields.Char(readonly=True, copy=False)
    case_ids = fields.One2many("campaign.sunset.case", "policy_id", copy=False)
    asked_count = fields.Integer("Waiting", compute="_compute_counts")
    returned_count = fields.Integer("Came Back", compute="_compute_counts")
    suppressed_count = fields.Integer("Suppressed", compute="_compute_counts")
    dry_run_at = fields.Datetime("Dry Run", readonly=True, copy=False)
    dry_quiet = fields.Integer("Quiet", readonly=True, copy=False)
    dry_asked = fields.Integer("Would Be Asked", readonly=True, copy=False)
    dry_suppressed = fields.Integer("Would Be Suppressed", readonly=True, copy=False)

    _answer_positive = models.Constraint(
        "CHECK (answer_days > 0 AND most_per_day >= 0)",
        "Give people one day at least to answer.",
    )

    @api.model
    def _default_template_id(self):
        return self.env.ref(
            "campaign_desk.template_re_permission", raise_if_not_found=False
        )

    @api.constrains("suppress_scope", "scope")
    def _check_suppress_scope(self):
        for policy in self:
            if policy.suppress_scope == "list" and policy.scope != "list":
                raise ValidationError(
                    self.env._(
                        "Only a policy for one mailing list can leave people out of "
                        "that list alone."
                    )
                )

    @api.depends("case_ids.state")
    def _compute_counts(self):
        groups = self.env["campaign.sunset.case"]._read_group(
            [("policy_id", "in", self.ids)], ["policy_id", "state"], ["__count"]
        )
        counts = {(policy.id, state): count for policy, state, count in groups}
        for policy in self:
            for state in ("asked", "returned", "suppressed"):
                policy[f"{state}_count"] = counts.get((policy.id, state), 0)

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_start(self):
        """Have it run every night from now on."""
        self.check_access("write")
        self.write({"state": "running", "error": False})
        return True

    def action_pause(self):
        """Ask and suppress nobody until it is started again."""
        self.check_access("write")
        self.state = "paused"
        return True

    def action_dry_run(self):
        """Count whom the next run would ask and suppress; nobody notices."""
        self.check_access("write")
        for policy in self:
            run = SunsetRun(policy.sudo())  # sudo: numbers
            quiet = run.count_quiet()
            policy.write(
                {
                    "dry_run_at": fields.Datetime.now(),
                    "dry_quiet": quiet,
                    "dry_asked": min(quiet, policy.most_per_day or quiet),
                    "dry_suppressed": len(run.unanswered()),
                }
            )
        return True

    def action_view_quiet(self):
        """Open those whom the next runs would ask."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mass_mailing.action_view_mass_mailing_contacts"
        )
        contacts = SunsetRun(self.sudo()).quiet(limit=20_000)  # sudo: ids
        return {
            **action,
            "name": self.env._("Quiet"),
            "domain": [("id", "in", contacts)],
            "context": {},
        }

    def action_view_cases(self):
        """Open whom it asked, and what came of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_sunset_case_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)]}

    # ------------------------------------------------------------
    # The job
    # ------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Run the policies, each in a transaction of its own."""
        policies = self.search([("state", "=", "running")], order="last_run_at, id")
        commit = self.env["ir.cron"]._commit_progress
        for done, policy in enumerate(policies, start=1):
            try:
                policy._run()
            except Exception as error:  # one policy must not stop the others
                self.env.cr.rollback()
                _logger.exception("Sunset policy %s has failed", policy.id)
                policy._fail(str(error) if isinstance(error, UserError) else "")
            if not commit(1, remaining=len(policies) - done):
                return

    def _run(self):
        """Let go who came back, suppress who did not answer, ask who is quiet."""
        self.ensure_one()
        run = SunsetRun(self)
        returned = run.close_returned()
        run.close_lost()
        suppressed = run.suppress_unanswered()
        asked = run.open_cases(run.quiet(limit=self.most_per_day or None))
        self.last_run_at = fields.Datetime.now()
        self._send_to_cases()
        if returned or suppressed or asked:
            self._message_log(
                body=self.env._(
                    "%(returned)s came back, %(suppressed)s were suppressed, "
                    "%(asked)s are asked.",
                    returned=returned,
                    suppressed=suppressed,
                    asked=len(asked),
                )
            )

    def _open_cases(self, contacts):
        """Have these contacts asked; return those who are."""
        self.ensure_one()
        opened = SunsetRun(self.sudo()).open_cases(contacts.ids)  # sudo: cases are ours
        return contacts.browse(opened)

    def _cancel_cases(self, contacts):
        """Do not ask these contacts, if no mail has left; return those not asked."""
        cancelled = SunsetRun(self.sudo()).cancel(contacts.ids)  # sudo: as above
        return contacts.browse(cancelled)

    def _send_to_cases(self):
        """Make one mailing to those who are to be asked, and send it."""
        self.ensure_one()
        batch = SunsetRun(self.sudo()).take_batch()  # sudo: as above
        if not batch:
            return
        mailing = self._make_mailing(batch)
        try:
            with self.env.cr.savepoint():
                mailing.action_launch()
            self.sudo().error = False  # sudo: who asks need not be who sets it up
        except UserError as error:
            self._fail(
                self.env._(
                    "“%(mailing)s” was made and cannot be sent: %(why)s Send it "
                    "when that is mended; until then nobody is suppressed.",
                    mailing=mailing.subject,
                    why=error,
                )
            )

    def _make_mailing(self, batch):
        """Return the mailing to the cases of a batch, and tell them of it."""
        company = self.with_company(self.company_id)
        day = fields.Date.to_string(fields.Date.context_today(self))
        asked = [("batch", "=", batch), ("state", "=", "asked")]
        segment = company.env["campaign.segment"].create(
            {
                "name": f"{self.name}, {day}",
                "active": False,  # it is nobody's but this mailing's
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
                "domain": str([("sunset_case_ids", "any", asked)]),
            }
        )
        mailing = company.env["mailing.mailing"].create(
            {
                "name": f"{self.name}, {day}",
                "subject": self.template_id.subject,
                "template_id": self.template_id.id,
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [Command.clear()],
                "segment_ids": [Command.link(segment.id)],
                "user_id": self.user_id.id,
            }
        )
        cases = self.env["campaign.sunset.case"].sudo()  # sudo: cases are the run's
        cases.search([("batch", "=", batch)]).mailing_id = mailing
        return mailing

    def _fail(self, text):
        """Tell who is responsible why it does not go on."""
        self = self.sudo()  # as above
        self.error = text or self.env._(
            "The last run has failed; the server's log says why."
        )
        summary = self.env._("Sunset policy: somebody has to look")
        if any(activity.summary == summary for activity in self.activity_ids):
            return
        self.activity_schedule(
            activity_type_id=self.env.ref("mail.mail_activity_data_warning").id,
            summary=summary,
            note=plaintext2html(self.error),
            user_id=self.user_id.id,
        )
