from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import cnn
from dlbook.ops.conv import conv2d, conv2d_backward, conv2d_by_taps
from dlbook.ops.losses import softmax_cross_entropy
from dlbook.ops.pool import max_pool2d

SMALL = partial(cnn.init, image=(8, 8, 1), features=(4, 6), kernel=3, padding=1, hidden=(5,))
X = jr.uniform(jr.key(0), (3, 8, 8, 1))
LABELS = jnp.array([0, 9, 3])


def test_counts_of_the_books_networks():
    sizes = lambda params: [sum(a.size for a in layer) for layer in (*params.convs, *params.dense)]
    modern, short = cnn.init(jr.key(0), padding=(2, 0)), cnn.init(jr.key(0), hidden=(120,))
    assert sizes(modern) == [156, 2416, 48120, 10164, 850] and cnn.count_parameters(modern) == 61706
    assert sizes(short) == [156, 2416, 30840, 1210] and cnn.count_parameters(short) == 34622
    digits = cnn.init(jr.key(0), (8, 8, 1), features=(8, 16), kernel=3, padding=1, hidden=())
    assert cnn.count_parameters(digits) == 1898


def test_shapes_through_the_short_form_are_the_sources():
    params = cnn.init(jr.key(0), hidden=(120,))
    shapes = jax.eval_shape(lambda x: cnn.maps(params, x), jnp.zeros((2, 28, 28, 1)))
    assert [s.shape for s in shapes] == [(2, 12, 12, 6), (2, 4, 4, 16)]
    assert jax.eval_shape(lambda x: cnn.features(params, x), jnp.zeros((2, 28, 28, 1))).shape == (2, 256)


def test_all_convolutions_give_the_same_loss_and_gradient():
    """The tile form, im2col by hand, and the sum over taps under autodiff with plain ops."""
    params = SMALL(jr.key(1))

    def plain(params):
        x = X
        for layer in params.convs:
            x = jax.nn.relu(max_pool2d(conv2d_by_taps(x, *layer, padding=1)))
        (w1, b1), (w2, b2) = params.dense
        return softmax_cross_entropy(jax.nn.relu(x.reshape(3, -1) @ w1 + b1) @ w2 + b2, LABELS)

    ways = [
        partial(cnn.loss, batch=(X, LABELS), padding=1),
        partial(cnn.loss, batch=(X, LABELS), padding=1, conv=(conv2d, conv2d_backward)),
        plain,
    ]
    values = jax.jit(lambda params: [jax.value_and_grad(way)(params) for way in ways])(params)
    for other in values[1:]:
        jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-5), values[0], other)


def test_penalties_weigh_kernels_and_weights_and_leave_biases_free():
    params = jax.tree.map(lambda a: jnp.full_like(a, -2.0), SMALL(jr.key(2)))
    weights = 36 + 216 + 120 + 50
    value = lambda **penalty: (
        cnn.loss(params, (X, LABELS), padding=1, **penalty) - cnn.loss(params, (X, LABELS), padding=1)
    )
    assert float(value(l2=0.1)) == pytest.approx(0.1 / 2 * 4 * weights, rel=1e-3)
    assert float(value(l1=0.1)) == pytest.approx(0.1 * 2 * weights, rel=1e-3)


def test_dropout_depends_on_the_key_only_where_it_is_asked_for():
    params = SMALL(jr.key(3))
    loss = jax.jit(partial(cnn.loss, padding=1))
    one, two = (loss(params, (X, LABELS), jr.key(seed), rate=0.5) for seed in (0, 1))
    assert one != two
    assert loss(params, (X, LABELS), jr.key(2), rate=0.0) == pytest.approx(float(loss(params, (X, LABELS), jr.key(3))))


def test_batch_normalisation_uses_the_batch_in_training_and_the_population_afterwards():
    params = SMALL(jr.key(4), normalise=True)
    apply = jax.jit(partial(cnn.apply, padding=1))
    assert jnp.abs(apply(params, X)[:1] - apply(params, X[:1])).max() > 1e-3
    population = cnn.statistics(params, X[None], padding=1)
    frozen = partial(apply, statistics=population)
    np.testing.assert_allclose(frozen(params, X)[:1], frozen(params, X[:1]), rtol=1e-4, atol=1e-5)
    assert [s.mean.shape for s in population] == [(4,), (6,)]
    gradient = jax.grad(partial(cnn.loss, batch=(X, LABELS), padding=1))(params)
    assert all(jnp.abs(norm.gamma).max() > 0 for norm in gradient.norms)


@pytest.mark.parametrize("normalise", [False, True])
def test_learns_the_digits(normalise):
    split = data.digits()
    images = lambda part: (part[0].reshape(-1, 8, 8, 1), part[1])
    params = cnn.init(jr.key(0), (8, 8, 1), features=(8, 16), kernel=3, padding=1, hidden=(), normalise=normalise)
    fit = train.fit(_loss, params, images(split.train), key=jr.key(1), learning_rate=1e-2, epochs=12, batch_size=64)
    batches = images(split.train)[0][:1152].reshape(18, 64, 8, 8, 1)
    population = cnn.statistics(fit.params, batches, padding=1) if normalise else None
    assert cnn.accuracy(fit.params, images(split.valid), padding=1, statistics=population) > 0.95


_loss = partial(cnn.loss, padding=1)


def test_an_image_too_small_for_the_stages_is_named():
    with pytest.raises(ValueError, match="cnn.init: pixels left after the last stage must lie between 1 and 8, got 0"):
        cnn.init(jr.key(0), (8, 8, 1), kernel=3, features=(4, 4))


def test_a_border_too_many_is_named():
    with pytest.raises(ValueError, match="cnn: padding has 3 entries but stages has 2"):
        cnn.init(jr.key(0), padding=(2, 0, 0))
