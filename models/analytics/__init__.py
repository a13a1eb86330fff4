# what it brought, as read-only reports
from . import campaign_service_level_report
