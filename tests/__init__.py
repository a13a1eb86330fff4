from . import test_campaign_render
from . import test_sending_plan
from . import test_sending_engine
from . import test_sending_queue
from . import test_tracking_inbound
from . import test_tracking_routes
from . import test_upkeep
from . import test_ui
