"""Select what is reviewed, with the reason for everything that is not.

A change is written by somebody who may want it to go unread. So what it says of itself does not count: a "generated"
header counts only on a line it did not add, or in a file that is new as a whole; `.gitattributes` is the base's.
Paths do count: `vendor/` in a path is a team's policy, and visible to every reader.
"""

import re
from collections.abc import Iterator

import pathspec

from hunkwise.core.bookkeeping import NO_HUNK
from hunkwise.model.diff import Diff, FileDiff, FileStatus, Hunk, LineKind
from hunkwise.model.material import HunkKey
from hunkwise.model.policy import Left, Selection, SelectionPolicy

LOCK_FILES = frozenset(
    {
        "bun.lock", "bun.lockb", "cargo.lock", "composer.lock", "conda-lock.yml", "deno.lock", "flake.lock",
        "gemfile.lock", "go.sum", "go.work.sum", "gradle.lockfile", "mix.lock", "npm-shrinkwrap.json",
        "package-lock.json", "package.resolved", "packages.lock.json", "paket.lock", "pdm.lock", "pipfile.lock",
        "pixi.lock", "pnpm-lock.yaml", "podfile.lock", "poetry.lock", "pubspec.lock", "pylock.toml", "uv.lock",
        "yarn.lock",
    }
)  # fmt: skip
"""Names (lower case) of files that a package manager writes; the managers' own documentation names them."""

VENDORED = frozenset(
    {"node_modules", "vendor", "_vendor", "third_party", "thirdparty", "bower_components", "jspm_packages"}
)
"""Folders of other people's code (a subset of github-linguist's vendor.yml that no project uses for its own)."""

SECRET_FILES = re.compile(
    r"(?:\.env(?:\..+)?|.+\.env|\.envrc|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx)|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.npmrc|\.netrc|_netrc|\.pypirc|\.pgpass|\.htpasswd|\.git-credentials|\.dockercfg|credentials(?:\.json|\.csv)?)"
)
"""Names of files that exist to hold secrets: never sent and never shown, but scanned."""

TEMPLATE_FILES = re.compile(r".*\.(?:example|sample|template|dist|tmpl|md)|.*\.example\..+")
"""Names of files that show what such a file looks like; they are ordinary."""

GENERATED_PATHS = re.compile(
    r".*\.min\.(?:js|css|mjs)|.*\.(?:js|css|mjs)\.map|.*(?:_pb2|_pb2_grpc)\.pyi?|.*\.pb\.(?:go|cc|h)|.*\.snap|.*\.designer\.cs"
)
"""Names by which a tool marks its output (github-linguist's generated.rb)."""

GENERATED_HEADER = re.compile(
    r"(?:^(?://|#|--|;|/?\*)\s*Code generated .* DO NOT EDIT\.?\s*(?:\*/)?$|@generated\b|<auto-?generated>"
    r"|(?:auto-?generated|generated (?:by|from|with|automatically)).*do not (?:edit|modify)"
    r"|do not (?:edit|modify).*(?:auto-?generated|generated (?:by|from|with|automatically)))",
    re.IGNORECASE,
)
"""A header that marks a file as generated (Go's is defined at https://go.dev/s/generatedcode)."""

BY_HEADER = "generated (header)"
"""The reason of a file skipped for what its own first lines say."""

HEADER_LINES = 20
"""Lines of a file in which its header stands."""

HEADER_CHARS = 300
"""Characters of a line that are searched for a header."""

MINIFIED_CHARS = 1_000
"""A script or style sheet whose changed lines are longer than this on average was written by a tool."""

MINIFIED_ENDINGS = (".js", ".css", ".mjs", ".cjs")


def files(diff: Diff, policy: SelectionPolicy, generated: frozenset[bytes]) -> Selection:
    """Divide the hunks of `diff` into chosen and left; `generated` holds raw paths the base marks as generated."""
    globs = _Globs(policy)
    chosen: list[HunkKey] = []
    left: dict[HunkKey, Left] = {}
    scan_only: set[HunkKey] = set()
    for index, file in enumerate(diff.files):
        keys = [HunkKey(file=index, hunk=number) for number in range(len(file.hunks))]
        reason = _file_reason(file, policy, globs, generated)
        if reason is not None:
            left.update(dict.fromkeys(keys or [HunkKey(file=index, hunk=NO_HUNK)], reason))
            scan_only.update(keys if _holds_secrets(file) else ())
            continue
        for key, hunk in zip(keys, file.hunks, strict=True):
            if _is_too_wide(hunk, policy):
                left[key] = Left(reason=f"a line is longer than {policy.max_line_chars} characters", unread=True)
            else:
                chosen.append(key)
    return Selection(chosen=tuple(chosen), left=left, scan_only=frozenset(scan_only))


def _file_reason(file: FileDiff, policy: SelectionPolicy, globs: "_Globs", generated: frozenset[bytes]) -> Left | None:
    for reason in _policies(file, globs, generated):
        if reason:
            return Left(reason=reason)
    if file.added + file.deleted > policy.max_file_lines:
        return Left(reason=f"more than {policy.max_file_lines} changed lines", unread=True)
    return None


def _policies(file: FileDiff, globs: "_Globs", generated: frozenset[bytes]) -> Iterator[str | None]:
    """Yield the reason of each policy that skips `file`, the gravest first."""
    folder, _, name = file.path.rpartition("/")
    yield "holds secrets by its name; never sent" if _holds_secrets(file) else None
    yield globs.reason(file.path)
    yield "submodule" if file.is_submodule else None
    yield "binary" if file.is_binary else None
    yield None if file.hunks else _without_hunks(file)
    yield "lock file" if name.lower() in LOCK_FILES else None
    yield "vendored" if VENDORED.intersection(folder.lower().split("/")) else None
    yield "generated (.gitattributes)" if file.raw_path in generated else None
    yield "generated (name)" if GENERATED_PATHS.fullmatch(name.lower()) else None
    yield BY_HEADER if _has_generated_header(file) else None
    yield "minified" if _is_minified(file) else None


def _holds_secrets(file: FileDiff) -> bool:
    for path in (file.path, file.old_path):
        name = path.rpartition("/")[2].lower()
        if SECRET_FILES.fullmatch(name) and not TEMPLATE_FILES.fullmatch(name):
            return True
    return False


def _without_hunks(file: FileDiff) -> str:
    if file.status in (FileStatus.RENAMED, FileStatus.COPIED):
        return f"{file.status.value}, content unchanged"
    if file.status is FileStatus.MODIFIED:
        return "mode change only"
    return f"empty file {file.status.value}"


def _has_generated_header(file: FileDiff) -> bool:
    trusts_added = file.status is FileStatus.ADDED
    for hunk in file.hunks:
        for line in hunk.lines:
            number = line.new if line.new is not None else line.old
            if number is None or number > HEADER_LINES:
                break
            counts = trusts_added or line.kind is LineKind.CONTEXT or file.status is FileStatus.DELETED
            if counts and GENERATED_HEADER.search(line.text[:HEADER_CHARS]):
                return True
    return False


def _is_minified(file: FileDiff) -> bool:
    if not file.path.lower().endswith(MINIFIED_ENDINGS):
        return False
    lengths = [len(line.text) for hunk in file.hunks for line in hunk.lines if line.kind is not LineKind.CONTEXT]
    return bool(lengths) and sum(lengths) / len(lengths) > MINIFIED_CHARS


def _is_too_wide(hunk: Hunk, policy: SelectionPolicy) -> bool:
    return any(len(line.text) > policy.max_line_chars for line in hunk.lines)


class _Globs:
    """The user's own patterns, compiled once."""

    def __init__(self, policy: SelectionPolicy) -> None:
        self._include = pathspec.GitIgnoreSpec.from_lines(policy.include) if policy.include else None
        self._exclude = pathspec.GitIgnoreSpec.from_lines(policy.exclude)

    def reason(self, path: str) -> str | None:
        if self._exclude.match_file(path):
            return "excluded by configuration"
        if self._include is not None and not self._include.match_file(path):
            return "not included by configuration"
        return None
