"""Tell from an event what a run is about, and whether it may read the workspace.

An event decides what is at stake. `pull_request` from a fork has no secrets and no write access, so it may read its
workspace. `pull_request_target`, `issue_comment`, `workflow_run` and a dispatch have both, and what they review may be
a stranger's: there a change is read by the host's API alone, for a clone's configuration can run programs.

Who may ask, and which fields tell a fork, is said in
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows and
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from collections.abc import Callable, Mapping

from hunkwise.core import payload as fields
from hunkwise.core import sanitise
from hunkwise.errors import UsageError
from hunkwise.model.change import Notice
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

Payload = Mapping[str, object]

ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review")
"""Activities of a pull request after which its change may be another, or is to be reviewed for the first time."""

COMMAND = "/hunkwise review"
"""The comment that asks for a review; nothing else stands in it."""

MAY_ASK = ("OWNER", "MEMBER", "COLLABORATOR")
"""Associations of people whose comment may spend money and use secrets.

https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
"""

NUMBER_INPUT = "pull-request"
"""Input of a dispatch, and of the action, that names the pull request."""


def mode(name: str, payload: Payload, policy: SkipPolicy, asked: str = "") -> Mode:
    """Return what event `name` asks for; `asked` is what the action's input names, for a dispatch.

    Never raises: a payload that can't be understood is `Unusable`.
    """
    reader = _READERS.get(name)
    if reader is None:
        supported = ", ".join(_READERS)
        return _nothing(f"nothing to do on the event {sanitise.line(name) or '(none)'}; these are read: {supported}")
    try:
        found = reader(payload, asked)
    except UsageError as error:
        return Unusable(message=error.message, hint=error.hint)
    return admitted(found, policy) if isinstance(found, Review) else found


def admitted(review: Review, policy: SkipPolicy) -> Review | Skipped:
    """Return `review`, or why configuration skips it.

    For callers that know the policy only after the host was asked. A draft wants no check: it can't be merged, and a
    neutral one would let it through in the moment between "ready for review" and its review.
    """
    subject = review.subject
    if subject is None:
        return review
    label = next((each for each in subject.labels if _matches(each, policy.labels)), None)
    if label is not None:
        return _skipped(review, f"the label {sanitise.line(label)} says so (skip_labels)", wants_check=True)
    if _matches(subject.author, policy.authors) and subject.sender.lower() == subject.author.lower():
        # another's push to a bot's branch is reviewed: it would be the way round every review
        return _skipped(review, f"its author is {sanitise.line(subject.author)} (skip_authors)", wants_check=True)
    if subject.is_draft and policy.drafts:
        return _skipped(review, "it is a draft (skip_drafts)", wants_check=False)
    return review


def _pull_request(payload: Payload, _asked: str) -> Mode:
    return _of_pull(payload, Trigger.PULL_REQUEST)


def _pull_request_target(payload: Payload, _asked: str) -> Mode:
    return _of_pull(payload, Trigger.PULL_REQUEST_TARGET)


def _of_pull(payload: Payload, trigger: Trigger) -> Mode:
    action = fields.text(payload, "action")
    if action not in ACTIONS:
        return _nothing(f"nothing to review when a pull request is {sanitise.line(action)}")
    is_fork = _is_fork(payload)
    is_plain = trigger is Trigger.PULL_REQUEST
    return Review(
        number=fields.number(payload, "pull_request", "number"),
        trigger=trigger,
        head_sha=fields.sha(payload, "pull_request", "head", "sha"),
        is_fork=is_fork,
        may_use_clone=is_plain,
        token_is_read_only=is_plain and is_fork and not _is_private(payload),
        subject=Subject(
            author=fields.text(payload, "pull_request", "user", "login"),
            sender=fields.text(payload, "sender", "login"),
            labels=fields.names(payload, "pull_request", "labels"),
            is_draft=fields.value(payload, "pull_request", "draft") is True,
        ),
    )


def _is_fork(payload: Payload) -> bool:
    """Tell by the repositories' numbers, which no rename changes; a head repository that is gone was a fork."""
    if fields.value(payload, "pull_request", "head", "repo") is None:
        return True
    head = fields.number(payload, "pull_request", "head", "repo", "id")
    return head != fields.number(payload, "pull_request", "base", "repo", "id")


def _is_private(payload: Payload) -> bool:
    """Tell whether the base is private: there alone an administrator may give forks a token that writes.

    A change by Dependabot is no such case: its token is read-only by default only, and `permissions` changes that.
    https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository
    https://docs.github.com/en/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions
    """
    return fields.value(payload, "pull_request", "base", "repo", "private") is True


def _dispatch(payload: Payload, asked: str) -> Mode:
    found = asked.strip() or fields.value(payload, "inputs", NUMBER_INPUT)
    shown = str(found).strip().removeprefix("#") if isinstance(found, str | int) else ""
    if not re.fullmatch(r"[1-9][0-9]{0,9}", shown, re.ASCII):
        what = f"{sanitise.line(shown)!r} is no number" if shown else "no number is given"
        return Unusable(
            message=f"workflow_dispatch needs a pull request, and {what}",
            hint=f"give the action the input {NUMBER_INPUT}: for example {NUMBER_INPUT}: 123",
        )
    return _by_request(int(shown), Trigger.DISPATCH)


def _comment(payload: Payload, _asked: str) -> Mode:
    if fields.value(payload, "action") != "created" or fields.value(payload, "issue", "pull_request") is None:
        return _nothing("nothing to do: this is no new comment on a pull request")
    if " ".join(str(fields.value(payload, "comment", "body")).split()) != COMMAND:
        return _nothing(f"nothing to do: the comment is not {COMMAND}")
    login = fields.text(payload, "comment", "user", "login")
    if fields.value(payload, "comment", "user", "type") != "User":
        return _nothing(f"nothing to do: {sanitise.line(login)} is a bot, and bots can't ask for a review")
    association = fields.text(payload, "comment", "author_association")
    if association not in MAY_ASK:
        return _nothing(
            f"nothing to do: {sanitise.line(login)} ({sanitise.line(association)}) may not ask for a review; "
            "owners, members and collaborators may"
        )
    return _by_request(fields.number(payload, "issue", "number"), Trigger.COMMENT)


def of_workflow_run(run: FromWorkflowRun, number: int) -> Review:
    """Return the review of pull request `number`, which the host names for the run's head."""
    return _by_request(number, Trigger.WORKFLOW_RUN, run.head_sha)


def _by_request(number: int, trigger: Trigger, head_sha: str | None = None) -> Review:
    return Review(
        number=number,
        trigger=trigger,
        head_sha=head_sha,
        is_fork=None,
        may_use_clone=False,
        token_is_read_only=False,
        subject=None,
    )


def _merge_group(payload: Payload, _asked: str) -> Mode:
    action = fields.text(payload, "action")
    if action != "checks_requested":
        return _nothing(f"nothing to do when a merge group is {sanitise.line(action)}")
    return MergeGroup(
        head_sha=fields.sha(payload, "merge_group", "head_sha"),
        base_sha=fields.sha(payload, "merge_group", "base_sha"),
        base_ref=fields.text(payload, "merge_group", "base_ref").removeprefix("refs/heads/"),
    )


def _workflow_run(payload: Payload, _asked: str) -> Mode:
    """Read a finished run of a pull request.

    Not one that is only asked for, or that waits for a maintainer's consent: the review must not run ahead of it.
    """
    if fields.text(payload, "action") != "completed":
        return _nothing("nothing to do: the workflow run is not over")
    event = fields.text(payload, "workflow_run", "event")
    if event != Trigger.PULL_REQUEST:
        return _nothing(f"nothing to do: the workflow ran for {sanitise.line(event)}, not for a pull request")
    if fields.value(payload, "workflow_run", "conclusion") == "action_required":
        return _nothing("nothing to do: the workflow run waits for a maintainer's consent")
    if fields.value(payload, "workflow_run", "head_repository") is None:
        return _nothing("nothing to do: the head repository of the workflow run is gone")
    return FromWorkflowRun(
        head_sha=fields.sha(payload, "workflow_run", "head_sha"),
        head_repo=fields.text(payload, "workflow_run", "head_repository", "full_name"),
        head_branch=fields.text(payload, "workflow_run", "head_branch"),
        actor=str(fields.value(payload, "workflow_run", "actor", "login") or ""),
    )


_READERS: Mapping[str, Callable[[Payload, str], Mode]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request_target,
    "workflow_dispatch": _dispatch,
    "issue_comment": _comment,
    "merge_group": _merge_group,
    "workflow_run": _workflow_run,
}


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether `name` is one of `patterns`; brackets are themselves, for bots carry them: `dependabot[bot]`."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), name, re.IGNORECASE | re.DOTALL)
        for pattern in patterns
    )


def _skipped(review: Review, why: str, *, wants_check: bool) -> Skipped:
    return Skipped(
        number=review.number,
        head_sha=review.head_sha,
        wants_check=wants_check,
        token_is_read_only=review.token_is_read_only,
        notice=Notice(code="skipped", text=f"pull request {review.number} is not reviewed: {why}"),
    )


def _nothing(text: str) -> Nothing:
    return Nothing(notice=Notice(code="event-ignored", text=text))
