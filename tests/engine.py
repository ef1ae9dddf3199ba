"""A container engine for the tests of the image, and a base image where no hub can be reached.

An engine that answers is used as it is. Else root starts Debian's dockerd as a child, without a bridge, so that several
may run on one machine; it ends with the tests, and its layers stay in `.cache` for the next time. The stand-in for the
base is a Debian by mmdebstrap with the CPython that runs the tests under /usr/local, as python's own images have it.
"""

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "engine"
BASE_IMAGE = "python:3.13-slim-bookworm"
STAND_IN = "hunkwise-test-base"
BUILD_HOST = "hunkwise-test-build"
IMAGE = "hunkwise-test"
LIBRARIES = (
    "ca-certificates,libbz2-1.0,libexpat1,libffi8,liblzma5,libncursesw6,libreadline8,libsqlite3-0,libssl3,zlib1g"
)
"""Debian's packages that CPython's own modules link to, and the certificates that python's images hold."""


@dataclass(frozen=True, slots=True)
class Docker:
    """The docker command, and how it finds its engine."""

    variables: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, fails: bool = False, variables: Mapping[str, str] | None = None, timeout_s: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run one docker command; unless it `fails`, an error shows its output."""
        environment = {**os.environ, **self.variables, **(variables or {})}
        done = subprocess.run(
            ["docker", *arguments], env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert fails or done.returncode == 0, f"docker {arguments[0]}: {(done.stdout + done.stderr)[-3000:]}"
        return done

    def has(self, image: str) -> bool:
        return self.run("image", "inspect", image, fails=True).returncode == 0

    def size(self, image: str) -> int:
        return int(self.run("image", "inspect", "--format", "{{.Size}}", image).stdout)


@contextmanager
def engine() -> Iterator[Docker]:
    """Give an engine that answers, or skip and say what would help."""
    if shutil.which("docker") is None:
        pytest.skip("needs a container engine: apt-get install docker.io mmdebstrap")
    there = Docker()
    if there.run("info", fails=True).returncode == 0:
        yield there
        return
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("no container engine answers, and only root can start one: apt-get install docker.io")
    if Path("/sys/class/net/docker0").exists() and _an_engine_runs():
        pytest.skip("an engine that has this machine's bridge would lose it to ours; name it: DOCKER_HOST=unix://...")
    with _own_engine() as own:
        yield own


def _an_engine_runs() -> bool:
    """Whether there is an engine, maybe at a socket we don't know; one that is gone leaves its bridge behind."""
    for name in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # it has ended
            if name.read_text() == "dockerd\n":
                return True
    return False


@contextmanager
def _own_engine() -> Iterator[Docker]:
    CACHE.mkdir(parents=True, exist_ok=True)
    socket = f"unix://{CACHE}/docker.sock"
    places = [
        f"--{name}={CACHE}/{end}" for name, end in (("data-root", "data"), ("exec-root", "exec"), ("pidfile", "pid"))
    ]
    apart = ["--bridge=none", "--iptables=false", "--ip-masq=false", "--storage-driver=overlay2"]
    with (CACHE / "log").open("w") as log:
        process = subprocess.Popen(["dockerd", "-H", socket, *places, *apart], stdout=log, stderr=log)
    docker = Docker({"DOCKER_HOST": socket})
    try:
        until = time.monotonic() + 60
        while docker.run("info", fails=True).returncode != 0:
            if process.poll() is not None or time.monotonic() > until:
                pytest.skip(f"dockerd does not start here: {(CACHE / 'log').read_text()[-300:]}")
            time.sleep(0.3)
        yield docker
    finally:
        process.terminate()
        process.wait(60)


def bases(docker: Docker) -> Sequence[str]:
    """Return the base image and the one to build in, which knows this machine's certificates if they are its own."""
    base = BASE_IMAGE if docker.has(BASE_IMAGE) or _pulled(docker) else _stand_in(docker)
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if base == BASE_IMAGE and "SSL_CERT_FILE" not in os.environ:
        return base, base
    folder = CACHE / "build"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(str(bundle), folder / "ca.crt")
    (folder / "Dockerfile").write_text(
        f"FROM {base}\nCOPY ca.crt /etc/build-host.crt\n"
        "ENV SSL_CERT_FILE=/etc/build-host.crt PIP_CERT=/etc/build-host.crt\n"
    )
    docker.run("build", "--tag", BUILD_HOST, str(folder))
    return base, BUILD_HOST


def build(docker: Docker) -> str:
    """Build the unchanged Dockerfile, and return the image's base."""
    base, build_in = bases(docker)
    arguments = {"BASE_IMAGE": base, "BUILD_IMAGE": build_in, "VERSION": "1.2.3", "REVISION": "abc"}
    given = [each for name, value in arguments.items() for each in ("--build-arg", f"{name}={value}")]
    docker.run("build", "--network=host", *given, "--tag", IMAGE, str(ROOT))
    return base


def _pulled(docker: Docker) -> bool:
    try:
        return docker.run("pull", "--quiet", BASE_IMAGE, fails=True, timeout_s=120).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _stand_in(docker: Docker) -> str:
    if docker.has(STAND_IN):
        return STAND_IN
    if shutil.which("mmdebstrap") is None or os.geteuid() != 0:
        pytest.skip(f"{BASE_IMAGE} can't be pulled, and no stand-in made: apt-get install mmdebstrap, as root")
    root = CACHE / "root"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(
        ["mmdebstrap", "--variant=minbase", f"--include={LIBRARIES}", "bookworm", str(root)],
        check=True, capture_output=True,
    )  # fmt: skip
    home = Path(sys.base_prefix)
    left_out = shutil.ignore_patterns("__pycache__", "test", "site-packages", "idlelib", "*.a", "config-*")
    shutil.copytree(home / "lib", root / "usr" / "local" / "lib", symlinks=True, dirs_exist_ok=True, ignore=left_out)
    shutil.copytree(home / "bin", root / "usr" / "local" / "bin", symlinks=True, dirs_exist_ok=True)
    for command in (["/sbin/ldconfig"], ["/usr/local/bin/python3", "-m", "ensurepip"]):
        subprocess.run(
            ["chroot", str(root), *command], check=True, capture_output=True, env={"PATH": os.environ["PATH"]}
        )
    archive = CACHE / "base.tar"
    subprocess.run(["tar", "-C", str(root), "-cf", str(archive), "."], check=True)
    docker.run("import", "--change", "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", str(archive), STAND_IN)
    shutil.rmtree(root)
    archive.unlink()
    return STAND_IN
