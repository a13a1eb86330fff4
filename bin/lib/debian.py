"""Odoo 19 out of its Debian package, unpacked into a folder without any installation.

The package lives in Debian's suite sid; its fonts and JavaScript libraries are links
to files of other packages, which are unpacked beside it from a stable suite (sid's Font
Awesome is another generation). A private apt configuration downloads them: it takes the
mirror and its key from the machine's own sources and leaves the machine alone.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import CommandError, run, say

DIST_PACKAGES = "usr/lib/python3/dist-packages"
ODOO = "odoo-19"
ODOO_SUITE = "sid"
LINKED_SUITE = "trixie"
LINKED = (
    "fonts-dejavu-core",
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "gsfonts",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
RELEASES = {
    *("bookworm", "trixie", "forky", "duke", "sid"),
    *("stable", "testing", "unstable", "oldstable"),
}
# The package leaves this file out, and its own asset bundle asks for it all the same.
LEFT_OUT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
NO_MIRROR = (
    "this machine has no Debian mirror to take Odoo 19 from; "
    "set ODOO_HOME to a folder that holds Odoo 19's source."
)


@dataclass(frozen=True)
class Mirror:
    """A Debian mirror as apt knows it: its address and what its key is checked with."""

    uri: str
    signed_by: str


def find_mirror(etc: Path = Path("/etc/apt")) -> Mirror:
    """Return the mirror that the machine's own apt sources name."""
    parts = etc / "sources.list.d"
    for source in sorted(parts.glob("*.sources")):
        for paragraph in re.split(r"\n\s*\n", source.read_text()):
            if mirror := _mirror_of_paragraph(paragraph):
                return mirror
    for source in [etc / "sources.list", *sorted(parts.glob("*.list"))]:
        for line in source.read_text().splitlines() if source.exists() else ():
            if mirror := _mirror_of_line(line):
                return mirror
    raise CommandError(NO_MIRROR)


def _mirror_of_paragraph(paragraph: str) -> Mirror | None:
    """Read one paragraph of a deb822 ``.sources`` file."""
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = fields.get(name, "") + "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.lower()
            fields[name] = value.strip()
    usable = (
        "deb" in fields.get("types", "").split()
        and fields.get("enabled", "yes") != "no"
        and RELEASES.intersection(fields.get("suites", "").split())
    )
    uris = fields.get("uris", "").split()
    if not usable or not uris:
        return None
    return Mirror(uris[0], fields.get("signed-by", KEYRING))


def _mirror_of_line(line: str) -> Mirror | None:
    """Read one line of a classic ``sources.list``."""
    found = re.match(
        r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)", line
    )
    if not found or found["suite"] not in RELEASES:
        return None
    options = dict(
        option.split("=", 1)
        for option in (found["options"] or "").split()
        if "=" in option
    )
    return Mirror(found["uri"], options.get("signed-by", KEYRING))


class PrivateApt:
    """apt with its whole state in one folder: needs no root and changes no system."""

    def __init__(self, folder: Path, mirror: Mirror):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        sources = folder / "debian.sources"
        sources.write_text(
            f"Types: deb\nURIs: {mirror.uri}\nSuites: {ODOO_SUITE} {LINKED_SUITE}\n"
            f"Components: main\nSigned-By: {mirror.signed_by}\n"
        )
        settings = {
            "Dir::Etc::SourceList": sources,
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": folder,
            "Dir::State::Lists": folder / "lists",
            "Dir::State::Status": folder / "status",
            "Dir::Cache": folder / "cache",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
        }
        self.options = [
            word for item in settings.items() for word in ("-o", f"{item[0]}={item[1]}")
        ]

    def update(self) -> None:
        """Fetch the lists of packages."""
        run(
            ["apt-get", *self.options, "-q", "update"],
            failure="Debian's package lists could not be downloaded; try again.",
        )

    def size(self, package: str) -> int:
        """Return the size of a package in megabytes."""
        text = run(
            ["apt-cache", *self.options, "show", "--no-all-versions", package],
            failure=f"Debian's {ODOO_SUITE} has no package {package} now. {NO_MIRROR}",
        )
        return round(int(re.search(r"^Size: (\d+)$", text, re.M)[1]) / 1e6)

    def download(self, folder: Path, *packages: str) -> list[Path]:
        """Download packages into a folder and return their files."""
        folder.mkdir()
        run(
            ["apt-get", *self.options, "-q", "download", *packages],
            failure="the packages of Odoo 19 could not be downloaded; try again.",
            cwd=folder,
        )
        return sorted(folder.glob("*.deb"))


def unpack_odoo(target: Path) -> None:
    """Download Odoo 19 and unpack it into ``target``, which appears only when whole."""
    for program in ("apt-get", "apt-cache", "dpkg"):
        if not shutil.which(program):
            raise CommandError(NO_MIRROR)
    work = target.with_name(target.name + ".new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    say("Odoo 19: reading Debian's package lists")
    apt = PrivateApt(work / "apt", find_mirror())
    apt.update()
    say(f"Odoo 19: downloading ({apt.size(ODOO)} MB)")
    linked = [f"{package}/{LINKED_SUITE}" for package in LINKED]
    packages = apt.download(work / "packages", f"{ODOO}/{ODOO_SUITE}", *linked)
    say("Odoo 19: unpacking")
    for package in packages:
        run(
            ["dpkg", "-x", str(package), str(work / "root")],
            failure=f"{package.name} could not be unpacked.",
        )
    _fill_gap(work / "root" / DIST_PACKAGES / "odoo" / LEFT_OUT)
    _report_dangling_links(work / "root")
    shutil.rmtree(target, ignore_errors=True)
    (work / "root").rename(target)
    shutil.rmtree(work)


def _fill_gap(script: Path) -> None:
    """Write an empty script where the missing one makes every page log an error."""
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Not in Debian's package; only blurs a video call.\n")


def _report_dangling_links(root: Path) -> None:
    """Name the links that lead nowhere: a font or a library is missing then."""
    found = subprocess.run(
        ["find", str(root / DIST_PACKAGES), "-xtype", "l", "-printf", "%f "],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    if found:
        say(f"Odoo 19: these files are missing in Debian's packages: {found.strip()}")
