"""Select what is reviewed, with the reason for everything that is not.

A change is written by somebody who may want it to go unread. So what it says of a file that was there before does not
count: a "generated" header counts on lines of the base alone, so does the shape of minified code, `.gitattributes` is
the base's, and a source file that has become binary is *unread*, which stands in the way of an approval.

What remains in an author's hand are names (`vendor/`, `x_pb2.py`, `.env`) and what a wholly new file says of itself.
Both are a team's policy, they are in the ledger with their reason, and a negated `exclude` pattern takes any of them
back: `!src/vendor/` has that folder reviewed.
"""

import re
from collections.abc import Iterator, Sequence

from hunkwise.core import globs
from hunkwise.core.bookkeeping import NO_HUNK
from hunkwise.model.diff import Diff, DiffLine, FileDiff, FileStatus, Hunk, LineKind
from hunkwise.model.material import HunkKey
from hunkwise.model.policy import Left, Selection, SelectionPolicy

LOCK_FILES = frozenset(
    {
        ".terraform.lock.hcl", "bun.lock", "bun.lockb", "cabal.project.freeze", "cargo.lock", "cartfile.resolved",
        "chart.lock", "composer.lock", "conda-lock.yml", "deno.lock", "flake.lock", "gemfile.lock", "gems.locked",
        "go.sum", "go.work.sum", "gopkg.lock", "gradle.lockfile", "mix.lock", "module.bazel.lock",
        "npm-shrinkwrap.json", "package-lock.json", "package.resolved", "packages.lock.json", "paket.lock", "pdm.lock",
        "pipfile.lock", "pixi.lock", "pnpm-lock.yaml", "podfile.lock", "poetry.lock", "pubspec.lock", "pylock.toml",
        "rebar.lock", "renv.lock", "shard.lock", "stack.yaml.lock", "uv.lock", "yarn.lock",
    }
)  # fmt: skip
"""Names (lower case) of files that a package manager writes; the managers' own documentation names them."""

VENDORED = frozenset(
    {"node_modules", "vendor", "_vendor", "third_party", "thirdparty", "bower_components", "jspm_packages"}
)
"""Folders of other people's code (a subset of github-linguist's vendor.yml that no project uses for its own)."""

SECRET_FILES = re.compile(
    r"(?:\.env(?:\.(?!(?:c?js|mjs|c?ts|mts|[jt]sx|py|rb|php|go)$).+)?|.+\.env|\.envrc"
    r"|.+\.(?:pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx|tfstate|tfstate\.backup)|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?"
    r"|\.npmrc|\.netrc|_netrc|\.pypirc|\.pgpass|\.my\.cnf|\.s3cfg|\.boto|\.htpasswd|\.git-credentials|\.dockercfg"
    r"|\.vault-token|kubeconfig|credentials(?:\.json|\.csv)?)"
)
"""Names of files that exist to hold secrets: never sent and never shown, but scanned. `.env.js` is a program."""

SECRET_PATHS = (".docker/config.json", ".kube/config")
"""Ends of paths that say the same where the name alone does not."""

TEMPLATE_FILES = re.compile(r".*\.(?:example|sample|template|dist|tmpl|md)|.*\.example\..+")
"""Names of files that show what such a file looks like; they are ordinary."""

GENERATED_PATHS = re.compile(
    r".*\.min\.(?:js|css|mjs)|.*\.(?:js|css|mjs)\.map|.*(?:_pb2|_pb2_grpc)\.pyi?|.*\.pb\.(?:go|cc|h)|.*\.snap|.*\.designer\.cs"
)
"""Names by which a tool marks its output (github-linguist's generated.rb)."""

GENERATED_HEADER = re.compile(
    r"\s*(?://|#|--|;|%|/\*|\*|<!--|\(\*|\{-|\"\"\"|'''|@?rem\b)"
    r"(?:\W*Code generated .* DO NOT EDIT\.?\W*$|.*@generated\b|.*<auto-?generated\b"
    r"|.*(?:auto-?generated|generated (?:by|from|with|automatically)).*do not (?:edit|modify)"
    r"|.*do not (?:edit|modify).*(?:auto-?generated|generated (?:by|from|with|automatically)))",
    re.IGNORECASE,
)
"""A comment that marks its file as generated (Go's is defined at https://go.dev/s/generatedcode).

A comment has to begin the line: generators hold the same words in their strings.
"""

BY_HEADER = "generated (header)"
"""The reason of a file skipped for what its own first lines say."""

BY_SHAPE = "minified"
"""The reason of a file skipped for the length of its own lines."""

HEADER_LINES = 20
"""Lines of a file in which its header stands."""

HEADER_CHARS = 300
"""Characters of a line that are searched for a header."""

MINIFIED_CHARS = 1_000
"""A script or style sheet whose lines are longer than this on average was written by a tool."""

MINIFIED_ENDINGS = (".js", ".css", ".mjs", ".cjs")

SOURCE_ENDINGS = frozenset(
    {
        "bash", "bat", "c", "cc", "cfg", "cjs", "clj", "cmd", "conf", "cpp", "cs", "css", "cts", "cxx",
        "dart", "ex", "exs", "fs", "go", "gradle", "graphql", "groovy", "h", "hcl", "hpp", "hs", "htm",
        "html", "ini", "java", "jl", "js", "json", "jsp", "jsx", "kt", "kts", "less", "lua", "m", "mjs", "ml",
        "mts", "php", "pl", "pm", "properties", "proto", "ps1", "psm1", "py", "pyi", "r", "rb", "rs", "sass",
        "scala", "scss", "sh", "sol", "sql", "swift", "tf", "toml", "ts", "tsx", "vb", "vue", "xml", "yaml",
        "yml", "zig", "zsh",
    }
)  # fmt: skip
"""Endings of text that people write and programs obey. Git calls a file binary for one NUL in its first 8,000 bytes
(`FIRST_FEW_BYTES` in its xdiff-interface.c), and JavaScript, PHP and shells run such a file all the same."""

SOURCE_NAMES = frozenset({"dockerfile", "containerfile", "makefile", "jenkinsfile", "rakefile", "gemfile", "procfile"})
"""Names of such files that have no ending."""

GITLINK = re.compile(r"Subproject commit [0-9a-f]{40}(?:[0-9a-f]{24})?(?:-dirty)?")
"""The one line that git shows for a commit of another repository."""


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


def may_be_context(path: str, raw_path: bytes, rows: Sequence[str], policy: SelectionPolicy) -> bool:
    """Whether an unchanged file of these lines may explain a change: one that a review would read if it changed."""
    top = tuple(
        DiffLine(kind=LineKind.CONTEXT, old=at, new=at, raw=b"", text=row)
        for at, row in enumerate(rows[:HEADER_LINES], 1)
    )
    hunk = Hunk(old_start=1, old_count=len(top), new_start=1, new_count=len(top), section="", lines=top)
    file = FileDiff(
        path=path, raw_path=raw_path, old_path=path, raw_old_path=raw_path, status=FileStatus.MODIFIED, hunks=(hunk,)
    )
    return _file_reason(file, policy, _Globs(policy), frozenset()) is None


def _file_reason(file: FileDiff, policy: SelectionPolicy, globs: "_Globs", generated: frozenset[bytes]) -> Left | None:
    for reason in _policies(file, globs, generated):
        if reason is not None:
            return reason if isinstance(reason, Left) else Left(reason=reason)
    if file.added + file.deleted > policy.max_file_lines:
        return Left(reason=f"more than {policy.max_file_lines} changed lines", unread=True)
    return None


def _policies(file: FileDiff, globs: "_Globs", generated: frozenset[bytes]) -> Iterator[str | Left | None]:
    """Yield what each policy says of `file`, the gravest first."""
    wanted = globs.wants(file.path)
    yield "holds secrets by its name; never sent" if _holds_secrets(file) else None
    yield globs.reason(file.path)
    yield "submodule" if _is_gitlink(file) else None
    yield None if file.hunks else _without_hunks(file)
    if not wanted:
        yield from _not_written_by_hand(file, generated)


def _not_written_by_hand(file: FileDiff, generated: frozenset[bytes]) -> Iterator[str | None]:
    folder, _, name = file.path.lower().rpartition("/")
    yield "lock file" if name in LOCK_FILES else None
    yield "vendored" if VENDORED.intersection(folder.split("/")) else None
    yield "generated (.gitattributes)" if file.raw_path in generated else None
    yield "generated (name)" if GENERATED_PATHS.fullmatch(name) else None
    yield BY_HEADER if _has_generated_header(file) else None
    yield BY_SHAPE if _is_minified(file) else None


def _holds_secrets(file: FileDiff) -> bool:
    for path in (file.path.lower(), file.old_path.lower()):
        name = path.rpartition("/")[2]
        if SECRET_FILES.fullmatch(name) and not TEMPLATE_FILES.fullmatch(name):
            return True
        if f"/{path}".endswith(tuple(f"/{end}" for end in SECRET_PATHS)):
            return True
    return False


def _is_gitlink(file: FileDiff) -> bool:
    """Tell a commit of another repository by its mode and its lines: a mode alone could hide a program."""
    lines = (line for hunk in file.hunks for line in hunk.lines)
    return file.is_submodule and all(GITLINK.fullmatch(line.text) for line in lines)


def _without_hunks(file: FileDiff) -> str | Left:
    if file.is_binary:
        if file.status is not FileStatus.DELETED and _is_source(file.path):
            return Left(reason="binary content, and source by its name", unread=True)
        return "binary"
    if file.status in (FileStatus.RENAMED, FileStatus.COPIED):
        return f"{file.status.value}, content unchanged"
    if file.status is FileStatus.MODIFIED:
        return "mode change only" if file.old_mode != file.new_mode else "no line changed"
    return f"empty file {file.status.value}"


def _is_source(path: str) -> bool:
    name = path.lower().rpartition("/")[2]
    return name in SOURCE_NAMES or name.rpartition(".")[2] in SOURCE_ENDINGS


def _has_generated_header(file: FileDiff) -> bool:
    """Tell whether a marker stands at the top of the file before and after: one taken away does not count either."""
    kind = {FileStatus.ADDED: LineKind.ADDED, FileStatus.DELETED: LineKind.DELETED}.get(file.status, LineKind.CONTEXT)
    return any(
        line.kind is kind
        and max(line.old or 0, line.new or 0) <= HEADER_LINES
        and GENERATED_HEADER.match(line.text[:HEADER_CHARS])
        for hunk in file.hunks
        for line in hunk.lines
    )


def _is_minified(file: FileDiff) -> bool:
    """Tell by the lines of the base, or by all of a new file: one long line added is no shape."""
    if not file.path.lower().endswith(MINIFIED_ENDINGS):
        return False
    counts_added = file.status is FileStatus.ADDED
    lengths = [
        len(line.text) for hunk in file.hunks for line in hunk.lines if counts_added or line.kind is not LineKind.ADDED
    ]
    return bool(lengths) and sum(lengths) / len(lengths) > MINIFIED_CHARS


def _is_too_wide(hunk: Hunk, policy: SelectionPolicy) -> bool:
    return any(len(line.text) > policy.max_line_chars for line in hunk.lines)


class _Globs:
    """The user's own patterns."""

    def __init__(self, policy: SelectionPolicy) -> None:
        self._include = globs.compiled("include", policy.include) if policy.include else None
        self._exclude = globs.compiled("exclude", policy.exclude)

    def reason(self, path: str) -> str | None:
        if self._exclude.match_file(path):
            return "excluded by configuration"
        if self._include is not None and not self._include.match_file(path):
            return "not included by configuration"
        return None

    def wants(self, path: str) -> bool:
        """Tell whether a negated `exclude` pattern asks for `path` by name."""
        return self._exclude.check_file(path).include is False
