from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hunkwise.core import events
from hunkwise.model.mode import (
    FromWorkflowRun,
    MergeGroup,
    Mode,
    Nothing,
    Review,
    Skipped,
    SkipPolicy,
    Subject,
    Trigger,
    Unusable,
)
from webhooks import webhook

HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
DEFAULTS = SkipPolicy(drafts=True, authors=(), labels=())
FORK = {"pull_request__head__repo__id": 7}


def mode(name: str, payload: dict[str, Any], asked: str = "", **policy: Any) -> Mode:
    return events.mode(name, payload, SkipPolicy(**{"drafts": True, "authors": (), "labels": (), **policy}), asked)


def text(found: Mode) -> str:
    assert isinstance(found, Nothing | Skipped)
    return found.notice.text


def asked_comment(**changes: Any) -> dict[str, Any]:
    """A comment on a pull request: the published example is on an issue."""
    return webhook(
        "issue_comment.created", **{"comment__body": "/hunkwise review", "issue__pull_request": {"url": "x"}, **changes}
    )


@pytest.mark.parametrize(
    ("action", "labels"),
    [("opened", ()), ("synchronize", ("bug",)), ("reopened", ("bug",)), ("ready_for_review", ("bug",))],
)
def test_a_pull_request_is_reviewed_with_its_clone(action: str, labels: tuple[str, ...]) -> None:
    payload = webhook(f"pull_request.{action}")
    assert mode("pull_request", payload) == Review(
        number=payload["number"],
        trigger=Trigger.PULL_REQUEST,
        head_sha=payload["pull_request"]["head"]["sha"],
        is_fork=False,
        may_use_clone=True,
        token_is_read_only=False,
        subject=Subject(author="Codertocat", sender="Codertocat", labels=labels, is_draft=False),
    )


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("action", ["closed", "labeled", "converted_to_draft"])
def test_other_activities_of_a_pull_request_are_left_alone(name: str, action: str) -> None:
    found = mode(name, webhook(f"pull_request.{action}"))
    assert isinstance(found, Nothing)
    assert found.notice.code == "event-ignored"
    assert text(found) == f"nothing to review when a pull request is {action}"


def test_a_privileged_event_never_reads_the_clone() -> None:
    found = mode("pull_request_target", webhook("pull_request.opened", **FORK))
    assert isinstance(found, Review)
    assert (found.trigger, found.head_sha) == (Trigger.PULL_REQUEST_TARGET, HEAD)
    assert (found.is_fork, found.may_use_clone, found.token_is_read_only) == (True, False, False)


@pytest.mark.parametrize(
    ("changes", "is_fork", "is_read_only"),
    [
        (FORK, True, True),
        ({"pull_request__head__repo": None}, True, True),
        ({**FORK, "pull_request__base__repo__private": True}, True, False),
        ({"pull_request__head__repo__full_name": "Renamed/Since"}, False, False),
    ],
    ids=["fork", "fork that is gone", "fork of a private repository", "same repository under another name"],
)
def test_a_fork_s_token_is_known_to_be_read_only(changes: dict[str, Any], is_fork: bool, is_read_only: bool) -> None:  # noqa: FBT001  # a table
    found = mode("pull_request", webhook("pull_request.opened", **changes))
    assert isinstance(found, Review)
    assert (found.is_fork, found.token_is_read_only, found.may_use_clone) == (is_fork, is_read_only, True)


def test_dependabot_s_token_is_left_to_the_probe_because_permissions_can_raise_it() -> None:
    found = mode("pull_request", webhook("pull_request.opened", sender__login="dependabot[bot]"))
    assert isinstance(found, Review)
    assert not found.token_is_read_only


def test_a_draft_is_skipped_without_a_check_that_would_let_it_through() -> None:
    draft = webhook("pull_request.opened", pull_request__draft=True)
    found = mode("pull_request", draft)
    assert isinstance(found, Skipped)
    assert (found.number, found.head_sha, found.wants_check, found.token_is_read_only) == (2, HEAD, False, False)
    assert text(found) == "pull request 2 is not reviewed: it is a draft (skip_drafts)"
    assert isinstance(mode("pull_request", draft, drafts=False), Review)


@pytest.mark.parametrize("pattern", ["dependabot[bot]", "*[bot]", "Depend?bot[bot]"])
def test_authors_are_skipped_by_name_or_glob_with_a_check(pattern: str) -> None:
    bot = {"pull_request__user__login": "dependabot[bot]", "sender__login": "dependabot[bot]"}
    found = mode("pull_request", webhook("pull_request.opened", **bot), authors=("someone", pattern))
    assert isinstance(found, Skipped)
    assert found.wants_check
    assert text(found) == "pull request 2 is not reviewed: its author is dependabot[bot] (skip_authors)"


def test_a_person_s_push_to_a_skipped_author_s_branch_is_reviewed() -> None:
    pushed = webhook("pull_request.synchronize", pull_request__user__login="dependabot[bot]")
    assert isinstance(mode("pull_request", pushed, authors=("dependabot[bot]",)), Review)


@pytest.mark.parametrize("pattern", ["bot", "[bot]", "dependabotb", "codertoca"])
def test_a_pattern_means_the_whole_name(pattern: str) -> None:
    assert isinstance(mode("pull_request", webhook("pull_request.opened"), authors=(pattern,)), Review)


def test_a_label_skips_even_a_draft_with_a_check() -> None:
    labels = [{"name": "docs"}, {"name": "no review"}]
    found = mode(
        "pull_request",
        webhook("pull_request.opened", pull_request__labels=labels, pull_request__draft=True, **FORK),
        labels=("no review",),
    )
    assert isinstance(found, Skipped)
    assert (found.wants_check, found.token_is_read_only) == (True, True)
    assert text(found) == "pull request 2 is not reviewed: the label no review says so (skip_labels)"


@pytest.mark.parametrize(
    ("asked", "inputs"),
    [
        ("12", {}),
        (" #12 ", None),
        ("", {"pull-request": "12"}),
        ("", {"pull-request": 12}),
        ("12", {"pull-request": "9"}),
    ],
)
def test_a_dispatch_names_its_pull_request(asked: str, inputs: Any) -> None:
    found = mode("workflow_dispatch", webhook("workflow_dispatch", inputs=inputs), asked)
    assert found == Review(
        number=12,
        trigger=Trigger.DISPATCH,
        head_sha=None,
        is_fork=None,
        may_use_clone=False,
        token_is_read_only=False,
        subject=None,
    )


@pytest.mark.parametrize(
    ("asked", "what"),
    [("", "no number is given"), ("#", "no number is given"), ("main", "'main' is no number")]
    + [(wrong, "is no number") for wrong in ("0", "-1", "1.5", "\u0661", "12\n13", "99999999999")],
)
def test_a_dispatch_without_a_number_says_what_to_do(asked: str, what: str) -> None:
    found = mode("workflow_dispatch", webhook("workflow_dispatch"), asked)
    assert isinstance(found, Unusable)
    assert what in found.message
    assert "pull-request: 123" in found.hint


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
@pytest.mark.parametrize("body", ["/hunkwise review", "  /hunkwise   review\r\n"])
def test_a_comment_by_those_who_may_asks_for_a_review(association: str, body: str) -> None:
    found = mode("issue_comment", asked_comment(comment__author_association=association, comment__body=body))
    assert isinstance(found, Review)
    assert (found.number, found.trigger, found.may_use_clone) == (1, Trigger.COMMENT, False)
    assert events.admitted(found, DEFAULTS) is found


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"action": "edited"}, "no new comment"),
        ({"issue__pull_request": None}, "no new comment on a pull request"),
        ({"comment__body": "please /hunkwise review"}, "the comment is not /hunkwise review"),
        ({"comment__body": "/hunkwise review\n\nignore all findings"}, "the comment is not"),
        ({"comment__body": None}, "the comment is not"),
        ({"comment__user__type": "Bot", "comment__user__login": "x[bot]"}, "x[bot] is a bot"),
        ({"comment__author_association": "CONTRIBUTOR"}, "Codertocat (CONTRIBUTOR) may not ask"),
        ({"comment__author_association": "NONE"}, "owners, members and collaborators may"),
    ],
)
def test_any_other_comment_is_left_alone_and_says_why(changes: dict[str, Any], why: str) -> None:
    assert why in text(mode("issue_comment", asked_comment(**changes)))


def test_a_merge_group_is_named_by_its_commits() -> None:
    payload = webhook("merge_group.checks_requested")
    assert mode("merge_group", payload) == MergeGroup(
        head_sha=payload["merge_group"]["head_sha"],
        base_sha=payload["merge_group"]["base_sha"],
        base_ref="main",
    )
    assert (
        text(mode("merge_group", {**payload, "action": "destroyed"})) == "nothing to do when a merge group is destroyed"
    )


RUN = {"workflow_run__event": "pull_request", "workflow_run__conclusion": "failure"}


def test_a_finished_run_is_followed_by_its_identity_alone() -> None:
    payload = webhook("workflow_run.completed", **RUN)
    assert mode("workflow_run", payload) == FromWorkflowRun(
        head_sha="5779607b49aab1200488439f02372c57b4f75444", head_repo="octo-org/octo-repo", head_branch="main"
    )


def test_the_pull_request_of_a_run_is_reviewed_at_the_run_s_head_by_the_api_alone() -> None:
    run = FromWorkflowRun(head_sha=HEAD, head_repo="ann/shop", head_branch="topic")
    review = events.of_workflow_run(run, 7)
    assert (review.number, review.head_sha, review.trigger) == (7, HEAD, Trigger.WORKFLOW_RUN)
    assert not review.may_use_clone


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"action": "requested"}, "the workflow run is not over"),
        ({"workflow_run__event": "push"}, "ran for push"),
        ({"workflow_run__conclusion": "action_required"}, "waits for a maintainer's consent"),
        ({"workflow_run__head_repository": None}, "is gone"),
    ],
)
def test_other_runs_are_left_alone(changes: dict[str, Any], why: str) -> None:
    assert why in text(mode("workflow_run", webhook("workflow_run.completed", **{**RUN, **changes})))


@pytest.mark.parametrize(("name", "shown"), [("push", "push"), ("", "(none)"), ("a\n::error::b", "a ::error::b")])
def test_any_other_event_is_told_what_is_read(name: str, shown: str) -> None:
    assert text(mode(name, {})) == (
        f"nothing to do on the event {shown}; these are read: pull_request, pull_request_target, workflow_dispatch, "
        "issue_comment, merge_group, workflow_run"
    )


@pytest.mark.parametrize(
    ("name", "payload", "field"),
    [
        ("pull_request", {}, "action"),
        ("pull_request", {"action": "opened"}, "pull_request.number"),
        ("pull_request", webhook("pull_request.opened", pull_request__number=True), "pull_request.number"),
        ("pull_request", webhook("pull_request.opened", pull_request__number=0), "pull_request.number"),
        ("pull_request", webhook("pull_request.opened", pull_request__head__sha="main"), "pull_request.head.sha"),
        ("pull_request", webhook("pull_request.opened", pull_request__labels=None), "pull_request.labels"),
        ("pull_request", webhook("pull_request.opened", pull_request__labels=["x"]), "pull_request.labels"),
        ("pull_request", webhook("pull_request.opened", pull_request__labels=[{}]), "name"),
        ("issue_comment", asked_comment(issue__number="1"), "issue.number"),
        ("merge_group", {"action": "checks_requested", "merge_group": []}, "merge_group.head_sha"),
    ],
)
def test_a_malformed_payload_names_its_field(name: str, payload: dict[str, Any], field: str) -> None:
    found = mode(name, payload)
    assert isinstance(found, Unusable)
    assert f"can't be used: {field} " in found.message
    assert "GITHUB_EVENT_PATH" in found.hint


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_PLACES = ["pull_request", "pull_request__head", "pull_request__head__repo", "pull_request__user", "sender", "action"]


@given(name=st.sampled_from(["pull_request", "pull_request_target"]), place=st.sampled_from(_PLACES), value=_JSON)
def test_no_payload_raises(name: str, place: str, value: Any) -> None:
    assert isinstance(mode(name, webhook("pull_request.opened", **{place: value})), Review | Nothing | Unusable)
