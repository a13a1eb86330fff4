from . import mailing_trace  # what an event makes of a delivery
from . import mail_thread  # inbound mail: bounces and answers
