"""All requests of a run begin alike, to the byte, so that a provider keeps what it has read of them."""

import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import fakes
import loopback_answers as answers
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.settings import Settings
from loopback_answers import Answer
from loopback_model import LoopbackModel, hunk_ids

FILES = 24


def a_change() -> str:
    parts = []
    for number in range(FILES):
        rows = "\n".join(f"+value_{number}_{line} = compute({number}, {line})" for line in range(20))
        head = f"diff --git a/m{number}.py b/m{number}.py\nnew file mode 100644\n--- /dev/null\n+++ b/m{number}.py\n"
        parts.append(f"{head}@@ -0,0 +1,20 @@\n{rows}\n")
    return "".join(parts)


def stumbles(body: dict[str, Any], index: int) -> Answer:
    """Refuse a parameter, answer one request in a malformed way and another by half, so that all kinds come."""
    if "top_p" in body:
        return answers.unsupported_parameter("top_p")
    if index == 3:
        return answers.completion("{")
    return answers.completion(fakes.answer(hunk_ids(body)[: 1 if index == 4 else None]))


def messages_of(content: bytes) -> str:
    """Return a request's messages as they were sent, one character a byte."""
    _, _, after = content.decode("latin-1").partition('"messages":')
    return after


def test_the_beginning_of_all_requests_of_a_run_is_the_same_to_the_byte(tmp_path: Path) -> None:
    (tmp_path / "change.diff").write_text(a_change(), "utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HUNKWISE_CACHE_DIR") if name in os.environ}
    with LoopbackModel(stumbles) as server:
        done = subprocess.run(
            [sys.executable, "-m", "hunkwise", "review", "change.diff", "--format", "json"],
            cwd=tmp_path,
            env={**kept, "OPENAI_BASE_URL": server.base_url, "HUNKWISE_CHUNK_TOKENS": "1000"},
            capture_output=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert {len(sent.body["messages"]) for sent in server.requests} == {2, 4}, "first requests, and a repair"
    contents = [messages_of(sent.content) for sent in server.requests]
    assert len(contents) > 8
    shared = "".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, zip(*contents, strict=False)))
    pack = PromptFiles().load("review", Settings.model_validate({}).prompt_version)
    before, _, _ = pack.user.partition("\n")
    (system,) = {sent.body["messages"][0]["content"] for sent in server.requests}
    assert shared.count('"role"') == 2
    assert len(shared) >= len(system.encode()) + len(before.encode())
    assert system.startswith(pack.system.partition("{{instructions}}")[0])
    assert system.count("Answer: {") == 2, "the examples are the same for all"
    assert all(sent.body["messages"][1]["content"].startswith(before) for sent in server.requests)
    assert len({str(sent.body["response_format"]) for sent in server.requests}) == 1
