"""Build git histories to measure on: consecutive releases of pinned packages, and repositories that hold every oddity.

    python bench/history.py FOLDER [--torture-only | --languages-only]

A release is a merge of one commit per top-level folder that changed in it. The packages are wheels of the versions
below, downloaded by pip and unpacked, never run; for other languages packages of npm and of two releases of Debian,
one commit a release (for Debian's an apt that knows bookworm and trixie). The torture repositories are made here by
hand. Everything is **built**, not somebody's real history; `bench/anchors.py` and `bench/context.py` read FOLDER/*.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

RELEASES = {
    "attrs": "20.3.0 21.2.0 21.4.0 22.1.0 22.2.0 23.1.0 23.2.0 24.2.0 25.1.0",
    "click": "7.1.2 8.0.4 8.1.0 8.1.3 8.1.7 8.1.8 8.2.0 8.2.1",
    "django": "3.2 4.0 4.1 4.2 5.0 5.1",
    "flask": "1.1.4 2.0.3 2.1.3 2.2.5 2.3.3 3.0.3 3.1.0",
    "jinja2": "2.11.3 3.0.3 3.1.2 3.1.4 3.1.6",
    "networkx": "2.8.8 3.0 3.1 3.2.1 3.3 3.4.2",
    "pip": "21.3.1 22.3.1 23.0.1 23.3.2 24.0 24.3.1 25.0",
    "pygments": "2.11.2 2.13.0 2.15.1 2.17.2 2.18.0 2.19.1",
    "pytest": "6.2.5 7.0.1 7.2.2 7.4.4 8.0.2 8.2.2 8.3.4",
    "requests": "2.25.1 2.27.1 2.28.2 2.31.0 2.32.3",
    "rich": "10.16.2 11.2.0 12.6.0 13.3.5 13.7.1 13.9.4 14.0.0",
    "sympy": "1.11.1 1.12 1.13.3",
    "urllib3": "1.25.11 1.26.18 2.0.7 2.1.0 2.2.3 2.3.0",
    "werkzeug": "1.0.1 2.0.3 2.1.2 2.2.3 2.3.8 3.0.6 3.1.3",
}
"""Package and the versions of it, oldest first."""

NPM = {
    "rxjs": "7.5.0 7.8.1",
    "express": "4.17.0 4.21.0",
    "axios": "1.2.0 1.7.0",
    "zod": "3.22.0 3.24.0",
    "react-native": "0.74.0 0.75.0",
    "react-native-windows": "0.74.0 0.75.0",
    "@wordpress/block-library": "8.20.0 9.10.0",
    "expo-modules-core": "1.11.0 1.12.0",
}
"""npm packages that hold sources in JavaScript, TypeScript, Java, Kotlin, C, C++, C#, Ruby, PHP and Swift."""

DEBIAN = (
    "golang-golang-x-tools-dev",
    "golang-golang-x-net-dev",
    "golang-github-spf13-cobra-dev",
    "librust-tokio-dev",
    "librust-syn-dev",
)
SUITES = ("bookworm", "trixie")
"""Debian packages that hold sources in Go and Rust, and the suites they are taken from, the older first."""

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{what}": "built@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    **{f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}


def main(target: Path, option: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        for package, versions in ({} if option else RELEASES).items():
            build_package(target / package, package, versions.split(), Path(cache))
            print(f"built {package}", file=sys.stderr)
    if option != "--torture-only":
        build_languages(target)
    if option == "--languages-only":
        return
    for name, steps in torture():
        build_steps(target / name, steps)
        print(f"built {name}", file=sys.stderr)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)


def build_package(folder: Path, package: str, versions: list[str], cache: Path) -> None:
    """Make one repository: each release a merge of a commit per top-level folder."""
    start(folder)
    git(folder, "commit", "-q", "--allow-empty", "-m", "start")
    for version in versions:
        tree = unpacked(package, version, cache)
        git(folder, "checkout", "-q", "-b", f"release-{version}")
        for part in sorted(
            {path.parts[0] for path in relative_files(tree)} | {path.parts[0] for path in relative_files(folder)}
        ):
            replace(folder, tree, part)
            git(folder, "add", "-A", "--force")
            git(folder, "commit", "-q", "--allow-empty", "-m", f"{version}: {part}")
        git(folder, "checkout", "-q", "main")
        git(folder, "merge", "-q", "--no-ff", "-m", f"release {version}", f"release-{version}")
        shutil.rmtree(tree)


def build_languages(target: Path) -> None:
    """Make one repository for each package that is not Python: a commit for each release."""
    of_npm = {package: versions.split() for package, versions in NPM.items()}
    for package, versions in {**of_npm, **{package: list(SUITES) for package in DEBIAN}}.items():
        folder = target / package.rpartition("/")[2]
        start(folder)
        for version in versions:
            git(folder, "rm", "-rfq", "--ignore-unmatch", ".")
            with tempfile.TemporaryDirectory() as cache:
                tree = (from_debian if package in DEBIAN else from_npm)(package, version, Path(cache))
                shutil.copytree(tree, folder / "src", symlinks=True, dirs_exist_ok=True)
            git(folder, "add", "-A", "--force")
            git(folder, "commit", "-q", "--allow-empty", "-m", version)
        print(f"built {package}", file=sys.stderr)


def from_npm(package: str, version: str, cache: Path) -> Path:
    subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=cache, check=True, stdout=subprocess.DEVNULL
    )
    tree = cache / "tree"
    with tarfile.open(next(cache.glob("*.tgz"))) as archive:
        for member in archive:
            archive.extract(member, tree, filter="data")
    return next(tree.iterdir())


def from_debian(package: str, suite: str, cache: Path) -> Path:
    subprocess.run(["apt-get", "download", "-qq", f"{package}/{suite}"], cwd=cache, check=True)
    subprocess.run(["dpkg-deb", "-x", str(next(cache.glob("*.deb"))), "tree"], cwd=cache, check=True)
    tree = cache / "tree" / "usr" / "share"
    inner = next(each for each in (tree / "gocode" / "src", tree / "cargo" / "registry") if each.exists())
    # cargo's folder holds the version, which would make every file a new one
    return next(inner.iterdir()) if inner.name == "registry" else inner


def unpacked(package: str, version: str, cache: Path) -> Path:
    """Download a wheel and unpack its files; nothing of it is run."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    wheels = cache / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    options = ["--python-version", "3.11", "--dest", str(wheels), f"{package}=={version}"]
    subprocess.run([*command, *options], check=True, stderr=subprocess.DEVNULL)
    tree = cache / "tree"
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(tree, [name for name in wheel.namelist() if ".dist-info/" not in name])  # noqa: S202  # wheels
    return tree


def relative_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] != ".git":
            yield relative


def replace(folder: Path, tree: Path, part: str) -> None:
    """Put `part` of a release into the work tree in place of the older one."""
    old, new = folder / part, tree / part
    if old.is_dir():
        shutil.rmtree(old)
    elif old.exists():
        old.unlink()
    if new.is_dir():
        shutil.copytree(new, old)
    elif new.exists():
        shutil.copyfile(new, old)


def start(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")


Step = dict[str, bytes | str | None]
"""Name -> content; None removes; a text "-> target" makes a link, "+x" or "-x" sets the mode."""


def build_steps(folder: Path, steps: list[Step]) -> None:
    start(folder)
    for number, step in enumerate(steps):
        for name, content in step.items():
            apply(folder, os.fsencode(name), content)
        git(folder, "add", "-A", "--force")
        git(folder, "commit", "-q", "--allow-empty", "-m", f"step {number}")


def apply(folder: Path, name: bytes, content: bytes | str | None) -> None:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    if content in ("+x", "-x"):
        path.chmod(0o755 if content == "+x" else 0o644)
        return
    if path.is_symlink() or path.is_file():
        path.unlink()
    if content is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.symlink_to(content.removeprefix("-> "))
    else:
        path.write_bytes(content)


def torture() -> Iterator[tuple[str, list[Step]]]:
    """Yield repositories of oddities: contents, ends of lines, names, kinds of change."""
    lines = [b"line %d" % number for number in range(60)]
    joined = b"\n".join(lines)
    yield (
        "torture-contents",
        [
            {
                "f": b"",
                "crlf": b"a\r\nb\r\nc\r\n",
                "noeol": b"a\nb",
                "latin": b"caf\xe9\nna\xefve\n",
                "bin": b"\0\1\2" * 50,
            },
            {
                "f": b"x\n",
                "crlf": b"a\nb\r\nC\r\n",
                "noeol": b"a\nb\n",
                "latin": b"caf\xe9s\nna\xefve\n",
                "bin": b"\0\1\3" * 50,
            },
            {"f": b"", "crlf": b"a\r\n\r\nC\r", "noeol": b"a\nc", "latin": "cafés\n".encode(), "bin": b"text now\n"},
            {
                "f": b"\n",
                "marks": b"a\x0cb\nc\x0bd\n\x1ce\xc2\x85f\n\xe2\x80\xa8g\xe2\x80\xa9\n\rh\r\r\n",
                "noeol": None,
            },
            {
                "f": b"\n\n",
                "marks": b"a\x0cB\nc\x0bd\n\x1ce\xc2\x85F\n\xe2\x80\xa8g\xe2\x80\xa9!\n\rh\r\n",
                "nul": b"a\0b\n",
            },
            {
                "headers": b"--- a/x\n+++ b/x\n@@ -1 +1 @@\ndiff --git a/x b/x\nIndex: y\n-- \n"
                b"\\ No newline at end of file\n"
            },
            {"headers": b"-- a/x\n++ b/x\n@@ -1,2 +1 @@\ndiff --git a/z b/z\nIndex: z\n--\n\\ No newline\n"},
            {"headers": None, "wide": b"x" * 300_000 + b"\n", "surrogate": b"\xed\xa0\x80\n\xff\xfe\n"},
            {
                "wide": b"y" + b"x" * 300_000,
                "surrogate": b"\xed\xb0\x80\n\xff\xfe\xfd\n",
                "utf16": "häh\n".encode("utf-16"),
            },
            {"many": joined, "empty-lines": b"\n" * 40},
            {
                "many": joined.replace(b"line 3\n", b"").replace(b"line 50", b"LINE 50"),
                "empty-lines": b"\n" * 39 + b"x\n",
            },
            {"many": joined + b"\nmore", "empty-lines": b"\n\n"},
        ],
    )
    odd = [
        b"a b",
        b"d b/f",
        b"tab\there",
        b"new\nline",
        b'quo"te',
        b"back\\slash",
        "grüße.txt".encode(),
        b"latin\xe9",
        b"-dash",
    ]
    odd += [
        b":(top)x",
        b"a -> b",
        "zero\u200bwidth".encode(),
        "bidi\u202etxt".encode(),
        b"\x01\x1b[31m",
        b" lead",
        b"trail ",
        b"*?[",
    ]
    names = [name.decode("utf-8", "surrogateescape") for name in odd]
    yield (
        "torture-names",
        [
            dict.fromkeys(names, b"one\ntwo\nthree\nfour\nfive\n"),
            dict.fromkeys(names, b"one\nTWO\nthree\nfour\nfive\n"),
            {**dict.fromkeys(names), **{f"moved/{name}": b"one\nTWO\nthree\nfour\nfive\n" for name in names}},
            {f"moved/{name}": b"one\nTWO\nthree\nfour\nsix\n" for name in names},
            dict.fromkeys(f"moved/{name}" for name in names),
        ],
    )
    yield (
        "torture-changes",
        [
            {"empty": b"", "run": b"#!/bin/sh\n", "link": "-> run", "big": joined},
            {"run": "+x", "link": "-> empty", "empty2": b""},
            {"link": b"a file now\n", "big": None, "bigger": joined + b"\nend\n"},
            {
                "link": "-> bigger",
                "bigger": None,
                "copy1": joined + b"\nend\n",
                "copy2": joined + b"\nfin\n",
                "empty": None,
            },
            {
                "run": "-x",
                "copy2": joined.replace(b"line 9", b"line nine"),
                "copy3": joined + b"\nend\n",
                "empty2": b"x",
            },
            {"run": None, "link": None, "deep/er/est": b"1\n", "copy1": b"rewritten\n" * 30},
            {"deep/er/est": None, "deep/er/est2": b"1\n"},
        ],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
