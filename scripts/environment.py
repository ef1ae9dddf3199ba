"""Set up an environment from the lock on a machine that has Python 3.11+ and git, and nothing else.

Used by scripts/demo, scripts/test and scripts/lint. The built wheel is installed, never the source tree. A second
call with unchanged sources does nothing but compare a stamp. This file must parse on old Pythons, to say so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from typing import NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache")
MINIMUM = (3, 11)
INPUTS = ("src", "prompts", "scripts/hatch_vocabulary.py", "pyproject.toml", "uv.lock", "README.md", "LICENSE")


def python(groups: tuple[str, ...] = ()) -> str:
    """Return the Python of an environment with hunkwise's wheel and the dependency `groups`, made when needed."""
    if sys.version_info < MINIMUM:
        fail(
            "hunkwise needs Python 3.11 or newer; this is " + sys.version.split()[0],
            "run it with a newer one: python3.12 scripts/demo",
        )
    name = "-".join(["env", *groups])
    folder = os.path.join(CACHE, name)
    interpreter = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    stamp_file = os.path.join(folder, "hunkwise.stamp")
    stamp = _stamp(groups)
    if os.path.exists(interpreter) and _read(stamp_file) == stamp:
        return interpreter
    say("setting up " + os.path.relpath(folder, ROOT) + " from uv.lock")
    command = [
        _uv(),
        "sync",
        "--quiet",
        "--locked",
        "--no-editable",
        "--no-default-groups",
        "--reinstall-package",
        "hunkwise",
        "--compile-bytecode",
        "--python",
        sys.executable,
    ]
    for group in groups:
        command += ["--group", group]
    if _system_has_certificates():
        command.append("--system-certs")
    environment = dict(os.environ, UV_PROJECT_ENVIRONMENT=folder, UV_PYTHON_DOWNLOADS="never")
    environment.pop("VIRTUAL_ENV", None)
    if subprocess.call(command, cwd=ROOT, env=environment) != 0:
        fail("the environment could not be made from uv.lock", "the lines above say why; is the network reachable?")
    with open(stamp_file, "w") as file:
        file.write(stamp)
    return interpreter


def _uv() -> str:
    """Return the pinned uv, installed into an environment of its own."""
    requirements = os.path.join(ROOT, "scripts", "uv-requirements.txt")
    with open(requirements, "rb") as file:
        folder = os.path.join(CACHE, "uv-" + hashlib.sha256(file.read()).hexdigest()[:12])
    executables = os.path.join(folder, "Scripts" if os.name == "nt" else "bin")
    uv = os.path.join(executables, "uv")
    if os.path.exists(uv) or os.path.exists(uv + ".exe"):
        return uv
    try:
        import ensurepip  # noqa: F401, PLC0415  # venv needs it; some systems leave it out
        import venv  # noqa: PLC0415  # the same
    except ImportError:
        fail("Python's venv or ensurepip is missing: apt-get install python3-venv (Debian, Ubuntu)")
    try:
        venv.create(folder, with_pip=True)
        subprocess.check_call(
            [
                os.path.join(executables, "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--requirement",
                requirements,
            ]
        )
    except subprocess.CalledProcessError:
        shutil.rmtree(folder, ignore_errors=True)
        fail("uv could not be installed", "the lines above say why; python3-venv missing, or no network?")
    return uv


def _system_has_certificates() -> bool:
    """Tell whether uv can trust what pip and git trust here; by itself it knows public authorities alone."""
    if os.name == "nt" or sys.platform == "darwin":
        return True
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and os.listdir(paths.capath)))


def _stamp(groups: tuple[str, ...]) -> str:
    """Return a digest of names, sizes and times of all that goes into the environment."""
    digest = hashlib.sha256(repr((groups, sys.version, sys.executable)).encode())
    for name in INPUTS:
        path = os.path.join(ROOT, name)
        files = [path]
        if os.path.isdir(path):
            files = [
                os.path.join(base, each)
                for base, _, names in os.walk(path)
                for each in names
                if "__pycache__" not in base
            ]
        for each in sorted(files):
            found = os.stat(each)
            digest.update(repr((each, found.st_size, found.st_mtime_ns)).encode())
    return digest.hexdigest()


def _read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def say(text: str) -> None:
    """Print a line of progress to standard error."""
    sys.stderr.write("hunkwise: " + text + "\n")
    sys.stderr.flush()


def fail(what: str, hint: str = "") -> NoReturn:
    """Print what is wrong and what to do, and stop."""
    sys.stderr.write("hunkwise: " + what + ("\n  " + hint if hint else "") + "\n")
    sys.exit(1)
