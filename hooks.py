"""What happens when the add-on comes and goes."""

from odoo.tools import SQL
from odoo.tools.misc import file_open


def pre_init_hook(env):
    """Leave mailings that Odoo's own engine has begun with that engine.

    Otherwise they would be planned anew, and reach people who have them already.
    """
    env.cr.execute(
        """
        ALTER TABLE mailing_mailing ADD COLUMN IF NOT EXISTS delivery_engine varchar;
        UPDATE mailing_mailing mailing
           SET delivery_engine = CASE
                WHEN mailing.state = 'draft' AND NOT EXISTS (
                    SELECT FROM mailing_trace trace
                     WHERE trace.mass_mailing_id = mailing.id
                       AND trace.is_test_trace IS NOT TRUE)
                THEN 'desk' ELSE 'standard' END
         WHERE delivery_engine IS NULL
        """
    )


def post_init_hook(env):
    """Give campaigns that were there before what their mailings say of them."""
    campaigns = env["utm.campaign"]
    campaigns.search([("mailing_mail_ids", "!=", False)])._adopt_from_mail(True)
    campaigns._write_states(SQL("TRUE"))


def uninstall_hook(env):
    """Take back what is still to be sent: nobody would send it any more."""
    with file_open("campaign_desk/data/neutralize.sql") as script:
        env.cr.execute(script.read())
    # Those that a setting made belong to no data file.
    env["ir.cron"].with_context(active_test=False)._campaign_lanes().unlink()
