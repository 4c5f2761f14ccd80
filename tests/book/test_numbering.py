"""Chapters, sections, equations and exercises are numbered by chapter, as in a book."""

import re

import pytest


@pytest.fixture
def numbered(html, chapter, parsed):
    """Return the page of a chapter and its number."""
    if not chapter.stem[0].isdigit():
        pytest.skip("the front page has no number")
    page = parsed(html / "chapters" / f"{chapter.stem}.html")
    return page, str(int(chapter.stem.split("-")[0]))


def test_a_chapter_bears_the_number_of_its_file(numbered):
    page, number = numbered
    assert page.select_one("article h1").text.startswith(f"{number}. ")


def test_equations_count_from_1_in_each_chapter(numbered):
    page, number = numbered
    labels = [label.text for label in page.select(".eqno")]
    found = [re.search(r"\(([\d.]+)\)", label)[1] for label in labels]
    assert found == [f"{number}.{i}" for i in range(1, len(found) + 1)]


def test_exercises_count_from_1_in_each_chapter(numbered):
    page, number = numbered
    titles = [title.text for title in page.select(".exercise .caption-number")]
    assert [title.strip() for title in titles] == [
        f"Exercise {number}.{i}" for i in range(1, len(titles) + 1)
    ]


def test_sections_count_from_1_in_each_chapter(numbered):
    page, number = numbered
    titles = [title.text for title in page.select("article h2")]
    assert [title.split(" ")[0] for title in titles] == [
        f"{number}.{i}." for i in range(1, len(titles) + 1)
    ]


def test_pictures_are_figures_that_count_from_1_in_each_chapter(numbered):
    page, number = numbered
    figures = page.select("article figure")
    assert [figure.select_one(".caption-number").text.strip() for figure in figures] == [
        f"Figure {number}.{i}" for i in range(1, len(figures) + 1)
    ]
    pictures = page.select("article img:not(noscript img)")
    assert [picture["alt"] for picture in pictures if not picture.find_parent("figure")] == []
