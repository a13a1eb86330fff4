"""Checking: files that go with a mail."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .finding import ERROR, Finding

_LIST = Path(__file__).parent / "data" / "dangerous_files.txt"
# What mailbox providers refuse or people should not be asked to open: programs,
# scripts, installers, images of disks, and shortcuts, in archives too.
DANGEROUS = frozenset(
    line for line in _LIST.read_text("ascii").splitlines() if line[:1] != "#"
)
# How programs begin, whatever they are called: DOS/Windows, ELF, Mach-O, scripts.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
_BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class File:
    """A file to be sent. ``content`` may be only its beginning."""

    name: str
    size: int
    content: bytes = b""


def check(file: File) -> Iterator[Finding]:
    """Look for a reason not to send a file."""
    values = {"name": file.name}
    if not file.size:
        yield Finding("file_empty", ERROR, values)
    elif set(file.name) & set(_BIDI):
        yield Finding("file_name", ERROR, values)
    elif (kind := extension(file.name)) in DANGEROUS:
        yield Finding("file_dangerous", ERROR, {**values, "kind": f".{kind}"})
    elif file.content.startswith(_PROGRAMS):
        yield Finding("file_program", ERROR, values)
    elif inner := _dangerous_inside(file.content):
        yield Finding("file_archive", ERROR, {**values, "inner": inner})


def extension(name: str) -> str:
    """Return the ending of a name in small letters; Windows ignores dots after it."""
    return name.rstrip(". \t").rpartition(".")[2].strip().lower() if "." in name else ""


def _dangerous_inside(content: bytes) -> str:
    """Return the name of a dangerous file in an archive, if it is one."""
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()[:_MOST_NAMES]
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    return next((name for name in names if extension(name) in DANGEROUS), "")
