"""The page in a real browser: nothing overflows, nothing is asked of the network, the policy lets the style in.

Needs a Chromium of the system (`apt-get install chromium`); where there is one, `scripts/test` installs playwright.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hunkwise.model.diff import Diff
from hunkwise.model.report import ReviewReport
from hunkwise.render import html
from report_builder import empty_report, file_of, finding, hunk_of, report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDE = "x" * 3_000


def wide_report() -> ReviewReport:
    """Build a report whose every text is one unbroken word."""
    diff = Diff(files=(file_of(WIDE, hunk_of(f"+{WIDE}\n", section=WIDE), old_path=f"{WIDE}y"),))
    texts = dict.fromkeys(("title", "description", "scenario", "suggestion", "replacement", "category", "origin"), WIDE)
    found = finding(file=WIDE, line=1, end_line=1, **texts)
    return report(diff=diff, findings=(found, finding(file=WIDE, line=7, **texts)), redactions_by_type={WIDE: 1})


REPORTS = {"sample": report, "empty": empty_report, "wide": wide_report}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: scripts/test installs it where a Chromium is"
    )
    if CHROMIUM is None:
        pytest.skip("needs a Chromium: apt-get install chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", list(REPORTS))
def test_the_page_fits_its_window_and_asks_for_nothing(
    browser: Any, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    written = tmp_path / "page.html"
    written.write_text(html.page(REPORTS[name]()), "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800}, is_mobile=width < 500, color_scheme=scheme)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(written.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("innerWidth") == width
    assert (
        page.evaluate("getComputedStyle(document.body).backgroundColor")
        == {
            "light": "rgb(255, 255, 255)",
            "dark": "rgb(13, 17, 23)",
        }[scheme]
    )
    assert requests == [written.as_uri()]
    assert complaints == []
    context.close()


def test_a_finding_is_reached_by_keyboard_and_link(browser: Any, tmp_path: Path) -> None:
    written = tmp_path / "page.html"
    written.write_text(html.page(report()), "utf-8")
    page = browser.new_page()
    page.goto(written.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the changes"
    page.get_by_role("link", name="Certificate verification is off").press("Enter")
    comment = page.locator("#finding-4")
    assert comment.is_visible()
    assert 0 <= comment.bounding_box()["y"] < page.viewport_size["height"]
    page.close()
