from itertools import product

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.history import rbm

VISIBLE = np.array(list(product((0.0, 1.0), repeat=3)), "float32")
HIDDEN = np.array(list(product((0.0, 1.0), repeat=2)), "float32")
KEYS = jr.split(jr.key(0), 3)
SMALL = rbm.RBM(*(jr.normal(key, shape) for key, shape in zip(KEYS, [(3, 2), (3,), (2,)], strict=True)))
DATA = jnp.asarray(VISIBLE[[0, 1, 1, 5, 7, 7, 7, 3]])


def joint(params):
    """Probability of each pair of states, by brute force in 64 bits: 8 x 4."""
    w, b, c = (np.asarray(p, "float64") for p in params)
    weights = np.array([[np.exp(v @ w @ h + b @ v + c @ h) for h in HIDDEN] for v in VISIBLE])
    return weights / weights.sum(), np.log(weights.sum())


def flat(params):
    return np.concatenate([np.ravel(p) for p in params])


def moments(probability):
    """Both phases' statistics if the visible states have these probabilities."""
    each = [flat(rbm.statistics(SMALL, jnp.asarray(v)[None])) for v in VISIBLE]
    return probability @ np.array(each)


def transition():
    """Probability of each visible state after one Gibbs step from each other: 8 x 8."""
    p, _ = joint(SMALL)
    to_hidden, to_visible = p / p.sum(1, keepdims=True), (p / p.sum(0)).T
    return to_hidden @ to_visible


def share_of(x):
    return np.array([(np.asarray(x) == v).all(1).mean() for v in VISIBLE])


def test_energy_is_the_formula():
    v, h = jnp.asarray(VISIBLE).repeat(4, 0), jnp.tile(HIDDEN, (8, 1))
    p, log_z = joint(SMALL)
    np.testing.assert_allclose(-rbm.energy(SMALL, v, h), np.log(p).ravel() + log_z, rtol=1e-5, atol=1e-5)


def test_partition_function_is_the_sum_over_all_states():
    assert rbm.log_partition(SMALL) == pytest.approx(joint(SMALL)[1], rel=1e-6)


def test_free_energy_sums_the_hidden_states_out():
    p, log_z = joint(SMALL)
    np.testing.assert_allclose(-rbm.free_energy(SMALL, jnp.asarray(VISIBLE)), np.log(p.sum(1)) + log_z, rtol=1e-5)


def test_probabilities_of_all_visible_states_sum_to_one():
    assert jnp.exp(rbm.log_likelihood(SMALL, jnp.asarray(VISIBLE))).sum() == pytest.approx(1, rel=1e-5)


def test_each_layer_given_the_other_factorises():
    p, _ = joint(SMALL)
    given_v, given_h = p / p.sum(1, keepdims=True), (p / p.sum(0)).T
    on_h, on_v = rbm.hidden(SMALL, jnp.asarray(VISIBLE)), rbm.visible(SMALL, jnp.asarray(HIDDEN))
    factors = np.where(HIDDEN == 1, np.asarray(on_h)[:, None], 1 - np.asarray(on_h)[:, None]).prod(2)
    np.testing.assert_allclose(factors, given_v, rtol=1e-4)
    factors = np.where(VISIBLE == 1, np.asarray(on_v)[:, None], 1 - np.asarray(on_v)[:, None]).prod(2)
    np.testing.assert_allclose(factors, given_h, rtol=1e-4)


def test_statistics_are_the_slopes_of_the_free_energy():
    slopes = jax.grad(lambda params: -rbm.free_energy(params, DATA).mean())(SMALL)
    np.testing.assert_allclose(flat(rbm.statistics(SMALL, DATA)), flat(slopes), rtol=1e-5)


def test_likelihood_gradient_is_data_minus_model():
    exact = jax.grad(lambda params: rbm.log_likelihood(params, DATA).mean())(SMALL)
    phases = moments(share_of(DATA)) - moments(joint(SMALL)[0].sum(1))
    np.testing.assert_allclose(flat(exact), phases, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("k", [1, 3])
def test_mean_of_cd_k_is_data_minus_k_steps_of_the_chain(k):
    many = jnp.tile(DATA, (20000, 1))
    after, _ = rbm.step(SMALL, many, key=jr.key(1), rate=1.0, k=k)
    expected = moments(share_of(DATA)) - moments(share_of(DATA) @ np.linalg.matrix_power(transition(), k))
    np.testing.assert_allclose(flat(after) - flat(SMALL), expected, atol=5e-3)


def test_cd_k_points_along_the_exact_gradient_the_more_the_larger_k():
    exact = flat(jax.grad(lambda params: rbm.log_likelihood(params, DATA).mean())(SMALL))
    start, steps = share_of(DATA), transition()
    cosines = []
    for k in (1, 3, 30):
        cd = moments(start) - moments(start @ np.linalg.matrix_power(steps, k))
        cosines.append(cd @ exact / np.linalg.norm(cd) / np.linalg.norm(exact))
    assert 0.5 < cosines[0] < cosines[1] < cosines[2] and cosines[2] > 0.9999


def test_cd_is_still_where_the_data_are_the_models_own():
    model = joint(SMALL)[0].sum(1)
    np.testing.assert_allclose(moments(model @ transition()), moments(model), atol=1e-6)
    states = jr.choice(jr.key(2), jnp.asarray(VISIBLE), (100_000,), p=jnp.asarray(model, "float32"))
    after, _ = rbm.step(SMALL, states, key=jr.key(3), rate=1.0)
    np.testing.assert_allclose(flat(after), flat(SMALL), atol=0.01)


def test_a_long_chain_visits_states_as_often_as_they_are_probable():
    chains = rbm.sample(jr.key(4), SMALL, jnp.zeros((50_000, 3)), steps=40)
    np.testing.assert_allclose(share_of(chains), joint(SMALL)[0].sum(1), atol=0.01)


def test_heat_flattens_and_cold_sharpens():
    p = [jnp.abs(rbm.hidden(SMALL, jnp.asarray(VISIBLE), t) - 0.5).mean() for t in (0.1, 1.0, 10.0)]
    assert p[0] > p[1] > p[2]
    chains = rbm.sample(jr.key(4), SMALL, jnp.zeros((20_000, 3)), steps=30, temperature=1e4)
    np.testing.assert_allclose(share_of(chains), 1 / 8, atol=0.015)


def test_learning_raises_the_likelihood():
    bars = jnp.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1.0]])
    start = rbm.init(jr.key(5), 4, 6)
    params, errors = rbm.fit(start, bars, key=jr.key(6), epochs=3000, batch_size=6, rate=0.2)
    before, after = (rbm.log_likelihood(p, bars).mean() for p in (start, params))
    assert before < -2.7 and -np.log(6) - 0.4 < after <= -np.log(6) + 1e-3
    assert errors.shape == (3000,) and errors[-1] < errors[0]


def test_fit_compiles_once():
    rbm._fit.clear_cache()
    for rate, k in ((0.1, 1), (0.2, 4)):
        rbm.fit(SMALL, DATA, key=jr.key(0), batch_size=4, rate=rate, k=k)
    assert rbm._fit._cache_size() == 1


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="rbm.init: sizes must name at least two layers"):
        rbm.init(jr.key(0), 0, 3)
    with pytest.raises(ValueError, match="rbm.log_partition: hidden units must lie between 1 and 20, got 21"):
        rbm.log_partition(rbm.init(jr.key(0), 2, 21))
    with pytest.raises(ValueError, match="rbm.fit: x has 3 visible units but w has 2"):
        rbm.fit(rbm.init(jr.key(0), 2, 2), DATA, key=jr.key(0))
    with pytest.raises(ValueError, match="rbm.fit: batch_size must lie between 1 and 8, got 9"):
        rbm.fit(SMALL, DATA, key=jr.key(0), batch_size=9)
    with pytest.raises(ValueError, match="rbm.fit: rate must be finite and above 0, got 0"):
        rbm.fit(SMALL, DATA, key=jr.key(0), batch_size=2, rate=0)
