from . import mailing_preview  # what a mailing looks like for a recipient
from . import mailing_preflight  # what should be known before it is sent
from . import utm_campaign  # the same of all mails of a campaign
from . import res_config_settings  # what may be asked on the internet
from . import mailing_test  # test mails
