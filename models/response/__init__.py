# reply ─▶ strip ─▶ understand ─▶ route ─▶ act
from . import campaign_intent
from . import campaign_topic
from . import campaign_response_tag
from . import campaign_team
from . import campaign_team_member
from . import campaign_response
from . import campaign_response_label
from . import campaign_response_ask

# response desk
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
