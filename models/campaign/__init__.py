from . import res_config_settings  # which engine sends new mailings
from . import mailing_mailing  # one mail of a campaign
from . import mail_compose_message  # mails that the composer sends itself
from . import ir_qweb  # templates compiled once, links rewritten
