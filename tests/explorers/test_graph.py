"""The graph of numbers: what it lights and says at each frame, in the kernel and in the page alike."""

import jax.numpy as jnp
import numpy as np
import pytest
from playwright.sync_api import expect

from dlbook.autodiff import Value, trace
from dlbook.explorers import Explorer, Graph, Range
from dlbook.explorers.picture import picture
from dlbook.explorers.record import Frame
from dlbook.explorers.views.graph import Moment
from tests.explorers.conftest import write_page
from tests.explorers.test_page import DRAWING, control

TAPE, PLAIN, LIGHTS = "explore-tape", "explore-plain", "explore-lights"
PLACES = dict(a=(0, 1), b=(0, 0), c=(1, 1), q=(2, 1), e=(3, 0.5))
ROWS = (
    """id => [...document.querySelectorAll(`#${id} details tr`)].map(row => [...row.children].map(c => c.innerText))"""
)


def expression(a, b):
    """e = c·c + c with c = a + b: the node c is used three times."""
    c = (Value(a, "a") + Value(b, "b")).named("c")
    return ((c * c).named("q") + c).named("e")


def played(a, b):
    """The record of the trace, with 0 where a number is not known yet."""
    tape = trace(expression(a, b))
    rows = lambda part: [[0.0 if v is None else v for v in step.state[part]] for step in tape.steps]
    values, grads = (jnp.stack([jnp.stack(row) for row in rows(part)]) for part in ("values", "grads"))
    return dict(values=values, grads=grads, slopes=jnp.stack(tape.slopes))


def tape() -> Explorer:
    steps = trace(expression(2.0, 1.0)).steps
    return Explorer(
        played,
        controls=dict(a=Range(-3.0, 3.0, steps=61, start=2.0), b=Range(-3.0, 3.0, steps=61, start=1.0)),
        views=[Graph.of(trace(expression(2.0, 1.0)), PLACES, title="tape")],
        title="Tape",
        describe="e = {values[-1][4]:.3g}.",
        frames=("step", range(1, len(steps) + 1)),
    )


def plain() -> Explorer:
    """A graph without frames, code or gradients; one value is not finite."""
    graph = Graph(dict(u=(0, 0), v=(1, 0), w=(2, 0)), [("u", "v"), ("v", "w")], values="v", slopes="w")
    return Explorer(
        lambda x: dict(v=jnp.stack([x, 1 / (x - x), x * x]), w=jnp.stack([2 * x, x])),
        controls=dict(x=Range(1.0, 3.0, steps=3)),
        views=[graph],
        title="Plain",
        describe="{x}",
    )


def lights() -> Explorer:
    """Four frames with the same numbers and no words, which light nothing, a node, an edge and a line of code."""
    moments = [Moment(), Moment(nodes=(1,)), Moment(edges=(0,)), Moment(line=0)]
    return Explorer(
        lambda x: dict(values=jnp.full((4, 2), 1.0) * x),
        controls=dict(x=Range(1.0, 3.0, steps=3)),
        views=[Graph(dict(u=(0, 0), v=(1, 0)), [("u", "v")], values="values", moments=moments, code=["v = u"])],
        title="Lights",
        describe="{x}",
        frames="frame",
    )


@pytest.fixture(scope="module")
def explorers():
    return {TAPE: tape(), PLAIN: plain(), LIGHTS: lights()}


@pytest.fixture(scope="module")
def page_file(explorers, tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("graph") / "figures.html", explorers.values())


def rows_of(explorer, positions, frame=None):
    numbers = explorer.views[0].numbers(explorer.record(positions), explorer.frame(frame))
    return [[name, *map(str, cells)] for name, cells in numbers]


def test_each_frame_shows_what_is_known_and_lights_what_moves(explorers):
    figure, steps = explorers[TAPE], trace(expression(2.0, 1.0)).steps
    for i, step in enumerate(steps):
        rows = {name: cells for name, *cells in rows_of(figure, figure.start, i)}
        moment = figure.views[0].moments[i]
        assert rows["this step"] == [f"{step.formula}:  {step.numbers.format(**step.state)}"]
        assert rows["code"] == [step.code]
        assert moment.nodes == (step.node,) and (step.edge is None or moment.edges == (step.edge,))
        for k, name in enumerate(PLACES):
            known = [("value", step.state["values"][k]), ("gradient", step.state["grads"][k])]
            assert rows[name] == [f"{word} {v:g}" for word, v in known if v is not None]


def test_the_forward_step_lights_the_edges_that_enter():
    graph = tape().views[0]
    ends = [graph.edges[i] for i in graph.moments[0].edges]
    assert sorted(ends) == [("a", "c"), ("b", "c")]
    assert [graph.edges[i] for i in graph.moments[1].edges] == [("c", "q")] * 2


def test_edges_between_the_same_nodes_bend_apart():
    spec = tape().views[0].spec()
    bows = {}
    for edge, bow in zip(spec["edges"], spec["bows"], strict=True):
        bows.setdefault(tuple(edge), []).append(bow)
    assert sorted(len(set(bow)) for bow in bows.values()) == [1, 1, 1, 1, 2]
    assert sum(bows[(2, 3)]) == 0 != bows[(2, 3)][0]


@pytest.mark.parametrize("frame", [0, 4, 8])
@pytest.mark.parametrize("positions", [(50, 40), (0, 60), (30, 30)])
def test_the_page_says_the_same_numbers(visit, explorers, frame, positions):
    page, explorer = visit(), explorers[TAPE]
    page.locator(f"#{TAPE} summary").click()
    expect(page.locator(f"#{TAPE} details tr")).to_have_count(7)
    for name, position in zip("ab", positions, strict=True):
        control(page, TAPE, name).fill(str(position))
    control(page, TAPE, "step").fill(str(frame))
    value = explorer.summary(positions, explorer.record(positions))
    expect(page.locator(f"#{TAPE} .dl-summary")).to_have_text(value)
    said = [[" ".join(cell.split()) for cell in row] for row in page.evaluate(ROWS, TAPE)]
    assert said == [[" ".join(cell.split()) for cell in row] for row in rows_of(explorer, positions, frame)]


@pytest.mark.parametrize(("figure", "name", "count"), [(TAPE, "step", 9), (LIGHTS, "frame", 4)])
def test_scrubbing_moves_the_light(visit, figure, name, count):
    page = visit()
    drawings = set()
    for frame in range(count):
        control(page, figure, name).fill(str(frame))
        drawings.add(page.locator(f"#{figure}").evaluate(DRAWING))
    assert len(drawings) == count


def test_a_graph_without_frames_says_what_is_not_finite(visit, explorers):
    page = visit()
    page.locator(f"#{PLAIN} summary").click()
    rows = rows_of(explorers[PLAIN], explorers[PLAIN].start)
    assert rows == [["u", "value 2"], ["v", "value infinite"], ["w", "value 4"]]
    expect(page.locator(f"#{PLAIN} details tr")).to_have_count(3)
    assert page.evaluate(ROWS, PLAIN) == rows


def test_on_a_phone_nothing_leaves_the_canvas(visit):
    page = visit(viewport={"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("name", "count"), [(TAPE, 9), (LIGHTS, 4)])
def test_the_picture_shows_the_frame(explorers, name, count):
    figure = explorers[name]
    pictures = {picture(figure.views, figure.record(figure.start), Frame(i, count)) for i in range(count)}
    assert len(pictures) == count


def test_the_last_moment_stands_for_the_rest():
    graph = Graph(dict(u=(0, 0), v=(1, 0)), [("u", "v")], values="v", grads="g", moments=[Moment(grads=(False, True))])
    record = dict(v=np.ones((3, 2)), g=np.full((3, 2), 5.0))
    for frame in (Frame(0, 3), Frame(2, 3), None):
        taken = record if frame else {name: a[0] for name, a in record.items()}
        assert graph.numbers(taken, frame)[1:] == [("u", ["value 1"]), ("v", ["value 1", "gradient 5"])]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(edges=[("u", "x")]), r"Graph: an edge names 'x', the nodes are u, v\."),
        (dict(moments=[Moment(nodes=(2,))]), r"Graph: a moment lights nodes \[2\], the graph has 2\."),
        (dict(moments=[Moment(edges=(1,))]), r"Graph: a moment lights edges \[1\], the graph has 1\."),
        (dict(moments=[Moment(line=0)]), r"Graph: a moment lights lines of code \[0\], the graph has 0\."),
        (dict(moments=[Moment(grads=(True,))]), r"Graph: a moment knows grads of 1 nodes, not of all\."),
        (dict(moments=[Moment(numbers="{grads[0]}")]), r"describe: \{grads\} is neither a setting nor an entry"),
    ],
)
def test_what_the_graph_lacks_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        Graph(**(dict(nodes=dict(u=(0, 0), v=(1, 0)), edges=[("u", "v")], values="v") | change))


def test_a_node_of_the_trace_without_a_place_is_named():
    with pytest.raises(ValueError, match=r"Graph: places lacks the node 'e'\."):
        Graph.of(trace(expression(2.0, 1.0)), {name: place for name, place in PLACES.items() if name != "e"})
