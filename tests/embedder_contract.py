"""What every `ports.Embedder` keeps to. Tests derive from `EmbedderContract` and say how to make one."""

import math
from abc import ABC, abstractmethod

from hunkwise.model.chat import Redacted
from hunkwise.ports import Embedder

ONE = "The server reads its settings from the environment, then from a file."
NEAR = "The server reads its settings from the environment first, then from a file."
FAR = "def pay(invoice): return ledger.book(invoice.total)"


def redacted(*texts: str) -> list[Redacted]:
    return [Redacted(each) for each in texts]  # a test's own text


class EmbedderContract(ABC):
    """Derive from it, and name the class Test..."""

    @abstractmethod
    def make(self) -> Embedder:
        """Return an embedder."""

    def test_vectors_have_length_one_and_one_space(self) -> None:
        embedder = self.make()
        found = embedder.embed(redacted(ONE, NEAR, FAR, ""))
        assert len(found) == 4
        assert {each.space for each in found} == {embedder.space}
        assert len({len(each.values) for each in found}) == 1
        for each in found:
            assert math.isclose(math.hypot(*each.values), 1.0, rel_tol=1e-6)

    def test_the_same_text_has_the_same_vector_wherever_it_stands(self) -> None:
        one, *_ = self.make().embed(redacted(ONE))
        *_, again = self.make().embed(redacted(FAR, NEAR, ONE))
        assert max(abs(a - b) for a, b in zip(one.values, again.values, strict=True)) < 1e-5

    def test_nearly_the_same_text_is_nearer_than_another_one(self) -> None:
        one, near, far = (each.values for each in self.make().embed(redacted(ONE, NEAR, FAR)))
        likeness = [math.fsum(a * b for a, b in zip(one, other, strict=True)) for other in (near, far)]
        assert likeness[0] > 0.8 > likeness[1]

    def test_no_text_needs_no_vector(self) -> None:
        assert not self.make().embed([])

    def test_many_texts_at_once_keep_their_order(self) -> None:
        texts = [f"number {number} of many" for number in range(70)]
        many = self.make().embed(redacted(*texts))
        (single,) = self.make().embed(redacted(texts[66]))
        assert len(many) == 70
        assert max(abs(a - b) for a, b in zip(many[66].values, single.values, strict=True)) < 1e-5
