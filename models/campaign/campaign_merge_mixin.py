"""Campaign: texts with merge fields, checked when they are saved and when used."""

from lxml import html

from odoo import api, fields, models

from .merge_errors import for_people
from .merge_rules import MergeRules, may_write_code


class CampaignMergeMixin(models.AbstractModel):
    """Texts that are filled in for each recipient.

    Whoever writes them may use what :mod:`campaign_desk.tools.merge_reader` reads, of
    the fields that they may see; members of Odoo's group Mail Template Editor anything.
    Who wrote them last is kept: their rights count when the mails are made, also for
    texts that came another way than through a form.
    """

    _name = "campaign.merge.mixin"
    _description = "Texts with Merge Fields"

    # Lines with "{{ }}", bodies in QWeb, and what else says how they are understood.
    _merge_lines = ("subject", "preview")
    _merge_bodies = ("body_html",)
    _merge_context = ()

    content_author_id = fields.Many2one(
        "res.users",
        "Content By",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who wrote subject or body last. The mail shows of recipients what this "
        "person may see.",
    )

    def _merge_model(self):
        """Return an (empty) recordset of the recipients' model; None: not known yet."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        touched = [self._touches_content(vals) for vals in vals_list]
        vals_list = [
            self._with_author(vals) if is_touched else vals
            for vals, is_touched in zip(vals_list, touched, strict=True)
        ]
        records = super().create(vals_list)
        for record, vals, is_touched in zip(records, vals_list, touched, strict=True):
            if not is_touched:
                continue
            # Odoo writes the bodies of a new mailing once more
            if record.content_author_id.id != vals["content_author_id"]:
                record.content_author_id = vals["content_author_id"]
            record._check_merge_fields()
        return records

    def write(self, vals):
        if not self._touches_content(vals):
            return super().write(vals)
        result = super().write(self._with_author(vals))
        self._check_merge_fields()
        return result

    def copy_data(self, default=None):
        """Keep the author in copies that the server makes, such as recurring mails."""
        vals_list = super().copy_data(default)
        if self.env.su:
            for record, vals in zip(self, vals_list, strict=True):
                vals.setdefault("content_author_id", record.content_author_id.id)
        return vals_list

    def _touches_content(self, vals):
        names = (*self._merge_lines, *self._merge_bodies, *self._merge_context)
        return "content_author_id" in vals or not vals.keys().isdisjoint(names)

    def _with_author(self, vals):
        """Name the author; only code that is trusted may name another one."""
        if self.env.su and vals.get("content_author_id"):
            return vals
        return {**vals, "content_author_id": self.env.uid}

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    def _merge_rules(self):
        """Return the :class:`.MergeRules` for what is written here."""
        self.ensure_one()
        author = self.content_author_id or self.create_uid
        return MergeRules(
            self._merge_model(), author or self.env.ref("base.public_user")
        )

    def _check_merge_fields(self):
        """Refuse what the user may not write.

        :raise AccessError: there is other code than merge fields and conditions, or a
            field that the user may not see.
        :raise ValidationError: a merge field is wrong.
        """
        if self.env.su or may_write_code(self.env.user):
            return
        for record in self.sudo():  # sudo: the user may write it, so may have it read
            model = record._merge_model()
            if model is None:
                continue
            with for_people(self.env):
                record._found_merge_fields(MergeRules(model, self.env.user))

    def _found_merge_fields(self, rules):
        """Return the expressions in all texts, each with what its fields are.

        :raise MergeFieldError: there is one that may not be used.
        """
        found = []
        for name in self._merge_lines:
            found += rules.read_line(self[name] or "")
        for name in self._merge_bodies:
            if self[name]:
                found += rules.read_body(parse_body(self[name]))
        return found


def parse_body(source):
    """Return a body as a tree, inside an element that is not part of it."""
    return html.fragment_fromstring(str(source), create_parent="div")
