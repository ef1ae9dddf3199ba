"""Memories of any content, by hand and by Hypothesis."""

import hashlib
from dataclasses import replace

from hypothesis import strategies as st

from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.memory import Memory, Remembered


def key(number: int) -> str:
    """Return the `number`th hunk key."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def finding(number: int = 1, **changes: object) -> Finding:
    """Return a remembered finding."""
    made = Finding(
        fingerprint=key(-number),
        file=f"src/file{number}.py",
        line=number,
        end_line=number + 1,
        side=Side.RIGHT,
        severity=Severity.MEDIUM,
        category="correctness",
        confidence=0.8,
        title=f"Title {number}",
        description="It goes wrong when the list is empty.",
        scenario="An empty list.",
        suggestion="Test for it.",
        replacement=None,
        quote="x = y[0]",
        origin="model:m",
        status="open",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


def remembered(number: int = 1, **changes: object) -> Remembered:
    """Return a finding with its place."""
    return Remembered(
        finding=finding(number, **changes),
        hunk=key(number),
        row=number,
        around=("<abcd", ">ef01"),
        numbers=("<redacted:a:1>",),
    )


def memory(findings: int = 2, read: int = 5, **changes: object) -> Memory:
    """Return a trusted memory with so many findings and keys."""
    made = Memory(
        head="a" * 40,
        counter=3,
        material=key(0),
        read=frozenset(key(number) for number in range(1, read + 1)),
        findings=tuple(remembered(number) for number in range(1, findings + 1)),
        spent_usd=1.25,
        trusted=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_keys = st.integers(0, 10**6).map(key)


@st.composite
def any_finding(draw: st.DrawFn) -> Finding:
    """Draw a finding with any texts."""
    line = draw(st.integers(0, 10**6))
    texts = {
        name: draw(_texts)
        for name in ("file", "category", "title", "description", "scenario", "suggestion", "quote", "origin")
    }
    return finding(
        1,
        fingerprint=draw(_keys),
        line=line,
        end_line=line + draw(st.integers(0, 100)),
        side=draw(st.sampled_from(Side)),
        severity=draw(st.sampled_from(Severity)),
        status=draw(st.sampled_from(["new", "open"])),
        confidence=draw(st.floats(0, 1)),
        replacement=draw(st.none() | _texts),
        **texts,
    )


any_memory = st.builds(
    Memory,
    head=_texts,
    counter=st.integers(0, 10**9 - 1),
    material=_texts,
    read=st.frozensets(_keys, max_size=30),
    findings=st.lists(
        st.builds(
            Remembered,
            finding=any_finding(),
            hunk=_keys | st.just(""),
            row=st.integers(0, 10**6),
            around=st.lists(_texts, max_size=6).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    spent_usd=st.none() | st.floats(0, 10**6),
    trusted=st.just(True),
)
"""Any memory that a run could leave."""
