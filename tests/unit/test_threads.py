import pytest

import push_builder as push
from hunkwise.core import threads
from hunkwise.core.threads import Spoken
from memory_builder import finding


@pytest.mark.parametrize(
    ("login", "writes", "may"),
    [
        ("maintainer", True, True),
        ("author", False, False),
        ("github-actions", False, False),
        ("github-actions[bot]", True, False),
        ("", True, False),
    ],
)
def test_who_may_dismiss(login: str, writes: bool, may: bool) -> None:  # noqa: FBT001  # columns of a table
    assert threads.may_dismiss(lambda _: writes)(login) is may


def test_each_login_is_asked_about_once() -> None:
    asked: list[str] = []

    def may_write(login: str) -> bool:
        asked.append(login)
        return True

    decide = threads.may_dismiss(may_write)
    assert [decide(login) for login in ("ann", "ann", "bob")] == [True, True, True]
    assert asked == ["ann", "bob"]


def spoken(*, trusted: bool = True, **changes: object) -> Spoken:
    return push.thread(finding(), trusted=trusted, **changes)


@pytest.mark.parametrize(
    ("given", "remembered_open", "says"),
    [
        (spoken(), None, True),
        (spoken(trusted=False), None, True),
        (spoken(is_minimized=True), None, False),
        (spoken(is_minimized=True), True, True),
        (spoken(is_minimized=True), False, False),
        (spoken(is_minimized=True, trusted=False), True, False),
        (spoken(is_resolved=True, resolved_by="m"), False, True),
        (spoken(is_resolved=True, resolved_by="m", is_minimized=True), False, False),
        (spoken(is_resolved=True), None, True),
        (spoken(is_resolved=True), True, True),
        (spoken(is_resolved=True), False, False),
        (spoken(is_resolved=True, trusted=False), False, True),
    ],
)
def test_what_still_says_its_finding(given: Spoken, remembered_open: bool | None, says: bool) -> None:  # noqa: FBT001
    assert threads.says(given, remembered_open=remembered_open) is says


def test_only_a_resolved_thread_with_a_mark_of_ours_dismisses() -> None:
    assert threads.dismisses(spoken(is_resolved=True, resolved_by="m"), lambda _: True)
    assert not threads.dismisses(spoken(is_resolved=True, resolved_by="m"), lambda _: False)
    assert not threads.dismisses(spoken(is_resolved=True, resolved_by="m", trusted=False), lambda _: True)
    assert not threads.dismisses(spoken(is_resolved=True), lambda _: True)
    assert not threads.dismisses(spoken(resolved_by="m"), lambda _: True)


def test_open_threads_come_first_and_the_newest_of_them() -> None:
    rows = [spoken(node_id="a"), spoken(node_id="b"), spoken(node_id="c", is_resolved=True)]
    group = threads.by_fingerprint(rows)[finding().fingerprint]
    assert [each.thread.node_id for each in group] == ["b", "a", "c"]
