"""Hygiene: looks at the contacts of a check, a chunk at a time."""

from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import bounces, hygiene
from ..sending.settlement import UTC_NOW
from .blocked import blocked

CHUNK = 10_000


class HygieneRun:
    """One run of a ``campaign.hygiene.check``.

    Contacts are taken in the order of their ids, so a run can stop and go on anywhere.
    Domains are judged by what sending has looked up; nothing is asked on the network.
    """

    def __init__(self, check):
        self._check = check
        self.env = check.env
        self._limits = hygiene.Limits(
            check.quiet_mails, check.quiet_days, check.trap_days
        )

    def do_chunk(self):
        """Look at the next contacts; return whether there may be more."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL jit = off")  # compiling costs more than it gains
        rows = self.env.execute_query_dict(self._statement())
        found = [
            (row, one)
            for row in rows
            for one in hygiene.judge(_facts(row), self._limits)
            if not (one.kind == hygiene.QUIET and row["is_asked"])
        ]
        if found:
            self.env.cr.execute(self._upsert(found))
        if rows:
            self._check.write(
                {
                    "position": rows[-1]["id"],
                    "checked_count": self._check.checked_count + len(rows),
                }
            )
        self.env["campaign.hygiene.finding"].invalidate_model()
        return len(rows) == CHUNK

    def finish(self):
        """Close what is no longer found."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_hygiene_finding
                   SET state = 'gone'
                 WHERE check_id = %s AND state = 'open' AND last_run < %s
                """,
                self._check.id,
                self._check.run_number,
            )
        )
        self.env["campaign.hygiene.finding"].invalidate_model()

    # ------------------------------------------------------------
    # What is known of the contacts
    # ------------------------------------------------------------

    def _chunk(self):
        check = self._check
        domain = check._contacts_domain() & Domain("id", ">", check.position)
        query = self.env["mailing.contact"]._search(domain, order="id", limit=CHUNK)
        return query.select(
            *(
                SQL("%s AS %s", SQL.identifier(query.table, name), SQL.identifier(name))
                for name in ("id", "name", "email", "email_normalized", "create_date")
            )
        )

    def _statement(self):
        return SQL(
            """
            WITH chunk AS MATERIALIZED (%(chunk)s),
            contact AS (SELECT *, NULLIF(email_normalized, '') AS address FROM chunk)
            SELECT contact.id,
                   COALESCE(contact.email, '') AS written,
                   COALESCE(contact.address, '') AS address,
                   COALESCE(btrim(contact.name), '') NOT IN ('', contact.address)
                       AS has_name,
                   extract(epoch FROM %(now)s - contact.create_date) / 86400
                       AS age_days,
                   %(no_mx)s AS no_mx,
                   %(bounced)s AS is_bounced,
                   %(blocked)s AS blocked,
                   %(left)s AS has_left,
                   %(kept)s AS kept_id,
                   %(asked)s AS is_asked,
                   COALESCE(known.quiet_mail_count, 0) AS quiet_mails,
                   known.last_human_at IS NOT NULL AS was_human,
                   extract(epoch FROM %(now)s
                       - COALESCE(known.last_human_at, known.first_mail_at)) / 86400
                       AS quiet_days
              FROM contact
              LEFT JOIN campaign_engagement known ON known.email = contact.address
             ORDER BY contact.id
            """,
            chunk=self._chunk(),
            now=UTC_NOW,
            no_mx=SQL(
                "(SELECT state = 'no_mx' FROM campaign_mail_domain WHERE name = %s)",
                SQL("split_part(contact.address, '@', 2)"),
            ),
            bounced=self._bounced(),
            blocked=blocked(self._check.company_id.id, self._list_id()),
            left=self._left(),
            kept=SQL(
                """
                (SELECT min(other.id) FROM mailing_contact other
                  WHERE other.email_normalized = contact.address
                    AND other.active AND other.id < contact.id)
                """
            ),
            asked=SQL(
                """
                EXISTS (
                    SELECT FROM campaign_sunset_case asked
                     WHERE asked.email = contact.address AND asked.state = 'asked')
                """
            ),
        )

    def _bounced(self):
        """Return SQL: a server refused the address for good, and took nothing since."""
        return SQL(
            """
            EXISTS (
                SELECT FROM mailing_trace bounced
                 WHERE bounced.email = contact.address
                   AND bounced.bounce_class = %s
                   AND bounced.bounced_at
                       > COALESCE(known.last_mail_at, '-infinity'::timestamp))
            """,
            bounces.HARD_BOUNCE,
        )

    def _left(self):
        """Return SQL: the address is on the list, and has left another one."""
        if self._check.scope != "list":
            return SQL("FALSE")
        return SQL(
            """
            EXISTS (
                SELECT FROM mailing_contact other
                  JOIN mailing_subscription member ON member.contact_id = other.id
                 WHERE other.email_normalized = contact.address
                   AND member.opt_out AND member.list_id <> %s)
            """,
            self._list_id(),
        )

    def _list_id(self):
        return self._check.list_id.id if self._check.scope == "list" else None

    # ------------------------------------------------------------
    # What was found
    # ------------------------------------------------------------

    def _upsert(self, found):
        """Return the statement that writes findings, each once for a contact.

        What was ignored stays ignored; what had been dealt with, or was gone, and is
        back, is new.
        """
        columns = zip(
            *(
                (
                    row["id"],
                    one.kind,
                    row["written"],
                    one.suggestion or None,
                    row["kept_id"] if one.kind == hygiene.DUPLICATE else None,
                    ",".join(one.signs) or None,
                    row["quiet_mails"],
                    None if row["quiet_days"] is None else int(row["quiet_days"]),
                )
                for row, one in found
            ),
            strict=True,
        )
        contacts, kinds, emails, meant, kept, signs, mails, days = map(list, columns)
        return SQL(
            """
            INSERT INTO campaign_hygiene_finding AS known (
                check_id, company_id, contact_id, kind, email, suggestion,
                kept_contact_id, signs, quiet_mails, quiet_days, state, first_run,
                last_run, first_found_at)
            SELECT %(check)s, %(company)s, contact, kind, email, suggestion, kept,
                   signs, mails, days, 'open', %(run)s, %(run)s, %(now)s
              FROM unnest(
                       %(contacts)s::integer[], %(kinds)s::varchar[],
                       %(emails)s::varchar[], %(meant)s::varchar[],
                       %(kept)s::integer[], %(signs)s::varchar[],
                       %(mails)s::integer[], %(days)s::integer[])
                   AS found(contact, kind, email, suggestion, kept, signs, mails, days)
                ON CONFLICT (check_id, contact_id, kind) DO UPDATE
               SET email = excluded.email,
                   suggestion = excluded.suggestion,
                   kept_contact_id = excluded.kept_contact_id,
                   signs = excluded.signs,
                   quiet_mails = excluded.quiet_mails,
                   quiet_days = excluded.quiet_days,
                   last_run = excluded.last_run,
                   first_run = CASE WHEN known.state IN ('open', 'ignored')
                       THEN known.first_run ELSE excluded.first_run END,
                   first_found_at = CASE WHEN known.state IN ('open', 'ignored')
                       THEN known.first_found_at ELSE excluded.first_found_at END,
                   action_id = CASE WHEN known.state IN ('open', 'ignored')
                       THEN known.action_id END,
                   state = CASE WHEN known.state = 'ignored'
                       THEN known.state ELSE 'open' END
            """,
            check=self._check.id,
            company=self._check.company_id.id,
            run=self._check.run_number,
            now=UTC_NOW,
            contacts=contacts,
            kinds=kinds,
            emails=emails,
            meant=meant,
            kept=kept,
            signs=signs,
            mails=mails,
            days=days,
        )


def _facts(row):
    return hygiene.Facts(
        written=row["written"],
        address=row["address"],
        gets_mail=not row["no_mx"],
        is_bounced=row["is_bounced"],
        blocked=row["blocked"],
        has_left=row["has_left"],
        is_duplicate=row["kept_id"] is not None,
        quiet_mails=row["quiet_mails"],
        quiet_days=None if row["quiet_days"] is None else float(row["quiet_days"]),
        was_human=row["was_human"],
        age_days=float(row["age_days"] or 0),
        has_name=row["has_name"],
    )
