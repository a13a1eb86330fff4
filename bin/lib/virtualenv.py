"""Python environments in the cache, one for each set of pinned packages."""

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

from .console import CommandError, run, say
from .system import find_program, install, is_root

SUPPORTED = [(3, minor) for minor in (10, 11, 12, 13)]

# Published as source only; all are plain Python, so that no compiler is needed.
FROM_SOURCE = ("docopt", "ofxparse")


def fingerprint(*parts: str) -> str:
    """Return a short name for some text: the same text gives the same name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def find_python() -> tuple[str, str]:
    """Return a Python that Odoo 19 supports, and its version."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable, f"3.{sys.version_info[1]}"
    for _major, minor in reversed(SUPPORTED):
        if found := find_program(f"python3.{minor}"):
            return found, f"3.{minor}"
    raise CommandError("Odoo 19 needs Python 3.10 to 3.13; please install one of them.")


class VirtualEnvironment:
    """A venv with the packages of some pin files, named after what is in them."""

    def __init__(self, cache: Path, name: str, *pins: Path):
        self.name = name
        self.pins = pins
        self.base, version = find_python()
        texts = [pin.read_text() for pin in pins]
        self.folder = cache / f"{name}-{fingerprint(version, self.base, *texts)}"
        self.bin = self.folder / "bin"
        self.python = self.bin / "python"
        self._complete = self.folder / "complete"

    @property
    def ready(self) -> bool:
        """Tell whether the environment was set up to its end."""
        return self._complete.exists()

    def create(self) -> None:
        """Build the environment from nothing; a half-built one is thrown away."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        say(f"Python packages for {self.name}: installing")
        self._create_venv()
        options = ["--quiet", "--disable-pip-version-check", "--no-input"]
        options += ["--only-binary", ":all:", "--no-binary", ",".join(FROM_SOURCE)]
        for pin in self.pins:
            options += ["--requirement", str(pin)]
        run(
            [str(self.python), "-m", "pip", "install", *options],
            failure=f"the Python packages for {self.name} could not be installed.",
        )
        run(
            [str(self.python), "-m", "pip", "--disable-pip-version-check", "check"],
            failure=f"the Python packages for {self.name} contradict each other.",
        )
        self._complete.touch()

    def _create_venv(self) -> None:
        """Create the empty environment, with Debian's missing piece when it is one."""
        command = [self.base, "-m", "venv", str(self.folder)]
        failure = "Python could not create a virtual environment."
        try:
            run(command, failure=failure)
        except CommandError as error:
            # Debian keeps ensurepip in a package of its own.
            if not re.search("ensurepip|No module named venv", str(error)):
                raise
            if not is_root():
                raise CommandError(
                    "please install python3-venv (apt-get install python3-venv)"
                ) from error
            install("python3-venv")
            shutil.rmtree(self.folder, ignore_errors=True)
            run(command, failure=failure)

    def environ(self) -> dict[str, str]:
        """Return the process environment in which its programs are found first."""
        return {
            **os.environ,
            "PATH": f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}",
            "VIRTUAL_ENV": str(self.folder),
        }
