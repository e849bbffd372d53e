import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import mlp, vae

X = jr.uniform(jr.key(0), (9, 6))
PARAMS = vae.init(jr.key(1), (6, 5, 2))


def test_the_encoder_names_mean_and_log_variance():
    code = vae.encode(PARAMS, X)
    out = mlp.apply(PARAMS.encoder, X)
    np.testing.assert_array_equal(code.mean, out[:, :2])
    np.testing.assert_array_equal(code.log_variance, out[:, 2:])
    assert vae.decode(PARAMS, code.mean).shape == X.shape


def test_the_divergence_agrees_with_a_mean_over_draws():
    code = vae.Code(jnp.array([[0.7, -1.0]]), jnp.array([[-0.5, 0.8]]))
    many = vae.Code(*(jnp.repeat(part, 200_000, 0) for part in code))
    z = vae.reparameterise(jr.key(2), many)
    log_normal = lambda mean, log_variance: (
        -((z - mean) ** 2) / jnp.exp(log_variance) / 2 - log_variance / 2 - jnp.log(2 * jnp.pi) / 2
    ).sum(1)
    drawn = (log_normal(*code) - log_normal(0.0, jnp.zeros(()))).mean()
    assert vae.divergence(code)[0] == pytest.approx(float(drawn), rel=0.01)
    assert vae.divergence(vae.Code(jnp.zeros((1, 2)), jnp.zeros((1, 2)))) == 0


def test_a_draw_has_the_code_s_mean_and_deviation_and_a_gradient_by_both():
    code = vae.Code(jnp.full((50_000, 1), 2.0), jnp.full((50_000, 1), np.log(0.25)))
    z = vae.reparameterise(jr.key(3), code)
    assert z.mean() == pytest.approx(2, abs=0.01) and z.std() == pytest.approx(0.5, abs=0.01)
    by = jax.grad(lambda code: (vae.reparameterise(jr.key(3), code) ** 2).mean())(code)
    assert by.mean.sum() == pytest.approx(4, rel=0.01)  # of the mean of z², mean² + variance
    assert by.log_variance.sum() == pytest.approx(0.25, rel=0.05)


def test_the_bound_is_below_the_log_likelihood_and_meets_it_where_the_code_is_the_posterior():
    """A decoder that ignores its code: the posterior is the prior, which an encoder of zeros names."""
    params = vae.init(jr.key(4), (6, 1))
    x = jnp.repeat((X[:1] > 0.5).astype("float32"), 4001, 0)
    z = jnp.linspace(-8, 8, 4001)[:, None]
    prior = jnp.exp(-(z[:, 0] ** 2) / 2) / jnp.sqrt(2 * jnp.pi) * (z[1, 0] - z[0, 0])
    evidence = lambda params: jnp.log((jnp.exp(vae.bernoulli(vae.decode(params, z), x)) * prior).sum())
    assert vae.elbo(params, x, jr.key(5)).mean() < evidence(params) - 0.01
    nought = jax.tree.map(jnp.zeros_like, params)
    np.testing.assert_allclose(vae.elbo(nought, x, jr.key(5)), evidence(nought), rtol=1e-4)
    assert evidence(nought) == pytest.approx(6 * np.log(0.5), rel=1e-4)


def test_likelihoods_are_those_of_scipy():
    from scipy import stats

    scores = jr.normal(jr.key(7), (9, 6))
    p = 1 / (1 + np.exp(-np.asarray(scores, "float64")))
    binary = (X > 0.5).astype("float32")
    wanted = stats.bernoulli.logpmf(np.asarray(binary), p).sum(1)
    np.testing.assert_allclose(vae.bernoulli(scores, binary), wanted, rtol=1e-4)
    wanted = stats.norm.logpdf(np.asarray(X), np.asarray(scores), 0.3).sum(1)
    np.testing.assert_allclose(vae.gaussian(scores, X, 0.3), wanted, rtol=1e-4)


def test_learns_digits():
    (x, _), (held, _), _ = data.digits()
    params = vae.init(jr.key(8), (64, 64, 8))
    run = train.fit(vae.loss, params, x, key=jr.key(9), learning_rate=3e-3, epochs=20)
    of = lambda scores: vae.bernoulli(scores, held).mean()
    mean = x.mean(0)
    independent = of(jnp.broadcast_to(jnp.log((mean + 1e-3) / (1.001 - mean)), held.shape))
    assert vae.elbo(run.params, held, jr.key(10)).mean() > independent + 2
    made = vae.sample(jr.key(11), run.params, 50)
    assert made.shape == (50, 64) and jnp.abs(jax.nn.sigmoid(made).mean(0) - mean).mean() < 0.1


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="vae.init: sizes must name at least two layers"):
        vae.init(jr.key(0), (6,))
