"""Campaign: tables that people upload, as CSV or XLSX, and reports that they get.

Whatever a file holds, reading it ends with rows of text or with a
:class:`TableError` that says which limit or rule it breaks.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import openpyxl

MOST_BYTES = 64 * 1024 * 1024
MOST_BYTES_UNPACKED = 256 * 1024 * 1024  # of all parts of an XLSX file
MOST_PARTS = 1000  # of an XLSX file
MOST_ROWS = 1_000_000
MOST_COLUMNS = 100
LONGEST_CELL = 2000

_DELIMITERS = ",;\t|"
_LINES_LOOKED_AT = 20
_BYTES_BEFORE_ROOT = 64 * 1024
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also an XLSX file with a password
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class TableError(ValueError):
    """A file is no table that can be read.

    :param code: ``empty``, ``too_big``, ``too_long``, ``too_wide``, ``long_cell``,
        ``old_excel`` or ``broken``.
    """

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Table:
    """A first line, and the lines after it that are not blank, with their numbers."""

    header: list[str]
    lines: Iterator[tuple[int, list[str]]]


def read(content: bytes) -> Table:
    """Return the table in a CSV or XLSX file. What it is, its first bytes tell.

    The lines are read while they are asked for, and may raise, too.

    :raise TableError: it cannot be read.
    """
    if len(content) > MOST_BYTES:
        raise TableError("too_big")
    if content.startswith(_OLD_EXCEL):
        raise TableError("old_excel")
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    lines = _lines(rows)
    for _number, header in lines:
        return Table(header, lines)
    raise TableError("empty")


def _lines(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    numbered = enumerate(rows, 1)
    while True:
        try:
            number, row = next(numbered)
        except StopIteration:
            return
        except TableError:
            raise
        except Exception as error:  # parsers fail in many ways on hostile files
            raise TableError("broken") from error
        if number > MOST_ROWS + 1:
            raise TableError("too_long")
        cells = [cell.replace("\0", "").strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise TableError("too_wide")
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise TableError("long_cell")
        if cells:
            yield number, cells


# ------------------------------------------------------------
# CSV
# ------------------------------------------------------------


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))


def _decoded(content: bytes) -> str:
    """Return the text of a file as Excel, a database or a browser may write it."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise TableError("broken") from error
    if b"\0" in content:
        raise TableError("broken")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Return the delimiter by which the first lines have the most, and equal, cells."""

    def cells(delimiter: str) -> tuple[int, int]:
        head = io.StringIO(text[: _LINES_LOOKED_AT * LONGEST_CELL], newline="")
        try:
            rows = [
                len(row)
                for row, _ in zip(
                    csv.reader(head, delimiter=delimiter),
                    range(_LINES_LOOKED_AT),
                    strict=False,
                )
                if row
            ]
        except csv.Error:
            return 0, 0
        most = max(rows, default=0)
        return (rows.count(most) if most > 1 else 0), most

    return max(_DELIMITERS, key=cells)


# ------------------------------------------------------------
# XLSX
# ------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[list[str]]:
    _check_parts(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        if not book.worksheets:
            raise TableError("empty")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a sheet may claim any size
        for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
            yield [_as_text(value) for value in row]
    finally:
        book.close()


def _check_parts(content: bytes) -> None:
    """Raise if a file unpacks to more than it should, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_BYTES_UNPACKED:
                raise TableError("too_big")
            for part in parts:
                with archive.open(part) as stream:
                    start = stream.read(_BYTES_BEFORE_ROOT)
                # Excel writes UTF-8, and never declares a type of document
                if b"<!DOCTYPE" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise TableError("broken")
    except TableError:
        raise
    except Exception as error:  # zipfile fails in many ways on hostile files
        raise TableError("broken") from error


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)


# ------------------------------------------------------------
# Reports
# ------------------------------------------------------------


def write_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as a CSV file that spreadsheets open, and that does nothing there.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(
            f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell for cell in row
        )
    return text.getvalue().encode("utf-8-sig")
