"""Tracking: requests for tracked addresses, as they came in."""

import ipaddress
import logging
import time

from odoo import api, fields, models

from .hit_folding import CHUNK, Rules, fold

_logger = logging.getLogger(__name__)

# The job gives its thread back after this time; more work calls it again.
FOLD_SECONDS = 10


class CampaignHit(models.Model):
    """A request that is not yet judged.

    Written by the web server with one statement, see
    :mod:`campaign_desk.controllers.gate`; a job makes a ``campaign.event`` of it within
    a minute and deletes it. Only here the whole network address stands.
    """

    _name = "campaign.hit"
    _description = "Visit Not Yet Judged"
    _order = "id"
    _log_access = False

    at = fields.Datetime(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    token = fields.Char(required=True, readonly=True)
    link_id = fields.Integer(readonly=True)
    method = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    user_agent = fields.Char(readonly=True)
    headers = fields.Json(readonly=True)
    user_id = fields.Integer(readonly=True, help="Who was logged in, if anybody.")

    def init(self):
        """Have PostgreSQL clean up often: every row is deleted soon."""
        self.env.cr.execute(
            """
            ALTER TABLE campaign_hit SET (
                autovacuum_vacuum_scale_factor = 0,
                autovacuum_vacuum_threshold = 5000,
                autovacuum_vacuum_insert_scale_factor = 0,
                autovacuum_vacuum_insert_threshold = 50000
            )
            """
        )

    @api.model
    def _cron_fold(self):
        """Make events of what has come in."""
        deadline = time.monotonic() + FOLD_SECONDS
        rules = self._rules()
        total = 0
        while time.monotonic() < deadline:
            taken = fold(self.env, rules)
            total += taken
            if taken < CHUNK:
                break
        if total:
            _logger.info("%s visits were judged", total)
        self.env["ir.cron"]._commit_progress(total, remaining=int(taken == CHUNK))

    @api.model
    def _rules(self):
        """Return what the settings say about visits."""
        # sudo: settings, not secrets
        parameters = self.env["ir.config_parameter"].sudo()
        text = parameters.get_param("campaign_desk.internal_networks") or ""
        try:
            networks = parse_networks(text)
        except ValueError as error:  # written past the settings
            _logger.warning("campaign_desk.internal_networks is ignored: %s", error)
            networks = []
        return Rules(
            networks=tuple(networks),
            honours_requests=parameters.get_param("campaign_desk.honour_dnt") == "True",
        )


def parse_networks(text):
    """Return the IP networks in a text, separated by spaces, commas or lines.

    :raise ValueError: one is none.
    """
    words = text.replace(",", " ").split()
    return [ipaddress.ip_network(word, strict=False) for word in words]
