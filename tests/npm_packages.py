"""Packages of the npm registry that tests use; `scripts/npm-packages` puts them into `.cache/npm`."""

from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache" / "npm"


def folder(name: str) -> Path | None:
    """Return a package's folder; None where it is not here."""
    found = CACHE / name
    return found if found.is_dir() else None


def missing(name: str) -> str:
    """Return what to say when a test skips."""
    return f"npm {name} is not in {CACHE}: run scripts/npm-packages (it needs npm and its registry)"
