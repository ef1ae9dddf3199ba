"""Reviews of a hostile change by an author who may not write, and what of them others' files are told."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import fakes
import hostile_change
import shared_data
from hostile_change import OTHERS, TOKEN
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.adapters.syntax_rules import AstGrepLiterals, AstGrepOutliner, AstGrepRules, texts
from hunkwise.model.change import DiffText
from hunkwise.model.diff import FileDiff
from hunkwise.model.finding import RuleHit
from hunkwise.model.intent import Intent
from hunkwise.model.report import Outcome, ReviewReport
from hunkwise.pipeline import review
from hunkwise.ports import Ports, RuleEngine
from hunkwise.render import json_report
from hunkwise.settings import Settings

PAYLOADS = [str(row["payload"]) for row in shared_data.sample("injection")]
HEADS = {path.encode(): text.encode() for path, text in OTHERS.items()}
LEFT_ALONE = {b"src/taxes.py": b"def planted_high_tax(rows):\n    return sum(rows)\n"}
"""Files that the change does not touch, and that others' files call."""

PACKS = PromptFiles()


class ReadOnce:
    """The packaged prompts, read from disk once for all runs."""

    def __init__(self) -> None:
        self.load = cache(PACKS.load)
        self.examples = cache(PACKS.examples)


class CheckedOnce:
    """The rules, which judge a file once for all runs that hold it; those of languages judge others' files alone."""

    def __init__(self) -> None:
        self.check = cache(self._check)

    def _check(self, file: FileDiff, head: bytes | None) -> tuple[RuleHit, ...]:
        return AstGrepRules().check(file, head) if file.path in OTHERS else texts.check(file)


PROMPTS, RULES = ReadOnce(), CheckedOnce()
Run = tuple[ReviewReport, dict[str, Any], fakes.ScriptedChat]


def run(
    hostile: bytes,
    script: fakes.Script = hostile_change.honest,
    checks: fakes.Script = fakes.upholds_all,
    *,
    heads: Mapping[bytes, bytes] | None = None,
    rules: RuleEngine = RULES,
    said: Intent = fakes.NOTHING_SAID,
    trusts_author: bool = False,
    **settings: Any,
) -> Run:
    """Review the hostile files before those of others: what comes first has the first word where anything is shared."""
    chat = fakes.ScriptedChat(script, verify=checks)
    changes = fakes.GivenChange(
        hostile + hostile_change.others(), {**HEADS, **(heads or {})}, others=LEFT_ALONE, source="github", said=said
    )
    ports = Ports(
        changes=changes,
        secrets=fakes.PlantedSecrets(TOKEN),
        tokens=fakes.WordCounter(),
        rules=rules,
        prompts=PROMPTS,
        chat=chat,
        clock=fakes.DrivenClock(),
        progress=str,
        literals=AstGrepLiterals(),
        outliner=AstGrepOutliner(),
    )
    ref = DiffText(name="test", content=b"")
    report = review.run(ref, ports, Settings(**settings), trusts_author=trusts_author).report
    return report, json.loads(json_report.text(report)), chat


def of_others(report: Mapping[str, Any]) -> str:
    """Return what is said of others' files, byte for byte: findings, claims that were dropped, ends of hunks."""
    kept = {
        "findings": [each for each in report["findings"] if each["file"] in OTHERS],
        "ledger": [each for each in report["ledger"]["entries"] if each["file"] in OTHERS],
    }
    return json.dumps(kept, ensure_ascii=False)


def about_others(chat: fakes.ScriptedChat) -> list[str]:
    """Return the requests that show others' files, whole."""
    asked = ["\n".join(each.content.text for each in request.messages) for request in chat.requests]
    return sorted(text for text in asked if any(f"file: {path}\n" in text for path in OTHERS))


@cache
def alone() -> tuple[str, list[str]]:
    """Return what is said of others' files, and asked of them, where nobody injects anything."""
    report, told, chat = run(b"")
    blocking = [each.origin.partition(":")[0] for each in report.findings if each.severity.value == "high"]
    assert sorted(blocking) == ["model", "rule", "secret"]
    assert (report.verdict.outcome, len(report.findings), len(chat.requests)) == (Outcome.BLOCK, 4, 4 + 2)
    asked = about_others(chat)
    assert any("file: src/taxes.py (" in text for text in asked)
    assert "\n# Examples\n" in asked[0]
    return of_others(told), asked


def batches(size: int) -> Sequence[Sequence[tuple[int, str]]]:
    """Return the payloads with their numbers, `size` to a change: each in a file of its own."""
    numbered = list(enumerate(PAYLOADS))
    return [numbered[at : at + size] for at in range(0, len(numbered), size)]
