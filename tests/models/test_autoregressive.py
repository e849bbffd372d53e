import itertools

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import autoregressive
from dlbook.ops.affine import Affine

PARAMS = Affine(jr.normal(jr.key(0), (5, 5)), jr.normal(jr.key(1), (5,)))
ALL = jnp.array(list(itertools.product((0.0, 1.0), repeat=5)))


def test_the_probabilities_of_all_images_add_up_to_one():
    assert jnp.exp(autoregressive.log_likelihood(PARAMS, ALL)).sum() == pytest.approx(1, rel=1e-5)


def test_a_pixel_is_predicted_from_those_before_it_alone():
    slope = jax.jacobian(lambda x: autoregressive.apply(PARAMS, x[None])[0])(ALL[13])
    np.testing.assert_array_equal(slope != 0, jnp.tril(jnp.ones((5, 5), bool), -1))
    np.testing.assert_allclose(slope, jnp.triu(PARAMS.w, 1).T, rtol=1e-6)


def test_samples_come_as_often_as_their_probability_says():
    made = autoregressive.sample(jr.key(2), PARAMS, 20_000)
    number = (made @ 2.0 ** jnp.arange(4, -1, -1)).astype(int)
    often = jnp.bincount(number, length=32) / len(made)
    wanted = jnp.exp(autoregressive.log_likelihood(PARAMS, ALL))
    np.testing.assert_allclose(often, wanted, atol=4 * 0.5 / 20_000**0.5)
    assert wanted.max() - wanted.min() > 0.1


def test_learns_more_than_independent_pixels():
    binary = lambda x: (x > 0.5).astype("float32")
    (x, _), (held, _), _ = data.digits()
    x, held = binary(x), binary(held)
    run = train.fit(
        autoregressive.loss,
        autoregressive.init(64),
        x,
        key=jr.key(3),
        learning_rate=1e-2,
        epochs=30,
        settings={"l2": 2e-3},
    )
    p = (x.sum(0) + 1) / (len(x) + 2)
    independent = (held * jnp.log(p) + (1 - held) * jnp.log(1 - p)).sum(1).mean()
    assert autoregressive.log_likelihood(run.params, held).mean() > independent + 5


def test_weight_decay_counts_only_what_is_used():
    plain, decayed = (autoregressive.loss(PARAMS, ALL, l2=l2) for l2 in (0.0, 2.0))
    assert decayed - plain == pytest.approx(float((jnp.triu(PARAMS.w, 1) ** 2).sum()), rel=1e-4)


def test_no_pixel_is_refused():
    with pytest.raises(ValueError, match="autoregressive.init: pixels must be finite and above 0, got 0"):
        autoregressive.init(0)
