"""What a hunk needs to be understood: chosen, ranked, held within a share of the tokens, sent once in a run.

Signatures of the enclosing scopes come first, then the imports that the changed lines use, then signatures of what they
call, then short bodies. More context can lower precision, so it stays small and `context_share: 0` switches it off.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hunkwise.core import mentions, redact, scopes
from hunkwise.core.mentions import Mention
from hunkwise.core.packing import RedactedLines
from hunkwise.model.diff import Hunk, LineKind
from hunkwise.model.material import ContextKind, ContextPiece, HunkKey, Passage
from hunkwise.model.outline import Definition, DefinitionKind, Import, Located, Outline

MAX_LINES = 50
"""Lines of context that one hunk may want: the most relevant of a file, not its head."""

MAX_CHARS = 240
"""Characters of a line of context; a longer one is cut."""

MAX_HOMONYMS = 3
"""A name with more definitions is told only where one stands in the same file, or is imported."""

MAX_KNOWN = 64
"""A name with more definitions than this tells nothing, and would make the cost grow with their number."""

MAX_BODY = 12
"""Lines of a function whose body is shown too."""

LEAST_TOKENS = 120
"""Tokens that a hunk, and a run, may have whatever its size: a signature and an import or two."""

CHARS_PER_TOKEN = 4
LINE_TOKENS = 3
"""Characters of code that make a token, and tokens of a line's number and bar: enough to know what a share is."""

HEADING = "not reviewed, for understanding only"
"""What the first line of every block of context says."""

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Lines `first`..`last` of the head file at `raw_path` that are worth showing."""

    kind: ContextKind
    raw_path: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A hunk and its head file: `outline` is None where no grammar reads it; `texts` are the hunk's redacted lines."""

    raw_path: bytes
    hunk: Hunk
    texts: Sequence[str]
    rows: Sequence[str]
    outline: Outline | None


def wanted(sight: Sight, index: Mapping[str, Sequence[Located]]) -> tuple[Excerpt, ...]:
    """Return what would help to read a hunk, the most useful first, without lines the hunk shows itself.

    `index` gives the definitions by name that may be shown, of files of the change and of the repository.
    """
    named = mentions.of(sight.hunk.lines, sight.texts)
    found = [*_scopes(sight), *_imports(sight, named), *_definitions(sight, named, index)]
    shown = {line.new for line in sight.hunk.lines if line.new is not None}
    taken: set[tuple[bytes, int]] = {(sight.raw_path, number) for number in shown}
    kept: list[Excerpt] = []
    for excerpt in found:
        for part in _untaken(excerpt, taken):
            room = MAX_LINES - sum(each.last - each.first + 1 for each in kept)
            if part.last - part.first < room:
                kept.append(part)
                taken.update((part.raw_path, number) for number in range(part.first, part.last + 1))
    return tuple(kept)


def _untaken(excerpt: Excerpt, taken: set[tuple[bytes, int]]) -> Iterator[Excerpt]:
    """Yield the runs of lines of an excerpt that nothing shows yet."""
    first = None
    for number in range(excerpt.first, excerpt.last + 2):
        is_free = number <= excerpt.last and (excerpt.raw_path, number) not in taken
        if is_free and first is None:
            first = number
        if not is_free and first is not None:
            yield replace(excerpt, first=first, last=number - 1)
            first = None


def _scopes(sight: Sight) -> Iterator[Excerpt]:
    numbers = sorted(scopes.changed_numbers(sight.hunk))
    around = scopes.enclosing(sight.outline, numbers) if sight.outline else ()
    spans = [scopes.Span(first=each.first, last=each.signature) for each in around]
    if not spans and numbers and (sight.outline is None or not sight.outline.is_whole):
        spans = list(scopes.guessed(sight.rows, numbers[0]))
    for span in spans:
        yield Excerpt(kind=ContextKind.SCOPE, raw_path=sight.raw_path, first=span.first, last=span.last)


def _imports(sight: Sight, named: Mapping[str, Mention]) -> Iterator[Excerpt]:
    for each in sight.outline.imports if sight.outline else ():
        if not named.keys().isdisjoint(each.names):
            yield Excerpt(kind=ContextKind.IMPORT, raw_path=sight.raw_path, first=each.first, last=each.last)


def _definitions(
    sight: Sight, named: Mapping[str, Mention], index: Mapping[str, Sequence[Located]]
) -> Iterator[Excerpt]:
    """Yield signatures by rank, then the bodies of short functions in the same order."""
    imports = sight.outline.imports if sight.outline else ()
    ranked: list[tuple[tuple[int, bool, int, bytes, int], Located]] = []
    for name, mention in named.items():
        known = index.get(name, ())
        for located in known if len(known) <= MAX_KNOWN else ():
            near = _nearness(sight.raw_path, located, name, imports)
            if _helps(located, near, mention, len(known)):
                is_idle = not (mention.called and mention.added)
                rank = (near, is_idle, len(known), located.raw_path, located.definition.first)
                ranked.append((rank, located))
    chosen = [located for _, located in sorted(ranked, key=lambda each: each[0])]
    for located in chosen:
        yield _excerpt(located, located.definition.first, located.definition.signature)
    for located in chosen:
        if _is_short(located.definition):
            yield _excerpt(located, located.definition.signature + 1, located.definition.last)


_SAME_FILE, _SAME_FOLDER, _IMPORTED, _ELSEWHERE = range(4)


def _helps(located: Located, near: int, mention: Mention, homonyms: int) -> bool:
    """Whether a definition is likely the one that is meant: elsewhere a name has to say more than in its own file."""
    if near in (_SAME_FILE, _IMPORTED):
        return True
    is_private = located.definition.name.startswith("_")
    is_used = mention.called or located.definition.kind is not DefinitionKind.FUNCTION
    return is_used and not is_private and homonyms <= (MAX_HOMONYMS if near == _SAME_FOLDER else 1)


def _nearness(raw_path: bytes, located: Located, name: str, imports: Sequence[Import]) -> int:
    if located.raw_path == raw_path:
        return _SAME_FILE
    folder, _, file = located.raw_path.rpartition(b"/")
    if folder == raw_path.rpartition(b"/")[0]:
        return _SAME_FOLDER
    stem = file.partition(b".")[0].decode("utf-8", "replace")
    of_folder = folder.rpartition(b"/")[2].decode("utf-8", "replace")
    is_imported = any({stem, of_folder} & each.words and (name in each.names or stem in each.names) for each in imports)
    return _IMPORTED if is_imported else _ELSEWHERE


def _is_short(definition: Definition) -> bool:
    lines = definition.last - definition.first + 1
    return definition.kind is DefinitionKind.FUNCTION and definition.signature < definition.last and lines <= MAX_BODY


def _excerpt(located: Located, first: int, last: int) -> Excerpt:
    return Excerpt(kind=ContextKind.DEFINITION, raw_path=located.raw_path, first=first, last=last)


def weight(lines: RedactedLines) -> int:
    """Return about how many tokens a hunk has."""
    return sum(len(text) // CHARS_PER_TOKEN + LINE_TOKENS for text in lines.texts)


def allowance(tokens: int, share: float) -> int:
    """Return how many tokens of context may stand beside `tokens` of hunks."""
    return max(LEAST_TOKENS, int(tokens * share)) if share else 0


def piece(kind: ContextKind, path: str, first: int, texts: Sequence[str], count: Count) -> ContextPiece:
    """Return redacted lines as a piece; `first` is 0 where their number is not known."""
    rows = [f"{first + at if first else ''} |{text[:MAX_CHARS]}" for at, text in enumerate(texts)]
    text = "\n".join(rows)
    return ContextPiece(kind=kind, path=path, line=first, text=text, tokens=count(text))


def allot(
    hunks: Sequence[RedactedLines],
    share: float,
    count: Count,
    *,
    each_file_alone: bool = False,
    among: Mapping[HunkKey, RedactedLines] | None = None,
) -> tuple[RedactedLines, ...]:
    """Return the hunks of a run with the context each is sent with: no line twice, none that a hunk shows, in budget.

    What several want goes to the first of them; the best of every hunk comes before the second best of any. With
    `each_file_alone` that holds within each file: what one file holds then takes no line from another. Where `hunks`
    are but some of a change, `among` holds all of them with what each has when all are sent: those few have it too, and
    share what the others leave.
    """
    by_group: dict[int, list[RedactedLines]] = {}
    weights: Counter[int] = Counter()
    for each in hunks:
        by_group.setdefault(each.key.file if each_file_alone else 0, []).append(each)
    for each in hunks if among is None else among.values():
        weights[each.key.file if each_file_alone else 0] += weight(each)
    most = {group: allowance(weights[group], share) for group in by_group}
    sent = {x.key: x for group, own in by_group.items() for x in _allotted(own, most[group], count, among or {})}
    return tuple(sent[each.key] for each in hunks)


def _allotted(
    hunks: Sequence[RedactedLines], left: int, count: Count, among: Mapping[HunkKey, RedactedLines]
) -> tuple[RedactedLines, ...]:
    """Return hunks that share an allowance of `left` tokens, each with its part of it."""
    taken: set[tuple[str, int | str]] = {
        (each.path, line.new) for each in hunks for line in each.hunk.lines if line.new is not None
    }
    kept = {at: list(among[each.key].context) for at, each in enumerate(hunks) if each.key in among}
    for own in (each for pieces in kept.values() for each in pieces):
        left -= own.tokens
        taken.update((own.path, key) for key, _ in _rows(own))
    for rank in range(max((len(each.context) for each in hunks), default=0)):
        for at, each in enumerate(hunks):
            fresh = _fresh(each.context[rank], taken, count) if rank < len(each.context) else None
            if fresh is None or fresh.tokens > left:
                continue
            left -= fresh.tokens
            kept.setdefault(at, []).append(fresh)
            taken.update((fresh.path, key) for key, _ in _rows(fresh))
    return tuple(replace(each, context=tuple(kept.get(at, ()))) for at, each in enumerate(hunks))


def _fresh(given: ContextPiece, taken: set[tuple[str, int | str]], count: Count) -> ContextPiece | None:
    """Return a piece without the lines that are sent already, None where nothing is left."""
    rows = list(_rows(given))
    left = [(key, row) for key, row in rows if (given.path, key) not in taken]
    if not left or len(left) == len(rows):
        return given if left else None
    text = "\n".join(row for _, row in left)
    return replace(given, line=left[0][0] if isinstance(left[0][0], int) else 0, text=text, tokens=count(text))


def _rows(given: ContextPiece) -> Iterator[tuple[int | str, str]]:
    """Yield the lines of a piece by number, by their text where they have none."""
    for row in given.text.split("\n"):
        number = row.partition(" |")[0]
        yield (int(number) if number else row), row


def is_held(pieces: Sequence[ContextPiece], passages: Sequence[Passage]) -> bool:
    """Whether requests for `passages` show all lines of `pieces`, be it as context or in a hunk of the same request."""
    shown: set[tuple[str, int | str]] = {
        (each.path, line.number) for each in passages for line in each.lines if line.sign != LineKind.DELETED.value
    }
    shown.update((piece.path, key) for each in passages for piece in each.context for key, _ in _rows(piece))
    return all((piece.path, key) in shown for piece in pieces for key, _ in _rows(piece))


def blocks(pieces: Sequence[ContextPiece]) -> tuple[str, ...]:
    """Return the pieces of a request as one text for each file, by line; each says first what it is."""
    by_path: dict[str, list[ContextPiece]] = {}
    for each in pieces:
        by_path.setdefault(each.path, []).append(each)
    return tuple(_block(path, sorted(of_file, key=_order)) for path, of_file in by_path.items())


_KINDS = tuple(ContextKind)


def _order(given: ContextPiece) -> tuple[int, int]:
    return _KINDS.index(given.kind), given.line


def _block(path: str, pieces: Sequence[ContextPiece]) -> str:
    lines = [f"file: {path} ({HEADING})"]
    kind = None
    for each in pieces:
        if each.kind is not kind:
            kind = each.kind
            lines.append(f"{kind.value}:")
        lines.append(each.text)
    return "\n".join(lines)


def unnumbered(pieces: Sequence[ContextPiece]) -> Iterator[str]:
    """Yield pieces without their line numbers, which change though nothing of what they say does."""
    for each in pieces:
        yield f"{each.kind.value} {each.path}"
        yield from (row.partition(" |")[2] for row in each.text.split("\n"))


def digest(pieces: Sequence[ContextPiece]) -> str:
    """Return what names a hunk's context, whatever its line numbers and the numbers of its placeholders."""
    numbers: dict[str, str] = {}
    text = "\n".join(unnumbered(pieces))
    same = redact.PLACEHOLDER.sub(lambda found: numbers.setdefault(found.group(), f"<{len(numbers)}>"), text)
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
