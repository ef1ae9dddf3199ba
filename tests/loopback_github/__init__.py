"""A loopback GitHub for tests: real HTTP on 127.0.0.1, GitHub's real rules, all state in memory.

    with LoopbackGitHub("acme/shop") as github:
        github.state.account("ann", role="write")
        github.state.commit({"a.py": "one\\n"})
        pull = github.state.open_pull(head={"a.py": "two\\n"}, author="ann")
        token = github.token("actions", {"contents": "read", "pull-requests": "write", "checks": "write"})
        ... ask github.url (GITHUB_API_URL) and github.graphql_url with `token` ...
        assert github.snapshot()["pulls"][pull.number]["threads"] == [...]

Arrange: `state.commit(files, branch=)`, `state.open_pull(head=, fork_of=, association=, draft=, labels=)`,
`state.push(pull, files, force=)`, `state.add_comment(pull, account, body)`, `state.enqueue(pull)`,
`state.delete_fork(owner)`. Trees are whole: a path that is not given is not there. A file is text, bytes, or
(git mode, bytes). Records (`state.pulls[1].threads[0].resolved_by = ...`) may be changed by hand.

Tokens: `token("actions")` (REVIEWER's permissions), `token("actions", READ_ONLY)` (a fork's run), `token("user",
login="ann")` (a classic personal token), `token("app", {...}, login="reviewer")`.

Faults: `github.faults.add(faults.storm(502), faults.answer_lost(path=r"/reviews$"), faults.secondary_limit(1),
faults.at_request(lambda: github.state.push(pull, {...}), path=r"/pulls/1$", skip=1))`; see `faults`. Limits that are
dear to meet are settable: `LoopbackGitHub(limits=Limits(diff_files=2))`.

Afterwards: `github.snapshot()` is what people see, without ids and times; `github.log` holds every exchange,
`github.lines` the same as text, `github.writes` those that may have changed something; `github_conformance` holds them
against the published descriptions. `payloads` builds the files of GITHUB_EVENT_PATH.

It follows GitHub's documentation and public issue threads, never what hunkwise happens to send. Where it is coarser
than GitHub: texts of GraphQL's validation errors are graphql-core's; node ids are short; a review comment's `position`
and outdatedness follow pushes to the head, not merges into the base.
"""

from loopback_github import faults, payloads
from loopback_github.accounts import EVERYTHING, READ_ONLY, REVIEWER, Account
from loopback_github.limits import Limits
from loopback_github.log import Exchange, Request
from loopback_github.objects import Content
from loopback_github.records import Pull
from loopback_github.server import LoopbackGitHub

__all__ = [
    "EVERYTHING",
    "READ_ONLY",
    "REVIEWER",
    "Account",
    "Content",
    "Exchange",
    "Limits",
    "LoopbackGitHub",
    "Pull",
    "Request",
    "faults",
    "payloads",
]
