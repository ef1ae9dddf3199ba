"""Choose worked examples for a kind of change, and show them as a model sees hunks.

An example is worth its tokens where it is like what is asked about and where it shows an edge: one of them is always
code that tempts and is correct, for a model that has only seen faults finds some everywhere. They are chosen once for a
kind and a run, so that all its requests begin alike and providers keep that prefix.
"""

import json
import re
from collections.abc import Callable, Sequence

from hunkwise.core import ngrams, packing, patch, vectors
from hunkwise.model.material import Chunk, HunkKey, Passage, QueryType
from hunkwise.model.prompt import Example

Likeness = Callable[[Sequence[str], str], Sequence[float]]
"""Tells for each text how like another one it is, from 0 to 1."""

OF_LANGUAGE = 1.0
"""What an example in the language at hand is worth more than any likeness."""

REPEATED = 0.5
"""What is taken from an example all of whose topics another one shows already."""

SAMPLE_CHARS = 40_000
"""Characters of a run's hunks that examples are compared with: more tells nothing new."""

LANGUAGES = {
    "bash": "sh bash zsh", "c": "c h", "cpp": "cc cpp cxx hpp hh", "csharp": "cs", "css": "css scss less", "go": "go",
    "html": "html htm vue svelte", "java": "java", "javascript": "js jsx mjs cjs", "json": "json", "kotlin": "kt kts",
    "markdown": "md rst adoc", "php": "php", "python": "py pyi", "ruby": "rb", "rust": "rs", "scala": "scala",
    "sql": "sql", "swift": "swift", "terraform": "tf tfvars hcl", "text": "txt", "toml": "toml", "xml": "xml",
    "typescript": "ts tsx mts cts", "yaml": "yml yaml",
}  # fmt: skip
"""Languages with the endings of their files."""

_BY_ENDING = {ending: name for name, endings in LANGUAGES.items() for ending in endings.split()}
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}")


def language(path: str) -> str:
    """Return the language of a file by its name, `other` where none is known."""
    name = path.lower().rpartition("/")[2]
    return "dockerfile" if "dockerfile" in name else _BY_ENDING.get(name.rpartition(".")[2], "other")


def kind(chunk: Chunk) -> tuple[QueryType, str]:
    """Return query type and language of most of a chunk's tokens."""
    weights: dict[str, int] = {}
    for passage in chunk.passages:
        name = language(passage.path)
        weights[name] = weights.get(name, 0) + passage.tokens
    return chunk.query_type, max(weights, key=lambda name: weights[name])


def choose(
    library: Sequence[Example], wanted: tuple[QueryType, str], sample: str, count: int, likeness: Likeness | None = None
) -> tuple[Example, ...]:
    """Return up to `count` examples for a kind of change, the best first, one of them without a finding.

    `sample` is text of the change's hunks of that kind; `likeness` compares with it, by words where it is None.
    """
    query_type, spoken = wanted
    able = sorted((each for each in library if query_type in each.query_types), key=lambda each: each.id)
    alike = (likeness or by_words)([_text(each) for each in able], sample[:SAMPLE_CHARS])
    worth = {each.id: near + OF_LANGUAGE * (spoken in each.languages) for each, near in zip(able, alike, strict=True)}
    chosen: list[Example] = []
    while len(chosen) < count and len(chosen) < len(able):
        left = [each for each in able if each not in chosen]
        if len(chosen) == 1:  # the second one is of the other sort, where there is one
            other = [each for each in left if bool(each.findings) != bool(chosen[0].findings)]
            left = other or left
        chosen.append(max(left, key=lambda each: worth[each.id] - REPEATED * _repeats(each, chosen)))
    return tuple(chosen)


def by_words(texts: Sequence[str], sample: str) -> Sequence[float]:
    """Return what share of each text's words stand in `sample` too: identifiers fall into theirs."""
    known = _words(sample)
    return [len(words & known) / max(len(words), 1) for words in map(_words, texts)]


def by_vectors(texts: Sequence[str], sample: str) -> Sequence[float]:
    """Return the cosine of each text's vector with that of `sample`, 0 to 1; the vectors are `core.ngrams`'."""
    known = ngrams.vector(sample)
    return [max(0.0, vectors.likeness(ngrams.vector(text), known)) for text in texts]


def shown(example: Example) -> str:
    """Return an example as it stands in a system message: its hunk, numbered, and the answer to it."""
    read = passage(example)
    findings = [{**each, "file": example.path} for each in example.findings]
    answer = {"findings": findings, "reviewed": [example.id], "approved": not findings}
    written = json.dumps(answer, ensure_ascii=False)
    return f'<hunk id="{example.id}">\n{read.text}\n</hunk id="{example.id}">\nAnswer: {written}'


def passage(example: Example) -> Passage:
    """Return an example's hunk as a request would hold it."""
    head = f"diff --git a/{example.path} b/{example.path}\n--- a/{example.path}\n+++ b/{example.path}\n"
    hunk = patch.parse(f"{head}{example.hunk.rstrip(chr(10))}\n".encode()).files[0].hunks[0]
    lines = packing.RedactedLines(
        key=HunkKey(file=0, hunk=0), path=example.path, hunk=hunk, texts=tuple(line.text for line in hunk.lines)
    )
    return packing.pack([lines], len(example.hunk) * 10, len).chunks[0].passages[0]


def _repeats(example: Example, chosen: Sequence[Example]) -> float:
    known = {topic for each in chosen for topic in each.topics}
    return len(known.intersection(example.topics)) / max(len(example.topics), 1)


def _text(example: Example) -> str:
    return f"{' '.join(example.topics)}\n{example.path}\n{example.hunk}"


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
