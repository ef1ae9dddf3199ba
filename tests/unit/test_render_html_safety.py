import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import page_reader
from hunkwise.model.change import Change, Notice
from hunkwise.model.diff import Diff, UnreadableFile
from hunkwise.model.finding import Dropped, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import ModelUsage, Outcome, PromptId, ReviewReport, Usage, Verdict
from hunkwise.render import html
from page_reader import Element
from report_builder import empty_report, file_of, finding, hunk_of, report

HOSTILE = (
    "</script><script>alert(1)</script><img src=http://evil onerror='x'>\"' [a](http://evil) \u202e\u2066\u200b\x1b\x00"
)


def shown(**overrides: Any) -> Element:
    return page_reader.read(html.page(report(**overrides)))


def one_file(text: str, **fields: Any) -> Diff:
    return Diff(files=(file_of("a.py", hunk_of(text), **fields),))


def test_the_policy_allows_the_one_style_and_nothing_else() -> None:
    root = shown()
    digest = b64encode(sha256(root.one("style").text.encode()).digest()).decode()
    policies = [meta.attributes["content"] for meta in root.all("meta") if "http-equiv" in meta.attributes]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert not re.search(r"url\(|@import|https?:", root.one("style").text)


def hostile() -> ReviewReport:
    diff = Diff(
        files=(
            file_of(HOSTILE, hunk_of(f"+{HOSTILE}\n", section=HOSTILE), old_path="<b>", old_mode="<i>", new_mode="<u>"),
        ),
        unreadable=(UnreadableFile(path=HOSTILE, reason=HOSTILE, hunks=1),),
    )
    texts = dict.fromkeys(("title", "description", "scenario", "suggestion", "replacement", "quote"), HOSTILE)
    found = finding(file=HOSTILE, line=1, end_line=1, category=HOSTILE, origin=HOSTILE, status=HOSTILE, **texts)
    entry = Entry(file=HOSTILE, hunk=HOSTILE, added=1, deleted=0, state=HunkState.FAILED, by=HOSTILE, reason=HOSTILE)
    claim = Dropped(file=HOSTILE, line=1, stage=HOSTILE, reason=HOSTILE, severity=Severity.HIGH, description=HOSTILE)
    return report(
        version=HOSTILE,
        engine=HOSTILE,
        models=(HOSTILE,),
        prompt=PromptId(name=HOSTILE, version=HOSTILE, sha256=HOSTILE),
        change=Change(source="git", repo=HOSTILE, base=HOSTILE, head=HOSTILE, diff=b""),
        diff=diff,
        verdict=Verdict(outcome=Outcome.BLOCK, reasons=(HOSTILE,)),
        findings=(found, replace(found, line=9, end_line=9)),
        dropped=(claim,),
        ledger=Ledger(entries=(entry,)),
        redactions_by_type={HOSTILE: 1},
        usage=Usage(
            by_model={HOSTILE: ModelUsage(requests=1, prompt_tokens=1, cached_prompt_tokens=1, completion_tokens=1)}
        ),
        notices=(Notice(code=HOSTILE, text=HOSTILE),),
        timings_ms={HOSTILE: 1.0},
    )


def test_hostile_text_stays_text_everywhere() -> None:
    written = html.page(hostile())
    root = page_reader.read(written)
    assert not {"script", "img", "b", "i", "u", "link", "base", "iframe", "form"} & {each.tag for each in root.all()}
    for element in root.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "srcset", "action"}
            assert name != "href" or re.fullmatch(r"#[a-z0-9-]+", value)
            assert name != "id" or re.fullmatch(r"[a-z0-9-]+", value)
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", written)
    marks = [mark.text for mark in root.one("tr", "a").all("span", "ctl")]
    assert marks == ["[U+202E]", "[U+2066]", "[U+200B]", "[U+001B]", "[U+0000]"]


def test_a_carriage_return_and_a_lone_surrogate_are_written_out() -> None:
    root = shown(diff=one_file("+x\r\n"), findings=(finding(title="\ud800", file="z"),))
    assert root.one("tr", "a").all("td")[3].text == "x\N{SYMBOL FOR CARRIAGE RETURN}"
    assert root.one("h4").text == "[U+D800]"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_comes_out_as_itself_or_marked(text: str) -> None:
    written = html.page(empty_report(verdict=Verdict(outcome=Outcome.BLOCK, reasons=(text,))))
    written.encode()
    reason = page_reader.read(written).one("section", "verdict").one("li").text
    restored = re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda found: chr(int(found[1], 16)), reason)
    if "[U+" not in text:
        assert restored.replace("\N{SYMBOL FOR CARRIAGE RETURN}", "\r") == text.replace(
            "\N{SYMBOL FOR CARRIAGE RETURN}", "\r"
        )
