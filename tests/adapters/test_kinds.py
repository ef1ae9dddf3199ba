import pytest

from hunkwise.adapters.syntax_rules import kinds


@pytest.mark.parametrize(
    ("path", "first_line", "language"),
    [
        ("a/b.PY", b"", "python"),
        ("Dockerfile", b"", "dockerfile"),
        ("deploy/Dockerfile.dev", b"", "dockerfile"),
        ("deploy/Containerfile.el9", b"", "dockerfile"),
        ("web.dockerfile", b"", "dockerfile"),
        ("rules/dockerfile.yml", b"", None),
        ("docs/Dockerfile.md", b"", None),
        ("Dockerfile.dockerignore", b"", None),
        ("parsers/dockerfile.go", b"", "go"),
        (".github/workflows/ci.yml", b"", "workflow"),
        ("workflows/ci.yml", b"", None),
        ("sub/action.yaml", b"", "workflow"),
        ("bin/start", b"#!/usr/bin/env bash", "bash"),
        ("bin/start", b"#!/bin/sh -e", "bash"),
        ("bin/start", b"#!/usr/bin/env python3", None),
        ("bin/start", b"#!", None),
        ("README", b"", None),
    ],
)
def test_a_file_s_kind_by_its_name_or_first_line(path: str, first_line: bytes, language: str | None) -> None:
    kind = kinds.of(path, first_line)
    assert (kind and kind.language) == language
