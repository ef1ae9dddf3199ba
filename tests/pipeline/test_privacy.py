"""What a level of privacy lets a model see."""

from fakes import DrivenClock, GivenChange, GivenRules, PlantedSecrets, ScriptedChat, WordCounter
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.core import patch
from hunkwise.model.change import DiffText
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
HEAD = b"import os\n# ask ada@shop.example\nhost = connect('db7.corp', 5432)\nold = None\n"
DIFF = b"""diff --git a/app.py b/app.py
--- a/app.py
+++ b/app.py
@@ -1,3 +1,4 @@
 import os
+# ask ada@shop.example
-host = connect('db6.corp', 5432)
+host = connect('db7.corp', 5432)
 old = None
diff --git a/notes.md b/notes.md
--- a/notes.md
+++ b/notes.md
@@ -1 +1 @@
-words
+other words
"""


def run(level: str, head: bytes | None = HEAD) -> tuple[str, ReviewReport]:
    chat = ScriptedChat()
    ports = Ports(
        changes=GivenChange(DIFF, {} if head is None else {b"app.py": head, b"notes.md": b"other words\n"}),
        secrets=PlantedSecrets("5432"),
        tokens=WordCounter(),
        rules=GivenRules(),
        prompts=PromptFiles(),
        chat=chat,
        clock=DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
    )
    assert len(patch.parse(DIFF).files) == 2
    report = review.run(REF, ports, Settings.model_validate({"privacy": level})).report
    sent = "\n".join(message.content.text for request in chat.requests for message in request.messages[1:])
    shown = review.prompts(REF, ports, Settings.model_validate({"privacy": level}))
    assert all(message.content.text in sent for request in shown for message in request[1:])
    return sent, report


def test_secrets_alone_by_default() -> None:
    sent, _ = run("secrets")
    assert "ada@shop.example" in sent
    assert "5432" not in sent


def test_personal_keeps_addresses_and_hosts_back() -> None:
    sent, report = run("personal")
    assert not any(word in sent for word in ("ada@shop", "db7.corp", "db6.corp", "5432"))
    assert "host = connect('<redacted:internal-host:" in sent
    assert {found.origin for found in report.findings} == {"secret:planted"}


def test_strict_keeps_comments_and_strings_back_and_files_without_a_grammar() -> None:
    sent, report = run("strict")
    assert not any(word in sent for word in ("ask", "ada@shop", "db7", "db6", "words", "5432"))
    assert "host = connect('<redacted:string:" in sent
    by_file = {entry.file: entry for entry in report.ledger.entries}
    assert by_file["app.py"].state is HunkState.REVIEWED
    assert by_file["notes.md"].state is HunkState.SKIPPED
    assert "no grammar" in str(by_file["notes.md"].reason)


def test_strict_sends_nothing_of_a_file_that_it_can_not_read_whole() -> None:
    sent, report = run("strict", head=None)
    assert sent == ""
    by_file = {entry.file: entry for entry in report.ledger.entries}
    assert by_file["app.py"].state is HunkState.FAILED
    assert "privacy strict" in str(by_file["app.py"].reason)


def test_strict_sends_nothing_where_the_file_is_not_the_diff_s() -> None:
    sent, _ = run("strict", head=HEAD.replace(b"old", b"new"))
    assert "connect" not in sent
