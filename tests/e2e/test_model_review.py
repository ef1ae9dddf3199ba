"""A whole review by a model over real HTTP on loopback: what was shown, what came back, what became of it.

The server is no model: what it answers here is written by hand in each test.
"""

import json
import os
import random
import re
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import fakes
import loopback_answers as answers
from hunkwise.render.report_schema import report_schema
from loopback_answers import Answer
from loopback_model import LoopbackModel, Script, hunk_ids

FILES, LINES = 60, 50
LINE = re.compile(r"^(\d+)([-+ ])\|(.*)$", re.MULTILINE)
HUNK = re.compile(r'<hunk id="([0-9a-f-]+)">\nfile: ([^\n]+)\n(@@ [^\n]+ @@)\n(.*?)\n</hunk', re.DOTALL)
CHANCE = random.Random(11)  # noqa: S311  # the same draw every time
KEY = "ghp_" + "".join(CHANCE.choice(string.ascii_letters + string.digits) for _ in range(36))


def big_diff() -> str:
    """Return a diff of 60 files and 3,000 added lines, with a key planted in every seventh."""
    parts = []
    for number in range(FILES):
        path = f"pkg{number % 7}/module_{number}.py"
        body = [f"value_{number}_{line} = compute({number}, {line})" for line in range(LINES)]
        if number % 7 == 0:
            body[10] = f'client_{number} = connect(token="{KEY}")'
        rows = "\n".join(f"+{line}" for line in body)
        head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
        parts.append(f"{head}@@ -0,0 +1,{LINES} @@\n{rows}\n")
    return "".join(parts)


SMALL = (
    "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -1,3 +1,4 @@\n def total(prices):\n"
    "-    return sum(prices)\n+    result = 0\n+    return result\n \n"
)
SECOND = SMALL.replace("app.py", "other.py").replace("result", "answer")


def review(
    script: Script, diff: str, tmp_path: Path, *options: str, **environment: str
) -> tuple[int, dict[str, Any], LoopbackModel, str]:
    """Run `hunkwise review` on a diff file against a scripted server."""
    path = tmp_path / "change.diff"
    path.write_text(diff, "utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HUNKWISE_CACHE_DIR") if name in os.environ}
    with LoopbackModel(script) as server:
        done = subprocess.run(
            [sys.executable, "-m", "hunkwise", "review", str(path), "--format", "json", *options],
            cwd=tmp_path,
            env={**kept, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "sk-test", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert "Traceback" not in done.stderr, done.stderr
    if not done.stdout:
        return done.returncode, {}, server, done.stderr
    report = json.loads(done.stdout)
    jsonschema.validate(report, report_schema())
    ledger = report["ledger"]
    assert ledger["hunks"] == sum(ledger[state] for state in ("reviewed", "cached", "skipped", "failed"))
    return done.returncode, report, server, done.stderr


def says(*findings: dict[str, Any]) -> Script:
    def script(body: dict[str, Any], index: int) -> Answer:
        del index
        return answers.completion(fakes.answer(hunk_ids(body), *findings), model=str(body["model"]))

    return script


def always(answer: Answer) -> Script:
    def script(body: dict[str, Any], index: int) -> Answer:
        del body, index
        return answer

    return script


def first_then(first: Callable[[dict[str, Any]], Answer]) -> Script:
    def script(body: dict[str, Any], index: int) -> Answer:
        return first(body) if index == 0 else says()(body, index)

    return script


def shown_lines(server: LoopbackModel) -> dict[tuple[str, str], list[str]]:
    """Return what the server saw of each hunk, by its own record."""
    seen: dict[tuple[str, str], list[str]] = {}
    for body in server.bodies:
        for _, path, header, text in HUNK.findall(body["messages"][1]["content"]):
            seen.setdefault((path, header), []).extend(found[2] for found in LINE.findall(text))
    return seen


def test_a_large_change_is_shown_whole_and_no_key_reaches_the_model(tmp_path: Path) -> None:
    code, report, server, _ = review(says(), big_diff(), tmp_path, HUNKWISE_CHUNK_TOKENS="4000")
    seen = shown_lines(server)
    entries = report["ledger"]["entries"]
    assert len(entries) == FILES
    assert {(entry["file"], entry["hunk"]) for entry in entries if entry["state"] == "reviewed"} == set(seen)
    assert sum(len(lines) for lines in seen.values()) == FILES * LINES
    for number in range(FILES):
        lines = seen[f"pkg{number % 7}/module_{number}.py", f"@@ -0,0 +1,{LINES} @@"]
        wanted = [f"value_{number}_{line} = compute({number}, {line})" for line in range(LINES)]
        assert [line for line in lines if line.startswith("value")] == [
            line for at, line in enumerate(wanted) if at != 10 or number % 7
        ]
    assert KEY not in json.dumps(server.bodies)
    assert "<redacted:github-token:1>" in json.dumps(server.bodies)
    assert report["redactions"]["total"] == 9
    assert code == 1, "the keys themselves are findings"
    assert {finding["origin"] for finding in report["findings"]} == {"secret:github-token"}
    assert report["usage"]["requests"] == len(server.requests) > 5


def test_a_wrong_number_with_a_right_quote_lands_right_and_an_invented_quote_is_dropped(tmp_path: Path) -> None:
    right = fakes.finding("result = 0", line=77)
    invented = fakes.finding("os.system(cmd)", line=2)
    code, report, _, _ = review(says(right, invented), SMALL, tmp_path)
    assert code == 1
    assert [(row["file"], row["line"], row["side"]) for row in report["findings"]] == [("app.py", 2, "RIGHT")]
    assert [(row["stage"], row["reason"]) for row in report["dropped"]] == [
        ("anchor", "the quoted code is on no line of the diff")
    ]


def test_an_approval_by_the_model_counts_for_nothing(tmp_path: Path) -> None:
    code, report, _, _ = review(says(fakes.finding("result = 0")), SMALL, tmp_path)
    assert (code, report["verdict"]["outcome"]) == (1, "block")


def test_a_malformed_answer_is_repaired_once(tmp_path: Path) -> None:
    script = first_then(lambda _: answers.completion('{"findings": [], "approved": true}'))
    code, report, server, _ = review(script, SMALL, tmp_path)
    assert (code, len(server.requests)) == (0, 2)
    assert "'reviewed' is a required property" in server.bodies[1]["messages"][-1]["content"]
    assert report["ledger"]["reviewed"] == 1


def test_an_answer_malformed_twice_is_incomplete(tmp_path: Path) -> None:
    code, report, server, _ = review(always(answers.completion("LGTM!")), SMALL, tmp_path)
    assert (code, report["verdict"]["outcome"], len(server.requests)) == (4, "incomplete", 2)
    assert report["ledger"]["entries"][0]["reason"].startswith("malformed answer, also after a repair")


def test_a_model_that_skips_a_hunk_is_asked_again(tmp_path: Path) -> None:
    script = first_then(lambda body: answers.completion(fakes.answer(hunk_ids(body)[:1])))
    code, report, server, _ = review(script, SMALL + SECOND, tmp_path)
    assert (code, report["ledger"]["reviewed"], len(server.requests)) == (0, 2, 2)
    assert hunk_ids(server.bodies[1]) == hunk_ids(server.bodies[0])[1:]


def test_half_of_the_requests_failing_is_incomplete_never_approve(tmp_path: Path) -> None:
    def script(body: dict[str, Any], index: int) -> Answer:
        is_even = int(hunk_ids(body)[0][0], 16) % 2 == 0
        return answers.error(400, "no") if is_even else says()(body, index)

    code, report, _, _ = review(
        script, big_diff().replace(KEY, "x"), tmp_path, HUNKWISE_CHUNK_TOKENS="1200", HUNKWISE_MAX_TRIES="1"
    )
    ledger = report["ledger"]
    assert 0 < ledger["failed"] < FILES
    assert ledger["failed"] + ledger["reviewed"] == FILES
    assert (code, report["verdict"]["outcome"]) == (4, "incomplete")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answers.bad_key(), "OPENAI_API_KEY"),
        (answers.out_of_quota(), "quota"),
        (answers.broken_server(503), "503"),
        (answers.rate_limited("3600"), "rate limit"),
    ],
)
def test_a_model_that_can_not_answer_leaves_the_rules_findings_and_is_incomplete(
    answer: Answer, said: str, tmp_path: Path
) -> None:
    unsafe = "diff --git a/r.py b/r.py\n--- /dev/null\n+++ b/r.py\n@@ -0,0 +1,4 @@\n+import yaml\n+\n+def f(t):\n"
    unsafe += "+    return yaml.load(t, Loader=yaml.UnsafeLoader)\n"
    code, report, _, _ = review(always(answer), unsafe, tmp_path, HUNKWISE_MAX_TRIES="1", HUNKWISE_FAIL_ON="never")
    assert (code, report["verdict"]["outcome"]) == (4, "incomplete")
    assert [finding["origin"].partition(":")[0] for finding in report["findings"]] == ["rule"]
    told = json.dumps([report["notices"], report["ledger"]["entries"][0]["reason"]])
    assert said in told


def test_an_unknown_model_is_a_configuration_error(tmp_path: Path) -> None:
    code, report, _, stderr = review(always(answers.unknown_model("nope")), SMALL, tmp_path, "--model", "nope")
    assert (code, report) == (2, {})
    assert "nope" in stderr
    assert len(stderr.strip().split("\n")) <= 3


def test_a_refused_connection_is_told_in_one_line(tmp_path: Path) -> None:
    code, report, _, _ = review(
        says(), SMALL, tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1", HUNKWISE_MAX_TRIES="2"
    )
    assert (code, report["verdict"]["outcome"]) == (4, "incomplete")
    (notice,) = report["notices"]
    assert notice["code"] == "model-unavailable"
    assert "127.0.0.1:9" in notice["text"]


def test_a_secret_the_model_writes_is_in_no_report(tmp_path: Path) -> None:
    leak = fakes.finding("result = 0", description=f"Use {KEY} here.", suggestion=KEY, replacement=KEY)
    lost = fakes.finding("nowhere", description=f"The key {KEY} leaks.")
    for style in ("json", "text", "markdown", "html", "sarif"):
        path = tmp_path / style
        review(says(leak, lost), SMALL, tmp_path, "--format", style, "--output", str(path))
        assert KEY not in path.read_text("utf-8"), style


def test_the_same_change_gives_the_same_requests(tmp_path: Path) -> None:
    runs = [review(says(), big_diff(), tmp_path)[2].bodies for _ in range(2)]
    keyed = [sorted(json.dumps(body, sort_keys=True) for body in bodies) for bodies in runs]
    assert keyed[0] == keyed[1]
    assert len({body["messages"][0]["content"] for body in runs[0]}) == 1


def test_what_show_prompts_prints_is_what_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "change.diff"
    path.write_text(SMALL + SECOND, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hunkwise", "review", str(path), "--show-prompts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, server, _ = review(says(), SMALL + SECOND, tmp_path)
    for body in server.bodies:
        for message in body["messages"]:
            assert message["content"] in done.stdout
