import json
import re
from dataclasses import replace

import jsonschema
import pytest
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from hunkwise.model.change import Notice
from hunkwise.model.diff import Side
from hunkwise.model.finding import Dropped, Finding, OtherPlace, Severity
from hunkwise.model.ledger import Entry, HunkState, Ledger
from hunkwise.model.report import ModelUsage, Usage
from hunkwise.render import figures, json_report, markdown, report_schema, sarif, terminal
from report_builder import empty_report, finding, report
from shared_data import FOLDER

HOSTILE = (
    "\x1b[31m[bold]@everyone[/bold] <img src=x> ![i](http://e.x/?q) #1 fixes #2\n::error::x\n```\n\u202e--> <!-- m -->"
)


def test_the_terminal_shows_findings_with_their_code_and_the_verdict_last() -> None:
    assert terminal.text(report(), width=80) == snapshot("""\
high  src/app/users.py:7-8  The query is built from user input
  7 -|     return connection.execute("select * from users where name = ?", (nam…
> 7 +|     query = "select * from users where name = '" + name + "'"
> 8 +|     return connection.execute(query)
  `name` is pasted into the statement.
  The old code bound it as a parameter.
  when: name = "x' or '1'='1" returns every user.
  do:   Bind `name` as a parameter.
  security, model:gpt-5-mini, confidence 0.93

high  src/app/grüße.py:1  A secret is added: AWS Access Key
> 1 +| TOKEN = "[REDACTED:AWS Access Key]"
  2 +| GREETING = "Grüße"
  The line holds a credential.
  when: Anyone who can read the repository can use it.
  do:   Revoke it and load it from the environment.
  secret, secret:AWS Access Key, confidence 1.00

medium  src/app/users.py:41 (removed)  The permission check is gone
  41  | def grant(user, role):
> 41 -|     check(user, "admin")
  42  |     user.roles.append(role)
  Nothing else on this path calls `check`.
  when: A plain user calls grant(user, 'admin') and becomes an administrator.
  do:   Keep the check.
  correctness, model:gpt-5-mini, confidence 0.70, open

low  scripts/fetch.sh:3  Certificate verification is off
  3 -| unpack "$1"
> 3 +| curl -k "$1" | tar x
  4  | echo done
  curl -k accepts any certificate.
  do:   Drop -k.
  security, rule:sh-curl-insecure, confidence 0.90

Claimed, but not kept as findings:
  high src/app/users.py:12  The connection is never closed.  (the quoted code is
       on no line of the diff)
  medium src/app/users.py:43  Roles are saved once per match.  (says the same as
         another finding)

note The first commit is compared with the empty tree.
9 hunks: 2 reviewed, 1 cached, 4 skipped, 2 failed
3 secrets masked: AWS Access Key, Secret Keyword
  not reviewed scripts/fetch.sh @@ -1,4 +1,4 @@: model unavailable; rules only
  not reviewed data/torn.csv: hunk 2 is shorter than its header says
  skipped 1: lock file (package-lock.json)
  skipped 1: binary (docs/logo.png)
  skipped 1: submodule (third_party/zlib)
  skipped 1: no hunks (src/app/legacy.py)
gpt-5-mini, local-coder: 4 requests, prompt tokens not known, answer tokens not
known, cost not known
block: 2 findings at or above high block; 2 hunks failed and were not reviewed
""")


def test_the_summary_holds_everything_a_reader_needs() -> None:
    assert markdown.summary(report()) == snapshot("""\
## ⛔ hunkwise: block

2 findings at or above high block; 2 hunks failed and were not reviewed

| severity | place | finding |
|---|---|---|
| 🔴 high | `src/app/users.py:7-8` | The query is built from user input |
| 🔴 high | `src/app/grüße.py:1` | A secret is added: AWS Access Key |
| 🟠 medium | `src/app/users.py:41` (removed) | The permission check is gone |
| 🔵 low | `scripts/fetch.sh:3` | Certificate verification is off |

<details><summary>The query is built from user input (<code>src/app/users.py:7</code>)</summary>

```
    query = "select * from users where name = '" + name + "'"
    return connection.execute(query)
```

**🔴 high: The query is built from user input**

`name` is pasted into the statement.

The old code bound it as a parameter.

*When:* name = "x' or '1'='1" returns every user.

*Do:* Bind `name` as a parameter.

```
    query = "select * from users where name = ?"
    return connection.execute(query, (name,))
```

<sub>security, model:gpt-5-mini, confidence 0.93</sub>

</details>

<details><summary>A secret is added: AWS Access Key (<code>src/app/grüße.py:1</code>)</summary>

```
TOKEN = "[REDACTED:AWS Access Key]"
```

**🔴 high: A secret is added: AWS Access Key**

The line holds a credential.

*When:* Anyone who can read the repository can use it.

*Do:* Revoke it and load it from the environment.

<sub>secret, secret:AWS Access Key, confidence 1.00</sub>

</details>

<details><summary>The permission check is gone (<code>src/app/users.py:41</code>)</summary>

```
    check(user, "admin")
```

**🟠 medium: The permission check is gone**

Nothing else on this path calls `check`.

*When:* A plain user calls grant(user, 'admin') and becomes an administrator.

*Do:* Keep the check.

<sub>correctness, model:gpt-5-mini, confidence 0.70</sub>

</details>

<details><summary>Certificate verification is off (<code>scripts/fetch.sh:3</code>)</summary>

```
curl -k "$1" | tar x
```

**🔵 low: Certificate verification is off**

curl -k accepts any certificate.

*Do:* Drop -k.

```
curl "$1" | tar x
```

<sub>security, rule:sh-curl-insecure, confidence 0.90</sub>

</details>

**Claimed, but not kept as findings:**

- high, `src/app/users.py:12`: The connection is never closed. (the quoted code is on no line of the diff)
- medium, `src/app/users.py:43`: Roles are saved once per match. (says the same as another finding)

> [!NOTE]
> - The first commit is compared with the empty tree.

**9 hunks**: 2 reviewed, 1 cached, 4 skipped, 2 failed; 3 secrets masked: AWS Access Key, Secret Keyword

| hunks | | reason | files |
|---|---|---|---|
| 1 | not reviewed | model unavailable; rules only | `scripts/fetch.sh` |
| 1 | not reviewed | hunk 2 is shorter than its header says | `data/torn.csv` |
| 1 | skipped | lock file | `package-lock.json` |
| 1 | skipped | binary | `docs/logo.png` |
| 1 | skipped | submodule | `third_party/zlib` |
| 1 | skipped | no hunks | `src/app/legacy.py` |

<sub>hunkwise 0.1.0, `gpt-5-mini`, `local-coder`, prompt review 1.0.0, 4 requests, prompt tokens not known, answer tokens not known, cost not known</sub>
""")


@pytest.mark.parametrize("made", [report(), empty_report()], ids=["full", "empty"])
def test_the_json_report_meets_its_schema_and_balances(made: object) -> None:
    document = json_report.document(made)  # type: ignore[arg-type]  # a report
    jsonschema.validate(document, report_schema.report_schema())
    ledger = document["ledger"]
    assert ledger["hunks"] == sum(ledger[state.value] for state in HunkState)
    assert json.loads(json_report.text(made)) == document  # type: ignore[arg-type]  # a report


def test_a_figure_not_known_is_null_and_never_zero() -> None:
    usage = json_report.document(empty_report())["usage"]
    assert (usage["requests"], usage["prompt_tokens"], usage["cost_usd"]) == (0, None, None)
    assert usage["latency_ms"] == {"p50": None, "p95": None, "p99": None}


def test_figures_add_up_and_percentiles_are_of_nearest_rank() -> None:
    asked = ModelUsage(requests=2, prompt_tokens=10, cached_prompt_tokens=None, completion_tokens=3, cost_usd=0.5)
    used = Usage(by_model={"a": asked, "b": asked}, latencies_ms=tuple(float(n) for n in range(1, 101)))
    document = json_report.document(report(usage=used))["usage"]
    assert (document["requests"], document["prompt_tokens"], document["cost_usd"]) == (4, 20, 1.0)
    assert document["cached_prompt_tokens"] is None
    assert document["latency_ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert "prompt tokens 20, answer tokens 6, cost $1.00" in terminal.text(report(usage=used))


def test_the_share_that_providers_had_cached_is_told_where_they_told() -> None:
    asked = ModelUsage(requests=2, prompt_tokens=1000, cached_prompt_tokens=400, completion_tokens=3)
    made = report(usage=Usage(by_model={"a": asked}))
    assert "prompt tokens 1,000 (40% cached), answer tokens 3" in terminal.text(made)
    assert "prompt tokens 1,000 (40% cached), answer tokens 3" in markdown.summary(made)
    nothing = report(usage=Usage(by_model={"a": replace(asked, prompt_tokens=0, cached_prompt_tokens=0)}))
    assert "prompt tokens 0, answer" in terminal.text(nothing)


@pytest.mark.parametrize("made", [report(), empty_report()], ids=["full", "empty"])
def test_sarif_meets_the_official_schema(made: object) -> None:
    path = FOLDER / "openapi" / "sarif-2.1.0.schema.json"
    if not path.is_file():
        pytest.skip(f"the SARIF schema {path} is not here")
    jsonschema.validate(json.loads(sarif.text(made)), json.loads(path.read_text("utf-8")))  # type: ignore[arg-type]  # a report


def test_sarif_places_level_rule_and_fingerprint() -> None:
    run = sarif.document(report())["runs"][0]
    first = run["results"][0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == first["ruleId"] == "model/security/high"
    assert (first["level"], rule["properties"]["security-severity"]) == ("error", "8.0")
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
    assert first["partialFingerprints"]["hunkwise/v1"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert "src/app/gr%C3%BC%C3%9Fe.py" in uris
    removed = next(result for result in run["results"] if "removed code, line 41" in result["message"]["text"])
    assert removed["locations"][0]["physicalLocation"]["region"] == {"startLine": 42, "endLine": 42}


def test_sarif_says_what_was_not_reviewed() -> None:
    invocation = sarif.document(report())["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == snapshot(
        [
            "Not reviewed: scripts/fetch.sh @@ -1,4 +1,4 @@: model unavailable; rules only",
            "Not reviewed: data/torn.csv: hunk 2 is shorter than its header says",
            "Claimed, not kept (the quoted code is on no line of the diff): src/app/users.py:12: The connection is never closed.",
            "Claimed, not kept (says the same as another finding): src/app/users.py:43: Roles are saved once per match.",
            "The first commit is compared with the empty tree.",
        ]
    )


def hostile() -> object:
    bad = finding(title=HOSTILE, description=HOSTILE, scenario=HOSTILE, suggestion=HOSTILE, replacement=HOSTILE)
    claim = Dropped(file=HOSTILE, line=1, stage="anchor", reason=HOSTILE, severity=Severity.HIGH, description=HOSTILE)
    entry = Entry(file=HOSTILE, hunk=None, added=0, deleted=0, state=HunkState.FAILED, reason=HOSTILE)
    return report(
        findings=(bad,),
        dropped=(claim,),
        notices=(Notice(code="x", text=HOSTILE),),
        ledger=Ledger(entries=(entry, replace(entry, state=HunkState.SKIPPED))),
    )


OUR_TAGS = re.compile(r"</?(?:details|summary|sub|code)>")


def test_hostile_text_is_inert_in_markdown() -> None:
    text = markdown.summary(hostile())  # type: ignore[arg-type]  # a report
    parsed = MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)
    tokens = [token for outer in parsed for token in (outer, *(outer.children or ()))]
    assert not {token.type for token in tokens} & {"link_open", "image", "s_open"}
    prose = [token.content for token in tokens if token.type in {"text", "html_inline", "html_block"}]
    assert any("everyone" in each for each in prose)
    for each in prose:
        assert "@everyone" not in each
        assert not re.search(r"#[12]", each)
        assert "://" not in each
    tags = "".join(token.content for token in tokens if token.type.startswith("html"))
    assert "<" not in OUR_TAGS.sub("", tags)
    assert "\n::error" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_hostile_text_is_inert_in_a_terminal() -> None:
    text = terminal.text(hostile())  # type: ignore[arg-type]  # a report
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text


def many(number: int, words: int) -> tuple[Finding, ...]:
    text = "word " * words
    return tuple(finding(fingerprint=f"{n:x}", line=n + 1, end_line=n + 1, description=text) for n in range(number))


@pytest.mark.parametrize(("number", "says"), [(30, "Texts are cut to"), (120, "Details are left out to fit")])
def test_a_summary_too_long_is_cut_and_no_finding_loses_its_row_or_title(number: int, says: str) -> None:
    text = markdown.summary(report(findings=many(number, 700)))
    assert len(text) <= markdown.LIMIT
    assert all(f"`src/app/users.py:{n + 1}` | The query is built from user input |" in text for n in range(number))
    assert "2 findings at or above high block; 2 hunks failed and were not reviewed" in text
    assert says in text


def test_where_even_the_rows_do_not_fit_the_rest_is_counted() -> None:
    text = markdown.summary(report(findings=many(120, 1)), limit=2_000)
    listed = text.count("- high `src/app/users.py:")
    assert len(text) <= 2_000
    assert f"{120 - listed} more findings: see the report file" in text
    assert "**9 hunks**: 2 reviewed, 1 cached, 4 skipped, 2 failed" in text


def test_rows_that_just_fit_are_all_there() -> None:
    text = markdown.summary(report(findings=many(20, 1)), limit=1_000)
    assert text.count("- high `src/app/users.py:") == 20
    assert "more finding" not in text


def test_many_reasons_and_claims_are_counted_where_a_list_ends() -> None:
    failed = [
        Entry(file=f"{n}.py", hunk="@@ -1 +1 @@", added=1, deleted=1, state=HunkState.FAILED, reason=f"reason {n}")
        for n in range(60)
    ]
    skipped = [replace(entry, state=HunkState.SKIPPED) for entry in failed]
    made = report(ledger=Ledger(entries=(*failed, *skipped)))
    assert markdown.summary(made).count("10 more reasons: see the report file") == 2
    text = terminal.text(made)
    assert "20 more hunks: the JSON report names each" in text
    assert "skipped 48 for other reasons: the JSON report names each" in text


def test_hunks_of_one_file_left_for_one_reason_are_one_line() -> None:
    entry = Entry(file="a.py", hunk="@@ -1 +1 @@", added=1, deleted=1, state=HunkState.FAILED, reason="no answer")
    made = report(ledger=Ledger(entries=(entry, replace(entry, hunk="@@ -9 +9 @@"))))
    assert "not reviewed a.py (2 hunks): no answer" in terminal.text(made)


def test_a_title_too_long_for_its_line_stands_under_the_place() -> None:
    lines = terminal.text(report(findings=(finding(title="word " * 30),)), width=80).splitlines()
    assert lines[0] == "high  src/app/users.py:7-8"
    assert lines[1].startswith("  word word")


def test_code_in_sarif_is_broken_by_nothing_that_reads_badly() -> None:
    text = sarif.text(hostile())  # type: ignore[arg-type]  # a report
    assert "@everyone" not in text
    assert "<img" not in text
    assert "](http" not in text
    assert "\\u001b" not in text


def test_a_comment_says_what_when_and_what_to_do() -> None:
    assert markdown.comment(finding()) == snapshot("""\
**🔴 high: The query is built from user input**

`name` is pasted into the statement.

The old code bound it as a parameter.

*When:* name = "x' or '1'='1" returns every user.

*Do:* Bind `name` as a parameter.

```
    query = "select * from users where name = ?"
    return connection.execute(query, (name,))
```

<sub>security, model:gpt-5-mini, confidence 0.93</sub>\
""")


def test_the_summary_of_an_empty_change_is_short() -> None:
    assert markdown.summary(empty_report()) == snapshot("""\
## ✅ hunkwise: approve

**0 hunks**: nothing to read

<sub>hunkwise 0.1.0, embedded rules, no model was asked</sub>
""")


def test_the_verdict_is_one_line() -> None:
    assert terminal.verdict_line(report()).startswith("block: ")
    assert "\n" not in terminal.verdict_line(report())


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[" in terminal.text(report(), color=True)
    assert "\x1b" not in terminal.text(report())


def test_a_long_finding_shows_its_first_and_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "MAX_CODE_LINES", 3)
    made = report()
    hunk = made.diff.files[0].hunks[0]
    numbers = [line.number for line in hunk.lines if line.new is not None]
    text = terminal.text(report(findings=(finding(line=numbers[0], end_line=numbers[-1]),)))
    assert "more lines" in text
    assert f"> {numbers[-1]} " in text


@pytest.mark.parametrize(
    ("usd", "shown"),
    [(None, "not known"), (0.0, "$0.00"), (0.00001, "under $0.0001"), (0.0123, "$0.0123"), (2.5, "$2.50")],
)
def test_money(usd: float | None, shown: str) -> None:
    assert figures.money(usd) == shown


def test_durations_and_numbers() -> None:
    assert [figures.duration(value) for value in (None, 12.4, 2_500)] == ["not known", "12 ms", "2.5 s"]
    assert figures.number(1234567) == "1,234,567"
    assert [figures.plural(1, "hunk"), figures.plural(2, "hunk")] == ["1 hunk", "2 hunks"]


def test_a_bare_finding_and_a_review_without_a_model_read_well() -> None:
    bare = finding(
        scenario="", suggestion="", quote="", file="gone.py", replacement=None, description="Same", title="Same"
    )
    made = report(findings=(bare,), usage=Usage(), prompt=None, notices=(), dropped=())
    text = terminal.text(made)
    assert "when:" not in text
    assert text.count("Same") == 1
    assert "no model was asked" in markdown.summary(made)
    assert "*When:*" not in markdown.comment(bare)
    assert terminal.text(empty_report()).strip().endswith(terminal.verdict_line(empty_report()))
    assert len(markdown.summary(report(findings=(finding(line=3),) * 3), limit=4_000)) <= 4_000


def test_the_text_says_who_read_the_change_where_no_model_was_asked() -> None:
    lines = [terminal.text(each).splitlines()[-2] for each in (empty_report(), empty_report(engine="llm"))]
    assert lines == ["embedded rules, no model was asked", "no model was asked"]
    assert "embedded rules" not in terminal.text(report())


def test_a_comment_names_the_other_places_of_its_cause() -> None:
    body = markdown.comment(replace(finding(), also=(OtherPlace(file="src/b.py", line=7, side=Side.RIGHT),)))
    assert "*Also at:* " in body
    assert "src/b.py" in body
