from hunkwise.core import ngrams, vectors

PROSE = "The server reads its settings from the environment, then from a file. Restart it after a change."


def alike(one: str, other: str) -> float:
    return vectors.likeness(ngrams.vector(one), ngrams.vector(other))


def test_nearly_the_same_words_are_near_and_other_ones_are_not() -> None:
    assert alike(PROSE, PROSE) > 0.9999
    assert alike(PROSE, PROSE.replace("Restart it", "Restart the server")) > 0.85
    assert alike(PROSE, "def pay(invoice): return ledger.book(invoice.total, currency='EUR')") < 0.4


def test_names_are_known_by_their_parts_however_they_are_joined() -> None:
    assert alike("readUserSettings(path)", "read_user_settings(path)") > 0.7
    assert alike("readUserSettings(path)", "deleteAllInvoices(now)") < 0.4


def test_a_bug_can_not_be_told_from_its_fix() -> None:
    body = "for row in rows:\n    if row.total > limit:\n        report(row)\n        total += row.total\n" * 3
    assert alike(body, body.replace(">", ">=", 1)) > 0.95


def test_any_text_has_a_vector_of_length_one() -> None:
    for text in ("", " ", "\ud800", "x", "é" * 10, "a b" * 200_000):
        values = ngrams.vector(text)
        assert len(values) == ngrams.DIMENSIONS
        assert abs(vectors.likeness(values, values) - 1) < 1e-9
    assert ngrams.vector("") == ngrams.vector(" ")


def test_a_vector_is_the_same_at_all_times() -> None:
    values = ngrams.vector("one word")
    assert [(place, round(value, 4)) for place, value in enumerate(values) if value][:3] == FIRST


FIRST = [(149, -0.2425), (258, -0.4851), (262, 0.2425)]
