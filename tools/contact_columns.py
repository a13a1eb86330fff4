"""Campaign: what the columns of a list of contacts probably hold."""

import re
import unicodedata
from collections.abc import Sequence

_WORDS = {
    "email": "email mail emailaddress mailaddress emailadresse mailadresse"
    " adresseemail adressemail courriel correo correoelectronico indirizzoemail eposta",
    "first_name": "firstname givenname forename vorname prenom nombre nome voornaam",
    "last_name": "lastname surname familyname nachname familienname nomdefamille"
    " apellido apellidos cognome achternaam",
    "name": "name fullname contact contactname kontakt nom nomcomplet nombrecompleto"
    " nomecompleto naam",
    "company_name": "company companyname organization organisation firma unternehmen"
    " societe entreprise empresa azienda bedrijf",
    "country_id": "country countrycode land pays pais paese",
    "tag_ids": "tags tag categories category schlagworte etiquettes etiquetas",
}
_MEANING = {word: field for field, words in _WORDS.items() for word in words.split()}


def guess(header: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str | None]:
    """Return for each column the contact's field it holds, or None. None comes twice.

    A column of addresses is known by its cells if its title does not tell.

    :param samples: some lines after the first.
    """
    fields: list[str | None] = []
    for title in header:
        meant = _MEANING.get(_plain(title))
        fields.append(meant if meant not in fields else None)
    if "email" not in fields:
        for column in range(len(header)):
            cells = [row[column] for row in samples if len(row) > column]
            if cells and sum("@" in cell for cell in cells) * 2 > len(cells):
                fields[column] = "email"
                break
    return fields


def _plain(title: str) -> str:
    """Return the letters of a title: ``E-Mail address`` and ``email_address`` alike."""
    letters = unicodedata.normalize("NFKD", title.casefold())
    return re.sub(r"[^a-z]", "", letters)
