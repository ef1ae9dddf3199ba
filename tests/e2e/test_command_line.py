"""The command as a user runs it: a process, its exit code, its streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from hunkwise import __version__
from hunkwise.render.report_schema import report_schema

CLEAN = {"app.py": "def total(prices):\n    return sum(prices)\n"}
UNSAFE = {"app.py": "import yaml\n\n\ndef read(text):\n    return yaml.load(text, Loader=yaml.UnsafeLoader)\n"}


class Clone:
    """A git repository in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{
                f"GIT_{who}_{what}": f"{who}@example.org"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environment, capture_output=True, check=True)
        return done.stdout.decode()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, "utf-8")

    def commit(self, files: dict[str, str], message: str = "change") -> None:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path)
    made.commit(CLEAN, "first")
    return made


def hunkwise(
    *arguments: str, cwd: Path, given: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT"}}
    return subprocess.run(
        [sys.executable, "-m", "hunkwise", *arguments],
        cwd=cwd,
        env={**kept, **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["review", "--help"], ["describe", "--help"], ["cache", "--help"]]
)
def test_version_and_help_start_without_an_sdk(arguments: list[str]) -> None:
    code = (
        f"import sys; from hunkwise.cli import run; run({arguments!r});"
        "late = ('openai', 'httpx', 'github', 'redis', 'psycopg', 'numpy', 'ast_grep_py', 'pydantic', 'tiktoken',"
        " 'jsonschema', 'detect_secrets', 'rich');"
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("\n[]")
    if arguments == ["--version"]:
        assert done.stdout.startswith(f"hunkwise, version {__version__}\n")


def test_the_working_tree_is_reviewed_without_a_key(clone: Clone) -> None:
    clone.write(UNSAFE)
    done = hunkwise("review", cwd=clone.folder)
    assert done.returncode == 1, done.stderr
    assert "app.py:5" in done.stdout
    assert "yaml.load(text, Loader=yaml.UnsafeLoader)" in done.stdout
    assert "block" in done.stdout


def test_untracked_files_are_reviewed_and_ignored_ones_are_not(clone: Clone) -> None:
    clone.write({"new.py": UNSAFE["app.py"], ".gitignore": "old.py\n", "old.py": UNSAFE["app.py"]})
    done = hunkwise("review", "--format", "json", cwd=clone.folder)
    assert [row["file"] for row in json.loads(done.stdout)["findings"]] == ["new.py"]


def test_nothing_changed_is_nothing_to_review(clone: Clone) -> None:
    done = hunkwise("review", cwd=clone.folder)
    assert done.returncode == 0
    assert "the change is empty" in done.stdout


@pytest.mark.parametrize("target", ["HEAD~1..HEAD", "HEAD~1...HEAD", "HEAD"])
def test_ranges_and_revisions(clone: Clone, target: str) -> None:
    clone.commit(UNSAFE)
    done = hunkwise("review", target, "--format", "json", cwd=clone.folder)
    assert done.returncode == 1, done.stderr
    assert [row["line"] for row in json.loads(done.stdout)["findings"]] == [5]


def test_a_root_commit_is_reviewed_against_nothing_and_says_so(clone: Clone) -> None:
    done = hunkwise("review", "HEAD", "--format", "json", cwd=clone.folder)
    report = json.loads(done.stdout)
    assert [notice["code"] for notice in report["notices"]] == ["root-commit"]
    assert report["ledger"]["reviewed"] == 1


def test_a_diff_file_and_standard_input_give_the_same_review(clone: Clone) -> None:
    clone.commit(UNSAFE)
    diff = clone.git("diff", "HEAD~1", "HEAD")
    (clone.folder / "change.diff").write_text(diff, "utf-8")
    from_file = hunkwise("review", "change.diff", "--format", "json", cwd=clone.folder)
    from_stdin = hunkwise("review", "-", "--format", "json", cwd=clone.folder, given=diff)
    assert from_file.returncode == from_stdin.returncode == 1
    assert json.loads(from_file.stdout)["findings"] == json.loads(from_stdin.stdout)["findings"]


def test_the_json_report_meets_its_published_schema_and_its_ledger_balances(clone: Clone) -> None:
    clone.commit({**UNSAFE, "package-lock.json": "{}\n", "logo.svg": "<svg/>\n"})
    done = hunkwise("review", "HEAD", "--format", "json", cwd=clone.folder)
    report = json.loads(done.stdout)
    jsonschema.validate(report, report_schema())
    ledger = report["ledger"]
    assert ledger["hunks"] == len(ledger["entries"]) == 3
    assert ledger["hunks"] == ledger["reviewed"] + ledger["cached"] + ledger["skipped"] + ledger["failed"]
    assert report["usage"]["cost_usd"] is None
    assert report["tool"]["engine"] == "rules"


@pytest.mark.parametrize("style", ["text", "json", "sarif", "markdown", "html"])
def test_every_format_is_written_to_a_file_and_standard_output_stays_empty(clone: Clone, style: str) -> None:
    clone.write(UNSAFE)
    done = hunkwise("review", "--format", style, "--output", "out", cwd=clone.folder)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "block" in done.stderr
    assert "UnsafeLoader" in (clone.folder / "out").read_text("utf-8")


def test_a_secret_on_an_added_line_blocks_and_is_shown_nowhere(clone: Clone) -> None:
    token = f"ghp_{''.join(chr(97 + n * 7 % 26) + str(n % 10) for n in range(18))}"  # none in this file itself
    clone.write({"app.py": f'import api\n\n\nclient = api.Client("{token}")\n'})
    for style in ("text", "json", "sarif", "markdown", "html"):
        done = hunkwise("review", "--format", style, "-v", cwd=clone.folder)
        assert done.returncode == 1, (style, done.stderr)
        assert token not in done.stdout + done.stderr, style
        assert "&lt;redacted:" in done.stdout or "<redacted:" in done.stdout, style


def test_an_env_file_is_reported_but_never_shown(clone: Clone) -> None:
    clone.write({".env": "GREETING=hello-from-the-file\n"})
    done = hunkwise("review", "--format", "json", cwd=clone.folder)
    entry = json.loads(done.stdout)["ledger"]["entries"][0]
    assert (entry["file"], entry["state"]) == (".env", "skipped")
    shown = hunkwise("review", "--show-prompts", cwd=clone.folder)
    page = hunkwise("review", "--format", "html", cwd=clone.folder)
    assert "hello-from-the-file" not in shown.stdout + page.stdout


def test_show_prompts_prints_what_would_be_sent(clone: Clone) -> None:
    clone.write(UNSAFE)
    done = hunkwise("review", "--show-prompts", cwd=clone.folder)
    assert done.returncode == 0
    assert "5+|    return yaml.load(text, Loader=yaml.UnsafeLoader)" in done.stdout
    assert "# Critical rules" in done.stdout


def test_show_prompts_holds_what_encloses_the_hunks_and_what_they_call_redacted(clone: Clone) -> None:
    key = "AKIA" + "J4QZ7KTW2MNB5XVC"
    body = "".join(f"        a{number} = {number}\n" for number in range(20))
    door = f"from lib.gate import check\n\n\nclass Door:\n    def open(self, key):\n{body}        return key\n"
    gate = f"def check(key, default='{key}'):\n    return key == default\n"
    clone.commit({"lib/gate.py": gate, "house/door.py": door})
    clone.write({"house/door.py": door.replace("return key", "return check(key)")})
    done = hunkwise("review", "--show-prompts", cwd=clone.folder)
    context = done.stdout.partition("<context id=")[2].partition("<hunk id=")[0]
    assert "4 |class Door:\n5 |    def open(self, key):\nimport:\n1 |from lib.gate import check" in context
    assert (
        "file: lib/gate.py (not reviewed, for understanding only)\ndefinition:\n1 |def check(key, default='<redacted:"
        in context
    )
    assert key not in done.stdout + done.stderr
    off = hunkwise("review", "--show-prompts", cwd=clone.folder, HUNKWISE_CONTEXT_SHARE="0")
    assert "<context" not in off.stdout.rpartition("# Schema")[2]


def test_fail_on_never_never_exits_1(clone: Clone) -> None:
    clone.write(UNSAFE)
    assert hunkwise("review", "--fail-on", "never", cwd=clone.folder).returncode == 0


def test_the_configuration_of_the_base_counts_not_the_change_s_own(clone: Clone) -> None:
    clone.commit({**UNSAFE, ".hunkwise.yml": "fail_on: never\nexclude: ['*.py']\n"})
    done = hunkwise("review", "HEAD", cwd=clone.folder)
    assert done.returncode == 1, done.stdout


def test_quiet_prints_the_verdict_alone(clone: Clone) -> None:
    clone.write(UNSAFE)
    done = hunkwise("review", "-q", cwd=clone.folder)
    assert done.stdout.startswith("block")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["review", "nowhere..HEAD"], 2, "nowhere"),
        (["review", "--output=/nowhere/out"], 2, "there is no folder /nowhere"),
        (["review", "missing.diff"], 2, "there is no file missing.diff"),
        (["review", "junk.txt"], 2, "diff"),
        (["review", "owner/repo#7"], 2, "GITHUB_TOKEN"),
        (["review", "--config", "none.yml"], 2, "there is no file none.yml"),
        (["review", "--config", "bad.yml"], 2, "bad.yml:1: unknown setting 'fail_onn'"),
        (["review", "--engine", "llm"], 2, "OPENAI_API_KEY"),
        (["review", "--engine", "magic"], 2, "magic"),
        (["review", "--repo", "/"], 2, "not a git repository"),
        (["review", "--repo", "/nowhere"], 2, "/nowhere"),
        (["reviw"], 2, "reviw"),
        (["review", ".."], 2, "is a variable empty?"),
        (["review", "."], 2, ". is a folder\n  to review its working tree: hunkwise review\n"),
        (["review", "--html", "-"], 2, "--html names a file"),
        (["review", "--html", "page.html", "--output", "./page.html"], 2, "--html and --output name the same file"),
        (["review", "--max-cost", "inf"], 2, "option --max-cost: max_cost: a finite number is wanted"),
        (["review", "--max-cost", "nan"], 2, "option --max-cost: max_cost: a finite number is wanted"),
        (["review", "--model", "none"], 2, "option --model: model: none is no model's name"),
        (
            ["review", "colour.diff"],
            2,
            "this diff holds colours of a terminal\n  give it without: git diff --no-color\n",
        ),
        (["review", ""], 2, "names no commit"),
        (["review", "https://github.com/owner/repo/issues/7"], 2, "owner/repo#N"),
    ],
)
def test_a_user_s_mistake_is_one_clear_line(clone: Clone, arguments: list[str], code: int, said: str) -> None:
    (clone.folder / "junk.txt").write_text("This is no diff.\n", "utf-8")
    (clone.folder / "bad.yml").write_text("fail_onn: high\n", "utf-8")
    clone.write(UNSAFE)
    (clone.folder / "colour.diff").write_text(clone.git("diff", "--color=always"), "utf-8")
    done = hunkwise(*arguments, cwd=clone.folder)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_folder_outside_any_repository_is_named(tmp_path: Path) -> None:
    done = hunkwise("review", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


def test_schemas_and_settings_are_printed(clone: Clone) -> None:
    assert json.loads(hunkwise("schema", "report", cwd=clone.folder).stdout) == report_schema()
    assert "fail_on" in json.loads(hunkwise("schema", "config", cwd=clone.folder).stdout)["properties"]
    settings = hunkwise("config", cwd=clone.folder, HUNKWISE_FAIL_ON="low")
    assert json.loads(settings.stdout)["fail_on"] == "low"


def test_the_report_says_who_read_the_change(clone: Clone) -> None:
    clone.write(UNSAFE)
    done = hunkwise("review", cwd=clone.folder)
    assert done.stdout.splitlines()[-2] == "embedded rules, no model was asked"


@pytest.mark.parametrize("command", ["review", "describe"])
def test_the_rules_would_send_nothing(clone: Clone, command: str) -> None:
    clone.write(UNSAFE)
    done = hunkwise(command, "--show-prompts", "--engine", "rules", cwd=clone.folder)
    assert (done.returncode, done.stdout) == (0, "nothing would be sent: the engine is rules, and no model is asked\n")


def test_what_is_meant_as_configuration_and_is_none_is_told(clone: Clone) -> None:
    clone.write({".hunkwise.yaml": "fail_on: never\n", ".hunkwise.yml/a.yml": "fail_on: never\n", **UNSAFE})
    wanted = [
        "hunkwise: HUNKWISE_FAILON in the environment is no setting and has no effect; did you mean HUNKWISE_FAIL_ON?",
        "hunkwise: .hunkwise.yml is a folder, and no configuration is read from it",
        "hunkwise: .hunkwise.yaml is not read: its name has to be .hunkwise.yml",
    ]
    (clone.folder / "change.diff").write_text(clone.git("diff"), "utf-8")
    for arguments in (["review"], ["review", "change.diff"], ["config"]):
        done = hunkwise(*arguments, cwd=clone.folder, HUNKWISE_FAILON="never")
        assert done.stderr.splitlines()[:3] == wanted, arguments
    clone.commit({})
    clone.commit({"app.py": CLEAN["app.py"]})
    done = hunkwise("review", "HEAD", cwd=clone.folder)
    assert done.stderr.splitlines() == wanted[1:]
    quiet = hunkwise("review", "-q", cwd=clone.folder, HUNKWISE_FAILON="never")
    assert quiet.stderr == ""


def test_a_hint_shows_its_example_as_it_is(clone: Clone) -> None:
    shown = {"HUNKWISE_REDIS_URL": "rediss://cache.example.com:6380/0"}
    shown["HUNKWISE_POSTGRES_URL"] = "postgresql://db.example.com/reviews?sslmode=verify-full"
    for name, example in shown.items():
        done = hunkwise("cache", "info", cwd=clone.folder, **{name: "nonsense"})
        assert (done.returncode, done.stderr.splitlines()[1]) == (2, f"  for example {example}")
