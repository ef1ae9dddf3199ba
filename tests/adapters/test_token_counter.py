"""The token counter: the packaged vocabulary, tiktoken's own counts, and no text that hurts it."""

import time
from importlib import resources
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from hunkwise.adapters import token_counter
from hunkwise.adapters.token_counter import FILE, PATTERN, SLICE_CHARS, TiktokenCounter
from hunkwise.errors import HunkwiseError

COUNTER = TiktokenCounter()
CODE = "def total(prices: list[int]) -> int:\n    return sum(price for price in prices if price > 0)\n"


@pytest.fixture(scope="module")
def reference() -> tiktoken.Encoding:
    """tiktoken's own encoding, from the same packaged file."""
    folder = Path(str(resources.files("hunkwise") / "vocabulary"))
    assert (folder / FILE).is_file()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        return tiktoken.get_encoding("o200k_base")


def test_it_is_tiktokens_own_encoding(reference: tiktoken.Encoding) -> None:
    assert reference._pat_str == PATTERN
    assert reference._mergeable_ranks == token_counter._ranks(token_counter._content())


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("hello", 1), ("hello world", 2), (CODE, 25)])
def test_known_counts(text: str, tokens: int, reference: tiktoken.Encoding) -> None:
    assert COUNTER.count(text) == tokens == len(reference.encode_ordinary(text))


def test_text_of_special_tokens_counts_as_text() -> None:
    assert COUNTER.count("<|endoftext|>") > 1


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_text_counts_as_tiktoken_counts_it(reference: tiktoken.Encoding, text: str) -> None:
    assert COUNTER.count(text) == len(reference.encode_ordinary(text))


def test_lone_surrogates_count() -> None:
    assert COUNTER.count("a\ud800b") > 0


def test_a_long_text_counts_nearly_the_same_in_slices(reference: tiktoken.Encoding) -> None:
    text = CODE * 1500
    slices = len(text) // SLICE_CHARS + 1
    assert slices > 5
    assert abs(COUNTER.count(text) - len(reference.encode_ordinary(text))) <= 3 * slices


@pytest.mark.parametrize("char", ["a", " ", "\t", "\n", "=", "\u00a0", "漢", "\u0301", "😀"])
def test_a_long_run_of_one_character_costs_linear_time_and_no_panic(char: str) -> None:
    started = time.monotonic()
    count = COUNTER.count(char * 1_000_000)
    assert 1_000_000 / 128 <= count <= 3_000_000
    assert time.monotonic() - started < 5


def test_without_its_vocabulary_it_says_so_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "files", lambda name: tmp_path / str(name))
    with pytest.raises(HunkwiseError, match="vocabulary is missing") as missing:
        TiktokenCounter().count("hello")
    assert missing.value.exit_code == 70
    damaged = tmp_path / "hunkwise" / "vocabulary" / FILE
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"YQ== 0\n")
    with pytest.raises(HunkwiseError, match="vocabulary is damaged"):
        TiktokenCounter().count("hello")
    assert damaged.read_bytes() == b"YQ== 0\n"
