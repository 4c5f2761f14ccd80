"""Every page is usable by everyone: axe-core, alternative texts, a phone's width."""

from importlib.resources import files

import pytest
from bs4 import BeautifulSoup

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(visit, page_path, theme, width):
    page = visit(page_path, theme=theme, width=width)
    assert page.locator("html").get_attribute("data-theme") == theme
    page.evaluate(AXE)
    # no preload: axe would fetch the style sheets again, from wrong addresses
    violations = page.evaluate("axe.run({preload: false}).then((result) => result.violations)")
    assert [(v["help"], [node["html"] for node in v["nodes"]]) for v in violations] == []


def test_every_picture_has_alt_text(html, page_path):
    page = BeautifulSoup((html / page_path).read_text(encoding="utf-8"), "html.parser")
    assert page.select("img:not([alt]), img[alt='']") == []


def test_nothing_overflows_a_phone(visit, page_path):
    page = visit(page_path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sticking_out = page.evaluate(
        """() => [...document.querySelectorAll(".bd-article *")].filter((element) => {
            if (element.getBoundingClientRect().right <= 391) return false;
            for (let box = element.parentElement; box; box = box.parentElement)
                if (getComputedStyle(box).overflowX !== "visible") return false;
            return true;
        }).map((element) => element.outerHTML.slice(0, 200))"""
    )
    assert sticking_out == []
