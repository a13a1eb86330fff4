"""Response: which routing rule would take a reply?"""

from odoo import Command, api, fields, models

from ..models.response.routing_run import RoutingRun


class CampaignRoutingTrial(models.TransientModel):
    """The rules of a company, tried on a reply that is there; nothing is changed."""

    _name = "campaign.routing.trial"
    _description = "Try Routing Rules"

    response_id = fields.Many2one("campaign.response", required=True, string="Reply")
    clean_text = fields.Text("Text", related="response_id.clean_text")
    intent_ids = fields.Many2many(related="response_id.intent_ids")
    language = fields.Char(related="response_id.language")
    result = fields.Char(compute="_compute_result")
    line_ids = fields.One2many(
        "campaign.routing.trial.line", "trial_id", compute="_compute_result"
    )

    @api.depends("response_id")
    def _compute_result(self):
        for trial in self:
            if not trial.response_id:
                trial.result, trial.line_ids = False, False
                continue
            trial.response_id.check_access("read")
            lines = [Command.clear()]

            def note(rule, mismatch, lines=lines):
                lines.append(Command.create({"rule_id": rule.id, "mismatch": mismatch}))

            run = RoutingRun(self.env, fields.Datetime.now())
            decision, facts = run.decide(trial.response_id, note)
            trial.line_ids = lines
            trial.result = self._describe(decision, facts)

    def _describe(self, decision, facts):
        """Say in a sentence who would get it."""
        if not decision.rule:
            return self.env._("No rule takes it: team %s gets it.", decision.team.name)
        who = {
            "team": self.env._("who it is the turn of"),
            "person": decision.rule.user_id.name,
            "owner": facts.owner.name
            or self.env._("nobody, as nobody owns the account"),
        }[decision.rule.assign_to]
        return self.env._(
            "“%(rule)s” takes it: team %(team)s, %(who)s.",
            rule=decision.rule.name,
            team=decision.team.name,
            who=who,
        )
