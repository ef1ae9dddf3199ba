import hashlib
import json
from collections.abc import Sequence

import pytest

from builders import hunk
from hunkwise.core import exposures, redact
from hunkwise.model.finding import Finding, SecretSpan

KEY = "KEY1234"
PEM = "-----BEGIN RSA PRIVATE KEY-----"


def scan(text: str) -> Sequence[SecretSpan]:
    return [
        SecretSpan(start=at, end=at + len(value), type=kind, reportable=True)
        for kind, value in (("github-token", KEY), ("private-key", PEM))
        if (at := text.find(value)) != -1
    ]


def found(*rows: str, path: str = "app.py", patterns: tuple[str, ...] = (), baseline: object = None) -> list[Finding]:
    made = hunk(*rows)
    text = None if baseline is None else baseline if isinstance(baseline, bytes) else json.dumps(baseline).encode()
    allowed = exposures.allow_list(patterns, text)
    return list(exposures.findings(path, path, made, redact.hunk(made, scan, redact.Placeholders()), allowed))


def baseline(value: str, path: str = "app.py") -> object:
    digest = hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
    return {"version": "1.5.0", "results": {path: [{"type": "x", "hashed_secret": digest, "line_number": 1}]}}


def test_a_secret_on_an_added_line_is_told_without_its_value_and_with_what_to_do() -> None:
    (one,) = found(f"+token = {KEY}")
    assert (one.line, one.severity, one.origin, one.quote) == (
        1,
        "high",
        "secret:github-token",
        "token = <redacted:github-token:1>",
    )
    assert KEY not in repr(one)
    assert "Developer settings" in one.suggestion


@pytest.mark.parametrize("sign", [" ", "-"])
def test_a_secret_on_another_line_is_none(sign: str) -> None:
    assert found(f"{sign}token = {KEY}", "+x") == []


@pytest.mark.parametrize("path", ["tests/fixtures/a.py", "pkg/testdata/key.pem", "__mocks__/x.js", "test/certs/ca.key"])
def test_material_of_tests_is_none(path: str) -> None:
    assert found(f"+{PEM}", path=path) == []


def test_a_pattern_of_the_setting_allows_a_file() -> None:
    assert found(f"+{KEY}", path="demo/a.py", patterns=("demo/",)) == []
    assert len(found(f"+{KEY}", path="src/a.py", patterns=("demo/",))) == 1


@pytest.mark.parametrize(("value", "known"), [(KEY, KEY), (PEM, "BEGIN RSA PRIVATE KEY")])
def test_the_baseline_allows_what_it_knows_where_it_knows_it(value: str, known: str) -> None:
    assert found(f"+{value}", baseline=baseline(known)) == []
    assert len(found(f"+{value}", baseline=baseline(known, "other.py"))) == 1
    assert len(found(f"+{value}", baseline=baseline("another"))) == 1


@pytest.mark.parametrize("text", [b"no json", b"[]", b'{"results": [1]}', b'{"results": {"a": [{}]}}', b"\xff"])
def test_a_baseline_that_is_none_allows_nothing_and_is_told(text: bytes) -> None:
    assert len(found(f"+{KEY}", baseline=text)) == 1
    assert [notice.code for notice in exposures.allow_list((), text).notices] == ["baseline-unreadable"]


@pytest.mark.parametrize(
    "comment",
    [
        "# pragma: allowlist secret",
        "// pragma: whitelist secret",
        "# pragma: allowlist nextline secret",
        "#gitleaks:allow",
        "# trufflehog:ignore",
        "# ggignore",
    ],
)
def test_a_comment_of_the_change_allows_nothing_and_is_told(comment: str) -> None:
    row = f"+token = '{KEY}'  {comment}"
    assert len(found(row)) == 1
    assert exposures.pleas("app.py", hunk("+x", row)) == ("app.py:2",)
    assert exposures.pleas("app.py", hunk(row.replace("+", " ", 1))) == ()


def test_a_notice_names_a_few_places() -> None:
    assert exposures.notices(()) == ()
    (notice,) = exposures.notices([f"a.py:{line}" for line in range(8)])
    assert notice.code == "inline-allow-ignored"
    assert notice.text.endswith("a.py:3, a.py:4 and 3 more.")
