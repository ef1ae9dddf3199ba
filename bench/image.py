"""Measure the action's image: what it weighs above its base, and how long a container takes.

    python bench/image.py IMAGE BASE [REPOSITORY]

A container's own start (`/bin/true` in the same image) is the floor. Medians of eleven runs each.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 11


def main() -> None:
    image, base, repository = [*sys.argv[1:], "."][:3]
    weight = size(image) - size(base)
    print(f"{image}: {weight / 1e6:.1f} MB above {base}\n")
    mount = ["-v", f"{Path(repository).resolve()}:/github/workspace", "-w", "/github/workspace", "--network", "none"]
    cases = {
        "/bin/true": ["--entrypoint", "/bin/true", image],
        "--version": [image, "--version"],
        "review HEAD --engine rules": [*mount, image, "review", "HEAD", "--engine", "rules", "--quiet"],
    }
    print("| container | median ms | slowest ms |\n|---|---:|---:|")
    for name, arguments in cases.items():
        spent = [once(arguments) for _ in range(RUNS)]
        print(f"| {name} | {statistics.median(spent):.0f} | {max(spent):.0f} |")


def size(image: str) -> int:
    found = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Size}}", image], check=True, capture_output=True, text=True
    )
    return int(found.stdout)


def once(arguments: list[str]) -> float:
    before = time.perf_counter()
    done = subprocess.run(["docker", "run", "--rm", *arguments], check=False, capture_output=True)
    if done.returncode not in {0, 1}:
        sys.exit(done.stderr.decode())
    return (time.perf_counter() - before) * 1000


main()
