"""The openai SDK's embeddings behind one coroutine: vectors, or a ChatError. Imported late, as `wire` is."""

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import openai

from hunkwise.adapters.openai_chat import faults, limits, refusal, wire
from hunkwise.adapters.openai_chat.endpoint import Endpoint

MAX_DIMENSIONS = 8_192
"""Numbers of a vector; more is no answer to what was asked."""


class EmbeddingWire:
    """One client with one pool of connections. All methods run on one event loop."""

    def __init__(self, asked: Endpoint, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._client = wire.client(asked, timeout_s)

    async def ask(self, texts: Sequence[str], asked: Endpoint) -> tuple[Sequence[Sequence[float]], int]:
        """Return a row of numbers for each text, and the tokens that took; raises ChatError."""
        wire.use_key(asked)
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._client.embeddings.with_raw_response.create(
                    model=asked.model, input=list(texts), encoding_format="float"
                )
                content = response.content
        except wire.TIMED_OUT as error:
            raise faults.of_timeout(asked, self._timeout_s) from error
        except openai.APIStatusError as error:
            if error.status_code < 400:
                raise faults.of_redirect(error.status_code, asked) from None
            failed = faults.of_refusal(refusal.read(error.status_code, error.body, error.response.headers), asked)
            failed.limits = limits.read(error.response.headers)
            raise failed from None  # theirs may quote the key
        except wire.BROKEN as error:
            raise faults.of_connection(error, asked) from error
        return _read(content, len(texts), asked)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()


def _read(content: bytes, wanted: int, asked: Endpoint) -> tuple[Sequence[Sequence[float]], int]:
    """Return what a body holds, in the order of the texts; raises ChatError."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise faults.of_malformed(f"{asked.host} answers with something that is not JSON", asked) from error
    rows = _rows(body.get("data") if isinstance(body, Mapping) else None, wanted)
    if rows is None:
        raise faults.of_malformed(f"{asked.host} answers with something that is no list of {wanted} vectors", asked)
    usage = body.get("usage")
    tokens = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    return rows, tokens if isinstance(tokens, int) and tokens > 0 else 0


def _rows(data: Any, wanted: int) -> Sequence[Sequence[float]] | None:  # noqa: ANN401  # any JSON
    """Return the vectors by their index, None where one is missing or odd."""
    if not isinstance(data, list) or not all(isinstance(each, Mapping) for each in data):
        return None
    by_index = {each.get("index", place): each.get("embedding") for place, each in enumerate(data)}
    rows = [by_index.get(place) for place in range(wanted)]
    if not all(map(_is_vector, rows)) or len({len(each) for each in rows if each}) > 1:
        return None
    return [each for each in rows if each]


def _is_vector(row: Any) -> bool:  # noqa: ANN401  # any JSON
    if not isinstance(row, list) or not 0 < len(row) <= MAX_DIMENSIONS:
        return False
    return all(map(_is_number, row))


def _is_number(each: Any) -> bool:  # noqa: ANN401  # any JSON
    """Whether something is a number that a float holds: JSON's may have any length."""
    try:
        return isinstance(each, (int, float)) and math.isfinite(each)
    except OverflowError:
        return False
