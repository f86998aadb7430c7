"""The bulletin in a browser: nothing is wrong on the console, nothing sticks out, on a screen and a telephone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.bulletin.forms import render, render_revision
from router.bulletin.revision import Printed, Revision
from router.core.bulletin.standing import EVERYTHING
from tests.browser import Browser
from tests.bulletins import WEEK, bulletin, opened, two_weeks, words
from tests.city import Play, rules
from tests.unit.core.calendars import china

WIDTHS = (1280, 390)
#: 210 mm less two margins of 12, at 96 pixels an inch, and the scroll bar that a window has and paper has not.
A4_WIDTH = 718
#: Elements that are wider than the page, or reach beyond its right edge, though they do not scroll by themselves.
STICKING_OUT = """
    [...document.querySelectorAll("body *")]
        .filter(one => !one.closest(".unseen") && getComputedStyle(one).position !== "absolute")
        .filter(one => !one.parentElement.closest(".scroll"))
        .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(one => one.outerHTML.slice(0, 80))
"""
#: Tables that do not fit and have to be scrolled sideways.
SCROLLING = """
    [...document.querySelectorAll(".scroll")]
        .filter(one => one.scrollWidth > one.clientWidth + 1)
        .map(one => one.querySelector("caption").innerText)
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Language and kind → a page of it."""
    folder = tmp_path_factory.mktemp("pages")
    late = Play(rules(skew=timedelta(days=30)), china(2026, 9, 30, 9))
    late.open(source_id="late", at=china(2026, 9, 23, 10))
    plays = [*two_weeks(), *(opened(number).wait_until(WEEK.cutoff_at) for number in range(100, 120))]
    then, now = bulletin(plays), bulletin([*plays, late], known=EVERYTHING)
    revision = Revision(printed=Printed(bulletin=then, at=WEEK.cutoff_at), now=now)
    found = {}
    for language in ("zh", "en"):
        for kind, files in (
            ("printed", render(then, "html", words(language), ranking=True)),
            ("revised", render_revision(revision, "html", words(language), ranking=True)),
        ):
            found[f"{kind}-{language}"] = folder / f"{kind}-{language}.html"
            found[f"{kind}-{language}"].write_text("".join(files.values()), encoding="utf-8")
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["printed-zh", "printed-en", "revised-zh", "revised-en"])
def test_it_opens_without_complaints_and_nothing_sticks_out(
    chromium: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    page = chromium.page()
    page.show(pages[name], width)
    assert page.complaints == []
    assert page.measure("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.measure(STICKING_OUT) == []
    assert page.measure(SCROLLING) == []


@pytest.mark.parametrize("name", ["printed-zh", "printed-en"])
def test_on_a4_it_is_a_table_and_nothing_is_cut_off(chromium: Browser, pages: dict[str, Path], name: str) -> None:
    page = chromium.page()
    page.show(pages[name], A4_WIDTH, paper=True)
    assert page.measure("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.measure(STICKING_OUT) == []
    assert page.measure(SCROLLING) == []
    assert page.measure('getComputedStyle(document.querySelector("table.cards tbody tr")).display') == "table-row"


@pytest.mark.parametrize("width", WIDTHS)
def test_its_style_is_let_in_by_its_own_policy(chromium: Browser, pages: dict[str, Path], width: int) -> None:
    page = chromium.page()
    page.show(pages["printed-zh"], width)
    assert page.measure('getComputedStyle(document.querySelector(".tiles")).display') == "grid"
    cards = page.measure('getComputedStyle(document.querySelector("table.cards tbody tr")).display')
    assert cards == ("table-row" if width == 1280 else "block")


def test_letters_can_be_told_from_the_paper_in_light_and_dark(chromium: Browser, pages: dict[str, Path]) -> None:
    page = chromium.page()
    for dark in (False, True):
        page.show(pages["printed-zh"], 1280, dark=dark)
        for what in ("body", ".note", ".kind", "thead th", "dd", "a"):
            colours = page.measure(
                f"""(() => {{
                    const one = document.querySelector("{what}") || document.body;
                    return [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor];
                }})()"""
            )
            assert contrast(*colours) >= 4.5, (what, dark, colours)


def contrast(ink: str, paper: str) -> float:
    """As WCAG 2.1 defines it, of two `rgb(…)`."""
    lighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts: list[Any] = colour[colour.index("(") + 1 : -1].split(",")
    linear = [
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in (int(p) / 255 for p in parts[:3])
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
