import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.dropout import draw_mask, dropout, dropout_backward
from tests.gradients import check_backward


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5])
def test_backward_is_the_gradient(rate):
    check_backward(dropout, dropout_backward, (3, 5), draw_mask(jr.key(0), (3, 5), rate), rate=rate)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.75])
def test_the_mean_over_masks_is_the_input(rate):
    x = jnp.array([1.0, -2.0, 0.5])
    masks = draw_mask(jr.key(1), (40000, 3), rate)
    mean = dropout(jnp.broadcast_to(x, masks.shape), masks, rate=rate).mean(0)
    np.testing.assert_allclose(mean, x, rtol=0.04)
    assert abs(masks.mean() - (1 - rate)) < 0.01


def test_what_is_dropped_is_0_and_gets_no_gradient():
    x, mask = jnp.arange(1.0, 5), jnp.array([True, False, True, False])
    np.testing.assert_allclose(dropout(x, mask, rate=0.75), [4, 0, 12, 0], rtol=1e-6)
    np.testing.assert_allclose(dropout_backward(jnp.ones(4), x, mask, rate=0.75)[0], [4, 0, 4, 0], rtol=1e-6)


def test_the_rate_may_be_traced():
    x, mask = jnp.ones(4), jnp.ones(4, bool)
    rates = jnp.array([0.0, 0.5])
    np.testing.assert_allclose(jax.vmap(lambda r: dropout(x, mask, rate=r))(rates)[:, 0], [1, 2])


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_a_rate_that_is_no_probability_below_1_is_named(rate):
    with pytest.raises(ValueError, match=f"dropout: rate must lie between 0 and 0.999999, got {rate}"):
        dropout(jnp.ones(2), jnp.ones(2, bool), rate=rate)
    with pytest.raises(ValueError, match="draw_mask: rate"):
        draw_mask(jr.key(0), (2,), rate)
