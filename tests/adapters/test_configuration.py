import re
from pathlib import Path

import pytest

from hunkwise.adapters import configuration
from hunkwise.adapters.configuration import ConfigText, load, strays
from hunkwise.errors import ConfigurationError


def text(content: str | bytes) -> ConfigText:
    return ConfigText(name=".hunkwise.yml", content=content if isinstance(content, bytes) else content.encode())


def test_the_option_wins_over_the_environment_and_the_environment_over_the_file() -> None:
    file = text("fail_on: low\nmax_parallel: 2\nmin_confidence: 0.1\n")
    environment = {"HUNKWISE_FAIL_ON": "medium", "HUNKWISE_MAX_PARALLEL": "3", "OTHER": "x"}
    got = load(file, environment, {"fail_on": "never", "engine": None})
    assert (got.fail_on, got.max_parallel, got.min_confidence, got.engine) == ("never", 3, 0.1, "auto")


def test_lists_from_the_environment_are_split_at_commas_and_lines() -> None:
    assert load(None, {"HUNKWISE_EXCLUDE": "a/**, b/*\nc"}, {}).exclude == ("a/**", "b/*", "c")
    assert load(text("exclude:\n  - a/**\n  - '*.svg'\n"), {}, {}).exclude == ("a/**", "*.svg")


@pytest.mark.parametrize("content", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_means_the_defaults(content: str) -> None:
    assert load(text(content), {}, {}) == load(None, {}, {})


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("fail_on: high\nfail_onn: low\n", ".hunkwise.yml:2: unknown setting 'fail_onn'", "did you mean fail_on?"),
        ("zzz: 1\n", ".hunkwise.yml:1: unknown setting 'zzz'", "`hunkwise schema config` lists all settings"),
        ("\nfail_on: hihg\n", ".hunkwise.yml:2: fail_on: Input should be 'high', 'medium'", "The lowest"),
        (
            "min_confidence: 2\n",
            ".hunkwise.yml:1: min_confidence: Input should be less than or equal to 1",
            "A model's",
        ),
        ("- a\n- b\n", ".hunkwise.yml must be a mapping of settings", "for example: fail_on: high"),
        ("fail_on: [high\n", ".hunkwise.yml is not YAML: line 2", ""),
        ("fail_on: high\nfail_on: low\n", ".hunkwise.yml:2: fail_on stands twice", ""),
        ("a: &x 1\nb: *x\n", ".hunkwise.yml holds a YAML alias", "write the value out"),
        (b"fail_on: \xff\n", ".hunkwise.yml is not UTF-8 (byte 9)", ""),
        ("x" * 70_000, ".hunkwise.yml is larger than 65536 bytes", ""),
        ("fail_on: !!python/object:os.system high\n", ".hunkwise.yml is not YAML: line 1", ""),
        ("? [a, b]\n: 1\n", ".hunkwise.yml", ""),
        ("fail_on: low\nnear: {foo: 0.9}\n", ".hunkwise.yml:2: near: 'foo' is no pool; there are code,", "near: How"),
        ("cache_ttl: [code=1d]\n", ".hunkwise.yml:1: cache_ttl: code=1d: two durations are wanted", "cache_ttl: How"),
        ("team: zz\n", ".hunkwise.yml:1: team: there is no team zz; `teams` names none", "team: The team"),
        (
            "teams: [{name: a}, {name: b}]\nteam: zz\n",
            ".hunkwise.yml:2: team: there is no team zz; the teams are a, b",
            "",
        ),
        ("teams:\n- name: a\n- name: a\n", ".hunkwise.yml:1: teams: two teams have one name", ""),
        ("teams:\n- name: a\n- nam: x\n", ".hunkwise.yml:3: teams[1]: unknown field 'nam'", "did you mean name?"),
        (
            "teams:\n- name: a\n  zzzz: x\n",
            ".hunkwise.yml:3: teams[0]: unknown field 'zzzz'",
            "its fields are name, paths",
        ),
        (
            "teams:\n- name: a\n  max_cost: x\n",
            ".hunkwise.yml:3: teams[0].max_cost: Input should be a valid number",
            "",
        ),
        ("teams: [a]\n", ".hunkwise.yml:1: teams[0]: a mapping of fields is wanted, such as {field: value}", ""),
        ("experiments:\n\n- {model: x}\n", ".hunkwise.yml:3: experiments[0].share: is missing", "experiments: Shares"),
        ("instructions: [{txt: x}]\n", ".hunkwise.yml:1: instructions[0]: unknown field 'txt'", "did you mean text?"),
        ('exclude: "*.lock"\n', ".hunkwise.yml:1: exclude: a list is wanted, such as [a, b]", "exclude: Files"),
        ("max_cost: .inf\n", ".hunkwise.yml:1: max_cost: a finite number is wanted", "max_cost: US dollars"),
        ("deadline_s: .nan\n", ".hunkwise.yml:1: deadline_s: a finite number is wanted", ""),
        ("teams: [{name: a, max_cost: .inf}]\n", ".hunkwise.yml:1: teams[0].max_cost: a finite number is wanted", ""),
        ("model: none\n", ".hunkwise.yml:1: model: none is no model's name", ""),
        ("fallback_models:\n- a\n- None\n", ".hunkwise.yml:3: fallback_models[1]: None is no model's name", ""),
        ("max_token: 5\n", ".hunkwise.yml:1: unknown setting 'max_token'", "did you mean max_tokens?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(content: str | bytes, message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text(content), {}, {})
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("openai_api_key", "'openai_api_key' is no setting", "set the variable OPENAI_API_KEY"),
        ("OPENAI_API_KEY", "'OPENAI_API_KEY' is no setting", "set the variable OPENAI_API_KEY"),
        ("openai_base_url", "'openai_base_url' is no setting", "set the variable OPENAI_BASE_URL"),
        ("hunkwise_state_key", "'hunkwise_state_key' is no setting", "set the variable HUNKWISE_STATE_KEY"),
        ("api_key", "unknown setting 'api_key'", "a secret is no setting: set a variable of the environment"),
    ],
)
def test_a_key_in_a_file_is_told_without_its_value(name: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text(f"{name}: planted-value\n"), {}, {})
    assert caught.value.message == f".hunkwise.yml:1: {message}"
    assert hint in caught.value.hint
    assert "planted" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("word", ["none", "None", "null", "~", ""])
def test_nothing_is_said_in_one_way_everywhere(word: str) -> None:
    nothing = load(None, {}, {})
    assert load(text(f"cheap_model: {word}\nmax_cost: {word}\nexclude: {word}\n"), {}, {}) == nothing


@pytest.mark.parametrize("name", ["cheap_model", "max_cost", "fallback_models", "exclude", "team"])
def test_the_environment_and_inputs_know_the_word_none_too(name: str) -> None:
    nothing = load(None, {}, {})
    assert load(None, {f"HUNKWISE_{name.upper()}": "none"}, {}) == nothing
    assert load(None, {}, {name: "none"}) == nothing


def test_the_word_none_takes_back_what_the_file_gives() -> None:
    file = text("exclude: [a]\ncheap_model: m\n")
    got = load(file, {"HUNKWISE_EXCLUDE": "none"}, {"cheap_model": "none"})
    assert (got.exclude, got.cheap_model) == ((), None)


def test_a_file_may_be_called_none() -> None:
    assert load(text("exclude: [none]\n"), {}, {}).exclude == ("none",)


def test_every_setting_can_stand_in_the_environment() -> None:
    teams = "[{name: web, paths: [web/**, '*.css'], max_cost: 0.5}]"
    got = load(None, {"HUNKWISE_TEAMS": teams, "HUNKWISE_NEAR": "{code: off, documentation: 0.9}"}, {})
    assert [(each.name, each.paths, each.max_cost) for each in got.teams] == [("web", ("web/**", "*.css"), 0.5)]
    assert got.near == ("code=False", "documentation=0.9")
    got = load(None, {"HUNKWISE_EXPERIMENTS": "\n[{prompt: 1.0.0, share: 0.5}]"}, {"exclude": "['a,b', c]"})
    assert (got.experiments[0].prompt, got.exclude) == ("1.0.0", ("a,b", "c"))


def test_an_instruction_of_the_environment_may_hold_a_comma() -> None:
    got = load(None, {"HUNKWISE_INSTRUCTIONS": "Look at locks, queues and timeouts.\n\nBe brief.\n"}, {})
    assert [each.text for each in got.instructions] == ["Look at locks, queues and timeouts.", "Be brief."]


@pytest.mark.parametrize(
    ("value", "said", "hint"),
    [
        ("[ab]*.py", "HUNKWISE_EXCLUDE in the environment is not YAML: line 1", "is read as YAML: quote its values"),
        ("[&x a, *x]", "HUNKWISE_EXCLUDE in the environment holds a YAML alias", "write the value out"),
        ("{a: b}", "HUNKWISE_EXCLUDE in the environment: exclude: a list is wanted", "exclude: Files"),
        ("[!!python/object:os.system x]", "HUNKWISE_EXCLUDE in the environment is not YAML", ""),
    ],
)
def test_yaml_of_the_environment_is_as_bounded_as_a_file(value: str, said: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(None, {"HUNKWISE_EXCLUDE": value}, {})
    assert caught.value.message.startswith(said)
    assert hint in caught.value.hint


def test_variables_that_mean_nothing_are_told_with_the_one_that_is_meant() -> None:
    environment = dict.fromkeys(
        ("HUNKWISE_FAILON", "HUNKWISE_CACHE_FOLDER", "HUNKWISE_FAIL_ON", "HUNKWISE_KEY_STORE"), "x"
    )
    assert strays({**environment, "HUNKWISE_XYZ": "", "OTHER": "x"}) == (
        "HUNKWISE_CACHE_FOLDER in the environment is no setting and has no effect; did you mean HUNKWISE_CACHE_DIR?",
        "HUNKWISE_FAILON in the environment is no setting and has no effect; did you mean HUNKWISE_FAIL_ON?",
        "HUNKWISE_XYZ in the environment is no setting and has no effect",
    )


def test_every_variable_that_the_code_reads_is_known() -> None:
    source = Path(configuration.__file__).parents[2]
    read = {
        name
        for file in source.rglob("*.py")
        for name in re.findall(r"\bHUNKWISE_[A-Z_]+[A-Z]", file.read_text("utf-8"))
    }
    assert "HUNKWISE_KEY_COMMAND" in read
    assert strays(dict.fromkeys(read, "x")) == ()


def test_a_fault_of_the_environment_or_an_option_names_where_it_stands() -> None:
    with pytest.raises(ConfigurationError, match="HUNKWISE_MAX_TRIES in the environment: max_tries"):
        load(None, {"HUNKWISE_MAX_TRIES": "many"}, {})
    with pytest.raises(ConfigurationError, match="option --fail-on: fail_on"):
        load(None, {}, {"fail_on": "sometimes"})


def test_experiments_are_read_from_a_file_and_from_the_environment() -> None:
    file = text("experiments:\n  - {model: m, share: 0.1}\n")
    (given,) = load(file, {}, {}).experiments
    (told,) = load(None, {"HUNKWISE_EXPERIMENTS": "model=m@0.1"}, {}).experiments
    assert given == told


@pytest.mark.parametrize("value", ["model=m", "model=m@2", "m@0.1", "prompt=new@0.1", "model=a@0.6,model=b@0.6"])
def test_an_experiment_that_makes_no_sense_is_a_configuration_error(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"experiments|HUNKWISE|configuration"):
        load(None, {"HUNKWISE_EXPERIMENTS": value}, {})


def test_an_option_of_several_values_is_split_as_the_environment_is() -> None:
    assert load(None, {}, {"fallback_models": "a, b"}).fallback_models == ("a", "b")
