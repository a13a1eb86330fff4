"""Response: finds the persons that a reply names as the ones to write to.

"Please contact Anna Berg (anna.berg@example.com, +49 30 1234)". Who has an address is
believed; a name alone needs words around it that refer to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from .addresses import is_role

_LONGEST_TEXT = 20_000
_MOST = 5

_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?![\w-])",
    re.I,
)
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d ()/.-]{6,18}\d(?!\w)")
# Begins with a capital, as far as Latin letters have small ones.
_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]{1,30}"
_FULL_NAME = rf"(?:{_NAME}\.?[ \t]+){{0,2}}{_NAME}"
_TITLES = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Frau|Herrn?|Mme|Monsieur|Madame|M|Sra?|Señora?|Don|"
    r"Doña)\.?[ \t]+)*"
)
_CUES = (
    r"(?i:contact|reach out to|speak (?:to|with)|talk to|get in touch with|write to|"
    r"e-?mail|ask for|my colleague|colleague|successor(?: is)?|replaced by|"
    r"taken over by|responsible is|in charge is|hand(?:ed)? over to|copied in|cc'?ing|"
    r"an|bei|mit|meine?r? kolleg(?:e|en|in)|kolleg(?:e|en|in)|zuständig ist(?: jetzt)?|"
    r"ansprechpartner(?:in)?(?: ist)?|nachfolger(?:in)?(?: ist)?|vertreten durch|"
    r"contactez|contacter|joindre|voir avec|adressez-vous à|"
    r"(?:ma|mon|notre) collègue|remplacée? par|"
    r"contacte con|contactar (?:a|con)|hable con|escriba a|diríjase a|"
    r"(?:mi|nuestr[oa]) (?:compañer[oa]|colega)|sustituid[oa] por)"
)
# "an" and the like are too common to name a person on their own: a title must follow.
_WEAK = frozenset(("an", "bei", "mit", "email", "e-mail", "ask for"))
_NAMED = re.compile(
    rf"\b(?P<cue>{_CUES})[\s:,]{{1,3}}(?P<title>{_TITLES})(?P<name>{_FULL_NAME})"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOT_NAMES = _words(
    "me us you him her them the our my your this that who if for and or at on in to "
    "with about directly instead please sales support marketing purchasing it hr "
    "mich uns sie ihn ihr die der das den dem unser mein oder und für bitte direkt "
    "moi nous vous lui le la les notre mon ma pour et ou "
    "mí nosotros usted él ella el los nuestro mi para y o"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A person as far as the text tells."""

    name: str = ""
    address: str = ""
    phone: str = ""


def find(text: str, known: Collection[str] = ()) -> list[Named]:
    """Return the persons that a text names, those with an address first.

    :param known: addresses that are nobody new: the writer's and our own.
    """
    text = (text or "")[:_LONGEST_TEXT]
    known = {address.lower() for address in known}
    found: list[Named] = []
    names = _names(text)
    for match in _ADDRESS.finditer(text):
        address = match[0].lower().strip(".'-")
        if address in known or any(one.address == address for one in found):
            continue
        name = _name_near(names, match.start()) or _name_of(address)
        found.append(Named(name, address, _phone_near(text, match.end())))
        if len(found) == _MOST:
            return found
    taken = {one.name for one in found}
    for _place, end, name in names:
        if name not in taken and len(found) < _MOST:
            taken.add(name)
            found.append(Named(name, "", _phone_near(text, end)))
    return found


def _names(text: str) -> list[tuple[int, int, str]]:
    """Return the names that words about persons lead to, with their places."""
    names = []
    for match in _NAMED.finditer(text):
        words = _leading_capitals(match["name"])
        is_weak = match["cue"].lower() in _WEAK
        if words and (match["title"] or (len(words) > 1 and not is_weak)):
            names.append((match.start("name"), match.end("name"), " ".join(words)))
        elif words and not is_weak and words[0].lower() not in _NOT_NAMES:
            names.append((match.start("name"), match.end("name"), words[0]))
    return names


def _leading_capitals(phrase: str) -> list[str]:
    words = []
    for word in phrase.split():
        if not word[0].isupper() or word.lower().strip(".") in _NOT_NAMES:
            break
        words.append(word.strip("."))
    return words


def _name_near(names: list[tuple[int, int, str]], place: int) -> str:
    """Return the name that stands shortly before an address."""
    near = [name for _start, end, name in names if 0 <= place - end <= 80]
    return near[-1] if near else ""


def _name_of(address: str) -> str:
    """Return the name that an address spells: "anna.berg" does, "info" does not."""
    local = address.partition("@")[0].partition("+")[0]
    words = [word for word in re.split(r"[._-]", local) if word]
    is_name = len(words) > 1 and all(len(w) > 1 and w.isalpha() for w in words)
    if not is_name or is_role(address):
        return ""
    return " ".join(word.capitalize() for word in words[:3])


def _phone_near(text: str, place: int) -> str:
    match = _PHONE.search(text, place, place + 80)
    digits = sum(sign.isdigit() for sign in match[0]) if match else 0
    return match[0].strip() if 7 <= digits <= 15 else ""
