"""Prettier and ESLint in the cache, at the versions of package-lock.json."""

import os
import shutil
from pathlib import Path

from .console import run, say
from .virtualenv import VirtualEnvironment, fingerprint


class NodeTools:
    """The npm packages that package.json names, on the Node.js that the linters pin."""

    def __init__(self, cache: Path, root: Path, linters: VirtualEnvironment):
        self.root = root
        self.linters = linters
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
        say("prettier and eslint: installing")
        run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            failure="prettier and eslint could not be installed.",
            cwd=self.folder,
            env=self.environ(),
        )
        self._complete.touch()

    def link(self) -> None:
        """Let the configuration files at the root find the packages, as editors do."""
        link = self.root / "node_modules"
        target = self.folder / "node_modules"
        if link.is_symlink() and Path(os.readlink(link)) != target:
            link.unlink()
        if not link.exists():
            link.symlink_to(target)

    def environ(self) -> dict[str, str]:
        """Return the process environment with Node.js and the tools on the path."""
        environ = self.linters.environ()
        tools = self.folder / "node_modules" / ".bin"
        return {**environ, "PATH": f"{tools}{os.pathsep}{environ['PATH']}"}
