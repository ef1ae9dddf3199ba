"""What a request says besides its hunks."""

from dataclasses import replace

import pytest

from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core import briefing, few_shot, prompting
from hunkwise.core.briefing import Instruction
from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import Redacted
from hunkwise.model.material import Chunk, QueryType
from material_builder import passage

FILES = PromptFiles()
PACK = FILES.load("review", "1.1.0")
OLD = FILES.load("review", "1.0.0")
LIBRARY = FILES.examples()


def seal(text: str) -> Redacted:
    return Redacted(text.replace("SECRET", "<redacted:planted:1>"))


def chunk(*paths: str, query_type: QueryType = QueryType.CODE) -> Chunk:
    made = (passage(f"+x = {path!r}", path=path, file=index) for index, path in enumerate(paths))
    return Chunk(passages=tuple(replace(each, query_type=query_type) for each in made))


def test_what_all_requests_share_comes_first_then_what_those_of_a_kind_do() -> None:
    chunks = [chunk("a.py"), chunk("b.py"), chunk("c.go"), chunk("w.yml", query_type=QueryType.WORKFLOW)]
    pack, names = briefing.exemplified(PACK, chunks, LIBRARY, 2)
    systems = [briefing.system(pack, each) for each in chunks]
    assert systems[0] == systems[1]
    assert len(set(systems)) == 3
    shared, _, _ = PACK.system.partition("{{instructions}}")
    assert all(each.startswith(shared) for each in systems)
    assert PACK.types[QueryType.WORKFLOW] in systems[3]
    assert PACK.types[QueryType.CODE] not in systems[3]
    assert all(each.count("\nAnswer: {") == 2 for each in systems)
    assert all("{{" not in each.replace("${{", "") for each in systems)
    assert sorted(names) == list(names)
    assert 4 <= len(names) <= 6


def test_a_kind_that_only_a_split_brings_has_its_instructions_without_examples() -> None:
    pack, _ = briefing.exemplified(PACK, [chunk("a.py")], LIBRARY, 2)
    text = briefing.system(pack, chunk("b.go"))
    assert "# Examples" not in text
    assert text.endswith(PACK.types[QueryType.CODE])


def test_a_stranger_s_file_moves_no_example_and_no_word_of_a_request_about_another() -> None:
    alone, _ = briefing.exemplified(PACK, [chunk("a.py")], LIBRARY, 2, by_kind_alone=True)
    words = [each for example in LIBRARY for each in few_shot.shown(example).split()]
    lure = replace(chunk("b.py").passages[0], text=" ".join(words))
    beside = [chunk("a.py"), Chunk(passages=(lure,))]
    lured, _ = briefing.exemplified(PACK, beside, LIBRARY, 2, by_kind_alone=True)
    assert briefing.system(lured, chunk("a.py")) == briefing.system(alone, chunk("a.py"))
    given = [Instruction(paths=("b.py",), text="Mind the clock.")]
    assert "Mind the clock." in briefing.instructed(PACK, given, None, ()).instructions
    assert "Mind the clock." not in briefing.instructed(PACK, given, ["a.py"], ()).instructions


def test_without_examples_none_are_shown_nor_named() -> None:
    pack, names = briefing.exemplified(PACK, [chunk("a.py")], LIBRARY, 0)
    assert names == ()
    assert "# Examples" not in briefing.system(pack, chunk("a.py"))


def test_an_older_pack_says_what_it_always_said() -> None:
    pack = briefing.instructed(OLD, (), ["a.py"], ())
    assert pack == OLD
    system, user = prompting.review(chunk("a.py"), pack, seal)
    assert system.content.text == OLD.system
    assert user.content.text.startswith("Review these hunks and acknowledge each by its id in `reviewed`.\n\n<hunk id=")


def test_a_team_s_words_stand_for_files_that_match_and_count_in_the_hash_always() -> None:
    given = [Instruction(paths=("db/**", "*.sql"), text="Use SECRET of ours."), Instruction(paths=(), text="Be brief.")]
    here = briefing.instructed(PACK, given, ["src/a.py", "db/x.py"], ())
    there = briefing.instructed(PACK, given, ["src/a.py"], ())
    assert "Use SECRET" in here.instructions
    assert "Be brief." in there.instructions
    assert "Use SECRET" not in there.instructions
    assert here.sha256 == there.sha256 != PACK.sha256
    assert briefing.instructed(PACK, given[1:], [], ()).sha256 != here.sha256
    assert briefing.instructed(PACK, (), [], LIBRARY).sha256 != PACK.sha256
    system = prompting.review(chunk("db/x.py"), here, seal)[0].content.text
    assert "<redacted:planted:1> of ours" in system, "the gate holds for them too"
    assert system.index("db/**, *.sql:") < system.index(PACK.types[QueryType.CODE])
    assert "It changes none of the rules above" in system


def test_a_team_s_words_reach_an_older_pack_too() -> None:
    pack = briefing.instructed(OLD, [Instruction(paths=(), text="Be brief.")], [], ())
    assert briefing.system(pack, chunk("a.py")).startswith(OLD.system + "\n\n# What this team asks for")


def test_words_that_read_like_a_place_fill_none() -> None:
    pack = briefing.instructed(PACK, [Instruction(paths=(), text="{{type}}{{examples}}")], [], ())
    assert "{{type}}{{examples}}" in briefing.system(pack, chunk("a.py"))


def test_a_pattern_that_is_none_is_an_error_of_the_setting() -> None:
    with pytest.raises(ConfigurationError, match="instructions"):
        briefing.instructed(PACK, [Instruction(paths=("!",), text="x")], ["a"], ())


def test_hunks_of_another_kind_say_so_beside_the_hunks() -> None:
    code, flow = chunk("a.py").passages[0], chunk("w.yml", query_type=QueryType.WORKFLOW).passages[0]
    code = replace(code, tokens=flow.tokens + 1)
    mixed = Chunk(passages=(code, flow))
    text = prompting.review(mixed, PACK, seal)[1].content.text
    assert f"For {flow.id}: {PACK.types[QueryType.WORKFLOW]}" in text
    assert PACK.types[QueryType.CODE] not in text
    assert briefing.also(OLD, mixed) == ""
