from . import gate
from . import tracking
from . import recipient_page
from . import unsubscribe
from . import signup
from . import preview
from . import campaign_template
from . import response_file
from . import safe_export

gate.install()
