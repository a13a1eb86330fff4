"""Campaign: which of several languages suits somebody best."""

from collections.abc import Collection


def best_language(wanted: str, available: Collection[str]) -> str:
    """Return the code in ``available`` that suits who speaks ``wanted``, or "".

    The language itself, or another kind of it: its main one if there is one.

    >>> best_language("fr_BE", ["de_DE", "fr_CA", "fr_FR"])
    'fr_FR'
    >>> best_language("it_IT", ["de_DE"])
    ''
    """
    if not wanted or wanted in available:
        return wanted or ""
    family = wanted.partition("_")[0].partition("@")[0]
    kinds = sorted(code for code in available if code.partition("_")[0] == family)
    for main in (family, f"{family}_{family.upper()}"):
        if main in kinds:
            return main
    return kinds[0] if kinds else ""
