"""Response: what people and programs put under a mail: farewell, name, address."""

import re

from .farewells import (
    CLOSERS,
    DEVICES,
    MOBILE_LINES,
    POSTSCRIPTS,
    SENT_FROM,
    THANKS,
)
from .sheet import MOBILE_LINE, SIGNATURE, Sheet

_DELIMITER = re.compile(r"(?:-- ?|—|––|--+|__+|==+|\*\*+|~~+|-\*-|\.{5,})$")
_WORD = re.compile(r"[^\W\d_]+(?:\.?[-'’.][^\W\d_]+)*\.?")
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "zu",
        "zur",
        "und",
        "y",
        "e",
        "&",
        "ter",
        "ten",
        "te",
        "af",
        "av",
    ]
)
# Words that begin with a capital and are no names, when they are all of an answer.
_ANSWERS = frozenset(
    [
        "yes",
        "no",
        "ok",
        "okay",
        "sure",
        "great",
        "perfect",
        "thanks",
        "thank",
        "done",
        "agreed",
        "noted",
        "interested",
        "nope",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "tomorrow",
        "today",
        "unsubscribe",
        "stop",
        "remove",
        "please",
        "maybe",
        "later",
        "approved",
        "confirmed",
        "received",
        "understood",
        "fine",
        "good",
        "hi",
        "ja",
        "nein",
        "gerne",
        "danke",
        "perfekt",
        "super",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "morgen",
        "heute",
        "vielleicht",
        "später",
        "erledigt",
        "einverstanden",
        "verstanden",
        "abmelden",
        "oui",
        "non",
        "merci",
        "parfait",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "demain",
        "bonjour",
        "stopp",
        "hallo",
        "hello",
        "dear",
        "hola",
        "sí",
        "si",
        "gracias",
        "perfecto",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "mañana",
        "vale",
        "claro",
        "bueno",
        "nada",
        "never",
        "none",
        "price",
        "pricing",
        "demo",
        "call",
        "meeting",
        "tell",
        "send",
        "yep",
        "yeah",
        "nah",
        "cool",
        "awesome",
        "nice",
        "sounds",
        "looks",
    ]
)
_CONTACT = re.compile(
    r"(?:\+|\b00)\d[\d ()./-]{6,}"  # an international number
    r"|\(?\b0\d{1,4}\)?[ ./-]?\d[\d ./-]{4,}"  # a national one
    r"|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b|\(\d{3}\) ?\d{3}-\d{4}"
    r"|\b(?:\d{2}[ .]){4}\d{2}\b"
    r"|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}"
    r"|\bwww\.|https?://|\b[\w-]{2,40}\.(?:com|de|fr|es|co\.uk|org|net|eu|io|example)\b"
    r"|^\W*(?:tel|phone|mob|mobile|cell|fax|fon|telefon|tél|téléphone|móvil|teléfono"
    r"|t|m|f|e|w|p|d|direct|office|email|e-mail|mail|web|skype|linkedin|twitter|handy"
    r"|mobil|durchwahl|zentrale|ext|whatsapp|dir|std)\b\.? ?[:.|+(]",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|e\.V|mbH|Ltd|Limited|LLC|LLP|PLC|Inc|Corp|S\.?A\.?S?|SARL|S\.?L"
    r"|B\.?V|N\.?V|S\.?p\.?A|S\.?r\.?l|Oy|AB|ApS|A/S|AS|SE|Pty|Group|Company|& Co)\b"
)
_STREET = re.compile(
    r"\b\d{4,5} [A-ZÀ-Ý]|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
    r"|\b(?:street|st\.|road|rd\.|avenue|ave\.|lane|suite|floor|str\.|straße|strasse"
    r"|platz|allee|weg|rue|boulevard|bd|calle|c/|avda|plaza|via|straat|laan|po box"
    r"|postfach|bp)\b",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"(?:\[(?:cid|image|logo|signature|bild|photo|https?)[^\]]*\]|<image\d*\.\w+>|\s)+$",
    re.IGNORECASE,
)
# "Chayo (reception)", "Christelle, agence de Huy"
_NAME_AND_PLACE = re.compile(r"([^(,]{2,30})(?: \([^()]{2,40}\)|, [^,.!?]{3,40})")
# "Grüße aus Uelzen", "Greetings from sunny Leeds"
_FROM_PLACE = re.compile(r" (?:aus|from|de|depuis|desde|vom|von) [^.!?]{2,30}$")
_PRONOUNS = re.compile(r"\(?[^\W\d_]{2,6}(?: ?/ ?[^\W\d_]{2,6}){1,2}\)?")
_IN_BRACKETS = re.compile(r"\([^()]{2,20}\)\s*$")
_INITIAL = re.compile(r" [^\W\d_]\.$")
_NO_PROSE = frozenset("|•·/,&")
_LONGEST_LINE = 90
_LONGEST_SIGNATURE = 30


def mark_pictures(sheet: Sheet) -> None:
    """Cut lines that only stand for a picture."""
    for index in sheet.kept():
        line = sheet.lines[index]
        if line[0] in "[<" and _PICTURE.match(line):
            sheet.cut(index, index + 1, SIGNATURE)


def mark_mobile_lines(sheet: Sheet) -> None:
    """Cut "Sent from my iPhone" in all its forms."""
    for number, index in enumerate(sheet.kept()):
        line = sheet.lines[index]
        if len(line) <= 160 and is_mobile_line(line, first=not number):
            sheet.cut(index, index + 1, MOBILE_LINE)


def is_mobile_line(line: str, first: bool = False) -> bool:
    """Return whether a program wrote ``line`` to tell what it is."""
    lower = line.lower().strip(" \t-–—*_.,!()[]<>/|~")
    if lower in MOBILE_LINES:
        return not first
    words = len(lower.split())
    if words > 18 or (words > 9 and first):
        return False
    begin = lower[:48]
    if not any(
        begin.startswith(word) or (word in begin and ord(word[0]) > 0x2E80)
        for word in SENT_FROM
    ):
        return False
    return any(_has_word(lower, device) for device in DEVICES)


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if (at == 0 or not text[at - 1].isalpha()) and (
            end == len(text) or not text[end].isalpha() or ord(word[0]) > 0x2E80
        ):
            return True
        at = text.find(word, end)
    return False


def mark_signatures(sheet: Sheet) -> None:
    """Cut the signature at the end of each stretch of the author's lines.

    The first line of a mail is never a signature: whatever it is, it is what the
    author had to say.
    """
    segments = sheet.segments()
    for number, segment in enumerate(segments):
        first = number == 0
        last = number == len(segments) - 1
        start = _signature_start(sheet.lines, segment, first)
        if start < len(segment):
            start = _with_names(sheet.lines, segment, start, first)
            _cut(sheet, segment[start:])
        elif last and len(segment) > 1 and _is_lone_name(sheet, segment):
            sheet.cut(segment[-1], segment[-1] + 1, SIGNATURE)


def _cut(sheet: Sheet, indexes: list[int]) -> None:
    """Cut the lines, but for a postscript."""
    keep = False
    for number, index in enumerate(indexes):
        line = sheet.lines[index]
        if number and line.lower().startswith(POSTSCRIPTS) and len(line) > 6:
            keep = True
        elif keep and not sheet.lines[index - 1]:
            keep = False
        if not keep:
            sheet.cut(index, index + 1, SIGNATURE)


def _signature_start(lines: list[str], segment: list[int], first: bool) -> int:
    """Return from which of the segment's lines on all is signature."""
    size = len(segment)
    for number, index in enumerate(segment):
        line = lines[index]
        if _DELIMITER.match(line) and _may_follow_delimiter(
            lines, segment[number + 1 :], line
        ):
            return number
        if number == 0 and first:
            continue
        if size - number <= _LONGEST_SIGNATURE and _closes(lines, segment, number):
            return number
    start = _contact_start(lines, segment, first)
    return start if start < size else _name_block(lines, segment, first)


def _name_block(lines: list[str], segment: list[int], first: bool) -> int:
    """Return where a name at the end begins that has a post or a company under it."""
    size = len(segment)
    for number in range(size - 2, max(size - 5, 0 if first else -1), -1):
        index = segment[number]
        line = lines[index]
        if not _is_signature_line(lines[segment[number + 1]]):
            break
        if not number or not lines[index - 1]:
            above = lines[segment[number - 1]] if number else ""
            is_signed = _is_full_name(line) and not above.endswith((":", ","))
            return number if is_signed else size
    return size


def _is_full_name(line: str) -> bool:
    """Return whether the line is a first and a last name, and no heading or answer."""
    name = _IN_BRACKETS.sub("", line.partition("|")[0])
    return _is_name(name) and len(name.split()) > 1 and line[-1] not in "?!:;"


def _may_follow_delimiter(lines: list[str], rest: list[int], delimiter: str) -> bool:
    if len(rest) > _LONGEST_SIGNATURE:
        return False
    if delimiter.rstrip() in ("--", "—"):
        return True
    return not any(_is_prose(lines[index]) for index in rest[:4])


# ----------------------------------------------------------------------
# Farewells
# ----------------------------------------------------------------------


def _closes(lines: list[str], segment: list[int], number: int) -> bool:
    """Return whether the segment's line is a farewell, and only a signature follows."""
    line = lines[segment[number]]
    if len(line) > _LONGEST_LINE:
        return False
    strength, name = _farewell(line)
    if not strength:
        return False
    rest = [lines[index] for index in segment[number + 1 :]]
    prose = [i for i, text in enumerate(rest) if _is_prose(text)]
    if strength == 2:
        return not prose or (prose[0] > 0 and _is_name(rest[0]))
    if prose and not rest[prose[0]].lower().startswith(POSTSCRIPTS):
        return False
    if rest:
        return bool(name) or line.endswith(",") or _looks_signed(rest)
    return line.endswith(",") or (bool(name) and line.rstrip()[-1] not in ".!?")


def _looks_signed(rest: list[str]) -> bool:
    return _is_name(rest[0]) or any(_CONTACT.search(text) for text in rest)


def _farewell(line: str) -> tuple[int, str]:
    """Return how surely the line is a farewell (2, 1, 0), and the name it ends with."""
    bare = line.strip(" \t-–—*_~>/|")
    key = _key(bare)
    if key in CLOSERS or _FROM_PLACE.sub("", key) in CLOSERS:
        return 2, ""
    if " / " in bare and all(_key(one) in CLOSERS for one in bare.split(" / ")):
        return 2, ""
    if key in THANKS:
        return 1, ""
    words = bare.split()
    for count in range(min(6, len(words) - 1), 0, -1):
        key = _key(" ".join(words[:count]))
        strength = 2 if key in CLOSERS else 1 if key in THANKS else 0
        if not strength:
            continue
        rest = " ".join(words[count:])
        lead = words[count - 1]
        if _key(rest) in CLOSERS:
            return 2, ""
        if _is_name(rest) and (lead[-1] in ",.!;:–-" or len(words) - count <= 3):
            return strength, rest
        return 0, ""
    return 0, ""


def _key(text: str) -> str:
    return text.strip(" ,.!;:)-–—*_😊🙂😀👍").lower().replace("’", "'").replace(",", "")


def _is_name(line: str) -> bool:
    """Return whether the line can be nothing but a person's name."""
    bare = line.strip(" \t-–—*_~/|,.()<>")
    words = bare.split()
    if not words or len(words) > 5 or len(bare) > 45:
        return False
    if words[0].lower().strip(",.") in _ANSWERS:
        return False
    for word in words:
        if word.lower() in _PARTICLES:
            continue
        if (
            not _WORD.fullmatch(word.strip('",()'))
            or not word.strip('"(')[:1].isupper()
        ):
            return (
                len(words) == 1
                and word.isalpha()
                and len(word) <= 12
                and (word.islower() and line.strip(" ") == word)
            )
    return True


def _is_prose(line: str) -> bool:
    """Return whether the line reads like a sentence."""
    words = line.split()
    if len(words) < 4 or _CONTACT.search(line):
        return False
    if len(words) > 14:
        return True
    if any(sign in _NO_PROSE for sign in line if sign != ",") and len(words) < 12:
        return False
    lower = sum(word[:1].islower() and word not in _PARTICLES for word in words)
    if line[-1] in ".?!" and lower >= 2:
        return True
    return lower >= 4 and lower * 2 > len(words)


# ----------------------------------------------------------------------
# Signatures without a farewell
# ----------------------------------------------------------------------


def _contact_start(lines: list[str], segment: list[int], first: bool) -> int:
    """Return where the lines with telephone, address and company at the end begin."""
    size = len(segment)
    start, contacts = size, 0
    for number in range(size - 1, 0 if first else -1, -1):
        line = lines[segment[number]]
        if size - number > _LONGEST_SIGNATURE or not _is_signature_line(line):
            break
        contacts += bool(_CONTACT.search(line) or _COMPANY.search(line))
        start = number
    while start < size and contacts and not _begins(lines, segment, start):
        start += 1
    if not contacts or start >= size:
        return size
    if start and lines[segment[start - 1]].rstrip().endswith(":"):
        return size  # "Please write to:" and an address
    block = [lines[index] for index in segment[start:]]
    if not any(_CONTACT.search(line) or _COMPANY.search(line) for line in block):
        return size
    if len(block) == 1 and _CONTACT.search(block[0]) and not _is_dense(block[0]):
        return size
    return start


def _begins(lines: list[str], segment: list[int], number: int) -> bool:
    """Return whether a signature can begin here: after a gap, or with a name."""
    index = segment[number]
    return number == 0 or not lines[index - 1] or _is_name(lines[index])


def _is_dense(line: str) -> bool:
    """Return whether a line is all telephone, address and separators."""
    return len(_CONTACT.findall(line)) > 1 or "|" in line or "•" in line


def _is_signature_line(line: str) -> bool:
    if len(line) > 160 or line.endswith(("?", "!")):
        return False
    if _is_prose(line):
        return False
    if _CONTACT.search(line):
        words = line.split()
        is_sentence = line[-1] == "." and sum(word.islower() for word in words) > 3
        return len(words) < 14 and not is_sentence
    if _DELIMITER.match(line) or _is_name(line) or _PRONOUNS.fullmatch(line):
        return True
    if line.endswith((".", ":")) and not _COMPANY.search(line):
        return False
    words = line.split()
    capitals = sum(not word[:1].islower() or word in _PARTICLES for word in words)
    if words[0].lower().strip(",.!") in _ANSWERS:
        return False
    return len(words) <= 10 and (
        capitals * 2 > len(words) if len(words) > 1 else line[:1].isupper()
    )


def _with_names(lines: list[str], segment: list[int], start: int, first: bool) -> int:
    """Return ``start``, or the line of the name or the thanks above it."""
    floor = 1 if first else 0
    for _count in range(2):
        above = start - 1
        if above < floor:
            break
        line = lines[segment[above]]
        strength, _name = _farewell(line)
        if not strength and not (_is_name(line) and line.strip()[-1] not in "?!."):
            break
        if strength == 1 and not line.rstrip().endswith(",") and line[-1] in ".!":
            break
        start = above
    return start


def _is_lone_name(sheet: Sheet, segment: list[int]) -> bool:
    """Return whether the last line is the author's name: "Anna", "- Anna", "/A."."""
    index = segment[-1]
    line = sheet.lines[index].strip()
    if line[-1] in "?!" or len(line) > 40:
        return False
    marked = (
        line[0] in "-–—/~*"
        and not line.startswith(("- ", "* "))
        or (line.startswith(("- ", "– ", "— ", "/ ", "~ ")) and len(line.split()) <= 4)
    )
    before = sheet.lines[index - 1]
    if before and not marked:
        return False
    above = sheet.lines[segment[-2]]
    if above.rstrip().endswith((":", ",")) and len(segment) == 2 and not marked:
        return False
    if line.endswith(".") and len(line) > 3 and not _INITIAL.search(line):
        return False
    with_place = _NAME_AND_PLACE.fullmatch(line)
    return _is_name(with_place[1] if with_place and not before else line)
