"""Response: the versions of the model by which replies are understood."""

import base64
import json

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from ...tools.nlp import engines
from ...tools.nlp import model as models_of_replies

ENGINES = [
    ("hybrid", "Rules and words"),
    ("hybrid_e5", "Rules, words and sentence vectors"),
    ("textblob", "TextBlob (English sentiment)"),
    ("http", "A service of your own"),
]
# How many versions keep their tables; of older ones the figures stay.
MOST_KEPT = 10


class CampaignNlpModel(models.Model):
    """One version of the model of an engine; one for all companies.

    ============  ==================================================================
    state
    ============  ==================================================================
    ``training``  the job is to learn it, or is just doing so
    ``failed``    it could not be learned; ``reason`` says why
    ``candidate`` learned and no better than what is in use; a person may still use it
    ``active``    replies are understood by it; one an engine
    ``retired``   was active, or is the shipped one; one click puts it back
    ============  ==================================================================

    Version 0 is shipped, as a file. All others have learned from corrections on top of
    it, and are JSON in an attachment: data, which is checked and never run.
    """

    _name = "campaign.nlp.model"
    _description = "Model of Replies"
    _order = "engine, number desc, id desc"
    _rec_name = "version"

    version = fields.Char(required=True, readonly=True)
    number = fields.Integer(readonly=True, help="0 is the shipped version.")
    engine = fields.Selection(
        [pair for pair in ENGINES if pair[0].startswith("hybrid")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("training", "Learning"),
            ("failed", "Failed"),
            ("candidate", "Not better"),
            ("active", "In use"),
            ("retired", "Put away"),
        ],
        required=True,
        readonly=True,
        default="training",
    )
    reason = fields.Char(readonly=True, help="Why it is not in use by itself.")
    is_shipped = fields.Boolean(
        compute="_compute_is_shipped", help="It came with Campaign Desk."
    )
    is_usable = fields.Boolean(
        compute="_compute_is_usable", help="Its tables are still there."
    )
    user_id = fields.Many2one(
        "res.users", "Asked for by", readonly=True, help="Blank: the schedule."
    )
    parent_id = fields.Many2one(
        "campaign.nlp.model",
        "Compared with",
        readonly=True,
        ondelete="set null",
        help="The version that was in use when this one was learned.",
    )
    trained_at = fields.Datetime("Learned at", readonly=True)
    learned_until = fields.Datetime(
        readonly=True, help="It has learned from corrections up to then."
    )
    activated_at = fields.Datetime("In Use Since", readonly=True)
    correction_count = fields.Integer("Corrections", readonly=True)
    data = fields.Binary(attachment=True, readonly=True, groups="base.group_system")
    checksum = fields.Char(readonly=True)
    # how well it does: of corrections only those that it has not learned from
    measured_count = fields.Integer("Corrections Measured on", readonly=True)
    intents_before = fields.Float(readonly=True, aggregator=None)
    intents_after = fields.Float("Intents Right", readonly=True, aggregator=None)
    sentiment_before = fields.Float(readonly=True, aggregator=None)
    sentiment_after = fields.Float("Sentiment Right", readonly=True, aggregator=None)
    kept_intents_before = fields.Float(readonly=True, aggregator=None)
    kept_intents_after = fields.Float(
        "Intents Right, Test Replies", readonly=True, aggregator=None
    )
    kept_sentiment_before = fields.Float(readonly=True, aggregator=None)
    kept_sentiment_after = fields.Float(
        "Sentiment Right, Test Replies", readonly=True, aggregator=None
    )
    figure_ids = fields.One2many("campaign.nlp.figure", "model_id", readonly=True)

    _number_unique = models.Constraint(
        "UNIQUE(engine, number)", "Each version is there once."
    )
    _active_unique = models.UniqueIndex(
        "(engine) WHERE state = 'active'", "One version an engine is in use."
    )

    @api.depends("number")
    def _compute_is_shipped(self):
        for one in self:
            one.is_shipped = not one.number

    @api.depends("number", "checksum")
    def _compute_is_usable(self):
        for one in self:
            one.is_usable = not one.number or bool(one.checksum)

    # ------------------------------------------------------------
    # The shipped versions
    # ------------------------------------------------------------

    @api.model
    def _register_shipped(self):
        """Have a row for each shipped model, in use if none of its engine is."""
        for engine in ("hybrid", "hybrid_e5"):
            name = f"tools/nlp/data/model_{engine}.json"
            with tools.file_open(f"campaign_desk/{name}", "rb") as file:
                data = json.load(file)
            values = {
                "number": 0,  # not none, which the database sorts before all others
                "version": data["version"],
                "checksum": data["sha256"],
            }
            row = self.search([("engine", "=", engine), ("number", "=", 0)])
            if row:
                row.write(values)
                continue
            row = self.create({**values, "engine": engine, "state": "retired"})
            if not self._active(engine):
                row._activate()

    # ------------------------------------------------------------
    # In use
    # ------------------------------------------------------------

    @api.model
    def _engine_in_use(self):
        """Return the name of the engine that the settings name."""
        # sudo: a setting, not a secret
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        name = parameters_sudo.get_param("campaign_desk.analysis_engine", "hybrid")
        return name if name in dict(ENGINES) else engines.DEFAULT

    @api.model
    @tools.ormcache()
    def _active_models(self):
        """Return engine, id and checksum of each version in use."""
        # sudo: the analysis reads with them, whoever's reply it is
        active = self.sudo().search([("state", "=", "active")])
        return tuple((one.engine, one.id, one.checksum) for one in active)

    @api.model
    def _active(self, engine):
        """Return the version of an engine that is in use."""
        ids = {name: id_ for name, id_, _checksum in self._active_models()}
        return self.sudo().browse(ids.get(engine))  # sudo: as above

    def _read_model(self):
        """Return the model of this version, checked.

        :raise tools.nlp.model.ModelError: it is not as it should be.
        """
        self.ensure_one()
        if self.is_shipped:
            return engines.get(self.engine).model
        # sudo: tables of words, which nobody reads but the analysis
        data = self.sudo().with_context(bin_size=False).data
        if not data:
            raise models_of_replies.ModelError("Its tables are no longer kept.")
        try:
            text = base64.b64decode(data).decode()
        except ValueError as error:
            raise models_of_replies.ModelError("Its tables are no text.") from error
        found = models_of_replies.loads(text)
        if found.data["sha256"] != self.checksum or found.engine != self.engine:
            raise models_of_replies.ModelError("Its tables are those of another.")
        return found

    def action_activate(self):
        """Understand replies by this version from now on."""
        self.ensure_one()
        self._check_manager()
        if self.state in ("training", "failed"):
            raise UserError(self.env._("This version has not been learned."))
        try:
            self._read_model()
        except models_of_replies.ModelError as error:
            raise UserError(
                self.env._("This version cannot be used: %s", error)
            ) from error
        self._activate()
        return True

    def action_roll_back(self):
        """Go back to the version that was in use before this one."""
        self.ensure_one()
        if self.state != "active" or not self.parent_id:
            raise UserError(self.env._("There is no version before this one."))
        return self.parent_id.action_activate()

    def _activate(self):
        """Put this version to use, in all processes, and the other one away."""
        self_sudo = self.sudo()  # sudo: nobody edits versions
        others = self_sudo.search(
            [("engine", "=", self.engine), ("state", "=", "active")]
        )
        (others - self).write({"state": "retired"})
        others.flush_recordset()  # one at a time, the database says
        self_sudo.write(
            {"state": "active", "activated_at": fields.Datetime.now(), "reason": False}
        )
        self.env.registry.clear_cache()

    def _check_manager(self):
        if not self.env.user.has_groups(
            "campaign_desk.group_response_manager,base.group_system"
        ):
            raise AccessError(
                self.env._("Only managers of responses decide about models.")
            )

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_tables(self):
        """Delete the tables of versions that are long out of use."""
        for engine, _name in self._fields["engine"].selection:
            old = self.search(
                [("engine", "=", engine), ("number", ">", 0)], order="number desc"
            )[MOST_KEPT:].filtered(lambda one: one.state != "active" and one.checksum)
            old.write({"data": False, "checksum": False})
