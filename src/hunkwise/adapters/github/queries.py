"""The GraphQL queries (docs.github.com/en/graphql/reference). Values go in as variables, never as text."""

from collections.abc import Iterable, Sequence

PAGE = 100
"""Nodes of a page, GitHub's most (docs.github.com/en/graphql/overview/
rate-limits-and-query-limits-for-the-graphql-api)."""

INTENT_COMMITS, INTENT_ISSUES = 30, 10
"""Subjects and titles of what an author says of a change that are asked for."""

_BLOB = "oid byteSize isBinary isTruncated text"
_FILE = f"mode object {{ ... on Blob {{ {_BLOB} }} }}"
_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_COMMENTS = f"{_PAGE_INFO} nodes {{ id fullDatabaseId body isMinimized viewerDidAuthor }}"
_THREADS = f"""{_PAGE_INFO} nodes {{
  id path line isResolved isOutdated subjectType resolvedBy {{ login }}
  comments(first: 1) {{ nodes {{ id body isMinimized viewerDidAuthor }} }}
}}"""
_PULL = "query($owner: String!, $name: String!, $number: Int!"
_REPOSITORY = "repository(owner: $owner, name: $name)"
_PULL_REQUEST = f"{_REPOSITORY} {{ pullRequest(number: $number)"


def overview(files: int) -> str:
    """Return the query for all that a run must know first; `files` paths are asked as $f0, $f1 and so on."""
    declared = "".join(f", $f{at}: String!" for at in range(files))
    asked = " ".join(f"f{at}: file(path: $f{at}) {{ {_FILE} }}" for at in range(files))
    return f"""{_PULL}, $check: String!{declared}) {{
  viewer {{ login }}
  {_REPOSITORY} {{
    databaseId nameWithOwner
    pullRequest(number: $number) {{
      number title body state isDraft authorAssociation changedFiles additions deletions
      author {{ __typename login }}
      labels(first: {PAGE}) {{ nodes {{ name }} }}
      baseRefName baseRefOid headRefOid
      baseRef {{ target {{ ... on Commit {{ oid {asked} }} }} }}
      comments(first: {PAGE}) {{ {_COMMENTS} }}
      reviews(last: {PAGE}, states: [APPROVED, CHANGES_REQUESTED]) {{
        nodes {{ state viewerDidAuthor commit {{ oid }} }}
      }}
      reviewThreads(first: {PAGE}) {{ {_THREADS} }}
      commits(last: 1) {{ nodes {{ commit {{
        oid
        status {{ context(name: $check) {{ state }} }}
        associatedPullRequests(first: {PAGE}) {{ nodes {{ number state headRefOid }} }}
        checkSuites(first: {PAGE}) {{ nodes {{
          checkRuns(first: {PAGE}, filterBy: {{ checkName: $check, checkType: ALL }}) {{
            nodes {{ databaseId externalId status conclusion }}
          }}
        }} }}
      }} }} }}
    }}
  }}
}}"""


COMMENTS_AFTER = f"""{_PULL}, $after: String) {{
  {_PULL_REQUEST} {{ page: comments(first: {PAGE}, after: $after) {{ {_COMMENTS} }} }} }}
}}"""

THREADS_AFTER = f"""{_PULL}, $after: String!) {{
  {_PULL_REQUEST} {{ page: reviewThreads(first: {PAGE}, after: $after) {{ {_THREADS} }} }} }}
}}"""

INTENT = f"""{_PULL}) {{
  {_PULL_REQUEST} {{
    title body headRefName
    commits(last: {INTENT_COMMITS}) {{ nodes {{ commit {{ messageHeadline }} }} }}
    closingIssuesReferences(first: {INTENT_ISSUES}) {{ nodes {{ title }} }}
  }} }}
}}"""

HEAD = f"{_PULL}) {{ {_PULL_REQUEST} {{ headRefOid }} }} }}"

SAID_LAST = f"""{_PULL}) {{
  {_PULL_REQUEST} {{
    comments(last: {PAGE}) {{ nodes {{ body viewerDidAuthor }} }}
    reviews(last: {PAGE}) {{ nodes {{ body viewerDidAuthor }} }}
    reviewThreads(last: {PAGE}) {{ nodes {{ comments(first: 1) {{ nodes {{ body viewerDidAuthor }} }} }} }}
  }} }}
}}"""
"""The newest of what was said: what was posted a moment ago is among it."""

ANNOTATIONS = f"""query($run: ID!, $after: String) {{
  node(id: $run) {{ ... on CheckRun {{
    annotations(first: {PAGE}, after: $after) {{
      {_PAGE_INFO} nodes {{ path annotationLevel title message location {{ start {{ line }} end {{ line }} }} }}
    }}
  }} }}
}}"""

QUEUE = f"""query($owner: String!, $name: String!, $branch: String!, $after: String) {{
  {_REPOSITORY} {{
    mergeQueue(branch: $branch) {{
      entries(first: {PAGE}, after: $after) {{
        {_PAGE_INFO} nodes {{ position headCommit {{ oid }} pullRequest {{ number headRefOid }} }}
      }}
    }}
  }}
}}"""


def blobs(paths_by_commit: Sequence[int]) -> str:
    """Return the query for files of commits $c0, $c1...; the paths of all are numbered through: $p0, $p1..."""
    commits, number = [], 0
    for at, count in enumerate(paths_by_commit):
        files = " ".join(f"p{each}: file(path: $p{each}) {{ {_FILE} }}" for each in range(number, number + count))
        commits.append(f"c{at}: object(oid: $c{at}) {{ ... on Commit {{ {files} }} }}")
        number += count
    declared = _declared("c", len(paths_by_commit), "GitObjectID!") + _declared("p", number, "String!")
    return f"query($owner: String!, $name: String!{declared}) {{ {_REPOSITORY} {{ {' '.join(commits)} }} }}"


def resolve(threads: int) -> str:
    """Return the mutation that resolves threads $t0, $t1 and so on."""
    return _mutation(
        f"m{at}: resolveReviewThread(input: {{ threadId: $t{at} }}) {{ thread {{ isResolved }} }}"
        for at in range(threads)
    )


def minimize(comments: int) -> str:
    """Return the mutation that folds comments $t0, $t1 and so on as outdated."""
    return _mutation(
        f"m{at}: minimizeComment(input: {{ subjectId: $t{at}, classifier: OUTDATED }})"
        " { minimizedComment { isMinimized } }"
        for at in range(comments)
    )


def _mutation(parts: Iterable[str]) -> str:
    listed = list(parts)
    return f"mutation({_declared('t', len(listed), 'ID!').removeprefix(', ')}) {{ {' '.join(listed)} }}"


def _declared(letter: str, count: int, kind: str) -> str:
    return "".join(f", ${letter}{at}: {kind}" for at in range(count))
