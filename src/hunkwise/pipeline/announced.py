"""The line that tells a person, before anything is sent, what is going to be asked and what it can cost."""

from collections.abc import Sequence

from hunkwise.core import briefing
from hunkwise.model.chat import PromptPack
from hunkwise.model.material import Chunk
from hunkwise.pipeline.gateway import Gateway
from hunkwise.render import figures


def line(chunks: Sequence[Chunk], pack: PromptPack, check: PromptPack | None, models: Gateway, times: int) -> str:
    """Return the line for so many `times`; `check` is the pack under which all claims are verified, if they are."""
    price = models.models[0].price
    answer_tokens = pack.parameters.max_output_tokens
    usd = times * models.estimate.whole(chunks, _overhead(pack, chunks, models), answer_tokens, price).usd
    if check is not None:
        claims = _overhead(check, chunks, models) + answer_tokens  # a claim is no longer than what claimed it
        usd += models.estimate.whole(chunks, claims, check.parameters.max_output_tokens, price).usd
    cost = f", at most {figures.money(usd)}" if price else ""
    further = f", up to {len(chunks) * (times - 1)} for further passes" if times > 1 else ""
    checks = f", up to {len(chunks)} to verify" if check is not None else ""
    return f"asking {models.name}: {figures.plural(len(chunks), 'request')}{further}{checks}{cost}"


def _overhead(pack: PromptPack, chunks: Sequence[Chunk], models: Gateway) -> int:
    """Return the tokens around a chunk, by the longest system message there is."""
    systems = {briefing.system(pack, chunk) for chunk in chunks}
    return max(map(models.estimate.tokens, systems), default=0) + models.estimate.tokens(pack.user)
