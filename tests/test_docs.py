"""The documents say what the code does: settings, options, exit codes, modules, prompts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hunkwise.adapters import actions_runtime
from hunkwise.adapters.actions_runtime import inputs
from hunkwise.adapters.configuration import ConfigText, load
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.cli import COMMANDS, EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE
from hunkwise.cli.review import EXIT_BUDGET, EXIT_BY_OUTCOME, command
from hunkwise.errors import PermissionDeniedError
from hunkwise.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
RE_EXPORT_LINES = 6
RELEASED_PROMPTS = ROOT / "prompts" / "released.sha256"


def test_the_readme_s_table_of_settings_is_the_model() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| (.+) \|$", README, re.MULTILINE)
    wanted = [(name, _default(field.default), field.description or "") for name, field in Settings.model_fields.items()]
    assert rows == wanted


def test_every_default_of_the_table_is_a_value_of_its_setting() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| ", README, re.MULTILINE)
    text = "\n".join(f"{name}: {default}" for name, default in rows)
    assert load(ConfigText(name="README.md", content=text.encode()), {}, {}) == load(None, {}, {})


def _default(value: object) -> str:
    """Return a default as YAML writes it."""
    if value in ((), None):
        return "[]" if value == () else "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_action_s_inputs_and_outputs_are_those_of_the_code_and_of_the_page() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert set(action["inputs"]) == inputs.NAMES
    assert tuple(action["outputs"]) == actions_runtime.OUTPUTS
    page = (ROOT / "docs" / "github.md").read_text("utf-8")
    for part, name in (("inputs", "input"), ("outputs", "output")):
        table = page.split(f"| {name} | meaning |")[1].split("\n\n")[0]
        rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", table, re.MULTILINE)
        assert rows == [(key, each["description"]) for key, each in action[part].items()]


def test_every_input_has_a_default_and_those_that_are_settings_leave_them_alone() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert all("default" in each for each in action["inputs"].values())
    for name in inputs.SETTINGS:
        each = action["inputs"][name.replace("_", "-")]
        default = Settings.model_fields[name].default
        assert each["default"] == ""
        assert ("none" if default in ((), None) else str(default)) in each["description"], name


def test_every_action_that_a_workflow_uses_is_pinned_to_a_commit() -> None:
    files = [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob(".github/examples/*.yml")]
    used = [each for file in files for each in re.findall(r"uses: (\S+)", file.read_text("utf-8"))]
    assert used
    assert all(each == "./" or re.search(r"@[0-9a-f]{40}$", each) for each in used), used


def test_every_option_of_review_stands_in_the_readme() -> None:
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert f"`{option}" in README, option


def test_the_readme_names_no_option_that_does_not_exist() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    table = re.findall(r"^\| (`-.+?) \|", README, re.MULTILINE)
    named = {option for row in table for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row)}
    assert named <= known


def test_every_command_and_exit_code_stands_in_the_readme() -> None:
    assert all(f"hunkwise {name}" in README for name in COMMANDS)
    codes = README.split("Exit codes:")[1].split("JSON goes")[0]
    assert all(
        re.search(rf"\b{code}\b", codes) for code in [*EXIT_BY_OUTCOME.values(), EXIT_BUDGET, EXIT_INTERRUPTED, 2, 70]
    )


def test_every_exit_code_of_a_job_stands_in_its_page() -> None:
    page = (ROOT / "docs" / "github.md").read_text("utf-8")
    codes = page.split("The job ends with")[1].split("\n\n")[0]
    named = {int(each) for each in re.findall(r"\b\d+\b", codes)}
    wanted = {*EXIT_BY_OUTCOME.values(), EXIT_BUDGET, EXIT_INTERRUPTED, EXIT_BUG, EXIT_USAGE}
    assert named == {*wanted, PermissionDeniedError("").exit_code}


def test_every_module_has_its_responsibility_in_agents() -> None:
    folder = ROOT / "src" / "hunkwise"
    rows = set(re.findall(r"^\| `([\w/]+)` \|", (ROOT / "AGENTS.md").read_text("utf-8"), re.MULTILINE))
    modules = {
        path.relative_to(folder).with_suffix("").as_posix()
        for path in folder.rglob("*.py")
        if path.read_text("utf-8").count("\n") > RE_EXPORT_LINES
    }
    assert rows == modules


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    for document in documents:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_a_released_prompt_never_changes() -> None:
    lines = [line.split() for line in RELEASED_PROMPTS.read_text("utf-8").splitlines()]
    released = {name: digest for digest, name in lines}
    folders = {
        f"{path.parent.name}/{path.name}" for path in (ROOT / "prompts").glob("*/*") if re.match(r"\d", path.name)
    }
    packs = {name for name in released if not name.startswith("examples/")}
    assert packs == folders, "a new version needs a line in prompts/released.sha256"
    for name, digest in released.items():
        pack, _, version = name.partition("/")
        if pack == "examples":
            continue
        assert PromptFiles().load(pack, version).sha256 == digest, f"{name} changed: add a version instead"
        assert f"## {pack} {version}" in (ROOT / "prompts" / "CHANGELOG.md").read_text("utf-8")
    known = {f"examples/{each.name}": each for each in PromptFiles().examples()}
    assert set(known) <= set(released), "a new example, or version of one, needs a line in prompts/released.sha256"
    for name, example in known.items():
        assert example.sha256 == released[name], f"{name} changed: raise its version, and add a line"


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "AGENTS.md", "CHANGELOG.md", "LICENSE"]
)
def test_a_visitor_finds_what_every_project_has(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


def test_the_page_of_rules_is_what_the_rule_files_say() -> None:
    written = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "rules_page.py")], capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == written.stdout
