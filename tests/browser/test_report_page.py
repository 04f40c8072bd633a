"""The page of `ssot report` in Chromium: nothing in the console, charts, keys, filters, paper.

It needs more than the tests install: Chromium on the path, and Playwright for Python. $SCREENSHOTS
names a folder for pictures.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flake8_ssot_engine.campaign.overview import Overview
from flake8_ssot_engine.reports.html_page import render_page
from tests.reports.overviews import items, overview
from tests.reports.test_html_page import HOSTILE, hostile_overview

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM and find_spec("playwright")), reason="there is no Chromium or no Playwright"
    ),
    pytest.mark.xdist_group("chromium"),
]
SIZES = {"desk": (1280, 900), "80 columns": (720, 900), "phone": (390, 844)}

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Return what opens a page for an overview; at the end nothing may have gone wrong on it."""
    troubles: list[str] = []
    asked_for: list[str] = []
    contexts = []

    def open_page(given: Overview, size: str = "desk", **options: Any) -> Page:
        file = tmp_path / "page.html"
        file.write_text(render_page(given), "utf-8")
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        page.on("request", lambda asked: asked_for.append(asked.url))
        page.goto(file.as_uri())
        if folder := os.environ.get("SCREENSHOTS"):
            name = "".join(c if c.isalnum() else "-" for c in request.node.name)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
    assert set(asked_for) == {(tmp_path / "page.html").as_uri()}


def colours(page: Page, index: int = 0) -> set[tuple[int, ...]]:
    """Return the opaque colours on a chart's canvas."""
    script = """index => {
        const canvas = document.querySelectorAll(".plot canvas")[index];
        const copy = document.createElement("canvas");
        [copy.width, copy.height] = [canvas.width, canvas.height];
        const context = copy.getContext("2d", { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        const { data } = context.getImageData(0, 0, copy.width, copy.height);
        const found = new Set();
        for (let at = 0; at < data.length; at += 4)
            if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
        return [...found];
    }"""
    return {tuple(map(int, told.split(","))) for told in page.evaluate(script, index)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_and_is_drawn(show: Open, size: str, scheme: str) -> None:
    page = show(overview(300), size, color_scheme=scheme)
    assert page.locator(".plot canvas").count() == 3
    assert all(len(colours(page, index)) > 5 for index in range(3))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SIZES[size][0]
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")


def test_the_colours_follow_the_scheme(show: Open) -> None:
    page = show(overview(3), color_scheme="light")
    light = colours(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(200)
    assert (0, 103, 163) in light  # --s1
    assert (0, 103, 163) not in colours(page)
    assert (90, 169, 230) in colours(page)


def test_on_paper_it_is_light_and_narrow(show: Open) -> None:
    page = show(overview(300), color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert (0, 103, 163) in colours(page)
    box = page.locator(".uplot").first.bounding_box()
    assert box is not None
    assert box["width"] <= 640
    assert page.locator("#list tbody tr").count() == 300  # not the hundred of a screen
    assert not page.locator("#filters").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#list tbody tr").count() == 100
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_keys_move_along_a_chart(show: Open) -> None:
    page = show(overview(3))
    plot = page.locator(".plot").first
    plot.focus()
    readout = page.locator(".readout").first
    page.keyboard.press("Home")
    page.wait_for_timeout(50)
    first = readout.text_content()
    assert first is not None
    assert first.startswith("Date (UTC) 2026-01-19 09:30, (in no phase) 12, tests 120")
    page.keyboard.press("ArrowRight")
    assert "2026-01-20" in (readout.text_content() or "")
    page.keyboard.press("End")  # the end of the projection
    assert "projected" in (readout.text_content() or "")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")


def test_a_series_is_hidden_by_the_keyboard(show: Open) -> None:
    page = show(overview(3))
    before = colours(page)
    label = page.locator(".plot").first.locator(".u-series th").nth(2)
    label.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert (0, 121, 90) in before  # --s3, the phase `tests`
    assert (0, 121, 90) not in colours(page)


def count(page: Page) -> str:
    return (page.locator("#count").text_content() or "").partition(" entries")[0]


def wait_for_count(page: Page, wanted: str) -> None:
    from playwright.sync_api import expect

    expect(page.locator("#count")).to_contain_text(re.compile(f"^{wanted} of "))


def test_filters(show: Open) -> None:
    page = show(overview(300))
    assert count(page) == "300 of 300"
    assert page.locator("#list tbody tr").count() == 100
    page.locator("[name=phase]").select_option("tests")
    wait_for_count(page, "100")
    page.locator("[name=code]").select_option("SSOT002")
    page.locator("[name=owner]").select_option("@ada")
    page.locator("[name=text]").fill("MODULE_50 import")
    wait_for_count(page, "2")
    paths = page.locator("#list tbody th code").all_text_contents()
    assert all(path.startswith("app/package_0/module_50.py:") for path in paths)
    page.get_by_role("button", name="Clear").click()
    wait_for_count(page, "300")
    page.get_by_role("button", name="Next").click()
    assert "101 to 200 of 300" in (page.locator("#pager").text_content() or "")


def test_a_bar_leads_to_its_entries(show: Open) -> None:
    page = show(overview(300))
    page.get_by_role("link", name="@ada").click()
    wait_for_count(page, "100")
    assert page.locator("[name=owner]").input_value() == "@ada"


def test_the_script_shows_what_stands_there_without_it(show: Open) -> None:
    rows = "[...document.querySelectorAll('#list tbody tr')].map(row => row.innerText)"
    given = overview(90)
    scripted = show(given).evaluate(rows)
    plain = show(given, java_script_enabled=False)
    told = plain.locator("#list tbody tr").all_inner_texts()
    assert scripted == told
    assert not plain.locator("#filters").is_visible()
    assert plain.locator("figure details").count() == 3


def test_fifty_thousand_entries_are_filtered_at_once(show: Open) -> None:
    page = show(overview(50_000))
    took = page.evaluate("""() => {
        const text = document.querySelector("[name=text]");
        text.value = "module_7 ssot002";
        const begun = performance.now();
        document.querySelector("#filters").dispatchEvent(new Event("reset"));
        return new Promise(done => setTimeout(() => done(performance.now() - begun)));
    }""")
    assert count(page).endswith("of 50,000")
    assert not count(page).startswith("50,000")
    assert page.locator("#list tbody tr").count() == 100
    assert took < 5000  # a tenth of a second; not so much as to freeze, on any machine


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_runs_nothing(show: Open, text: str) -> None:
    page = show(hostile_overview(text))
    page.locator("details").first.evaluate("node => node.open = true")
    assert page.locator("#list tbody tr").count() == 1
    assert page.locator("img, iframe").count() == 0
    assert page.locator("script").count() == 3


def test_many_of_everything_in_one_migration(show: Open) -> None:
    given = overview(0)
    work = tuple(dataclasses.replace(i, package=f"p{n}") for n, i in enumerate(items(2000)))
    page = show(dataclasses.replace(given, work=work), "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
