"""Readers that leave, full disks and closed streams: the verdict's own code, or one clear line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loopback_model import LoopbackModel

UNSAFE = "import yaml\n\n\ndef read(text):\n    return yaml.load(text, Loader=yaml.UnsafeLoader)\n"
CLEAN_DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
UNSAFE_DIFF = "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,5 @@\n" + "".join(f"+{line}\n" for line in UNSAFE.splitlines())
FULL = "hunkwise: standard output can't be written: No space left on device\n"

needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


def shell(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of sh, in which `hunkwise` is ours."""
    (cwd / "clean.diff").write_text(CLEAN_DIFF, "utf-8")
    (cwd / "unsafe.diff").write_text(UNSAFE_DIFF, "utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = f"hunkwise() {{ '{sys.executable}' -m hunkwise \"$@\"; }}\n{command}"
    return subprocess.run(
        ["sh", "-c", started],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("review clean.diff", 0),
        ("review clean.diff --format json", 0),
        ("review unsafe.diff --fail-on never --format html", 0),
        ("review unsafe.diff -q", 1),
        ("schema config", 0),
        ("--help", 0),
    ],
)
def test_a_reader_who_leaves_early_changes_no_verdict(arguments: str, code: int, tmp_path: Path) -> None:
    done = shell(f"{{ hunkwise {arguments}; echo $? >code; }} | true", tmp_path)
    assert ((tmp_path / "code").read_text("utf-8"), done.stderr.replace("\n", "")) == (f"{code}\n", "")


def test_what_goes_to_a_file_is_written_though_the_reader_is_gone(tmp_path: Path) -> None:
    shell("hunkwise review unsafe.diff --html page.html | true", tmp_path)
    assert "UnsafeLoader" in (tmp_path / "page.html").read_text("utf-8")


@needs_full_device
@pytest.mark.parametrize(
    "arguments",
    ["review clean.diff", "review clean.diff -q", "review clean.diff --show-prompts", "config", "schema report", "-h"],
)
def test_a_full_device_is_one_line_and_no_bug(arguments: str, tmp_path: Path) -> None:
    done = shell(f"git init -q . && hunkwise {arguments} >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (2, FULL)


@needs_full_device
def test_a_full_device_is_the_same_for_stored_answers(tmp_path: Path) -> None:
    done = shell("hunkwise cache info >/dev/full", tmp_path, HUNKWISE_CACHE_DIR=str(tmp_path / "kept"))
    assert (done.returncode, done.stderr) == (2, FULL)


@pytest.mark.parametrize("stream", [">&-", pytest.param(">/dev/full", marks=needs_full_device), "3<clean.diff >&3"])
def test_nothing_is_paid_for_what_can_not_be_written(stream: str, tmp_path: Path) -> None:
    with LoopbackModel() as server:
        known = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": server.base_url}
        done = shell(f"hunkwise review clean.diff {stream}", tmp_path, **known)
    assert done.returncode == 2
    assert "hunkwise: standard output can't be written: " in done.stderr
    assert "bug" not in done.stderr
    assert server.requests == []


def test_a_closed_output_does_not_matter_where_a_file_is_written(tmp_path: Path) -> None:
    done = shell("hunkwise review clean.diff --format json --output out.json >&-", tmp_path)
    assert (done.returncode, (tmp_path / "out.json").exists()) == (0, True)


@pytest.mark.parametrize("stream", ["2>&-", pytest.param("2>/dev/full", marks=needs_full_device)])
def test_progress_that_can_not_be_told_disturbs_nothing(stream: str, tmp_path: Path) -> None:
    done = shell(f"hunkwise review unsafe.diff -v {stream}", tmp_path)
    assert done.returncode == 1
    assert "block: " in done.stdout


def test_a_closed_input_is_one_line(tmp_path: Path) -> None:
    done = shell("hunkwise review - <&-", tmp_path)
    assert (done.returncode, done.stderr.split("\n")[0]) == (2, "hunkwise: standard input is closed")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no file that fails to be read")
def test_an_input_that_can_not_be_read_is_one_line(tmp_path: Path) -> None:
    done = shell("hunkwise review - </proc/self/mem", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "hunkwise: standard input can't be read: Input/output error\n"
