"""The command line."""

from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    del arguments
    return 0
