# reply ─▶ strip ─▶ understand ─▶ route ─▶ act
from . import campaign_intent
from . import campaign_topic
from . import campaign_response_tag
from . import campaign_team
from . import campaign_team_member
from . import campaign_response
from . import campaign_response_label
from . import campaign_response_ask
