"""Whose key and whose limits a review takes: by name, else by the paths of the change.

A change is a team's when all of its files are, under their old names too: who touches one file of another team, or
takes one from it, must not spend its money.
"""

from collections.abc import Collection, Mapping, Sequence

from hunkwise.core import globs, patch
from hunkwise.model.change import Change, ChangeRef, Notice
from hunkwise.model.intent import Intent
from hunkwise.ports import ChangeSource
from hunkwise.settings import Settings, Team


class LoadedOnce:
    """Implements `ports.ChangeSource` over another one, whose change is wanted before the review begins."""

    def __init__(self, source: ChangeSource) -> None:
        self._source = source
        self._loaded: dict[ChangeRef, Change] = {}

    def load(self, ref: ChangeRef) -> Change:
        """Return the change `ref` names; raises ChangeError."""
        if ref not in self._loaded:
            self._loaded[ref] = self._source.load(ref)
        return self._loaded[ref]

    def head_files(self, ref: ChangeRef, change: Change, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return head contents by raw path."""
        return self._source.head_files(ref, change, paths)

    def intent(self, ref: ChangeRef, change: Change) -> Intent:
        """Return what the author says of the change."""
        return self._source.intent(ref, change)

    def defining(
        self, ref: ChangeRef, change: Change, names: Sequence[str], besides: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Return files by raw path, other than `besides`, that seem to define one of `names`."""
        return self._source.defining(ref, change, names, besides)


def of_change(ref: ChangeRef, source: ChangeSource, settings: Settings) -> tuple[Settings, ChangeSource]:
    """Return the settings of the team that the change `ref` belongs to, and where to load it from.

    Raises ChangeError, and ConfigurationError for patterns that are none.
    """
    if settings.engine == "rules":
        return settings, source
    if settings.team is not None or not any(each.paths for each in settings.teams):
        return _applied(settings, chosen(settings)), source
    loaded = LoadedOnce(source)
    change = loaded.load(ref)
    diff = patch.parse(change.diff)
    paths = [name for file in diff.files for name in dict.fromkeys((file.path, file.old_path))]
    paths += [file.path for file in (*diff.unreadable, *change.unread)]
    found = next((each for each in settings.teams if each.paths and _owns(each, paths)), None)
    return _applied(settings, found), loaded


def chosen(settings: Settings) -> Team | None:
    """Return the team that is named, None where none is."""
    return next((each for each in settings.teams if each.name == settings.team), None)


def notices(settings: Settings) -> tuple[Notice, ...]:
    """Return what a report says of the team."""
    if settings.team is None:
        return ()
    return (Notice(code="team", text=f"This change was reviewed with the key and limits of the team {settings.team}."),)


def _owns(team: Team, paths: Sequence[str]) -> bool:
    spec = globs.compiled(f"teams: {team.name}: paths", team.paths)
    return bool(paths) and all(spec.match_file(path) for path in paths)


def _applied(settings: Settings, team: Team | None) -> Settings:
    return settings if team is None else settings.model_copy(update={**team.limits, "team": team.name})
