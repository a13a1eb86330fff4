"""Campaign: judges the lines of a file of contacts, and makes contacts of them."""

from dataclasses import dataclass, field

from odoo import Command
from odoo.tools import SQL
from odoo.tools.mail import email_split_tuples

from ...tools import addresses, mail_address
from ..tracking.evidence import Evidence, with_evidence

CHUNK = 1000
_LOCK = "campaign_desk contact import"
_QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "default_list_ids": False,
}


@dataclass(slots=True)
class Line:
    """A line of the file: what it says, and what became (or would become) of it.

    :param outcome: ``created``, ``updated``, ``unchanged`` or ``rejected``.
    """

    number: int
    cells: list
    address: str = ""
    values: dict = field(default_factory=dict)
    contact: object = None
    outcome: str = "created"
    notes: list = field(default_factory=list)
    left_list_ids: set = field(default_factory=set)

    def reject(self, why):
        self.outcome = "rejected"
        self.notes = [why]


class ContactImportRun:
    """Does an import, in chunks.

    :param record: a ``campaign.contact.import``, saved or not.
    """

    def __init__(self, record):
        self._record = record
        proved = with_evidence(
            record, Evidence("import", text=record.consent_statement or "")
        )
        self.env = proved.env(context={**proved.env.context, **_QUIET})
        self._targets = record._targets()
        self._line_of = {}  # by address: its first line
        self._countries = self._by_name("res.country", "name", "code")
        self._tags = self._by_name("res.partner.category", "name")

    def _by_name(self, model, *names):
        target = "country_id" if model == "res.country" else "tag_ids"
        if target not in self._targets:
            return {}
        found = {}
        for env in (
            self.env(context={**self.env.context, "lang": "en_US"}),
            self.env,
        ):
            for one in env[model].search_fetch([], names):
                found |= {(one[name] or "").casefold(): one.id for name in names}
        found.pop("", None)
        return found

    def lock(self):
        """Return whether nobody else imports in this moment, and see to it."""
        [[is_mine]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", _LOCK)
        )
        return is_mine

    def skip(self, chunk):
        """Note the addresses of lines that are done already."""
        for number, cells in chunk:
            if address := self._address(self._cell(cells, "email")):
                self._line_of.setdefault(address, number)

    def do(self, chunk):
        """Import lines.

        :param chunk: pairs of a line's number and its cells.
        :return: a list of :class:`Line`.
        """
        lines = self.judge(chunk)
        new = [line for line in lines if line.outcome == "created"]
        contacts = self.env["mailing.contact"].create(
            [
                {
                    **line.values,
                    "email": line.address,
                    "subscription_ids": [
                        Command.create({"list_id": list_id})
                        for list_id in self._record.list_ids.ids
                        if list_id not in line.left_list_ids
                    ],
                }
                for line in new
            ]
        )
        for line, contact in zip(new, contacts, strict=True):
            line.contact = contact
        for line in lines:
            if line.outcome == "updated":
                line.contact.write(line.values)
        self.env.flush_all()
        self.env["mailing.contact"].invalidate_model()
        return lines

    # ------------------------------------------------------------
    # What is to be done with each line
    # ------------------------------------------------------------

    def judge(self, chunk):
        """Return a :class:`Line` for each of a chunk, and write nothing."""
        lines = [self._understand(number, cells) for number, cells in chunk]
        sound = [line for line in lines if line.outcome != "rejected"]
        known = self._known([line.address for line in sound])
        blocked = self._blacklisted([line.address for line in sound])
        # sudo: as for the blacklist
        suppressions_sudo = self.env["campaign.suppression"].sudo()
        suppressed = suppressions_sudo._find_among(
            [line.address for line in sound], self._record.list_ids
        )
        left = self.env["campaign.consent"]._withdrawn_by_owners(
            [line.address for line in sound], "list", self._record.list_ids.ids
        )
        left_by = {}
        for address, list_id in left:
            left_by.setdefault(address, set()).add(list_id)
        for line in sound:
            line.left_list_ids = left_by.get(line.address, set())
            if line.address in blocked:
                line.reject(self.env._("The address is on the blacklist."))
            elif line.address in suppressed:
                line.reject(self.env._("The address is suppressed."))
            elif contacts := known.get(line.address):
                self._meet(line, contacts)
            else:
                self._note_left(line, line.left_list_ids)
        return lines

    def _understand(self, number, cells):
        """Return a line with what can be told without looking at contacts."""
        line = Line(number, cells)
        written = self._cell(cells, "email")
        line.address = self._address(written)
        if not written:
            line.reject(self.env._("There is no address."))
        elif not line.address:
            line.reject(self.env._("“%s” is not one valid address.", written[:100]))
        elif line.address in self._line_of:
            line.reject(
                self.env._(
                    "The address stands in line %s already.",
                    self._line_of[line.address],
                )
            )
        else:
            self._line_of[line.address] = number
            line.values = self._values(line)
            self._look_at_address(line)
        return line

    def _look_at_address(self, line):
        note = addresses.judge(line.address)
        if note.is_role:
            line.notes.append(self.env._("It is a task's address, not a person's."))
        if note.is_disposable:
            line.notes.append(self.env._("It is of a mailbox that vanishes soon."))
        if note.suggestion:
            line.notes.append(self.env._("Did they mean %s?", note.suggestion))

    @staticmethod
    def _address(written):
        """Return the one address in a cell, normalized; blank if there is not one."""
        found = email_split_tuples(written)
        if len(found) != 1 or written.count("@") != found[0][1].count("@"):
            return ""
        try:
            return mail_address.bare(found[0][1].lower())
        except ValueError:
            return ""

    def _cell(self, cells, target):
        position = self._targets.get(target, len(cells))
        return cells[position] if position < len(cells) else ""

    def _values(self, line):
        texts = ("name", "first_name", "last_name", "company_name")
        values = {name: self._cell(line.cells, name) for name in texts}
        if country := self._cell(line.cells, "country_id"):
            values["country_id"] = self._countries.get(country.casefold())
            if not values["country_id"]:
                line.notes.append(
                    self.env._("“%s” is no known country.", country[:100])
                )
        tags = self._cell(line.cells, "tag_ids").replace(";", ",").split(",")
        for tag in filter(None, map(str.strip, tags)):
            if tag_id := self._tags.get(tag.casefold()):
                values.setdefault("tag_ids", []).append(Command.link(tag_id))
            else:
                line.notes.append(self.env._("“%s” is no tag that exists.", tag[:100]))
        return {name: value for name, value in values.items() if value}

    def _known(self, wanted):
        contacts = self.env["mailing.contact"].search(
            [("email_normalized", "in", wanted)], order="id"
        )
        return contacts.grouped("email_normalized")

    def _blacklisted(self, wanted):
        # sudo: whether an address may be mailed, not who blocked it
        blocked_sudo = self.env["mail.blacklist"].sudo()
        return {*blocked_sudo.search([("email", "in", wanted)]).mapped("email")}

    def _meet(self, line, contacts):
        """Say what the first contact with an address gets of a line.

        With several of them, whoever has left a list as one has left it as all.
        """
        line.contact = contacts[0]
        values = line.values
        if self._record.existing == "keep":
            values = {}
        elif self._record.existing == "fill":
            values = {
                name: value for name, value in values.items() if not line.contact[name]
            }
        subscriptions = contacts.subscription_ids
        left = subscriptions.filtered("opt_out").list_id & self._record.list_ids
        missing = self._record.list_ids - subscriptions.list_id
        missing = missing.filtered(lambda one: one.id not in line.left_list_ids)
        self._note_left(line, {*left.ids, *line.left_list_ids})
        values = {
            name: value
            for name, value in values.items()
            if name == "tag_ids" or not self._says(line.contact, name, value)
        }
        if missing:
            values["subscription_ids"] = [
                Command.create({"list_id": list_id}) for list_id in missing.ids
            ]
        line.values = values
        line.outcome = "updated" if values else "unchanged"

    def _note_left(self, line, list_ids):
        if list_ids:
            left = self.env["mailing.list"].browse(sorted(list_ids))
            names = ", ".join(left.mapped("name"))
            line.notes.append(
                self.env._("They have left %s, and are not put on it again.", names)
            )

    @staticmethod
    def _says(contact, name, value):
        has = contact[name]
        return (has.id if contact._fields[name].relational else has) == value
