from collections.abc import Callable
from typing import Any

import pytest

from fakes import (
    DrivenClock,
    GivenChange,
    GivenRules,
    PlantedSecrets,
    Script,
    ScriptedChat,
    WordCounter,
    answer,
    asked_ids,
    finding,
    reads_all,
)
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.errors import ChatError, ChatFault, ConfigurationError
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest
from hunkwise.model.diff import UnreadableFile
from hunkwise.model.finding import Rule, RuleHit, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
KEY = "PLANTED-KEY-1"


def file(path: str, *rows: str, start: int = 1) -> bytes:
    new = sum(row[0] != "-" for row in rows)
    old = sum(row[0] != "+" for row in rows)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{start},{old} +{start},{new} @@\n"
    return (head + "\n".join(rows) + "\n").encode()


def hit(path: str, line: int, end_line: int | None = None) -> RuleHit:
    rule = Rule(
        id="r1",
        severity=Severity.MEDIUM,
        confidence=0.9,
        category="security",
        title="A rule's title",
        description="A rule's words",
        scenario="An input",
        suggestion="A way out",
    )
    return RuleHit(rule=rule, path=path, line=line, end_line=end_line or line)


def reported(*given: Any) -> ReviewReport:
    return review.run(*given).report


def run(
    diff: bytes,
    *,
    script: Script | None = None,
    hits: tuple[RuleHit, ...] = (),
    secrets: PlantedSecrets | None = None,
    head: dict[bytes, bytes] | None = None,
    unread: tuple[UnreadableFile, ...] = (),
    answers_as: str = "fake",
    on: Callable[..., Any] = reported,
    **settings: Any,
) -> tuple[ReviewReport, ScriptedChat | None, GivenRules]:
    chat = ScriptedChat(script, answers_as=answers_as) if script else None
    rules = GivenRules(*hits)
    ports = Ports(
        changes=GivenChange(diff, head, unread),
        secrets=secrets or PlantedSecrets(KEY),
        tokens=WordCounter(),
        rules=rules,
        prompts=PromptFiles(),
        chat=chat,
        clock=DrivenClock(),
        progress=str,
    )
    return on(REF, ports, Settings(**settings)), chat, rules


def ends(report: ReviewReport) -> list[tuple[str, HunkState, str | None, str | None]]:
    return [(entry.file, entry.state, entry.by, entry.reason) for entry in report.ledger.entries]


@pytest.mark.parametrize("approved", [True, False])
def test_a_model_s_own_approval_is_recorded_and_decides_nothing(approved: bool) -> None:  # noqa: FBT001  # a column
    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), finding("x = 1", file="a.py"), approved=approved)

    found, _, _ = run(file("a.py", "+x = 1"), script=script)
    assert (found.model_approved, found.verdict.outcome) == (approved, Outcome.BLOCK)


def test_rules_alone_may_approve() -> None:
    report, _, _ = run(file("a.py", "+x = 1"))
    assert report.verdict.outcome is Outcome.APPROVE
    assert report.model_approved is None
    assert ends(report) == [("a.py", HunkState.REVIEWED, "rules", None)]
    assert (report.engine, report.models, report.prompt) == ("rules", (), None)


def test_a_hit_lands_inside_its_hunk_with_the_code_it_speaks_of() -> None:
    report, _, rules = run(
        file("a.py", " one", "+two", "+three", start=10), hits=(hit("a.py", 8, 11),), head={b"a.py": b"x"}
    )
    (found,) = report.findings
    assert (found.line, found.end_line, found.quote, found.origin) == (10, 11, "one\ntwo", "rule:r1")
    assert rules.heads == {"a.py": b"x"}


def test_a_secret_on_an_added_line_blocks_and_on_a_context_line_does_not() -> None:
    added, _, _ = run(file("a.py", f"+x = {KEY}"))
    assert [(found.origin, found.severity, KEY in found.quote) for found in added.findings] == [
        ("secret:planted", Severity.HIGH, False)
    ]
    assert added.verdict.outcome is Outcome.BLOCK
    context, _, _ = run(file("a.py", f" x = {KEY}", "+y = 1"))
    assert context.findings == ()
    assert context.redactions_by_type == {"planted": 1}


def test_no_secret_reaches_the_model_or_any_part_of_the_report() -> None:
    def echo(request: ChatRequest, number: int) -> str:
        del number
        leak = finding("y = 1", description=f"It is {KEY}.", suggestion=KEY, scenario=KEY, replacement=KEY)
        return answer(asked_ids(request), leak, finding(KEY, description=KEY))

    diff = file(f"{KEY}.py", f" x = {KEY}", f"-z = {KEY}", "+y = 1") + file(".env", f"+{KEY}")
    report, chat, _ = run(diff, script=echo)
    assert chat is not None
    assert KEY not in repr(chat.requests)
    assert KEY not in repr(report)
    assert "<redacted:planted:1>" in repr(chat.requests)


def test_a_hunk_the_detector_fails_on_is_failed_not_sent_and_not_shown() -> None:
    secrets = PlantedSecrets(fails_on="stumble")
    report, chat, _ = run(file("a.py", "+stumble here") + file("b.py", "+fine"), script=reads_all, secrets=secrets)
    assert chat is not None
    assert "stumble" not in repr(chat.requests)
    assert "stumble here" not in repr(report)
    assert ends(report)[0] == ("a.py", HunkState.FAILED, None, "redaction: the scanner stumbled")
    assert report.verdict.outcome is Outcome.INCOMPLETE


def test_a_file_whose_name_the_detector_fails_on_is_failed_and_not_named() -> None:
    secrets = PlantedSecrets(fails_on="stumble")
    renamed = b"diff --git a/stumble.x b/b.x\nsimilarity index 100%\nrename from stumble.x\nrename to b.x\n"
    broken = b"diff --git a/stumble.y b/stumble.y\n--- a/stumble.y\n+++ b/stumble.y\n@@ -1 +1,99 @@\n+x\n"
    diff = file("stumble.py", "+x = 1") + file("b.py", "+fine") + renamed + broken
    report, chat, _ = run(diff, script=reads_all, secrets=secrets)
    assert chat is not None
    assert "stumble" not in repr(chat.requests) + repr(report).replace("the scanner stumbled", "")
    assert [state for _, state, _, _ in ends(report)] == [
        HunkState.FAILED,
        HunkState.REVIEWED,
        HunkState.FAILED,
        HunkState.FAILED,
    ]
    assert report.verdict.outcome is Outcome.INCOMPLETE


def test_words_of_a_model_that_the_detector_fails_on_are_not_shown() -> None:
    secrets = PlantedSecrets(fails_on="stumble")

    def says(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), finding("x = 1", file="a.py", description="They stumble here."))

    report, _, _ = run(file("a.py", "+x = 1"), script=says, secrets=secrets)
    (found,) = report.findings
    assert found.description == "(not shown: the secret detector failed on it)"


def test_a_plea_of_the_change_to_allow_a_secret_is_told_and_in_vain() -> None:
    report, _, _ = run(file("a.py", f"+x = {KEY}  # pragma: allowlist secret"))
    assert [found.origin for found in report.findings] == ["secret:planted"]
    assert [notice.code for notice in report.notices] == ["inline-allow-ignored"]


def test_a_setting_allows_a_secret_as_a_finding_and_masks_it_all_the_same() -> None:
    report, chat, _ = run(file("demo/a.py", f"+x = {KEY}"), script=reads_all, allow_secrets=("demo/",))
    assert report.findings == ()
    assert chat is not None
    assert KEY not in repr(chat.requests)


def test_a_secret_file_is_scanned_and_neither_sent_nor_shown() -> None:
    report, chat, _ = run(file(".env", f"+TOKEN={KEY}", "+OTHER=value"), script=reads_all)
    assert chat is not None
    assert chat.requests == []
    assert [found.origin for found in report.findings] == ["secret:planted"]
    assert "OTHER" not in repr(report)
    assert ends(report)[0][1:] == (HunkState.SKIPPED, None, "holds secrets by its name; never sent")


def test_skips_unread_and_unreadable_are_three_things() -> None:
    torn = b"diff --git a/torn b/torn\n--- a/torn\n+++ b/torn\n@@ -1,5 +1,5 @@\n a\n"
    report, _, _ = run(file("go.sum", "+x") + file("wide.py", "+" + "x" * 99) + torn, max_line_chars=50)
    assert [(state, reason) for _, state, _, reason in ends(report)] == [
        (HunkState.SKIPPED, "lock file"),
        (HunkState.FAILED, "unread: a line is longer than 50 characters"),
        (HunkState.FAILED, "unreadable: the diff ends inside a hunk"),
    ]
    assert report.verdict.outcome is Outcome.INCOMPLETE


def test_everything_skipped_is_nothing_to_review() -> None:
    report, chat, _ = run(file("go.sum", "+x"), script=reads_all)
    assert chat is not None
    assert chat.requests == []
    assert report.verdict.outcome is Outcome.APPROVE


def test_the_model_s_findings_stand_beside_the_rules() -> None:
    def script(request: ChatRequest, number: int) -> str:
        del number
        return answer(asked_ids(request), finding("y = 2", severity="low"))

    report, _, _ = run(file("app.py", "+x = 1", "+y = 2"), script=script, hits=(hit("app.py", 1),))
    assert [found.origin for found in report.findings] == ["rule:r1", "model:fake"]
    assert ends(report) == [("app.py", HunkState.REVIEWED, "model:fake", None)]
    assert report.prompt is not None
    assert report.prompt.version == "1.1.0"
    assert len(report.prompt.examples) == 2
    assert report.usage.by_model["fake"].prompt_tokens == 100
    assert report.usage.latencies_ms == (250.0,)


def test_a_model_that_is_down_leaves_the_rules_and_says_so() -> None:
    def down(request: ChatRequest, number: int) -> str:
        del request, number
        raise ChatError(ChatFault.BAD_KEY, "the key is refused", hint="check OPENAI_API_KEY")

    report, _, _ = run(file("a.py", "+x"), script=down, hits=(hit("a.py", 1),))
    assert ends(report) == [
        ("a.py", HunkState.FAILED, "rules", "model unavailable; rules only (bad key: the key is refused)")
    ]
    assert [found.origin for found in report.findings] == ["rule:r1"]
    assert report.verdict.outcome is Outcome.INCOMPLETE
    assert report.notices[0].text == "The model could not be asked: the key is refused (check OPENAI_API_KEY)"
    assert report.usage.by_model["fake"].requests == 1
    assert report.usage.by_model["fake"].prompt_tokens is None


def test_an_unknown_model_is_a_configuration_error() -> None:
    def unknown(request: ChatRequest, number: int) -> str:
        del request, number
        raise ChatError(ChatFault.UNKNOWN_MODEL, "there is no such model", hint="see --model")

    with pytest.raises(ConfigurationError, match="no such model"):
        run(file("a.py", "+x"), script=unknown)


def test_a_split_hunk_is_read_only_when_all_of_it_was() -> None:
    rows = [f"+line {number} with some words" for number in range(60)]

    def half(request: ChatRequest, number: int) -> str:
        if "line 0 with" in request.messages[1].content.text:
            return reads_all(request, number)
        raise ChatError(ChatFault.REFUSAL, "no")

    report, chat, _ = run(file("a.py", *rows), script=half, chunk_tokens=200, max_parallel=1)
    assert chat is not None
    assert len(chat.requests) > 1
    assert ends(report) == [("a.py", HunkState.FAILED, "rules", "refusal: no")]


def test_a_line_over_the_budget_is_unread() -> None:
    report, _, _ = run(file("a.py", "+" + "w " * 300) + file("b.py", "+x"), script=reads_all, chunk_tokens=200)
    assert ends(report)[0] == ("a.py", HunkState.FAILED, None, "unread: a line is longer than the budget of 200 tokens")
    assert ends(report)[1][1] is HunkState.REVIEWED


def test_prompts_are_what_a_review_would_send_and_nothing_is_sent() -> None:
    requests, _, _ = run(file("a.py", "+x"), on=review.prompts)
    _, chat, _ = run(file("a.py", "+x"), script=reads_all)
    assert chat is not None
    assert [request.messages for request in chat.requests] == list(requests)  # type: ignore[call-overload]  # messages


def test_an_empty_change_is_approved_as_empty() -> None:
    report, _, _ = run(b"")
    assert report.verdict.reasons == ("the change is empty",)


def test_a_new_file_that_calls_itself_generated_is_skipped_and_named() -> None:
    new = b"diff --git a/g.py b/g.py\nnew file mode 100644\n--- /dev/null\n+++ b/g.py\n@@ -0,0 +1 @@\n"
    report, _, _ = run(new + b"+# @generated\n")
    assert [(notice.code, "g.py" in notice.text) for notice in report.notices] == [("generated-by-own-word", True)]
    assert ends(report)[0][1] is HunkState.SKIPPED


def test_a_file_the_source_could_not_read_is_failed() -> None:
    report, _, _ = run(b"", unread=(UnreadableFile(path="locked", reason="permission denied", hunks=0),))
    assert ends(report) == [("locked", HunkState.FAILED, None, "unreadable: permission denied")]
    assert report.verdict.outcome is Outcome.INCOMPLETE


def test_requests_and_tokens_stand_under_the_name_the_endpoint_answers_by() -> None:
    def once_down(request: ChatRequest, number: int) -> str:
        if number == 0:
            raise ChatError(ChatFault.OVERLOAD, "busy")
        return reads_all(request, number)

    report, _, _ = run(file("a.py", "+x"), script=once_down, answers_as="fake-2026-01-01")
    assert report.models == ("fake-2026-01-01",)
    asked = report.usage.by_model["fake-2026-01-01"]
    assert (asked.requests, asked.prompt_tokens) == (2, 100)
