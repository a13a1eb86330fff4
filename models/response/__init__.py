# reply ─▶ strip ─▶ understand ─▶ route ─▶ act
from . import campaign_intent
from . import campaign_topic
from . import campaign_response_tag
from . import campaign_team
from . import campaign_team_member
from . import campaign_response
from . import campaign_response_label
from . import campaign_response_ask

# in: how a reply gets here
from . import res_company  # its address
from . import mailing_reply  # where answers to a mailing go
from . import intake  # what is kept of it
from . import conversation  # what it goes on with
from . import response_files  # what came with it
from . import machine_answers  # what no person wrote
from . import ir_attachment
from . import colleague_answers  # what is an answer of ours
from . import mail_thread  # the gateway
from . import res_config_settings

# understand
from . import campaign_topic_word
from . import campaign_response_correction
from . import campaign_nlp_model
from . import campaign_nlp_figure
from . import campaign_analysis_service
from . import campaign_theme
from . import campaign_label_report
from . import model_learning
from . import understanding
from . import correcting
from . import analysis_settings

# route: who gets it, and until when
from . import resource_resource
from . import resource_calendar
from . import res_users
from . import team_assignment
from . import team_workload
from . import campaign_routing_rule
from . import routing
from . import assigning
from . import silence
from . import campaign_service_level
from . import campaign_service_clock
from . import service_level_clocks

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

# the desk
from . import campaign_response_reader
from . import desk
from . import desk_setup
from . import presence
from . import reading
from . import reading_files
from . import reading_context
from . import answering
from . import response_links_mixin
from . import utm_campaign
from . import mailing_mailing
from . import delivery_responses
from . import res_partner
from . import mailing_contact
from . import base

# last: what is asked of a reply, before the others add to it
from . import protecting
