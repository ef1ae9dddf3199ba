"""GitHub: reads a pull request's change, tells what was said on it, and says more."""

from hunkwise.adapters.github.changes import GitHubChanges
from hunkwise.adapters.github.diffs import diff
from hunkwise.adapters.github.host import GitHubHost
from hunkwise.adapters.github.lookup import Queued, pulls_of_group, pulls_with_head
from hunkwise.adapters.github.pull import GitHubPull
from hunkwise.adapters.github.wire import Wire

__all__ = ["GitHubChanges", "GitHubHost", "GitHubPull", "Queued", "Wire", "diff", "pulls_of_group", "pulls_with_head"]
