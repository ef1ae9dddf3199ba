"""What `.gitattributes` marks as generated, judged by git itself."""

import subprocess
from pathlib import Path

import pytest

from hunkwise.adapters.github import attributes

PATHS = [
    b"a.py",
    b"gen/a.py",
    b"gen/deep/a.py",
    b"src/gen/a.py",
    b"gen",
    b"src/gen",
    b"api.pb.go",
    b"src/api.pb.go",
    b"with space.py",
    b"docs/with space.py",
    "caf\u00e9.py".encode(),
    b"caf\xe9.py",
    b"#hash.py",
    b"[x].py",
    b"x.py",
    b"src/lib/x.min.js",
]


@pytest.mark.parametrize(
    "text",
    [
        b"*.pb.go linguist-generated\n",
        b"*.pb.go linguist-generated=true\n",
        b"*.pb.go linguist-generated=1\n",
        b"* linguist-generated\n*.py -linguist-generated\n",
        b"* linguist-generated\n*.py !linguist-generated\n",
        b"* linguist-generated\nsrc/*.go linguist-generated=false\n",
        b"gen linguist-generated\n",
        b"gen/ linguist-generated\n",
        b"gen/* linguist-generated\n",
        b"gen/** linguist-generated\n",
        b"/gen/**/*.py linguist-generated\n",
        b"**/gen/*.py linguist-generated\n",
        b"src/**/x.min.js text=auto linguist-generated eol=lf\n",
        b'"with space.py" linguist-generated\n',
        b'"caf\\303\\251.py" linguist-generated\n',
        b'"caf\\351.py" linguist-generated\n',
        "caf\u00e9.py linguist-generated\r\n".encode(),
        b"# *.py linguist-generated\n",
        b"\\#hash.py linguist-generated\n",
        b"!*.py linguist-generated\n",
        b"[[]x[]].py linguist-generated\n",
        b"[a-z].py linguist-generated\n",
        b"?.py linguist-generated\n",
        b"[attr]made linguist-generated\n*.go made\n",
        b"[attr]made linguist-generated\n*.go -made\n",
        b"\xef\xbb\xbf*.go linguist-generated\n",
        b"*.go linguist-generated -linguist-generated\n",
        b"   *.go linguist-generated\n",
        b"*.go\n*.py text\n",
        b"",
        b"*.go " + b"x" * 3000 + b" linguist-generated\n",
    ],
)
def test_it_marks_what_git_says(text: bytes, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitattributes").write_bytes(text)
    answer = subprocess.run(
        ["git", "-C", tmp_path, "check-attr", "-z", "--stdin", "linguist-generated"],
        input=b"\0".join(PATHS) + b"\0",
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    marked = {path for path, value in zip(answer[::3], answer[2::3], strict=False) if value in (b"set", b"true")}
    assert attributes.generated(text, PATHS) == marked
