"""Whether a text is well-formed, by the same grammars the rules use."""

from ast_grep_py import SgRoot

from hunkwise.adapters.syntax_rules import kinds

MAX_BYTES = 500_000
"""A larger text is not parsed for this: a grammar takes 65 ms for it, a text of one line far longer."""


def parses(path: str, text: str) -> bool | None:
    """Return whether `text` is well-formed for a file at `path`; None where no grammar can say."""
    content = text.encode("utf-8", "replace")
    kind = kinds.of(path, content.partition(b"\n")[0])
    if kind is None or kind.grammar is None or len(content) > MAX_BYTES:
        return None
    root = SgRoot(content.decode("utf-8"), kind.grammar).root()
    if root.find(kind="ERROR") is not None:
        return False
    # where a bracket or keyword is missing, a grammar puts an empty node in; else only a whole empty file is one
    return all(node.parent() is None for node in root.find_all(regex="^$"))
