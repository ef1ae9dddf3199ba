"""Every rule against its examples: what it must see, and real code it must leave alone."""

import pytest

from hunkwise.adapters.syntax_rules import AstGrepRules, pack
from rule_examples import Match, file_diff, load, path_of, rules

ENGINE = AstGrepRules()
RULES = rules()


def ids_fired(example: Match, entry: pack.RuleEntry) -> set[str]:
    hits = ENGINE.check(file_diff(path_of(example, entry), example.code), example.code.encode())
    return {hit.rule.id for hit in hits}


def test_ids_are_unique() -> None:
    ids = [entry.id for _, entry in RULES]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", pack.packs())
def test_examples_belong_to_rules(name: str) -> None:
    assert set(load(name)) == {entry.id for entry in pack.load(name)}


@pytest.mark.parametrize(("name", "entry"), RULES, ids=[entry.id for _, entry in RULES])
def test_rule_fires_where_it_must(name: str, entry: pack.RuleEntry) -> None:
    examples = load(name)[entry.id].matches
    assert len(examples) >= 5
    silent = [example.code for example in examples if entry.id not in ids_fired(example, entry)]
    assert silent == []


@pytest.mark.parametrize(("name", "entry"), RULES, ids=[entry.id for _, entry in RULES])
def test_rules_leave_real_code_alone(name: str, entry: pack.RuleEntry) -> None:
    examples = load(name)[entry.id].clean
    assert len({example.code for example in examples}) >= 10
    fired = [(example.source, example.code, ids_fired(example, entry)) for example in examples]
    assert [item for item in fired if item[2]] == []
