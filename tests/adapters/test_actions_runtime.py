import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hunkwise.adapters.actions_runtime import ActionsRuntime, commands, files, inputs
from hunkwise.adapters.configuration import load
from hunkwise.errors import UsageError
from hunkwise.model.publication import Annotation
from webhooks import webhook

RUNNER = {"GITHUB_ACTIONS": "true"}


def runtime(environment: dict[str, str]) -> tuple[ActionsRuntime, io.StringIO]:
    stream = io.StringIO()
    return ActionsRuntime(environment, stream), stream


def note(level: str = "failure", **changes: Any) -> Annotation:
    fields = {"path": "a.py", "start_line": 1, "end_line": 2, "title": "t", "message": "m", **changes}
    return Annotation(level=level, **fields)


@pytest.mark.parametrize("spelling", ["INPUT_GITHUB-TOKEN", "INPUT_GITHUB_TOKEN"])
def test_an_input_wins_over_the_plain_environment_in_both_spellings(spelling: str) -> None:
    found = inputs.read({"GITHUB_TOKEN": "plain", spelling: " given\n"})
    assert found.environment["GITHUB_TOKEN"] == "given"
    assert inputs.read({"GITHUB_TOKEN": "plain", spelling: ""}).environment["GITHUB_TOKEN"] == "plain"


def test_inputs_are_options_only_where_given() -> None:
    environment = {"INPUT_FAIL-ON": "low", "INPUT_MODEL": "", "INPUT_MIN_CONFIDENCE": "0.9", "INPUT_MAX-COMMENTS": "3"}
    found = inputs.read(environment)
    assert found.options == {"fail_on": "low", "min_confidence": "0.9", "max_comments": "3"}
    settings = load(None, {"HUNKWISE_FAIL_ON": "high"}, found.options)
    assert (settings.fail_on, settings.min_confidence, settings.max_comments) == ("low", 0.9, 3)


def test_every_input_arrives() -> None:
    names = {
        "openai-base-url": "http://x/v1", "state-key": "k1", "pull-request": "7", "config": "c.yml",
        "dry-run": "true", "report": "r.json", "sarif": "s.sarif",
    }  # fmt: skip
    found = inputs.read({f"INPUT_{name.upper()}": value for name, value in names.items()})
    assert found.environment["OPENAI_BASE_URL"] == "http://x/v1"
    assert found.environment["HUNKWISE_STATE_KEY"] == "k1"
    assert (found.pull_request, found.config, found.is_dry_run) == ("7", "c.yml", True)
    assert (found.report, found.sarif) == ("r.json", "s.sarif")
    nothing = inputs.read({})
    assert (nothing.pull_request, nothing.config, nothing.report, nothing.sarif) == ("", None, None, None)
    assert not nothing.is_dry_run
    assert not nothing.secrets


def test_no_secret_stands_in_what_inputs_print_of_themselves() -> None:
    found = inputs.read(
        {"INPUT_OPENAI-API-KEY": "sk-planted", "GITHUB_TOKEN": "ghs-planted", "INPUT_STATE-KEY": "st-p"}
    )
    assert "planted" not in repr(found)
    assert "st-p" not in repr(found)


def test_every_secret_is_masked_before_anything_else_is_said() -> None:
    environment = {
        **RUNNER, "INPUT_GITHUB-TOKEN": "t", "GITHUB_TOKEN": "plain", "OPENAI_API_KEYS": "k1, k2,",
        "HUNKWISE_STATE_KEY": "50%", "INPUT_DRY-RUN": "perhaps",
    }  # fmt: skip
    made, stream = runtime(environment)
    with pytest.raises(UsageError, match="the input dry-run is 'perhaps'"):
        made.inputs()
    masked = stream.getvalue().splitlines()
    assert masked == [f"::add-mask::{value}" for value in ("t", "k1", "k2", "50%25", "plain")]
    made, stream = runtime({**environment, "INPUT_DRY-RUN": "false"})
    assert not made.inputs().is_dry_run
    assert stream.getvalue().splitlines() == masked


def test_each_line_of_a_secret_is_masked() -> None:
    assert commands.mask("a\nb\r\n \n") == ["::add-mask::a%0Ab%0D%0A %0A", "::add-mask::a", "::add-mask::b"]
    assert commands.mask(" ") == []


def test_outside_a_runner_nothing_is_masked_since_that_would_show_it() -> None:
    made, stream = runtime({})
    made.mask([SecretStr("planted")])
    made.notice("a title", "told")
    made.say("detail", detail=True)
    made.say("line")
    assert made.annotate([note()]) == 1
    assert stream.getvalue() == "hunkwise: told\nhunkwise: line\n"


def test_the_log_can_hold_no_command_of_others() -> None:
    made, stream = runtime(RUNNER)
    made.say("::set-output name=a::b\n  ::stop-commands::x ##[error]y")
    made.say("so", detail=True)
    made.notice("told, well: yes", "two\nlines, 100%")
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if re.match(r"\s*::(?!debug|notice title)", line)] == []
    assert "##[" not in stream.getvalue()
    assert lines[-2:] == ["::debug::so", "::notice title=told%2C well%3A yes::two%0Alines, 100%25"]


def test_annotations_are_escaped_and_ten_of_a_kind() -> None:
    made, stream = runtime(RUNNER)
    notes = [
        note(path="a,b:c.py", title="50%", message="x\ny"),
        *[note() for _ in range(11)],
        note("warning"),
        note("notice"),
    ]
    assert made.annotate(notes) == 2
    lines = stream.getvalue().splitlines()
    assert lines[0] == "::error file=a%2Cb%3Ac.py,line=1,endLine=2,title=50%25::x%0Ay"
    assert [sum(line.startswith(f"::{kind} ") for line in lines) for kind in ("error", "warning", "notice")] == [
        10,
        1,
        1,
    ]


def read_back(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        if line:
            name, _, delimiter = line.partition("<<")
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return found


@given(st.text(), st.text())
def test_an_output_holds_what_it_was_given_whatever_that_is(one: str, two: str) -> None:
    assert read_back(files.outputs({"one": one, "two": f"end-1\n{two}"})) == {"one": one, "two": f"end-1\n{two}"}


def test_outputs_and_summary_are_appended_where_the_runner_looks(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    output.write_text("before=1\n")
    made, _ = runtime({"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)})
    made.set_outputs({"outcome": "block"})
    assert output.read_text().startswith("before=1\noutcome<<end-")
    assert made.summarize("# one")
    assert made.summarize("# two")
    assert summary.read_text() == "# one\n# two\n"
    with pytest.raises(UsageError, match="can't be written"):
        runtime({"GITHUB_OUTPUT": str(tmp_path)})[0].set_outputs({"a": "b"})


def test_without_a_runner_outputs_go_nowhere() -> None:
    made, stream = runtime({})
    made.set_outputs({"outcome": "block"})
    assert not made.summarize("# x")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("taken", [0, 1000, files.MAX_SUMMARY_BYTES - 10, files.MAX_SUMMARY_BYTES])
def test_a_summary_is_cut_at_a_line_within_its_limit(taken: int) -> None:
    cut = files.summary("é" * 40 + "\n" + ("ü" * 30 + "\n") * 40_000, taken)
    assert len(cut.encode()) + taken <= files.MAX_SUMMARY_BYTES
    assert not cut or cut.endswith(files.CUT)
    assert set(cut.removesuffix(files.CUT).splitlines()[1:]) <= {"ü" * 30}


def test_the_context_is_read(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(webhook("pull_request.opened")))
    environment = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "o/r"}
    found = runtime(environment)[0].context()
    assert (found.event_name, found.repository, found.workspace) == ("pull_request", "o/r", None)
    assert found.payload["number"] == 2
    assert runtime({**environment, "GITHUB_WORKSPACE": "/w"})[0].context().workspace == "/w"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "is no JSON"),
        ("[1]", "no JSON object"),
        ("[" * 100_000, "is no JSON"),
        ("\udcff", "is no JSON"),
        (None, "can't be read"),
    ],
    ids=["cut", "list", "deep", "bytes", "missing"],
)
def test_a_payload_that_is_none_is_said_without_a_traceback(tmp_path: Path, content: str | None, what: str) -> None:
    event = tmp_path / "event.json"
    if content is not None:
        event.write_bytes(content.encode("utf-8", "surrogateescape"))
    environment = {"GITHUB_EVENT_NAME": "x", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "o/r"}
    with pytest.raises(UsageError, match=what):
        runtime(environment)[0].context()


def test_an_endless_payload_is_refused() -> None:
    environment = {"GITHUB_EVENT_NAME": "x", "GITHUB_EVENT_PATH": "/dev/zero", "GITHUB_REPOSITORY": "o/r"}
    with pytest.raises(UsageError, match="is larger than"):
        runtime(environment)[0].context()


@pytest.mark.parametrize("repository", ["", "o", "o/", "/r", "o/r/x"])
def test_a_runner_s_variables_are_required(repository: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_REPOSITORY") as caught:
        runtime({"GITHUB_REPOSITORY": repository})[0].context()
    assert "hunkwise review" in caught.value.hint


def test_a_file_is_left_in_the_workspace(tmp_path: Path) -> None:
    made, _ = runtime({"GITHUB_WORKSPACE": str(tmp_path)})
    (tmp_path / "out").mkdir()
    made.check_place("out/r.json", "report")
    made.leave("out/r.json", "report", "one")
    made.leave("out/r.json", "report", "two")
    assert (tmp_path / "out" / "r.json").read_text() == "two"


@pytest.mark.parametrize("name", ["../r.json", "/etc/r.json", "away/r.json", "none/r.json", "folder", ".", ".."])
def test_a_file_never_leaves_the_workspace(tmp_path: Path, name: str) -> None:
    (tmp_path / "w" / "folder").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "w" / "away").symlink_to(tmp_path / "elsewhere")
    made, _ = runtime({"GITHUB_WORKSPACE": str(tmp_path / "w")})
    with pytest.raises(UsageError, match="the input report"):
        made.check_place(name, "report")


def test_a_link_in_the_checkout_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "env").write_text("runner's own")
    (tmp_path / "w" / "r.json").symlink_to(tmp_path / "env")
    runtime({"GITHUB_WORKSPACE": str(tmp_path / "w")})[0].leave("r.json", "report", "ours")
    assert (tmp_path / "env").read_text() == "runner's own"
    assert (tmp_path / "w" / "r.json").read_text() == "ours"


def test_a_file_that_can_t_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be written"):
        files.leave(tmp_path / "none" / "r.json", "x")
