from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import pacing
from hunkwise.core.pacing import POLL_S, SLACK, WINDOW_S, Hold, Pace
from hunkwise.model.chat import RateLimits


def sent(times: int, pace: Pace | None = None, now: float = 0.0, tokens: int = 10) -> Pace:
    pace = pace or Pace()
    for _ in range(times):
        pace = pacing.sent(pace, tokens, now)
    return pace


def answered(pace: Pace, *numbers: int, limits: RateLimits | None = None, now: float = 0.0) -> Pace:
    for number in numbers:
        pace = pacing.answered(pace, number, limits, now)
    return pace


def requests(left: int, most: int = 20, reset_s: float | None = 30.0) -> RateLimits:
    return RateLimits(requests_limit=most, requests_left=left, requests_reset_s=reset_s)


def wait(pace: Pace, now: float = 0.0, tokens: int = 10, most: int = 64) -> float:
    return pacing.wait_s(pace, tokens, most, now)


def test_nobody_waits_where_nothing_is_known() -> None:
    assert wait(Pace()) == 0


def test_until_an_endpoint_has_told_its_limits_few_are_under_way() -> None:
    assert wait(sent(15)) == 0
    assert wait(sent(16)) == POLL_S
    assert wait(answered(sent(20), 1, 2, 3, 4)) == 0
    assert wait(answered(sent(21), 1, 2, 3, 4)) == POLL_S
    assert wait(answered(sent(30), 1, limits=requests(19, most=900))) == 30.0
    assert wait(answered(sent(30), 1, limits=requests(500, most=900))) == 0
    assert wait(sent(3), most=3) == POLL_S


def test_what_is_left_counts_less_what_was_sent_since() -> None:
    pace = answered(sent(4), 2, limits=requests(3))
    assert wait(pace) == 0
    assert wait(sent(1, pace)) == 30.0
    assert wait(sent(1, pace), now=10.0) == 20.0


def test_of_two_answers_that_overtake_each_other_the_one_that_leaves_less_counts() -> None:
    late = answered(answered(sent(2), 2, limits=requests(5)), 1, limits=requests(1))
    early = answered(answered(sent(2), 1, limits=requests(1)), 2, limits=requests(5))
    assert wait(late) == 0
    assert wait(sent(1, late)) == 30.0
    assert wait(early) == 30.0, "one was left, and one was sent since"


def test_when_it_is_whole_again_all_of_it_may_go_and_no_more_before_an_answer_tells() -> None:
    pace = answered(sent(1), 1, limits=requests(0, most=2, reset_s=30.0))
    assert wait(pace, now=29.0) == 1.0
    again = sent(1, pace, now=60.0)
    assert wait(again, now=60.0) == 0
    assert wait(sent(1, again, now=60.0), now=60.0) == POLL_S
    done = answered(sent(1, again, now=60.0), 2, 3, now=61.0)
    assert wait(done, now=70.0) == 61.0 + 30.0 * SLACK - 70.0


def test_a_later_window_replaces_what_an_earlier_one_told() -> None:
    pace = answered(sent(1), 1, limits=requests(0))
    assert wait(answered(sent(1, pace, now=40.0), 2, limits=requests(9), now=41.0), now=41.0) == 0


def test_tokens_are_counted_as_requests_are_and_one_too_large_goes_alone() -> None:
    told = RateLimits(tokens_limit=100, tokens_left=50, tokens_reset_s=None)
    pace = answered(sent(1), 1, limits=told)
    assert wait(pace, tokens=50) == 0
    assert wait(pace, tokens=51) == WINDOW_S
    full = answered(sent(1), 1, limits=RateLimits(tokens_limit=100, tokens_left=100, tokens_reset_s=1.0))
    assert wait(full, tokens=500) == 0


def test_figures_that_make_no_sense_are_not_believed() -> None:
    for limits in (RateLimits(requests_limit=0, requests_left=0), RateLimits(requests_limit=5), RateLimits()):
        assert wait(answered(sent(1), 1, limits=limits)) == 0


def refused(pace: Pace, number: int, now: float, seconds: float = 1.0, *, was_asked: bool = False) -> Pace:
    return pacing.refused(pace, number, None, Hold(seconds=seconds, was_asked=was_asked), now)


def test_a_refusal_holds_all_and_teaches_what_a_window_admits() -> None:
    pace = refused(answered(sent(5), 1, 2, 3, 4), 5, now=2.0)
    assert wait(pace, now=2.0) == 1.0
    assert wait(pace, now=3.0) == WINDOW_S * SLACK - 3.0
    assert wait(pace, now=WINDOW_S * SLACK) == 0


def test_requests_under_way_count_until_they_are_refused_too() -> None:
    pace = refused(answered(sent(6), 1, 2, 3), 5, now=2.0)
    assert pace.learnt == 5
    assert refused(refused(pace, 6, now=2.0), 4, now=2.0).learnt == 3
    assert wait(pace, now=4.0) == WINDOW_S * SLACK - 4.0
    assert wait(refused(sent(6), 6, now=2.0), now=4.0) == POLL_S, "nobody knows when a request ends"


def test_a_span_that_the_server_names_is_the_window() -> None:
    pace = refused(answered(sent(5), 1, 2, 3, 4), 5, now=2.0, seconds=8.0, was_asked=True)
    assert pace.window_s == 10.0
    assert wait(pace, now=10.0) == 10.0 * SLACK - 10.0


def test_a_refusal_after_hardly_any_request_teaches_nothing() -> None:
    assert refused(sent(3), 3, now=0.0).learnt is None


def test_a_refusal_of_an_endpoint_that_tells_its_limits_teaches_nothing_else() -> None:
    pace = pacing.refused(sent(5), 5, requests(0), Hold(seconds=1.0, was_asked=False), 0.0)
    assert pace.learnt is None
    assert wait(pace, now=1.0) == 29.0


def test_who_is_told_when_to_come_again_does_not_wait_until_all_is_whole() -> None:
    told = RateLimits(tokens_limit=900, tokens_left=0, tokens_reset_s=360.0)
    asked = pacing.refused(sent(1), 1, told, Hold(seconds=1.0, was_asked=True), 0.0)
    guessed = pacing.refused(sent(1), 1, told, Hold(seconds=1.0, was_asked=False), 0.0)
    assert (wait(asked), wait(asked, now=1.0), wait(guessed, now=1.0)) == (1.0, 0, 359.0)


def test_limits_of_our_own_hold_where_nothing_is_told() -> None:
    few = answered(sent(2, Pace(requests_a_minute=2)), 1, 2, now=3.0)
    assert (wait(few, now=3.0), wait(few, now=63.0)) == (60.0, 0)
    small = answered(sent(1, Pace(tokens_a_minute=100), tokens=60), 1, now=3.0)
    assert (wait(small, tokens=40, now=3.0), wait(small, tokens=41, now=3.0)) == (0, 60.0)
    assert wait(small, tokens=500, now=63.0) == 0, "one too large goes alone"


def test_what_was_learnt_grows_after_a_window_without_a_refusal() -> None:
    pace = refused(answered(sent(5), 1, 2, 3, 4), 5, now=0.0)
    assert answered(sent(1, pace, now=60.9), 6, now=60.9).learnt == 4
    assert answered(sent(1, pace, now=61.0), 6, now=61.0).learnt == 5


def test_what_was_learnt_is_tried_ever_more_rarely_where_trying_is_refused() -> None:
    pace = refused(answered(sent(5), 1, 2, 3, 4), 5, now=0.0)
    grown = answered(sent(1, pace, now=61.0), 6, now=61.0)
    again = refused(answered(sent(5, grown, now=130.0), 7, 8, 9, 10, now=130.0), 11, now=130.0)
    assert (grown.learnt, again.learnt) == (5, 4)
    assert answered(sent(1, again, now=250.9), 12, now=250.9).learnt == 4
    assert answered(sent(1, again, now=251.0), 12, now=251.0).learnt == 5


def test_of_two_windows_that_a_server_shows_the_longer_one_counts() -> None:
    first = refused(answered(sent(5), 1, 2, 3, 4), 5, now=2.0, seconds=38.0, was_asked=True)
    late = refused(answered(sent(5, first, now=70.0), 6, 7, 8, 9, now=70.0), 10, now=75.0, seconds=5.0, was_asked=True)
    later = refused(
        answered(sent(5, first, now=70.0), 6, 7, 8, 9, now=70.0), 10, now=75.0, seconds=45.0, was_asked=True
    )
    assert [each.window_s for each in (first, late, later)] == [40.0, 40.0, 50.0]


def test_what_is_long_over_is_forgotten() -> None:
    assert len(sent(1, answered(sent(9), *range(1, 10)), now=64.0).sent) == 1


@given(
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 30), st.floats(1, 90)), max_size=40),
    st.integers(1, 64),
)
def test_a_wait_is_never_negative_and_nothing_that_was_told_is_overdrawn(
    steps: list[tuple[float, int, float]], most: int
) -> None:
    pace, now = Pace(), 0.0
    for passed, left, reset_s in steps:
        now += passed
        waits = pacing.wait_s(pace, 10, most, now)
        assert waits >= 0
        if waits == 0:
            pace = pacing.sent(pace, 10, now)
            pace = pacing.answered(pace, pace.numbered, requests(left, reset_s=reset_s), now)
            if left == 0:
                assert pacing.wait_s(pace, 10, most, now) > 0
