import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

import push_builder as push
from hunkwise.core import memory, reuse
from hunkwise.core.bookkeeping import End, Reading
from hunkwise.model.diff import Side
from hunkwise.model.finding import Finding
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey
from hunkwise.model.memory import Memory

BASE = "".join(f"line {n}\n" for n in range(1, 61))
HEAD = BASE.replace("line 10\n", "one = danger(1)\n").replace("line 40\n", "two = danger(2)\n")


def read_again(
    made: Memory | None, reading: Reading, *, material: str = push.MATERIAL, leave: Sequence[HunkKey] = ()
) -> reuse.Reused:
    lines = {key: each for key, each in push.lines_of(reading.shown).items() if key not in leave}
    return reuse.reuse(made, material, list(reading.keys), reading.keys, lines)


def first() -> tuple[Reading, tuple[Finding, ...], Memory]:
    reading = push.read({"app.py": (BASE, HEAD)})
    held = push.run(reading, [push.found(reading, "one = danger(1)"), push.found(reading, "two = danger(2)")])
    return reading, held.findings, push.after(reading, held)


def test_an_unchanged_diff_is_not_read_again_and_gives_the_same_findings() -> None:
    reading, findings, made = first()
    again = read_again(made, reading)
    assert again.hunks == frozenset(reading.keys)
    assert {each.fingerprint for each in again.findings} == {each.fingerprint for each in findings}
    assert push.run(reading, again.findings, made).findings == tuple(replace(each, status="open") for each in findings)


def test_after_a_rebase_and_one_changed_hunk_only_that_one_is_asked() -> None:
    _, _, made = first()
    top = "".join(f"top {n}\n" for n in range(100))
    reading = push.read({"app.py": (top + BASE, top + HEAD.replace("danger(2)", "danger(3)"))})
    again = read_again(made, reading)
    assert again.hunks == frozenset({HunkKey(file=0, hunk=0)})
    assert [(each.quote, each.line, each.end_line) for each in again.findings] == [("one = danger(1)", 110, 110)]


def test_only_a_trusted_memory_under_the_same_material_saves_a_request() -> None:
    reading, _, made = first()
    nothing = reuse.Reused()
    assert read_again(None, reading) == nothing
    assert read_again(replace(made, trusted=False), reading) == nothing
    assert read_again(made, reading, material="1" * 16) == nothing
    assert read_again(replace(made, read=frozenset()), reading) == nothing
    assert read_again(made, reading, leave=list(reading.keys)) == nothing


@pytest.mark.parametrize(
    "changes",
    [{"row": 900}, {"row": 0}, {"row": 3}, {"row": 4, "finding": {"quote": "other = code()"}}],
)
def test_a_hunk_whose_finding_does_not_stand_there_is_asked_again(changes: dict[str, object]) -> None:
    reading, _, made = first()
    finding = made.findings[0].finding
    named = changes.pop("finding", {})
    broken = replace(made.findings[0], finding=replace(finding, **named), **changes)  # type: ignore[arg-type]  # by name
    again = read_again(replace(made, findings=(broken, made.findings[1])), reading)
    assert len(again.hunks) == 1


def test_rules_and_secrets_speak_for_themselves_each_time() -> None:
    reading = push.read({"app.py": (BASE, HEAD)})
    held = push.run(reading, [push.found(reading, "one = danger(1)", origin="rule:r")])
    again = read_again(push.after(reading, held), reading)
    assert (len(again.hunks), again.findings) == (2, ())


def test_findings_on_deleted_lines_and_on_several_come_back_where_they_were() -> None:
    head = BASE.replace("line 10\nline 11\n", "").replace("line 30\n", "x = 1\n\ny = 2\n")
    reading = push.read({"app.py": (BASE, head)})
    gone = push.found(reading, "line 10\nline 11", side=Side.LEFT, end_line=11)
    wide = push.found(reading, "x = 1\n\ny = 2", end_line=30)
    held = push.run(reading, [gone, wide])
    top = "top\n"
    moved = push.read({"app.py": (top + BASE, top + head)})
    again = read_again(push.after(reading, held), moved)
    assert {(each.side, each.line, each.end_line) for each in again.findings} == {
        (Side.LEFT, 11, 12),
        (Side.RIGHT, 29, 31),
    }


@pytest.mark.parametrize(
    ("end", "counts"),
    [
        (End(state=HunkState.REVIEWED, by="model:m"), True),
        (End(state=HunkState.REVIEWED, by="rules"), False),
        (End(state=HunkState.REVIEWED), False),
        (End(state=HunkState.CACHED, by=reuse.INCREMENTAL), True),
        (End(state=HunkState.CACHED, by="stale"), False),
        (End(state=HunkState.FAILED, by="rules"), False),
        (End(state=HunkState.SKIPPED), False),
    ],
)
def test_only_what_a_model_read_counts_as_read(end: End, counts: bool) -> None:  # noqa: FBT001  # a table's column
    reading = push.read({"app.py": (BASE, HEAD)}, {HunkKey(file=0, hunk=0): end})
    made = push.after(reading, push.run(reading, []))
    assert (reading.keys[HunkKey(file=0, hunk=0)] in made.read) is counts
    assert reading.keys[HunkKey(file=0, hunk=1)] in made.read


@pytest.mark.parametrize(
    ("before", "now", "total"), [(0.5, 0.25, 0.75), (None, 0.25, None), (0.5, None, None), (0.0, 0.0, 0.0)]
)
def test_what_is_spent_adds_up_until_something_is_not_known(
    before: float | None, now: float | None, total: float | None
) -> None:
    reading, findings, made = first()
    run = reuse.Run(head="b", counter=2, material="m", spent_usd=now)
    assert reuse.remember(findings, reading, run, replace(made, spent_usd=before)).spent_usd == total
    assert reuse.remember(findings, reading, run, None).spent_usd == now


def test_a_memory_is_trusted_only_once_its_signature_was_read() -> None:
    reading, findings, _ = first()
    run = reuse.Run(head="b", counter=2, material="m", spent_usd=0.0)
    made = reuse.remember(findings, reading, run, None)
    assert not made.trusted
    back = memory.decode(memory.encode(made, push.KEYS).markers, push.KEYS)
    assert back is not None
    assert back.trusted
    assert (back.head, back.counter, back.material, len(back.read)) == ("b", 2, "m", 2)


def test_what_has_no_place_now_keeps_what_was_known_of_it() -> None:
    reading, _, made = first()
    unread = push.read({"app.py": (BASE, BASE + "x\n")}, {HunkKey(file=0, hunk=0): End(state=HunkState.FAILED)})
    held = push.run(unread, [], made)
    later = push.after(unread, held, made)
    assert [(each.hunk, each.row, each.around) for each in later.findings] == [
        (each.hunk, each.row, each.around) for each in made.findings
    ]
    back = push.run(reading, [], later)
    assert [(each.quote, each.line) for each in back.findings] == [("one = danger(1)", 10), ("two = danger(2)", 40)]


def test_the_counter_is_above_all_that_were_seen() -> None:
    _, _, made = first()
    assert reuse.next_counter(None, 0) == 1
    assert reuse.next_counter(replace(made, counter=4), 2) == 5
    assert reuse.next_counter(replace(made, counter=4), 7) == 8


def test_a_secret_in_a_hunk_does_not_keep_it_from_being_known() -> None:
    """Its words name the secret by the number that it has in the file today."""
    again = secrets_read_again(
        "<redacted:aws:1> is used, <redacted:aws:3> is not.", {"aws:1": "aws:2", "aws:3": "aws:4"}
    )
    (found,) = again.findings
    assert found.description == "<redacted:aws:2> is used, <redacted:aws:4> is not."
    assert (found.quote, found.line) == ("key = <redacted:aws:2>", 10)


def test_a_secret_outside_of_the_hunk_has_no_name_where_the_numbers_changed() -> None:
    said = "It is <redacted:aws:9> again."
    (found,) = secrets_read_again(said, {}).findings
    assert found.description == said
    assert secrets_read_again(said, {"aws:1": "aws:2"}) == reuse.Reused()


def secrets_read_again(description: str, numbers: Mapping[str, str]) -> reuse.Reused:
    """Return what is reused of a hunk with two secrets that have other numbers today."""
    head = BASE.replace("line 10\n", "key = <redacted:aws:1>\n").replace("line 11\n", "old = <redacted:aws:3>\n")
    reading = push.read({"app.py": (BASE, head)})
    finding = push.found(reading, "key = <redacted:aws:1>", description=description)
    made = push.after(reading, push.run(reading, [finding]))
    now = re.sub("aws:[13]", lambda found: numbers.get(found[0], found[0]), head)
    today = push.read({"app.py": (BASE, now)})
    back = memory.decode(memory.encode(made, push.KEYS).markers, push.KEYS)
    return read_again(back, today)


def moved(description: str) -> reuse.Reused:
    """Return what is reused of a finding whose line is another today."""
    reading = push.read({"app.py": (BASE, BASE.replace("line 10\n", "one = danger(1)\n"))})
    held = push.run(reading, [push.found(reading, "one = danger(1)", description=description)])
    made = push.after(reading, held)
    assert read_again(made, reading).findings, "where it stood, its words hold"
    return read_again(made, push.read({"app.py": ("top\n" + BASE, "top\n" + HEAD)}), leave=[HunkKey(file=0, hunk=1)])


def test_what_speaks_of_lines_that_have_moved_is_asked_again() -> None:
    assert moved("The value set on line 10 is used unchecked.") == reuse.Reused()
    assert [each.line for each in moved("The value is used unchecked.").findings] == [11]
