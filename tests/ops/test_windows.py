import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.windows import windows, windows_backward
from tests.gradients import check_backward
from tests.ops.geometries import GEOMETRIES, name


@pytest.mark.parametrize("image, size, geometry", GEOMETRIES[5::5], ids=name)
def test_backward_adds_what_overlaps(image, size, geometry):
    check_backward(windows, windows_backward, (2, *image, 3), size=size, **geometry)


def test_shows_what_is_under_each_window():
    image = jnp.arange(20.0).reshape(1, 4, 5, 1)
    seen = windows(image, size=(2, 3), stride=(2, 1), padding=((0, 0), (1, 0)))
    assert seen.shape == (1, 2, 4, 2, 3, 1)
    np.testing.assert_array_equal(seen[0, 1, 0, :, :, 0], [[0, 10, 11], [0, 15, 16]])
    np.testing.assert_array_equal(seen[0, 0, 3, :, :, 0], [[2, 3, 4], [7, 8, 9]])


def test_a_pixel_counts_the_windows_that_read_it():
    (counts,) = windows_backward(jnp.ones((1, 3, 3, 2, 2, 1)), jr.normal(jr.key(0), (1, 4, 4, 1)), size=(2, 2))
    np.testing.assert_array_equal(counts[0, :, :, 0], np.outer([1, 2, 2, 1], [1, 2, 2, 1]))
