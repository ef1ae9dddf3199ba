"""The check run on the head commit, and the commit status that stands in where checks are denied."""

from collections.abc import Sequence
from typing import Any, Literal

from hunkwise.adapters.github import writing
from hunkwise.adapters.github.exchange import Answer, Fault, FaultKind, Request
from hunkwise.adapters.github.line import PER_PAGE
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.model.publication import Annotation, CheckOutput, Conclusion, Written
from hunkwise.model.pull import CheckRun

MAX_ANNOTATIONS = 50
"""Annotations of one request; GitHub appends those of further requests (docs.github.com/en/rest/checks/runs)."""

MAX_SUMMARY_BYTES = 65_535
"""Size of a check's summary, likewise of an annotation's message (docs.github.com/en/rest/checks/runs)."""

MAX_TITLE_CHARS = 255
"""Characters of titles and of an annotation's title (the same page)."""

MAX_DESCRIPTION_CHARS = 140
"""Characters of a status's description (docs.github.com/en/rest/commits/statuses; longer ones are refused)."""

CUT = "\n\n(cut here: GitHub takes no more)"

_NEEDS = "checks: write"
_STATES = {Conclusion.SUCCESS: "success", Conclusion.FAILURE: "failure", Conclusion.NEUTRAL: "success"}
"""A status can't be neutral; a neutral check passes, so a status in its place does too."""


def open_run(pull: GitHubPull, name: str, head_sha: str, external_id: str, known: CheckRun | None) -> CheckRun | None:
    """Take `known` up again, or create a run; None where the token may not, or GitHub does not answer."""
    if known is not None:
        again = pull.wire.send(_patch(pull, known.id, {"status": "in_progress", "external_id": external_id}))
        if not isinstance(again, Fault):
            return _run(again.data)
        if again.kind is FaultKind.BROKEN:
            return None
    body = {"name": name, "head_sha": head_sha, "external_id": external_id, "status": "in_progress"}
    request = Request(
        verb="POST", path=f"/repos/{pull.repo}/check-runs", about=f"checks of {pull.repo}", needs=_NEEDS, body=body
    )
    got = writing.create(pull.wire, request, lambda: _find(pull, name, head_sha, external_id))
    if isinstance(got, Answer):
        return _run(got.data)
    return got if isinstance(got, CheckRun) else None


def conclude(pull: GitHubPull, check: CheckRun, conclusion: Conclusion, output: CheckOutput) -> Written:
    """Conclude a run, and then add what annotations one request can't take; in a hurry they are left out."""
    batches = [
        output.annotations[at : at + MAX_ANNOTATIONS] for at in range(0, len(output.annotations), MAX_ANNOTATIONS)
    ]
    ending = {"status": "completed", "conclusion": conclusion.value}
    first = batches[0] if batches else ()
    got = _annotate(pull, check, ending, output, first, check.annotations)
    done = check.annotations + len(first)
    for batch in batches[1:]:
        if isinstance(got, Fault) or pull.wire.is_hurried:
            break
        got = _annotate(pull, check, {}, output, batch, done)
        done += len(batch)
    return writing.outcome(got)


def set_status(pull: GitHubPull, name: str, head_sha: str, conclusion: Conclusion, description: str) -> Written:
    """Set a commit status; one set twice is the same one, so it may be sent again."""
    request = Request(
        verb="POST",
        path=f"/repos/{pull.repo}/statuses/{head_sha}",
        about=f"statuses of {pull.repo}",
        needs="statuses: write",
        body={"state": _STATES[conclusion], "context": name, "description": description[:MAX_DESCRIPTION_CHARS]},
        repeatable=True,
    )
    return writing.outcome(pull.wire.send(request))


def _annotate(
    pull: GitHubPull,
    check: CheckRun,
    ending: dict[str, str],
    output: CheckOutput,
    batch: Sequence[Annotation],
    before: int,
) -> Answer | Fault:
    """Send one batch. Annotations add up, so after an open end they are counted before anything is sent again."""
    shown: dict[str, Any] = {"title": output.title[:MAX_TITLE_CHARS], "summary": _cut(output.summary)}
    if batch:
        shown["annotations"] = [_annotation(each) for each in batch]
    request = _patch(pull, check.id, {**ending, "output": shown}, repeatable=not batch)
    got = writing.create(pull.wire, request, lambda: _annotated(pull, check, before + len(batch)))
    return got if isinstance(got, Answer | Fault) else Answer(data=None)


def _annotated(pull: GitHubPull, check: CheckRun, count: int) -> Literal[True] | None:
    data = pull.wire.read(
        Request(
            verb="GET",
            path=f"/repos/{pull.repo}/check-runs/{check.id}",
            about=f"a check of {pull.repo}",
            needs="checks: read",
            repeatable=True,
        )
    )
    return True if isinstance(data, dict) and _count(data.get("output")) >= count else None


def _count(output: object) -> int:
    count = output.get("annotations_count") if isinstance(output, dict) else None
    return count if isinstance(count, int) else 0


def _find(pull: GitHubPull, name: str, head_sha: str, external_id: str) -> CheckRun | None:
    """Return the run that was just created, if it was; raises HostError."""
    data = pull.wire.read(
        Request(
            verb="GET",
            path=f"/repos/{pull.repo}/commits/{head_sha}/check-runs",
            parameters={"check_name": name, "filter": "all", "status": "in_progress", "per_page": PER_PAGE},
            about=f"checks of {pull.repo}",
            needs="checks: read",
            repeatable=True,
        )
    )
    listed = data.get("check_runs") if isinstance(data, dict) else None
    runs = [run for each in listed or () if (run := _run(each))]
    return max((run for run in runs if run.external_id == external_id), key=lambda run: run.id, default=None)


def _patch(pull: GitHubPull, run: int, body: dict[str, Any], *, repeatable: bool = True) -> Request:
    return Request(
        verb="PATCH",
        path=f"/repos/{pull.repo}/check-runs/{run}",
        about=f"a check of {pull.repo}",
        needs=_NEEDS,
        body=body,
        repeatable=repeatable,
    )


def _run(data: object) -> CheckRun | None:
    """Return a run as REST tells it, None where that is no run."""
    if not isinstance(data, dict) or not isinstance(data.get("id"), int):
        return None
    return CheckRun(
        id=data["id"],
        external_id=str(data.get("external_id") or ""),
        is_completed=data.get("status") == "completed",
        conclusion=data.get("conclusion"),
        annotations=_count(data.get("output")),
    )


def _annotation(note: Annotation) -> dict[str, Any]:
    return {
        "path": note.path,
        "start_line": note.start_line,
        "end_line": note.end_line,
        "annotation_level": note.level,
        "title": note.title[:MAX_TITLE_CHARS],
        "message": _cut(note.message),
    }


def _cut(text: str) -> str:
    """Return `text` within GitHub's limit, counted in bytes to be safe."""
    data = text.encode()
    if len(data) <= MAX_SUMMARY_BYTES:
        return text
    return data[: MAX_SUMMARY_BYTES - len(CUT.encode())].decode("utf-8", "ignore") + CUT
