"""A gateway over scripted models, on a clock that moves only when somebody sleeps."""

from typing import Any

from fakes import DrivenClock, GivenChange, GivenRules, PlantedSecrets, ScriptedChat, WordCounter
from hunkwise.adapters.prompt_files import PromptFiles
from hunkwise.core.pricing import Price
from hunkwise.model.chat import ChatRequest, Message, Parameters, Redacted
from hunkwise.pipeline import gateway
from hunkwise.pipeline.gateway import Gateway
from hunkwise.ports import ChatModel, Ports, SharedHealth
from hunkwise.settings import Settings

CHEAP = Price(prompt=1.0, cached_prompt=0.1, completion=10.0)


def request(text: str = '<hunk id="0123456789abcdef">\nx\n</hunk>', max_output: int = 100) -> ChatRequest:
    return ChatRequest(
        messages=(
            Message(role="system", content=Redacted("be exact")),
            Message(role="user", content=Redacted(text)),
        ),
        schema_name="s",
        schema={},
        parameters=Parameters(temperature=0.2, top_p=0.1, max_output_tokens=max_output),
    )


def ports(
    *chats: ChatModel,
    clock: DrivenClock | None = None,
    health: SharedHealth | None = None,
    prices: dict[str, Price] | None = None,
) -> Ports:
    return Ports(
        changes=GivenChange(b""),
        secrets=PlantedSecrets(),
        tokens=WordCounter(),
        rules=GivenRules(),
        prompts=PromptFiles(),
        chat=chats[0] if chats else None,
        clock=clock or DrivenClock(),
        progress=lambda _: None,
        others=chats[1:],
        prices=prices or {},
        health=health,
    )


def opened(
    *chats: ScriptedChat,
    clock: DrivenClock | None = None,
    health: SharedHealth | None = None,
    prices: dict[str, Price] | None = None,
    spent: float = 0.0,
    **settings: Any,
) -> Gateway:
    made = gateway.opened(ports(*chats, clock=clock, health=health, prices=prices), Settings(**settings), spent)
    assert made is not None
    return made
