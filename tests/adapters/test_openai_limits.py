"""What the chat adapter tells of an endpoint's limits, with answers and with refusals, over real HTTP."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loopback_answers as answers
import loopback_streams as streams
from chat_builder import chat, fault_of, request
from hunkwise.adapters.openai_chat import limits
from hunkwise.errors import ChatFault
from hunkwise.model.chat import RateLimits
from loopback_answers import Answer
from loopback_model import LoopbackModel

OPENAI = {
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-remaining-tokens": "1999900",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-reset-tokens": "1m30s",
}
READ = RateLimits(
    requests_limit=10_000,
    requests_left=9999,
    requests_reset_s=0.006,
    tokens_limit=2_000_000,
    tokens_left=1_999_900,
    tokens_reset_s=90.0,
)
AZURE = {"x-ratelimit-remaining-requests": "149", "x-ratelimit-remaining-tokens": "149000"}


def says(answer: Answer) -> LoopbackModel:
    return LoopbackModel(lambda body, index: answer)  # noqa: ARG005  # a script's arguments


def test_limits_come_with_answers_streamed_or_not() -> None:
    completion = answers.completion("{}")
    with_limits = Answer(body=completion.body, headers=(*completion.headers, *OPENAI.items()))
    for does_stream in (True, False):
        server = LoopbackModel(lambda body, index: with_limits, streams=does_stream)  # noqa: ARG005  # a script's arguments
        with server, chat(server) as asked:
            reply = asked.complete(request())
        assert reply.limits == READ
        assert (reply.first_text_s is not None) == does_stream


def test_limits_come_with_refusals() -> None:
    headers = {**OPENAI, "retry-after-ms": "1500", "retry-after": "2"}
    refusal = answers.error(429, "slow down", code="rate_limit_exceeded", headers=headers)
    with says(refusal) as server, chat(server) as asked:
        error = fault_of(asked)
    assert (error.fault, error.retry_after_s, error.limits) == (ChatFault.RATE_LIMIT, 1.5, READ)


def test_limits_come_with_an_answer_that_breaks() -> None:
    with says(streams.of_chunks([streams.chunk("x")], headers=tuple(AZURE.items()))) as server, chat(server) as asked:
        error = fault_of(asked)
    assert error.limits == RateLimits(requests_left=149, tokens_left=149_000)


def test_nothing_is_said_of_limits() -> None:
    with LoopbackModel() as server, chat(server) as asked:
        assert asked.complete(request()).limits is None
    with chat() as asked:
        assert fault_of(asked).limits is None


HEADERS = {
    "Azure": (AZURE, RateLimits(requests_left=149, tokens_left=149_000)),
    "Azure, seconds": ({"x-ratelimit-reset-tokens": "17"}, RateLimits(tokens_reset_s=17.0)),
    "Groq": (
        {"x-ratelimit-reset-requests": "2m59.56s", "x-ratelimit-reset-tokens": "7.66s"},
        RateLimits(requests_reset_s=179.56, tokens_reset_s=7.66),
    ),
    "hours": ({"x-ratelimit-reset-requests": "1h2m3s"}, RateLimits(requests_reset_s=3723.0)),
    "days": ({"x-ratelimit-reset-requests": "1d2h"}, RateLimits(requests_reset_s=86_400.0)),
    "draft": (
        {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3", "ratelimit-reset": "12"},
        RateLimits(requests_limit=100, requests_left=3, requests_reset_s=12.0),
    ),
    "own before draft": (
        {"ratelimit-remaining": "3", "x-ratelimit-remaining-requests": "4"},
        RateLimits(requests_left=4),
    ),
    "garbage": ({"x-ratelimit-remaining-tokens": "many", "x-ratelimit-reset-tokens": "soon"}, None),
    "nothing": ({"x-ratelimit-remaining-tokens": "", "x-ratelimit-reset-tokens": ""}, None),
    "beyond": ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-limit-tokens": "1e300"}, None),
    "nan": ({"x-ratelimit-remaining-tokens": "nan", "x-ratelimit-reset-tokens": "nan"}, None),
    "inf": (
        {"x-ratelimit-remaining-tokens": "inf", "x-ratelimit-reset-tokens": "inf"},
        RateLimits(tokens_reset_s=86_400.0),
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_of_many_kinds(name: str) -> None:
    headers, expected = HEADERS[name]
    assert limits.read(headers) == expected


def test_moments_are_waits() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=60)
    for value in (
        format_datetime(soon, usegmt=True),
        soon.isoformat(),
        soon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        str(int(time.time() + 60)),
        str(int(time.time() * 1000 + 60_000)),
    ):
        for found in (
            limits.retry_after_s({"retry-after": value}),
            (limits.read({"x-ratelimit-reset": value}) or RateLimits()).requests_reset_s,
            (limits.read({"anthropic-ratelimit-tokens-reset": value}) or RateLimits()).tokens_reset_s,
        ):
            assert found is not None
            assert 57 < found <= 61
    assert limits.retry_after_s({"retry-after": (soon - timedelta(hours=1)).isoformat()}) == 0


@given(st.text(max_size=200), st.text(alphabet="0123456789dhms.", max_size=40))
def test_any_header_can_be_read(text: str, duration: str) -> None:
    for value in (text, duration, duration * 50):
        found = limits.read({"x-ratelimit-reset-tokens": value, "x-ratelimit-remaining-tokens": value})
        wait_s = limits.retry_after_s({"retry-after": value, "retry-after-ms": value})
        for seconds in (wait_s, found.tokens_reset_s if found else None):
            assert seconds is None or 0 <= seconds <= 86_400
