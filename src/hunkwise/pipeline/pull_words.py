"""Tell where a pull request's own words speak to an automated reviewer.

Title and description stand in no request that the verdict rests on, so this is a report, as it is for text of a file;
there is no line for a finding.
"""

from hunkwise.model.change import Notice
from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind
from hunkwise.model.pull import Pull
from hunkwise.ports import RuleEngine

RULE = "injected-instructions"
"""The embedded rule that reads them, and the notice's code."""


def notices(pull: Pull, rules: RuleEngine) -> tuple[Notice, ...]:
    """Return one notice where title or description speak to a reviewer."""
    told = {"title": pull.title, "description": pull.body}
    speaking = [f"its {name}" for name, text in told.items() if _speaks(name, text, rules)]
    if not speaking:
        return ()
    where = " and ".join(speaking)
    text = f"The pull request speaks to automated reviewers in {where}; the verdict does not rest on it."
    return (Notice(code=RULE, text=text),)


def _speaks(name: str, text: str, rules: RuleEngine) -> bool:
    hits = rules.check(_as_file(name, text), None) if text.strip() else ()
    return any(hit.rule.id == RULE and not hit.rule.origin for hit in hits)


def _as_file(name: str, text: str) -> FileDiff:
    """Return a text as rules read one: a new file of its lines."""
    lines = tuple(
        DiffLine(kind=LineKind.ADDED, old=None, new=number, raw=row.encode("utf-8", "replace"), text=row)
        for number, row in enumerate(text.split("\n"), 1)
    )
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=len(lines), section="", lines=lines)
    raw = name.encode()
    return FileDiff(path=name, raw_path=raw, old_path=name, raw_old_path=raw, status=FileStatus.ADDED, hunks=(hunk,))
