"""500 planted secrets of all kinds, in every channel a change has, against a model that echoes all it is shown.

What a review leaves behind, on streams, in files, in what the model got, must hold none of them: also where the model
refuses with an error that quotes its request, and where the process crashes with the change in its hands.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fakes
import loopback_answers as answers
import planted
from loopback_answers import Answer
from loopback_model import LoopbackModel, Script, hunk_ids
from pull_stage import staged

SECRETS = planted.pool(500)
IN_NAMES = tuple(
    each for each in SECRETS if re.match("github-(classic|fine)|gitlab$|npm$|openai|slack-bot|aws-access", each.kind)
)
"""Secrets that a file name can hold."""

FORMATS = ("json", "text", "markdown", "html", "sarif")


def change() -> str:
    """Return a diff with the secrets on added, deleted and context lines, in sections, names and files of all sorts."""
    parts = [section(f"src/module_{number}.py", each, "+- "[number % 3]) for number, each in enumerate(SECRETS)]
    for number, each in enumerate(IN_NAMES):
        parts.append(section(f"src/{each.values[0]}/part_{number}.py", SECRETS[number], "+"))
    for name in (".env", "yarn.lock", "vendor/x.js", "deploy/secret.yaml", "app.min.js"):
        parts.extend(section(name, each, "+") for each in SECRETS[:40])
    name = IN_NAMES[0].values[0]
    parts.append(f"diff --git a/{name}.bin b/{name}.bin\nnew file mode 100644\nBinary files /dev/null and b/x differ\n")
    parts.append(f"diff --git a/{name}.x b/{name}.x\n--- a/{name}.x\n+++ b/{name}.x\n@@ -1 +9999 @@ broken\n+x\n y\n")
    return "".join(parts)


def section(path: str, secret: planted.Planted, sign: str) -> str:
    """Return one file's diff; the secret's first line stands in the hunk's header too."""
    rows = ["+first = 1", *[sign + row for row in secret.text.split("\n")], " last = 2"]
    old, new = sum(row[0] != "+" for row in rows), sum(row[0] != "-" for row in rows)
    first = secret.text.split("\n")[0]
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@ {first}\n"
        + "\n".join(rows)
        + "\n"
    )


def echo(body: dict[str, Any], index: int) -> Answer:
    """Say in every field what was shown; every fourth answer is an error that quotes the request."""
    shown = str(body["messages"][1]["content"])
    if index % 4 == 3:
        return answers.error(400, f"Invalid request: {shown}", code="invalid_prompt")
    lines = [line.partition("|")[2] for line in shown.split("\n") if "|" in line]
    found = [
        fakes.finding(line, file=shown[:200], description=line, scenario=line, suggestion=line, replacement=line)
        for line in lines[:20]
    ]
    return answers.completion(fakes.answer(hunk_ids(body), *found), model=shown[:80])


def malformed(body: dict[str, Any], index: int) -> Answer:
    """Answer with the request itself, which is no JSON, so that a repair quotes it."""
    del index
    return answers.completion(str(body["messages"][1]["content"]))


def guesses(body: dict[str, Any], index: int) -> Answer:
    """Write secrets of the change that the model was never shown."""
    lines = [SECRETS[(index + at) % len(SECRETS)].text for at in range(20)]
    found = [fakes.finding(line, file=line, description=line, category=line, suggestion=line) for line in lines]
    return answers.completion(fakes.answer(hunk_ids(body), *found))


def survivors(text: str) -> list[str]:
    """Return the kinds of secrets of which a value stands in `text`, as it is or escaped for a format."""
    plain = (
        text.replace("\\/", "/").replace("&#x27;", "'").replace("\\_", "_").replace("\\-", "-").replace("\u2060", "")
    )
    return [each.kind for each in SECRETS if any(value in text or value in plain for value in each.values)]


def run(folder: Path, *arguments: str, program: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run hunkwise in `folder`, with `program` in the process before it."""
    kept = {name: os.environ[name] for name in ("PATH",)}
    own = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    code = f"{program}\nfrom hunkwise.cli import run\nimport sys\nsys.exit(run(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-c", code, *arguments],
        cwd=folder,
        env={**kept, **own, "OPENAI_API_KEY": "sk-test", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def left_behind(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield all files of `folder` but the change itself."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "change.diff":
            yield path.name, path.read_text("utf-8", errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize("script", [echo, malformed, guesses])
def test_no_secret_reaches_the_model_or_anything_that_is_left(script: Script, tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text(change(), "utf-8")
    assert len(survivors(change())) == len(SECRETS)
    with LoopbackModel(script) as server:
        for style in FORMATS if script is echo else ("json",):
            options = ("--format", style, "--output", f"report.{style}", "--html", "page.html", "-v")
            done = run(tmp_path, "review", "change.diff", *options, OPENAI_BASE_URL=server.base_url)
            assert done.returncode in {1, 4}, done.stderr[-2000:]
            assert not survivors(done.stdout + done.stderr)
    assert len(server.bodies) > 5
    assert not survivors("\n".join(json.dumps(body, ensure_ascii=False) for body in server.bodies))
    for name, text in left_behind(tmp_path):
        assert not survivors(text), name


@pytest.mark.slow
def test_no_secret_that_another_tool_found_is_told(tmp_path: Path) -> None:
    rows = "".join(f"+first = {number}\n" for number in range(len(SECRETS)))
    diff = f"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -0,0 +1,{len(SECRETS)} @@\n{rows}"
    results = [
        {
            "ruleId": f"leak-{number}",
            "message": {"text": each.text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a.py"},
                        "region": {"startLine": number + 1},
                    }
                }
            ],
        }
        for number, each in enumerate(SECRETS)
    ]
    run_of_tool = {"tool": {"driver": {"name": "leaks"}}, "results": results}
    evidence = json.dumps({"version": "2.1.0", "runs": [run_of_tool]})
    (tmp_path / "change.diff").write_text(diff, "utf-8")
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "leaks.sarif").write_text(evidence, "utf-8")
    for style in FORMATS:
        options = ("--engine", "rules", "--format", style, "--evidence", str(folder / "leaks.sarif"), "-v")
        done = run(tmp_path, "review", "change.diff", *options)
        assert done.returncode == 0, done.stderr[-2000:]
        assert "redacted:" in done.stdout, style
        assert not survivors(done.stdout + done.stderr)


@pytest.mark.slow
def test_no_secret_is_in_what_show_prompts_prints(tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text(change(), "utf-8")
    done = run(tmp_path, "review", "change.diff", "--show-prompts", "-v")
    assert done.returncode == 0
    assert not survivors(done.stdout + done.stderr)


CRASHES = {
    "after reading": "from hunkwise.core import packing\ndef crash(*given, **named): raise RuntimeError(repr(given))\n"
    "packing.pack = crash",
    "in the gate": "from hunkwise.core import redact\n"
    "def crash(content, *given): raise KeyError(repr([line.text for line in content.lines]))\nredact.hunk = crash",
    "in a thread": "from hunkwise.core import parsing\ndef crash(*given): raise ValueError(repr(given))\n"
    "parsing.answer = crash",
    "while rendering": "from hunkwise.render import json_report\n"
    "def crash(report): raise ValueError(repr(report))\njson_report.text = crash",
}


@pytest.mark.slow
@pytest.mark.parametrize("where", CRASHES)
def test_a_crash_tells_no_secret(where: str, tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text("".join(section(f"m{at}.py", each, "+") for at, each in enumerate(SECRETS)))
    with LoopbackModel(echo) as server:
        options = ("--format", "json", "--output", "report.json", "-v")
        done = run(tmp_path, "review", "change.diff", *options, program=CRASHES[where], OPENAI_BASE_URL=server.base_url)
    assert done.returncode == 70, done.stderr[-2000:]
    assert "a bug in hunkwise" in done.stderr
    assert not survivors(done.stdout + done.stderr)
    for name, text in left_behind(tmp_path):
        assert not survivors(text), name


@pytest.mark.parametrize(
    "text", ["{0}: 1", "fail_on: {0}", "model: [{0}]", "fail_on: high\n{0}", "exclude: ['{0}**', 'a{0}//\\\\']"]
)
def test_a_mistake_in_the_configuration_tells_no_secret(text: str, tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text(section("a.py", SECRETS[0], "+"))
    for each in IN_NAMES[:2]:
        (tmp_path / "mine.yml").write_text(text.format(each.values[0]), "utf-8")
        done = run(tmp_path, "review", "change.diff", "--config", "mine.yml", "--engine", "rules")
        assert not survivors(done.stdout + done.stderr), done.stderr


@pytest.mark.parametrize("arguments", [("{0}",), ("--config", "{0}"), ("--output", "/no/{0}"), ("--fail-on", "{0}")])
def test_a_mistaken_call_tells_no_secret(arguments: tuple[str, ...], tmp_path: Path) -> None:
    value = IN_NAMES[0].values[0]
    done = run(tmp_path, "review", *[each.format(value) for each in arguments])
    assert done.returncode == 2
    assert value not in done.stdout + done.stderr


def content(secrets: tuple[planted.Planted, ...]) -> str:
    """Return a file that holds `secrets`, each apart from the next."""
    return "first = 1\n" + "".join(f"{each.text}\nlast = {at}\n---\n" for at, each in enumerate(secrets))


@pytest.mark.slow
@pytest.mark.parametrize("script", [echo, guesses])
def test_no_secret_is_said_on_a_pull_request_or_left_in_its_job(script: Script, tmp_path: Path) -> None:
    head: dict[str, Any] = {f"src/part_{at}.py": content(SECRETS[at : at + 5]) for at in range(0, len(SECRETS), 5)}
    head |= {f"src/{each.values[0]}.py": content(SECRETS[:2]) for each in IN_NAMES[:20]}
    base: dict[str, Any] = {"app.py": "x = 1\n", ".hunkwise.yml": "chunk_tokens: 3000\n"}
    title, body = (f"Use {each.values[0]} now" for each in IN_NAMES[:2])
    with staged(tmp_path, base=base, head={**base, **head}, script=script, title=title, body=body) as stage:
        done = stage.opened(report="report.json", sarif="report.sarif")
        assert done.code in {0, 1, 4}, done.errors[-2000:]
        assert len(stage.model.bodies) > 5
        written = [each.request for each in stage.github.log if each.request.writes]
        assert len(written) >= 3
        assert not survivors("\n".join(each.content.decode("utf-8") for each in written))
        assert not survivors("\n".join(json.dumps(each, ensure_ascii=False) for each in stage.model.bodies))
        assert not survivors(done.log + done.errors + done.summary + json.dumps(dict(done.outputs)))
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "event.json":
            assert not survivors(path.read_text("utf-8", errors="replace")), path.name
