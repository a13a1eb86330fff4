from . import tracking
from . import preview
