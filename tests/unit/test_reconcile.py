"""Scenarios across pushes: what stays, what is new, what is fixed, and what nobody may decide."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
import push_builder as push
from hunkwise.core import ranking, reconcile
from hunkwise.core.bookkeeping import NO_HUNK, End
from hunkwise.core.reconcile import Reconciled
from hunkwise.core.threads import FILE_GONE, FIXED, NOT_HELD, SAID_TWICE
from hunkwise.model.diff import Side, UnreadableFile
from hunkwise.model.finding import Finding, Severity
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory

PLAIN = "".join(f"line {n}\n" for n in range(1, 61))
FAILED = End(state=HunkState.FAILED, reason="timeout")
SKIPPED = End(state=HunkState.SKIPPED, reason="a glob")


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


HEAD = edited(
    PLAIN,
    ("line 10\n", "first = danger(1)\n"),
    ("line 30\n", "second = danger(2)\n"),
    ("line 50\n", "third = danger(3)\n"),
)
QUOTES = ("first = danger(1)", "second = danger(2)", "third = danger(3)")


def first_run(head: str = HEAD) -> tuple[Reconciled, Memory]:
    reading = push.read({"app.py": (PLAIN, head)})
    held = push.run(reading, [push.found(reading, quote, description=f"{quote} is wrong.") for quote in QUOTES])
    return held, push.after(reading, held)


def by_quote(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {each.quote: each for each in findings}


def test_a_first_run_says_all() -> None:
    held, _ = first_run()
    assert held.create == held.findings
    assert {each.status for each in held.findings} == {"new"}
    assert (held.keep, held.close, held.fixed, held.dismissed) == ({}, (), (), frozenset())


def test_a_rerun_says_nothing_again() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    again = push.run(reading, [push.found(reading, quote) for quote in QUOTES], memory, push.threads(held))
    assert again.create == ()
    assert len(again.keep) == 3
    assert [each.status for each in again.findings] == ["open"] * 3
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in held.findings}


def test_a_push_that_fixes_one_of_three_closes_one_and_keeps_two_though_the_model_is_silent() -> None:
    held, memory = first_run()
    head = edited(HEAD, ("second = danger(2)", "second = safe(2)"), ("line 1\n", "line 0\nline 1\n"))
    again = push.run(push.read({"app.py": (PLAIN, head)}), [], memory, push.threads(held))
    assert [(each.quote, each.line, each.status) for each in again.findings] == [
        (QUOTES[0], 11, "open"),
        (QUOTES[2], 51, "open"),
    ]
    second = by_quote(held.findings)[QUOTES[1]].fingerprint
    assert [(each.fingerprint, each.reason) for each in again.close] == [(second, FIXED)]
    assert [each.fingerprint for each in again.fixed] == [second]
    assert again.create == ()
    assert len(again.carried) == 2
    assert again.unplaced == frozenset()


def test_what_is_closed_already_is_not_closed_again() -> None:
    held, memory = first_run()
    spoken = [push.thread(each, is_minimized=True) for each in held.findings]
    again = push.run(push.read({"app.py": (PLAIN, PLAIN + "x\n")}), [], memory, spoken)
    assert len(again.fixed) == 3
    assert again.close == ()


def test_a_force_push_over_another_base_keeps_names() -> None:
    held, memory = first_run()
    top = "".join(f"other {n}\n" for n in range(200))
    reading = push.read({"app.py": (top + PLAIN, top + HEAD)})
    again = push.run(reading, [push.found(reading, QUOTES[2])], memory, push.threads(held))
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in held.findings}
    assert [each.line for each in again.findings] == [210, 230, 250]
    assert again.create == ()


def test_a_small_edit_keeps_the_name() -> None:
    held, memory = first_run()
    head = edited(HEAD, ("second = danger(2)", "second = danger(value)"), ("line 2\n", ""))
    reading = push.read({"app.py": (PLAIN, head)})
    finding = push.found(reading, "second = danger(value)", description="Something else in other words.")
    again = push.run(reading, [finding], memory, push.threads(held))
    kept = by_quote(again.findings)["second = danger(value)"]
    assert kept.fingerprint == by_quote(held.findings)[QUOTES[1]].fingerprint
    assert (kept.status, kept.description, kept.line) == ("open", "Something else in other words.", 29)
    assert (again.create, again.close) == ((), ())


def test_the_same_words_about_rewritten_code_nearby_are_the_same_finding() -> None:
    held, memory = first_run()
    head = edited(HEAD, ("second = danger(2)\n", "with guarded() as it:\n    it.run(everything)\n"))
    reading = push.read({"app.py": (PLAIN, head)})
    finding = push.found(
        reading, "    it.run(everything)", title=by_quote(held.findings)[QUOTES[1]].title, category="correctness"
    )
    again = push.run(reading, [finding], memory)
    assert finding.quote in by_quote(again.findings)
    assert len(again.findings) == 3
    assert again.fixed == ()


def test_other_words_about_other_code_are_another_finding() -> None:
    _, memory = first_run()
    head = edited(HEAD, ("second = danger(2)\n", "with guarded() as it:\n    it.run(everything)\n"))
    reading = push.read({"app.py": (PLAIN, head)})
    again = push.run(reading, [push.found(reading, "    it.run(everything)", title="A lock is never let go")], memory)
    assert [each.quote for each in again.create if each.status == "new"] == ["    it.run(everything)"]
    assert [each.quote for each in again.fixed] == [QUOTES[1]]


def test_a_model_that_changes_the_category_still_speaks_of_the_same() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    finding = push.found(reading, QUOTES[0], category="security", description=f"{QUOTES[0]} is wrong.")
    again = push.run(reading, [finding], memory, push.threads(held))
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in held.findings}
    rule = push.found(reading, QUOTES[0], origin="rule:r", description=f"{QUOTES[0]} is wrong.")
    assert len(push.run(reading, [rule], memory).findings) == 4


def test_silence_of_a_rule_that_read_the_hunk_is_an_answer() -> None:
    reading = push.read({"app.py": (PLAIN, HEAD)})
    held = push.run(reading, [push.found(reading, QUOTES[0], origin="rule:r")])
    memory = push.after(reading, held)
    assert push.run(reading, [], memory).fixed != ()
    unread = push.read({"app.py": (PLAIN, HEAD)}, {HunkKey(file=0, hunk=0): SKIPPED})
    again = push.run(unread, [], memory)
    assert [each.status for each in again.findings] == ["open"]


@pytest.mark.parametrize("end", [FAILED, None])
def test_what_could_not_be_read_keeps_its_findings(end: End | None) -> None:
    held, memory = first_run()
    head = edited(HEAD, ("second = danger(2)", "second = unrelated"))
    reading = push.read({"app.py": (PLAIN, head)}, {HunkKey(file=0, hunk=0): end} if end else None)
    if end is None:
        unreadable = UnreadableFile(path="app.py", reason="too large", hunks=1)
        reading = push.read(builders.diff(unreadable))
    again = push.run(reading, [], memory, push.threads(held))
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in held.findings}
    assert again.close == ()
    assert by_quote(held.findings)[QUOTES[1]].fingerprint in again.unplaced


def test_a_file_that_became_binary_or_is_not_shown_keeps_its_findings() -> None:
    _, memory = first_run()
    binary = builders.diff(builders.file_diff("app.py", is_binary=True))
    ends = {HunkKey(file=0, hunk=NO_HUNK): SKIPPED}
    assert len(push.run(push.read(binary, ends), [], memory).unplaced) == 3
    hidden = builders.diff(builders.file_diff("app.py", replace(builders.hunk("+x"), lines=())))
    assert len(push.run(push.read(hidden, {HunkKey(file=0, hunk=0): SKIPPED}), [], memory).unplaced) == 3


def test_a_reverted_file_is_fixed_and_a_renamed_one_goes_on() -> None:
    held, memory = first_run()
    other = push.read({"other.py": ("a\n", "b\n")})
    assert len(push.run(other, [], memory, push.threads(held)).close) == 3
    shown = push.parsed({"app.py": (PLAIN, HEAD)})
    renamed = builders.diff(builders.file_diff("new.py", *shown.files[0].hunks, status="renamed", old_path="app.py"))
    again = push.run(push.read(renamed), [], memory, push.threads(held))
    assert {(each.file, each.fingerprint) for each in again.findings} == {
        ("new.py", each.fingerprint) for each in held.findings
    }


TWINS = edited(PLAIN, ("line 10\n", "run(x)\n"), ("line 30\n", "run(x)\n"))


def twins() -> tuple[Reconciled, Memory]:
    reading = push.read({"app.py": (PLAIN, TWINS)})
    held = push.run(reading, [push.found(reading, "run(x)", nth=nth) for nth in (0, 1)])
    return held, push.after(reading, held)


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("shift", [0, 20, 40])
@pytest.mark.parametrize("fixed", [None, 0, 1])
def test_twins_stay_apart_when_one_is_fixed_and_lines_shift(fixed: int | None, shift: int, *, reported: bool) -> None:
    held, memory = twins()
    first, second = sorted(held.findings, key=lambda each: each.line)
    assert first.fingerprint != second.fingerprint
    top = "".join(f"top {n}\n" for n in range(shift))
    rows = TWINS.split("run(x)\n")
    marks = ["run(x)\n", "run(x)\n"]
    if fixed is not None:
        marks[fixed] = "safe()\n"
    head = top + rows[0] + marks[0] + rows[1] + marks[1] + rows[2]
    reading = push.read({"app.py": (PLAIN, head)})
    standing = [nth for nth in (0, 1) if nth != fixed]
    findings = [push.found(reading, "run(x)", nth=nth) for nth in range(len(standing))] if reported else []
    again = push.run(reading, findings, memory, push.threads(held))
    names = [(first, second)[nth].fingerprint for nth in standing]
    lines = [(10, 30)[nth] + shift for nth in standing]
    assert [(each.fingerprint, each.line) for each in sorted(again.findings, key=lambda each: each.line)] == list(
        zip(names, lines, strict=True)
    )
    assert again.create == ()
    assert len(again.close) == (fixed is not None)


def test_a_new_twin_gets_a_name_that_no_earlier_one_has() -> None:
    held, memory = twins()
    first, second = sorted(held.findings, key=lambda each: each.line)
    head = edited(TWINS, ("run(x)\n", "safe()\n"), ("line 50\n", "run(x)\n"))
    reading = push.read({"app.py": (PLAIN, head)})
    found = [push.found(reading, "run(x)", nth=nth) for nth in (0, 1)]
    again = push.run(reading, found, memory, push.threads(held))
    names = {each.line: each.fingerprint for each in again.findings}
    assert names[30] == second.fingerprint
    assert names[50] not in {first.fingerprint, second.fingerprint}
    assert [each.line for each in again.create] == [50]
    assert [each.fingerprint for each in again.close] == [first.fingerprint]
    assert push.run(reading, found, memory, push.threads(held)) == again


def test_two_findings_of_one_title_on_one_line_stay_two() -> None:
    reading = push.read({"app.py": (PLAIN, HEAD)})
    both = [
        push.found(reading, QUOTES[0], description="Division by zero when empty.", title="a b c"),
        push.found(reading, QUOTES[0], description="Wrong locale for dates in reports.", title="d e f"),
    ]
    held = push.run(reading, both)
    names = {each.title: each.fingerprint for each in held.findings}
    again = push.run(reading, list(reversed(both)), push.after(reading, held), push.threads(held))
    assert {each.title: each.fingerprint for each in again.findings} == names
    only = push.run(reading, both[1:], push.after(reading, held), push.threads(held))
    assert {each.title: each.fingerprint for each in only.findings} == names
    silent = push.run(push.read({"app.py": (PLAIN, "top\n" + HEAD)}), [], push.after(reading, held))
    assert {each.title: each.fingerprint for each in silent.findings} == names


def test_a_weak_quote_is_not_carried_among_strangers_and_never_into_a_hunk_known_before() -> None:
    head = edited(PLAIN, ("line 10\n", "}\n"))
    reading = push.read({"app.py": (PLAIN, head)})
    held = push.run(reading, [push.found(reading, "}")])
    memory = push.after(reading, held)
    moved = push.read({"app.py": (PLAIN, edited(PLAIN, ("line 50\n", "}\n")))})
    assert len(push.run(moved, [], memory).fixed) == 1
    long = "a_rather_long_and_telling_call()"
    both = edited(PLAIN, ("line 10\n", f"{long}\n"), ("line 50\n", f"{long}\n"))
    reading = push.read({"app.py": (PLAIN, both)})
    held = push.run(reading, [push.found(reading, long, nth=0)])
    memory = push.after(reading, held)
    fixed = push.read({"app.py": (PLAIN, edited(both, (long, "safe()")))})
    assert len(push.run(fixed, [], memory).fixed) == 1, "the other hunk was there before, and nothing was found in it"
    forgotten = replace(memory, read=frozenset())
    assert len(push.run(fixed, [], forgotten).carried) == 1


def test_findings_on_deleted_code_are_carried_on_their_side() -> None:
    reading = push.read({"app.py": (PLAIN, edited(PLAIN, ("line 10\n", "")))})
    held = push.run(reading, [push.found(reading, "line 10", side=Side.LEFT)])
    again = push.run(reading, [], push.after(reading, held))
    assert [(each.side, each.line) for each in again.findings] == [(Side.LEFT, 10)]
    restored = push.read({"app.py": (PLAIN, edited(PLAIN, ("line 12\n", "")))})
    assert len(push.run(restored, [], push.after(reading, held)).fixed) == 1


def test_a_second_reading_of_the_same_code_may_be_graver_and_not_less_grave() -> None:
    _, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    mild = push.found(reading, QUOTES[0], severity=Severity.LOW, confidence=0.4)
    again = by_quote(push.run(reading, [mild], memory).findings)[QUOTES[0]]
    assert (again.severity, again.confidence) == (Severity.HIGH, 0.9)
    edit = push.read({"app.py": (PLAIN, edited(HEAD, (QUOTES[0], "first = danger(11)")))})
    mild = push.found(edit, "first = danger(11)", severity=Severity.LOW)
    assert by_quote(push.run(edit, [mild], memory).findings)[mild.quote].severity is Severity.LOW
    rule = push.run(reading, [push.found(reading, QUOTES[0], origin="rule:r")])
    milder = push.found(reading, QUOTES[0], origin="rule:r", severity=Severity.LOW)
    assert push.run(reading, [milder], push.after(reading, rule)).findings[0].severity is Severity.LOW


def test_a_thread_resolved_by_one_who_may_dismisses_and_is_not_said_again() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    spoken = [push.thread(each, is_resolved=True, resolved_by="maintainer") for each in held.findings]
    findings = [push.found(reading, QUOTES[0])]
    names = frozenset(each.fingerprint for each in held.findings)
    nothing: frozenset[str] = frozenset()
    again = push.run(reading, findings, memory, spoken)
    assert again.dismissed == again.suppressed == names
    assert again.create == ()
    denied = push.run(reading, findings, memory, spoken, may_dismiss=lambda _: False)
    assert (denied.dismissed, denied.suppressed) == (nothing, names)
    assert denied.create == ()
    unsigned = [replace(each, mark=replace(each.mark, trusted=False)) for each in spoken]
    forged = push.run(reading, findings, memory, unsigned)
    assert (forged.dismissed, forged.create) == (frozenset(), ())


def test_without_a_memory_a_dismissal_counts_only_on_the_lines_the_host_shows() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    finding = push.found(reading, QUOTES[0])
    here = push.thread(by_quote(held.findings)[QUOTES[0]], is_resolved=True, resolved_by="m")
    elsewhere = replace(here, thread=replace(here.thread, line=None))
    assert len(push.run(reading, [finding], None, [here]).dismissed) == 1
    assert push.run(reading, [finding], None, [elsewhere]).dismissed == frozenset()
    untrusted = replace(memory, trusted=False)
    assert push.run(reading, [finding], untrusted, [elsewhere]).dismissed == frozenset()


def test_unsigned_marks_keep_from_repeating_only_what_is_visible() -> None:
    held, _ = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    findings = [push.found(reading, quote) for quote in QUOTES]
    visible = [push.thread(each, trusted=False) for each in held.findings]
    assert push.run(reading, findings, None, visible).create == ()
    folded = [push.thread(each, trusted=False, is_minimized=True) for each in held.findings]
    assert len(push.run(reading, findings, None, folded).create) == 3
    resolved = [push.thread(each, trusted=False, is_resolved=True) for each in held.findings]
    assert push.run(reading, findings, None, resolved).create == ()


def test_what_was_fixed_and_is_back_is_another_finding_that_no_old_thread_dismisses() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    findings = [push.found(reading, quote) for quote in QUOTES]
    forgotten = replace(memory, findings=())
    for how in ({"is_minimized": True}, {"is_resolved": True}, {"is_resolved": True, "resolved_by": "m"}):
        closed = [push.thread(each, **how) for each in held.findings]
        back = push.run(reading, findings, forgotten, closed)
        assert len(back.create) == 3
        assert (back.dismissed, back.suppressed) == (frozenset(), frozenset())
        again = push.run(reading, findings, push.after(reading, back, forgotten), closed)
        assert len(again.create) == 3
        assert again.dismissed == frozenset()


def test_what_a_person_folded_is_not_said_again() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    folded = [push.thread(each, is_minimized=True) for each in held.findings]
    again = push.run(reading, [push.found(reading, quote) for quote in QUOTES], memory, folded)
    assert (again.create, again.close, again.dismissed) == ((), (), frozenset())
    assert len(again.suppressed) == 3


def test_a_comment_whose_closing_was_cut_off_is_closed_by_the_next_run() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    again = push.run(reading, [], replace(memory, findings=()), push.threads(held))
    assert {each.reason for each in again.close} == {NOT_HELD}
    newer = [replace(each, mark=replace(each.mark, counter=memory.counter)) for each in push.threads(held)]
    assert push.run(reading, [], replace(memory, findings=()), newer).close == ()


def test_of_two_comments_on_one_finding_the_older_is_closed() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    finding = by_quote(held.findings)[QUOTES[0]]
    spoken = [push.thread(finding, node_id="old"), push.thread(finding, node_id="new")]
    again = push.run(reading, [push.found(reading, QUOTES[0])], memory, spoken)
    assert again.keep[finding.fingerprint].node_id == "new"
    assert [(each.thread.node_id, each.reason) for each in again.close] == [("old", SAID_TWICE)]


def test_a_thread_known_by_its_mark_alone_is_closed_when_its_file_left_the_change_and_not_before() -> None:
    held, _ = first_run()
    spoken = push.threads(held)
    still = push.run(push.read({"app.py": (PLAIN, PLAIN + "x\n")}), [], None, spoken)
    assert still.close == ()
    gone = push.run(push.read({"other.py": ("a\n", "b\n")}), [], None, spoken)
    assert {each.reason for each in gone.close} == {FILE_GONE}
    unknown = builders.diff(UnreadableFile(path="x", reason="r", hunks=1))
    assert push.run(push.read(unknown), [], None, spoken).close == ()


def test_untrusted_memory_keeps_findings_open_and_lowers_nothing() -> None:
    held, memory = first_run()
    reading = push.read({"app.py": (PLAIN, HEAD)})
    again = push.run(reading, [], replace(memory, trusted=False), push.threads(held))
    assert len(again.findings) == 3
    forged = replace(memory, trusted=False, findings=())
    assert len(push.run(reading, [push.found(reading, QUOTES[0])], forged).findings) == 1


def test_a_finding_outside_every_hunk_is_held_and_never_lost() -> None:
    reading = push.read({"app.py": (PLAIN, HEAD)})
    stray = push.found(reading, QUOTES[0], line=400, end_line=400)
    held = push.run(reading, [stray])
    assert held.create == held.findings
    assert push.after(reading, held).findings[0].hunk == ""


@given(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=8), st.integers(0, 30))
def test_any_findings_on_shifted_lines_keep_their_names_and_none_is_said_twice(picks: list[int], shift: int) -> None:
    quotes = [f"danger({pick})" for pick in picks]
    rows = [f"line {n}" for n in range(len(quotes) * 8)]
    for index, quote in enumerate(quotes):
        rows[index * 8 + 4] = quote
    base = "".join(f"line {n}\n" for n in range(len(quotes) * 8))
    head = "\n".join(rows) + "\n"
    reading = push.read({"app.py": (base, head)})
    nth = [quotes[:index].count(quote) for index, quote in enumerate(quotes)]
    held = push.run(reading, [push.found(reading, quote, nth=at) for quote, at in zip(quotes, nth, strict=True)])
    top = "".join(f"top {n}\n" for n in range(shift))
    moved = push.read({"app.py": (base, top + head)})
    found = [push.found(moved, quote, nth=at) for quote, at in zip(quotes, nth, strict=True)]
    again = push.run(moved, found, push.after(reading, held), push.threads(held))
    assert [(each.fingerprint, each.line - shift) for each in again.findings] == [
        (each.fingerprint, each.line) for each in held.findings
    ]
    assert (again.create, again.close) == ((), ())


def test_a_thousand_twins_are_paired_in_their_order() -> None:
    base = "".join(f"line {n}\n" for n in range(300))
    head = base.replace("\n", "\nrun(x)\n")
    reading = push.read({"app.py": (base, head)})
    found = [push.found(reading, "run(x)", line=2 * n + 2, end_line=2 * n + 2) for n in range(300)]
    held = push.run(reading, found)
    again = push.run(reading, found, push.after(reading, held), push.threads(held))
    assert [each.fingerprint for each in again.findings] == [each.fingerprint for each in held.findings]
    assert ranking.ordered(again.findings) == again.findings


def test_in_a_file_of_very_many_findings_an_edited_one_is_looked_for_nearby() -> None:
    base = "".join(f"line {n}\n" for n in range(450))
    head = "".join(f"line {n}\nrun(item_{n})\n" for n in range(450))
    reading = push.read({"app.py": (base, head)})

    def found(name: str) -> list[Finding]:
        first = push.found(reading, "run(item_0)")
        return [replace(first, line=2 * n + 2, end_line=2 * n + 2, quote=f"{name}{n})") for n in range(450)]

    held = push.run(reading, found("run(item_"))
    edited_head = push.read({"app.py": (base, head.replace("item_", "piece_"))})
    ranked = [replace(each, title=held.findings[0].title) for each in found("run(piece_")]
    again = push.run(edited_head, ranked, push.after(reading, held))
    assert {each.line: each.fingerprint for each in again.findings} == {
        each.line: each.fingerprint for each in held.findings
    }
    assert again.fixed == ()


def test_in_its_own_hunk_a_finding_is_known_in_another_row_too() -> None:
    reading = push.read({"app.py": (PLAIN, edited(PLAIN, ("line 10\n", "}\n")))})
    held = push.run(reading, [push.found(reading, "}")])
    memory = push.after(reading, held)
    moved = replace(memory, findings=(replace(memory.findings[0], row=0, around=()),))
    assert [each.line for each in push.run(reading, [], moved).findings] == [10]


def test_a_fault_that_is_back_is_known_by_any_of_its_later_names() -> None:
    first, second, third = (name for name, _ in zip(reconcile.names("aa"), range(3), strict=False))
    assert reconcile.back({first, second, "bb"}, {third}) == {first, second}
    assert reconcile.back({first, "bb"}, {"cc"}) == frozenset()
    assert reconcile.back(set(), {first}) == frozenset()
