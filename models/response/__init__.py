# reply ─▶ strip ─▶ understand ─▶ route ─▶ act
from . import campaign_intent
from . import campaign_topic
from . import campaign_response_tag
from . import campaign_team
from . import campaign_team_member
from . import campaign_response
from . import campaign_response_label
from . import campaign_response_ask

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
