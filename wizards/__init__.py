from . import mailing_mailing_test  # test mails
from . import campaign_test_result  # what became of each
