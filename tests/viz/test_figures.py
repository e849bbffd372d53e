"""Each drawing shows the numbers that it was given."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import colors

from dlbook import viz
from dlbook.viz import style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_curves_draw_each_row_and_a_band_for_many():
    ax = viz.curves(
        None, {"a": [1.0, 2.0], "b": np.array([[1.0, 5.0], [3.0, 7.0], [8.0, 9.0]])}, xlabel="x", ylabel="y"
    )
    first, second = ax.get_lines()
    assert first.get_ydata().tolist() == [1, 2] and first.get_xdata().tolist() == [1, 2]
    assert second.get_ydata().tolist() == [3, 7]  # the median
    assert len(ax.collections) == 1 and [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]
    assert first.get_linestyle() != second.get_linestyle()  # not told apart by colour alone


def test_functions_are_drawn_where_they_are_defined():
    ax = viz.functions({"square": lambda x: x**2}, low=-2.0, high=2.0)
    x, y = ax.get_lines()[0].get_data()
    np.testing.assert_allclose(y, x**2)
    assert x[0] == -2 and x[-1] == 2


def test_log_axes():
    ax = viz.curves([1, 10], {"a": [1, 100]}, xlabel="x", ylabel="y", log="xy")
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_points_have_a_marker_and_a_colour_for_each_class():
    ax = viz.points(np.eye(3, 2), np.array([0, 1, 2]), names=["a", "b", "c"])
    shapes = {tuple(map(tuple, c.get_paths()[0].vertices)) for c in ax.collections}
    hues = {colors.to_hex(c.get_facecolor()[0]) for c in ax.collections}
    assert len(shapes) == len(hues) == 3


def test_plane_draws_the_boundary_where_f_is_zero():
    ax = viz.plane(lambda x: x[:, 0] - 0.25, (-1, 1, -1, 1))
    (contour,) = [c for c in ax.collections if hasattr(c, "levels")]
    np.testing.assert_allclose(contour.get_paths()[0].vertices[:, 0], 0.25, atol=1e-6)


def test_plane_without_a_boundary_draws_none():
    ax = viz.plane(lambda x: 1 + 0 * x[:, 0], (-1, 1, -1, 1))
    assert not [c for c in ax.collections if hasattr(c, "levels")]


def test_heatmap_and_bars_print_their_numbers():
    ax = viz.heatmap([[0.5, 0.25]], down=("rate", [0.1]), across=("width", [2, 4]), label="accuracy")
    assert [t.get_text() for t in ax.texts] == ["0.50", "0.25"]
    ax = viz.bars([0.5, 2.0], ["a", "b"], ylabel="p")
    assert [t.get_text() for t in ax.texts] == ["0.5", "2"]
    assert [p.get_height() for p in ax.patches] == [0.5, 2]


def test_images_and_numbers_show_the_pixels():
    grid = viz.images(np.arange(12.0).reshape(3, 2, 2), columns=2)
    assert grid.shape == (2, 2)
    np.testing.assert_array_equal(grid[1, 0].images[0].get_array(), [[8, 9], [10, 11]])
    assert grid[1, 1].images == [] or len(grid[1, 1].images) == 0
    assert [t.get_text() for t in viz.numbers([[1, 2], [3, 4]]).texts] == ["1", "2", "3", "4"]


def test_signed_images_are_white_at_zero():
    ax = viz.images(np.array([[[-2.0, 0.0, 1.0]]]), signed=True)[0, 0]
    assert ax.images[0].norm.vmin == -2 and ax.images[0].norm.vmax == 2


def test_a_network_has_a_line_for_each_weight_that_is_not_zero():
    ax = viz.layers((3, 2), weights=[np.array([[1.0, 0], [0, -2.0], [0.5, 0]])], captions=["in", "out"])
    assert len(ax.lines) == 3
    assert len(viz.layers((3, 2, 1), names=[list("abc"), list("de"), ["f"]]).lines) == 8


def test_describe_shows_the_picture_with_its_words_and_closes_the_figure():
    ax = viz.panels(2)
    described = viz.describe(ax, "two empty \n panels")
    data, metadata = described._repr_mimebundle_()
    assert repr(described) == data["text/plain"] == metadata["image/png"]["alt"] == "two empty panels"
    assert plt.imread(io.BytesIO(data["image/png"])).shape[1] > 800
    assert plt.get_fignums() == []


def test_a_figure_without_words_is_refused():
    with pytest.raises(ValueError, match="describe: text must say what the figure shows"):
        viz.describe(viz.panels(1), " ")


def luminance(colour):
    rgb = np.array(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_colours_are_told_apart_by_people_with_any_colour_vision():
    """Under the usual simulation of deuteranopia and protanopia no two colours of the palette come close."""
    simulate = {  # Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "protanopia": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    }
    for matrix in simulate.values():
        seen = np.array([np.array(matrix) @ np.array(colors.to_rgb(c)) for c in style.COLOURS])
        distance = np.linalg.norm(seen[:, None] - seen[None], axis=2) + 9 * np.eye(len(seen))
        assert distance.min() > 0.1


def test_first_three_colours_have_contrast_on_white():
    for colour in style.COLOURS[:3]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3
