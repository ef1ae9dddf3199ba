"""The description beside a review: a signal that ends it ends nothing else, and strict keeps its word in it too."""

import json
from dataclasses import replace
from typing import Any

import pytest

import fakes
from fakes import ScriptedChat, answer, asked_ids, finding
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals
from hunkwise.model.change import DiffText
from hunkwise.model.chat import ChatRequest, Stage
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import describe, review
from hunkwise.ports import Ports
from hunkwise.settings import Settings

REF = DiffText(name="test", content=b"")
HEAD = b"def total(rows):\n    unchanged_row = len(rows)\n    return sum(rows) / unchanged_row\n"
DIFF = b"""diff --git a/app.py b/app.py
--- a/app.py
+++ b/app.py
@@ -1,3 +1,3 @@
 def total(rows):
     unchanged_row = len(rows)
-    return sum(rows)
+    return sum(rows) / unchanged_row
"""
SAID = json.dumps({"summary": "Takes the mean.", "walkthrough": [], "risks": []})
DIVIDES = finding("return sum(rows) / unchanged_row", file="app.py", line=3)


def reads(request: ChatRequest, number: int) -> str:
    del number
    return SAID if request.stage is Stage.DESCRIBE else answer(asked_ids(request), DIVIDES)


def stops(request: ChatRequest, number: int) -> str:
    if request.stage is Stage.DESCRIBE:
        raise KeyboardInterrupt
    return reads(request, number)


def ports(chat: ScriptedChat) -> Ports:
    changes = fakes.GivenChange(DIFF, {b"app.py": HEAD})
    changes._change = replace(changes._change, source="github")
    return Ports(
        changes=changes,
        secrets=fakes.PlantedSecrets(),
        tokens=fakes.WordCounter(),
        rules=fakes.GivenRules(),
        prompts=PromptFiles(),
        chat=chat,
        clock=fakes.DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
    )


def reviewed(chat: ScriptedChat, **settings: Any) -> ReviewReport:
    given = {"describe": True, "max_tries": 1, **settings}
    return review.run(REF, ports(chat), Settings.model_validate(given)).report


def test_a_signal_while_it_is_asked_for_keeps_the_review_that_is_done() -> None:
    chat = ScriptedChat(stops)
    try:
        report = reviewed(chat)
    except KeyboardInterrupt:  # it would end all tests
        pytest.fail("the review is lost")
    assert report.stopped
    assert [(each.file, each.line) for each in report.findings] == [("app.py", 3)]
    assert report.ledger.count(HunkState.REVIEWED) == 1
    assert report.verdict.outcome is Outcome.BLOCK
    assert report.description is None
    assert report.notices[0].code == "stopped"
    assert chat.closed


def test_strict_describes_changed_lines_alone() -> None:
    chat = ScriptedChat(reads)
    report = reviewed(chat, privacy="strict")
    assert report.description is not None
    (asked,) = [each for each in chat.requests if each.stage is Stage.DESCRIBE]
    shown = asked.messages[1].content.text
    assert "return sum(rows) / unchanged_row" in shown
    assert "unchanged_row = len(rows)" not in shown
    (printed,) = describe.prompts(REF, ports(chat), Settings.model_validate({"privacy": "strict"}))
    assert printed == asked.messages
