import importlib.util

import pytest

import servers
from embedder_contract import EmbedderContract, redacted
from hunkwise.adapters.minilm_embedder import MiniLMEmbedder
from hunkwise.adapters.ngram_embedder import NgramEmbedder
from hunkwise.errors import ConfigurationError


class TestNgrams(EmbedderContract):
    def make(self) -> NgramEmbedder:
        return NgramEmbedder()


class TestMiniLM(EmbedderContract):
    made: MiniLMEmbedder | None = None

    def make(self) -> MiniLMEmbedder:
        try:
            TestMiniLM.made = TestMiniLM.made or MiniLMEmbedder()
        except ConfigurationError as error:
            pytest.skip(f"{error.message}: {servers.EXTRAS}")
        return TestMiniLM.made

    def test_its_numbers_are_those_of_the_model(self) -> None:
        """The first ones of what sentence-transformers 6.2 gives for this text with these weights."""
        (one,) = self.make().embed(redacted("The server reads its settings from the environment."))
        assert [round(each, 5) for each in one.values[:4]] == REFERENCE


def test_without_its_parts_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ConfigurationError) as raised:
        MiniLMEmbedder()
    assert "pip install" in raised.value.hint


REFERENCE = [0.06753, -0.0406, -0.10639, -0.02295]
