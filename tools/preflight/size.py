"""Checking: how large a mail is."""

from collections.abc import Iterator

from .finding import INFO, OK, WARNING, Finding

# Gmail cuts off what is beyond about 102 kB of a page, and the way out with it.
CLIP_BYTES = 102 * 1024
NEAR_BYTES = 90 * 1024


def check_page(html_bytes: int) -> Iterator[Finding]:
    """Look at the size of the page, after decoding."""
    values = {"kilobytes": round(html_bytes / 1024), "limit": CLIP_BYTES // 1024}
    if html_bytes > CLIP_BYTES:
        yield Finding("page_clipped", WARNING, values)
    elif html_bytes > NEAR_BYTES:
        yield Finding("page_large", INFO, values)
    else:
        yield Finding("page_size", OK, values)


def check_mail(mail_bytes: int, limit_bytes: float) -> Iterator[Finding]:
    """Look at the size of the whole mail, as it travels."""
    if mail_bytes > limit_bytes:
        values = {
            "megabytes": round(mail_bytes / 1024 / 1024, 1),
            "limit": round(limit_bytes / 1024 / 1024, 1),
        }
        yield Finding("mail_too_large", WARNING, values)
