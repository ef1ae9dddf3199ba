import itertools
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import PlantedSecrets
from hunkwise.adapters.bounded_scanner import AllScanners, BoundedScanner
from hunkwise.adapters.command_scanner import CommandScanner
from hunkwise.errors import ConfigurationError, DetectorError
from hunkwise.model.finding import SecretSpan


class Given:
    def __init__(self, *pairs: tuple[int, int], kind: str = "x") -> None:
        self._spans = tuple(SecretSpan(start=a, end=b, type=kind, reportable=True) for a, b in pairs)

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        del text
        return self._spans


class Stuck:
    def __init__(self) -> None:
        self.leave = threading.Event()

    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        del text
        self.leave.wait(10)
        return ()


class Broken:
    def scan(self, text: str) -> tuple[SecretSpan, ...]:
        raise ZeroDivisionError(text)


def test_a_bounded_scanner_gives_what_the_scanner_finds() -> None:
    assert BoundedScanner(Given((1, 2))).scan("abc") == Given((1, 2)).scan("")


def test_a_scanner_that_takes_too_long_is_an_error() -> None:
    stuck = Stuck()
    with pytest.raises(DetectorError, match=r"longer than 0\.05 s"):
        BoundedScanner(stuck, timeout_s=0.05, max_inline=0).scan("abc")
    stuck.leave.set()


def test_any_error_of_a_scanner_is_told_without_the_text() -> None:
    for max_inline in (0, 1000):
        with pytest.raises(DetectorError, match="ZeroDivisionError") as caught:
            BoundedScanner(Broken(), max_inline=max_inline).scan("words of a hunk")
        assert "words" not in str(caught.value)
    with pytest.raises(DetectorError, match="stumbled"):
        BoundedScanner(PlantedSecrets(fails_on="a")).scan("a")


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=6)


@given(SPANS, SPANS)
def test_another_scanner_adds_and_never_removes(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    at, first = 0, []
    for gap, size in one:
        first.append((at + gap, at + gap + size))
        at += gap + size
    text = "x" * 400
    others = [(start, start + size) for start, size in two]
    spans = AllScanners(Given(*first), Given(*others, kind="y")).scan(text)
    assert [span for span in spans if span.type == "x"] == list(Given(*first).scan(""))
    masked = {place for span in spans for place in range(span.start, span.end)}
    assert masked == {place for start, end in [*first, *others] for place in range(start, end)}
    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))


def test_when_one_scanner_fails_all_have() -> None:
    with pytest.raises(DetectorError):
        AllScanners(Given((0, 1)), PlantedSecrets(fails_on="a")).scan("a")


def program(body: str) -> str:
    return f'{sys.executable} -c "import sys, json, os; text = sys.stdin.read(); {body}"'


def test_a_command_s_values_are_masked_wherever_they_stand() -> None:
    says = "print(json.dumps([{'RuleID': 'mine', 'Secret': 'two'}, {'RuleID': 'x', 'Secret': 'wo'}]))"
    spans = CommandScanner(program(says)).scan("one two ü two")
    assert [(span.start, span.end, span.type, span.reportable) for span in spans] == [
        (4, 7, "mine", False),
        (10, 13, "mine", False),
    ]


def test_a_command_that_finds_nothing_adds_nothing() -> None:
    assert CommandScanner(program("print('null')")).scan("x") == ()
    assert CommandScanner(program("pass")).scan("x") == ()


def test_a_command_sees_no_key_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    says = "print(json.dumps([{'RuleID': 'r', 'Secret': 'k'}] if 'OPENAI_API_KEY' in os.environ else []))"
    assert CommandScanner(program(says)).scan("k") == ()


@pytest.mark.parametrize("body", ["sys.exit(1)", "print('no json')", "print('[{}]')", "print('[1]')", "print('7')"])
def test_a_command_that_fails_keeps_the_text_from_being_sent(body: str) -> None:
    with pytest.raises(DetectorError, match="external scanner, failed"):
        CommandScanner(program(body)).scan("x")


@pytest.mark.parametrize("command", ["", "   ", "'open"])
def test_no_command_is_a_mistake_of_configuration(command: str) -> None:
    with pytest.raises(ConfigurationError):
        CommandScanner(command)


def test_a_command_that_is_not_there_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ConfigurationError, match="there is no command /no/such/scanner"):
        CommandScanner("/no/such/scanner")
