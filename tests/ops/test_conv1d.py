import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.conv1d import convolve1d, convolve1d_backward, correlate1d, correlate1d_backward
from tests.gradients import check_backward


def test_one_dimension_as_in_the_text():
    f, g = jnp.array([1.0, 2, 3]), jnp.array([2.0, 3, 1])
    np.testing.assert_array_equal(convolve1d(f, g), [2, 7, 13, 11, 3])
    np.testing.assert_array_equal(convolve1d(g, f), [2, 7, 13, 11, 3])
    np.testing.assert_array_equal(correlate1d(f, g), [11])


@pytest.mark.parametrize("n, m", [(5, 3), (3, 3), (1, 1)])
def test_both_one_dimensional_forms_are_numpys(n, m):
    x, kernel = jr.normal(jr.key(0), (n,)), jr.normal(jr.key(1), (m,))
    np.testing.assert_allclose(convolve1d(x, kernel), np.convolve(x, kernel), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(correlate1d(x, kernel), np.correlate(x, kernel, "valid"), rtol=1e-5, atol=1e-6)


def test_backward_in_one_dimension_is_the_gradient():
    check_backward(convolve1d, convolve1d_backward, (5,), (3,))
    check_backward(convolve1d, convolve1d_backward, (2,), (4,))
    check_backward(correlate1d, correlate1d_backward, (5,), (3,))


def test_a_kernel_longer_than_the_sequence_is_named(as_reader):
    with pytest.raises(ValueError, match="correlate1d: a kernel of 4 taps does not fit in a sequence of 3"):
        correlate1d(jnp.zeros(3), jnp.zeros(4))
