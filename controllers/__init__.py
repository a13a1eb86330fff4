from . import gate
from . import tracking
from . import preview
from . import campaign_template
from . import response_file
from . import safe_export

gate.install()
