"""Describe a change: one request beside the review, which decides nothing.

Here alone a request holds what the author says of the change.
"""

from dataclasses import replace

from hunkwise import __version__
from hunkwise.core import describing, intents, packing, parsing, prompting
from hunkwise.errors import ChatError, ChatFault, ConfigurationError, HunkwiseError
from hunkwise.model.change import ChangeRef, Notice
from hunkwise.model.chat import Message, PromptPack, Stage
from hunkwise.model.description import Description
from hunkwise.model.material import Tier
from hunkwise.model.report import PromptId, Walkthrough
from hunkwise.pipeline import answer, gateway, outgoing, preparing, recalled, surroundings, tally, teams
from hunkwise.pipeline.gateway import Gateway
from hunkwise.pipeline.gateway import told as told_by_gateway
from hunkwise.pipeline.preparing import Prepared
from hunkwise.pipeline.recalled import Recalled
from hunkwise.pipeline.tally import Tally
from hunkwise.ports import ChatModel, Ports
from hunkwise.settings import Settings

NAME, VERSION = "describe", "1.0.0"
"""The prompt pack of descriptions."""


def run(
    ref: ChangeRef, ports: Ports, settings: Settings, *, trusts_author: bool = True, scope: str = ""
) -> Walkthrough:
    """Return a walkthrough of the change `ref` names; raises HunkwiseError where there is none.

    `trusts_author` and `scope` are those of `review.run`.
    """
    models = gateway.opened(ports, settings, 0.0)
    if models is None:
        raise ConfigurationError(
            "describe needs a model to ask; the embedded rules describe nothing",
            hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server, and leave out --engine rules",
        )
    prepared = replace(preparing.prepare(ref, ports, settings), one_file_each=not trusts_author)
    pack = ports.prompts.load(NAME, VERSION)
    described: Description | None = None
    notices: tuple[Notice, ...] = ()
    try:
        if prepared.chosen:
            described, notices = of(ref, prepared, models, scope, ports, settings)
    except KeyboardInterrupt:
        models.close()
        raise
    seal = preparing.seal(prepared)
    told = tuple(replace(each, text=seal(each.text).text) for each in told_by_gateway.notices(models))
    return Walkthrough(
        version=__version__,
        prompt=PromptId(name=pack.name, version=pack.version, sha256=pack.sha256),
        change=replace(prepared.change, diff=b"", generated=frozenset(), unread=(), policies={}),
        description=described,
        usage=tally.usage(models.attempts),
        notices=(*preparing.notices(prepared), *teams.notices(settings), *told, *notices),
    )


def beside(
    ref: ChangeRef, prepared: Prepared, asked: Tally, models: Gateway, scope: str, ports: Ports, settings: Settings
) -> Tally:
    """Return a review's sum with a description of a pull request, where that is wanted, or why there is none.

    What is told of that has not passed the gate yet.
    It comes last, so that a budget is spent on the review first, and decides nothing: a signal that ends it ends the
    run, and the review that is done is kept.
    """
    if not settings.describe or prepared.change.source != "github" or asked.stopped:
        return asked
    described, notices = None, asked.notices
    try:
        if prepared.chosen:
            described, told = of(ref, prepared, models, scope, ports, settings)
            notices = tuple(dict.fromkeys((*notices, *told)))
    except HunkwiseError as error:
        notices = (*notices, Notice(code="not-described", text=f"The change is not described: {error.message}."))
    except KeyboardInterrupt:
        models.close()
        asked, notices = replace(asked, stopped=True), (tally.STOPPED, *notices)
    return replace(asked, description=described, notices=notices, usage=tally.usage(models.attempts))


def of(
    ref: ChangeRef, prepared: Prepared, models: Gateway, scope: str, ports: Ports, settings: Settings
) -> tuple[Description, tuple[Notice, ...]]:
    """Return a description of the chosen hunks, a kept one or a new one, and what is to be said of keeping them.

    Raises ChatError, DetectorError, HostError.
    """
    seal = preparing.seal(prepared)
    pack = ports.prompts.load(NAME, VERSION)
    shown = _excerpt(prepared, ports, settings)
    intent = ports.changes.intent(ref, prepared.change)
    near = recalled.opened(prepared, pack, models, scope, ports, settings)
    kept = Recalled(near=near, shown=shown, intent=intent)
    described = kept.look_up()
    if described is None:
        asked = describing.messages(shown, intents.told(intent), pack, seal)
        described = outgoing.description(describing.description(_judged(asked, pack, models, seal), shown), seal)
        kept.keep(described)
    else:
        described = outgoing.description(described, seal)
    told = (*near.notices, *near.pools.cache.told()) if near else ()
    return described, told


def prompts(ref: ChangeRef, ports: Ports, settings: Settings) -> tuple[tuple[Message, ...], ...]:
    """Return the messages that `run` would send first; nothing is sent."""
    prepared = preparing.prepare(ref, ports, settings)
    if not prepared.chosen:
        return ()
    pack = ports.prompts.load(NAME, VERSION)
    intent = intents.told(ports.changes.intent(ref, prepared.change))
    return (describing.messages(_excerpt(prepared, ports, settings), intent, pack, preparing.seal(prepared)),)


def _excerpt(prepared: Prepared, ports: Ports, settings: Settings) -> describing.Excerpt:
    hunks = [replace(prepared.gathered.lines_by_key[key], context=()) for key in prepared.chosen]
    sent = surroundings.for_packing(hunks, settings, ports.tokens.count)
    packed = packing.pack(sent, settings.chunk_tokens, ports.tokens.count)
    passages = [each for chunk in packed.chunks for each in chunk.passages]
    left_out = {each.key: prepared.gathered.lines_by_key[each.key].path for each in packed.left_out}
    return describing.excerpt(passages, left_out, settings.chunk_tokens)


def _judged(asked: tuple[Message, ...], pack: PromptPack, models: ChatModel, seal: prompting.Seal) -> dict[str, object]:
    """Return the values of an answer, repaired once where it must be; raises ChatError."""
    reply = models.complete(answer.request(asked, pack, Stage.DESCRIBE, Tier.CHEAP))
    values, faults = parsing.payload(reply.text, pack.schema)
    if faults:
        again = prompting.repair(asked, reply.text, faults, seal)
        reply = models.complete(answer.request(again, pack, Stage.REPAIR, Tier.CHEAP))
        values, faults = parsing.payload(reply.text, pack.schema)
    if faults:
        raise ChatError(ChatFault.MALFORMED, f"malformed answer, also after a repair: {faults[0]}")
    checked: dict[str, object] = values
    return checked
