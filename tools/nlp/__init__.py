"""Response: what a reply says. Plain Python, standard library only.

:func:`analyze` is the whole of it; the modules are its steps. Better engines are used
when their packages are installed, see :mod:`.engines`.
"""

from .analysis import analyze  # noqa

__all__ = ["analyze"]
