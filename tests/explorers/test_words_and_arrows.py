"""A list of words, words at points, and arrows in a plane: drawn in the kernel, and the same in the page."""

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import pytest
from playwright.sync_api import expect

from dlbook.explorers import Explorer, Plane, Range, Ranking, Scatter
from tests.explorers.conftest import write_page

WORDS = ["ant", "bee", "cat", "dog"]
NEAR = "explore-nearest"


def nearest(turn):
    """Return the order of three words by a number each, their places, and two arrows; one number is not finite."""
    values = jnp.cos(turn + jnp.arange(4.0))
    order = jnp.argsort(-values)
    places = jnp.stack([jnp.cos(turn + jnp.arange(4.0)), jnp.sin(jnp.arange(4.0))], 1)
    return dict(
        order=jnp.where(jnp.arange(4) < 3, order, -1),
        cosine=jnp.where(jnp.arange(4) == 2, jnp.nan, values[order]),
        places=places,
        arrows=jnp.stack([places[:2], 0.5 * places[2:]], 1),
        field=jnp.ones((4, 4)) * turn,
    )


def figure() -> Explorer:
    return Explorer(
        nearest,
        controls=dict(turn=Range(0, 2, steps=5)),
        views=[
            Ranking("order", "cosine", words=WORDS, limits=(-1, 1), title="Nearest"),
            Scatter("places", words=WORDS, extent=(-2, 2, -2, 2)),
            Plane("field", extent=(-2, 2, -2, 2), limits=(0, 2), arrows="arrows"),
        ],
        title="Nearest",
        describe="Turned by {turn}.",
    )


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("words") / "figures.html", [figure()])


@pytest.fixture
def ax():
    picture, ax = plt.subplots()
    yield ax
    plt.close(picture)


def test_the_list_is_drawn_in_its_order_without_empty_rows(ax):
    shown = figure()
    ranking, record = shown.views[0], shown.record((0,))
    ranking.draw(ax, record)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ant", "bee", "cat"]
    assert [text.get_text() for text in ax.texts] == ["1.00", "0.54", "not a number"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([2, 1 + np.cos(1), 0], abs=1e-6)
    assert ranking.numbers(record) == [("ant", ["1"]), ("bee", ["0.5403"]), ("cat", ["not a number"])]


def test_words_stand_at_their_points(ax):
    shown = figure()
    scatter, record = shown.views[1], shown.record((1,))
    scatter.draw(ax, record)
    assert {text.get_text(): text.xy for text in ax.texts} == {
        word: pytest.approx(place) for word, place in zip(WORDS, record["places"], strict=True)
    }
    assert scatter.numbers(record)[2] == ("cat", ["-0.8011", "0.9093"])
    with pytest.raises(ValueError, match="shorter|longer"):
        Scatter("places", words=WORDS[:3]).draw(ax, record)


def test_arrows_point_from_their_first_end_to_the_other(ax):
    shown = figure()
    plane, record = shown.views[2], shown.record((0,))
    plane.draw(ax, record)
    tips = [tuple(text.xy) for text in ax.texts[1::2]]
    assert tips == [pytest.approx(arrow[1]) for arrow in record["arrows"]]
    assert plane.numbers(record)[5] == ("arrow 1, from and to", ["(1, 0)", "(-0.2081, 0.4546)"])


def test_the_page_says_the_same_numbers_and_draws_each_setting(visit):
    page, shown, seen = visit(), figure(), set()
    page.locator(f"#{NEAR} details summary").click()
    slider = page.locator(f"#{NEAR}").get_by_label("turn", exact=True)
    for position in (0, 2, 4):
        slider.fill(str(position))
        expect(page.locator(f"#{NEAR} .dl-summary")).to_contain_text(f"Turned by {position // 2}.")
        record = shown.record((position,))
        rows = [row.split("\t") for row in page.locator(f"#{NEAR} details tr").all_inner_texts()]
        expected = [[name, *cells] for view in shown.views for name, cells in view.numbers(record)]
        assert [row for row in rows if len(row) > 1] == expected
        pictures = "list => list.map(canvas => canvas.toDataURL())"
        seen |= set(page.locator(f"#{NEAR} .dl-view canvas:not(.dl-swatch)").evaluate_all(pictures))
    assert len(seen) == 9
    said = page.locator(f"#{NEAR} .dl-view canvas").first.get_attribute("aria-label")
    assert said.startswith("Nearest: ") and "not a number" in said


@pytest.mark.parametrize(
    ("changes", "message"),
    [(dict(limits=(1, 1)), "limits must be a lower and a higher value"), (dict(words=[]), "at least one word")],
)
def test_bad_lists_are_refused(changes, message):
    with pytest.raises(ValueError, match=f"Ranking: .*{message}"):
        Ranking("order", "cosine", **(dict(words=WORDS) | changes))


def test_words_of_points_that_coincide_are_written_apart(ax):
    record = dict(places=np.array([[0.0, 0], [0, 0], [0, 0], [1, 1]]))
    Scatter("places", words=WORDS, extent=(-2, 2, -2, 2)).draw(ax, record)
    offsets = [text.xyann for text in ax.texts]
    assert len(set(offsets[:3])) == 3 and offsets[3] == offsets[0]
