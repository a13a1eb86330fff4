from . import mailing_contact  # recipients: what planning needs of them
from . import campaign_sending_lease  # what a worker holds
from . import mailing_trace  # a delivery, and the queue
from . import mailing_mailing  # planning, start and end of a mailing
from . import mailing_control  # pause, resume, cancel
from . import ir_mail_server  # the way out
