"""How fast a key of a model may be asked: pure arithmetic over values.

Where the endpoint says what is left of its limits, that counts. Where it says nothing, a refusal teaches: what was
admitted within a window is what the window holds. Nothing here waits; the answer is the seconds to wait.
"""

from dataclasses import dataclass, field, replace

from hunkwise.model.chat import RateLimits

WINDOW_S = 60.0
"""Limits are by the minute, as providers state them, until an endpoint shows another span."""

SLACK = 1.05
"""A window is taken a little longer than it is: the server's clock starts when a request arrives."""

UNPROVEN = 16
"""Requests that may be under way while an endpoint has told nothing of its limits; each fourth answer adds one."""

MIN_LEARNT = 3
"""Fewer requests admitted before a refusal say nothing of the limit: somebody else may have used it up."""

MIN_WINDOW_S = 1.0
"""The shortest window that is believed."""

GROWTH = 0.1
"""Share by which a limit that was only learnt grows after a whole window without a refusal."""

POLL_S = 0.1
"""Seconds after which a request asks again that waits for others to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that counts against a limit: when it was sent, its number, its tokens."""

    at: float
    number: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the answer to request `number` said was left, and when it is whole again."""

    number: int
    left: int
    resets_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit of requests or of tokens within a window; `most` is None while nothing is known."""

    most: int | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is known of one key: the requests of the last window, oldest first, and the limits.

    `numbered` counts all requests so far, `under_way` those without an answer. `learnt` is a number of requests that
    a refusal taught, within `window_s`; `grows_at` is when it is trusted to be more.
    """

    sent: tuple[Sent, ...] = ()
    numbered: int = 0
    under_way: int = 0
    answered: int = 0
    requests: Limit = field(default_factory=Limit)
    tokens: Limit = field(default_factory=Limit)
    learnt: int | None = None
    window_s: float = WINDOW_S
    grows_at: float = 0.0
    held_until: float = 0.0


def wait_s(pace: Pace, tokens: int, most_under_way: int, now: float) -> float:
    """Return the seconds until a request of so many `tokens` may ask again whether it may go; 0: now."""
    held = pace.held_until - now
    if held > 0:
        return held
    if pace.under_way >= _most_under_way(pace, most_under_way):
        return POLL_S
    ones = tuple((each, 1) for each in pace.sent)
    sized = tuple((each, each.tokens) for each in pace.sent)
    return max(
        _window_wait_s(pace, now),
        _limit_wait_s(pace.requests, ones, 1, now),
        _limit_wait_s(pace.tokens, sized, tokens, now),
    )


def sent(pace: Pace, tokens: int, now: float) -> Pace:
    """Return the pace with one request more under way; its number is the new `numbered`."""
    number = pace.numbered + 1
    oldest = now - max(pace.window_s, WINDOW_S) * SLACK
    kept = tuple(each for each in pace.sent if each.at > oldest)
    this = Sent(at=now, number=number, tokens=tokens)
    return replace(pace, sent=(*kept, this), numbered=number, under_way=pace.under_way + 1)


def answered(pace: Pace, number: int, limits: RateLimits | None, now: float) -> Pace:
    """Return the pace after an answer, or a fault that is no limit; `limits` is what it told."""
    told = limits or RateLimits()
    grown = pace
    if pace.learnt is not None and now >= pace.grows_at:
        more = pace.learnt + max(1, int(pace.learnt * GROWTH))
        grown = replace(pace, learnt=more, grows_at=now + pace.window_s)
    return replace(
        grown,
        under_way=pace.under_way - 1,
        answered=pace.answered + 1,
        requests=_told(pace.requests, number, told.requests_limit, told.requests_left, told.requests_reset_s, now),
        tokens=_told(pace.tokens, number, told.tokens_limit, told.tokens_left, told.tokens_reset_s, now),
    )


def refused(pace: Pace, number: int, retry_after_s: float | None, hold_s: float, now: float) -> Pace:
    """Return the pace after the endpoint refused a request for its rate: all wait for `hold_s`, and a limit is learnt.

    `retry_after_s` is what the server asked for, where it did.
    """
    kept = tuple(each for each in pace.sent if each.number != number)
    until = max(pace.held_until, now + hold_s)
    held = replace(pace, sent=kept, under_way=pace.under_way - 1, held_until=until)
    within = [each for each in kept if each.at > now - WINDOW_S]
    if pace.requests.most is not None or len(within) < MIN_LEARNT:
        return held
    window_s = pace.window_s
    if retry_after_s is not None:
        window_s = min(max(now + retry_after_s - within[0].at, MIN_WINDOW_S), WINDOW_S)
    learnt = min(len(within), pace.learnt or len(within))
    return replace(held, learnt=learnt, window_s=window_s, grows_at=max(held.held_until, now) + window_s)


def _most_under_way(pace: Pace, most: int) -> int:
    is_told = pace.requests.most is not None or pace.tokens.most is not None
    return most if is_told else min(most, UNPROVEN + pace.answered // 4)


def _window_wait_s(pace: Pace, now: float) -> float:
    """Return the wait by what refusals taught: so many requests in any window."""
    if pace.learnt is None or pace.requests.most is not None:
        return 0.0
    span = pace.window_s * SLACK
    within = [each for each in pace.sent if each.at > now - span]
    return within[-pace.learnt].at + span - now if len(within) >= pace.learnt else 0.0


def _limit_wait_s(limit: Limit, counted: tuple[tuple[Sent, int], ...], amount: int, now: float) -> float:
    """Return the wait by what the endpoint told; what is more than all of a limit goes when all of it is left."""
    told = limit.told
    if limit.most is None or told is None:
        return 0.0
    needed = min(amount, limit.most)
    if now < told.resets_at:
        left = told.left - sum(cost for each, cost in counted if each.number > told.number)
        return 0.0 if needed <= left else told.resets_at - now
    since = max(told.resets_at, now - WINDOW_S * SLACK)
    left = limit.most - sum(cost for each, cost in counted if each.at >= since)
    return 0.0 if needed <= left else POLL_S  # an answer under way tells what is left now


def _told(  # the fields of a header
    limit: Limit, number: int, most: int | None, left: int | None, reset_s: float | None, now: float
) -> Limit:
    """Return the limit with what an answer told, unless a later request's answer told it already."""
    if most is None or left is None or most <= 0:
        return limit
    known = limit.told
    if known is not None and known.number > number and now < known.resets_at:
        return limit
    resets_at = now + (WINDOW_S if reset_s is None else reset_s)
    return Limit(most=most, told=Told(number=number, left=left, resets_at=resets_at))
