from . import tracking
from . import preview
from . import campaign_template
