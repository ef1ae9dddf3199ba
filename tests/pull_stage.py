"""A pull request on the loopback GitHub, a model that finds what is planted, and jobs on both.

    with staged(tmp_path) as stage:
        done = stage.opened()
        assert stage.picture() == ["#1 summary: ⛔ hunkwise: block", ...]

The model is no model: it reports each added line that calls `planted_<severity>_<name>`, and nothing else. When a
stage ends, all its requests have conformed to GitHub's published description.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import fakes
import github_conformance
import loopback_answers as answers
from action_run import ActionRun, Done
from loopback_answers import Answer
from loopback_github import Limits, LoopbackGitHub, Pull, payloads
from loopback_github.objects import Content
from loopback_model import LoopbackModel, Script, hunk_ids

T = TypeVar("T")

SHOWN_HUNK = re.compile(r'<hunk id="[0-9a-f-]+">\nfile: ([^\n]+)\n@@ [^\n]+ @@\n(.*?)\n</hunk', re.DOTALL)
PLANTED = re.compile(r"^(\d+)\+\|(.*\bplanted_(high|medium|low)_(\w+)\(.*)$", re.MULTILINE)
HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)


def rows(count: int = 60, planted: Mapping[int, str] | None = None, word: str = "row") -> str:
    """Return a Python file of `count` lines; `planted` names the fault on a line: `{9: "high_tax"}`; "step" is none."""
    named = planted or {}
    lines = [
        f"total_{at} = planted_{named[at]}({word}_{at})"
        if at in named
        else f"{word}_{at} = step({at}, {word}_{at - 1})"
        for at in range(1, count + 1)
    ]
    return "".join(f"{line}\n" for line in lines)


THREE = {10: "high_tax", 30: "medium_rounding", 50: "low_naming"}
BASE: Mapping[str, Content] = {"app.py": rows()}
HEAD: Mapping[str, Content] = {"app.py": rows(planted=THREE)}


def claims(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a finding for each line with a planted fault that a request shows as added."""
    shown = "\n".join(str(each["content"]) for each in body["messages"] if each["role"] == "user")
    return [
        fakes.finding(
            code.strip(),
            file=path,
            line=int(number),
            severity=severity,
            description=f"The {name} is wrong. Nobody would see it.",
            scenario=f"Any order with {name}.",
        )
        for path, lines in SHOWN_HUNK.findall(shown)
        for number, code, severity, name in PLANTED.findall(lines)
    ]


def finds(body: dict[str, Any], index: int) -> Answer:
    """Answer as a model that sees exactly what is planted."""
    del index
    return answers.completion(fakes.answer(hunk_ids(body), *claims(body)), model=str(body["model"]))


class Stage:
    """One pull request, what can happen to it, and what is seen of it."""

    def __init__(self, folder: Path, github: LoopbackGitHub, model: LoopbackModel, pull: Pull) -> None:
        self.github = github
        self.model = model
        self.pull = pull
        self.run = ActionRun(folder, github, model)
        self.keyless = ActionRun(folder / "keyless", github)

    def opened(self, *, token: str | None = None, **inputs: str) -> Done:
        """Run the job of the event that opens the pull request; on the same head it is a rerun."""
        return self.run("pull_request", payloads.pull_request(self.github, self.pull), token=token, **inputs)

    def pushed(self, files: Mapping[str, Content], *, force: bool = False, **inputs: str) -> Done:
        """Push `files`, which are the whole tree, and run that event's job."""
        self.github.state.push(self.pull, files, force=force)
        payload = payloads.pull_request(self.github, self.pull, "synchronize")
        return self.run("pull_request", payload, **inputs)

    def picture(self) -> list[str]:
        """Return what people see on the repository, a line each; hidden text is left out."""
        return picture(self.github)

    def visible(self) -> Any:
        """Return the whole snapshot without hidden text: what two histories must have in common."""
        return _without_hidden(self.github.snapshot())

    def requested(self, count: int) -> list[str]:
        """Return the last requests to GitHub from the one numbered `count`, in one line each."""
        return self.github.lines[count:]


@contextmanager
def staged(
    folder: Path,
    *,
    base: Mapping[str, Content] = BASE,
    head: Mapping[str, Content] = HEAD,
    script: Script = finds,
    limits: Limits | None = None,
    enterprise: bool = False,
    **pull: Any,
) -> Iterator[Stage]:
    """Set up a repository with `base` and a pull request by `dev`, who may write, that makes it `head`."""
    with (
        LoopbackGitHub("acme/shop", limits=limits, enterprise=enterprise) as github,
        LoopbackModel(script) as model,
    ):
        github.state.account("dev", role="write")
        github.state.commit(base)
        stage = Stage(folder, github, model, github.state.open_pull(head=head, **pull))
        yield stage
        if github_conformance.DESCRIPTION.is_file():
            github_conformance.assert_requests_conform(github.log)


def side_by_side(scenes: Sequence[Callable[[], T]], *, at_once: int = 16) -> list[T]:
    """Play scenes at the same time, for those that mostly wait."""
    with ThreadPoolExecutor(at_once) as pool:
        return [each.result() for each in [pool.submit(scene) for scene in scenes]]


def picture(github: LoopbackGitHub) -> list[str]:
    """Return what people see on the repository, a line each; hidden text is left out."""
    seen = github.snapshot()
    places = {entry.head_sha: "the merge group" for entry in github.state.queue}
    places |= {pull.head_sha: "head" for pull in github.state.pulls.values()}
    lines = [line for number, pull in seen["pulls"].items() for line in _pull(number, pull)]
    for check in seen["checks"]:
        where = places.get(check["sha"], "an earlier commit")
        notes = f", {len(check['annotations'])} annotations" if check["annotations"] else ""
        lines.append(f"check on {where}: {check['conclusion'] or check['status']}, {check['title']}{notes}")
    for status in seen["statuses"]:
        where = places.get(status["sha"], "an earlier commit")
        lines.append(f"status on {where}: {status['state']}, {status['description']}")
    return lines


def _pull(number: int, pull: Mapping[str, Any]) -> Iterator[str]:
    for comment in pull["comments"]:
        text = HIDDEN.sub("", comment["body"]).strip()
        if "hunkwise:summary" in comment["body"] and comment["author"] == "github-actions[bot]":
            yield f"#{number} summary: {text.splitlines()[0].removeprefix('## ')}"
            yield from (f"#{number} {line[2:]}" for line in text.splitlines() if line.startswith("> - "))
        else:
            yield f"#{number} {comment['author']}: {text.splitlines()[0] if text else '(hidden text)'}"
    for review in pull["reviews"]:
        text = HIDDEN.sub("", review["body"]).strip()
        yield f"#{number} {review['state']}: {text.partition('. The verdict')[0]}".rstrip(": ")
    for thread in pull["threads"]:
        first = thread["comments"][0]
        place = thread["path"] if thread["subject"] == "file" else f"{thread['path']}:{thread['line'] or 'outdated'}"
        ends = [f"resolved by {thread['resolved_by']}"] if thread["resolved_by"] else []
        ends += [f"folded as {first['minimized'].lower()}"] if first["minimized"] else []
        said = (HIDDEN.sub("", first["body"]).strip().splitlines() or ["(hidden text)"])[0].strip("*")
        yield f"#{number} {place} {said}" + (f" ({', '.join(ends)})" if ends else "")


def _without_hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_hidden(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_hidden(each) for each in value]
    return HIDDEN.sub("<!-- -->", value) if isinstance(value, str) else value
