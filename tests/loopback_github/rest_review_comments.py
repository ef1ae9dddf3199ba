"""REST: comments on lines and files, outside of reviews; each makes a review of its own."""

from loopback_github import conversation, refusals, threads
from loopback_github.calls import Call, Reply, route
from loopback_github.records import Pull, ReviewComment

REPO = "/repos/{owner}/{repo}"


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
    found = threads.place(call.body, comparison, call.limits.hidden_lines)
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
