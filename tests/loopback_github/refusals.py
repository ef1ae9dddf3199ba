"""What GitHub says when it refuses, as REST words it. Each text was seen in a public issue or stands in GitHub's docs.

https://github.com/cpp-linter/cpp-linter/pull/51 and https://github.com/parkerbxyz/suggest-changes/issues/64 (reviews),
https://github.com/mitchspano/sfdx-scan-pull-request/issues/16 (comments),
https://github.com/max-sixty/tend/pull/1171 (one pending review),
https://github.com/jmikedupont2/ai-ticket/issues/51 (a body too long),
https://github.com/github/docs/issues/35252 and https://github.com/ataylorme/eslint-annotate-action/issues/32 (checks),
https://github.com/truongnh1992/gemini-ai-code-reviewer/issues/51 (406).
"""

from collections.abc import Mapping
from typing import Any

DOCS = "https://docs.github.com/rest"
REVIEW_TEXT_BY_FAULT = {
    "line must be part of the diff": "Pull request review thread line must be part of the diff",
    "diff_hunk": "Pull request review thread diff hunk can't be blank",
    "start_line must be part of the same hunk as the line.": (
        "Pull request review thread start line must be part of the same hunk as the line."
    ),
    "start_line must precede the end line.": "Pull request review thread start line must precede the end line.",
    "path": "Path could not be resolved",
}


class RefusalError(Exception):
    """An answer that is no success; a body of text is a proxy's page."""

    def __init__(self, status: int, body: dict[str, Any] | str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def refusal(status: int, message: str, **more: Any) -> RefusalError:
    return RefusalError(status, {"message": message, **more, "documentation_url": DOCS, "status": str(status)})


def not_found() -> RefusalError:
    return refusal(404, "Not Found")


def moved(url: str) -> RefusalError:
    """Return the redirect from a former name of a repository."""
    return RefusalError(301, {"message": "Moved Permanently", "url": url, "documentation_url": DOCS}, {"Location": url})


def forbidden(message: str) -> RefusalError:
    return refusal(403, message)


def bad_credentials() -> RefusalError:
    return refusal(401, "Bad credentials")


def invalid(*errors: dict[str, Any]) -> RefusalError:
    """Return 422 with errors by field."""
    return refusal(422, "Validation Failed", errors=list(errors))


def unprocessable(*errors: str) -> RefusalError:
    """Return 422 with errors as texts, as reviews have it."""
    return refusal(422, "Unprocessable Entity", errors=list(errors))


def invalid_request(detail: str) -> RefusalError:
    """Return 422 as the check of a request's shape words it: before anything is looked at."""
    return refusal(422, f"Invalid request.\n\n{detail}")


def too_long(resource: str, limit: int) -> RefusalError:
    message = f"Body is too long (maximum is {limit} characters)"
    return invalid({"resource": resource, "code": "unprocessable", "field": "data", "message": message})


def too_large(what: str, limit: int | str) -> RefusalError:
    message = f"Sorry, the diff exceeded the maximum number of {what} ({limit})."
    if what == "files":
        message += " Consider using 'List pull requests files' API or locally cloning the repository instead."
    errors = [{"resource": "PullRequest", "field": "diff", "code": "too_large"}]
    return refusal(406, message, errors=errors)


def misplaced_in_review(faults: tuple[str, ...]) -> RefusalError:
    """Return the refusal of a whole review: it does not name the entry."""
    texts = [REVIEW_TEXT_BY_FAULT[fault] for fault in faults]
    joined = f"{', '.join(texts[:-1])}, and {texts[-1]}" if len(texts) > 2 else " and ".join(texts)
    return unprocessable(joined)


def misplaced_comment(faults: tuple[str, ...]) -> RefusalError:
    return invalid(*[_comment_fault(fault) for fault in faults])


def _comment_fault(fault: str) -> dict[str, Any]:
    resource = "PullRequestReviewComment"
    if fault in {"diff_hunk", "path"}:
        code = "missing_field" if fault == "diff_hunk" else "invalid"
        return {"resource": resource, "code": code, "field": f"pull_request_review_thread.{fault}"}
    field = f"pull_request_review_thread.{fault.split(maxsplit=1)[0]}"
    return {
        "resource": resource,
        "code": "custom",
        "field": field,
        "message": f"pull_request_review_thread.{fault}",
    }
