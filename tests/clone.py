"""A real clone in a temporary folder, for the tests of the git adapter."""

import os
import subprocess
from pathlib import Path

from hunkwise.adapters.local_git import LocalGit
from hunkwise.core import patch
from hunkwise.model.change import Change, CommitRange, WorkingTree


class Clone:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    @classmethod
    def at(cls, folder: Path) -> "Clone":
        """Return a clone that is there already."""
        made = cls.__new__(cls)
        made.folder = folder
        return made

    def git(self, *arguments: str, fails: bool = False) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, check=not fails)
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, **files: str | bytes) -> str:
        for name, text in files.items():
            self.write(name.replace("__", "/").replace("_dot_", "."), text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()

    def load(self, spec: str | None = None) -> Change:
        ref = WorkingTree(repo=str(self.folder)) if spec is None else CommitRange(repo=str(self.folder), spec=spec)
        return LocalGit().load(ref)

    def statuses(self, spec: str | None = None) -> dict[str, str]:
        return {file.path: file.status.value for file in patch.parse(self.load(spec).diff).files}
