import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.models import mlp
from dlbook.ops.activations import (
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from dlbook.ops.affine import Affine
from dlbook.ops.losses import (
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    squared_error,
    squared_error_backward,
    svm_loss,
    svm_loss_backward,
)
from dlbook.ops.numeric import numerical_gradient

X = jr.normal(jr.key(0), (5, 3))
LABELS = jnp.array([0, 1, 1, 0, 1])


def test_is_affine_maps_with_an_activation_between_them():
    params = mlp.init(jr.key(1), (3, 4, 6, 2))
    (w1, b1), (w2, b2), (w3, b3) = [tuple(map(np.asarray, layer)) for layer in params]
    a1 = np.maximum(np.asarray(X) @ w1 + b1, 0)
    a2 = np.maximum(a1 @ w2 + b2, 0)
    np.testing.assert_allclose(mlp.apply(params, X), a2 @ w3 + b3, rtol=1e-5, atol=1e-5)
    for ours, theirs in zip(mlp.hidden(params, X), (a1, a2), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_two_layers_mean_no_hidden_unit():
    params = mlp.init(jr.key(1), (3, 2))
    assert mlp.hidden(params, X) == []
    np.testing.assert_allclose(mlp.apply(params, X), X @ params[0].w, rtol=1e-6)


def test_weights_have_hes_deviation_and_biases_are_zero():
    params = mlp.init(jr.key(2), (400, 300, 10))
    for (w, b), n_in in zip(params, (400, 300), strict=True):
        assert w.std() == pytest.approx((2 / n_in) ** 0.5, rel=0.05) and (b == 0).all()


def test_scale_replaces_hes_deviation():
    (w, _), *_ = mlp.init(jr.key(2), (400, 300, 10), scale=0.01)
    assert w.std() == pytest.approx(0.01, rel=0.05)


def test_width_in_use_leaves_the_other_units_without_weights():
    (w1, _), (w2, _) = mlp.init(jr.key(3), (3, 8, 2), width=5)
    assert (w1[:, 5:] == 0).all() and (w2[5:] == 0).all()
    assert (w1[:, :5] != 0).all() and (w2[:5] != 0).all()


def test_loss_adds_half_the_squared_weights_and_leaves_biases_free():
    params = [Affine(jnp.full((3, 2), 2.0), jnp.full(2, 7.0))]
    plain, decayed = (mlp.loss(params, (X, LABELS), l2=l2) for l2 in (0.0, 0.1))
    assert float(decayed - plain) == pytest.approx(0.1 / 2 * 6 * 4, rel=1e-4)
    gradient = jax.grad(lambda p: mlp.loss(p, (X, LABELS), l2=0.1) - mlp.loss(p, (X, LABELS)))(params)
    np.testing.assert_allclose(gradient[0].w, 0.1 * params[0].w, rtol=1e-3)
    np.testing.assert_allclose(gradient[0].b, 0, atol=1e-6)


def test_head_makes_it_a_regression():
    params = mlp.init(jr.key(4), (3, 4, 1))
    targets = X[:, :1]
    wanted = squared_error(mlp.apply(params, X, activation=jnp.tanh), targets)
    assert mlp.loss(params, (X, targets), head=squared_error, activation=jnp.tanh) == pytest.approx(float(wanted))


PAIRS = {
    "relu": (relu, relu_backward),
    "tanh": (tanh, tanh_backward),
    "sigmoid": (sigmoid, sigmoid_backward),
    "leaky": (leaky_relu, leaky_relu_backward),
    "cross-entropy": (softmax_cross_entropy, softmax_cross_entropy_backward),
    "squared error": (squared_error, squared_error_backward),
    "svm": (svm_loss, svm_loss_backward),
}


def assert_same_gradients(ours, theirs):
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for one, two in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-12)


def deep(layers, samples, outputs=3):
    """A network of that many layers with biases that are not zero, and a batch for it."""
    key_w, key_b, key_x, key_y = jr.split(jr.key(layers), 4)
    sizes = (4, *range(5, 4 + layers), outputs)
    params = [Affine(w, jr.normal(jr.fold_in(key_b, i), b.shape)) for i, (w, b) in enumerate(mlp.init(key_w, sizes))]
    return params, (jr.normal(key_x, (samples, 4)), jr.randint(key_y, (samples,), 0, outputs))


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky"])
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6])
def test_backprop_is_the_gradient_at_any_depth(layers, activation):
    with jax.enable_x64(True):
        params, batch = deep(layers, samples=7)
        value, grads = mlp.backprop(params, batch, l2=0.3, activation=PAIRS[activation])
        loss = lambda p: mlp.loss(p, batch, l2=0.3, activation=PAIRS[activation][0])
        wanted, autodiff = jax.value_and_grad(loss)(params)
        assert float(value) == pytest.approx(float(wanted), rel=1e-12)
        assert_same_gradients(grads, autodiff)


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("head", ["cross-entropy", "squared error", "svm"])
def test_backprop_takes_any_head_and_batch(head, samples):
    with jax.enable_x64(True):
        params, (x, labels) = deep(3, samples)
        y = jnp.cos(jnp.arange(3.0 * samples)).reshape(samples, 3) if head == "squared error" else labels
        _, grads = mlp.backprop(params, (x, y), head=PAIRS[head])
        assert_same_gradients(grads, jax.grad(lambda p: mlp.loss(p, (x, y), head=PAIRS[head][0]))(params))


def test_backprop_agrees_with_differences():
    with jax.enable_x64(True):
        params, batch = deep(3, samples=4)
        _, grads = mlp.backprop(params, batch, l2=0.1, activation=PAIRS["tanh"])
        for layer in range(3):
            put = lambda w, layer=layer: [*params[:layer], Affine(w, params[layer].b), *params[layer + 1 :]]
            loss = lambda w, put=put: mlp.loss(put(w), batch, l2=0.1, activation=tanh)
            np.testing.assert_allclose(grads[layer].w, numerical_gradient(loss, params[layer].w), atol=1e-9)


def test_backprop_of_a_batch_is_the_mean_over_its_samples():
    with jax.enable_x64(True):
        params, (x, labels) = deep(4, samples=6)
        _, whole = mlp.backprop(params, (x, labels))
        single = [mlp.backprop(params, (x[i : i + 1], labels[i : i + 1]))[1] for i in range(6)]
        assert_same_gradients(whole, jax.tree.map(lambda *gs: sum(gs) / 6, *single))


def test_backprop_compiles_with_what_a_reader_varies_traced():
    params, batch = deep(2, samples=5)
    compiled = jax.jit(mlp.backprop)
    for l2 in (0.0, 0.5):
        for ours, theirs in zip(
            *(jax.tree.leaves(f(params, batch, l2=l2)) for f in (compiled, mlp.backprop)), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert compiled._cache_size() == 1


def test_accuracy_is_the_share_of_right_answers():
    params = [Affine(jnp.eye(2), jnp.zeros(2))]
    x = jnp.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    assert mlp.accuracy(params, (x, jnp.array([0, 1, 1, 0]))) == 0.75


@pytest.mark.parametrize("sizes", [(3, 1), (64, 32, 10), (4, 3, 1), (2, 7, 5, 3)])
def test_count_is_the_count_of_the_arrays(sizes):
    arrays = jax.tree.leaves(mlp.init(jr.key(0), sizes))
    assert mlp.count_parameters(sizes) == sum(a.size for a in arrays)


@pytest.mark.parametrize("sizes", [(3,), (3, 0, 2)])
def test_sizes_that_make_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match="mlp.init: sizes must name at least two layers"):
        mlp.init(jr.key(0), sizes)


def test_a_width_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="mlp.init: width must lie between 1 and 8, got 9"):
        mlp.init(jr.key(0), (3, 8, 2), width=9)
