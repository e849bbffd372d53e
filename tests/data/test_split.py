import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data import Split, split

X = jnp.arange(100.0).reshape(50, 2)
LABELS = jnp.arange(50) % 3


@pytest.mark.parametrize("valid, test", [(10, 5), (0, 7), (0, 0), (24, 25)])
def test_parts_are_disjoint_and_complete(valid, test):
    parts = split(X, LABELS, jr.key(0), valid=valid, test=test)
    assert isinstance(parts, Split)
    assert [len(labels) for _, labels in parts] == [50 - valid - test, valid, test]
    rows = np.concatenate([x for x, _ in parts])
    np.testing.assert_array_equal(rows[rows[:, 0].argsort()], X)


def test_rows_keep_their_labels():
    for x, labels in split(X, LABELS, jr.key(0), valid=10, test=5):
        np.testing.assert_array_equal((x[:, 0] // 2) % 3, labels)


@pytest.mark.parametrize("seed", range(20))
def test_each_class_comes_with_its_share(seed):
    labels = jnp.repeat(jnp.arange(4), jnp.array([100, 20, 10, 70]))
    for _, part in split(labels, labels, jr.key(seed), valid=40, test=20):
        share = np.array([100, 20, 10, 70]) * len(part) / 200
        assert abs(np.bincount(part, minlength=4) - share).max() <= 2


def test_parts_of_a_regression_see_the_same_range():
    y = jr.exponential(jr.key(0), (400,))
    for _, part in split(y, y, jr.key(1), valid=100, test=100):
        np.testing.assert_allclose(jnp.quantile(part, jnp.array([0.25, 0.5, 0.75])), -np.log([0.75, 0.5, 0.25]), 0.2)


def test_every_part_is_shuffled():
    for _, labels in split(X, jnp.repeat(jnp.arange(2), 25), jr.key(3), valid=10, test=5):
        assert not (jnp.diff(labels) >= 0).all()


def test_the_key_decides():
    def ids(seed):
        return [x[:, 0].tolist() for x, _ in split(X, LABELS, jr.key(seed), valid=10, test=5)]

    assert ids(0) == ids(0)
    assert set(ids(0)[1]) != set(ids(1)[1])


def test_runs_under_jit():
    cut = jax.jit(split, static_argnames=("valid", "test"))
    for ours, jitted in zip(
        jax.tree.leaves(split(X, LABELS, jr.key(0), valid=10, test=5)),
        jax.tree.leaves(cut(X, LABELS, jr.key(0), valid=10, test=5)),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, jitted)


@pytest.mark.parametrize("valid, test", [(25, 25), (60, 0), (-1, 5), (5, -1)])
def test_impossible_sizes_are_refused(valid, test):
    with pytest.raises(ValueError, match=rf"split: valid and test .* the 50 samples .* got {valid} and {test}\."):
        split(X, LABELS, jr.key(0), valid=valid, test=test)


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="split: x has 50 samples but y has 49."):
        split(X, LABELS[:49], jr.key(0), valid=1, test=1)
