from . import res_company  # what is asked for before sending
from . import res_config_settings  # which engine sends new mailings
from . import campaign_copy_mixin  # who gets copies
from . import res_partner  # customers, found by address
from . import mailing_contact  # readers: their language, and whose customers they are
from . import campaign_segment_condition  # what people did with their mails
from . import campaign_segment_words  # those conditions in words
from . import campaign_segment  # people described by what is true of them
from . import campaign_audience_mixin  # lists, filter and segments together
from . import utm_campaign  # the campaign, and what its mailings take over
from . import mailing_mailing  # one mail of a campaign
from . import campaign_audience  # their recipients
from . import campaign_contact_import  # readers from a file
from . import campaign_mail  # the only mail of a simple campaign
from . import campaign_template  # a mail kept for reuse
from . import campaign_template_version  # what it said at a time
from . import mailing_template  # mails made of templates, and the other way round
from . import campaign_schedule  # when it leaves, once or again and again
from . import campaign_state  # where it is, and what people do to it
from . import campaign_approval  # a second pair of eyes
from . import campaign_calendar_entry  # what leaves when
from . import campaign_merge_mixin  # texts that are filled in for each recipient
from . import campaign_merge_rendering  # the same in what Odoo renders
from . import mailing_merge_fields  # the merge fields of a mailing
from . import campaign_mail_translation  # a mail in another language
from . import mailing_merge_gaps  # who lacks what it says
from . import merge_picker  # how they are inserted
from . import mailing_copies  # copies for people who are not recipients
from . import mailing_files  # files that go with it
from . import recipient_report  # a document of their own
from . import mail_compose_message  # mails that the composer sends itself
from . import ir_qweb  # templates compiled once, links rewritten
from . import ir_ui_menu  # what the app opens with
