from . import gate
from . import tracking
from . import preview
from . import campaign_template

gate.install()
