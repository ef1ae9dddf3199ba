"""The check run on the head commit, and the commit status that stands in where checks are denied."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from hunkwise.adapters.github import payloads, queries, writing
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
_COUNT = ("output", "annotations_count")
_KEY = ("path", "start_line", "end_line", "annotation_level", "title", "message")
_STATES = {Conclusion.SUCCESS: "success", Conclusion.FAILURE: "failure", Conclusion.NEUTRAL: "success"}
"""A status can't be neutral; a neutral check passes, so a status in its place does too."""


class Checks:
    """Check runs of one pull request's commits. Of a run that is taken up again it knows what that already shows."""

    def __init__(self, pull: GitHubPull) -> None:
        self._pull = pull
        self._annotated: dict[int, str] = {}

    def open(self, name: str, head_sha: str, external_id: str, known: CheckRun | None) -> CheckRun | None:
        """Take `known` up again, or create a run; None where the token may not, or GitHub does not answer."""
        if known is not None:
            again = self._send(known, {"status": "in_progress", "external_id": external_id})
            if isinstance(again, Answer):
                self._note_annotations(again.data)
                return _run(again.data)
            if again.kind is FaultKind.BROKEN:
                return None
        body = {"name": name, "head_sha": head_sha, "external_id": external_id, "status": "in_progress"}
        path = f"/repos/{self._pull.repo}/check-runs"
        request = Request(verb="POST", path=path, about=self._about, needs=_NEEDS, body=body)
        got = writing.create(self._pull.wire, request, lambda: self._find(name, head_sha, external_id))
        if isinstance(got, Answer):
            return _run(got.data)
        return got if isinstance(got, CheckRun) else None

    def conclude(self, check: CheckRun, conclusion: Conclusion, output: CheckOutput) -> Written:
        """Conclude a run, and then add what annotations one request can't take; in a hurry they are left out.

        What becomes of those changes nothing: the check is over by then, and comments and summary hold every finding.
        """
        shown = self._shown(check)
        notes = _without(output.annotations, shown)
        ending = {"status": "completed", "conclusion": conclusion.value}
        first = got = self._annotate(check, ending, output, notes[:MAX_ANNOTATIONS], shown.total())
        for at in range(MAX_ANNOTATIONS, len(notes), MAX_ANNOTATIONS):
            if isinstance(got, Fault) or self._pull.wire.is_hurried:
                break
            got = self._annotate(check, {}, output, notes[at : at + MAX_ANNOTATIONS], shown.total() + at)
        return writing.outcome(first)

    def set_status(self, name: str, head_sha: str, conclusion: Conclusion, description: str) -> Written:
        """Set a commit status; one set twice is the same one, so it may be sent again."""
        request = Request(
            verb="POST",
            path=f"/repos/{self._pull.repo}/statuses/{head_sha}",
            about=f"statuses of {self._pull.repo}",
            needs="statuses: write",
            body={"state": _STATES[conclusion], "context": name, "description": description[:MAX_DESCRIPTION_CHARS]},
            repeatable=True,
        )
        return writing.outcome(self._pull.wire.send(request))

    @property
    def _about(self) -> str:
        return f"checks of {self._pull.repo}"

    def _send(self, check: CheckRun, body: Mapping[str, Any]) -> Answer | Fault:
        return self._pull.wire.send(self._patch(check, body, repeatable=True))

    def _patch(self, check: CheckRun, body: Mapping[str, Any], *, repeatable: bool) -> Request:
        path = f"/repos/{self._pull.repo}/check-runs/{check.id}"
        return Request(verb="PATCH", path=path, about=self._about, needs=_NEEDS, body=body, repeatable=repeatable)

    def _read(self, path: str, **parameters: str | int) -> object:
        return self._pull.wire.read(
            Request(
                verb="GET",
                path=f"/repos/{self._pull.repo}/{path}",
                parameters=parameters,
                about=self._about,
                needs="checks: read",
                repeatable=True,
            )
        )

    def _annotate(
        self, check: CheckRun, ending: Mapping[str, str], output: CheckOutput, batch: Sequence[Annotation], before: int
    ) -> Answer | Fault:
        """Send one batch. Annotations add up, so after an open end they are counted before anything is sent again."""
        shown: dict[str, Any] = {"title": output.title[:MAX_TITLE_CHARS], "summary": _cut(output.summary)}
        if batch:
            shown["annotations"] = [_annotation(each) for each in batch]
        request = self._patch(check, {**ending, "output": shown}, repeatable=not batch)
        got = writing.create(self._pull.wire, request, lambda: self._has_annotations(check, before + len(batch)))
        return got if isinstance(got, Answer | Fault) else Answer(data=None)

    def _has_annotations(self, check: CheckRun, count: int) -> Literal[True] | None:
        shown = payloads.part(self._read(f"check-runs/{check.id}"), "output", "annotations_count")
        return True if isinstance(shown, int) and shown >= count else None

    def _find(self, name: str, head_sha: str, external_id: str) -> CheckRun | None:
        """Return the run that was just created, if it was; raises HostError."""
        asked: dict[str, str | int] = {
            "check_name": name,
            "filter": "all",
            "status": "in_progress",
            "per_page": PER_PAGE,
        }
        listed = payloads.part(self._read(f"commits/{head_sha}/check-runs", **asked), "check_runs")
        runs = [run for each in (listed if isinstance(listed, list) else ()) if (run := _run(each))]
        return max((run for run in runs if run.external_id == external_id), key=lambda run: run.id, default=None)

    def _note_annotations(self, data: object) -> None:
        """Remember a run that shows annotations already: a run that was killed, or one of the same head."""
        run, node, count = (payloads.part(data, *path) for path in (("id",), ("node_id",), _COUNT))
        if isinstance(run, int) and isinstance(node, str) and count:
            self._annotated[run] = node

    def _shown(self, check: CheckRun) -> Counter[tuple[object, ...]]:
        """Return the annotations that a run shows, as far as can be told: GitHub only ever adds some."""
        node, shown = self._annotated.get(check.id), Counter[tuple[object, ...]]()
        after: object = None
        while node is not None and not self._pull.wire.is_hurried:
            variables = {"run": node, "after": after}
            got = self._pull.wire.graphql(queries.ANNOTATIONS, variables, about=self._about, needs="checks: read")
            page = payloads.part(got.data, "node", "annotations") if isinstance(got, Answer) else None
            nodes = payloads.part(page, "nodes")
            shown.update(_key_of_shown(each) for each in (nodes if isinstance(nodes, list) else ()))
            if not payloads.part(page, "pageInfo", "hasNextPage"):
                break
            after = payloads.part(page, "pageInfo", "endCursor")
        return shown


def _without(notes: Sequence[Annotation], shown: Counter[tuple[object, ...]]) -> list[Annotation]:
    """Return the notes that are not shown yet."""
    left = Counter(shown)
    missing = []
    for note in notes:
        sent = _annotation(note)
        key = tuple(sent[name] for name in _KEY)
        left[key] -= 1
        if left[key] < 0:
            missing.append(note)
    return missing


def _key_of_shown(node: object) -> tuple[object, ...]:
    level = payloads.part(node, "annotationLevel")
    start, end = (payloads.part(node, "location", side, "line") for side in ("start", "end"))
    texts = (payloads.part(node, name) for name in ("title", "message"))
    return (payloads.part(node, "path"), start, end, str(level).lower(), *texts)


def _run(data: object) -> CheckRun | None:
    """Return a run as REST tells it, None where that is no run."""
    if not isinstance(data, dict) or not isinstance(data.get("id"), int):
        return None
    return CheckRun(
        id=data["id"],
        external_id=str(data.get("external_id") or ""),
        is_completed=data.get("status") == "completed",
        conclusion=data.get("conclusion"),
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
