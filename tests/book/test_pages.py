"""The built pages, opened from disk in a browser that has no network."""

import functools
import json
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from tests.book.chapters import docnames

PAGES = docnames()
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
LOOKS = {"desk": (DESK, "light"), "phone": (PHONE, "dark")}
PAGE_LIMIT = 1.5e6  # bytes of HTML, pictures and live material; the theme's and MathJax's files come once for all pages
LIVE_LIMIT = 250_000
AXE = {"preload": False, "resultTypes": ["violations"]}  # styles need not be fetched a second time
ONCE = """() => {  // leaves one coloured word of those that have all classes in common, their ancestors' too
  const seen = new Set();
  for (const word of document.querySelectorAll(":is(.highlight, .sig) span[class]:not(:has(*))")) {
    let kind = "";
    for (let node = word; node; node = node.parentElement) kind += node.className + " < ";
    seen.has(kind) ? word.replaceWith(word.textContent) : seen.add(kind);
  }
}"""
DRAWINGS = {"exclude": [["mjx-container > svg"]]}  # thousands of hidden shapes; the formula beside them is read aloud

each_page = pytest.mark.parametrize("page", PAGES)
each_look = pytest.mark.parametrize("look", LOOKS)


class Visit(NamedTuple):
    """What a page asked for and complained about while it loaded, and what then stood on it."""

    requests: tuple[str, ...]
    complaints: tuple[str, ...]
    facts: dict
    violations: list[str]


FACTS = """async () => {
  await (window.MathJax?.startup?.promise);
  document.querySelectorAll("img[loading=lazy]").forEach(image => image.loading = "eager");
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
  const formulas = [...document.querySelectorAll("span.math, div.math")];
  const right = element => element.getBoundingClientRect().right;
  const wide = [...document.querySelectorAll(".bd-article *")].filter(element => right(element) > innerWidth + 1);
  return {
    overflow: document.scrollingElement.scrollWidth - innerWidth,
    wide: wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120)),
    formulas: formulas.length,
    raw: formulas.filter(e => !e.querySelector("mjx-container") || e.querySelector("mjx-merror, [data-mjx-error]"))
      .map(e => e.textContent.slice(0, 80)),
    silent: [...document.images].filter(image => !image.alt.trim() || /\\b(True|False)\\b/.test(image.alt))
      .map(image => image.alt || image.src.slice(-80)),
    broken: [...document.images].filter(image => !image.naturalWidth).map(image => image.src.slice(-80)),
    cut: formulas.filter(e => [...e.querySelectorAll("mjx-container")].some(
      f => f.querySelector("svg").getBoundingClientRect().width > f.clientWidth + 4))
      .map(e => `${e.id}, on ${e.clientWidth} points`),
    theme: document.documentElement.dataset.theme,
  };
}"""


def open_page(browser, address, look, **options):
    """Return a page of a browser that reaches nothing outside the disk, and what it asked for and complained about."""
    size, scheme = LOOKS[look]
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True, **options)
    page, requests, complaints = context.new_page(), [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url[:120]}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("console", lambda line: line.type in ("error", "warning") and complaints.append(f"console: {line.text}"))
    page.goto(address)
    return page, requests, complaints


@pytest.fixture(scope="module")
def visit(html, browser):
    """A function that opens a page once in each look, and remembers."""

    @functools.cache
    def open_once(page, look):
        tab, requests, complaints = open_page(browser, (html / f"{page}.html").as_uri(), look)
        facts = tab.evaluate(FACTS)
        visited = tuple(requests), tuple(complaints)  # without those of axe
        tab.evaluate(ONCE)
        violations = [
            f"{found['id']} ({found['impact']}) {node['html'][:160]} {node['failureSummary'][-160:]}"
            for found in Axe().run(tab, DRAWINGS, AXE).response["violations"]
            for node in found["nodes"][:3]
        ]
        tab.context.close()
        return Visit(*visited, facts, violations)

    return open_once


def test_the_book_builds(built):
    complaints = [line for line in built.log.splitlines() if "WARNING" in line or "Error" in line]
    assert built.returncode == 0, "\n".join(complaints) or built.log[-3000:]


@each_look
@each_page
def test_asks_nobody_outside_the_folder(visit, page, look):
    assert [url for url in visit(page, look).requests if not url.startswith(("file:", "data:", "blob:"))] == []


@each_look
@each_page
def test_loads_without_a_complaint(visit, page, look):
    assert visit(page, look).complaints == ()


@each_look
@each_page
def test_every_formula_is_typeset(visit, page, look):
    assert visit(page, look).facts["raw"] == []


@each_page
def test_no_formula_is_cut_off_on_a_desk(visit, page):
    """On a phone a long formula scrolls by itself; where there is room it is written on two lines."""
    assert visit(page, "desk").facts["cut"] == []


@each_look
@each_page
def test_every_picture_is_there_and_has_an_alternative_text(visit, page, look):
    """The text says what is to be seen; it does not answer True or False."""
    facts = visit(page, look).facts
    assert (facts["silent"], facts["broken"]) == ([], [])


@each_page
def test_does_not_scroll_sideways_on_a_phone(visit, page):
    facts = visit(page, "phone").facts
    assert facts["overflow"] <= 0, facts["wide"]


@pytest.mark.parametrize(("look", "theme"), [(look, scheme) for look, (_, scheme) in LOOKS.items()])
def test_follows_the_colours_of_the_system(visit, look, theme):
    assert visit(PAGES[0], look).facts["theme"] == theme


def test_is_printed_in_light_colours(html, browser):
    tab, *_ = open_page(browser, (html / f"{PAGES[0]}.html").as_uri(), "phone")
    themes = [tab.evaluate("document.documentElement.dataset.theme")]
    for event in ("beforeprint", "afterprint"):
        tab.evaluate("name => dispatchEvent(new Event(name))", event)
        themes.append(tab.evaluate("document.documentElement.dataset.theme"))
    assert themes == ["dark", "light", "dark"]


@each_look
@each_page
def test_has_no_barrier(visit, page, look):
    assert visit(page, look).violations == []


def test_a_barrier_is_found(browser):
    tab = browser.new_page()
    tab.set_content('<html lang="en"><title>t</title><main><h1>h</h1><img src="x.png"></main></html>')
    assert "image-alt" in [found["id"] for found in Axe().run(tab).response["violations"]]


@each_page
def test_weighs_little(visit, html, page):
    """The page itself with its pictures; files that pages share come once."""
    own = [html / f"{page}.html"]
    soup = BeautifulSoup(own[0].read_bytes(), "html.parser")
    pictures = {
        (own[0].parent / unquote(image["src"])).resolve() for image in soup.select("img[src]:not([src^='data:'])")
    }
    assert sum(file.stat().st_size for file in [*own, *pictures]) <= PAGE_LIMIT


@each_page
def test_carries_little_live_material(html, page):
    """Compiled kernels, tables and settings of all figures together."""
    soup = BeautifulSoup((html / f"{page}.html").read_bytes(), "html.parser")
    assert sum(len(script.text) for script in soup.select(".dl-explorer script")) <= LIVE_LIMIT


def documents(html):
    names = [*PAGES, "search", "genindex", "index"]
    return {(html / f"{name}.html").as_uri(): (html / f"{name}.html").read_text("utf-8") for name in names}


def test_links_and_anchors_resolve(html):
    """Each link leads to a file of the folder and, where it names one, to a place in it."""
    soups = {address: BeautifulSoup(text, "html.parser") for address, text in documents(html).items()}
    places = {address: {tag["id"] for tag in soup.select("[id]")} for address, soup in soups.items()}
    dead = []
    for address, soup in soups.items():
        for link in soup.select("a[href]"):
            target, fragment = urldefrag(urljoin(address, link["href"]))
            if not target.startswith("file:"):
                continue
            exists = (html / unquote(target.removeprefix(html.as_uri() + "/"))).is_file()
            if not exists or (fragment and target in places and unquote(fragment) not in places[target]):
                dead.append((address.rsplit("/", 1)[-1], link["href"]))
    assert dead == []


def test_no_page_points_to_a_repository_that_does_not_exist(html):
    for address, text in documents(html).items():
        assert "executablebooks" not in text and 'href=""' not in text, address
        assert "mybinder" not in text and "colab.research" not in text, address


def test_the_front_door_leads_to_the_first_page(html, browser):
    tab, _, complaints = open_page(browser, (html / "index.html").as_uri(), "desk")
    tab.wait_for_url(f"**/{PAGES[0]}.html")
    assert complaints == []


# Explorers

PICTURE = """figure => [...figure.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join()
  + figure.querySelector(".dl-summary").textContent"""
CONTROLS = (  # of those for the reader's own data the first button; numbers and class wait for it
    ".dl-control:not(.dl-own) :is(input, select, button), .dl-player :is(input, button), .dl-own button:first-of-type"
)


def pages_with(html, kind):
    """Return the pages that have an "explorer" or a "question"."""
    return [page for page in PAGES if f'class="dl-{kind}"' in (html / f"{page}.html").read_text(encoding="utf-8")]


def keys_for(control):
    """Keys of which one at least moves the control, wherever it stands; a button is moved by both."""
    match control.evaluate("control => control.type"):
        case "range":
            return ["ArrowRight", "ArrowLeft", "End", "Home"]
        case "select-one":
            return ["ArrowDown", "ArrowUp"]
        case "number":
            return ["ArrowUp", "ArrowDown"]
        case "button":
            return ["Enter", "Space"]
        case "text":
            return ["Backspace", "a"]
        case other:
            raise ValueError(f"keys_for: no key known for a control of type {other}")


def moves(tab, figure, control, again=True) -> bool:
    """Press the control's keys and tell whether the figure changed; a run is also tried from another step."""
    control.focus()
    for key in keys_for(control):
        before = figure.evaluate(PICTURE)
        tab.keyboard.press(key)
        if control.evaluate("control => control.type") == "number":
            tab.keyboard.press("Enter")
        for _ in range(20):  # a live figure computes before it draws
            tab.wait_for_timeout(100)
            if figure.evaluate(PICTURE) != before:
                return True
    step = figure.query_selector(".dl-player button:text-is('Step')")
    if not (again and step):
        return False
    step.press("Enter")  # Reset, for one, moves nothing where the run begins
    tab.wait_for_timeout(2000)
    return moves(tab, figure, control, again=False)


def proven(figure) -> bool:
    """Tell whether a figure that computes in the page says that its first numbers are JAX's."""
    live = figure.evaluate("figure => Boolean(JSON.parse(figure.querySelector('script').textContent).live)")
    return not live or "its first numbers" in figure.wait_for_selector(".dl-badge").inner_text()


def test_every_control_of_every_explorer_moves_by_keyboard(html, browser):
    pages = pages_with(html, "explorer")
    assert pages
    dull = []
    for page in pages:
        tab, _, complaints = open_page(browser, (html / f"{page}.html").as_uri(), "desk")
        for figure in tab.query_selector_all("figure.dl-explorer"):
            tab.wait_for_function("figure => figure.matches('.dl-ready, .dl-refused')", arg=figure)
            assert figure.get_attribute("class").endswith("dl-ready"), figure.inner_text()
            assert proven(figure)
            figure.scroll_into_view_if_needed()
            controls = figure.query_selector_all(CONTROLS)
            assert controls
            names = [
                (page, figure.get_attribute("id"), control.evaluate("c => (c.labels[0] || c).innerText"))
                for control in controls
            ]
            dull += [name for name, control in zip(names, controls, strict=True) if not moves(tab, figure, control)]
        assert complaints == []
        tab.context.close()
    assert dull == []


def test_an_explorer_without_scripts_shows_its_picture_and_numbers(html, browser):
    page = pages_with(html, "explorer")[0]
    tab, *_ = open_page(browser, (html / f"{page}.html").as_uri(), "desk", java_script_enabled=False)
    figure = tab.query_selector("figure.dl-explorer")
    assert figure.query_selector(".dl-still img").is_visible()
    assert figure.query_selector(".dl-numbers table").is_visible()


# Questions

PLAIN = """([element, html]) => {  // the words apart from the formulas, which are drawn by now
  const copy = document.createElement("div");
  copy.innerHTML = html ?? element.querySelector("output").innerHTML;
  copy.querySelectorAll(".math").forEach(formula => formula.remove());
  return copy.textContent.trim();
}"""
UNDRAWN = "form => form.querySelectorAll('output .math:not(:has(mjx-container)), output mjx-merror').length"


def replies(form, question):
    """Give one reply after the other by keyboard, nonsense first, and yield what must be said to it."""
    reply = form.query_selector("input")
    reply.focus()
    reply.press("Enter")
    yield question["unread"]
    if "targets" not in question:
        reply.press("Space")
        for place, verdict in enumerate(question["verdicts"]):
            reply.press("Enter")
            yield verdict
            form.query_selector_all("input")[place].press("ArrowDown")
        return
    values, shown = [value for value, _ in question["targets"]], form.query_selector("details strong").text_content()
    texts = ["what?", *map(str, values[1:]), str(7 + 2 * sum(map(abs, values))), shown.split()[0]]
    verdicts = [question["unread"], *question["verdicts"][1:], question["verdicts"][0]]
    for text, verdict in zip(texts, verdicts, strict=True):
        reply.press("ControlOrMeta+a")
        reply.type(text)
        reply.press("Enter")
        yield verdict


def test_every_question_answers_every_reply_by_keyboard(html, browser):
    pages = pages_with(html, "question")
    assert pages
    faults = []
    for page in pages:
        tab, _, complaints = open_page(browser, (html / f"{page}.html").as_uri(), "phone")
        tab.evaluate(FACTS)
        forms = tab.query_selector_all("form.dl-question")
        assert len({form.get_attribute("id") for form in forms}) == len(forms), page
        for form in forms:
            question, heard = json.loads(form.get_attribute("data-question")), []
            for verdict in replies(form, question):
                heard.append(tab.evaluate(PLAIN, [form, None]))
                if heard[-1] != tab.evaluate(PLAIN, [form, verdict]) or form.evaluate(UNDRAWN):
                    faults.append((page, form.get_attribute("id"), verdict, heard[-1]))
            if [words.startswith("✓ Right.") for words in heard].count(True) != 1 or "Not yet." not in " ".join(heard):
                faults.append((page, form.get_attribute("id"), heard))
        assert complaints == []
        tab.context.close()
    assert faults == []


def test_a_question_without_scripts_shows_its_answer(html, browser):
    page = pages_with(html, "question")[0]
    tab, *_ = open_page(browser, (html / f"{page}.html").as_uri(), "desk", java_script_enabled=False)
    form = tab.locator("form.dl-question").first
    assert form.locator("input:visible, button:visible").count() == 0
    form.locator("summary").click()
    assert form.locator("details strong").is_visible()


@pytest.mark.parametrize("name", ["explorer", "question"])
def test_files_of_what_is_live_are_loaded_only_where_it_is(html, name):
    having = pages_with(html, name)
    for page in PAGES:
        text = (html / f"{page}.html").read_text(encoding="utf-8")
        assert (f"_static/{name}.js" in text) == (f"_static/{name}.css" in text) == (page in having)
