"""Changes from a diff file or standard input: no repository, so no head contents."""

from collections.abc import Collection, Mapping, Sequence

from hunkwise.errors import ChangeError
from hunkwise.model.change import Change, ChangeRef, DiffText
from hunkwise.model.intent import Intent


class DiffTextSource:
    """Implements `ports.ChangeSource` for `DiffText`; `identity` is the repository's one stands in, or empty."""

    def __init__(self, identity: str = "") -> None:
        self._identity = identity

    def load(self, ref: ChangeRef) -> Change:
        """Return the change; only its diff is known."""
        if not isinstance(ref, DiffText):
            raise ChangeError("this is no diff file")
        return Change(source="diff", repo=None, base=None, head=None, diff=ref.content, identity=self._identity)

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return nothing: a diff does not hold whole files."""
        del ref, change, paths
        return {}

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return nothing: a diff says what, not why."""
        del ref, change
        return Intent()

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return nothing: a diff knows no other file."""
        del ref, change, names, besides
        return {}
