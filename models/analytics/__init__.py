from . import campaign_provider_report  # results per mailbox provider and day
