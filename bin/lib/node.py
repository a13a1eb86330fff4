"""Prettier and ESLint in the cache, at the versions of package-lock.json."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import run, say
from .virtualenv import VirtualEnvironment, fingerprint

NEEDED = (20, 19)


def _is_new_enough(node: str) -> bool:
    """Tell whether a Node.js is one that ESLint runs on."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return bool(found) and (int(found[1]), int(found[2])) >= NEEDED


class NodeTools:
    """The folder of npm packages that our package.json names."""

    def __init__(self, cache: Path, root: Path):
        self.cache = cache
        self.root = root
        self.sources = [root / "package.json", root / "package-lock.json"]
        texts = [source.read_text() for source in self.sources]
        self.folder = cache / f"node-{fingerprint(*texts)}"
        self._complete = self.folder / "complete"

    @property
    def ready(self) -> bool:
        """Tell whether the packages are there."""
        return self._complete.exists()

    def create(self) -> None:
        """Install the packages from nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for source in self.sources:
            shutil.copy(source, self.folder)
        environ = self.environ()
        say("prettier and eslint: installing")
        run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            failure="prettier and eslint could not be installed.",
            cwd=self.folder,
            env=environ,
        )
        self._complete.touch()

    def link(self) -> None:
        """Let the configuration files at the root find the packages, as editors do."""
        link = self.root / "node_modules"
        target = self.folder / "node_modules"
        if link.is_symlink() and link.resolve() == target.resolve():
            return
        if link.is_symlink() or not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(target)

    def environ(self) -> dict[str, str]:
        """Return the process environment with Node.js and the tools on the path."""
        paths = [str(self.folder / "node_modules" / ".bin"), os.environ.get("PATH", "")]
        node = shutil.which("node")
        if not (node and shutil.which("npm") and _is_new_enough(node)):
            pins = self.root / "bin" / "pins" / "node.txt"
            wheel = VirtualEnvironment(self.cache, "nodejs", pins)
            if not wheel.ready:
                wheel.create()
            paths.insert(1, str(wheel.bin))
        return {**os.environ, "PATH": os.pathsep.join(paths)}
