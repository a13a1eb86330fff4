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
from . import mailing_trace  # who answered a delivery
from . import intake  # what is kept of it
from . import conversation  # what it goes on with
from . import response_files  # what came with it
from . import machine_answers  # what no person wrote
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
# response: who gets it, and until when
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
