from . import res_config_settings  # which engine sends new mailings
from . import campaign_copy_mixin  # who gets copies
from . import utm_campaign  # what its mailings take over
from . import mailing_mailing  # one mail of a campaign
from . import mailing_copies  # copies for people who are not recipients
from . import mail_compose_message  # mails that the composer sends itself
from . import ir_qweb  # templates compiled once, links rewritten
