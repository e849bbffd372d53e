import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.models.linear import least_squares
from tests.live.machine import largest_difference


@pytest.mark.parametrize("shape", [(5, 5), (30, 16), (12, 1)])
@pytest.mark.parametrize("columns", [(), (3,)])
def test_equals_the_library(shape, columns):
    key_a, key_y = jr.split(jr.key(0))
    a, y = jr.normal(key_a, shape), jr.normal(key_y, (shape[0], *columns))
    np.testing.assert_allclose(jax.jit(least_squares)(a, y), jnp.linalg.lstsq(a, y)[0], rtol=2e-3, atol=2e-4)


def test_is_exact_in_64_bits_on_ill_conditioned_columns():
    with jax.enable_x64():
        a = jnp.vander(jnp.linspace(0.0, 1.0, 20), 8)
        w = jnp.arange(1.0, 9.0)
        np.testing.assert_allclose(least_squares(a, a @ w), w, rtol=1e-6)


def test_runs_in_the_page():
    key_a, key_y = jr.split(jr.key(1))
    assert largest_difference(least_squares, jr.normal(key_a, (20, 6)), jr.normal(key_y, (20,))) < 1e-5


def test_dependent_columns_are_not_hidden():
    assert not jnp.isfinite(least_squares(jnp.ones((4, 2)).at[:, 1].set(0.0), jnp.arange(4.0))).all()


def test_rows_must_agree(as_reader):
    with pytest.raises(ValueError, match="least_squares: a has 4 rows but y has 3"):
        least_squares(jnp.ones((4, 2)), jnp.ones(3))
