"""Compose the messages of a request.

Everything of the change is wrapped, datum by datum (`core.wrapping`). Each message passes the redaction gate as a
whole, after it is composed.
"""

from collections.abc import Callable, Sequence

from hunkwise.core import briefing, context, wrapping
from hunkwise.model.chat import Message, PromptPack, Redacted
from hunkwise.model.material import Chunk

Seal = Callable[[str], Redacted]
"""The redaction gate: the only way from text to a message."""

MAX_ECHO_CHARS = 20_000
"""Characters of a faulty answer that are shown to the model again."""

MAX_FAULTS = 10
"""Faults of an answer that are named in a repair request."""


def review(chunk: Chunk, pack: PromptPack, seal: Seal) -> tuple[Message, ...]:
    """Return the messages that ask for a review of `chunk`; the system message is the same for all of its kind."""
    user = briefing.filled(pack.user, {"also": briefing.also(pack, chunk), "hunks": hunks(chunk)})
    return (
        Message(role="system", content=seal(briefing.system(pack, chunk))),
        Message(role="user", content=seal(user)),
    )


def repair(asked: Sequence[Message], answer: str, faults: Sequence[str], seal: Seal) -> tuple[Message, ...]:
    """Return the messages that ask once more, with the faults of the first answer named."""
    named = "\n".join(f"- {fault}" for fault in faults[:MAX_FAULTS])
    request = (
        f"Your answer does not meet the schema:\n{named}\n"
        "Answer again, whole: one JSON object that meets the schema, and nothing outside it."
    )
    return (
        *asked,
        Message(role="assistant", content=seal(answer[:MAX_ECHO_CHARS])),
        Message(role="user", content=seal(request)),
    )


def hunks(chunk: Chunk) -> str:
    """Return the hunks of `chunk` as a request holds them, behind their context."""
    surroundings = wrapping.each(wrapping.Kind.CONTEXT, list(context.blocks(chunk.context)))
    passages = [wrapping.wrapped(wrapping.Kind.HUNK, each.id, each.text) for each in chunk.passages]
    return "\n\n".join([*surroundings, *passages])
