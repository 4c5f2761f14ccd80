"""The book works with the network unplugged; `visit` and `look` reject requests to other hosts."""

import pytest
from browser import start_explorers


@pytest.fixture(params=["http", "file"])
def page(request, look):
    return look(width=1280 if request.param == "http" else 390)


def test_text_and_formulas_are_set_in_their_fonts(page):
    families = ["STIX Two Text", *["Termes Math"] * min(page.locator("math").count(), 1)]
    # asked for, as a slow machine may have drawn the first page without a font that is optional
    load = "family => document.fonts.load(`1em '${family}'`).then(([font]) => font.status)"
    assert [page.evaluate(load, family) for family in families] == ["loaded"] * len(families)


def test_explorers_start(page):
    start_explorers(page)
