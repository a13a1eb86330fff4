from . import mailing_preview  # what a mailing looks like for a recipient
