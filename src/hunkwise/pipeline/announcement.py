"""The line that says, before anything is sent, what is going to be asked and the most it can cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from hunkwise.core import briefing
from hunkwise.core.pricing import Price
from hunkwise.model.chat import ChatRequest, PromptPack
from hunkwise.model.material import Chunk
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.verify import Verifying
from hunkwise.render import figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a change is asked about; `verifying` is None where no claim is put to a second request.

    `shorts` are the requests about near answers, which come first.
    """

    pack: PromptPack
    verifying: Verifying | None
    shorts: Sequence[ChatRequest] = ()


def line(chunks: Sequence[Chunk], way: Way, models: Gateway, passes: int) -> str:
    """Return what is going to be asked, and the most it can cost where the price is known.

    After short requests fewer may be needed than are told. What is asked again (an answer to repair, a chunk to split)
    is not in it: that is not known before.
    """
    if not chunks:
        return "no hunk is left to ask a model about"
    price = models.models[0].price
    usd = _most_usd(chunks, way, models, passes, price)
    cost = f", at most {figures.money(usd)}" if price else ""
    further = f", up to {len(chunks) * (passes - 1)} for further passes" if passes > 1 else ""
    checks = f", up to {len(chunks)} to verify" if way.verifying is not None else ""
    before = f"{figures.plural(len(way.shorts), 'short request')} about near answers, then up to " if way.shorts else ""
    return f"asking {models.name}: {before}{figures.plural(len(chunks), 'request')}{further}{checks}{cost}"


def most_usd(chunks: Sequence[Chunk], way: Way, models: Gateway, passes: int) -> float:
    """Return the most that the same can cost at the dearest model that may be asked, 0 where no price is known."""
    return max(_most_usd(chunks, way, models, passes, model.price) for model in models.models)


def _most_usd(chunks: Sequence[Chunk], way: Way, models: Gateway, passes: int, price: Price | None) -> float:
    answer_tokens = way.pack.parameters.max_output_tokens
    usd = passes * models.estimate.whole(chunks, _overhead(way.pack, chunks, models), answer_tokens, price).usd
    if way.verifying is not None:
        check = way.verifying.pack
        claims = _overhead(check, chunks, models) + answer_tokens  # a claim is no longer than the answer that made it
        usd += models.estimate.whole(chunks, claims, check.parameters.max_output_tokens, price).usd
    return usd + sum(models.estimate.most(each, price).usd for each in way.shorts)


def _overhead(pack: PromptPack, chunks: Sequence[Chunk], models: Gateway) -> int:
    """Return the tokens around a chunk, by the longest system message there is."""
    systems = {briefing.system(pack, chunk) for chunk in chunks}
    return max(map(models.estimate.tokens, systems), default=0) + models.estimate.tokens(pack.user)
