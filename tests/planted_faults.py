"""Real sources with planted faults, and a scripted model that finds some of them among much that is none.

It is no model, and no figure made with it measures one: how often it finds, invents or errs is written below. What can
be measured is what each stage does with such claims. The claims are checked by the other half of the script, which
does not know what was planted: it looks whether the code has what a claim says of it, and errs at a given rate.
"""

import difflib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import fakes
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest
from hunkwise.model.finding import Severity
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import Ports
from hunkwise.settings import Settings

PACKAGES = ("rich", "jsonschema", "tenacity", "click")
"""Packages whose sources are changed: hunkwise's own dependencies, at the versions of the lock."""

SWAPS = {"<=": "<", ">=": ">", "==": "!=", "and": "or", "is None": "is not None", "+ 1": "- 1"}
"""What a planted fault does to a line of real code: the first becomes the second."""

FINDS, REPEATS, REWORDS = 0.85, 0.4, 0.3
"""How often a pass reports a planted fault; reports it twice; says it the second time in wholly other words."""

INVENTS, DISTRUSTS, MISPLACES, IS_VAGUE = 0.5, 0.35, 0.3, 0.3
"""How often a pass claims, of a hunk, what its code does not have; that right code is wrong; with code that is
nowhere; without a scenario."""

OVERLOOKS, MISJUDGES, MAKES_UP = 0.1, 0.08, 0.15
"""How often a check lets a wrong claim pass; refutes a right one; quotes code that is nowhere."""

SHOWN = re.compile(r'<hunk id="([0-9a-f-]+)">\nfile: ([^\n]+)\n@@ [^\n]+ @@\n(.*?)\n</hunk', re.DOTALL)
CLAIM = re.compile(r'<candidate id="([0-9a-f-]+)">\n(.*?)\n</candidate', re.DOTALL)
LINE = re.compile(r"^(\d+)([-+ ])\|(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A change: its diff, its head files, and the operator that is wrong by file and line."""

    diff: bytes
    heads: Mapping[bytes, bytes]
    faults: Mapping[tuple[str, int], str]


def changes(count: int, seed: int = 6) -> Iterator[Planted]:
    """Yield `count` changes, each of one to three files."""
    chance = random.Random(seed)  # noqa: S311  # no secret hangs on it
    sources = list(_sources())
    for _ in range(count):
        parts = [_edited(*chance.choice(sources), chance) for _ in range(chance.randint(1, 3))]
        by_path = {path: (diff, head, faults) for path, diff, head, faults in parts}
        yield Planted(
            diff=b"".join(diff for diff, _, _ in by_path.values()),
            heads={path.encode(): head for path, (_, head, _) in by_path.items()},
            faults={(path, line): sign for path, (_, _, faults) in by_path.items() for line, sign in faults.items()},
        )


def _sources() -> Iterator[tuple[str, list[str]]]:
    for package in PACKAGES:
        folder = resources.files(package)
        for name in sorted(each.name for each in folder.iterdir() if each.name.endswith(".py")):
            text = (folder / name).read_text("utf-8")
            if len(_sites(rows := text.splitlines())) >= 4:
                yield f"{package}/{name}", rows


def _sites(rows: Sequence[str]) -> list[tuple[int, str]]:
    """Return rows, apart from each other, that hold one operator to swap, and nothing that reads twice."""
    known = Counter(row.strip() for row in rows)
    found: list[tuple[int, str]] = []
    for at, row in enumerate(rows):
        signs = [sign for sign in SWAPS if f" {sign}" in row]
        plain = not any(mark in row for mark in "\"'#") and len(row.strip()) >= 20 and known[row.strip()] == 1
        if plain and len(signs) == 1 and (not found or at - found[-1][0] > 12):
            found.append((at, signs[0]))
    return found


def _edited(path: str, rows: list[str], chance: random.Random) -> tuple[str, bytes, bytes, dict[int, str]]:
    """Return a file with some sites made wrong, and as many that were wrong made right."""
    base, head, faults = list(rows), list(rows), {}
    sites = _sites(rows)
    for at, sign in chance.sample(sites, min(len(sites), 6)):
        wrong = rows[at].replace(f" {sign}", f" {SWAPS[sign]}", 1)
        if chance.random() < 0.5:
            head[at] = wrong
            faults[at + 1] = SWAPS[sign]
        else:
            base[at] = wrong
    lines = difflib.unified_diff(base, head, f"a/{path}", f"b/{path}", lineterm="")
    diff = f"diff --git a/{path} b/{path}\n" + "".join(f"{line}\n" for line in lines)
    return path, diff.encode(), ("\n".join(head) + "\n").encode(), faults


@dataclass(slots=True)
class Scripted:
    """The scripted model of one review; `claims` holds what its first pass claimed."""

    change: Planted
    seed: int
    shown: Counter[str] = field(default_factory=Counter)
    claims: list[Mapping[str, Any]] = field(default_factory=list)

    def review(self, request: ChatRequest, number: int) -> str:
        del number
        found: list[dict[str, Any]] = []
        for id_, path, text in SHOWN.findall(request.messages[1].content.text):
            nth = self.shown[id_]
            self.shown[id_] += 1
            chance = random.Random(f"{self.seed}{id_}{nth}")  # noqa: S311  # as above
            of_hunk = list(self._of_hunk(path, LINE.findall(text), chance))
            found += of_hunk
            self.claims += of_hunk if nth == 0 else []
        return fakes.answer(fakes.asked_ids(request), *found[:50])

    def _of_hunk(
        self, path: str, lines: Sequence[tuple[str, str, str]], chance: random.Random
    ) -> Iterator[dict[str, Any]]:
        head = [(int(number), code) for number, sign, code in lines if sign != "-" and len(code.strip()) >= 12]
        for number, code in head:
            wrong = self.change.faults.get((path, number))
            if wrong is not None and chance.random() < FINDS:
                yield _claim(path, number, code, wrong)
                if chance.random() < REPEATS:
                    yield _claim(path, number, code, wrong, again=chance.random() < REWORDS)
        right = [(int(n), code) for n, sign, code in lines if sign == "+" and (path, int(n)) not in self.change.faults]
        for number, code in right[:1]:
            if chance.random() < DISTRUSTS:
                sign = next(each for each in SWAPS if f" {each}" in code)
                yield _claim(path, number, code, sign)
        for rate, kind in ((INVENTS, "invented"), (MISPLACES, "nowhere"), (IS_VAGUE, "vague")):
            if head and chance.random() < rate:
                number, code = chance.choice(head)
                absent = chance.choice([sign for sign in SWAPS if f" {sign}" not in code])
                quote = f"assert {code.strip()} {absent} limit" if kind == "nowhere" else code
                made = _claim(path, number, quote, absent)
                yield {**made, "scenario": ""} if kind == "vague" else made

    def verify(self, request: ChatRequest, number: int) -> str:
        """Refute each claim whose operator its code does not have, by that code; err now and then."""
        del number
        said = []
        for id_, text in CLAIM.findall(request.messages[1].content.text):
            claim = json.loads(text)
            chance = random.Random(f"{self.seed}{id_}")  # noqa: S311  # as above
            holds = f" {operator(claim['description'])}" in claim["quote"]
            refuted = chance.random() < MISJUDGES if holds else chance.random() >= OVERLOOKS
            quote = "nowhere = to_be(found)" if chance.random() < MAKES_UP else claim["quote"]
            said.append(fakes.verdict(id_, quote if refuted else ""))
        return fakes.verdicts(*said)


def _claim(path: str, number: int, code: str, sign: str, *, again: bool = False) -> dict[str, Any]:
    words = f"The comparison `{sign}` on this line of {path} is the wrong one for {code.strip()[:30]}."
    other = f"Here `{sign}` lets through what belongs to the opposite branch; somebody swapped operands, apparently."
    severity = "high" if number % 2 else "medium"
    return fakes.finding(
        code.strip(), file=path, line=number, severity=severity, description=other if again else words,
        scenario=f"A value just at the border of line {number} goes the other way.", confidence=0.9,
    )  # fmt: skip


def operator(description: str) -> str:
    """Return the operator a claim speaks of."""
    return description.split("`")[1]


@dataclass(slots=True)
class Stage:
    """Sums after a stage: claims that stand, planted faults among them, and all that were planted."""

    claims: int = 0
    found: int = 0
    planted: int = 0

    @property
    def precision(self) -> float:
        """Share of claims that are the first to tell a planted fault: a second one for the same is noise."""
        return self.found / self.claims

    @property
    def recall(self) -> float:
        return self.found / self.planted

    def add(self, claims: Sequence[tuple[str, int, str]], change: Planted) -> None:
        true = {(file, line) for file, line, sign in claims if change.faults.get((file, line)) == sign}
        self.claims += len(claims)
        self.found += len(true)
        self.planted += len(change.faults)


STAGES = ("raw", "anchored", "scenario", "merged", "majority", "verified", "posted")
"""The stages, in their order; `posted` is what gets a comment of its own."""


def measure(count: int, seed: int = 6, most: int = 10) -> dict[str, Stage]:
    """Return the sums after each stage over so many changes, with `most` comments for each."""
    sums = {name: Stage() for name in STAGES}
    for number, change in enumerate(changes(count, seed)):
        once, model = _reviewed(change, seed + number, passes=1, verify="off")
        lost = Counter((each.file, each.line, each.description) for each in once.dropped if each.stage == "anchor")
        anchored = [each for each in model.claims if not _take(lost, each)]
        sums["raw"].add(_told(model.claims), change)
        sums["anchored"].add(_told(anchored), change)
        sums["scenario"].add(_told([each for each in anchored if each["scenario"]]), change)
        sums["merged"].add(_above_low(once), change)
        thrice, _ = _reviewed(change, seed + number, passes=3, verify="off")
        sums["majority"].add(_above_low(thrice), change)
        checked, _ = _reviewed(change, seed + number, passes=3, verify="all")
        sums["verified"].add(_above_low(checked), change)
        sums["posted"].add(_above_low(checked)[:most], change)
    return sums


def _take(lost: Counter[tuple[str, int, str]], claim: Mapping[str, Any]) -> bool:
    """Whether a claim found no place; each that was dropped is one claim."""
    name = (claim["file"], claim["line"], claim["description"])
    if not lost[name] or not claim["quote"].startswith("assert "):
        return False
    lost[name] -= 1
    return True


def _told(claims: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    placed = [(each["file"], each["line"], operator(each["description"]), each["quote"]) for each in claims]
    return [(file, line, sign if not quote.startswith("assert ") else "") for file, line, sign, quote in placed]


def _above_low(report: ReviewReport) -> list[tuple[str, int, str]]:
    """Return what the report finds above `low`, in its order: the worst first."""
    kept = [each for each in report.findings if each.severity is not Severity.LOW]
    return [(each.file, each.line, operator(each.description)) for each in kept]


def _reviewed(change: Planted, seed: int, **settings: Any) -> tuple[ReviewReport, Scripted]:
    model = Scripted(change, seed)
    ports = Ports(
        changes=fakes.GivenChange(change.diff, change.heads),
        secrets=fakes.PlantedSecrets(),
        tokens=fakes.WordCounter(),
        rules=fakes.GivenRules(),
        prompts=PromptFiles(),
        chat=fakes.ScriptedChat(model.review, verify=model.verify),
        clock=fakes.DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
    )
    report = review.run(DiffText(name="planted", content=b""), ports, Settings(max_parallel=1, **settings)).report
    return report, model
