"""REST: the conversation of a pull request, its labels."""

from loopback_github import refusals
from loopback_github.calls import Call, Reply, route
from loopback_github.records import Comment, Label

REPO = "/repos/{owner}/{repo}"


@route("GET", f"{REPO}/issues/{{number}}")
def issue(call: Call, number: str) -> Reply:
    call.may("read", "issues", "pull-requests")
    return Reply(status=200, payload=call.pulls.issue(call.pull(number)))


@route("GET", f"{REPO}/issues/{{number}}/comments")
def comments(call: Call, number: str) -> Reply:
    call.may("read", "issues", "pull-requests")
    since = call.query.get("since", "")
    listed = [each for each in call.pull(number).comments if each.updated_at >= since]
    return call.listed(listed, call.pulls.comment)


@route("POST", f"{REPO}/issues/{{number}}/comments")
def create_comment(call: Call, number: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "issues", "pull-requests")
    body = _body(call)
    return Reply(status=201, payload=call.pulls.comment(call.state.add_comment(pull, call.who.account, body)))


def _body(call: Call) -> str:
    call.need("body")
    body = call.text("body")
    if not body.strip():
        field = {
            "resource": "IssueComment",
            "code": "unprocessable",
            "field": "data",
            "message": "Body cannot be blank",
        }
        raise refusals.invalid(field)
    if len(body) > call.limits.body:
        raise refusals.too_long("IssueComment", call.limits.body)
    return body


def _comment(call: Call, comment_id: str) -> Comment:
    for pull in call.state.pulls.values():
        for each in pull.comments:
            if str(each.id) == comment_id:
                return each
    raise refusals.not_found()


@route("GET", f"{REPO}/issues/comments/{{comment_id}}")
def comment_by_id(call: Call, comment_id: str) -> Reply:
    call.may("read", "issues", "pull-requests")
    return Reply(status=200, payload=call.pulls.comment(_comment(call, comment_id)))


@route("PATCH", f"{REPO}/issues/comments/{{comment_id}}")
def update_comment(call: Call, comment_id: str) -> Reply:
    found = _comment(call, comment_id)
    call.may("write", "issues", "pull-requests")
    _check_own(call, found)
    found.body, found.updated_at = _body(call), call.state.now()
    return Reply(status=200, payload=call.pulls.comment(found))


@route("DELETE", f"{REPO}/issues/comments/{{comment_id}}")
def delete_comment(call: Call, comment_id: str) -> Reply:
    found = _comment(call, comment_id)
    call.may("write", "issues", "pull-requests")
    _check_own(call, found)
    found.pull.comments.remove(found)
    return Reply(status=204, payload=None)


def _check_own(call: Call, comment: Comment) -> None:
    if call.who.kind == "user" and call.who.account is not comment.author and not call.state.may_push(call.who.account):
        raise refusals.forbidden("Must have admin rights to Repository.")


@route("POST", f"{REPO}/issues/comments/{{comment_id}}/reactions")
def react(call: Call, comment_id: str) -> Reply:
    _comment(call, comment_id)
    call.may("write", "issues", "pull-requests")
    made = {
        "id": call.state.next_id(),
        "node_id": "REA_1",
        "user": call.shapes.user(call.who.account),
        "content": call.text("content"),
        "created_at": call.state.now(),
    }
    return Reply(status=201, payload=made)


@route("GET", f"{REPO}/issues/{{number}}/labels")
def labels(call: Call, number: str) -> Reply:
    call.may("read", "issues", "pull-requests")
    return call.listed(call.pull(number).labels, lambda label: call.shapes.label(call.repo, label))


@route("POST", f"{REPO}/issues/{{number}}/labels")
def add_labels(call: Call, number: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "issues", "pull-requests")
    given = call.body if isinstance(call.body, list) else call.field("labels") or []
    names = [each["name"] if isinstance(each, dict) else str(each) for each in given]
    known = {label.name for label in pull.labels}
    pull.labels += [Label(id=call.state.next_id(), name=name) for name in names if name not in known]
    return Reply(status=200, payload=[call.shapes.label(call.repo, label) for label in pull.labels])


@route("DELETE", f"{REPO}/issues/{{number}}/labels/{{name}}")
def remove_label(call: Call, number: str, name: str) -> Reply:
    pull = call.pull(number)
    call.may("write", "issues", "pull-requests")
    kept = [label for label in pull.labels if label.name != name]
    if len(kept) == len(pull.labels):
        raise refusals.refusal(404, "Label does not exist")
    pull.labels[:] = kept
    return Reply(status=200, payload=[call.shapes.label(call.repo, label) for label in kept])
