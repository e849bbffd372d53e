"""The search of the built book, which needs no server."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from tests.book.chapters import docnames
from tests.book.test_pages import open_page

PAGES = docnames()


@pytest.fixture(scope="module")
def vocabularies(html):
    """The words in the running text of each page."""
    found = {}
    for page in PAGES:
        soup = BeautifulSoup((html / f"{page}.html").read_bytes(), "html.parser")
        for part in soup.select("article :is(script, .math, pre)"):
            part.decompose()
        found[page] = set(re.findall(r"[a-z]{6,}", soup.select_one("article").get_text(" ").lower()))
    return found


@pytest.fixture(scope="module")
def answers(html, browser):
    """A function that types a word into the search and returns the pages found."""
    tab, requests, complaints = open_page(browser, (html / "search.html").as_uri(), "desk")

    def ask(word):
        tab.goto((html / "search.html").as_uri() + f"?q={word}")
        tab.wait_for_function(
            "document.querySelector('#search-results .search-summary')?.textContent.includes('found')"
        )
        return [link.get_attribute("href") for link in tab.query_selector_all("#search-results li a")]

    yield ask
    assert complaints == []
    assert all(url.startswith("file:") for url in requests)


def test_a_subject_leads_to_its_page(answers):
    assert any("chapters/mlp/neuron" in address for address in answers("neuron"))


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_found_by_its_rarest_word(answers, vocabularies, page):
    pages_of = Counter(word for words in vocabularies.values() for word in words)
    rarest = min(vocabularies[page], key=lambda word: (pages_of[word], -len(word), word))
    assert any(f"{page}.html" in address for address in answers(rarest)), rarest
