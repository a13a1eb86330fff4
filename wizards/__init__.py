from . import campaign_template_use  # a template becomes a mail of a campaign
from . import campaign_template_compare  # what changed between two versions
from . import mailing_mailing_test  # test mails
from . import campaign_test_result  # what became of each
from . import campaign_address_lookup  # why an address gets no mail
from . import campaign_suppression_lift  # have it mailed again, and say why
from . import campaign_suppression_transfer  # suppressions in and out, as CSV
from . import campaign_routing_trial  # which rule would take a reply
from . import campaign_routing_trial_line  # and why the others would not
from . import campaign_response_bulk
from . import campaign_consent_grant  # put somebody on a list again, and say why
from . import campaign_hygiene_decision  # what is to be done about findings
