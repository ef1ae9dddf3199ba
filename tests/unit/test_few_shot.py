"""The library of worked examples, and which of them a request holds."""

from collections import Counter
from dataclasses import replace

import pytest

from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.token_counter import TiktokenCounter
from hunkwise.core import anchoring, few_shot, parsing
from hunkwise.model.finding import Unanchored
from hunkwise.model.material import Chunk, QueryType
from hunkwise.model.prompt import Example
from material_builder import passage

LIBRARY = PromptFiles().examples()
SCHEMA = PromptFiles().load("review", "1.1.0").schema
MAX_TOKENS = 350
"""Tokens of an example as a model sees it; two of them stand in every request."""

TOPICS = {
    "authentication", "sql", "orm", "concurrency", "error handling", "resource handling", "input validation",
    "dependency bumps", "workflows", "front end",
}  # fmt: skip


@pytest.mark.parametrize("example", LIBRARY, ids=lambda each: each.name)
def test_an_example_validates_anchors_and_stays_small(example: Example) -> None:
    shown = few_shot.shown(example)
    answer = parsing.answer(shown.rpartition("\nAnswer: ")[2], SCHEMA, "model:library")
    assert answer.faults == ()
    assert answer.reviewed == frozenset({example.id})
    assert answer.approved is (not example.findings)
    for raw in answer.findings:
        anchor = anchoring.place(raw, [few_shot.passage(example)])
        assert not isinstance(anchor, Unanchored), anchor
        assert anchor.line == raw.line, "its number is right"
    assert len(answer.findings) == len(example.findings)
    assert TiktokenCounter().count(shown) <= MAX_TOKENS
    assert few_shot.language(example.path) in example.languages
    assert example.topics


def test_the_library_is_wide() -> None:
    assert len(LIBRARY) >= 18
    assert len({each.id for each in LIBRARY}) == len(LIBRARY)
    assert {topic for each in LIBRARY for topic in each.topics} >= TOPICS
    assert len({language for each in LIBRARY for language in each.languages}) >= 12
    empty = Counter(not each.findings for each in LIBRARY)
    assert min(empty.values()) >= len(LIBRARY) // 3


@pytest.mark.parametrize("query_type", list(QueryType))
def test_every_kind_has_a_fault_and_what_only_looks_like_one(query_type: QueryType) -> None:
    of_kind = [each for each in LIBRARY if query_type in each.query_types]
    assert {bool(each.findings) for each in of_kind} == {True, False}


def chosen(query_type: QueryType, language: str, sample: str, count: int = 2) -> list[str]:
    return [each.id for each in few_shot.choose(LIBRARY, (query_type, language), sample, count)]


def test_examples_are_like_what_is_asked_about_and_one_has_no_finding() -> None:
    assert chosen(QueryType.CODE, "python", "cursor.execute(f'SELECT name FROM items')")[0] == "sql-format"
    assert chosen(QueryType.CODE, "go", "for _, name := range names { f, err := os.Open(name)")[0] == "go-defer-in-loop"
    for query_type in QueryType:
        for language in ("python", "go", "other"):
            ids = chosen(query_type, language, "x = 1")
            found = [bool(each.findings) for id_ in ids for each in LIBRARY if each.id == id_]
            assert sorted(found) == [False, True], (query_type, language)


def test_the_choice_does_not_depend_on_the_library_s_order() -> None:
    wanted = (QueryType.CODE, "rust")
    given = few_shot.choose(LIBRARY, wanted, "let a = 1;", 3)
    assert few_shot.choose(tuple(reversed(LIBRARY)), wanted, "let a = 1;", 3) == given
    assert len({each.id for each in given}) == 3


def test_a_third_example_shows_another_topic_rather_than_the_same_again() -> None:
    kind = {"languages": ("python",), "query_types": (QueryType.CODE,)}
    made = [
        replace(LIBRARY[0], id=name, topics=(topic,), findings=found, **kind)  # type: ignore[arg-type]  # fields by name
        for name, topic, found in (("a", "sql", ({},)), ("b", "sql", ()), ("c", "sql", ({},)), ("d", "crypto", ({},)))
    ]
    ids = [each.id for each in few_shot.choose(made, (QueryType.CODE, "python"), "", 3)]
    assert ids == ["a", "b", "d"]


def test_another_measure_of_likeness_may_choose() -> None:
    def last(texts: list[str], sample: str) -> list[float]:
        assert sample == "x"
        return [float("go-defer-in-loop" in text or "internal/load" in text) for text in texts]

    wanted = (QueryType.CODE, "other")
    assert few_shot.choose(LIBRARY, wanted, "x", 1, last)[0].id == "go-defer-in-loop"  # type: ignore[arg-type]  # lists


@pytest.mark.parametrize("example", LIBRARY, ids=lambda each: each.name)
def test_by_vectors_a_hunk_is_likest_to_itself(example: Example) -> None:
    texts = [each.hunk for each in LIBRARY]
    alike = few_shot.by_vectors(texts, example.hunk)
    assert texts[alike.index(max(alike))] == example.hunk
    assert max(alike) == pytest.approx(1.0)
    assert min(alike) >= 0.0


def test_no_more_than_there_are_and_none_where_none_is_wanted() -> None:
    assert len(chosen(QueryType.MIGRATION, "sql", "ALTER TABLE", 3)) == 2
    assert chosen(QueryType.CODE, "python", "x", 0) == []


@pytest.mark.parametrize(
    ("path", "language"),
    [("a/b.PY", "python"), ("x.tsx", "typescript"), ("docker/Dockerfile.dev", "dockerfile"), ("Makefile", "other"),
     ("a.unknown", "other"), ("ci.yml", "yaml")],
)  # fmt: skip
def test_a_language_is_known_by_a_name(path: str, language: str) -> None:
    assert few_shot.language(path) == language


def test_a_chunk_is_of_the_language_of_most_of_its_tokens() -> None:
    small, large = passage("+x", path="a.go"), passage("+one\n+two\n+three\n+four", path="b.py")
    assert few_shot.kind(Chunk(passages=(small, large))) == (QueryType.CODE, "python")
