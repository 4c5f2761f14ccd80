"""The front page says where the source is, if _config.yml does, and else speaks of no address."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from _ext.repository import Repository

ADDRESS = "https://example.org/book"


@pytest.mark.parametrize(
    ("options", "words", "links"),
    [({}, "open the folder", []), ({"repository_url": ADDRESS}, "clone it", [ADDRESS])],
)
def test_an_address_is_named_only_where_it_is_known(options, words, links):
    env = SimpleNamespace(config=SimpleNamespace(html_theme_options=options))
    inliner = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    found, _ = Repository()("repository", "", "clone it|open the folder", 1, inliner)
    paragraph = nodes.paragraph("", "", *found)
    assert paragraph.astext() == words
    assert [link["refuri"] for link in paragraph.findall(nodes.reference)] == links


def test_the_front_page_speaks_of_a_repository_only_with_an_address(html):
    text = (html / "index.html").read_text(encoding="utf-8")
    assert ("clone its repository</a>" in text) != ("open the folder of its source" in text)
