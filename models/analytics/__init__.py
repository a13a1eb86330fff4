# what it brought, as read-only reports
from . import campaign_service_level_report
from . import campaign_provider_report  # results per mailbox provider and day
