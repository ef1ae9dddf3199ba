"""REST: reviews and their comments. A review is all or nothing, and its refusal does not say which entry is at fault."""

from typing import Any

from loopback_github import conversation, refusals, threads
from loopback_github.calls import Call, Reply, route
from loopback_github.records import Pull, Review, ReviewComment

REPO = "/repos/{owner}/{repo}"
STATE_BY_EVENT = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
ONE_PENDING = "User can only have one pending review per pull request"


@route("GET", f"{REPO}/pulls/{{number}}/reviews")
def reviews(call: Call, number: str) -> Reply:
    call.may("read", "pull-requests")
    return call.listed(_seen(call, call.pull(number)), call.pulls.review)


def _seen(call: Call, pull: Pull) -> list[Review]:
    return [
        each for each in pull.reviews if each.state != "PENDING" or (call.token and each.author is call.token.account)
    ]


def _review(call: Call, number: str, review_id: str) -> Review:
    for each in _seen(call, call.pull(number)):
        if str(each.id) == review_id:
            return each
    raise refusals.not_found()


@route("POST", f"{REPO}/pulls/{{number}}/reviews")
def create_review(call: Call, number: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "pull-requests")
    event, body = call.field("event"), call.text("body")
    wanted = call.field("comments") or []
    _check_shape(call, event, wanted)
    if any(each.state == "PENDING" and each.author is call.who.account for each in pull.reviews):
        raise refusals.unprocessable(ONE_PENDING)
    commit = call.text("commit_id") or pull.head_sha
    comparison = conversation.comparison_at(call.state, pull, commit)
    _check_event(call, pull, event, body, wanted)
    places = []
    for each in wanted:
        found = threads.place(each, comparison)
        if isinstance(found, threads.Misplaced):
            raise refusals.misplaced_in_review(found.faults)
        if len(each["body"]) > call.limits.body or not each["body"]:
            text = f"is too long (maximum is {call.limits.body} characters)" if each["body"] else "can't be blank"
            raise refusals.unprocessable(f"Pull request review comment body {text}")
        places.append((found, str(each["body"])))
    review = conversation.start_review(call.state, pull, call.who.account, body, commit)
    for place, text in places:
        conversation.open_thread(call.state, review, place, text, at_head=commit == pull.head_sha)
    if event is not None:
        conversation.submit(call.state, review, STATE_BY_EVENT[event])
    return Reply(status=200, payload=call.pulls.review(review))


def _check_shape(call: Call, event: Any, wanted: Any) -> None:
    if event is not None and event not in STATE_BY_EVENT:
        raise refusals.unprocessable(
            f"Variable $event of type PullRequestReviewEvent was provided invalid value {event}"
        )
    if not isinstance(wanted, list):
        raise refusals.invalid_request("For 'properties/comments', it is not an array.")
    for number, each in enumerate(wanted):
        for name in ("path", "body"):
            if not isinstance(each.get(name), str):
                raise refusals.invalid_request(f"For 'items', \"{name}\" wasn't supplied. ({number})")
        if each.get("line") is None and each.get("position") is None:
            raise refusals.invalid_request('No subschema in "oneOf" matched.')
        unknown = set(each) - {"path", "body", "position", "line", "side", "start_line", "start_side"}
        if unknown:
            raise refusals.invalid_request(f'"{sorted(unknown)[0]}" is not a permitted key.')


def _check_event(call: Call, pull: Pull, event: str | None, body: str, comments: list[Any]) -> None:
    who = call.who
    if len(body) > call.limits.body:
        raise refusals.unprocessable(f"Body is too long (maximum is {call.limits.body} characters)")
    is_empty = not body.strip() and (event == "REQUEST_CHANGES" or not comments)
    if event in {"COMMENT", "REQUEST_CHANGES"} and is_empty:
        raise refusals.unprocessable("Review Can not be blank: body is required for COMMENT and REQUEST_CHANGES")
    if event == "APPROVE" and who.kind == "actions" and not call.state.actions_may_approve:
        raise refusals.unprocessable("GitHub Actions is not permitted to approve pull requests.")
    if who.account is pull.author and event in {"APPROVE", "REQUEST_CHANGES"}:
        act = "approve" if event == "APPROVE" else "request changes on"
        raise refusals.unprocessable(f"Can not {act} your own pull request")


@route("GET", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}")
def review_by_id(call: Call, number: str, review_id: str) -> Reply:
    call.may("read", "pull-requests")
    return Reply(status=200, payload=call.pulls.review(_review(call, number, review_id)))


@route("PUT", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}")
def update_review(call: Call, number: str, review_id: str) -> Reply:
    call.may("write", "pull-requests")
    found = _review(call, number, review_id)
    call.need("body")
    if found.author is not call.who.account:
        raise refusals.forbidden("Must be the author of the review.")
    if len(call.text("body")) > call.limits.body:
        raise refusals.unprocessable(f"Body is too long (maximum is {call.limits.body} characters)")
    found.body = call.text("body")
    return Reply(status=200, payload=call.pulls.review(found))


@route("DELETE", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}")
def delete_review(call: Call, number: str, review_id: str) -> Reply:
    call.may("write", "pull-requests")
    found = _review(call, number, review_id)
    if found.state != "PENDING":
        raise refusals.unprocessable("Can not delete a non-pending pull request review")
    conversation.drop_review(found)
    return Reply(status=200, payload=call.pulls.review(found))


@route("POST", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}/events")
def submit_review(call: Call, number: str, review_id: str) -> Reply:
    call.may("write", "pull-requests")
    found = _review(call, number, review_id)
    call.need("event")
    event, body = call.text("event"), call.text("body") or found.body
    if event not in STATE_BY_EVENT:
        raise refusals.unprocessable(f"{event} is not an event")
    if found.state != "PENDING":
        raise refusals.unprocessable("Can not submit a review that is already submitted")
    _check_event(call, found.pull, event, body, [*conversation.comments_of(found)])
    found.body = body
    conversation.submit(call.state, found, STATE_BY_EVENT[event])
    return Reply(status=200, payload=call.pulls.review(found))


@route("PUT", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}/dismissals")
def dismiss_review(call: Call, number: str, review_id: str) -> Reply:
    call.may("write", "pull-requests")
    call.may_push()
    found = _review(call, number, review_id)
    call.need("message")
    if found.state not in {"APPROVED", "CHANGES_REQUESTED"}:
        raise refusals.unprocessable(f"Can not dismiss a {found.state.lower()} pull request review")
    found.state = "DISMISSED"
    return Reply(status=200, payload=call.pulls.review(found))


@route("GET", f"{REPO}/pulls/{{number}}/reviews/{{review_id}}/comments")
def comments_of_review(call: Call, number: str, review_id: str) -> Reply:
    call.may("read", "pull-requests")
    found = _review(call, number, review_id)
    return call.listed([*conversation.comments_of(found)], call.pulls.review_comment)


@route("GET", f"{REPO}/pulls/{{number}}/comments")
def comments(call: Call, number: str) -> Reply:
    call.may("read", "pull-requests")
    pull = call.pull(number)
    every = [each for thread in pull.threads for each in thread.comments if each.is_published]
    return call.listed(sorted(every, key=lambda each: each.id), call.pulls.review_comment)


@route("POST", f"{REPO}/pulls/{{number}}/comments")
def create_comment(call: Call, number: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "pull-requests")
    if call.field("in_reply_to") is not None:
        return reply(call, number, str(call.field("in_reply_to")))
    call.need("body", "commit_id", "path")
    if call.field("subject_type") != "file" and call.field("line") is None and call.field("position") is None:
        raise refusals.invalid_request('No subschema in "oneOf" matched. "line" wasn\'t supplied.')
    commit = call.text("commit_id")
    comparison = conversation.comparison_at(call.state, pull, commit)
    _check_comment(call, pull)
    found = threads.place(call.body, comparison)
    if isinstance(found, threads.Misplaced):
        raise refusals.misplaced_comment(found.faults)
    review = conversation.start_review(call.state, pull, call.who.account, "", commit)
    made = conversation.open_thread(call.state, review, found, call.text("body"), at_head=commit == pull.head_sha)
    conversation.submit(call.state, review, "COMMENTED")
    return Reply(status=201, payload=call.pulls.review_comment(made))


def _check_comment(call: Call, pull: Pull) -> None:
    if any(each.state == "PENDING" and each.author is call.who.account for each in pull.reviews):
        message = "user_id can only have one pending review per pull request"
        raise refusals.invalid(
            {"resource": "PullRequestReview", "code": "custom", "field": "user_id", "message": message}
        )
    body = call.text("body")
    if not body:
        raise refusals.invalid({"resource": "PullRequestReviewComment", "code": "missing_field", "field": "body"})
    if len(body) > call.limits.body:
        raise refusals.too_long("PullRequestReviewComment", call.limits.body)


@route("POST", f"{REPO}/pulls/{{number}}/comments/{{comment_id}}/replies")
def reply(call: Call, number: str, comment_id: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "pull-requests")
    call.need("body")
    root = _comment(call, comment_id)
    if root.thread.pull is not pull:
        raise refusals.not_found()
    _check_comment(call, pull)
    review = conversation.start_review(call.state, pull, call.who.account, "", root.thread.original_commit)
    made = conversation.answer(call.state, review, root.thread, call.text("body"))
    conversation.submit(call.state, review, "COMMENTED")
    return Reply(status=201, payload=call.pulls.review_comment(made))


def _comment(call: Call, comment_id: str) -> ReviewComment:
    for each in call.state.all_review_comments():
        if str(each.id) == comment_id and each.is_published:
            return each
    raise refusals.not_found()


@route("GET", f"{REPO}/pulls/comments/{{comment_id}}")
def comment_by_id(call: Call, comment_id: str) -> Reply:
    call.may("read", "pull-requests")
    return Reply(status=200, payload=call.pulls.review_comment(_comment(call, comment_id)))


@route("PATCH", f"{REPO}/pulls/comments/{{comment_id}}")
def update_comment(call: Call, comment_id: str) -> Reply:
    found = _comment(call, comment_id)
    call.may("write", "pull-requests")
    _check_own(call, found.author.login)
    call.need("body")
    if len(call.text("body")) > call.limits.body:
        raise refusals.too_long("PullRequestReviewComment", call.limits.body)
    found.body, found.updated_at = call.text("body"), call.state.now()
    return Reply(status=200, payload=call.pulls.review_comment(found))


@route("DELETE", f"{REPO}/pulls/comments/{{comment_id}}")
def delete_comment(call: Call, comment_id: str) -> Reply:
    found = _comment(call, comment_id)
    call.may("write", "pull-requests")
    _check_own(call, found.author.login)
    conversation.drop_comment(found)
    return Reply(status=204, payload=None)


def _check_own(call: Call, login: str) -> None:
    """Let authors and those who may push change a comment; an app with the permission counts as the latter."""
    if call.who.account.login != login and call.who.kind == "user" and not call.state.may_push(call.who.account):
        raise refusals.forbidden("Must have admin rights to Repository.")
