"""Response: by what replies are understood, for administrators."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .analysis_reader import reader_of
from .campaign_nlp_model import ENGINES


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_analysis_engine = fields.Selection(
        ENGINES,
        "How Replies Are Understood",
        default="hybrid",
        config_parameter="campaign_desk.analysis_engine",
    )
    campaign_analysis_service_id = fields.Many2one(
        "campaign.analysis.service",
        "Service",
        config_parameter="campaign_desk.analysis_service",
    )
    campaign_analysis_health = fields.Text(
        "State of the Engine", compute="_compute_campaign_analysis_health"
    )
    campaign_analysis_sure = fields.Float("Sure From")
    campaign_learn_from = fields.Integer("New Corrections to Learn From")

    @api.constrains("campaign_analysis_engine", "campaign_analysis_service_id")
    def _check_campaign_analysis_service(self):
        for settings in self:
            if (
                settings.campaign_analysis_engine == "http"
                and not settings.campaign_analysis_service_id
            ):
                raise ValidationError(
                    self.env._(
                        "Choose the service that is to understand replies, or another "
                        "engine."
                    )
                )

    @api.constrains("campaign_analysis_sure", "campaign_learn_from")
    def _check_campaign_analysis_figures(self):
        for settings in self:
            if not 0.5 <= settings.campaign_analysis_sure <= 1:
                raise ValidationError(
                    self.env._("“Sure from” is between 50 % and 100 %.")
                )
            if settings.campaign_learn_from < 10:
                raise ValidationError(
                    self.env._("It takes at least 10 corrections to learn from.")
                )

    def _compute_campaign_analysis_health(self):
        lines = "\n".join(self._analysis_health())
        for settings in self:
            settings.campaign_analysis_health = lines

    @api.model
    def _analysis_health(self):
        """Return lines about the engine in use and how reading goes."""
        # sudo: figures of all companies, without what a reply says
        responses_sudo = self.env["campaign.response"].sudo()
        day = fields.Datetime.now() - timedelta(days=1)
        read = [("analysed_at", ">=", day)]
        helped = responses_sudo.search(
            [*read, ("engine_note", "!=", False)], order="analysed_at desc", limit=1
        )
        lines = [reader_of(self.env).health()]
        lines.append(
            self.env._(
                "Last 24 hours: %(read)s read, %(failed)s not understood; "
                "%(waiting)s waiting",
                read=responses_sudo.search_count(read),
                failed=responses_sudo.search_count(
                    [("analysis_state", "=", "failed"), ("write_date", ">=", day)]
                ),
                waiting=responses_sudo.search_count(
                    [("analysis_state", "=", "waiting")]
                ),
            )
        )
        if helped:
            lines.append(
                self.env._(
                    "%(count)s were read by another engine; the last because of: "
                    "%(reason)s",
                    count=responses_sudo.search_count(
                        [*read, ("engine_note", "!=", False)]
                    ),
                    reason=helped.engine_note,
                )
            )
        return lines

    @api.model
    def get_values(self):
        versions = self.env["campaign.nlp.model"]
        return {
            **super().get_values(),
            "campaign_analysis_sure": self.env["campaign.response"]._sure_from(),
            "campaign_learn_from": versions._learn_from(),
        }

    def set_values(self):
        result = super().set_values()
        parameters = self.env["ir.config_parameter"]
        for name, value in (
            ("analysis_sure", self.campaign_analysis_sure),
            ("learn_from", self.campaign_learn_from),
        ):
            parameters.set_param(f"campaign_desk.{name}", str(value))
        return result
