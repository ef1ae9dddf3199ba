from builders import diff, file_diff, hunk
from hunkwise.core import bookkeeping
from hunkwise.core.bookkeeping import NO_HUNK, End
from hunkwise.model.diff import UnreadableFile
from hunkwise.model.ledger import HunkState
from hunkwise.model.material import HunkKey

DIFF = diff(
    file_diff("a.py", hunk("-a", "+b"), hunk("+c", new=9)),
    file_diff("b.py", status="renamed", old_path="a2.py"),
    UnreadableFile(path="torn", reason="broken off", hunks=2),
)


def test_every_hunk_has_one_entry_in_the_order_of_the_diff() -> None:
    ends = {
        HunkKey(file=0, hunk=0): End(state=HunkState.REVIEWED, by="rules"),
        HunkKey(file=0, hunk=1): End(state=HunkState.SKIPPED, reason="why"),
        HunkKey(file=1, hunk=NO_HUNK): End(state=HunkState.SKIPPED, reason="renamed"),
    }
    ledger = bookkeeping.balance(DIFF, ends)
    assert [(entry.file, entry.hunk, entry.added, entry.deleted, entry.state.value) for entry in ledger.entries] == [
        ("a.py", "@@ -1,1 +1,1 @@", 1, 1, "reviewed"),
        ("a.py", "@@ -0,0 +9,1 @@", 1, 0, "skipped"),
        ("b.py", None, 0, 0, "skipped"),
        ("torn", None, 0, 0, "failed"),
    ]
    assert ledger.count(HunkState.SKIPPED) == 2


def test_a_hunk_nobody_spoke_for_is_failed_never_forgotten() -> None:
    ledger = bookkeeping.balance(DIFF, {})
    assert {entry.state for entry in ledger.entries} == {HunkState.FAILED}
    assert ledger.entries[0].reason == "no engine answered for it"


def test_each_hunk_finds_its_entry_again() -> None:
    ledger = bookkeeping.balance(DIFF, {})
    entries = bookkeeping.by_hunk(DIFF, ledger)
    assert list(entries) == [
        HunkKey(file=0, hunk=0),
        HunkKey(file=0, hunk=1),
        HunkKey(file=1, hunk=NO_HUNK),
    ]
    assert list(entries.values()) == list(ledger.entries[:3])
