"""Load the rules of a language from the YAML files in the wheel.

A rule names a place in a syntax tree (`rule`, an ast-grep rule object), lines (`lines`, an RE2 expression), or, with
both, the lines of the matched nodes that match. Rules for every text say what of a line they read (`reads`), or list
`phrases`. The files are ours, yet they are validated on load: a typing
error in a rule must not pass as a rule that never fires.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import re2
import yaml
from pathspec import GitIgnoreSpec
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from hunkwise.adapters.syntax_rules.phrases import Phrases, PhrasesEntry
from hunkwise.errors import ConfigurationError
from hunkwise.model.finding import Rule, Severity

_Line = Annotated[str, Field(min_length=1, pattern=r"^[^\n]*[^\n.]$")]
_Text = Annotated[str, Field(min_length=1)]


RELATIONS = frozenset({"inside", "follows", "precedes"})
"""The keys of an ast-grep rule that ask what is around a node."""


class RuleEntry(BaseModel):
    """One entry of a rule file, as written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
    language: str | tuple[str, ...]
    severity: Severity
    confidence: Annotated[float, Field(gt=0, le=1)]
    category: Literal["security", "correctness", "performance", "maintainability"]
    title: _Line
    description: _Text
    scenario: _Text
    suggestion: _Text
    not_in: tuple[str, ...] = ()
    fragments: bool = True
    requires: str | None = None
    rule: dict[str, Any] | None = None
    constraints: dict[str, Any] | None = None
    utils: dict[str, Any] | None = None
    lines: str | None = None
    not_lines: str | None = None
    reads: Literal["code", "hidden", "mixed", "name"] = "code"
    phrases: PhrasesEntry | None = None

    @model_validator(mode="after")
    def _finds_something(self) -> "RuleEntry":
        if self.rule is None and self.lines is None and self.phrases is None:
            raise ValueError("needs `rule`, `lines` or `phrases`")
        if self.rule is None and (self.constraints or self.utils):
            raise ValueError("`constraints` and `utils` belong to `rule`")
        if self.lines is None and self.not_lines is not None:
            raise ValueError("`not_lines` belongs to `lines`")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A rule ready to run.

    `config` is what ast-grep's `find_all` takes, None for a pure line rule; `lines`, `not_lines` and `requires`
    are compiled RE2 expressions. `silent_in` holds the paths where the rule stays silent. `reads` is what `lines` is
    searched in: the code, what is hidden in it, words of mixed alphabets, or the same of the file's name.
    `looks_around` tells that the rule asks what encloses a match, or stands beside it; `is_excused_from_afar` that what
    encloses it, however far away, can excuse it. A rule that a whole file can excuse judges no fragments.
    """

    rule: Rule
    config: dict[str, Any] | None
    lines: Any
    not_lines: Any
    requires: Any
    silent_in: GitIgnoreSpec
    judges_fragments: bool
    looks_around: bool
    is_excused_from_afar: bool
    reads: str
    phrases: Phrases | None


_ENTRIES = TypeAdapter(tuple[RuleEntry, ...])


def packs() -> tuple[str, ...]:
    """Return the stems of all rule files, sorted."""
    return tuple(sorted(entry.name[:-4] for entry in _folder().iterdir() if entry.name.endswith(".yml")))


@cache
def load(pack: str) -> tuple[RuleEntry, ...]:
    """Return the entries of the rule file `pack`; raises ConfigurationError that names file, rule and key."""
    if pack not in packs():
        return ()
    name = f"{pack}.yml"
    try:
        return _ENTRIES.validate_python(yaml.load((_folder() / name).read_bytes(), Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"rules/{name} is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"rules/{name}: entry {place}: {first['msg']}") from error


@cache
def detectors(pack: str, language: str) -> tuple[Detector, ...]:
    """Return the rules of `pack` that apply to `language`, ready to run; raises ConfigurationError."""
    return tuple(_detector(entry, pack) for entry in load(pack) if language in languages(entry))


def languages(entry: RuleEntry) -> tuple[str, ...]:
    """Return the languages `entry` applies to."""
    return (entry.language,) if isinstance(entry.language, str) else entry.language


def _folder() -> Any:  # noqa: ANN401 - importlib's Traversable moves between Python versions
    return files("hunkwise") / "rules"


def _detector(entry: RuleEntry, pack: str) -> Detector:
    config = {"rule": entry.rule, "constraints": entry.constraints, "utils": entry.utils}
    return Detector(
        rule=Rule(
            id=entry.id,
            severity=entry.severity,
            confidence=entry.confidence,
            category=entry.category,
            title=entry.title,
            description=entry.description.strip(),
            scenario=entry.scenario.strip(),
            suggestion=entry.suggestion.strip(),
        ),
        config={key: value for key, value in config.items() if value} if entry.rule else None,
        lines=_compiled(entry.lines, entry, pack),
        not_lines=_compiled(entry.not_lines, entry, pack),
        requires=_compiled(entry.requires, entry, pack),
        silent_in=GitIgnoreSpec.from_lines(entry.not_in),
        judges_fragments=entry.fragments,
        looks_around=_looks_around(config),
        is_excused_from_afar=_is_excused_from_afar(config),
        reads=entry.reads,
        phrases=_phrases(entry, pack),
    )


def _looks_around(part: object) -> bool:
    return any(not each.keys().isdisjoint(RELATIONS) for each in _parts(part))


def _is_excused_from_afar(part: object) -> bool:
    excuses = (inner for each in _parts(part) if "not" in each for inner in _parts(each["not"]))
    return any("stopBy" in each.get("inside", ()) for each in excuses)


def _parts(part: object) -> Iterator[dict[str, Any]]:
    """Yield every object of a rule, the outer one first."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _parts(inner)


def _phrases(entry: RuleEntry, pack: str) -> Phrases | None:
    if entry.phrases is None:
        return None
    try:
        return Phrases(entry.phrases)
    except re2.error as error:
        raise ConfigurationError(f"rules/{pack}.yml: {entry.id}: not a phrase: {error}") from error


def _compiled(pattern: str | None, entry: RuleEntry, pack: str) -> Any:  # noqa: ANN401 - re2 has no types
    if pattern is None:
        return None
    try:
        return re2.compile(pattern)
    except re2.error as error:
        raise ConfigurationError(f"rules/{pack}.yml: {entry.id}: not a regular expression: {error}") from error
