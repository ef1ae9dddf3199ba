"""Bad weather between the job and GitHub: what passes leaves no trace, what stays is told, and nothing is said twice.

All scenes of this module are played side by side, for they mostly wait.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from inline_snapshot import snapshot

import pull_histories as histories
from loopback_github import faults
from pull_stage import staged

pytestmark = pytest.mark.alone

Ends = Callable[[str], list[str]]
"""What people see at the end of a scene."""

AT_ONCE = 16
"""Scenes that are played at once: most of them wait."""

EVER = faults.ALWAYS
PASSES = {
    "errors on reads": faults.storm(502, times=3),
    "a cut diff": faults.cut(path="/compare/"),
    "an error on the review": faults.storm(502, method="WRITE", path=r"/reviews$", times=1),
    "errors on the check's end": faults.storm(502, method="PATCH", path="/check-runs/", times=2),
    "a secondary limit on the review": faults.secondary_limit(2, path=r"/reviews$"),
    "a secondary limit by 429 on the summary": faults.secondary_limit(1, path=r"/issues/1/comments$", status=429),
}
STAYS = {
    "no answer at all": faults.storm(502, times=EVER),
    "no review": faults.storm(502, method="WRITE", path=r"/reviews$", times=EVER),
    "no summary": faults.storm(502, path=r"/issues/1/comments$", times=EVER),
    "no check": faults.storm(502, method="PATCH", path="/check-runs/", times=EVER),
}
OPEN_ENDS = {
    "lost answers of a first run": (histories.OPENED, histories.LOST),
    "lost answers after a push": (histories.PUSHED, histories.LOST),
    "errors after the effect": (histories.OPENED, histories.BROKEN),
    "errors after the effect, after a push": (histories.PUSHED, histories.BROKEN),
}


def seen_under(folder: Path, struck: faults.Fault | None, code: int) -> list[str]:
    with staged(folder) as stage:
        if struck is not None:
            stage.github.faults.add(struck)
        done = stage.opened()
        assert done.code == code, done.errors
        return stage.picture()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weather")


@pytest.fixture(scope="module")
def ends(folder: Path) -> Iterator[Ends]:
    scenes: dict[str, Callable[[], list[str]]] = {"clear": partial(seen_under, folder / "clear", None, 1)}
    for name, struck in (PASSES | STAYS).items():
        scenes[name] = partial(seen_under, folder / name, struck, 4 if name == "no answer at all" else 1)
    for name, (history, disturb) in OPEN_ENDS.items():
        played = histories.scenes(folder / name, history, disturb)
        scenes |= {f"{name}: {write}": scene for write, scene in played.items()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        playing: dict[str, Future[list[str]]] = {name: pool.submit(scene) for name, scene in scenes.items()}
        yield lambda name: playing[name].result()


@pytest.mark.parametrize("weather", PASSES)
def test_weather_that_passes_leaves_no_trace(ends: Ends, weather: str) -> None:
    assert ends(weather) == ends("clear")


@pytest.mark.parametrize("name", OPEN_ENDS)
def test_an_open_end_of_any_write_doubles_nothing(ends: Ends, folder: Path, name: str) -> None:
    history, disturb = OPEN_ENDS[name]
    writes = histories.scenes(folder, history, disturb)
    assert len(writes) >= 4
    for write in writes:
        assert ends(f"{name}: {write}") == histories.clean(history)[0], f"another end after {write}"


def test_weather_that_stays_degrades_and_is_told(ends: Ends) -> None:
    assert ends("no answer at all") == []
    assert ends("no review") == snapshot(
        [
            "#1 summary: ⛔ hunkwise: block",
            "#1 - 3 comments could not be posted, as GitHub did not answer: see the findings here.",
            "check on head: failure, block: 1 finding at or above high, 3 annotations",
        ]
    )
    assert ends("no summary") == snapshot(
        [
            "#1 COMMENTED: 3 new findings on the lines below",
            "#1 app.py:10 🔴 high: The tax is wrong",
            "#1 app.py:30 🟠 medium: The rounding is wrong",
            "#1 app.py:50 🔵 low: The naming is wrong",
            "check on head: failure, block: 1 finding at or above high, 3 annotations",
        ]
    )
    assert ends("no check") == snapshot(
        [
            "#1 summary: ⛔ hunkwise: block",
            "#1 COMMENTED: 3 new findings on the lines below",
            "#1 app.py:10 🔴 high: The tax is wrong",
            "#1 app.py:30 🟠 medium: The rounding is wrong",
            "#1 app.py:50 🔵 low: The naming is wrong",
            "check on head: in_progress, None",
            "status on head: failure, block: 1 finding at or above high",
        ]
    )
