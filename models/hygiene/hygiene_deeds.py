"""Hygiene: how each kind of action is done, and taken back."""

import json

from odoo.fields import Domain
from odoo.tools import SQL

from ..tracking.campaign_suppression import hash_address
from .hygiene_subscriptions import recreate, snapshot

_QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "default_list_ids": False,
}


class Deed:
    """Carries out the changes of an action, as who decided it.

    :param action: a ``campaign.hygiene.action``.
    """

    # Whether other findings about the same contact are settled by it as well.
    settles_contact = False
    # What becomes of the finding.
    outcome = "done"

    def __init__(self, action):
        self._action = action
        self._check = action.check_id
        self.env = action.env(context={**action.env.context, **_QUIET})
        self._results = {}

    def do(self, changes):
        """Carry out changes, and note how it was before."""
        self._results = {}
        self._do(changes.with_env(self.env).sudo(False))
        self._write(changes, "skipped")
        self._settle(changes.browse(self._ids_in("done")))

    def undo(self, changes):
        """Take changes back as far as nothing was changed since."""
        self._results = {}
        self._undo(changes.with_env(self.env).sudo(False))
        self._write(changes, "kept")
        self._reopen(changes.browse(self._ids_in("undone")))

    def _ids_in(self, state):
        return [id_ for id_, result in self._results.items() if result[0] == state]

    def finish(self, undone):
        """Do what is done once for the whole action."""

    def _do(self, changes):
        raise NotImplementedError

    def _undo(self, changes):
        raise NotImplementedError

    # ------------------------------------------------------------
    # Noting
    # ------------------------------------------------------------

    def _done(self, change, before=None):
        self._results[change.id] = ("done", json.dumps(before or {}), None)

    def _skipped(self, change, note):
        self._results[change.id] = ("skipped", None, note)

    def _undone(self, change):
        self._results[change.id] = ("undone", json.dumps(change.before), None)

    def _kept(self, change, note):
        self._results[change.id] = ("kept", json.dumps(change.before), note)

    def _write(self, changes, otherwise):
        for change in changes:
            self._results.setdefault(change.id, (otherwise, None, None))
        ids = list(self._results)
        states, befores, notes = map(list, zip(*self._results.values(), strict=True))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_hygiene_change change
                   SET state = result.state,
                       before = COALESCE(result.before::jsonb, change.before),
                       note = result.note
                  FROM unnest(%s::integer[], %s::varchar[], %s::varchar[],
                              %s::varchar[]) AS result(id, state, before, note)
                 WHERE change.id = result.id
                """,
                ids,
                states,
                befores,
                notes,
            )
        )
        changes.invalidate_recordset()

    def _settle(self, changes):
        """Close the findings, and the contact's others where these are settled too."""
        same = SQL("finding.id = change.finding_id")
        if self.settles_contact:
            same = SQL(
                "finding.check_id = %s AND finding.contact_id = change.contact_id",
                self._check.id,
            )
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_hygiene_finding finding
                   SET state = %s, action_id = %s
                  FROM campaign_hygiene_change change
                 WHERE change.id = ANY(%s) AND finding.state = 'open' AND %s
                """,
                self.outcome,
                self._action.id,
                changes.ids,
                same,
            )
        )

    def _reopen(self, changes):
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_hygiene_finding finding
                   SET state = 'open', action_id = NULL
                  FROM campaign_hygiene_change change
                 WHERE change.id = ANY(%s)
                   AND finding.action_id = %s
                   AND finding.contact_id = change.contact_id
                """,
                changes.ids,
                self._action.id,
            )
        )


class Ignore(Deed):
    """It is all right as it is."""

    outcome = "ignored"

    def _do(self, changes):
        for change in changes:
            self._done(change)

    def _undo(self, changes):
        for change in changes:
            self._undone(change)


class Remove(Deed):
    """Take contacts off the list, or off all lists; whoever has left stays left."""

    settles_contact = True

    def _do(self, changes):
        domain = Domain("contact_id", "in", changes.contact_id.ids) & Domain(
            "opt_out", "!=", True
        )
        if self._check.scope == "list":
            domain &= Domain("list_id", "=", self._check.list_id.id)
        subscriptions = self.env["mailing.subscription"].search(domain)
        by_contact = subscriptions.grouped("contact_id")
        for contact, group in changes.grouped("contact_id").items():
            first = group[0]
            if own := by_contact.get(contact):
                self._done(first, {"subscriptions": snapshot(own)})
            else:
                self._skipped(first, self.env._("Is on no list any more."))
            for other in group[1:]:
                self._results[other.id] = self._results[first.id]
        subscriptions.unlink()

    def _undo(self, changes):
        rows = {}
        for contact, group in changes.grouped("contact_id").items():
            rows[contact.id] = (group[0].before or {}).get("subscriptions", [])
            for change in group:
                self._undone(change)
        recreate(self.env, rows)


class Suppress(Deed):
    """Have no mailing of the company, or on the list, reach the address."""

    settles_contact = True

    def _place(self):
        if self._action.scope == "list" and self._check.scope == "list":
            return {"scope": "list", "list_id": self._check.list_id.id}
        return {"scope": "company"}

    def _in_force(self, addresses):
        place = {"company_id": self._check.company_id.id, **self._place()}
        domain = Domain.AND(Domain(name, "=", value) for name, value in place.items())
        hashes = [hash_address(address) for address in addresses]
        return self.env["campaign.suppression"].search(
            domain
            & Domain("address_hash", "in", hashes)
            & Domain("state", "=", "in_force")
        )

    def _do(self, changes):
        suppressions = self.env["campaign.suppression"]
        suppressions.check_access("create")
        addresses = [a for a in changes.contact_id.mapped("email_normalized") if a]
        known = set(self._in_force(addresses).mapped("address_hash"))
        new = {}
        for change in changes:
            address = change.contact_id.email_normalized
            if not address:
                self._skipped(change, self.env._("Has no valid address."))
            elif hash_address(address) in known:
                self._skipped(change, self.env._("Was suppressed already."))
            else:
                new[address] = None
                self._done(change, {"address": address})
        if new:
            suppressions._suppress(
                new,
                {"company_id": self._check.company_id.id, **self._place()},
                reason="hygiene",
                source="hygiene",
                note=self._action.reason,
            )

    def _undo(self, changes):
        addresses = {change.before.get("address") for change in changes}
        ours = self._in_force(addresses).filtered(lambda one: one.source == "hygiene")
        lifted = set(ours.mapped("address_hash"))
        for change in changes:
            if hash_address(change.before["address"]) in lifted:
                self._undone(change)
            else:
                self._kept(
                    change, self.env._("Is suppressed for another reason, or no more.")
                )
        if ours:
            ours._lift(self.env._("Hygiene action undone"))


class Correct(Deed):
    """Write the address that was meant."""

    def _do(self, changes):
        meant = changes.sudo().finding_id.mapped("suggestion")  # sudo: our own finding
        taken = set(
            self.env["mailing.contact"]
            .search([("email_normalized", "in", [one for one in meant if one])])
            .mapped("email_normalized")
        )
        for change in changes:
            contact, finding = change.contact_id, change.finding_id
            if not finding.suggestion:
                self._skipped(change, self.env._("Nobody knows what was meant."))
            elif contact.email != finding.email:
                self._skipped(change, self.env._("The address has been changed."))
            elif finding.suggestion.lower() in taken:
                self._skipped(
                    change,
                    self.env._("Another contact has this address: remove this one."),
                )
            else:
                taken.add(finding.suggestion.lower())
                self._done(change, {"email": contact.email, "to": finding.suggestion})
                contact.email = finding.suggestion

    def _undo(self, changes):
        for change in changes:
            if change.contact_id.email != change.before["to"]:
                self._kept(change, self.env._("The address has been changed."))
                continue
            change.contact_id.email = change.before["email"]
            self._undone(change)


class Ask(Deed):
    """Send the re-permission mail of a sunset policy."""

    def _do(self, changes):
        opened = self._action.policy_id._open_cases(changes.contact_id)
        for contact, group in changes.grouped("contact_id").items():
            for change in group:
                if contact in opened:
                    self._done(change, {"asked": True})
                else:
                    self._skipped(
                        change,
                        self.env._("Is asked already, or gets no mail any more."),
                    )

    def _undo(self, changes):
        cancelled = self._action.policy_id._cancel_cases(changes.contact_id)
        for change in changes:
            if change.contact_id in cancelled:
                self._undone(change)
            else:
                self._kept(change, self.env._("The mail has left already."))

    def finish(self, undone):
        if not undone:
            self._action.policy_id._send_to_cases()


# Merging is a file of its own, and adds itself.
DEEDS = {
    "ignore": Ignore,
    "remove": Remove,
    "suppress": Suppress,
    "correct": Correct,
    "ask": Ask,
}
