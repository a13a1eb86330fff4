"""Checking: the pictures of a mail."""

import re
from collections.abc import Iterator, Mapping

from .finding import INFO, OK, WARNING, Finding
from .links import is_local, is_under
from .page import Image, Page

# Mobile networks need a second or more for this.
HEAVY_BYTES = 500 * 1024
HEAVY_TOTAL_BYTES = 2 * 1024 * 1024
# A picture of this size carries part of the message.
LARGE_PIXELS = 100
# A mail with fewer words than this for each large picture is a picture, to filters.
WORDS_FOR_A_PICTURE = 15
# What classic Outlook does not show.
_UNUSUAL = re.compile(r"\.(?:svg|webp|avif)(?:[?#]|$)", re.IGNORECASE)


def check(page: Page, base_url: str, sizes: Mapping[str, int]) -> Iterator[Finding]:
    """Look at every picture once.

    :param base_url: where our own pictures are; whether that can be reached is asked
        of the links.
    :param sizes: the bytes of pictures whose size is known, by their address.
    """
    images = [image for image in page.images if not _is_tiny(image)]
    findings = [
        *_descriptions(images),
        *_weight(page, sizes),
        *_sources([one for one in images if not is_under(one.source, base_url)]),
        *_words(page, images),
    ]
    yield from findings
    if images and not any(one.level == WARNING for one in findings):
        yield Finding("images", OK, {"count": len(images)})


def _is_tiny(image: Image) -> bool:
    return 0 < image.width <= 3 or 0 < image.height <= 3


def _is_large(image: Image) -> bool:
    return image.width == 0 or image.width >= LARGE_PIXELS


def _descriptions(images: list[Image]) -> Iterator[Finding]:
    without = [
        _name(image.source)
        for image in images
        if image.alt is None and not image.is_presentation
    ]
    if without:
        yield Finding("alt_missing", WARNING, {"count": len(without)}, _few(without))
    empty = [
        _name(image.source)
        for image in images
        if image.alt is not None and not image.alt.strip()
        if _is_large(image) and not image.is_presentation
    ]
    if empty:
        yield Finding("alt_empty", INFO, {"count": len(empty)}, _few(empty))


def _weight(page: Page, sizes: Mapping[str, int]) -> Iterator[Finding]:
    sources = {image.source for image in page.images} | set(page.backgrounds)
    known = {source: sizes[source] for source in sources if source in sizes}
    heavy = {one: size for one, size in known.items() if size > HEAVY_BYTES}
    total = sum(known.values())
    if heavy:
        items = [
            f"{_name(source)} ({size // 1024} kB)"
            for source, size in sorted(heavy.items(), key=lambda one: -one[1])
        ]
        yield Finding("image_heavy", WARNING, {"count": len(heavy)}, _few(items))
    if total > HEAVY_TOTAL_BYTES:
        megabytes = round(total / 1024 / 1024, 1)
        yield Finding("images_heavy", WARNING, {"megabytes": megabytes})


def _sources(images: list[Image]) -> Iterator[Finding]:
    for code, level, is_kind in (
        ("image_broken", WARNING, lambda source: not source.strip()),
        ("image_local", WARNING, is_local),
        ("image_data", WARNING, lambda source: source.startswith("data:")),
        ("image_format", INFO, _UNUSUAL.search),
    ):
        found = [_name(image.source) for image in images if is_kind(image.source)]
        if found:
            yield Finding(code, level, {"count": len(found)}, _few(found))


def _words(page: Page, images: list[Image]) -> Iterator[Finding]:
    large = sum(map(_is_large, images))
    words = len(page.text.split())
    if large and words < WORDS_FOR_A_PICTURE * min(large, 4):
        yield Finding("images_without_words", WARNING, {"count": large, "words": words})


def _name(source: str) -> str:
    """Return what a person knows a picture by: the end of its address."""
    if source.startswith("data:"):
        return source[:40]
    return source.partition("?")[0].rstrip("/").rpartition("/")[2][:80] or source[:80]


def _few(items: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))[:20]
