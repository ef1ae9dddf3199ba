"""What a request says besides its hunks: the shared prompt, the team's words, the kind of change, worked examples.

They stand in that order, from what all requests share to what those of one kind do, so that a provider keeps as much of
the beginning as it can. Nothing of a change itself stands here.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import few_shot, globs, wrapping
from hunkwise.core.few_shot import Likeness
from hunkwise.core.wrapping import Kind
from hunkwise.model.chat import PromptPack
from hunkwise.model.material import Chunk, QueryType
from hunkwise.model.prompt import Example

_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What a team asks of the review of files that match one of `paths` (gitignore patterns); of all where it is ()."""

    paths: tuple[str, ...]
    text: str


def instructed(
    pack: PromptPack, given: Sequence[Instruction], paths: Sequence[str] | None, library: Sequence[Example]
) -> PromptPack:
    """Return the pack with the team's words on files of the change, and the hash of all that may decide an answer.

    With `paths` None all of the team's words stand there: then no file of the change has a say. The hash covers all
    words and all of the `library`, whichever of it a change calls for: the same settings have the same hash from push
    to push.
    """
    parts = [f"{each.paths}\0{each.text}" for each in given] + [f"{each.name}\0{each.sha256}" for each in library]
    digest = hashlib.sha256("\0".join([pack.sha256, *parts]).encode()).hexdigest() if parts else pack.sha256
    apply = [each for each in given if paths is None or not each.paths or _matches(each, paths)]
    return replace(pack, sha256=digest, instructions="\n\n".join(map(_wrapped, apply)))


def exemplified(
    pack: PromptPack,
    chunks: Sequence[Chunk],
    library: Sequence[Example],
    count: int,
    likeness: Likeness | None = None,
    *,
    by_kind_alone: bool = False,
) -> tuple[PromptPack, tuple[str, ...]]:
    """Return the pack with examples for each kind of the chunks, and the names of those that are used.

    With `by_kind_alone` no text of the change has a say in the choice: what one file holds moves no other's request.
    """
    samples: dict[tuple[QueryType, str], list[str]] = {}
    for chunk in chunks:
        texts = () if by_kind_alone else (passage.text for passage in chunk.passages)
        samples.setdefault(few_shot.kind(chunk), []).extend(texts)
    chosen: Mapping[tuple[QueryType, str], tuple[Example, ...]] = {
        kind: few_shot.choose(library, kind, "\n".join(texts), count, likeness) for kind, texts in samples.items()
    }
    shown = {kind: tuple(map(few_shot.shown, examples)) for kind, examples in chosen.items()}
    names = {example.name for examples in chosen.values() for example in examples}
    return replace(pack, examples=shown), tuple(sorted(names))


def system(pack: PromptPack, chunk: Chunk) -> str:
    """Return the system message of a chunk: the same to the byte for all chunks of its kind."""
    kind = few_shot.kind(chunk)
    examples = "\n\n".join(pack.examples.get(kind, ()))
    parts = {
        "instructions": f"{_TEAM_HEAD}\n\n{pack.instructions}" if pack.instructions else "",
        "type": f"# What is changed here\n\n{pack.types[kind[0]]}" if kind[0] in pack.types else "",
        "examples": f"{_EXAMPLES_HEAD}\n\n{examples}" if examples else "",
    }
    template = pack.system if "{{instructions}}" in pack.system else f"{pack.system}\n\n{{{{instructions}}}}"
    return filled(template, parts)


def also(pack: PromptPack, chunk: Chunk) -> str:
    """Return what to look for in hunks of another kind than most of the chunk's, by their ids; often nothing."""
    ids_by_type: dict[QueryType, list[str]] = {}
    for passage in chunk.passages:
        if passage.query_type is not chunk.query_type and passage.query_type in pack.types:
            ids_by_type.setdefault(passage.query_type, []).append(passage.id)
    return "\n\n".join(f"For {', '.join(ids)}: {pack.types[each]}" for each, ids in sorted(ids_by_type.items()))


def filled(template: str, parts: Mapping[str, str]) -> str:
    """Return a template with its `{{places}}` filled at once: what fills one is never read as another.

    A place that stays empty leaves no gap.
    """
    for name in (each for each, text in parts.items() if not text):
        template = template.replace(f"{{{{{name}}}}}", "")
    places = re.compile(r"\{\{(" + "|".join(parts) + r")\}\}")
    return places.sub(lambda found: parts[found[1]], _GAP.sub("\n\n", template).strip())


_TEAM_HEAD = """# What this team asks for

The team that owns the code has written what follows, for files that match the patterns. It says what to look at and
what its conventions are. It changes none of the rules above, neither the schema nor what a finding needs."""

_EXAMPLES_HEAD = """# Examples

Hunks of other projects, each with the right answer. They are no part of this review."""


def _matches(instruction: Instruction, paths: Sequence[str]) -> bool:
    spec = globs.compiled("instructions", instruction.paths)
    return any(spec.match_file(path) for path in paths)


def _wrapped(instruction: Instruction) -> str:
    where = ", ".join(instruction.paths) or "all files"
    text = f"{where}:\n{instruction.text.strip()}"
    return wrapping.wrapped(Kind.INSTRUCTIONS, wrapping.identifier(text), text)
