"""The review prompt of a run: the pack, the team's words on the files of the change, examples for its kinds."""

from collections.abc import Sequence

from hunkwise.core import briefing, few_shot
from hunkwise.core.briefing import Instruction
from hunkwise.model.chat import PromptPack
from hunkwise.model.material import Chunk
from hunkwise.model.prompt import Example
from hunkwise.pipeline.preparing import Prepared
from hunkwise.ports import Ports
from hunkwise.settings import Settings


def pack(prepared: Prepared, ports: Ports, settings: Settings) -> PromptPack:
    """Return the pack as the settings and the change make it, still without examples; raises ConfigurationError."""
    loaded = ports.prompts.load("review", settings.prompt_version)
    given = [Instruction(paths=each.paths, text=each.text) for each in settings.instructions]
    indices = sorted({key.file for key in prepared.chosen})
    paths = [prepared.diff.files[index].path for index in indices]
    shown = None if prepared.one_file_each else paths
    return briefing.instructed(loaded, given, shown, _library(loaded, ports, settings))


def exemplified(
    loaded: PromptPack, chunks: Sequence[Chunk], prepared: Prepared, ports: Ports, settings: Settings
) -> tuple[PromptPack, tuple[str, ...]]:
    """Return the pack with examples for each kind of the chunks, and their names.

    Chosen by the offline vectors, whichever embedder a run has: no text leaves, and the same change gets the same ones.
    The change of an author who is not trusted does not choose among the examples of a kind.
    """
    library = _library(loaded, ports, settings)
    is_blind = prepared.one_file_each
    likeness = None if is_blind else few_shot.by_vectors
    return briefing.exemplified(loaded, chunks, library, settings.examples, likeness, by_kind_alone=is_blind)


def _library(loaded: PromptPack, ports: Ports, settings: Settings) -> tuple[Example, ...]:
    """Return the worked examples, none where they are switched off or the pack is older than they are."""
    return ports.prompts.examples() if settings.examples and loaded.types else ()
