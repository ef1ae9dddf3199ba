"""REST: reviews. One is taken whole or not at all, and its refusal does not say which entry is at fault."""

from typing import Any

from loopback_github import conversation, refusals, threads
from loopback_github.calls import Call, Reply, route
from loopback_github.records import Pull, Review

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
    _check_shape(event, wanted)
    if any(each.state == "PENDING" and each.author is call.who.account for each in pull.reviews):
        raise refusals.unprocessable(ONE_PENDING)
    commit = call.text("commit_id") or pull.head_sha
    comparison = conversation.comparison_at(call.state, pull, commit)
    _check_event(call, pull, event, body)
    places = []
    for each in wanted:
        found = threads.place(each, comparison, call.limits.hidden_lines)
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


def _check_shape(event: Any, wanted: Any) -> None:
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
            raise refusals.invalid_request(f'"{min(unknown)}" is not a permitted key.')


def _check_event(call: Call, pull: Pull, event: str | None, body: str) -> None:
    who = call.who
    if len(body) > call.limits.body:
        raise refusals.unprocessable(f"Body is too long (maximum is {call.limits.body} characters)")
    if event in {"COMMENT", "REQUEST_CHANGES"} and not body.strip():
        raise refusals.unprocessable("Review body can't be blank")
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
    _check_event(call, found.pull, event, body)
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
