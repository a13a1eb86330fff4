"""Hygiene: what somebody did about findings, and can take back."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .hygiene_deeds import DEEDS

_logger = logging.getLogger(__name__)

CHUNK = 1_000
AT_ONCE = 2_000  # findings; more are dealt with in the background
KINDS = [
    ("remove", "Remove from the list"),
    ("suppress", "Suppress"),
    ("correct", "Correct the address"),
    ("merge", "Merge duplicates"),
    ("ask", "Ask for permission anew"),
    ("ignore", "Ignore"),
]


class CampaignHygieneAction(models.Model):
    """One decision about findings: who, when, what and why, and what was before.

    =========  ================================================================
    doing      ``change_ids`` are carried out, a chunk at a time
    done       all were; those that could not be say why
    undoing    they are taken back
    undone     they were; what somebody changed since then was left as it is
    =========  ================================================================
    """

    _name = "campaign.hygiene.action"
    _description = "Hygiene Action"
    _order = "id desc"
    _rec_name = "kind"

    check_id = fields.Many2one(
        "campaign.hygiene.check", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="check_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    reason = fields.Char("Why", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Who", readonly=True, default=lambda self: self.env.user
    )
    scope = fields.Selection(
        [("company", "All mailings of the company"), ("list", "Mailings on the list")],
        readonly=True,
    )
    policy_id = fields.Many2one(
        "campaign.sunset.policy", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("doing", "Being done"),
            ("done", "Done"),
            ("undoing", "Being undone"),
            ("undone", "Undone"),
        ],
        default="doing",
        required=True,
        readonly=True,
    )
    change_ids = fields.One2many("campaign.hygiene.change", "action_id")
    change_count = fields.Integer("Findings", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    skipped_count = fields.Integer("Left as They Are", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    undone_at = fields.Datetime(readonly=True)
    undone_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("kind", "create_date")
    def _compute_display_name(self):
        words = dict(self._fields["kind"]._description_selection(self.env))
        for action in self:
            action.display_name = words.get(action.kind, "")

    @api.depends("change_ids.state")
    def _compute_counts(self):
        groups = self.env["campaign.hygiene.change"]._read_group(
            [("action_id", "in", self.ids)], ["action_id", "state"], ["__count"]
        )
        counts = {}
        for action, state, count in groups:
            counts.setdefault(action.id, {})[state] = count
        for action in self:
            numbers = counts.get(action.id, {})
            total = sum(numbers.values())
            waiting = "done" if action.state == "undoing" else "todo"
            action.change_count = total
            action.done_count = numbers.get("done", 0)
            action.skipped_count = numbers.get("skipped", 0) + numbers.get("kept", 0)
            left = numbers.get(waiting, 0)
            action.progress = 100.0 * (total - left) / total if total else 100.0

    # ------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------

    @api.model
    def _decide(self, check, kind, domain, **values):
        """Do something about findings.

        :param domain: which of the check's open findings.
        :param values: reason, scope, policy_id.
        :return: the action, done, or to be done in the background.
        """
        check.check_access("write")
        findings = self.env["campaign.hygiene.finding"]
        query = findings._search(
            fields.Domain(domain)
            & fields.Domain("check_id", "=", check.id)
            & fields.Domain("state", "=", "open")
        )
        self_sudo = self.sudo()  # sudo: the log is written by what is done only
        action_sudo = self_sudo.create({"check_id": check.id, "kind": kind, **values})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_hygiene_change (
                    action_id, finding_id, contact_id, state)
                SELECT %s, finding.id, finding.contact_id, 'todo'
                  FROM campaign_hygiene_finding finding
                 WHERE finding.id IN %s
                 ORDER BY finding.id
                """,
                action_sudo.id,
                query.subselect(),
            )
        )
        count = self.env.cr.rowcount
        if not count:
            raise UserError(self.env._("There is nothing to decide any more."))
        self.env.invalidate_all()
        action = self.browse(action_sudo.id)
        action._go_on(count)
        return action

    def _go_on(self, count):
        if count <= AT_ONCE:
            self._work(commit=None)
        else:
            job = self.env.ref("campaign_desk.ir_cron_hygiene_action")
            job.sudo()._trigger()  # sudo: waking a job, not changing it

    def action_undo(self):
        """Take back what was done, as far as nobody has changed it since."""
        for action in self:
            action.check_id.check_access("write")
            if action.state != "done":
                raise UserError(
                    self.env._("Only what is done, and not yet undone, can be undone.")
                )
            # sudo: the log is written by what is done only
            action.sudo().write(
                {
                    "state": "undoing",
                    "undone_at": fields.Datetime.now(),
                    "undone_by_id": self.env.uid,
                }
            )
            action._go_on(action.done_count)
        return True

    @api.model
    def _cron_work(self):
        """Go on with actions, each as who decided it."""
        commit = self.env["ir.cron"]._commit_progress
        waiting = self.search([("state", "in", ("doing", "undoing"))], order="id")
        for action in waiting:
            who = action.undone_by_id if action.state == "undoing" else action.user_id
            try:
                if not action.with_user(who)._work(commit):
                    return
            except Exception:  # one action must not stop the others
                self.env.cr.rollback()
                _logger.exception("Hygiene action %s has failed", action.id)
                action.sudo().state = "done" if action.state == "doing" else "undone"
                action.check_id._tell(
                    self.env._("“%s” has stopped", action.display_name),
                    self.env._("An error came in between; the server's log has it."),
                )
            commit()

    def _work(self, commit):
        """Carry out or take back the changes; return whether all are through."""
        self.ensure_one()
        undoes = self.state == "undoing"
        deed = DEEDS[self.kind](self)
        waiting = [
            ("action_id", "=", self.id),
            ("state", "=", "done" if undoes else "todo"),
        ]
        changes = self.env["campaign.hygiene.change"].sudo()  # sudo: as above
        while chunk := changes.search(waiting, limit=CHUNK, order="id"):
            (deed.undo if undoes else deed.do)(chunk)
            self.env.flush_all()
            self.env.invalidate_all()
            if commit and not commit(len(chunk)):
                return False
        self.sudo().state = "undone" if undoes else "done"
        deed.finish(undoes)
        return True

    def action_refresh(self):
        """Show how far it is: the form reads itself again."""
        return True

    def action_view_changes(self):
        """Open what became of each contact."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "campaign.hygiene.change",
            "view_mode": "list",
            "domain": [("action_id", "=", self.id)],
        }
