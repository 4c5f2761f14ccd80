"""A search finds the section that a reader means, and opens there, with or without a server."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from axe import violations
from playwright.sync_api import expect

from _ext.mathematics import NODE

HERE = Path(__file__).parent
LINES = (HERE / "searches.txt").read_text(encoding="utf-8").splitlines()
SEARCHES = dict(line.split(" | ") for line in LINES if line and line[0] != "#")
LUMINANCE = """([r, g, b]) => [r, g, b].map((c) => c / 255)
  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0)"""
CONTRAST = f"""(element) => {{
  const style = getComputedStyle(element);
  const colours = [style.color, style.backgroundColor].map((c) => c.match(/[\\d.]+/g).map(Number));
  const [dark, bright] = colours.map({LUMINANCE}).sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}}"""


@pytest.fixture(scope="module")
def answer(html):
    """Return what is found for each of the queries, with the sections that there are."""
    command = [NODE, HERE / "search.js", html / "_static/search"]
    result = subprocess.run(
        command, input=json.dumps([*SEARCHES]), capture_output=True, check=True, encoding="utf-8"
    )
    return json.loads(result.stdout)


@pytest.fixture
def places(answer):
    """Return the place in its list of each section that is wanted: 1 is the first."""
    found = zip(SEARCHES.items(), answer["found"], strict=True)
    return {query: _place(wanted, sections) for (query, wanted), sections in found}


def _place(wanted, sections):
    alternatives = [choice.partition(" # ")[::2] for choice in wanted.split(" ; ")]
    for place, section in enumerate(sections, 1):
        if any(_is_wanted(section, *choice) for choice in alternatives):
            return place
    return 99


def _is_wanted(section, page, name):
    called = f"{section['title'].lower()}, {section['names']}"
    return page in section["url"] and (name in called if name else not section["above"])


def test_the_wanted_section_comes_first(places):
    later = {query: place for query, place in places.items() if place > 1}
    assert len(places) >= 60
    assert len(later) <= len(places) * 5 / 60, later


def test_the_wanted_section_is_among_the_first_three(places):
    assert {query: place for query, place in places.items() if place > 3} == {}


def test_every_synonym_leads_somewhere(answer):
    assert answer["idle"] == []


def test_every_result_opens_at_a_section(html, answer, anchors):
    places = [section["url"].split("#") for section in answer["sections"]]
    assert [place for place in places if place[1] not in anchors(html / place[0])] == []


def test_what_is_shown_reads_as_text(answer):
    remains = re.compile(r"\.md\b|\.pdf\b|^(?:from \w+ )?import |\\[a-z]{3}|\$")
    shown = [(s["url"], remains.findall(s["text"])) for s in answer["sections"]]
    assert [entry for entry in shown if entry[1]] == []


def test_solutions_are_not_given_away(html, parsed, answer):
    page = parsed(html / "chapters/02-sigmoid.html")
    given = [solution.text[:40] for solution in page.select(".solution section > p:first-child")]
    assert given
    assert [s["url"] for s in answer["sections"] if any(text in s["text"] for text in given)] == []


@pytest.fixture(params=["http", "file"])
def base(request, site, html):
    return site if request.param == "http" else f"{html.as_uri()}/"


def _search(page, query):
    page.keyboard.press("Control+k")
    page.keyboard.type(query)
    page.locator("dialog .search-hit").first.wait_for()


def test_a_search_with_slips_opens_at_the_section(visit, base):
    page = visit("chapters/02-sigmoid.html", base=base)
    _search(page, "graident checking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/08-delta-recurrence.html#*gradient-checking")
    expect(page.locator(":target > h2")).to_be_in_viewport()


def test_the_search_page_answers_a_query_in_its_address(visit, base):
    page = visit("search.html?q=saturated", base=base)
    page.locator("main .search-hit[href*='02-sigmoid']").first.wait_for()


def test_a_result_on_the_same_page_closes_the_dialog(visit):
    page = visit("chapters/02-sigmoid.html")
    _search(page, "numerically stable sigmoid")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#pst-search-dialog")).to_be_hidden()
    expect(page.locator(":target > h2")).to_be_in_viewport()


def test_a_mistake_that_is_found_stands_open(visit):
    page = visit("chapters/02-sigmoid.html")
    _search(page, "gradient descent finds a local minimum")
    page.keyboard.press("Enter")
    page.wait_for_url("**/05-one-neuron.html#*")
    expect(page.locator(":target > .mistake")).to_have_attribute("open", "")


def test_arrow_keys_walk_from_the_field_to_the_results_and_back(visit):
    page = visit("index.html")
    _search(page, "softmax derivative")
    hits = page.locator("dialog .search-hit")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("dialog input")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hits_are_legible_and_usable_by_everyone(visit, theme):
    page = visit("chapters/02-sigmoid.html", theme=theme, width=390)
    _search(page, "sigmoid derivative")
    assert page.locator("dialog mark").first.evaluate(CONTRAST) >= 4.5
    assert violations(page, preload=False) == []


def test_a_page_on_which_nobody_searches_loads_none_of_it(visit):
    page = visit("chapters/02-sigmoid.html")
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert [name for name in loaded if "_static/search/" in name] == []


def test_without_scripts_no_page_offers_a_search(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}chapters/02-sigmoid.html")
    assert page.locator(".search-button__button:visible").count() == 0
    page.goto(f"{site}search.html")
    expect(page.locator("noscript .admonition")).to_be_visible()
    context.close()


def test_the_button_of_a_solution_is_called_after_it(visit):
    page = visit("chapters/02-sigmoid.html")
    names = page.locator(".solution button.toggle-button").evaluate_all(
        "(buttons) => buttons.map((button) => button.getAttribute('aria-label'))"
    )
    assert names
    assert [name for name in names if not name.startswith("Solution to Exercise ")] == []
