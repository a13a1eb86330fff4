"""Response: who writes that they want no more mail gets none, within a minute."""

from odoo import fields, models
from odoo.tools import email_normalize, plaintext2html

from ..tracking.campaign_inbound import SURE
from ..tracking.evidence import Evidence, with_evidence

_LONGEST_PROOF = 2000


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def _offers_opt_out(self):
        if not self._addresses_to_leave_out():
            return []
        return [
            {
                "key": "-",
                "reason": self.env._("No campaign of %s", self.company_id.name),
                "confirm": self.env._(
                    "%s will get no more campaign mail from your company.",
                    ", ".join(self._addresses_to_leave_out()),
                ),
            }
        ]

    def _addresses_to_leave_out(self):
        """Return the writer's address, and the one that was mailed.

        Who writes from another address means the one that gets the mails; that counts
        only where the delivery is known for sure.
        """
        # sudo: whoever may see the response may see whom it answers
        mailed = self.found_confidence >= SURE and self.sudo().trace_id.email
        found = (email_normalize(one) for one in (self.email, mailed) if one)
        return list(dict.fromkeys(filter(None, found)))

    def _do_opt_out(self, act, params):
        addresses = self._addresses_to_leave_out()
        is_complaint = act.intent_id.code == "complaint"
        trace_sudo = self.sudo().trace_id  # sudo: as above
        words = (self.clean_text or self.body_text or "")[:_LONGEST_PROOF]
        proof = Evidence(
            "reply",
            text=words,
            company_id=self.company_id.id,
            trace_id=trace_sudo.id or None,
            mailing_id=trace_sudo.mass_mailing_id.id or None,
        )
        proved = with_evidence(self, proof)
        memory = {
            **proved._suppress_addresses(addresses, is_complaint),
            "subscriptions": proved._leave_lists(addresses),
        }
        if trace_sudo and not is_complaint:
            trace_sudo._note_event("unsubscribe", verdict="human", rule="person")
        if self.company_id.response_confirms_opt_out and not is_complaint:
            self._confirm_opt_out(addresses)
        return {
            "res_model": memory["ids"] and "campaign.suppression",
            "res_id": memory["ids"] and memory["ids"][0],
            "summary": self.env._("No more mail to %s", ", ".join(addresses)),
            "memory": memory,
        }

    def _suppress_addresses(self, addresses, is_complaint):
        """Suppress addresses for the company; return what undoing needs."""
        # sudo: the person asked for it, whatever rights the colleague has
        suppressions_sudo = self.env["campaign.suppression"].sudo()
        made, prolonged = [], {}
        for address in addresses:
            there = suppressions_sudo._find_all(address).filtered(
                lambda one: (
                    one.state == "in_force"
                    and one.scope in ("global", "company")
                    and one.company_id <= self.company_id
                )
            )
            if there.filtered(lambda one: not one.expires_at):
                continue
            pause = there.filtered(lambda one: one.scope == "company")
            if pause:
                prolonged[pause.id] = fields.Datetime.to_string(pause.expires_at)
                pause.expires_at = False
                continue
            made.append(
                suppressions_sudo.create(
                    {
                        "address": address,
                        "scope": "company",
                        "company_id": self.company_id.id,
                        "reason": "complaint" if is_complaint else "request",
                        "source": "answer",
                        "note": self.env._("Wrote it in a reply: %s", self.subject)[
                            :200
                        ],
                        "trace_id": self.sudo().trace_id.id,
                    }
                ).id
            )
        ids = [*made, *prolonged]
        return {"made": made, "prolonged": prolonged, "ids": ids}

    def _leave_lists(self, addresses):
        """Opt out of the lists that the mailing went to; return the subscriptions."""
        # sudo: as for the suppression
        lists_sudo = self.sudo().mailing_id.contact_list_ids
        subscriptions_sudo = (
            self.env["mailing.subscription"]
            .sudo()
            .search(
                [
                    ("list_id", "in", lists_sudo.ids),
                    ("contact_id.email_normalized", "in", addresses),
                    ("opt_out", "=", False),
                ]
            )
        )
        subscriptions_sudo.opt_out = True
        for contact_sudo in subscriptions_sudo.contact_id:
            contact_sudo._message_log(
                body=plaintext2html(self.env._("Opted out in a reply."))
            )
        return subscriptions_sudo.ids

    def _confirm_opt_out(self, addresses):
        """Write to the person that it is done: once, and never to a machine."""
        template_sudo = self.env.ref(
            "campaign_desk.mail_template_opt_out_confirmation", False
        ).sudo()  # sudo: a setting of the company sends it
        if template_sudo and self.kind == "human" and addresses:
            template_sudo.with_context(lang=self._writer_lang()).send_mail(
                self.id,
                email_values={
                    "email_to": addresses[0],
                    "recipient_ids": [],
                    "headers": repr({"Auto-Submitted": "auto-replied"}),
                },
            )

    def _writer_lang(self):
        """Return the installed language that the writer reads, else the company's."""
        person_sudo = self._person_sudo(create=False)
        wanted = person_sudo.lang or self.language or ""
        for code, _name in self.env["res.lang"].get_installed():
            if code == wanted or code.partition("_")[0] == self.language:
                return code
        return self.company_id.partner_id.lang or self.env.lang

    def _undo_opt_out(self, act):
        memory = act.memory or {}
        by_user = self.env._("Undone by %s on the response", self.env.user.name)
        proved = with_evidence(self, Evidence("person", text=by_user))
        # sudo: it takes back what the act did, no more
        suppressions_sudo = proved.env["campaign.suppression"].sudo()
        made = suppressions_sudo.browse(memory.get("made", [])).exists()
        made.filtered("active")._lift(by_user)
        for pause_id, until in memory.get("prolonged", {}).items():
            suppressions_sudo.browse(int(pause_id)).exists().expires_at = until
        subscriptions_sudo = proved.env["mailing.subscription"].sudo()
        subscriptions_sudo.browse(
            memory.get("subscriptions", [])
        ).exists().opt_out = False
