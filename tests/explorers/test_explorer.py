import base64
import itertools
import json
import re
import zlib

import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.explorers import Bars, Choice, Curve, Explorer, Images, Plane, Range, explorer, table
from dlbook.explorers.grid import on_grid
from dlbook.explorers.record import entries
from tests.explorers import figures


def spec_of(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize("make", [figures.descent, figures.softmax])
def test_the_table_equals_direct_calls(make):
    figure = make()
    axes = {name: control.arguments for name, control in figure.controls.items()}
    record = on_grid(figure.kernel, axes)
    for positions in itertools.product(*(range(len(values)) for values in axes.values())):
        direct = figure.record(positions)
        for name in direct:
            np.testing.assert_allclose(record[name][positions], direct[name], rtol=1e-5, atol=1e-6)


def test_sentences_are_those_of_direct_calls():
    figure = figures.descent()
    text = zlib.decompress(base64.b64decode(figure.table()["data"])).decode(errors="ignore").split("\n")
    direct = [figure.summary(p, figure.record(p)) for p in itertools.product(range(13), range(2))]
    assert text[-25:] == direct[1:] and text[0 - 26].endswith(direct[0])


def test_numbers_that_are_not_finite_are_said():
    figure = figures.softmax()
    assert explorer.GAPS in repr(figure)
    assert explorer.GAPS not in repr(figures.descent())


def test_text_output_is_the_sentence_of_the_start(monkeypatch):
    sentence = "On the valley surface with rate 0.3 the last loss is 0.00166."
    for static in "01":
        monkeypatch.setenv("DLBOOK_STATIC", static)
        bundle = figures.descent()._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        assert data["text/plain"] == sentence


def test_the_kernels_bundle_has_a_widget_and_a_picture(monkeypatch):
    monkeypatch.delenv("DLBOOK_STATIC", raising=False)
    data, metadata = figures.descent()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain", "image/png"}
    assert data["image/png"].startswith(b"\x89PNG") and metadata["image/png"]["alt"] == data["text/plain"]


def test_the_kernels_bundle_computes_no_grid(monkeypatch):
    monkeypatch.setattr(Explorer, "table", lambda self: pytest.fail("the grid was computed"))
    figures.descent()._repr_mimebundle_()


def test_the_pages_bundle_has_html_only(monkeypatch):
    monkeypatch.setenv("DLBOOK_STATIC", "1")
    data = figures.descent()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html"}


@pytest.mark.parametrize("captions", [range(3), [0, 1, 2], np.arange(3), ("0", "1", "2")])
def test_captions_may_be_any_row_of_things(captions):
    view = Images("images", limits=(0, 1), captions=captions)
    assert view.spec()["captions"] == ["0", "1", "2"]
    assert view.numbers({"images": np.ones((3, 2, 2))})[2] == ("image 3 2, mean", ["1"])


def test_html_has_still_picture_alt_text_and_numbers():
    html = figures.softmax().html()
    assert 'aria-label="Softmax &amp; &lt;friends&gt;"' in html
    assert re.search(r'<img src="data:image/webp;base64,[^"]+" alt="The largest probability is 0.87\.', html)
    assert '<th scope="row">dog</th><td>0.8668</td>' in html  # softmax of (2, 4, 0), the start setting
    assert "</script" not in re.search(r'<script type="application/json">(.*)</script>', html, re.DOTALL)[1]


def test_html_is_the_same_each_time():
    assert figures.descent().html() == figures.descent().html()


@pytest.mark.parametrize("make", [figures.descent, figures.softmax])
def test_controls_are_the_same_in_both_lives(make):
    figure = make()
    widgets = {w.description: w for w in _descendants(figure.widget()) if hasattr(w, "index")}
    for control in spec_of(figure.html())["controls"]:
        widget = widgets.pop(control["label"])
        texts = [f"{text} {control['unit']}".strip() for text in control["texts"]]
        assert (list(widget.options), widget.index) == (texts, control["start"])
        assert type(widget).__name__ == {"range": "SelectionSlider", "choice": "Dropdown"}[control["kind"]]
    assert not widgets


def test_frames_are_the_same_in_both_lives():
    figure = figures.descent()
    scrub = next(w for w in _descendants(figure.widget()) if w.__class__.__name__ == "IntSlider")
    assert spec_of(figure.html())["frames"] == {"name": "step", "texts": list("012345678")} and scrub.max == 8
    assert (scrub.description, scrub.value) == ("step", 8)


def test_frames_may_stand_for_other_numbers():
    figure = figures.descent(frames=("epoch", range(0, 41, 5)))
    assert spec_of(figure.html())["frames"] == {"name": "epoch", "texts": "0 5 10 15 20 25 30 35 40".split()}
    moment = next(w for w in _descendants(figure.widget()) if w.__class__.__name__ == "Label")
    assert moment.value == "40 of 40"
    with pytest.raises(ValueError, match="frames must have as many numbers as the record, 9, got 3"):
        figures.descent(frames=("epoch", [0, 1, 2]))


def test_moving_a_widget_redraws():
    box = figures.descent().widget()
    slider, dropdown = (w for w in _descendants(box) if hasattr(w, "index"))
    picture, summary = box.children[-2:]
    seen = {picture.value}
    slider.index = 0
    seen.add(picture.value)
    assert summary.value == "On the valley surface with rate 0.01 the last loss is 1.47."
    dropdown.value = "round"
    seen.add(picture.value)
    assert "round surface" in summary.value and len(seen) == 3
    next(w for w in _descendants(box) if w.__class__.__name__ == "IntSlider").value = 2
    assert picture.value not in seen


def test_an_error_does_not_kill_the_widget():
    figure = figures.softmax(describe=lambda settings, record: f"{1 / settings['a']:.2f}")
    box = figure.widget()
    slider = next(w for w in _descendants(box) if getattr(w, "description", "") == "a")
    slider.value = "0"
    assert box.children[-1].value == "These settings cannot be shown: ZeroDivisionError: division by zero"
    slider.value = "2"
    assert box.children[-1].value.startswith("0.50")


def test_a_describe_that_fails_somewhere_is_named_when_the_book_is_built():
    figure = figures.softmax(describe=lambda settings, record: f"{1 / settings['a']:.2f}")
    with pytest.raises(ValueError, match=r"describe fails at \{'a': 0, 'temperature': 0.5, 'mirrored': False\}"):
        figure.table()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(views=[Curve("lost")]), "a view shows 'lost', the kernel returns 'field', 'loss', 'path'"),
        (dict(views=[Bars("path", ["a", "b"]), Curve("field")]), r"frames \(step\): path has 9, field has 10"),
        (dict(views=[Plane("field", extent=(0, 1, 0, 1), limits=(0, 1))]), "no entry has them"),
        (dict(views=[Bars("path", ["a", "b"])], frames=None), r"needs path with 1 axes, got the shape \(9, 2\)"),
        (dict(views=[Curve("loss", x=np.zeros((2, 2, 2)))]), r"needs an array with 1 axes, got the shape \(2, 2, 2\)"),
        (
            dict(controls=dict(rate=Range(0, 1), surface=Choice([0, 1]))),
            "kernel takes learning_rate, surface; the controls are rate, surface",
        ),
        (dict(controls=dict(learning_rate=Range(0, 1))), "the controls are learning_rate"),
    ],
)
def test_bad_explorers_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        figures.descent(**changes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Curve("y", log="z"), 'log must be "", "x", "y" or "xy"'),
        (lambda: Curve(["y", "z"], names=["a"]), "2 curves but 1 names"),
        (lambda: Plane("f", extent=(0, 1, 0, 1), limits=(1, 0)), "limits must be a lower and a higher value"),
        (lambda: Plane("f", extent=(0, 1, 0, 1), limits=(0, 1), colours="jet"), "colours must be"),
        (lambda: Plane("f", extent=(0, 1, 0, 1), limits=(0, 1), path="p", names=["a", "b"]), "1 paths but 2 names"),
    ],
)
def test_bad_views_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_table_too_large_names_the_control_to_thin_out():
    def noise(seed, scale):
        field = jnp.sin(1e5 * jnp.arange(64 * 64.0) * (seed + 1)).reshape(64, 64)
        return dict(field=field * scale)

    figure = Explorer(
        noise,
        controls=dict(seed=Range(0, 39, steps=40), scale=Range(0.5, 1, steps=3)),
        views=[Plane("field", extent=(0, 1, 0, 1), limits=(-1, 1))],
        title="Noise",
        describe=lambda settings, record: "Noise.",
    )
    with pytest.raises(
        ValueError,
        match=r"'Noise': the table takes \d+ kB, a page may carry 250 kB; thin out seed, which has 40 values",
    ):
        figure.html()


def test_kernels_may_return_named_tuples_and_nested_parts():
    from typing import NamedTuple

    class Record(NamedTuple):
        y: object
        rest: object

    figure = Explorer(
        lambda a: Record(jnp.ones(3) * a, {"deep": a * 2}),
        controls=dict(a=Range(0, 2, steps=3)),
        views=[Curve("y")],
        title="Named",
        describe=lambda settings, record: f"Twice {settings['a']} is {record.rest['deep']}.",
    )
    assert repr(figure) == "Twice 1 is 2."
    assert list(figure.table()["entries"]) == ["y"]


def test_the_kernel_is_compiled_once_for_all_moves():
    traced = []

    def kernel(a, kind):
        traced.append(1)
        return dict(y=jnp.ones(3) * a + kind)

    figure = Explorer(
        kernel,
        controls=dict(a=Range(0, 1, steps=5), kind=Choice(["x", "y"])),
        views=[Curve("y")],
        title="Once",
        describe=lambda settings, record: "Once.",
    )
    for positions in itertools.product(range(5), range(2)):
        figure.record(positions)
    assert len(traced) == 1


def test_constants_are_stored_apart_from_the_records():
    spec = figures.descent()._spec()
    assert set(spec["records"]["entries"]) == {"field", "path", "loss"}
    assert spec["records"]["entries"]["field"]["grid"] == (1, 2)  # the surface does not depend on the learning rate
    assert len(spec["constants"]["entries"]) == 2
    known = [s for s in figures.descent().slots if not s.named]
    back = table.dequantise(table.quantise(np.asarray(known[0].source), 0, known[0]))
    np.testing.assert_allclose(back, figures.POINTS, atol=1e-4)


def test_every_slot_of_a_view_is_in_the_table():
    for figure in (figures.descent(), figures.softmax()):
        spec = figure._spec()
        stored = set(spec["records"]["entries"]) | set(spec["constants"]["entries"])
        named = {part["entry"] for view in spec["views"] for part in view["slots"].values() if part}
        assert named == stored
        assert entries(figure.record(figure.start)).keys() >= set(spec["records"]["entries"])


def _descendants(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from _descendants(child)
