"""Tables that people upload: what is read, and what hostile files come to."""

import io
import unittest
import zipfile
from unittest.mock import patch

import openpyxl

from tools import contact_columns, tables


def xlsx(*rows: tuple) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content: bytes, name: str, change) -> bytes:
    """Return an XLSX file with one part changed."""
    source, stream = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, change(data) if part == name else data)
    return stream.getvalue()


class TestRead(unittest.TestCase):
    def _read(self, content):
        table = tables.read(content)
        return table.header, list(table.lines)

    def _code(self, content):
        with self.assertRaises(tables.TableError) as caught:
            self._read(content)
        return caught.exception.code

    def test_csv(self):
        for text, encoding in (
            ("Name,Mail\r\n\r\nÄnne,a@x.org\r\n", "utf-8"),
            ("Name;Mail\nÄnne;a@x.org", "utf-8-sig"),
            ("Name\tMail\nÄnne\ta@x.org\n", "utf-16"),
            ('Name|Mail\n"Änne"|a@x.org\n', "cp1252"),
        ):
            with self.subTest(encoding=encoding):
                header, lines = self._read(text.encode(encoding))
                self.assertEqual(header, ["Name", "Mail"])
                self.assertEqual([row for _n, row in lines], [["Änne", "a@x.org"]])

    def test_numbers_are_the_files(self):
        _header, lines = self._read(b"a\n\nb\n\n\nc\n")
        self.assertEqual(lines, [(3, ["b"]), (6, ["c"])])

    def test_delimiter_in_text(self):
        header, lines = self._read(b'Name;Mail\n"Doe, A, B";x\nDoe, C, D;y\n')
        self.assertEqual(header, ["Name", "Mail"])
        self.assertEqual(lines[1], (3, ["Doe, C, D", "y"]))

    def test_xlsx(self):
        header, lines = self._read(
            xlsx(("Name", "Mail", "No"), (None, None), ("Änne", "a@x.org", 7.0))
        )
        self.assertEqual(header, ["Name", "Mail", "No"])
        self.assertEqual(lines, [(3, ["Änne", "a@x.org", "7"])])

    def test_limits(self):
        self.assertEqual(self._code(b""), "empty")
        self.assertEqual(self._code(b"\n \n,,\n"), "empty")
        self.assertEqual(self._code(b"," * 200 + b"x"), "too_wide")
        self.assertEqual(self._code(b"a\n" + b"x" * 3000), "long_cell")
        self.assertEqual(self._code(b'a\n"' + b"x" * 200_000), "broken")
        self.assertEqual(self._code(b"a" * (tables.MOST_BYTES + 1)), "too_big")
        self.assertEqual(self._code(b"a\n" * (tables.MOST_ROWS + 2)), "too_long")

    def test_other_files(self):
        self.assertEqual(self._code(b"\xd0\xcf\x11\xe0\xa1\xb1"), "old_excel")
        self.assertEqual(self._code(b"PK\x03\x04nonsense"), "broken")
        self.assertEqual(self._code(b"\x89PNG\r\n\0\0"), "broken")
        self.assertEqual(self._code(b"\xff\xfe\x00"), "broken")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("readme.txt", "no workbook")
        self.assertEqual(self._code(stream.getvalue()), "broken")

    def test_bomb(self):
        big = b"0" * 10_000_000
        content = repacked(xlsx(("a",)), "docProps/app.xml", lambda _data: big)
        self.assertLess(len(content), 100_000)
        with patch.object(tables, "MOST_BYTES_UNPACKED", len(big)):
            self.assertEqual(self._code(content), "too_big")

    def test_entities(self):
        def with_entity(data):
            root = data.index(b"<worksheet")
            return (
                b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + data[root:]
            )

        content = repacked(xlsx(("a",)), "xl/worksheets/sheet1.xml", with_entity)
        self.assertEqual(self._code(content), "broken")

    def test_claimed_size(self):
        def far_away(data):
            return data.replace(b'r="A1"', b'r="XFD1"').replace(
                b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
            )

        content = repacked(xlsx(("a",)), "xl/worksheets/sheet1.xml", far_away)
        self.assertEqual(self._code(content), "empty")


class TestWrite(unittest.TestCase):
    def test_formulas(self):
        rows = [["=1+1", "+49", "-1", "@x", "\tx", "a@b.c", 'x"y']]
        content = tables.write_csv(rows)
        self.assertEqual(
            content.decode("utf-8-sig"),
            "'=1+1,'+49,'-1,'@x,'\tx,a@b.c,\"x\"\"y\"\r\n",
        )


class TestColumns(unittest.TestCase):
    def test_titles(self):
        self.assertEqual(
            contact_columns.guess(
                ["E-Mail", "Vorname", "Nachname", "Société", "Land", "Shoe size"], []
            ),
            ["email", "first_name", "last_name", "company_name", "country_id", None],
        )

    def test_once(self):
        self.assertEqual(contact_columns.guess(["Mail", "E-mail"], []), ["email", None])

    def test_cells(self):
        self.assertEqual(
            contact_columns.guess(["A", "B"], [["x", "a@x.org"], ["y", "b@x.org"]]),
            [None, "email"],
        )
