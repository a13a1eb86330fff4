"""Reading a contact list as people have them: any delimiter, encoding and heading."""

import codecs
import csv
import io
import re
from pathlib import Path

from .console import CommandError

DELIMITERS = ",;\t|"

# What a column may be called, in lower case and without punctuation.
HEADINGS = {
    "email": "email mail emailaddress mailaddress address emailadresse mailadresse "
    "courriel adresseemail adressemail correo correoelectronico indirizzoemail "
    "adresemail",
    "name": "name fullname contact contactname displayname kontakt ansprechpartner "
    "nom nomcomplet nombre nome nazwa naam",
    "first_name": "firstname givenname forename vorname prenom imie voornaam",
    "last_name": "lastname surname familyname nachname familienname apellido apellidos "
    "cognome nazwisko achternaam nomdefamille",
    "company": "company companyname organisation organization firma unternehmen "
    "societe entreprise empresa azienda bedrijf",
    "country": "country countrycode land pays pais paese kraj",
    "language": "language lang locale sprache langue idioma lingua jezyk taal",
    "lists": "lists list mailinglists mailinglist",
    "opted_out": "optedoutof optedout optout unsubscribed unsubscribedfrom",
    "blocked": "donotcontact donotmail blacklisted blacklist blocked",
    "tags": "tags tag categories category",
}
FIELDS = {word: field for field, words in HEADINGS.items() for word in words.split()}
PLAIN = str.maketrans("éèáóęàç", "eeaoeac", " -_./")
WORD = r"[^\s@<>,;().]+"
ADDRESS = re.compile(rf"{WORD}(\.{WORD})*@{WORD}(\.{WORD})+")
NAME_AND_ADDRESS = re.compile(r".*<([^<>]*)>", re.DOTALL)


def read_contacts(path: Path) -> list[dict[str, str]]:
    """Return the file's rows as dictionaries with the keys of ``HEADINGS``."""
    rows = _rows(path)
    columns = [FIELDS.get(_plain(cell), "") for cell in rows[0]]
    if "email" not in columns:
        columns = _guess_columns(columns, rows, path)
    if "@" not in rows[0][columns.index("email")]:
        rows = rows[1:]
    if not rows:
        raise CommandError(f"{path} has headings, but no contacts.")
    return [_contact(columns, row) for row in rows]


def plain_address(cell: str) -> str:
    """Return the one address in a cell, in lower case, or nothing if there is none."""
    inner = NAME_AND_ADDRESS.fullmatch(cell.strip())
    address = (inner[1] if inner else cell).strip().lower()
    return address if ADDRESS.fullmatch(address) else ""


def _rows(path: Path) -> list[list[str]]:
    """Return the file's rows that hold anything, all of one length."""
    text = _decode(path)
    try:
        lines = io.StringIO(text, newline="")
        rows = list(csv.reader(lines, delimiter=_delimiter(text)))
    except csv.Error as error:
        raise CommandError(f"{path} cannot be read as CSV: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise CommandError(f"{path} is empty.")
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _decode(path: Path) -> str:
    """Return the file's text."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    if raw.startswith(b"PK\x03\x04"):
        raise CommandError(f"{path} is a spreadsheet; save it as CSV and try again.")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in raw[:200]:
        encodings = ["utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(f"{path} is not a text file.")


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first row into the most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def columns(delimiter: str) -> int:
        return len(next(csv.reader([first], delimiter=delimiter), []))

    return max(DELIMITERS, key=columns)


def _plain(heading: str) -> str:
    """Return a heading without accents, blanks and punctuation."""
    return heading.strip().lower().translate(PLAIN)


def _guess_columns(columns: list[str], rows: list[list[str]], path: Path) -> list[str]:
    """Find the column of addresses by its content, and names in the first other one."""
    signs = [sum("@" in row[number] for row in rows) for number in range(len(columns))]
    if not any(signs):
        raise CommandError(f"{path} has no column with e-mail addresses.")
    columns[signs.index(max(signs))] = "email"
    if columns.count("") == len(columns) - 1 and "" in columns:
        columns[columns.index("")] = "name"
    return columns


def _contact(columns: list[str], row: list[str]) -> dict[str, str]:
    """Return one row by field; the address stays exactly as it was typed."""
    contact = dict.fromkeys(HEADINGS, "")
    for column, cell in zip(columns, row, strict=True):
        if column and not contact[column].strip():
            contact[column] = cell if column == "email" else cell.strip()
    # Beside a first name, "Name" is the last one.
    if contact["first_name"] or contact["last_name"]:
        last = contact["last_name"] or contact["name"]
        contact["name"] = f"{contact['first_name']} {last}".strip()
    return contact
