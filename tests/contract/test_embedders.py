from embedder_contract import EmbedderContract
from hunkwise.adapters.ngram_embedder import NgramEmbedder


class TestNgrams(EmbedderContract):
    def make(self) -> NgramEmbedder:
        return NgramEmbedder()
