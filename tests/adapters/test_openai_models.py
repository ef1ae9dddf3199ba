"""What is sent to which model, before anything is learnt."""

from dataclasses import replace
from datetime import date
from importlib import resources

import pytest
import yaml

import loopback_answers as answers
from chat_builder import chat, request
from hunkwise.adapters.openai_chat.dialect import OPTIONAL, SAMPLING, Dialect
from hunkwise.adapters.openai_chat.known_models import dialect_of
from loopback_model import LoopbackModel

REASONING = [
    "o1",
    "o3-mini",
    "o4-mini-2025-04-16",
    "gpt-5",
    "gpt-5-mini",
    "GPT-5-nano",
    "openai/gpt-5-mini",
    "codex-mini-latest",
]
OTHERS = [
    "gpt-4.1",
    "gpt-4o-mini",
    "gpt-5-chat-latest",
    "gpt-5.1",
    "gpt-5.2-2026-01-01",
    "o2",
    "ollama3",
    "olmo",
    "qwen3-coder",
    "",
]


@pytest.mark.parametrize("model", REASONING)
def test_reasoning_models_are_not_sent_what_they_refuse(model: str) -> None:
    with LoopbackModel() as server, chat(server, model=model) as asked:
        asked.complete(request(cache_key="k"))
    [body] = server.bodies
    assert not {*SAMPLING, "max_tokens", "reasoning_effort", "verbosity"} & set(body)
    assert (body["max_completion_tokens"], body["prompt_cache_key"]) == (8000, "k")


def test_penalties_are_sent_as_a_prompt_pack_says_and_left_out_once_refused() -> None:
    asked_for = request()
    asked_for = replace(
        asked_for, parameters=replace(asked_for.parameters, presence_penalty=0.0, frequency_penalty=0.5)
    )
    refuses = {"presence_penalty": answers.extra_forbidden("presence_penalty")}
    with LoopbackModel(refuses=refuses) as server, chat(server) as asked:
        asked.complete(asked_for)
        asked.complete(asked_for)
    sent = [(body.get("presence_penalty"), body.get("frequency_penalty")) for body in server.bodies]
    assert sent == [(0.0, 0.5), (None, 0.5), (None, 0.5)]


def test_a_cache_key_that_is_refused_is_left_out() -> None:
    refuses = {"prompt_cache_key": answers.unrecognized("prompt_cache_key")}
    with LoopbackModel(refuses=refuses) as server, chat(server) as asked:
        asked.complete(request())
        asked.complete(request(cache_key="a"))
        asked.complete(request(cache_key="a"))
    assert [body.get("prompt_cache_key") for body in server.bodies] == [None, "a", None, None]


@pytest.mark.parametrize("model", OTHERS)
def test_all_others_are_asked_for_a_low_temperature(model: str) -> None:
    assert dialect_of(model) == Dialect()


def test_the_table_says_when_and_where_it_was_checked() -> None:
    table = yaml.safe_load(resources.files("hunkwise.adapters.openai_chat").joinpath("models.yml").read_text("utf-8"))
    assert isinstance(table["checked"], date)
    assert all(source.startswith("https://") for source in table["sources"])
    assert all(set(row) == {"models", "refuses"} and set(row["refuses"]) <= OPTIONAL for row in table["rows"])
