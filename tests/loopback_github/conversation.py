"""What REST and GraphQL alike do to reviews and threads."""

from collections.abc import Iterator
from typing import cast

from loopback_github import refusals
from loopback_github.accounts import Account
from loopback_github.comparison import Comparison
from loopback_github.records import Pull, Review, ReviewComment, ReviewState, Thread
from loopback_github.state import State
from loopback_github.threads import Place


def comparison_at(state: State, pull: Pull, commit: str) -> Comparison:
    """Return what the pull request changes up to `commit`, which must be one of its own."""
    if commit == pull.head_sha:
        return state.comparison(pull)
    own = {
        each.sha for head in (pull.head_sha, *pull.past_heads) for each in state.objects.between(pull.base_sha, head)
    }
    if commit not in own:
        message = "commit_id is not part of the pull request"
        field = {"resource": "PullRequestReview", "field": "commit_id", "code": "custom", "message": message}
        raise refusals.invalid(field)
    return state.objects.since_merge_base(pull.base_sha, commit)


def start_review(state: State, pull: Pull, author: Account, body: str, commit: str) -> Review:
    made = Review(
        id=state.next_id(),
        author=author,
        pull=pull,
        state="PENDING",
        body=body,
        commit=commit,
        submitted_at=None,
    )
    pull.reviews.append(made)
    return made


def submit(state: State, review: Review, outcome: str) -> None:
    review.state = cast("ReviewState", outcome)
    review.submitted_at = review.pull.updated_at = state.now()


def open_thread(state: State, review: Review, place: Place, body: str, *, at_head: bool) -> ReviewComment:
    """Open a thread; on a commit that is not the head it counts as outdated."""
    is_line = place.subject == "LINE"
    thread = Thread(
        id=state.next_id(),
        pull=review.pull,
        path=place.path,
        subject=place.subject,
        side=place.side,
        line=place.line if at_head else None,
        start_line=place.start_line if at_head else None,
        start_side=place.start_side,
        original_line=place.line,
        original_start_line=place.start_line,
        original_commit=review.commit,
        diff_hunk=place.diff_hunk,
        position=place.position if at_head else None,
        original_position=place.position or 1,
        outdated=is_line and not at_head,
    )
    review.pull.threads.append(thread)
    return answer(state, review, thread, body)


def answer(state: State, review: Review, thread: Thread, body: str) -> ReviewComment:
    at = state.now()
    made = ReviewComment(
        id=state.next_id(),
        author=review.author,
        body=body,
        review=review,
        thread=thread,
        created_at=at,
        updated_at=at,
    )
    thread.comments.append(made)
    return made


def comments_of(review: Review) -> Iterator[ReviewComment]:
    for thread in review.pull.threads:
        yield from (each for each in thread.comments if each.review is review)


def drop_review(review: Review) -> None:
    for comment in [*comments_of(review)]:
        drop_comment(comment)
    if review in review.pull.reviews:
        review.pull.reviews.remove(review)


def drop_comment(comment: ReviewComment) -> None:
    """Delete a comment; a thread without comments is gone, and so is a bodiless review without comments."""
    thread = comment.thread
    thread.comments.remove(comment)
    if not thread.comments:
        thread.pull.threads.remove(thread)
    review = comment.review
    if not review.body and review in review.pull.reviews and not any(comments_of(review)):
        review.pull.reviews.remove(review)
