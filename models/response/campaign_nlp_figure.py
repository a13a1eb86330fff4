"""Response: how well a version of the model finds one label."""

from odoo import api, fields, models


class CampaignNlpFigure(models.Model):
    """One label's figures of one version, on corrections or on the test replies."""

    _name = "campaign.nlp.figure"
    _description = "Figure of a Model"
    _order = "model_id, measured_on, id"
    _rec_name = "label"

    model_id = fields.Many2one(
        "campaign.nlp.model", required=True, ondelete="cascade", index=True
    )
    measured_on = fields.Selection(
        [("corrections", "Corrections"), ("kept", "Test replies")],
        required=True,
        help="Corrections: those that the version has not learned from. Test replies "
        "come with Campaign Desk, and no version learns from them.",
    )
    label = fields.Char("Name in the Analysis", required=True)
    name = fields.Char("Label", compute="_compute_name")
    wanted = fields.Integer("In How Many")
    right_before = fields.Integer()
    given_before = fields.Integer()
    right_after = fields.Integer("Found")
    given_after = fields.Integer("Given")
    f1_before = fields.Float("Before", aggregator=None)
    f1_after = fields.Float("After", aggregator=None)
    change = fields.Float(compute="_compute_change", aggregator=None)

    @api.depends("f1_before", "f1_after")
    def _compute_change(self):
        for one in self:
            one.change = one.f1_after - one.f1_before

    def _compute_name(self):
        words = {
            code: name
            for (axis, code), name in self.env["campaign.response.correction"]
            ._words()
            .items()
            if axis in ("intent", "sentiment")
        }
        words["any_question"] = self.env._("Any question")
        words["any_wrong_person"] = self.env._("Wrong person or referral")
        for one in self:
            one.name = words.get(one.label, one.label)
