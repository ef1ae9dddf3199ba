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
`state.close(pull, merge=)`, `state.delete_fork(owner)`, `state.rename(name)`, `state.add_artifact(run, name, files,
head_sha=)`, `state.actions_may_approve = True`. Trees are whole: a path that is not given is not there. A file is text,
bytes, or (git mode, bytes); annotate a tree of several kinds as `dict[str, Content]`. Records may be changed by hand
(`state.pulls[1].threads[0].resolved_by = state.account("ann")`).

Tokens: `token("actions")` has REVIEWER's permissions, `token("actions", READ_ONLY)` those of a fork's or Dependabot's
run, `token("app", {...}, login="reviewer")` is another app's, `token("user", login="ann")` a classic personal one that
may what ann's role says, `token("user", {...}, login="ann")` a fine-grained one.

Faults (all in `faults`): `github.faults.add(faults.storm(502), faults.answer_lost(path=r"/reviews$"),
faults.secondary_limit(30), faults.at_request(lambda: github.state.push(pull, {...}), path=r"/pulls/1$", skip=1))`, and
`github.faults.add(*faults.killed_after_writes(2))` for a run that was killed. Limits that are dear to meet are
settable: `LoopbackGitHub(limits=Limits(diff_files=2))`. Where waiting is not real, give it the test's clock: `now=`.

Afterwards: `github.snapshot()` is what people see, without ids and times; `github.log` holds every exchange,
`github.lines` the same as text, `github.writes` those that may have changed something.
`github_conformance.assert_requests_conform(github.log)` holds requests against the published descriptions,
`assert_answers_conform` the answers. `payloads` builds the files of GITHUB_EVENT_PATH; GitHub's own examples are read
by `webhook_examples`.

It follows GitHub's documentation and public issue threads, never what hunkwise happens to send. Where it differs:

- coarser: texts of GraphQL's validation errors are graphql-core's, texts of some 422 are ours; node ids are short;
  threads follow pushes to the head, not merges into the base; `mergeable` is always unknown; a query costs one point;
  patches are left out by the size of a file, not by the sum of all.
- stricter: a COMMENT review needs a body, as documented, even with comments.
- left out: what an app asks as itself (`/app`, installations), conditional requests, teams, reactions' state.
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
