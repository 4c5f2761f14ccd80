"""The book works with the network unplugged; `visit` and `look` reject requests to other hosts."""

import pytest


@pytest.fixture(params=["http", "file"])
def base(request, site, html):
    return site if request.param == "http" else f"{html.as_uri()}/"


def test_text_and_formulas_are_set_in_their_fonts(look, base):
    page = look(base=base)
    loaded = """document.fonts.ready.then((fonts) => [...fonts]
      .filter((font) => font.status === "loaded").map((font) => font.family.replaceAll('"', "")))"""
    wanted = {"STIX Two Text"} | ({"Termes Math"} if page.locator("math").count() else set())
    assert wanted <= set(page.evaluate(loaded))


def test_explorers_start(look, base):
    page = look(base=base)
    for explorer in page.locator(".explorer").all():
        explorer.and_(page.locator("[data-ready=true]")).wait_for(timeout=10_000)
