# The table of contents: the stages in the order in which a campaign passes them.
from . import campaign  # what is sent, to whom, when
from . import sending  # how it leaves
from . import checking  # what people look at before it leaves
from . import tracking  # what happened to it
from . import response  # what people answered
from . import hygiene  # who should be on a list at all
from . import analytics  # what it brought
