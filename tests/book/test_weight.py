"""Pages are light enough for a phone on a slow line."""

import gzip

KB = 1024


def test_page_is_small_when_compressed(html, page_path):
    page = (html / page_path).read_bytes()
    limit = 60 * KB if b'class="explorer"' in page else 300 * KB
    assert len(gzip.compress(page)) <= limit
