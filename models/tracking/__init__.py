from . import campaign_consent  # who agreed to what, and the proof of it
from . import campaign_preference  # what people want of our mails
from . import mailing_mailing  # whether a mailing is tracked, and its figures
from . import utm_campaign  # the same for a campaign
from . import mailing_trace  # what an event makes of a delivery
from . import bounces  # why a delivery came back, and what follows
from . import campaign_suppression  # whom not to mail
from . import suppression_proof  # that people have asked for it
from . import campaign_bounce_policy  # what is done about bounces
from . import mail_blacklist  # its proof, and Odoo's own rule about bounces
from . import mailing_subscription  # its proof, and who may come back
from . import campaign_signup  # who asked to be put on a list
from . import mailing_list  # the sign-up page of a list
from . import campaign_inbound  # what machines wrote, and what found no way
from . import campaign_hit  # requests as they come in
from . import campaign_event  # what happened, and by whom
from . import campaign_engagement  # how much of a reader each address is
from . import campaign_recipient_mixin  # the mails of a person
from . import mailing_contact
from . import res_partner
from . import res_config_settings
from . import link_tracker  # clicks by people, and by anybody
from . import mail_thread  # inbound mail: sorted
from . import campaign_provider_day  # results per mailbox provider and day, added up
