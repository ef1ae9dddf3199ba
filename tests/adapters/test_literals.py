import pytest

from hunkwise.adapters.syntax_rules import AstGrepLiterals

LITERALS = AstGrepLiterals()


def stripped(path: str, text: str) -> str:
    found = LITERALS.find(path, text)
    assert found is not None
    rows = text.split("\n")
    for place in sorted(found, key=lambda each: (each.line, -each.start)):
        row = rows[place.line - 1]
        rows[place.line - 1] = row[: place.start] + "~" + row[place.end :]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        ("a.py", 'x = f"word {call(y)} word" # note', 'x = f"~{call(y)}~" ~'),
        ("a.py", '"""word é\nword"""\nx = 1', '"""~\n~"""\nx = 1'),
        ("a.js", "const a = `word ${b('word')} word`; // note", "const a = `~${b('~')}~`; ~"),
        ("a.js", 'let r = /word/; /* note */ "word"', 'let r = /~/; ~ "~"'),
        ("a.ts", "let a: string = 'word' // note", "let a: string = '~' ~"),
        ("a.go", 'package a\nvar x = `word`\nvar y = "word" // note', 'package a\nvar x = `~`\nvar y = "~" ~'),
        ("A.java", 'class A { String s = "word"; } // note', 'class A { String s = "~"; } ~'),
        ("a.rb", 'x = "word #{b} word" # note\ny = :name', 'x = "~#{b}~" ~\ny = :name'),
        ("a.php", '<?php $a = "word"; // note', '<?php $a = "~"; ~'),
        ("a.sh", 'x="word $b" # note', 'x="~$b" ~'),
        ("a.cs", 'var s = "word"; // note', 'var s = "~"; ~'),
    ],
)
def test_words_go_and_code_stays(path: str, text: str, shown: str) -> None:
    assert stripped(path, text) == shown


def test_what_has_no_grammar_or_does_not_parse_is_not_told() -> None:
    assert not LITERALS.knows("notes.md", b"")
    assert LITERALS.find("notes.md", "words") is None
    assert LITERALS.knows("run", b"#!/bin/sh\n")
    assert LITERALS.find("a.py", "def (:\n") is None
    assert LITERALS.find("a.py", "x = 1\n" * 400_000) is None
