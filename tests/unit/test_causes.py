from collections.abc import Sequence
from dataclasses import replace

import pytest

from hunkwise.core import causes, ranking
from hunkwise.core.reconcile import Reconciled
from hunkwise.model.diff import Side
from hunkwise.model.finding import Anchor, Finding, OtherPlace, Severity
from material_builder import claim

WORDS = "Certificates are not verified, so anybody between can read and change what is sent."
CODE = "reply = requests.get(url, timeout=9, verify=False)"


def finding(name: str, path: str = "a.py", line: int = 1, **changes: object) -> Finding:
    anchor = Anchor(path=path, line=line, end_line=line, side=Side.RIGHT, quote=CODE)
    made = ranking.from_model(claim(CODE, scenario="Somebody on the network answers in its place."), anchor)
    return replace(made, **{"fingerprint": name, "description": WORDS, **changes})  # type: ignore[arg-type]  # by name


def held(findings: Sequence[Finding], *, said: Sequence[str] = (), **sets: frozenset[str]) -> Reconciled:
    nothing: frozenset[str] = frozenset()
    return Reconciled(
        findings=tuple(findings),
        create=tuple(each for each in findings if each.fingerprint not in said),
        keep={},
        close=(),
        fixed=(),
        **{"carried": nothing, "unplaced": nothing, "dismissed": nothing, "suppressed": nothing, **sets},
    )


def test_one_cause_at_three_places_is_said_once_and_names_the_others() -> None:
    three = [finding("1"), finding("2", "b.py", 7, confidence=0.95), finding("3", line=40)]
    said, named = causes.gathered(held(three))
    assert [each.fingerprint for each in said.findings] == ["1"]
    assert said.create == said.findings
    assert said.findings[0].also == (
        OtherPlace(file="b.py", line=7, side=Side.RIGHT),
        OtherPlace(file="a.py", line=40, side=Side.RIGHT),
    )
    assert said.findings[0].confidence == 0.95
    assert [(each.file, each.line, each.stage, each.reason) for each in named] == [
        ("b.py", 7, "merge", "the same cause as the finding at a.py:1, which names this place"),
        ("a.py", 40, "merge", "the same cause as the finding at a.py:1, which names this place"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        finding("2", "b.py", description="Certificates of the mirror are not read, so a broken file is installed."),
        finding("2", "b.py", quote="socket.wrap(raw, check=None, host=name)"),
        finding("2", "b.py", description=WORDS.replace("sent", "`sent`")),
        finding("2", "b.py", description=WORDS.replace("what is sent", "load_all()")),
        finding("2", "b.py", scenario="A file of two gigabytes fills the disk."),
        finding("2", "b.py", category="security"),
        finding("2", "b.py", severity=Severity.MEDIUM),
        finding("2", "b.py", origin="rule:r"),
        finding("2", "b.py", quote="}", description=WORDS.replace("anybody", "anyone")),
    ],
    ids=["words", "code", "marked", "named", "scenario", "kind", "severity", "rule", "weak"],
)
def test_two_causes_with_similar_words_stay_two(other: Finding) -> None:
    said, named = causes.gathered(held([finding("1"), other]))
    assert [each.fingerprint for each in said.findings] == ["1", "2"]
    assert named == ()


def test_a_word_in_a_dozen_and_a_name_in_the_code_may_differ() -> None:
    other = finding("2", "b.py", description=WORDS.replace("anybody", "anyone"), quote=CODE.replace("reply", "answer"))
    assert causes.is_one_cause(other, finding("1"))


def test_the_finding_that_is_said_already_leads_and_what_has_a_thread_keeps_it() -> None:
    said, _ = causes.gathered(held([finding("1"), finding("2", "b.py")], said=["2"]))
    assert [each.fingerprint for each in said.findings] == ["2"]
    assert said.create == ()
    said, _ = causes.gathered(held([finding("1"), finding("2", "b.py")], said=["1", "2"]))
    assert [each.fingerprint for each in said.findings] == ["1", "2"]


@pytest.mark.parametrize("why", ["dismissed", "suppressed", "unplaced"])
def test_what_nobody_sees_stands_for_no_other(why: str) -> None:
    said, _ = causes.gathered(held([finding("1"), finding("2", "b.py")], said=["1"], **{why: frozenset({"1"})}))
    assert [each.fingerprint for each in said.create] == ["2"]
    assert said.create[0].also == ()


def test_very_many_causes_are_compared_with_the_first_of_them() -> None:
    many = [finding(str(at), f"{at}.py", quote=f"call_{at}(x_{at}, y_{at})") for at in range(causes.MAX_LEADERS + 2)]
    last = replace(many[-1], fingerprint="twin", file="z.py")
    said, _ = causes.gathered(held([*many, last]))
    assert len(said.findings) == len(many) + 1
