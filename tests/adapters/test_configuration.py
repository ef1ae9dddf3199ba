import pytest

from hunkwise.adapters.configuration import ConfigText, load
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
    ],
)
def test_what_is_wrong_is_named_with_its_line(content: str | bytes, message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text(content), {}, {})
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


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
