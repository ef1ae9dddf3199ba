import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memory_builder as build
from hunkwise.core import memory, memory_form, sanitise, signature
from hunkwise.model.finding import Severity
from hunkwise.model.memory import Memory

KEYS = signature.keys(("secret",), 7, 3)
WIDE = 10_000_000


def body(*markers: str) -> str:
    return "\n".join(["## A summary", "", *markers]) + "\n"


def marker_of(content: bytes, counter: int = 3, signed: str = "unsigned", of: str = "1/1") -> str:
    digest = hashlib.sha256(content).hexdigest()[:16]
    data = base64.b64encode(content).decode()
    return f"<!-- hunkwise:memory {counter}.{digest} {of} {signed} {data} -->"


@given(build.any_memory)
def test_what_is_written_is_read_back(made: Memory) -> None:
    encoded = memory.encode(made, KEYS, WIDE)
    assert (encoded.left_keys, encoded.left_findings) == (0, 0)
    assert memory.decode([body(*encoded.markers)], KEYS) == made
    unsigned = memory.encode(made, signature.UNSIGNED, WIDE)
    assert memory.decode([body(*unsigned.markers)], KEYS) == replace(made, trusted=False)
    assert memory.decode([body(*encoded.markers)], signature.UNSIGNED) == replace(made, trusted=False)


@given(build.any_memory)
def test_markers_survive_html_and_markdown(made: Memory) -> None:
    for marker in memory.encode(made, KEYS, WIDE).markers:
        assert marker.startswith("<!-- ")
        assert marker.endswith(" -->")
        assert "--" not in marker[4:-3]
        assert ">" not in marker[4:-1]
        assert "\n" not in marker


@pytest.mark.parametrize("order", [list, reversed])
def test_a_large_memory_is_cut_into_markers_that_may_stand_in_several_comments(order: Callable[..., Any]) -> None:
    made = build.memory(findings=300, read=4_000)
    markers = memory.encode(made, KEYS, WIDE).markers
    assert len(markers) > 2
    assert all(len(marker.encode()) <= memory.MARKER_BYTES for marker in markers)
    assert memory.decode([body(marker) for marker in order(list(markers))], KEYS) == made
    assert memory.decode([body(*markers), body(*markers)], KEYS) == made
    for lost in range(len(markers)):
        assert memory.decode([body(*markers[:lost], *markers[lost + 1 :])], KEYS) is None


def length(encoded: memory.Encoded) -> int:
    return sum(len(marker) + 1 for marker in encoded.markers)


def test_keys_are_left_out_before_any_word_of_a_finding() -> None:
    made = build.memory(findings=20, read=9_000)
    encoded = memory.encode(made, KEYS)
    assert length(encoded) <= memory.BUDGET
    back = memory.decode([body(*encoded.markers)], KEYS)
    assert back is not None
    assert back.findings == made.findings
    assert encoded.left_keys == 9_000 - len(back.read) > 0
    assert back.read < made.read


def random_words(chars: int, seed: int) -> str:
    """Return text that hardly compresses."""
    digests = (hashlib.sha256(f"{seed} {at}".encode()).digest() for at in range(chars // 40 + 1))
    return base64.b64encode(b"".join(digests)).decode()[:chars]


def wordy(count: int) -> Memory:
    findings = tuple(
        build.remembered(
            number,
            description=random_words(2_000, number),
            replacement=random_words(200, -number),
            severity=Severity.HIGH if number == count else Severity.LOW,
        )
        for number in range(1, count + 1)
    )
    return replace(build.memory(read=count), findings=findings)


def test_words_are_cut_before_any_finding_goes() -> None:
    made = wordy(60)
    encoded = memory.encode(made, KEYS)
    assert (encoded.left_findings, encoded.left_keys) == (0, 0)
    assert length(encoded) <= memory.BUDGET
    back = memory.decode([body(*encoded.markers)], KEYS)
    assert back is not None
    assert [each.finding.fingerprint for each in back.findings] == [each.finding.fingerprint for each in made.findings]
    assert all(each.finding.description.endswith(" …") for each in back.findings)
    assert {each.finding.replacement for each in back.findings} == {None}
    assert {each.finding.quote for each in back.findings} == {"x = y[0]"}


def test_the_least_grave_go_last_and_take_the_keys_of_their_hunks_with_them() -> None:
    made = wordy(400)
    encoded = memory.encode(made, KEYS, 12_000)
    assert length(encoded) <= 12_000
    back = memory.decode([body(*encoded.markers)], KEYS)
    assert back is not None
    assert 0 < encoded.left_findings == 400 - len(back.findings)
    assert back.findings[0].finding.severity is Severity.HIGH
    assert back.read <= {each.hunk for each in back.findings}
    assert {each.finding.description for each in back.findings} == {""}
    assert memory.encode(made, KEYS, 10).left_findings == 400


def test_the_newest_counts_whatever_the_order() -> None:
    old, new = build.memory(counter=8), build.memory(counter=9, findings=0)
    bodies = [body(*memory.encode(made, KEYS).markers) for made in (new, old)]
    assert memory.decode(bodies, KEYS) == new
    assert memory.decode(reversed(bodies), KEYS) == new


def test_an_old_memory_put_back_is_not_trusted_when_a_comment_proves_a_newer_run() -> None:
    old = [body(*memory.encode(build.memory(counter=8), KEYS).markers)]
    assert memory.decode(old, KEYS, newest=8) == build.memory(counter=8)
    assert memory.decode(old, KEYS, newest=9) == build.memory(counter=8, trusted=False)


def test_a_forged_memory_never_stands_in_for_a_signed_one() -> None:
    real = memory.encode(build.memory(counter=3), KEYS).markers
    forged = memory.encode(build.memory(counter=99, findings=0), signature.UNSIGNED).markers
    stranger = memory.encode(build.memory(counter=99), signature.keys(("other",), 7, 3)).markers
    read = memory.decode([body(*forged), body(*stranger), body(*real)], KEYS)
    assert read == build.memory(counter=3)


@pytest.mark.parametrize(("repo", "number"), [(7, 4), (8, 3)])
def test_a_signature_of_another_pull_request_or_repository_does_not_hold(repo: int, number: int) -> None:
    markers = memory.encode(build.memory(), KEYS).markers
    read = memory.decode([body(*markers)], signature.keys(("secret",), repo, number))
    assert read == build.memory(trusted=False)


def test_the_second_key_verifies_while_keys_rotate() -> None:
    both = signature.keys(("new", "secret"), 7, 3)
    old = memory.encode(build.memory(), KEYS).markers
    assert memory.decode([body(*old)], both) == build.memory()
    new = memory.encode(build.memory(), both).markers
    assert memory.decode([body(*new)], KEYS) == build.memory(trusted=False)
    assert memory.decode([body(*new)], signature.keys(("new",), 7, 3)) == build.memory()


@settings(max_examples=300)
@given(st.data())
def test_a_tampered_marker_is_no_memory_or_the_same_one(data: st.DataObject) -> None:
    made = build.memory()
    marker = memory.encode(made, KEYS).markers[0]
    at = data.draw(st.integers(0, len(marker) - 1))
    char = data.draw(st.sampled_from("0aA+ =\n"))
    read = memory.decode([body(marker[:at] + char + marker[at + 1 :])], KEYS)
    assert read is None or read == made or read == replace(made, trusted=False)
    assert memory.decode([body(marker[:at])], KEYS) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_no_memory_and_no_exception(content: bytes) -> None:
    assert memory.decode([body(marker_of(content))], KEYS) is None
    assert memory.decode([body(marker_of(zlib.compress(content)))], KEYS) is None


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(b"0" * 50_000_000, 9)
    halves = base64.b64encode(bomb).decode()
    assert len(halves) > memory.MARKER_BYTES
    assert memory_form.unpacked(bomb, trusted=True) is None
    assert memory_form.unpacked(zlib.compress(b"[" * 1_000_000, 9), trusted=True) is None


def altered(**changes: object) -> bytes:
    content = json.loads(zlib.decompress(memory_form.packed(build.memory())))
    return zlib.compress(json.dumps({**content, **changes}).encode())


def row(**changes: object) -> list[object]:
    """A finding's row with fields replaced by position."""
    fields: list[object] = json.loads(zlib.decompress(memory_form.packed(build.memory())))["findings"][0]
    for name, value in changes.items():
        fields[int(name[1:])] = value
    return fields


@pytest.mark.parametrize(
    "content",
    [
        altered(v=1),
        altered(v=3),
        altered(n="3"),
        altered(n=True),
        altered(n=-1),
        altered(n=10**9),
        altered(head=None),
        altered(read="xyz"),
        altered(read="0" * 17),
        altered(usd=-1),
        altered(usd=float("nan")),
        altered(usd=float("inf")),
        altered(usd="1"),
        altered(findings=None),
        altered(findings=[[]]),
        altered(findings=[row(_0=7)]),
        altered(findings=[row(_1=-1)]),
        altered(findings=[row(_2="x")]),
        altered(findings=[row(_2=[1])]),
        altered(findings=[row(_3="nope")]),
        altered(findings=[row(_5=9, _6=3)]),
        altered(findings=[row(_7="MIDDLE")]),
        altered(findings=[row(_8="terrible")]),
        altered(findings=[row(_10=2)]),
        altered(findings=[row(_11=None)]),
        altered(findings=[[*row()[:-1], 1]]),
        altered(findings=[[*row()[:-1], [1]]]),
        altered(findings=[row()[:-1]]),
        altered(findings=[[*row(), []]]),
        zlib.compress(b"[]"),
        zlib.compress(b"7"),
        zlib.compress(b'{"v":2}'),
        zlib.compress(b"9" * 5_000),
        zlib.compress(b"\xff"),
        memory_form.packed(build.memory())[:-4],
    ],
)
def test_another_form_is_no_memory(content: bytes) -> None:
    assert memory_form.unpacked(content, trusted=True) is None
    assert memory.decode([body(marker_of(content))], KEYS) is None


def test_the_altered_forms_differ_in_one_thing_only() -> None:
    assert memory_form.unpacked(altered(), trusted=True) == build.memory()
    assert memory_form.unpacked(altered(findings=[row()]), trusted=True) == build.memory(findings=1)
    assert memory_form.unpacked(altered(usd=10**400), trusted=True) is None


def test_more_findings_than_any_run_leaves_are_not_read() -> None:
    rows = [row()] * (memory_form.MAX_FINDINGS + 1)
    assert memory_form.unpacked(altered(findings=rows), trusted=True) is None


@pytest.mark.parametrize("of", ["2/1", "0/1", "1/2", "1/99"])
def test_markers_that_miscount_are_none(of: str) -> None:
    assert memory.decode([body(marker_of(memory_form.packed(build.memory()), of=of))], KEYS) is None


def test_a_counter_outside_that_contradicts_the_one_inside_is_refused() -> None:
    content = memory_form.packed(build.memory())
    assert memory.decode([body(marker_of(content, counter=3))], KEYS) is not None
    assert memory.decode([body(marker_of(content, counter=99))], KEYS) is None
    assert memory.decode([body(marker_of(content).replace(" unsigned ", " unsigned =A="))], KEYS) is None


def test_only_the_end_of_a_body_is_read_so_that_quoted_code_forges_nothing() -> None:
    markers = memory.encode(build.memory(), KEYS).markers
    assert memory.decode([body(*markers) + "\nsigned off"], KEYS) is None
    assert memory.decode([body(*markers).replace("\n", "\r\n") + "\r\n"], KEYS) == build.memory()
    assert memory.decode([sanitise.markdown(body(*markers))], KEYS) is None
    own = memory.encode(build.memory(counter=4), KEYS).markers
    quoted = sanitise.code("\n".join(markers))
    assert memory.decode([body(quoted, *own)], KEYS) == build.memory(counter=4)
    assert memory.decode([body(quoted)], KEYS) is None


def test_no_comments_no_memory() -> None:
    assert memory.decode([], KEYS) is None
    assert memory.decode(["", "hello"], KEYS) is None


def test_a_marker_reveals_no_key() -> None:
    assert "secret" not in repr(KEYS)
    assert not re.search("secret", memory.encode(build.memory(), KEYS).markers[0])
