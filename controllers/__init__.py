from . import gate
from . import tracking
from . import preview

gate.install()
