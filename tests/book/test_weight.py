"""Pages are light enough for a phone on a slow line."""

import gzip

import pytest

KB = 1024


def test_page_is_small_when_compressed(html, page_path):
    assert len(gzip.compress((html / page_path).read_bytes())) <= 300 * KB


@pytest.mark.parametrize("name", ["02-sigmoid", "15-pooling"])
def test_chapter_with_an_explorer_is_small_as_it_is(html, name):
    page = (html / f"chapters/{name}.html").read_bytes()
    assert b'class="explorer"' in page
    assert len(page) <= 60 * KB
