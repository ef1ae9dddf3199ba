"""Whether a stored answer ever serves a hunk that was changed, and how often it serves one that was not.

    python bench/no_wrong_hit.py [FAULTS-OF-EACH-KIND [EDITS-OF-EACH-KIND]]

Pairs are made from real files: site-packages, the standard library, npm packages in .cache/npm, this repository.
"""

import random
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import mutated_pairs  # noqa: E402  # beside the tests, which use it too
from hunkwise.adapters.ngram_embedder import NgramEmbedder  # noqa: E402
from hunkwise.adapters.syntax_rules import AstGrepPlainLines  # noqa: E402
from hunkwise.core.answer_keys import Level  # noqa: E402
from hunkwise.model.chat import Redacted  # noqa: E402
from mutated_pairs import Pair  # noqa: E402

THRESHOLD = 0.88
"""Likeness from which a plain semantic cache would serve."""

ENDINGS = (".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".rb", ".php", ".cs", ".sh")


def main(most: int, most_edits: int) -> None:
    chance = random.Random(1)  # noqa: S311  # a bench, the same each time
    paths = [path for folder in folders() for path in drawn(folder, chance)]
    chance.shuffle(paths)
    pairs = Pairs(list(mutated_pairs.files(paths, MOST_LINES)), chance)
    faults, edits = spread(pairs.faults(), most), spread(pairs.edits(), most_edits)
    names = {pair.one.path for pair in (*faults, *edits)}
    print(f"{len(faults):,} faulty pairs, {len(edits):,} harmless ones, from {len(names):,} files by name\n")
    table("wrong hits", faults)
    print()
    table("hits on harmless edits", edits)


def folders() -> list[Path]:
    named = sysconfig.get_paths()
    places = [named["purelib"], named["stdlib"], f"{ROOT}/.cache/npm", f"{ROOT}/src", "/usr/share", "/usr/lib"]
    return [Path(place) for place in places if Path(place).is_dir()]


def drawn(folder: Path, chance: random.Random) -> list[Path]:
    """Return some files of each language."""
    found: list[Path] = []
    for ending in ENDINGS:
        paths = sorted(folder.rglob(f"*{ending}"))
        found += chance.sample(paths, min(len(paths), FILES))
    return found


class Pairs:
    """Pairs from files, a few of each file."""

    def __init__(self, files: Sequence[tuple[str, list[str]]], chance: random.Random) -> None:
        self._files = files
        self._chance = chance

    def faults(self) -> Iterator[Pair]:
        """Yield pairs of a change and its wrong twin."""
        for path, rows in self._files:
            sites = list(mutated_pairs.mutations(path, rows))
            yield from mutated_pairs.faults(path, rows, self._chance.sample(sites, min(len(sites), 12)))

    def edits(self) -> Iterator[Pair]:
        """Yield pairs of a change and a harmless edit around it."""
        for path, rows in self._files:
            sites = [at for _, at, _ in mutated_pairs.mutations(path, rows)]
            for at in self._chance.sample(sites, min(len(sites), 2)):
                yield from mutated_pairs.harmless(path, rows, at)


MOST_LINES = 400
"""Lines of a file that is used: the longer, the slower, and no more is learnt."""

FILES = 250
"""Files of a language that are drawn from each folder."""


def spread(pairs: Iterator[Pair], most: int) -> list[Pair]:
    """Return up to `most` pairs of each kind."""
    counts: Counter[str] = Counter()
    kept: list[Pair] = []
    for pair in pairs:
        if counts[pair.kind] < most:
            counts[pair.kind] += 1
            kept.append(pair)
    return kept


def table(title: str, pairs: Sequence[Pair]) -> None:
    lines, embedder = AstGrepPlainLines(), NgramEmbedder()
    print(f"| {title} | pairs | exact | canonical | with comments out | a plain {THRESHOLD} threshold |")
    print("|---|---:|---:|---:|---:|---:|")
    sums: Counter[str] = Counter()
    for kind in sorted({pair.kind for pair in pairs}):
        of_kind = [pair for pair in pairs if pair.kind == kind]
        row: Counter[str] = Counter(pairs=len(of_kind))
        for pair in of_kind:
            without = mutated_pairs.served(pair, lines, comments=False)
            # what comments keep apart is apart without them too, and a parse is saved
            level = mutated_pairs.served(pair, lines, comments=True) if without else None
            row[level or "none"] += 1
            row["out"] += without is Level.CANONICAL and level is None
            row["plain"] += likeness(pair, embedder) >= THRESHOLD
            if title == "wrong hits" and (level or without):
                print(f"WRONG: {kind}: {pair.one.path}: {mutated_pairs.text(pair.other)}", file=sys.stderr)
        print(line(kind, row))
        sums += row
    print(line("**all**", sums))


def line(kind: str, row: Counter[str]) -> str:
    names = (Level.EXACT, Level.CANONICAL, "out", "plain")
    return f"| {kind} | {row['pairs']:,} | " + " | ".join(share(row[name], row["pairs"]) for name in names) + " |"


def share(count: int, of: int) -> str:
    return f"{count:,} ({100 * count / of:.1f}%)" if count else "0"


def likeness(pair: Pair, embedder: NgramEmbedder) -> float:
    one, other = embedder.embed([Redacted(mutated_pairs.text(each)) for each in (pair.one, pair.other)])
    return sum(a * b for a, b in zip(one.values, other.values, strict=True))


if __name__ == "__main__":
    main(*([int(each) for each in sys.argv[1:3]] + [230, 60][len(sys.argv[1:3]) :]))
