import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import autoencoder
from dlbook.ops.activations import tanh

X = jr.uniform(jr.key(0), (9, 6))


def test_decoder_mirrors_the_encoder():
    params = autoencoder.init(jr.key(1), (6, 5, 2))
    assert [w.shape for w, _ in params.encoder] == [(6, 5), (5, 2)]
    assert [w.shape for w, _ in params.decoder] == [(2, 5), (5, 6)]
    assert not jnp.array_equal(params.encoder[0].w, params.decoder[1].w.T)


def test_is_two_networks_one_behind_the_other():
    params = autoencoder.init(jr.key(1), (6, 5, 2))
    (w1, b1), (w2, b2), (w3, b3), (w4, b4) = (tuple(map(np.asarray, layer)) for half in params for layer in half)
    code = np.tanh(np.asarray(X) @ w1 + b1) @ w2 + b2
    back = 1 / (1 + np.exp(-(np.tanh(code @ w3 + b3) @ w4 + b4)))
    np.testing.assert_allclose(autoencoder.encode(params, X, activation=tanh), code, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(autoencoder.apply(params, X, activation=tanh), back, rtol=1e-5)
    half_square = ((back - np.asarray(X)) ** 2).sum(1).mean() / 2
    assert autoencoder.loss(params, X, activation=tanh) == pytest.approx(half_square, rel=1e-5)


def test_what_comes_back_passes_through_the_code():
    params = autoencoder.init(jr.key(1), (6, 5, 2))
    code = autoencoder.encode(params, X)
    assert code.shape == (9, 2)
    np.testing.assert_array_equal(autoencoder.decode(params, code), autoencoder.apply(params, X))


def test_two_numbers_say_more_than_two_principal_components():
    (x, _), (held, _), _ = data.digits()
    params = autoencoder.init(jr.key(2), (64, 64, 32, 2))
    run = train.fit(autoencoder.loss, params, x, key=jr.key(3), learning_rate=3e-3, epochs=40)
    mean = x.mean(0)
    axes = jnp.linalg.svd(x - mean, full_matrices=False)[2][:2]
    pca = ((held - mean - (held - mean) @ axes.T @ axes) ** 2).sum(1).mean() / 2
    assert autoencoder.loss(run.params, held) < 0.9 * pca


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="sizes must name at least two layers of at least one unit each"):
        autoencoder.init(jr.key(0), (6, 0))
