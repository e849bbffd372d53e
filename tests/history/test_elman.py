import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.history import elman

X = jr.normal(jr.key(0), (7, 3))
Y = jr.uniform(jr.key(1), (7, 2))
PARAMS = elman.init(jr.key(2), 3, 4, 2)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def by_loop(params, x):
    """The formula with a plain loop: hidden units and outputs at each step."""
    (w, b), (w_out, b_out) = jax.tree.map(lambda p: np.asarray(p, "float64"), params)
    w_in, w_context = w[: x.shape[1]], w[x.shape[1] :]
    s, hidden, outputs = np.full(len(b), 0.5), [], []
    for row in np.asarray(x):
        s = logistic(row @ w_in + s @ w_context + b)
        hidden.append(s)
        outputs.append(logistic(s @ w_out + b_out))
    return np.array(hidden), np.array(outputs)


def test_is_its_formula_step_by_step():
    hidden, outputs = by_loop(PARAMS, X)
    np.testing.assert_allclose(elman.predict(PARAMS, X), outputs, rtol=1e-5)
    context = elman.start(PARAMS)
    for t in range(7):
        context, output = elman.apply(PARAMS, context, X[t])
        np.testing.assert_allclose(context, hidden[t], rtol=1e-5)
        np.testing.assert_allclose(output, outputs[t], rtol=1e-5)


def test_step_descends_with_the_context_held_fixed():
    """By hand: the deltas of output and hidden layer, and none beyond the context."""
    context, rate = jnp.array([0.1, 0.9, 0.4, 0.6]), 0.5
    x, y = np.asarray(X[0]), np.asarray(Y[0])
    after, loss = elman.step(elman.State(PARAMS, context), X[0], Y[0], rate=rate)
    (w, b), (w_out, b_out) = jax.tree.map(np.asarray, PARAMS)
    inputs = np.concatenate([x, context])
    s = logistic(inputs @ w + b)
    o = logistic(s @ w_out + b_out)
    d_out = (o - y) * o * (1 - o)
    d_hidden = (w_out @ d_out) * s * (1 - s)
    assert loss == pytest.approx(((o - y) ** 2).sum() / 2, rel=1e-5)
    np.testing.assert_allclose(after.context, s, rtol=1e-5)
    np.testing.assert_allclose(after.params.output.w, w_out - rate * np.outer(s, d_out), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after.params.output.b, b_out - rate * d_out, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after.params.hidden.w, w - rate * np.outer(inputs, d_hidden), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after.params.hidden.b, b - rate * d_hidden, rtol=1e-4, atol=1e-6)


def test_fit_is_step_after_step():
    params, errors = elman.fit(PARAMS, X, Y, rate=0.3)
    state = elman.State(PARAMS, elman.start(PARAMS))
    for t in range(7):
        state, error = elman.step(state, X[t], Y[t], rate=0.3)
        assert errors[t] == pytest.approx(float(error), rel=1e-5)
    for a, b in zip(jax.tree.leaves(params), jax.tree.leaves(state.params), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_remembers_what_the_input_no_longer_shows():
    """The answer is the input of the step before: without context nothing beats the mean, an error of 1/8."""
    x = jr.bernoulli(jr.key(3), 0.5, (30_000, 1)).astype("float32")
    y = jnp.roll(x, 1, 0)
    _, errors = elman.fit(elman.init(jr.key(4), 1, 3, 1), x, y, rate=1.0)
    assert errors[:200].mean() > 0.1 and errors[-1000:].mean() < 0.01


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="elman.init: sizes must name at least two layers of at least one unit"):
        elman.init(jr.key(0), 3, 0, 2)
    with pytest.raises(ValueError, match="affine: x has 6 features but w has 7"):
        elman.predict(PARAMS, X[:, :2])
