"""Response: strangers' words in a sheet, where programs may see formulas in them."""

# What makes a formula or, after being cut off as a blank, uncovers one (OWASP, "CSV
# Injection"); the wide forms are what Japanese and Chinese keyboards give.
_BEGINS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Read as words by all sheets, and not shown.
_MARK = "'"


def safe_cell(value: object) -> object:
    """Return ``value``, with a mark before it if a sheet would calculate with it."""
    if isinstance(value, str) and value.startswith(_BEGINS):
        return _MARK + value
    return value
