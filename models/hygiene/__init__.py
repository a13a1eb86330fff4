from . import campaign_hygiene_scope_mixin  # whom a check or a policy looks at
from . import campaign_hygiene_check  # looks at them
from . import campaign_hygiene_finding  # what it found
from . import hygiene_merge  # how duplicates become one contact
from . import campaign_hygiene_action  # what was done about it
from . import campaign_hygiene_change  # to whom, and how to take it back
from . import campaign_sunset_policy  # who is quiet is asked, then left in peace
from . import campaign_sunset_case  # and what came of it
from . import mailing_contact  # the contact's side of all that
