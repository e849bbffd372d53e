"""Terms: on each page of a chapter the first use of each term, and no other, leads to its entry in the glossary."""

import posixpath
import re
import subprocess
import sys
from itertools import product
from types import SimpleNamespace
from urllib.parse import urldefrag

import pytest
from bs4 import BeautifulSoup, NavigableString
from docutils import nodes

from book.ext.terms import Entry, Linker, TermLink, running_text, words_for
from tests.book.chapters import ROOT, docnames
from tests.book.test_pages import open_page

GLOSSARY = "chapters/glossary"
CHAPTER_PAGES = [page for page in docnames() if page.count("/") == 2 and "/package/" not in page]

# What is found


def linked(content, *words):
    """Return the words that are linked in a paragraph, and what each leads to."""
    paragraph = nodes.paragraph("", "", *([nodes.Text(content)] if isinstance(content, str) else content))
    text = paragraph.astext()
    linker = Linker({word: word for word in words}, lambda word, found: TermLink("", found, refuri=word))
    linker.in_element(paragraph)
    assert paragraph.astext() == text
    return [(link.astext(), link["refuri"]) for link in paragraph.findall(TermLink)]


@pytest.mark.parametrize(
    ("word", "found"),
    {
        "gate": ["gate", "gates", "Gate", "Gates"],
        "loss": ["loss", "losses"],
        "analogy": ["analogy", "analogies", "Analogies"],
        "back-propagation": ["back-propagation", "backpropagation", "back propagation", "Backpropagation"],
        "feature map": ["feature map", "feature\nmaps", "feature-map", "Feature maps"],
        "Hebb's rule": ["Hebb's rule", "Hebb’s rule"],
        "GAN": ["GAN", "GANs"],
        "k-means": ["k-means"],
    }.items(),
)
def test_spellings(word, found):
    assert [linked(f"by {text}, he said", word) for text in found] == [[(text, word)] for text in found]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("gate", "to delegate, navigates, gate-like, tailgate, sub-gate, gated"),
        ("GAN", "gan, Gan, GANG"),
        ("Adam", "adam, Adamant"),
        ("feature map", "featuremap, feature. Map"),
        ("analogy", "analogys"),
        ("ReLU", "RELU, relu"),
    ],
)
def test_no_other_words(word, text):
    assert linked(text, word) == []


def test_the_longest_term_is_meant():
    words = "descent", "descent by steps", "stochastic descent", "convolution", "convolutional network"
    text = "a convolutional network, a convolution, stochastic descent, descent by steps and descent"
    assert [word for _, word in linked(text, *words)] == [words[i] for i in (4, 3, 2, 1, 0)]


def test_a_term_within_a_longer_one_waits_for_its_own_first_use():
    assert linked("GAN: conditional GAN, conditional GAN", "conditional GAN") == [("conditional GAN",) * 2]
    found = linked("a conditional GAN, a conditional GAN", "conditional GAN", "GAN")
    assert found == [("conditional GAN", "conditional GAN")]


def test_only_the_first_use_is_linked():
    assert linked("A gate opens, the gate closes, gates do", "gate") == [("gate", "gate")]


def test_text_is_read_across_lines_and_within_emphasis():
    lines = [nodes.Text("a hidden"), nodes.Text("\n"), nodes.Text("layer and ")]
    assert linked([*lines, nodes.strong("", "dropout")], "hidden layer", "dropout") == [
        ("hidden\nlayer", "hidden layer"),
        ("dropout", "dropout"),
    ]


@pytest.mark.parametrize(
    "node",
    [
        nodes.literal("", "gate"),
        nodes.math("", "gate"),
        nodes.reference("", "gate", refuri="there"),
        nodes.inline("", "gate", classes=["dl-plain"]),
        nodes.raw("", "gate"),
    ],
    ids=lambda node: type(node).__name__,
)
def test_code_mathematics_links_and_marked_words_stay_as_they_are(node):
    assert linked([nodes.Text("a "), node, nodes.Text(" and a "), nodes.emphasis("", "gates")], "gate") == [
        ("gates", "gate")
    ]


def test_running_text():
    def text(word):
        return nodes.paragraph("", word)

    page = nodes.section(
        "",
        nodes.title("", "heading"),
        text("paragraph"),
        nodes.bullet_list("", nodes.list_item("", text("item"))),
        nodes.note("", nodes.title("", "title"), text("box")),
        nodes.figure("", nodes.image(), nodes.caption("", "caption"), nodes.legend("", text("legend"))),
        nodes.table(
            "", nodes.thead("", nodes.entry("", text("head"))), nodes.tbody("", nodes.entry("", text("entry")))
        ),
        nodes.container("", text("output"), classes=["cell_output", "docutils"]),
        nodes.paragraph("", "in code", classes=["dl-code"]),
    )
    assert [paragraph.astext() for paragraph in running_text(page)] == ["paragraph", "item", "box", "entry"]


def test_a_word_with_a_note_is_linked_in_its_own_chapter():
    terms = {
        "a": Entry(GLOSSARY, ("kernel (of an image)", "filter"), "", "cnn-convolution"),
        "b": Entry(GLOSSARY, ("kernel (of samples)",), "", "hist-nonlinearity"),
    }
    labels = {"cnn-convolution": ("chapters/cnn/convolution",), "hist-nonlinearity": ("chapters/history/nonlinearity",)}
    env = SimpleNamespace(terms=terms, get_domain=lambda name: SimpleNamespace(labels=labels))
    assert words_for("chapters/cnn/uses", env) == {"kernel": "a", "filter": "a"}
    assert words_for("chapters/history/units", env) == {"filter": "a", "kernel": "b"}
    assert words_for("chapters/gan/uses", env) == {"filter": "a"}


# What stands on the pages


@pytest.fixture(scope="module")
def parsed(html):
    return lambda page: BeautifulSoup((html / f"{page}.html").read_bytes(), "html.parser")


@pytest.fixture(scope="module")
def entries(parsed):
    """The entries as the glossary's page shows them: anchor, terms, folder of the chapter, text."""
    found = []
    for text in parsed(GLOSSARY).select("dl.glossary > dd"):
        terms = list(text.find_previous_siblings(["dd", "dt"]))
        terms = terms[: next((i for i, tag in enumerate(terms) if tag.name == "dd"), len(terms))][::-1]
        names = [tag.get_text().rstrip("#").strip() for tag in terms]
        place = posixpath.normpath(posixpath.join("chapters", text.a["href"]))
        found.append((terms[0]["id"], names, posixpath.dirname(place), text.get_text()))
    return found


def spelt(term):
    """Return all that is read as a term: a small set of strings."""
    words = re.split("([ -])", term.replace("’", "'"))
    gaps = [{" ": (" ", "-"), "-": ("-", " ", "")}.get(word, (word,)) for word in words]
    one = {"".join(parts) for parts in product(*gaps)}
    many = {f"{word[:-1]}ies" for word in one if word[-1] == "y"} or {word + end for word in one for end in ("s", "es")}
    both = one | many
    capital = {word[0].upper() + word[1:] for word in both} if words[0].islower() else set()
    return both | capital


def text_and_links(article):
    """Return the running text of an article, with | where markup interrupts it, and where its links to terms stand."""
    pieces, links = [], []

    def read(tag):
        for child in tag.children:
            classes = child.get("class", []) if not isinstance(child, NavigableString) else []
            if type(child) is NavigableString:
                pieces.append(child)
            elif "dl-term" in classes:
                links.append((len("".join(pieces)), child))
                pieces.append(child.get_text())
            else:
                pieces.append("|")
                if child.name in ("em", "strong", "span") and not re.search(r"\b(dl-|math)", " ".join(classes)):
                    read(child)
                    pieces.append("|")

    for paragraph in article.select("p"):
        closed = "thead, figure, .cell_output, .admonition-title, .caption, [class^='dl-'], .topic-title"
        if not any(tag.css.match(closed) for tag in (paragraph, *paragraph.parents) if tag.name != "[document]"):
            read(paragraph)
            pieces.append("|")
    return "".join(pieces), links


def first_uses(text, words):
    """Return where each entry is first used, reading word by word and taking the longest term each time."""
    tokens = [match.span() for match in re.finditer(r"[\w-]+", text)]
    found, i = {}, 0
    while i < len(tokens):
        for j in range(min(i + 8, len(tokens)) - 1, i - 1, -1):
            phrase = " ".join(text[tokens[i][0] : tokens[j][1]].replace("’", "'").split())
            if phrase in words:
                found.setdefault(words[phrase], tokens[i][0])
                i = j
                break
        i += 1
    return found


@pytest.mark.parametrize("page", CHAPTER_PAGES)
def test_each_term_is_linked_at_its_first_use_and_only_there(page, parsed, entries):
    words = {}
    for anchor, names, chapter, _ in entries:
        for name, _, note in (name.partition(" (") for name in names):
            if not note or chapter == posixpath.dirname(page):
                words |= dict.fromkeys(spelt(name), anchor)
    text, links = text_and_links(parsed(page).select_one("article.bd-article"))
    places = {urldefrag(link["href"])[1]: place for place, link in links}
    assert len(links) == len(places), "a term is linked twice"
    assert places == first_uses(text, words)


@pytest.mark.parametrize("page", CHAPTER_PAGES)
def test_links_say_what_the_entry_says(page, parsed, entries):
    says = {anchor: " ".join(text.split()) for anchor, _, _, text in entries}
    for link in parsed(page).select("a.dl-term"):
        address, anchor = urldefrag(link["href"])
        assert posixpath.normpath(posixpath.join(posixpath.dirname(page), address)) == f"{GLOSSARY}.html"
        text = link["aria-description"]
        assert len(text) > 10 and not set(text) & set("\\${}`")
        assert "\\" in says[anchor] or says[anchor].startswith(text)


def test_only_pages_of_chapters_have_such_links(parsed):
    others = set(docnames()) - set(CHAPTER_PAGES)
    assert GLOSSARY in others
    assert {page for page in others if parsed(page).select("a.dl-term")} == set()


def test_words_of_a_chapter_have_one_sense_there(entries):
    words = [
        (name.partition(" (")[0], chapter if "(" in name else "") for _, names, chapter, _ in entries for name in names
    ]
    assert len(words) == len(set(words))


def test_the_glossary_is_in_order(entries):
    first = [re.sub("[^a-z0-9 ]", "", names[0].lower()) for _, names, _, _ in entries]
    assert first == sorted(first)


def test_the_index_lists_all_terms_and_the_glossary_leads_to_it(parsed, entries):
    listed = {link["href"] for link in parsed("genindex").select("table.indextable a, .indextable a")}
    assert {f"{GLOSSARY}.html#{anchor}" for anchor, *_ in entries} <= listed
    assert "../genindex.html" in {link["href"] for link in parsed(GLOSSARY).select("article.bd-article p a")}


def test_the_index_does_not_scroll_sideways_on_a_phone(html, browser):
    tab, *_ = open_page(browser, (html / "genindex.html").as_uri(), "phone")
    assert tab.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    tab.context.close()


BOX = """() => {
  const [box, link] = [document.querySelector(".dl-definition"), document.activeElement];
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return {
    open: box.matches(":popover-open"),
    right_words: box.textContent === link.getAttribute("aria-description"),
    in_sight: left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight,
    wider: document.scrollingElement.scrollWidth > innerWidth,
  };
}"""
SEEN = {"open": True, "right_words": True, "in_sight": True, "wider": False}


@pytest.mark.parametrize("look", ["desk", "phone"])
def test_the_box_opens_by_keyboard_and_closes_by_escape(html, browser, look):
    tab, _, complaints = open_page(browser, (html / "chapters/rnn/text.html").as_uri(), look)
    links = tab.query_selector_all("a.dl-term")
    assert links
    for link in links:
        link.focus()
        assert tab.evaluate(BOX) == SEEN, link.inner_text()
    tab.keyboard.press("Escape")
    assert tab.evaluate(BOX)["open"] is False
    assert complaints == []
    tab.context.close()


def test_the_box_stays_while_the_pointer_is_on_it(html, browser):
    tab, *_ = open_page(browser, (html / "chapters/rnn/text.html").as_uri(), "desk")
    tab.hover("a.dl-term")
    tab.wait_for_selector(".dl-definition:popover-open")
    tab.hover(".dl-definition")
    tab.wait_for_timeout(600)
    assert tab.locator(".dl-definition").is_visible()
    tab.mouse.move(1, 1)
    tab.wait_for_selector(".dl-definition", state="hidden")
    tab.context.close()


# When the glossary changes

INDEX = "A book\n======\n\n.. toctree::\n\n   rnn/page\n   glossary\n"
PAGE = ".. _place:\n\nA page\n======\n\nA gate opens; Adam learns.\n"
ENTRIES = "Glossary\n========\n\n.. glossary::\n\n   gate\n     What {} :ref:`place`.\n"


def test_pages_are_written_again_when_the_glossary_changes(tmp_path):
    def built(**files):
        for name, text in files.items():
            file = tmp_path / "chapters" / ("rnn" if name == "page" else "") / f"{name}.rst"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        options = "-q -W -C -D extensions=book.ext.terms -D root_doc=chapters/index".split()
        folders = [str(tmp_path), str(tmp_path / "_build")]
        subprocess.run([sys.executable, "-m", "sphinx", *options, *folders], cwd=ROOT, check=True, timeout=300)
        page = (tmp_path / "_build" / "chapters" / "rnn" / "page.html").read_text("utf-8")
        return [
            (link.text, link["aria-description"]) for link in BeautifulSoup(page, "html.parser").select("a.dl-term")
        ]

    assert built(index=INDEX, page=PAGE, glossary=ENTRIES.format("opens.")) == [("gate", "What opens.")]
    assert built(glossary=ENTRIES.format("closes.")) == [("gate", "What closes.")]
    more = ENTRIES.format("closes.") + "\n   Adam\n     Who learns. :ref:`place`.\n"
    assert built(glossary=more) == [("gate", "What closes."), ("Adam", "Who learns.")]
    assert built(glossary=ENTRIES.format("closes.").replace("   gate", "   Adam")) == [("Adam", "What closes.")]
