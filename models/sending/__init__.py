from . import mailing_contact  # recipients: what planning needs of them
from . import res_company  # a company's limits
from . import campaign_provider_group  # to whom limits apply as a whole
from . import campaign_mail_domain  # who takes a domain's mail
from . import campaign_answer_rule  # what servers' answers mean for the next mails
from . import campaign_sending_account  # a way out
from . import warmup  # a new way out starts with few mails
from . import campaign_pacing_rule  # how much may leave
from . import campaign_send_window  # when mails may reach people
from . import campaign_sending_pace  # what servers and providers told us of our pace
from . import campaign_sending_lease  # what a worker holds
from . import campaign_sending_batch  # what left
from . import account_health  # what an account's page shows
from . import ir_cron  # the lanes
from . import mailing_trace  # a delivery, and the queue
from . import mailing_mailing  # planning, start and end of a mailing
from . import audience_figures  # whom a mailing would reach
from . import mailing_control  # pause, resume, cancel
from . import mailing_status  # how far it is
from . import utm_campaign  # how far a campaign is
from . import mailing_timing  # when a mailing may reach people, doubts about mails
from . import absences  # who is away
from . import circuit_breaker  # stops a mailing before it does harm
from . import sender_check  # is the sender what people will see?
from . import ir_mail_server  # the servers
from . import res_config_settings  # lanes, limits, windows, look-ups
