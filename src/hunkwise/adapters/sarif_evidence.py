"""What other tools found, from SARIF files: linters run elsewhere, and their findings come in as data.

A result counts on the lines that a change adds, as a rule of ours does. Its words are a stranger's: they are redacted
here, for a scanner of secrets prints what it found. SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from hunkwise.errors import UsageError
from hunkwise.model.diff import FileDiff, LineKind
from hunkwise.model.finding import Rule, RuleHit, Severity
from hunkwise.ports import RuleEngine

MAX_BYTES = 20_000_000
"""A larger file is refused; GitHub takes 10 MB of compressed SARIF
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning)."""

CONFIDENCE = 0.8
"""How sure a tool's result is taken to be; SARIF has no word for it that tools agree on."""

MAX_TEXT = 2_000
"""Characters of a result's words that are kept."""

SCORES = ((7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
"""GitHub's reading of `security-severity`, from the page above; 9.0 is critical there, and high here."""

LEVELS = {"error": Severity.MEDIUM, "warning": Severity.LOW, "note": Severity.LOW}
"""Severity by a result's level, where it has no score: a linter's error is rarely a reason to stop a merge."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Message(_Part):
    text: str = ""
    markdown: str = ""


class _Rule(_Part):
    id: str
    short_description: _Message = _Message()
    help: _Message = _Message()
    properties: Mapping[str, Any] = Field(default_factory=dict)


class _Driver(_Part):
    name: str
    rules: tuple[_Rule, ...] = ()


class _Tool(_Part):
    driver: _Driver


class _Region(_Part):
    start_line: Annotated[int, Field(ge=0)] = 0
    end_line: Annotated[int, Field(ge=0)] = 0


class _Artifact(_Part):
    uri: str = ""


class _Physical(_Part):
    artifact_location: _Artifact = _Artifact()
    region: _Region = _Region()


class _Location(_Part):
    physical_location: _Physical = _Physical()


class _Result(_Part):
    rule_id: str = ""
    rule_index: int = -1
    level: str = "warning"
    message: _Message = _Message()
    locations: tuple[_Location, ...] = ()
    suppressions: tuple[Any, ...] = ()


class _Run(_Part):
    tool: _Tool
    results: tuple[_Result, ...] = ()


class _Log(_Part):
    version: str
    runs: tuple[_Run, ...]


class SarifEvidence:
    """Implements `ports.RuleEngine` over the results of SARIF files; raises UsageError for one that can't be read."""

    def __init__(self, files: Sequence[str], redact: Callable[[str], str]) -> None:
        self._hits_by_uri: dict[str, list[RuleHit]] = {}
        for name in files:
            for run in _read(name).runs:
                self._add(run, redact)

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        """Return results that touch an added line of `file`, each range inside one hunk."""
        del head
        hits = self._hits_by_uri.get(file.path, [])
        if not hits:
            return ()
        added = [{line.new for line in hunk.lines if line.kind is LineKind.ADDED} for hunk in file.hunks]
        return tuple(
            hit for hit in hits if any(not lines.isdisjoint(range(hit.line, hit.end_line + 1)) for lines in added)
        )

    def _add(self, run: _Run, redact: Callable[[str], str]) -> None:
        rules = {rule.id: rule for rule in run.tool.driver.rules}
        for result in run.results:
            if result.suppressions or not result.locations:
                continue
            place = result.locations[0].physical_location
            path = _path(place.artifact_location.uri)
            if place.region.start_line == 0 or not path:
                continue
            hit = RuleHit(
                rule=_rule(run.tool.driver, _known(result, run, rules), result, redact),
                path=path,
                line=place.region.start_line,
                end_line=max(place.region.start_line, place.region.end_line),
            )
            self._hits_by_uri.setdefault(path, []).append(hit)


class AllRules:
    """Implements `ports.RuleEngine` by several."""

    def __init__(self, *engines: RuleEngine) -> None:
        self._engines = engines

    def check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        """Return what all of them find."""
        return tuple(hit for engine in self._engines for hit in engine.check(file, head))


def _read(name: str) -> _Log:
    try:
        with Path(name).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--evidence: {name} can't be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise UsageError(f"--evidence: {name} is larger than {MAX_BYTES} bytes")
    try:
        log = _Log.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"--evidence: {name} is no SARIF: {where}: {first['msg']}") from error
    if log.version != "2.1.0":
        raise UsageError(f"--evidence: {name} is SARIF {log.version[:20]}", hint="only 2.1.0 is read")
    return log


def _known(result: _Result, run: _Run, rules: Mapping[str, _Rule]) -> _Rule:
    """Return the rule of a result, which names it by id or by index."""
    listed = run.tool.driver.rules
    if not result.rule_id and 0 <= result.rule_index < len(listed):
        return listed[result.rule_index]
    return rules.get(result.rule_id) or _Rule(id=result.rule_id or "result")


def _rule(driver: _Driver, known: _Rule, result: _Result, redact: Callable[[str], str]) -> Rule:
    said = redact((result.message.text or result.message.markdown)[:MAX_TEXT])
    about = redact(known.short_description.text[:MAX_TEXT])
    tool = redact(f"{driver.name}:{known.id}"[:MAX_TEXT])
    return Rule(
        id=tool,
        severity=_severity(known, result),
        confidence=CONFIDENCE,
        category="security" if "security-severity" in known.properties else "evidence",
        title=" ".join((about or said or tool).split()),
        description=said or about,
        scenario="",
        suggestion=redact(known.help.text[:MAX_TEXT]),
        origin=f"evidence:{tool}",
    )


def _severity(known: _Rule, result: _Result) -> Severity:
    try:
        score = float(str(known.properties["security-severity"]))
    except (KeyError, ValueError):
        return LEVELS.get(result.level, Severity.LOW)
    return next((severity for least, severity in SCORES if score >= least), Severity.LOW)


def _path(uri: str) -> str:
    """Return the path within the repository that `uri` names: relative, from the root."""
    parts = urlsplit(uri)
    if parts.scheme or parts.netloc:
        return ""
    return unquote(parts.path).removeprefix("./")
