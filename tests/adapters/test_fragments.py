"""Rules over a diff without head files: what a hunk alone can't settle is not told, and sound hits are."""

from dataclasses import replace

import pytest

from hunkwise.adapters.syntax_rules import AstGrepRules, fragments, pack
from hunkwise.model.diff import FileDiff, FileStatus
from rule_examples import file_diff, load, path_of, rules

ENGINE = AstGrepRules()
IN_LITERALS = [
    (name, entry) for name, entry in rules() if entry.rule and pack.languages(entry)[0] in fragments.LITERALS_BY_GRAMMAR
]


def shown(path: str, code: str, *, at: int = 40, added: tuple[int, ...] | None = None) -> FileDiff:
    """A hunk that shows `code` from line `at` of a longer file; `added` count from 1 in it, all by default."""
    rows = code.removesuffix("\n").count("\n") + 1
    new = [at + number - 1 for number in added or range(1, rows + 1)]
    diff = file_diff(path, "\n" * (at - 1) + code, new, context=rows)
    (hunk,) = diff.hunks
    lines = tuple(line for line in hunk.lines if line.new is not None and line.new >= at)
    return replace(diff, hunks=(replace(hunk, new_start=at, new_count=rows, lines=lines),))


def told(file: FileDiff, head: bytes | None = None) -> set[tuple[str, int]]:
    return {(hit.rule.id, hit.line) for hit in ENGINE.check(file, head)}


PROSE = {
    "a docstring's inside": (
        "src/app.py",
        "    When the :attr:`limit` is 'soft', the caller\n    is told; :attr:`~Pool.size` is ``0`` then.\n",
    ),
    "a docstring that ends": (
        "src/app.py",
        '    :class:`Pool` is "closed" then.\n    """\n    size = 3\n',
    ),
    "a string that ends, and another one that begins": (
        "src/test_app.py",
        'x is 1\n""")\n\n    def test_other(self):\n        run("""\n',
    ),
    "half an apostrophe": ("src/app.py", "    The pool's size is 1 if it's not known.\n    size is 'small'\n"),
    "a template": ("src/app.js", "  if (size === NaN) {\n    debugger\n  }\n`\nrun(text, `\n"),
    "a comment without stars": ("src/app.js", "  Never write this, ever:\n  size === NaN\n  It is false then.\n"),
    "a comment that shows code": ("src/app.ts", "  if (size === NaN) {\n  }\n*/\nrun()\n"),
    "a comment of PHP": ("src/app.php", "<?php ?>\n   dd($size);\n   */\n"),
}


@pytest.mark.parametrize(("path", "code"), PROSE.values(), ids=PROSE)
def test_prose_is_no_code(path: str, code: str) -> None:
    assert told(shown(path, code)) == set()


SOUND = {
    "between statements": (
        "src/app.py",
        "    size = read()\n    if size is 1:\n        return\n    go()\n",
        ("py-is-literal", 41),
    ),
    "after a docstring that ends": (
        "src/app.py",
        '    The :attr:`size` of it.\n    """\n    size = read()\n    if size is 1:\n        return\n    go()\n',
        ("py-is-literal", 43),
    ),
    "in a body whose braces are elsewhere": (
        "src/app.js",
        "  })\n\n  it('reads', function () {\n    var size = read()\n    if (size === NaN) {\n      stop()\n    }\n",
        ("js-nan-comparison", 44),
    ),
    "beside a template in one row": (
        "src/app.js",
        "    say(`read ${size}`)\n    next()\n    if (size === NaN) stop()\n    go()\n",
        ("js-nan-comparison", 42),
    ),
    "in Ruby": ("lib/app.rb", "    size = read\n    binding.pry\n    go(size)\n  end\n", ("rb-debugger-left", 41)),
}


@pytest.mark.parametrize(("path", "code", "hit"), SOUND.values(), ids=SOUND)
def test_sound_hits_stay(path: str, code: str, hit: tuple[str, int]) -> None:
    assert told(shown(path, code)) == {hit}


LOOP = "for item in items:\n    if item.old:\n        items.remove(item)\n"


def test_loop_that_goes_on_below_may_be_left_there() -> None:
    assert told(shown("src/app.py", LOOP)) == set()
    assert told(shown("src/app.py", f"{LOOP}go()\n")) == {("py-remove-while-iterating", 42)}


CALL = "    page = requests.get(url, verify=False)\n    return page\n"


def test_what_an_unseen_condition_may_excuse_is_told_where_the_function_is_seen() -> None:
    assert told(shown("src/app.py", f"    url = read()\n{CALL}")) == set()
    assert told(shown("src/app.py", f"def read(url):\n{CALL}\n\ngo()\n")) == {("py-tls-verify-off", 41)}


def test_first_row_of_a_file_is_in_no_literal() -> None:
    code = 'x = read()\nif x is 1:\n    stop()\n\n"""\n'
    assert told(shown("src/app.py", code, at=1)) == {("py-is-literal", 2)}


def as_new(path: str, code: str) -> FileDiff:
    return replace(file_diff(path, code), status=FileStatus.ADDED)


@pytest.mark.parametrize(("name", "entry"), rules(), ids=[entry.id for _, entry in rules()])
def test_added_file_is_whole_in_its_diff(name: str, entry: pack.RuleEntry) -> None:
    for example in load(name)[entry.id].matches:
        file = as_new(path_of(example, entry), example.code)
        assert told(file) == told(file, example.code.removesuffix("\n").encode())


@pytest.mark.parametrize(("name", "entry"), IN_LITERALS, ids=[entry.id for _, entry in IN_LITERALS])
def test_code_that_a_literal_shows_is_none(name: str, entry: pack.RuleEntry) -> None:
    """Each example is the inside of a comment or string that ends below it."""
    (_, closing) = fragments.LITERALS_BY_GRAMMAR[pack.languages(entry)[0]][-1]
    for example in load(name)[entry.id].matches:
        if closing not in example.code:
            assert told(shown(path_of(example, entry), f"{example.code}\n{closing}\n")) == set(), example.code
