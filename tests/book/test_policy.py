"""A page needs no script to be read, and a server may forbid all but the book's own files.

Every test of the built book opens its pages under such a policy (`site`), and fails when a page
offends against it.
"""

import pytest

SCRIPTS = "script:not([src], [type$=json])"
HANDLERS = ("onclick", "onload", "onchange", "oninput", "onsubmit")


def test_no_script_and_no_style_stands_in_a_page(html, page_path, parsed):
    page = parsed(html / page_path)
    assert page.select(f"{SCRIPTS}, style, [style]") == []
    assert page.select(", ".join(f"[{name}]" for name in HANDLERS)) == []


def test_an_explorer_leaves_its_picture_and_its_words(html, page_path, parsed):
    for explorer in parsed(html / page_path).select(".explorer"):
        still = explorer.noscript
        assert ((html / page_path).parent / still.img["src"]).is_file()
        assert still.p.text.strip()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_scripts_a_page_is_whole_and_offers_nothing_dead(browser, site, theme):
    context = browser.new_context(java_script_enabled=False, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{site}chapters/12-convolution.html")
    pictures = page.locator(".explorer noscript img")
    pictures.first.scroll_into_view_if_needed()
    assert pictures.first.is_visible() and page.locator(".explorer noscript p").first.is_visible()
    useless = ".theme-switch-button, .search-button, [data-press], .explorer-shell"
    assert page.locator(useless).all()
    for dead in page.locator(useless).all():
        assert not dead.is_visible()
    context.close()
