"""Response: what a reply says, in plain Python.

:func:`analyze` is the whole of it; the modules are its steps. Better engines are used
when their packages are installed, see :mod:`.engines`.
"""

__all__ = ["analyze"]


def __getattr__(name: str):
    """Load the analysis when it is first asked for: its parts are useful without it."""
    if name == "analyze":
        from .analysis import analyze

        return analyze
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
