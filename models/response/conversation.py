"""Response: what belongs together, from a person's first answer to the last."""

from odoo import api, fields, models

from ...tools import tokens


class CampaignResponse(models.Model):
    """A person's next answer is a response of its own, after the one before it.

    It belongs to a conversation when it answers one of its mails, ours or theirs, or
    when the same person answers the same delivery again. Whoever has the conversation
    has the new response, too.
    """

    _inherit = "campaign.response"

    parent_id = fields.Many2one(
        "campaign.response",
        "Goes on From",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The response of the same person before this one.",
    )
    conversation_id = fields.Many2one(
        "campaign.response",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The first response of the conversation, for all but itself.",
    )
    followup_ids = fields.One2many("campaign.response", "parent_id", "Went on With")

    @api.model
    def _find_answered_response(self, references):
        """Return the response whose mail, or whose answer, one of these ids is.

        :param references: ids of mails, the nearest first.
        """
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        responses_sudo = self.sudo().with_context(active_test=False)
        for message_id in references:
            same = [("message_id", "=", message_id)]
            if response := responses_sudo.search(same, limit=1):
                return response
            ours = [*same, ("model", "=", self._name)]
            message_sudo = self.env["mail.message"].sudo().search(ours, limit=1)
            if response := responses_sudo.browse(message_sudo.res_id or []).exists():
                return response
        return responses_sudo.browse()

    @api.model
    def _conversation_of(self, references, trace, email, company):
        """Return what places a new response in a conversation, and with whom."""
        parent = self._find_answered_response(references)
        if parent.company_id != company:
            parent = self.browse()
        if not parent and trace and email:
            parent = self.search(
                [("trace_id", "=", trace.id), ("email", "=", email)],
                order="received_at desc, id desc",
                limit=1,
            )
        if not parent:
            return {}
        root = parent.conversation_id or parent
        latest = self.search(
            ["|", ("id", "=", root.id), ("conversation_id", "=", root.id)],
            order="received_at desc, id desc",
            limit=1,
        )
        values = {"parent_id": (latest or parent).id, "conversation_id": root.id}
        holder = latest or parent
        if holder.team_id:
            values["team_id"] = holder.team_id.id
        if holder.user_id.active:
            values["user_id"] = holder.user_id.id
            values["assigned_at"] = fields.Datetime.now()
        if holder.team_id or holder.user_id.active:
            values["routed_because"] = self.env._(
                "It goes on with a conversation that is here already."
            )
        return values

    def _go_on_with_conversation(self):
        """Close what waited for this answer.

        Odoo tells who has it, as it tells whom something is assigned to.
        """
        waiting = self.parent_id.filtered(lambda parent: parent.state == "waiting")
        waiting.write({"state": "done", "closed_at": fields.Datetime.now()})

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Have answers to our answers come to the same delivery's address."""
        reply_tos = super()._notify_get_reply_to_batch(defaults, author_ids)
        for response in self:
            # sudo: who answers a response need not see deliveries and aliases
            if address := response.sudo()._own_reply_address():
                reply_tos[response.id] = address
        return reply_tos

    def _own_reply_address(self):
        """Return the reply address of the delivery, or the company's plain one."""
        address = self.company_id._reply_address()
        if not address or not self.trace_id.token:
            return self.company_id.campaign_reply_address
        key = self.env["mailing.mailing"]._tracking_key()
        return address.of(tokens.sign(key, tokens.REPLY, self.trace_id.token))
