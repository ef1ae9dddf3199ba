"""How fast a key of a model may be asked: pure arithmetic over values.

Where the endpoint says what is left of its limits, that counts. Where it says nothing, a refusal teaches: what was
admitted within a window is what the window holds. Nothing here waits; the answer is the seconds to wait.
"""

from collections.abc import Sequence
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

GROWTH = 0.05
"""Share by which a limit that was only learnt grows after as many windows without a refusal as `calm_windows` says."""

MAX_CALM_WINDOWS = 16
"""The longest that a learnt limit is left as it is: every refusal after the first doubles the windows up to here."""

POLL_S = 0.1
"""Seconds after which a request asks again that waits for others to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that counts against a limit: when it was sent and when it ended, its number, its tokens."""

    at: float
    number: int
    tokens: int
    ended_at: float | None = None


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
    window_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is known of one key: the requests of the last window, oldest first, and the limits.

    `numbered` counts all requests so far, `under_way` those without an answer. `learnt` is a number of requests that
    a refusal taught, within `window_s`; `grows_at` is when it is trusted to be more, `calm_windows` after a refusal: to
    try is to be refused where nothing has changed, so it is tried ever more rarely. `requests_a_minute`
    and `tokens_a_minute` are limits that we set ourselves.
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
    calm_windows: int = 1
    held_until: float = 0.0
    requests_a_minute: int | None = None
    tokens_a_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How long nobody asks after a refusal, and whether the server asked for that or it is our own guess."""

    seconds: float
    was_asked: bool


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
        _learnt_wait_s(pace, now),
        _own_wait_s(pace.requests_a_minute, ones, 1, now),
        _own_wait_s(pace.tokens_a_minute, sized, tokens, now),
        _limit_wait_s(pace.requests, ones, 1, now),
        _limit_wait_s(pace.tokens, sized, tokens, now),
    )


def sent(pace: Pace, tokens: int, now: float) -> Pace:
    """Return the pace with one request more under way; its number is the new `numbered`."""
    number = pace.numbered + 1
    oldest = now - WINDOW_S * SLACK
    kept = tuple(each for each in pace.sent if each.ended_at is None or each.ended_at > oldest)
    this = Sent(at=now, number=number, tokens=tokens)
    return replace(pace, sent=(*kept, this), numbered=number, under_way=pace.under_way + 1)


def answered(pace: Pace, number: int, limits: RateLimits | None, now: float) -> Pace:
    """Return the pace after an answer, or a fault that is no limit; `limits` is what it told."""
    sent = tuple(replace(each, ended_at=now) if each.number == number else each for each in pace.sent)
    told = _told_by(replace(pace, sent=sent), number, limits, now)
    grown = replace(told, under_way=pace.under_way - 1, answered=pace.answered + 1)
    if pace.learnt is None or now < pace.grows_at:
        return grown
    more = pace.learnt + max(1, int(pace.learnt * GROWTH))
    return replace(grown, learnt=more, grows_at=now + pace.window_s * pace.calm_windows)


def refused(pace: Pace, number: int, limits: RateLimits | None, hold: Hold, now: float) -> Pace:
    """Return the pace after the endpoint refused a request for its rate: all others wait, and a limit is learnt."""
    kept = tuple(each for each in pace.sent if each.number != number)
    until = max(pace.held_until, now + hold.seconds)
    told = _told_by(replace(pace, sent=kept), number, limits, now)
    if hold.was_asked:  # who is told when to come again need not wait until all of a limit is whole
        told = replace(told, requests=_again_at(told.requests, until), tokens=_again_at(told.tokens, until))
    held = replace(told, under_way=pace.under_way - 1, held_until=until)
    within = [each for each in kept if each.at > now - WINDOW_S]
    if held.requests.most is not None or len(within) < MIN_LEARNT:
        return held
    window_s = _window_s(pace, within[0], hold, now)
    calm = 1 if pace.learnt is None else min(2 * pace.calm_windows, MAX_CALM_WINDOWS)
    learnt = min(len(within), pace.learnt or len(within))
    return replace(held, learnt=learnt, window_s=window_s, grows_at=until + window_s * calm, calm_windows=calm)


def _window_s(pace: Pace, oldest: Sent, hold: Hold, now: float) -> float:
    """Return the window that a refusal shows: the server says when the first request of it counts no more.

    Where requests come late the first one is not always known; so of two figures the longer one counts.
    """
    if not hold.was_asked:
        return pace.window_s
    shown = min(max(now + hold.seconds - oldest.at, MIN_WINDOW_S), WINDOW_S)
    return shown if pace.learnt is None else max(shown, pace.window_s)


def _again_at(limit: Limit, until: float) -> Limit:
    told = limit.told
    return limit if told is None else replace(limit, told=replace(told, resets_at=min(told.resets_at, until)))


def _most_under_way(pace: Pace, most: int) -> int:
    is_told = pace.requests.most is not None or pace.tokens.most is not None
    return most if is_told else min(most, UNPROVEN + pace.answered // 4)


def _learnt_wait_s(pace: Pace, now: float) -> float:
    """Return the wait by what refusals taught: so many requests in any window."""
    if pace.learnt is None or pace.requests.most is not None:
        return 0.0
    return _span_wait_s([(each, 1) for each in pace.sent], pace.learnt - 1, pace.window_s * SLACK, now)


def _own_wait_s(most: int | None, counted: Sequence[tuple[Sent, int]], amount: int, now: float) -> float:
    """Return the wait by a limit of our own; what is more than all of it goes alone."""
    if most is None:
        return 0.0
    return _span_wait_s(counted, most - min(amount, most), WINDOW_S, now)


def _limit_wait_s(limit: Limit, counted: Sequence[tuple[Sent, int]], amount: int, now: float) -> float:
    """Return the wait by what the endpoint told; what is more than all of a limit goes when all of it is left.

    When the limit should be whole again, some endpoints mean that the first part of it is. So what ended within the
    last window counts until an answer tells better.
    """
    told = limit.told
    if limit.most is None or told is None:
        return 0.0
    needed = min(amount, limit.most)
    if now < told.resets_at:
        left = told.left - sum(cost for each, cost in counted if each.number > told.number)
        return 0.0 if needed <= left else told.resets_at - now
    return _span_wait_s(counted, limit.most - needed, limit.window_s * SLACK, now)


def _span_wait_s(counted: Sequence[tuple[Sent, int]], room: int, span_s: float, now: float) -> float:
    """Return the wait until no more than `room` is used within the last `span_s`.

    A request counts from its end on: the server counted it at some time before.
    """
    for each, cost in sorted(counted, key=lambda item: -_ended_at(item[0], now)):
        if _ended_at(each, now) <= now - span_s:
            return 0.0
        room -= cost
        if room < 0:
            return POLL_S if each.ended_at is None else each.ended_at + span_s - now
    return 0.0


def _ended_at(each: Sent, now: float) -> float:
    return now if each.ended_at is None else each.ended_at


def _told_by(pace: Pace, number: int, limits: RateLimits | None, now: float) -> Pace:
    """Return the pace with what the answer to request `number` told of both limits."""
    if limits is None:
        return pace
    requests = (limits.requests_limit, limits.requests_left, limits.requests_reset_s)
    tokens = (limits.tokens_limit, limits.tokens_left, limits.tokens_reset_s)
    ones = [(each, 1) for each in pace.sent]
    sized = [(each, each.tokens) for each in pace.sent]
    return replace(
        pace,
        requests=_told(pace.requests, ones, number, requests, now),
        tokens=_told(pace.tokens, sized, number, tokens, now),
    )


def _told(
    limit: Limit,
    counted: Sequence[tuple[Sent, int]],
    number: int,
    said: tuple[int | None, int | None, float | None],
    now: float,
) -> Limit:
    """Return the limit with what was said of it.

    Requests overtake each other on their way: of two answers within one window, that one counts which leaves less.
    """
    most, left, reset_s = said
    if most is None or left is None or most <= 0:
        return limit
    span = WINDOW_S if reset_s is None else reset_s
    told = Told(number=number, left=left, resets_at=now + span)
    known = limit.told
    if known is not None and now < known.resets_at:
        if known.number > number:
            told = replace(known, left=min(known.left, left))
        else:
            between = sum(cost for each, cost in counted if known.number < each.number <= number)
            told = replace(told, left=min(known.left - between, left))
    return Limit(most=most, told=told, window_s=max(limit.window_s, min(span, WINDOW_S)))
