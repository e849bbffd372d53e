import jax.numpy as jnp
import jax.random as jr
import pytest

from dlbook.history import hebb


@pytest.fixture(scope="module")
def cloud():
    """A stretched cloud of mean 0 in three dimensions, and its principal axes (in columns, longest last)."""
    key_x, key_turn = jr.split(jr.key(0))
    turn, _ = jnp.linalg.qr(jr.normal(key_turn, (3, 3)))
    x = jr.normal(key_x, (400, 3)) * jnp.asarray([1.5, 0.7, 0.3]) @ turn.T
    variances, axes = jnp.linalg.eigh(x.T @ x / len(x))
    return x, variances, axes


@pytest.mark.parametrize("seed", range(5))
def test_oja_converges_to_the_first_principal_component_with_norm_1(cloud, seed):
    x, _, axes = cloud
    w, _ = hebb.fit(hebb.init(jr.key(seed), 3), x, learning_rate=0.002, epochs=30)
    assert abs(jnp.linalg.norm(w) - 1) < 0.01
    assert abs(w @ axes[:, -1]) > 0.999


def test_ojas_answers_have_the_largest_variance_there_is(cloud):
    x, variances, _ = cloud
    w, _ = hebb.fit(hebb.init(jr.key(0), 3), x, learning_rate=0.002, epochs=30)
    assert (hebb.predict(w, x) ** 2).mean() == pytest.approx(float(variances[-1]), rel=0.01)


def test_hebb_grows_as_the_largest_variance_says(cloud):
    """Small steps: |w| is multiplied by exp(rate x variance x samples) with each epoch."""
    x, variances, axes = cloud
    start, rate = axes[:, -1], 1e-4
    _, path = hebb.fit(start, x, step=hebb.hebb, learning_rate=rate, epochs=20)
    norms = jnp.linalg.norm(path[:, -1], axis=1)
    assert norms[-1] == pytest.approx(float(jnp.exp(rate * variances[-1] * len(x) * 20)), rel=0.05)
    assert (norms[1:] > norms[:-1]).all()


def test_hebb_grows_without_bound(cloud):
    x, _, _ = cloud
    _, path = hebb.fit(hebb.init(jr.key(0), 3), x, step=hebb.hebb, learning_rate=0.01, epochs=3)
    assert 1e6 < jnp.linalg.norm(path[-1, -1]) < jnp.inf


def test_oja_is_hebb_with_norm_1_to_first_order():
    """Hebb's step, then division by the norm, differs from Oja's by terms of second order in the rate."""
    w, x = hebb.init(jr.key(1), 4), jr.normal(jr.key(2), (4,))

    def difference(rate):
        grown, _ = hebb.hebb(w, x, rate)
        return jnp.linalg.norm(grown / jnp.linalg.norm(grown) - hebb.oja(w, x, rate)[0])

    assert difference(0.02) / difference(0.01) == pytest.approx(4, rel=0.2)


def test_a_silent_unit_does_not_learn():
    w, x = jnp.asarray([1.0, 0.0]), jnp.asarray([0.0, 3.0])
    for rule in (hebb.hebb, hebb.oja):
        assert (rule(w, x, 0.5)[0] == w).all()


def test_fit_compiles_once():
    w, x = jnp.ones(2), jnp.ones((5, 2))
    hebb.fit(w, x, learning_rate=0.01)
    before = hebb._fit._cache_size()
    hebb.fit(w, x, learning_rate=0.02)
    assert hebb._fit._cache_size() == before


def test_bad_settings_are_refused(as_reader):
    with pytest.raises(ValueError, match="hebb.fit: learning_rate must be finite and above 0, got 0"):
        hebb.fit(jnp.ones(2), jnp.ones((5, 2)), learning_rate=0)
    with pytest.raises(ValueError, match="hebb.fit: x has 2 features but w has 3"):
        hebb.fit(jnp.ones(3), jnp.ones((5, 2)))
