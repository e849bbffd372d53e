import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.batch_norm import (
    batch_norm,
    batch_norm_backward,
    frozen_batch_norm,
    frozen_batch_norm_backward,
    population_statistics,
)
from tests.gradients import check_backward

SHAPES = [(6, 3), (2, 4, 5, 3), (4, 1), (1, 2, 2, 2)]
X = 2 + 3 * jr.normal(jr.key(0), (8, 5, 6, 4))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_is_the_gradient(shape):
    check_backward(batch_norm, batch_norm_backward, shape, (shape[-1],), (shape[-1],))
    check_backward(batch_norm, batch_norm_backward, shape, (shape[-1],), (shape[-1],), eps=0.1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_of_the_frozen_form_is_the_gradient(shape):
    d = shape[-1]
    variance = jnp.linspace(0.5, 2, d)
    check_backward(frozen_batch_norm, frozen_batch_norm_backward, shape, (d,), (d,), (d,), variance)


def test_brings_each_feature_to_mean_0_and_variance_1():
    y = batch_norm(X, jnp.ones(4), jnp.zeros(4))
    np.testing.assert_allclose(y.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(y.var((0, 1, 2)), 1, rtol=1e-4)


def test_the_batch_comes_back_for_gamma_the_deviation_and_beta_the_mean():
    mean, variance = X.mean((0, 1, 2)), X.var((0, 1, 2))
    gamma = jnp.sqrt(variance + 1e-5)
    np.testing.assert_allclose(batch_norm(X, gamma, mean), X, rtol=1e-4, atol=1e-4)
    assert jnp.abs(batch_norm(X, gamma, jnp.zeros(4)) - X).max() > 1  # the deviation alone does not do it


def test_the_scale_and_shift_of_the_input_make_no_difference():
    one, other = (batch_norm(x, jnp.ones(4), jnp.zeros(4), eps=1e-9) for x in (X, 5 * X - 7))
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_frozen_with_the_batchs_own_statistics_is_the_training_form():
    gamma, beta = jnp.arange(1.0, 5), jnp.arange(4.0)
    frozen = frozen_batch_norm(X, gamma, beta, X.mean((0, 1, 2)), X.var((0, 1, 2)))
    np.testing.assert_allclose(frozen, batch_norm(X, gamma, beta), rtol=1e-4, atol=1e-4)


def test_population_statistics_are_unbiased():
    """Means over many small batches come near the truth; without n / (n - 1) the variance would be 25 % low."""
    batches = 3 + 2 * jr.normal(jr.key(1), (20000, 4, 2))
    mean, variance = population_statistics(batches)
    np.testing.assert_allclose(mean, 3, rtol=0.01)
    np.testing.assert_allclose(variance, 4, rtol=0.03)


def test_population_statistics_of_images_count_positions():
    mean, variance = population_statistics(X[None])
    np.testing.assert_allclose(mean, X.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(variance, np.var(X, (0, 1, 2), ddof=1), rtol=1e-4)


def test_bad_input_is_named(as_reader):
    with pytest.raises(ValueError, match="batch_norm: x has 4 features but gamma has 3"):
        batch_norm(X, jnp.ones(3), jnp.zeros(3))
    with pytest.raises(ValueError, match="frozen_batch_norm: gamma has 4 features but beta has 3"):
        frozen_batch_norm(X, jnp.ones(4), jnp.zeros(3), jnp.zeros(4), jnp.ones(4))
    with pytest.raises(ValueError, match="batch_norm: eps must be finite and above 0, got 0"):
        batch_norm(X, jnp.ones(4), jnp.zeros(4), eps=0)
    with pytest.raises(ValueError, match="at least 2 numbers a feature, got 1"):
        population_statistics(jnp.zeros((5, 1, 3)))
