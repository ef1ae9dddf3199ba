"""Changes from a local clone, read in a git environment that runs nothing of the clone's."""

from hunkwise.adapters.local_git import identity
from hunkwise.adapters.local_git.changes import LocalGit

__all__ = ["LocalGit", "identity"]
