"""Requests and chats for tests of the model adapter."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from hunkwise.adapters.openai_chat import OpenAIChat
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.errors import ChatError
from hunkwise.model.chat import ChatRequest, Message, Redacted
from loopback_model import LoopbackModel

KEY = "sk-loopback-0123456789abcdef"
"""A key that opens nothing."""

MODEL = "loopback-1"


HUNK = '<hunk id="0123456789abcdef">\n1+|x = 1\n</hunk id="0123456789abcdef">'


def request(user: str = HUNK, cache_key: str = "") -> ChatRequest:
    """Return a review request with the packaged prompt's own schema and parameters."""
    pack = PromptFiles().load("review", "1.0.0")
    return ChatRequest(
        messages=(
            Message(role="system", content=Redacted(pack.system)),
            Message(role="user", content=Redacted(user)),
        ),
        schema_name="hunkwise_review",
        schema=pack.schema,
        parameters=pack.parameters,
        cache_key=cache_key,
    )


@contextmanager
def chat(
    server: LoopbackModel | None = None, *, environment: Mapping[str, str] | None = None, **changes: Any
) -> Iterator[OpenAIChat]:
    """Yield a chat with `server`; `changes` are its arguments, `environment` is all it finds of what an SDK reads."""
    base_url = server.base_url if server else "http://127.0.0.1:1/v1"
    made = OpenAIChat(**{"model": MODEL, "api_key": KEY, "base_url": base_url, "timeout_s": 5.0, **changes})
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("OPENAI_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        try:
            yield made
        finally:
            made.close()


def fault_of(made: OpenAIChat) -> ChatError:
    """Return the error that a request ends in."""
    try:
        reply = made.complete(request())
    except ChatError as error:
        return error
    raise AssertionError(f"an answer came: {reply}")
