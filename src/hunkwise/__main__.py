"""`hunkwise` and `python -m hunkwise`: one handler for every error a person can meet."""

import sys

from hunkwise.cli import run, streams


def main() -> None:
    """Run the command line and exit with its code."""
    streams.guard()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
