"""Writing a contact list into Odoo's mailing lists. Runs inside Odoo."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from babel import Locale

from .contact_file import plain_address

BATCH = 500
SEPARATORS = str.maketrans("|", ";")
NO_NAMES = {"", "-", "n/a", "na", "none", "null", "unknown"}
COUNTRY_NAMES_IN = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pl",
    "nl",
    "sv",
    "cs",
    "ga",
)


class ContactImport:
    """One import of rows as ``mailing.contact`` records, and its report.

    Addresses are kept as they were typed: the sending engine decides what can be
    mailed, and says of every other one why not.
    """

    def __init__(self, env, default_list, only_default_list: bool = False):
        self.env = env
        self.default_list = default_list
        self.only_default_list = only_default_list
        self.report: Counter[str] = Counter()
        self.seen: set[str] = set()

    def run(self, rows: list[dict], progress: Callable[[int, int], None]) -> dict:
        """Write all rows, a commit per batch, and return the report."""
        contacts = self.env["mailing.contact"].with_context(tracking_disable=True)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            contacts.create([self._values(row) for row in batch])
            self._block(row["email"] for row in batch if _is_yes(row["blocked"]))
            self.env.cr.commit()
            progress(start + len(batch), len(rows))
        return dict(self.report)

    def _values(self, row: dict) -> dict:
        """Return the values of one contact."""
        self._count(row)
        name = "" if row["name"].lower() in NO_NAMES else row["name"]
        tags = [*_names(row["tags"]), self._language_tag(row["language"])]
        return {
            "name": name,
            "email": row["email"],
            "company_name": row["company"],
            "country_id": self._country(row["country"]),
            "tag_ids": [(6, 0, [self._tag(tag) for tag in tags if tag])],
            "subscription_ids": [(0, 0, values) for values in self._subscriptions(row)],
        }

    def _count(self, row: dict) -> None:
        """Add one row to the report."""
        self.report["contacts"] += 1
        address = plain_address(row["email"])
        self.report["without a name"] += row["name"].lower() in NO_NAMES
        if not row["email"].strip():
            self.report["without an address"] += 1
        elif not address:
            self.report["with a wrong address"] += 1
        else:
            self.report["with an address seen before"] += address in self.seen
            self.seen.add(address)
        self.report["opted out of a list"] += bool(row["opted_out"])
        self.report["never to be mailed"] += _is_yes(row["blocked"])

    # ------------------------------------------------------------
    # LISTS
    # ------------------------------------------------------------

    def _subscriptions(self, row: dict) -> Iterator[dict]:
        """Yield the contact's lists, each with its own opt-out."""
        lists = self.default_list
        if not self.only_default_list:
            names = _names(row["lists"])
            found = [self._lists[name] for name in names if name in self._lists]
            lists = found[0].union(*found) if found else lists
        opted_out = _names(row["opted_out"])
        for mailing_list in lists:
            out = mailing_list.name in opted_out or _is_yes(row["opted_out"])
            yield {"list_id": mailing_list.id, "opt_out": out}

    @cached_property
    def _lists(self) -> dict:
        lists = self.env["mailing.list"].search([], limit=1000)
        return {mailing_list.name: mailing_list for mailing_list in lists}

    def _block(self, addresses: Iterable[str]) -> None:
        """Put addresses on Odoo's blacklist."""
        for address in filter(None, map(plain_address, addresses)):
            self.env["mail.blacklist"]._add(address)

    # ------------------------------------------------------------
    # COUNTRIES, TAGS
    # ------------------------------------------------------------

    def _country(self, name: str) -> int | bool:
        """Return the country of an ISO code, or of a name in one of many languages."""
        country = self._countries.get(name.lower(), False)
        self.report["with a country nobody knows"] += bool(name and not country)
        return country

    @cached_property
    def _countries(self) -> dict[str, int]:
        records = self.env["res.country"].search([], limit=1000)
        countries = {country.code: country.id for country in records}
        known = {code.lower(): id_ for code, id_ in countries.items() if code}
        known["uk"] = countries["GB"]
        for language in COUNTRY_NAMES_IN:
            for code, name in Locale(language).territories.items():
                if code in countries:
                    known.setdefault(name.lower(), countries[code])
        return {**known, "czech republic": countries["CZ"]}

    def _tag(self, name: str) -> int:
        """Return the tag of a name, made when there is none."""
        if name not in self._tags:
            tag = self.env["res.partner.category"].create({"name": name})
            self._tags[name] = tag.id
        return self._tags[name]

    @cached_property
    def _tags(self) -> dict[str, int]:
        tags = self.env["res.partner.category"].search([], limit=10000)
        return {tag.name: tag.id for tag in tags}

    def _language_tag(self, code: str) -> str:
        """Return the name of the language tag of a code such as ``de``."""
        code = code.lower()[:2]
        return f"Language: {code}" if code.isalpha() else ""


def _names(cell: str) -> list[str]:
    """Return the names in a cell, cut at ``;`` or ``|``."""
    return [
        name.strip() for name in cell.translate(SEPARATORS).split(";") if name.strip()
    ]


def _is_yes(cell: str) -> bool:
    """Tell whether a cell says yes."""
    return cell.lower() in {
        "yes",
        "y",
        "true",
        "1",
        "x",
        "ja",
        "oui",
        "sí",
        "si",
        "tak",
    }
