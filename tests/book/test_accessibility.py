"""Every page is usable by everyone: axe-core, alternative texts, a phone's width."""

import pytest
from axe import violations


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(look, theme, width):
    page = look(theme=theme, width=width)
    assert page.locator("html").get_attribute("data-theme") == theme
    # in the dark nothing is different but colours
    # no preload: axe would fetch the style sheets again, from wrong addresses
    assert violations(page, preload=False, colours_only=theme == "dark") == []


@pytest.mark.parametrize(("colour", "wrong"), [("#767676", False), ("#787878", True)])
def test_axe_tells_faint_words_from_clear_ones(context, colour, wrong):
    with context.new_page() as page:
        words = f'<h1>Words</h1><p style="color: {colour}; background: white">on white'
        page.set_content(f'<html lang="en"><title>Words</title><main>{words}')
        found = [name for name, _ in violations(page)]
    assert found == ["Elements must meet minimum color contrast ratio thresholds"] * wrong


def test_every_picture_has_alt_text(html, page_path, parsed):
    assert parsed(html / page_path).select("img:not([alt]), img[alt='']") == []


def test_nothing_overflows_a_phone(look):
    page = look(width=390)
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
