import jax.numpy as jnp
import jax.random as jr
import pytest
from scipy.stats import wasserstein_distance

from dlbook import data


@pytest.mark.parametrize("n, m", [(50, 50), (50, 31), (1, 7)])
def test_the_distance_on_a_line_agrees_with_scipy(n, m):
    x, y = jr.normal(jr.key(n), (n,)), 2 * jr.normal(jr.key(m + 100), (m,)) + 1
    assert data.earth_mover_distance(x, y) == pytest.approx(wasserstein_distance(x, y), rel=1e-5)


def test_the_distance_is_a_shift_and_that_of_equal_samples_is_none():
    x = jr.normal(jr.key(0), (40,))
    assert data.earth_mover_distance(x, x + 2.5) == pytest.approx(2.5, rel=1e-5)
    assert data.earth_mover_distance(x, x[::-1]) == 0
    ties = jnp.array([1.0, 1.0, 2.0])
    assert data.earth_mover_distance(ties, jnp.array([1.0, 2.0, 2.0])) == pytest.approx(1 / 3)


def test_an_empty_sample_is_refused():
    with pytest.raises(ValueError, match="earth_mover_distance: both samples must hold a number, got 0 and 3"):
        data.earth_mover_distance(jnp.zeros(0), jnp.zeros(3))
