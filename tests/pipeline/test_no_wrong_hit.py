"""No stored answer serves a hunk that was changed: bench/no_wrong_hit.py in small, on code of this machine."""

import random
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

import mutated_pairs
from hunkwise.adapters.syntax_rules import AstGrepPlainLines
from hunkwise.core.answer_keys import Level

NPM = Path(__file__).parents[2] / ".cache" / "npm"
PLACES = {"py": Path(sysconfig.get_paths()["purelib"]), "[jt]s": NPM}
FILES = 30


@pytest.mark.parametrize("ending", PLACES)
def test_a_fault_is_never_served_and_a_harmless_edit_often_is(ending: str) -> None:
    chance = random.Random(7)  # noqa: S311  # the same each time
    paths = sorted(PLACES[ending].rglob(f"*.{ending}"))
    if not paths:
        pytest.skip("needs npm packages: scripts/npm-packages")
    lines = AstGrepPlainLines()
    faults, hits, edits = 0, Counter[tuple[str, Level | None]](), Counter[str]()
    for path, rows in mutated_pairs.files(chance.sample(paths, min(len(paths), FILES)), most_lines=250):
        sites = list(mutated_pairs.mutations(path, rows))
        one_each = {kind: (kind, at, wrong) for kind, at, wrong in chance.sample(sites, len(sites))}
        for pair in mutated_pairs.faults(path, rows, list(one_each.values())):
            faults += 1
            for comments in (True, False):
                served = mutated_pairs.served(pair, lines, comments=comments)
                assert served is None, f"{pair.kind}: {mutated_pairs.text(pair.other)}"
        for _, at, _ in sites[-1:]:
            for pair in mutated_pairs.harmless(path, rows, at):
                edits[pair.kind] += 1
                hits[pair.kind, mutated_pairs.served(pair, lines, comments=True)] += 1
    assert faults > 20
    assert hits["line shift", Level.EXACT] == edits["line shift"] > 0
    assert hits["moved hunk", Level.EXACT] == edits["moved hunk"]
    assert hits["trailing blanks", Level.CANONICAL] > 0
    assert not hits["comment added", Level.CANONICAL]
