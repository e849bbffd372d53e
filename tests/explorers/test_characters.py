"""The view of a text: in Matplotlib, in the page, and in words for who sees neither."""

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlbook.explorers import Characters, Choice, Explorer, Steps
from dlbook.explorers.record import Frame
from dlbook.explorers.views.characters import wrapped
from tests.explorers.conftest import write_page
from tests.explorers.test_live_page import FINISHED, move
from tests.explorers.test_page import control

TEXTS = ["it writes one character after another.", "(a,verylongword) and more"]
SYMBOLS = sorted(set("".join(TEXTS)))
SPELT = "explore-spelt"
CODES = np.array([[SYMBOLS.index(c) for c in text.ljust(38)] for text in TEXTS])


def write(places, text):
    """Write a character; its number is 1 at the place of the first parenthesis, else less."""
    written = jnp.arange(38) <= places
    tokens = jnp.where(written, jnp.asarray(CODES)[text], -1)
    values = jnp.where(tokens == SYMBOLS.index("("), 1.0, -jnp.arange(38.0) / 38)
    return dict(tokens=tokens, values=values, count=places + 1)


def spelt(**changes) -> Explorer:
    arguments = dict(
        kernel=Steps(lambda text: 0 * text, lambda places: places + 1, write, count=37),
        controls=dict(text=Choice(["first", "second"])),
        views=[Characters("tokens", symbols=SYMBOLS, values="values", columns=12, title="Written")],
        title="Spelt",
        describe="Of the {text} text {count:d} characters are written.",
    )
    return Explorer(**(arguments | changes))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("text") / "figures.html", [spelt()])


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_words_are_wrapped_whole_and_long_ones_are_cut():
    rows = {}
    for character, (row, _) in zip(TEXTS[1], wrapped(TEXTS[1], 12), strict=True):
        rows[row] = rows.get(row, "") + character
    assert list(rows.values()) == ["(a,verylongw", "ord) and ", "more"]
    assert wrapped("ab  c", 3) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
    assert wrapped("", 3) == []


def test_matplotlib_shows_what_is_written_on_the_colours_of_the_numbers(ax):
    figure = spelt()
    (view,), record = figure.views, figure.record((1,))
    view.draw(ax, record, Frame(4, 38))
    assert "".join(text.get_text() for text in ax.texts) == "(a,ve"
    red = [patch.get_facecolor()[0] - patch.get_facecolor()[2] for patch in ax.patches]
    assert max(red) == red[0] and red[1:] == sorted(red[1:], reverse=True)


def test_characters_stand_out_from_their_colours(ax):
    view = Characters("tokens", symbols="ab", values="values", colours="grey", limits=(0, 1))
    view.draw(ax, dict(tokens=np.array([0, 1, 0]), values=np.array([0.1, 0.9, np.nan])))
    assert [text.get_color() for text in ax.texts] == ["white", "black", "black"]


def test_text_and_extremes_are_said():
    figure = spelt()
    assert figure.views[0].numbers(figure.record((1,)), Frame(4, 38)) == [
        ("text", ["(a,ve"]),
        ("lowest", ["-0.1053", "character 5, “e”"]),
        ("highest", ["1", "character 1, “(”"]),
    ]
    plain = Characters("tokens", symbols=SYMBOLS)
    assert plain.numbers(dict(tokens=np.array([2, -1, 3, -1]))) == [("text", [f"{SYMBOLS[2]} {SYMBOLS[3]}"])]
    assert plain.numbers(dict(tokens=np.array([-1, -1]))) == [("text", [""])]


def test_the_page_says_and_tabulates_the_same(visit):
    page, figure = visit(), spelt()
    page.wait_for_function(FINISHED, arg=SPELT)
    canvas = page.locator(f"#{SPELT} .dl-view canvas").first
    assert canvas.get_attribute("aria-label") == f"Written: {TEXTS[0]}"
    move(page, SPELT, "text", 1)
    page.locator(f"#{SPELT} details summary").click()
    for frame in (0, 4, 19):
        control(page, SPELT, "step").fill(str(frame))
        assert canvas.get_attribute("aria-label") == f"Written: {TEXTS[1][: frame + 1]}"
        rows = page.locator(f"#{SPELT} details tr").all_inner_texts()
        expected = figure.views[0].numbers(figure.record((1,)), Frame(frame, 38))
        assert [row.split("\t") for row in rows] == [[name, *cells] for name, cells in expected]


def test_the_page_draws_each_frame_and_wraps_as_python_does(visit, page_file):
    page = visit()
    page.wait_for_function(FINISHED, arg=SPELT)
    look = f"document.querySelector('#{SPELT} .dl-view canvas').toDataURL()"
    seen = set()
    for frame in (0, 9, 20, 37):
        control(page, SPELT, "step").fill(str(frame))
        seen.add(page.evaluate(look))
    assert len(seen) == 4
    script = (page_file.parent / "explorer.js").read_text("utf-8")
    page.add_script_tag(content=script.replace("function startAll()", "window.KINDS = KINDS;\nfunction startAll()"))
    for text in (*TEXTS, "ab  c", " a", "abc ", ""):
        for columns in (3, 7, 12):
            got = page.evaluate("([text, n]) => window.KINDS.characters.wrapped(text, n)", [text, columns])
            assert [tuple(place) for place in got] == wrapped(text, columns), (text, columns)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(symbols=["a", "bc"]), "symbols must be single characters"),
        (dict(symbols="ab", columns=0), "columns must be at least 1, got 0"),
        (dict(symbols="ab", limits=(1, 1)), "limits must be a lower and a higher value"),
        (dict(symbols="ab", colours="jet"), "colours must be one of"),
    ],
)
def test_bad_texts_are_refused(changes, message):
    with pytest.raises(ValueError, match=f"Characters: {message}"):
        Characters("tokens", **changes)
