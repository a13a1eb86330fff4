from . import mailing_contact  # recipients: what planning needs of them
from . import campaign_provider_group  # to whom limits apply as a whole
from . import campaign_mail_domain  # who takes a domain's mail
from . import campaign_answer_rule  # what servers' answers mean for the next mails
from . import campaign_sending_lease  # what a worker holds
from . import campaign_send_window  # when mails may reach people
from . import res_company  # window and frequency cap of a company
from . import res_config_settings  # look-ups, send window, frequency cap
from . import mailing_trace  # a delivery, and the queue
from . import mailing_mailing  # planning, start and end of a mailing
from . import mailing_control  # pause, resume, cancel
from . import mailing_timing  # when a mailing may reach people, doubts about mails
from . import ir_mail_server  # the way out
