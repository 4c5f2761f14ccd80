"""The book works with the network unplugged; `visit` and `look` reject requests to other hosts."""

import pytest


@pytest.fixture(params=["http", "file"])
def base(request, site, html):
    return site if request.param == "http" else f"{html.as_uri()}/"


def test_formulas_are_set_in_their_font(look, base):
    page = look(base=base)
    states = """document.fonts.ready.then((fonts) =>
      [...fonts].map((font) => font.status).filter((status) => status !== "unloaded"))"""
    assert page.evaluate(states) == ["loaded"] * min(page.locator("math").count(), 1)


def test_explorers_start(look, base):
    page = look(base=base)
    for explorer in page.locator(".explorer").all():
        explorer.and_(page.locator("[data-ready=true]")).wait_for(timeout=10_000)
