import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import lenet5
from dlbook.models.cnn import count_parameters


def test_has_exactly_sixty_thousand_parameters_layer_by_layer():
    params = lenet5.init(jr.key(0))
    assert [count_parameters(layer) for layer in params] == [156, 12, 1516, 32, 48120, 10164]
    assert count_parameters(params) == 60000


def test_c3_reads_three_four_or_six_maps_and_each_map_is_read_ten_times():
    assert [len(maps) for maps in lenet5.CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert len(set(lenet5.CONNECTIONS)) == 16
    assert [sum(c in maps for maps in lenet5.CONNECTIONS) for c in range(6)] == [10] * 6
    kernels = jnp.arange(1.0, 61)[None, None, None, :]
    dense = np.asarray(lenet5.sparse_kernel(kernels)[0, 0])
    assert [tuple(np.flatnonzero(dense[:, f])) for f in range(16)] == list(lenet5.CONNECTIONS)
    np.testing.assert_array_equal(dense.T[dense.T != 0], np.arange(1, 61))


def test_layers_have_the_published_sizes():
    params = lenet5.init(jr.key(0))
    outputs = jax.eval_shape(lambda x: lenet5.layers(params, x), jnp.zeros((2, 32, 32, 1)))
    sizes = [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (1, 1, 120), (84,)]
    assert [o.shape[1:] for o in outputs] == sizes


def test_squash_leaves_one_where_it_is():
    np.testing.assert_allclose(lenet5.squash(jnp.array([-1.0, 0, 1])), [-1, 0, 1], atol=1e-4)


def test_subsampling_sums_four_neighbours():
    x = jnp.arange(16.0).reshape(1, 4, 4, 1)
    y = lenet5.subsample(x, jnp.array([0.5]), jnp.array([1.0]))[0, :, :, 0]
    np.testing.assert_allclose(y, [[1 + 0.5 * 10, 1 + 0.5 * 18], [1 + 0.5 * 42, 1 + 0.5 * 50]])


def test_codes_are_ten_different_pictures_of_plus_and_minus_one():
    codes = np.asarray(lenet5.codes())
    assert codes.shape == (10, 84) and set(np.unique(codes)) == {-1, 1}
    distances = ((codes[:, None] - codes) ** 2).sum(2) / 4
    assert distances[~np.eye(10, dtype=bool)].min() >= 7


def test_the_score_is_minus_the_squared_distance_to_the_code(monkeypatch):
    f6 = lenet5.codes()[3:4] + jnp.eye(84)[:1]
    monkeypatch.setattr(lenet5, "layers", lambda params, x, conv: [f6])
    scores = lenet5.apply(lenet5.init(jr.key(0)), jnp.zeros((1, 32, 32, 1)))
    assert float(scores[0, 3]) == pytest.approx(-1) and int(scores.argmax()) == 3


def test_the_loss_is_the_papers_formula():
    params, x, labels = lenet5.init(jr.key(0)), jr.normal(jr.key(1), (2, 32, 32, 1)), jnp.array([4, 7])
    distance = -np.asarray(lenet5.apply(params, x), float)
    wanted = [distance[n, k] + np.log(np.exp(-100.0) + np.exp(-distance[n]).sum()) for n, k in enumerate([4, 7])]
    assert float(lenet5.loss(params, (x, labels), rubbish=100.0)) == pytest.approx(np.mean(wanted), rel=1e-4)


def test_images_come_to_the_middle_of_the_field():
    prepared = lenet5.prepare(jnp.ones((1, 28, 27, 1)))
    assert prepared.shape == (1, 32, 32, 1)
    np.testing.assert_allclose(prepared[0, 2:30, 2:29], 1.175, rtol=1e-6)
    np.testing.assert_allclose(prepared.sum(), 1.175 * 28 * 27 - 0.1 * (1024 - 28 * 27), rtol=1e-5)
    with pytest.raises(ValueError, match="lenet5.prepare: height and width must lie between 1 and 32, got 33"):
        lenet5.prepare(jnp.ones((1, 28, 33, 1)))


def test_learns_the_digits():
    x, labels = data.digits().train
    large = lenet5.prepare(jnp.kron(x[:512].reshape(-1, 8, 8, 1), jnp.ones((1, 3, 3, 1))))
    settings = dict(key=jr.key(1), learning_rate=4e-3, epochs=6, batch_size=16)
    run = train.fit(lenet5.loss, lenet5.init(jr.key(0)), (large, labels[:512]), **settings)
    assert run.loss[-1].mean() < 0.2 * run.loss[0].mean()
    assert lenet5.accuracy(run.params, (large[:128], labels[:128])) > 0.85
