"""What kind of change a hunk is, by its path and its shape.

The kind selects instructions, examples and the tier, so a wrong one must never cost safety: what is in doubt is `CODE`,
what programs or machines obey is never `DOCUMENTATION`, and a refactoring is read by the strong model, told to look
for what is not the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hunkwise.core.packing import RedactedLines
from hunkwise.core.select import LOCK_FILES
from hunkwise.model.diff import LineKind
from hunkwise.model.material import HunkKey, QueryType

MIN_TELLING = 3
"""Lines that must tell of a move or a renaming before it is believed: fewer are chance."""

TELLING_CHARS = 10
"""Characters of a line, without the blanks around it, from which on it is not found twice by chance."""

MOVED_SHARE = 0.9
"""Share of a hunk's telling lines that must stand on the other side of the change."""

_WORKFLOW = re.compile(
    r"(?:^|.*/)\.(?:github|gitea|forgejo)/(?:workflows|actions)/.+|(?:.*/)?action\.ya?ml"
    r"|(?:.*/)?\.gitlab-ci(?:\.[\w-]+)?\.ya?ml|(?:.*/)?\.gitlab/ci/.+|(?:.*/)?\.circleci/.+|(?:.*/)?\.buildkite/.+"
    r"|(?:.*/)?azure-pipelines[\w.-]*\.ya?ml|(?:.*/)?bitbucket-pipelines\.ya?ml|(?:.*/)?\.woodpecker(?:/.+|\.ya?ml)"
    r"|(?:.*/)?\.?(?:travis|drone|appveyor|cirrus)\.ya?ml|(?:.*/)?cloudbuild[\w.-]*\.(?:ya?ml|json)"
    r"|(?:.*/)?jenkinsfile[\w.-]*|(?:.*/)?\.tekton/.+|(?:.*/)?buildspec[\w.-]*\.ya?ml|(?:.*/)?\.pre-commit-config\.ya?ml"
)
_DEPENDENCY = re.compile(
    r"package\.json|pyproject\.toml|(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)|setup\.cfg|pipfile"
    r"|(?:conda[-_])?environment\.ya?ml|constraints(?:[-_.].*)?\.txt|go\.(?:mod|work)|cargo\.toml|pom\.xml"
    r"|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|libs\.versions\.toml|gemfile|.*\.gemspec|composer\.json"
    r"|.*\.(?:cs|fs|vb)proj|directory\.packages\.props|packages\.config|nuget\.config|mix\.exs|pubspec\.ya?ml"
    r"|package\.swift|podfile|cartfile|.*\.podspec|vcpkg\.json|conanfile\.(?:txt|py)|deno\.jsonc?|build\.sbt"
    r"|dependabot\.ya?ml|renovate\.json5?|\.renovaterc(?:\.json)?|pnpm-workspace\.yaml|\.npmrc|\.yarnrc(?:\.yml)?"
    r"|stack\.yaml|.*\.cabal|rebar\.config|module\.bazel|workspace(?:\.bazel)?|meta\.yaml|dune-project|.*\.opam"
)
_REQUIREMENTS = re.compile(r"(?:.*/)?requirements/[\w.-]+\.(?:txt|in)")
_MIGRATION = re.compile(
    r"(?:.*/)?(?:migrations?|migrate|alembic/versions|flyway|liquibase|db/changelog)/(?!.*\.(?:md|rst|txt)$).+"
    r"|.*\.(?:sql|psql|ddl|prisma)|(?:.*/)?db/schema\.rb|(?:.*/)?v\d[\d._]*__.+|(?:.*/)?alembic\.ini"
)
_INFRASTRUCTURE = re.compile(
    r"(?:.*/)?(?:[\w.-]*\.)?(?:docker|container)file(?:\.[\w.-]+)?|(?:.*/)?\.(?:docker|container)ignore"
    r"|(?:.*/)?(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml"
    r"|.*\.(?:tf|tfvars|tofu|hcl|bicep|nomad|pp)(?:\.json)?|(?:.*/)?(?:chart|values(?:[.-][\w.-]+)?)\.ya?ml"
    r"|(?:.*/)?(?:charts?|helm)/.+\.(?:ya?ml|tpl)|(?:.*/)?templates/.+\.tpl"
    r"|(?:.*/)?(?:k8s|kubernetes|manifests|kustomize|argocd|deploy(?:ment)?s?)/.+\.(?:ya?ml|json)"
    r"|(?:.*/)?(?:kustomization|skaffold|serverless|pulumi(?:\.[\w-]+)?|helmfile|fly|render|app\.dev)\.(?:ya?ml|toml)"
    r"|(?:.*/)?(?:ansible|playbooks?|roles/[^/]+/(?:tasks|handlers|vars|defaults|templates))/.+"
    r"|(?:.*/)?(?:playbook|site|inventory)[\w.-]*\.ya?ml|(?:.*/)?ansible\.cfg"
    r"|(?:.*/)?(?:terraform|cloudformation|cdk|terragrunt)/.+\.(?:ya?ml|json)|(?:.*/)?vagrantfile|(?:.*/)?nginx[\w.-]*\.conf"
    r"|.*\.(?:service|socket|timer)|(?:.*/)?procfile"
)
_TEST = re.compile(
    r"(?:.*/)?(?:tests?|specs?|__tests__|__mocks__|testdata|testing|fixtures?|cypress|e2e)/.+"
    r"|(?:.*/)?(?:test_.+|conftest)\.py|.*_test\.(?:py|go|cc|cpp|dart|exs|rb)|.*_spec\.(?:rb|lua)"
    r"|.*\.(?:test|spec|cy)\.[cm]?[jt]sx?|.*/src/test/.+"
)
_TEST_CLASS = re.compile(r"(?:.*/)?\w+(?:Tests?|Spec|IT)\.(?:java|kt|scala|groovy|cs|swift|php)")
"""Test classes by their name; here case tells a word from its end (`Latest.java`)."""

_PROSE = re.compile(r".*\.(?:md|markdown|rst|adoc|asciidoc|txt|org|textile|pod|man)|.*\.[1-9]")
_PROSE_NAME = re.compile(
    r"(?:readme|changelog|changes|history|news|license|licence|copying|notice|authors|contributors|contributing"
    r"|code_of_conduct|security|todo|maintainers|thanks)(?:[._-][\w-]+)?"
)
_OBEYED = re.compile(
    r"(?:.*/)?(?:cmakelists|robots|security|requirements|ads|humans|llms)[\w.-]*\.txt"
    r"|(?:.*/)?(?:agents?|claude|gemini|copilot-instructions|skill|system|prompt)(?:\.\w+)?\.md"
    r"|(?:.*/)?(?:prompts?|\.cursor|\.claude|\.github/(?:prompts|instructions|agents|chatmodes))/.+"
    r"|(?:.*/)?.+\.(?:prompt|instructions|chatmode)\.md"
)
"""Texts by their ending that a program or an agent obeys."""

_NAME = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|\S")

_WORDS = frozenset(
    {"abstract", "and", "as", "assert", "async", "await", "base", "bool", "boolean", "break", "byte", "case",
     "catch", "char", "class", "const", "continue", "def", "default", "defer", "delete", "do", "double",
     "else", "elif", "except", "export", "extends", "extern", "false", "final", "finally", "float", "fn",
     "for", "foreach", "from", "func", "function", "go", "goto", "if", "impl", "implements", "import", "in",
     "instanceof", "int", "interface", "is", "lambda", "let", "long", "loop", "match", "mod", "move", "mut",
     "namespace", "new", "nil", "none", "not", "null", "object", "of", "or", "out", "override", "package",
     "pass", "private", "protected", "pub", "public", "raise", "readonly", "ref", "return", "sealed",
     "select", "self", "short", "signed", "sizeof", "static", "str", "string", "struct", "super", "switch",
     "sync", "this", "throw", "throws", "trait", "true", "try", "type", "typeof", "undefined", "union",
     "unsafe", "unsigned", "use", "using", "val", "var", "virtual", "void", "volatile", "when", "where",
     "while", "with", "yield", "all", "any", "max", "min", "ceil", "floor", "first", "last", "left", "right",
     "encrypt", "decrypt", "allow", "deny", "enable", "disable", "encode", "decode", "escape", "unescape",
     "lock", "unlock", "open", "close", "add", "remove"}
)  # fmt: skip
"""Words (lower case) of programming languages, and pairs of opposites: exchanging one of them is no renaming."""


def of_path(path: str) -> QueryType:
    """Return what a file is by its path alone; never REFACTORING."""
    lower = path.lower()
    name = lower.rpartition("/")[2]
    if _WORKFLOW.fullmatch(lower):
        return QueryType.WORKFLOW
    if name in LOCK_FILES or _DEPENDENCY.fullmatch(name) or _REQUIREMENTS.fullmatch(lower):
        return QueryType.DEPENDENCY
    if _MIGRATION.fullmatch(lower):
        return QueryType.MIGRATION
    if _INFRASTRUCTURE.fullmatch(lower):
        return QueryType.INFRASTRUCTURE
    is_prose = _PROSE.fullmatch(name) or _PROSE_NAME.fullmatch(name)
    if is_prose and not _OBEYED.fullmatch(lower):
        return QueryType.DOCUMENTATION
    return QueryType.TEST if _TEST.fullmatch(lower) or _TEST_CLASS.fullmatch(path) else QueryType.CODE


def by_hunk(hunks: Iterable[RedactedLines]) -> Mapping[HunkKey, QueryType]:
    """Return the type of each hunk of a change; a move may go from one of its hunks to another."""
    given = list(hunks)
    sides = [_Sides.of(each) for each in given]
    added = frozenset(line for each in sides for line in each.telling_added)
    deleted = frozenset(line for each in sides for line in each.telling_deleted)
    types: dict[HunkKey, QueryType] = {}
    for each, side in zip(given, sides, strict=True):
        by_path = of_path(each.path)
        keeps = by_path is QueryType.CODE and (_is_moved(side, added, deleted) or _is_renamed(side))
        types[each.key] = QueryType.REFACTORING if keeps else by_path
    return types


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The changed lines of a hunk, without the blanks around them and without blank lines, and its unchanged text."""

    added: tuple[str, ...]
    deleted: tuple[str, ...]
    context: str

    @classmethod
    def of(cls, lines: RedactedLines) -> "_Sides":
        rows = [(line.kind, text.strip()) for line, text in zip(lines.hunk.lines, lines.texts, strict=True)]
        return cls(
            added=tuple(text for kind, text in rows if kind is LineKind.ADDED and text),
            deleted=tuple(text for kind, text in rows if kind is LineKind.DELETED and text),
            context="\n".join(text for kind, text in rows if kind is LineKind.CONTEXT),
        )

    @property
    def telling_added(self) -> Sequence[str]:
        """Added lines that are long enough to be known again."""
        return [text for text in self.added if len(text) >= TELLING_CHARS]

    @property
    def telling_deleted(self) -> Sequence[str]:
        """Deleted lines that are long enough to be known again."""
        return [text for text in self.deleted if len(text) >= TELLING_CHARS]


def _is_moved(side: _Sides, added: frozenset[str], deleted: frozenset[str]) -> bool:
    """Tell whether nearly all that a hunk adds was deleted somewhere in the change, and the other way round."""
    found = [text in deleted for text in side.telling_added] + [text in added for text in side.telling_deleted]
    return len(found) >= MIN_TELLING and sum(found) >= MOVED_SHARE * len(found)


def _is_renamed(side: _Sides) -> bool:
    """Tell whether the added lines are the deleted ones with other names: one new name for each old one, none known.

    A name that stands on both sides, in unchanged lines, or in a language, may not be what changes: exchanged
    arguments, operators and values look like renamings.
    """
    if len(side.added) != len(side.deleted) or len(side.added) < MIN_TELLING:
        return False
    old, new = (_TOKEN.findall("\n".join(each)) for each in (side.deleted, side.added))
    if len(old) != len(new):
        return False
    pairs = {(before, after) for before, after in zip(old, new, strict=True) if before != after}
    olds, news = {before for before, _ in pairs}, {after for _, after in pairs}
    is_one_to_one = len(olds) == len(news) == len(pairs) > 0
    are_names = all(_NAME.fullmatch(each) and each.lower() not in _WORDS for each in olds | news)
    known = set(_TOKEN.findall(side.context))
    return is_one_to_one and are_names and not olds & (set(new) | known) and not news & (set(old) | known)
