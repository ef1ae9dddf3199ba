"""A pull request's whole life against a host with a memory of its own: pushes, silences, kills at any write."""

import hashlib
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import push_builder as push
from hunkwise.core import marks, memory, publication, quotes, ranking, reconcile, reuse, signature
from hunkwise.core.publication import Policy
from hunkwise.core.reconcile import Before
from hunkwise.core.signature import Keys
from hunkwise.core.threads import Spoken
from hunkwise.model.memory import Mark
from hunkwise.model.pull import Thread
from hunkwise.model.report import Outcome

SLOTS = 6
BASE = "".join(f"line {n}\n" for n in range(SLOTS * 9))
STEPS = ("review", "summary", "closings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What stands in each slot of the file (0: nothing wrong), lines on top, and of which slots the model is silent."""

    slots: tuple[int, ...]
    top: int
    silent: frozenset[int] = frozenset()


@dataclass(slots=True)
class Host:
    """Comments and threads as they stand."""

    summary: str = ""
    threads: list[Thread] = field(default_factory=list)

    def visible(self) -> list[tuple[str, str]]:
        """Return fingerprints and bodies of what a reader sees as open."""
        return sorted((mark.fingerprint, each.path) for each, mark in self.spoken(push.KEYS) if not each.is_minimized)

    def spoken(self, keys: Keys) -> list[tuple[Thread, Mark]]:
        """Return threads with their marks."""
        return [(each, mark) for each in self.threads if (mark := marks.read_mark(each.body, keys)) is not None]


def head_of(made: Push) -> str:
    rows = BASE.splitlines()
    for slot, kind in enumerate(made.slots):
        if kind:
            rows[slot * 9 + 4] = f"value = danger({kind}, everything)"
    return "".join(f"{row}\n" for row in [*(f"top {n}" for n in range(made.top)), *rows])


def run(host: Host, made: Push, keys: Keys, until: str | None = None) -> reconcile.Reconciled:
    """Review a push as the pipeline does; the run is killed after the write `until`."""
    reading = push.read({"app.py": (BASE, head_of(made))})
    spoken = [Spoken(thread=thread, mark=mark) for thread, mark in host.spoken(keys)]
    newest = marks.newest(each.mark for each in spoken)
    before = memory.decode([host.summary], keys, newest)
    counter = reuse.next_counter(before, newest)
    head = hashlib.sha256(head_of(made).encode()).hexdigest()[:40]
    known = reuse.reuse(before, push.MATERIAL, list(reading.keys), [reading.keys], push.lines_of(reading.shown))
    asked = [
        push.found(reading, f"value = danger({kind}, everything)", nth=made.slots[:slot].count(kind))
        for slot, kind in enumerate(made.slots)
        if kind and slot not in made.silent
    ]
    columns = quotes.columns(reading.shown, {"app.py"})
    new = [each for each in asked if (at := quotes.of(each, columns)) and at.column.key not in known.names]
    ranked, _ = ranking.rank([*new, *known.findings], reading.shown)
    held = reconcile.reconcile(ranked, reading, Before(head=head, memory=before, spoken=tuple(spoken)))
    plan = publication.plan(
        held,
        reading.shown,
        Outcome.BLOCK,
        Policy(max_comments=100),
        mark=lambda name: marks.mark(name, counter - 1, keys),
        body=lambda finding, mark: f"{finding.quote}\n{mark}",
    )
    for comment in plan.comments:
        host.threads.append(
            Thread(
                node_id=str(len(host.threads)),
                comment_node_id="",
                path=comment.path,
                line=comment.line,
                body=comment.body,
                is_resolved=False,
                resolved_by=None,
                is_minimized=False,
            )
        )
    if until == "review":
        return held
    made_memory = reuse.Run(head=head, counter=counter, material=push.MATERIAL, spent_usd=0.1)
    written = memory.encode(reuse.remember(held.findings, reading, made_memory, before), keys)
    host.summary = "\n".join(["## A summary", *written.markers])
    if until == "summary":
        return held
    closed = {each.thread.node_id for each in held.close}
    host.threads = [replace(each, is_minimized=each.is_minimized or each.node_id in closed) for each in host.threads]
    return held


pushes = st.builds(
    Push,
    slots=st.lists(st.integers(0, 2), min_size=SLOTS, max_size=SLOTS).map(tuple),
    top=st.integers(0, 15),
    silent=st.frozensets(st.integers(0, SLOTS - 1)),
)
key_choices = st.sampled_from([push.KEYS, signature.UNSIGNED])


@settings(max_examples=60)
@given(st.lists(pushes, min_size=1, max_size=5), key_choices)
def test_what_is_visible_is_what_is_open_and_a_rerun_changes_nothing(life: list[Push], keys: Keys) -> None:
    host = Host()
    for made in life:
        held = run(host, made, keys)
        assert [name for name, _ in host.visible()] == sorted(each.fingerprint for each in held.findings)
        rows = head_of(made).splitlines()
        assert all(rows[each.line - 1] == each.quote for each in held.findings)
        seen, body = host.visible(), [each.body for each in host.threads]
        again = run(host, made, keys)
        assert (again.create, again.close) == ((), ())
        assert (host.visible(), [each.body for each in host.threads]) == (seen, body)
        assert [each.fingerprint for each in again.findings] == [each.fingerprint for each in held.findings]


@settings(max_examples=60)
@given(st.lists(pushes, min_size=1, max_size=4), key_choices, st.data())
def test_a_kill_at_any_write_and_a_rerun_leave_what_one_clean_run_leaves(
    life: list[Push], keys: Keys, data: st.DataObject
) -> None:
    clean, killed = Host(), Host()
    for made in life:
        run(clean, made, keys)
        until = data.draw(st.sampled_from((*STEPS, None)))
        if until is not None:
            run(killed, made, keys, until)
        run(killed, made, keys)
        assert killed.visible() == clean.visible()
        read, wanted = (memory.decode([host.summary], keys) for host in (killed, clean))
        assert read is not None
        assert wanted is not None
        assert read.findings == wanted.findings
        assert read.read == wanted.read


@pytest.mark.parametrize("keys", [push.KEYS, signature.UNSIGNED])
def test_a_finding_that_comes_and_goes_is_said_each_time_it_comes(keys: Keys) -> None:
    host = Host()
    wrong, right = Push(slots=(1, 0, 0, 0, 0, 0), top=0), Push(slots=(0, 0, 0, 0, 0, 2), top=0)
    for made in (wrong, right, wrong, right, wrong):
        run(host, made, keys)
        assert len(host.visible()) == 1
    assert len(host.threads) == 5
