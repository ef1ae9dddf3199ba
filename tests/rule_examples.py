"""The examples of the rules, and diffs to judge them by."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from hunkwise.adapters.syntax_rules import pack
from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind

FOLDER = Path(__file__).parent / "rules"

PATHS_BY_LANGUAGE = {
    "python": "src/app.py",
    "javascript": "src/app.js",
    "typescript": "src/app.ts",
    "tsx": "src/app.tsx",
    "go": "src/app.go",
    "java": "src/App.java",
    "ruby": "lib/app.rb",
    "php": "src/app.php",
    "csharp": "src/App.cs",
    "bash": "bin/run.sh",
    "dockerfile": "Dockerfile",
    "workflow": ".github/workflows/ci.yml",
    "text": "notes.txt",
}


class Match(BaseModel):
    """A snippet a rule must fire on; `path` where the default of its language will not do."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: str
    path: str | None = None


class Clean(Match):
    """A snippet no rule may fire on, and the release it was taken from."""

    source: str


class Examples(BaseModel):
    """The examples of one rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    match: tuple[str | Match, ...]
    clean: tuple[Clean, ...]

    @property
    def matches(self) -> tuple[Match, ...]:
        return tuple(Match(code=item) if isinstance(item, str) else item for item in self.match)


@cache
def load(name: str) -> dict[str, Examples]:
    loaded = yaml.load((FOLDER / f"{name}.yml").read_bytes(), Loader=yaml.CSafeLoader)
    return {rule: Examples.model_validate(examples) for rule, examples in loaded.items()}


def rules() -> list[tuple[str, pack.RuleEntry]]:
    return [(name, entry) for name in pack.packs() for entry in pack.load(name)]


def path_of(example: Match, entry: pack.RuleEntry) -> str:
    return example.path or PATHS_BY_LANGUAGE[pack.languages(entry)[0]]


def file_diff(path: str, code: str, added: Iterable[int] | None = None, context: int = 3) -> FileDiff:
    """Build the diff of a file whose head is `code`; `added` are its new lines, all by default."""
    texts = code.removesuffix("\n").split("\n")
    new = set(range(1, len(texts) + 1)) if added is None else set(added)
    shown = sorted(
        {near for line in new for near in range(line - context, line + context + 1)} & set(range(1, len(texts) + 1))
    )
    groups: list[list[int]] = []
    for number in shown:
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return FileDiff(
        path=path,
        raw_path=path.encode(),
        old_path=path,
        raw_old_path=path.encode(),
        status=FileStatus.MODIFIED,
        hunks=tuple(_hunk(group, texts, new) for group in groups),
    )


def _hunk(numbers: list[int], texts: list[str], new: set[int]) -> Hunk:
    lines = tuple(
        DiffLine(
            kind=LineKind.ADDED if number in new else LineKind.CONTEXT,
            old=None if number in new else number,
            new=number,
            raw=texts[number - 1].encode(),
            text=texts[number - 1],
        )
        for number in numbers
    )
    old = len([number for number in numbers if number not in new])
    return Hunk(
        old_start=numbers[0], old_count=old, new_start=numbers[0], new_count=len(numbers), section="", lines=lines
    )
