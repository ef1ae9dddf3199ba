"""A complete report for the tests of renderers: every kind of content once, each part replaceable.

`report()` holds a block verdict, findings of each severity and origin on both sides, every ledger state,
dropped claims, redactions, a model whose cost is not known, and files of each status. `empty_report()` is
what an empty change gives, with every figure unknown.
"""

from dataclasses import replace
from typing import Any

from hunkwise.model.change import Change, Notice
from hunkwise.model.diff import Diff, DiffLine, FileDiff, FileStatus, Hunk, LineKind, Side, UnreadableFile
from hunkwise.model.finding import Dropped, Finding, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import ModelUsage, Outcome, PromptId, ReviewReport, Usage, Verdict

USERS_HUNK = """\
 import sqlite3
 import tarfile
-from app.legacy import check
+from app.roles import ROLES


 def find(connection, name):
-    return connection.execute("select * from users where name = ?", (name,))
+    query = "select * from users where name = '" + name + "'"
+    return connection.execute(query)
"""
ADMIN_HUNK = """\
 def grant(user, role):
-    check(user, "admin")
     user.roles.append(role)
+    for known in ROLES:
+        if known == role:
+            user.save()
     return user
"""
RENAMED_HUNK = """\
 #!/bin/sh
 set -eu
-unpack "$1"
+curl -k "$1" | tar x
 echo done
"""
LOCK_HUNK = """\
 {
-  "lockfileVersion": 2,
+  "lockfileVersion": 3,
   "requires": true
"""
NEW_HUNK = """\
+TOKEN = "[REDACTED:AWS Access Key]"
+GREETING = "Grüße"
"""


def hunk_of(text: str, *, old_start: int = 1, new_start: int = 1, section: str = "", ends: bool = True) -> Hunk:
    """Build a hunk from the lines of a unified diff; with `ends` False its last line has no line feed."""
    old, new = old_start, new_start
    lines: list[DiffLine] = []
    for written in text.split("\n")[:-1]:
        kind = LineKind(written[:1] or " ")
        on_old, on_new = kind is not LineKind.ADDED, kind is not LineKind.DELETED
        lines.append(
            DiffLine(
                kind=kind,
                old=old if on_old else None,
                new=new if on_new else None,
                raw=written[1:].encode(),
                text=written[1:],
            )
        )
        old, new = old + on_old, new + on_new
    if not ends:
        lines[-1] = replace(lines[-1], ends=False)
    counts = {"old_count": old - old_start, "new_count": new - new_start}
    return Hunk(old_start=old_start, new_start=new_start, section=section, lines=tuple(lines), **counts)


def file_of(path: str, *hunks: Hunk, old_path: str | None = None, **fields: Any) -> FileDiff:
    """Build a file's diff; modified unless told otherwise."""
    before = path if old_path is None else old_path
    known: dict[str, Any] = {"status": FileStatus.MODIFIED, "hunks": hunks, **fields}
    return FileDiff(path=path, raw_path=path.encode(), old_path=before, raw_old_path=before.encode(), **known)


def sample_diff() -> Diff:
    """Build a diff with a file of each kind."""
    return Diff(
        files=(
            file_of(
                "src/app/users.py",
                hunk_of(USERS_HUNK),
                hunk_of(ADMIN_HUNK, old_start=40, new_start=41, section="class Admin:"),
            ),
            file_of(
                "scripts/fetch.sh",
                hunk_of(RENAMED_HUNK),
                old_path="scripts/get.sh",
                status=FileStatus.RENAMED,
                old_mode="100644",
                new_mode="100755",
            ),
            file_of("package-lock.json", hunk_of(LOCK_HUNK)),
            file_of(
                "src/app/grüße.py",
                hunk_of(NEW_HUNK, old_start=0, ends=False),
                status=FileStatus.ADDED,
                new_mode="100644",
            ),
            file_of("docs/logo.png", is_binary=True),
            file_of("third_party/zlib", old_mode="160000", new_mode="160000"),
            file_of("src/app/legacy.py", status=FileStatus.DELETED, old_mode="100644"),
        ),
        unreadable=(UnreadableFile(path="data/torn.csv", reason="hunk 2 is shorter than its header says", hunks=2),),
    )


def finding(**overrides: Any) -> Finding:
    """Build the high finding of the sample diff; keywords replace its fields."""
    fields: dict[str, Any] = {
        "fingerprint": "f1a0c3d4e5b60718",
        "file": "src/app/users.py",
        "line": 7,
        "end_line": 8,
        "side": Side.RIGHT,
        "severity": Severity.HIGH,
        "category": "security",
        "confidence": 0.93,
        "title": "The query is built from user input",
        "description": "`name` is pasted into the statement.\n\nThe old code bound it as a parameter.",
        "scenario": "name = \"x' or '1'='1\" returns every user.",
        "suggestion": "Bind `name` as a parameter.",
        "replacement": (
            '    query = "select * from users where name = ?"\n    return connection.execute(query, (name,))'
        ),
        "quote": (
            '    query = "select * from users where name = \'" + name + "\'"\n    return connection.execute(query)'
        ),
        "origin": "model:gpt-5-mini",
    }
    return Finding(**{**fields, **overrides})


def sample_findings() -> tuple[Finding, ...]:
    """Build findings of each severity and origin, on both sides, most severe first."""
    return (
        finding(),
        finding(
            fingerprint="a2",
            file="src/app/grüße.py",
            line=1,
            end_line=1,
            category="secret",
            confidence=1.0,
            title="A secret is added: AWS Access Key",
            description="The line holds a credential.",
            scenario="Anyone who can read the repository can use it.",
            suggestion="Revoke it and load it from the environment.",
            replacement=None,
            quote='TOKEN = "[REDACTED:AWS Access Key]"',
            origin="secret:AWS Access Key",
        ),
        finding(
            fingerprint="b3",
            line=41,
            end_line=41,
            side=Side.LEFT,
            severity=Severity.MEDIUM,
            category="correctness",
            confidence=0.7,
            title="The permission check is gone",
            description="Nothing else on this path calls `check`.",
            scenario="A plain user calls grant(user, 'admin') and becomes an administrator.",
            suggestion="Keep the check.",
            replacement=None,
            quote='    check(user, "admin")',
            status="open",
        ),
        finding(
            fingerprint="c4",
            file="scripts/fetch.sh",
            line=3,
            end_line=3,
            severity=Severity.LOW,
            confidence=0.9,
            title="Certificate verification is off",
            description="curl -k accepts any certificate.",
            scenario="",
            suggestion="Drop -k.",
            replacement='curl "$1" | tar x',
            quote='curl -k "$1" | tar x',
            origin="rule:sh-curl-insecure",
        ),
    )


def sample_dropped() -> tuple[Dropped, ...]:
    """Build claims that were not kept, one of them below medium."""
    claim = Dropped(
        file="src/app/users.py",
        line=12,
        stage="anchor",
        reason="the quoted code is on no line of the diff",
        severity=Severity.HIGH,
        description="The connection is never closed.",
    )
    again: dict[str, Any] = {"line": 43, "stage": "merge", "reason": "says the same as another finding"}
    doubt: dict[str, Any] = {"line": 1, "stage": "confidence", "reason": "confidence 0.20 is below 0.30"}
    return (
        claim,
        replace(claim, **again, severity=Severity.MEDIUM, description="Roles are saved once per match."),
        replace(claim, **doubt, file="scripts/fetch.sh", severity=Severity.LOW, description="Bash would be better."),
    )


def sample_ledger() -> Ledger:
    """Build entries of each state for the sample diff, in its order."""
    reviewed, cached, skipped, failed = HunkState
    model, down = "model:gpt-5-mini", "model unavailable; rules only"
    return Ledger(
        entries=(
            _entry("src/app/users.py", "@@ -1,7 +1,8 @@", 3, 2, state=reviewed, by=model),
            _entry("src/app/users.py", "@@ -40,4 +41,6 @@", 3, 1, state=cached, by="exact", age_s=7260.0),
            _entry("scripts/fetch.sh", "@@ -1,4 +1,4 @@", 1, 1, state=failed, by="rules", reason=down),
            _entry("package-lock.json", "@@ -1,3 +1,3 @@", 1, 1, state=skipped, reason="lock file"),
            _entry("src/app/grüße.py", "@@ -0,0 +1,2 @@", 2, state=reviewed, by=model),
            _entry("docs/logo.png", state=skipped, reason="binary"),
            _entry("third_party/zlib", state=skipped, reason="submodule"),
            _entry("src/app/legacy.py", state=skipped, reason="no hunks"),
            _entry("data/torn.csv", state=failed, reason="hunk 2 is shorter than its header says"),
        )
    )


def _entry(file: str, hunk: str | None = None, added: int = 0, deleted: int = 0, **end: Any) -> Entry:
    return Entry(file=file, hunk=hunk, added=added, deleted=deleted, **end)


def report(**overrides: Any) -> ReviewReport:
    """Build the complete sample; keywords replace whole fields of the report."""
    fields: dict[str, Any] = {
        "version": "0.1.0",
        "engine": "llm",
        "models": ("gpt-5-mini", "local-coder"),
        "prompt": PromptId(name="review", version="1.0.0", sha256="9f" * 32),
        "change": Change(source="git", repo="app", base="1" * 40, head="2" * 40, diff=b""),
        "diff": sample_diff(),
        "verdict": Verdict(
            outcome=Outcome.BLOCK,
            reasons=("2 findings at or above high block.", "2 hunks failed and were not reviewed."),
        ),
        "findings": sample_findings(),
        "dropped": sample_dropped(),
        "ledger": sample_ledger(),
        "redactions_by_type": {"AWS Access Key": 1, "Secret Keyword": 2},
        "usage": Usage(
            by_model={
                "gpt-5-mini": ModelUsage(
                    requests=3,
                    prompt_tokens=12_345,
                    cached_prompt_tokens=1_024,
                    completion_tokens=890,
                    cost_usd=0.0123,
                ),
                "local-coder": ModelUsage(
                    requests=1, prompt_tokens=None, cached_prompt_tokens=None, completion_tokens=None
                ),
            },
            latencies_ms=(812.0, 1_204.5, 950.25, 4_100.0),
        ),
        "notices": (Notice(code="root-commit", text="The first commit is compared with the empty tree."),),
        "timings_ms": {"parse": 3.2, "answer": 5_230.0},
    }
    return ReviewReport(**{**fields, **overrides})


def empty_report(**overrides: Any) -> ReviewReport:
    """Build the report of an empty change by the embedded engine, with nothing known and nothing found."""
    fields: dict[str, Any] = {
        "engine": "rules",
        "models": (),
        "prompt": None,
        "change": Change(source="diff", repo=None, base=None, head=None, diff=b""),
        "diff": Diff(files=()),
        "verdict": Verdict(outcome=Outcome.APPROVE, reasons=()),
        "findings": (),
        "dropped": (),
        "ledger": Ledger(entries=()),
        "redactions_by_type": {},
        "usage": Usage(),
        "notices": (),
        "timings_ms": {},
    }
    return report(**{**fields, **overrides})
