"""Read a pull request from a clone that holds both of its commits, else from its host."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from hunkwise.errors import ChangeError
from hunkwise.model.change import Change, ChangeRef, CommitRange, PullRequest
from hunkwise.model.intent import Intent
from hunkwise.model.pull import Pull
from hunkwise.ports import ChangeSource


class PullChanges:
    """Implements `ports.ChangeSource` for one pull request.

    A clone costs no request and has no limit of lines or files; a default checkout lacks the base, and then the host
    answers. `clone` is None where nothing of the workspace may be trusted (privileged events).
    """

    def __init__(self, pull: Pull, host: ChangeSource, clone: ChangeSource | None) -> None:
        self._pull = pull
        self._host = host
        self._clone = clone
        self._range: CommitRange | None = None

    def load(self, ref: ChangeRef) -> Change:
        """Return the change; raises ChangeError or HostError."""
        if self._clone is not None and isinstance(ref, PullRequest) and ref.clone is not None:
            spec = CommitRange(repo=ref.clone, spec=f"{self._pull.base_sha}...{self._pull.head_sha}")
            try:
                found = self._clone.load(spec)
            except ChangeError:
                return self._host.load(ref)
            self._range = spec
            return replace(found, source="github", repo=self._pull.repo, number=self._pull.number)
        return self._host.load(ref)

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents from where the change was read."""
        if self._clone is not None and self._range is not None:
            return self._clone.head_files(self._range, change, paths)
        return self._host.head_files(ref, change, paths)

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return what the author says on the host: a clone does not know it."""
        return self._host.intent(ref, change)

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return files that seem to define one of `names` from where the change was read."""
        if self._clone is not None and self._range is not None:
            return self._clone.defining(self._range, change, names, besides)
        return self._host.defining(ref, change, names, besides)
