# reply ─▶ strip ─▶ understand ─▶ route ─▶ act
from . import campaign_intent
from . import campaign_topic
from . import campaign_response_tag
from . import campaign_team
from . import campaign_team_member
from . import campaign_response
from . import campaign_response_label
from . import campaign_response_ask

# act
from . import campaign_act_policy
from . import campaign_response_act
from . import campaign_answer_template
from . import acting
from . import act_clicks
from . import act_lead
from . import act_reminder
from . import act_opt_out
from . import act_referral
from . import act_ticket
from . import meeting_times
from . import act_meeting
from . import suggesting
from . import acts_company
from . import referred_partner
from . import acts_settings
from . import crm_lead
from . import calendar_event
from . import calendar_popover_delete_wizard
from . import ir_mail_server
from . import invitation_answers
