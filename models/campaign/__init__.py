from . import res_company  # what is asked for before sending
from . import res_config_settings  # which engine sends new mailings
from . import campaign_copy_mixin  # who gets copies
from . import utm_campaign  # the campaign, and what its mailings take over
from . import mailing_mailing  # one mail of a campaign
from . import campaign_mail  # the only mail of a simple campaign
from . import campaign_template  # a mail kept for reuse
from . import campaign_template_version  # what it said at a time
from . import mailing_template  # mails made of templates, and the other way round
from . import campaign_schedule  # when it leaves, once or again and again
from . import campaign_state  # where it is, and what people do to it
from . import campaign_approval  # a second pair of eyes
from . import campaign_calendar_entry  # what leaves when
from . import mailing_copies  # copies for people who are not recipients
from . import mailing_files  # files that go with it
from . import recipient_report  # a document of their own
from . import mail_compose_message  # mails that the composer sends itself
from . import ir_qweb  # templates compiled once, links rewritten
from . import ir_ui_menu  # what the app opens with
