from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.rnn import RNN, rnn, rnn_backward, rnn_step, rnn_step_backward
from tests.gradients import check_backward

PARAMETERS = (3, 4), (4, 4), (4,)  # shapes: three features, four units


def arrays(*shapes, seed=0):
    return [jr.normal(jr.fold_in(jr.key(seed), number), shape) for number, shape in enumerate(shapes)]


@pytest.mark.parametrize("activation", ["sigmoid"])
def test_backward_of_a_step_is_the_gradient(activation):
    step, backward = (jax.jit(partial(f, activation=activation)) for f in (rnn_step, rnn_step_backward))
    check_backward(step, backward, (2, 3), (2, 4), *PARAMETERS)


@pytest.mark.parametrize("activation, state", [("tanh", True), ("relu", False)])
def test_backpropagation_through_time_is_the_gradient(activation, state):
    check_backward(rnn, rnn_backward, (5, 2, 3), *PARAMETERS, *([(2, 4)] if state else []), activation=activation)


def test_is_the_nested_formula():
    """h3 = tanh(U x3 + W tanh(U x2 + W tanh(U x1))), without bias and from a zero state."""
    with jax.enable_x64(True):
        (x1, x2, x3), u, w = (np.asarray(a, "float64") for a in arrays((3, 1, 3), *PARAMETERS[:2]))
        nested = np.tanh(x3 @ u + np.tanh(x2 @ u + np.tanh(x1 @ u) @ w) @ w)
        hs = rnn(jnp.array([x1, x2, x3]), jnp.array(u), jnp.array(w), jnp.zeros(4, "float64"))
    np.testing.assert_allclose(hs[-1], nested, rtol=1e-12)


def test_the_gradient_is_the_sum_over_earlier_steps():
    """The loss at the last of three steps: each term goes back from step 3 to step i and meets the input there."""
    with jax.enable_x64(True):
        xs, *params = (a.astype("float64") for a in arrays((3, 1, 3), *PARAMETERS))
        hs, wh = rnn(xs, *params), params[1]
        dhs = jnp.zeros_like(hs).at[2].set(1.0)
        back, terms = dhs[2, 0], []
        for i in (2, 1, 0):
            dz = back * (1 - hs[i, 0] ** 2)
            terms.append(jnp.outer(xs[i, 0], dz))
            back = wh @ dz
        np.testing.assert_allclose(rnn_backward(dhs, xs, *params)[1], sum(terms), rtol=1e-12)


def test_steps_one_by_one_are_the_scan():
    xs, *params, h0 = arrays((6, 2, 3), *PARAMETERS, (2, 4))
    hs, h = rnn(xs, *params, h0), h0
    for t, x in enumerate(xs):
        h = rnn_step(x, h, *params)
        np.testing.assert_allclose(hs[t], h, rtol=1e-5, atol=1e-6)


def test_two_halves_are_the_whole():
    xs, *params = arrays((7, 2, 3), *PARAMETERS)
    first = rnn(xs[:4], *params)
    whole = jnp.concatenate([first, rnn(xs[4:], *params, first[-1])])
    np.testing.assert_allclose(whole, rnn(xs, *params), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("factor, grows", [(0.9, False), (1.5, True)])
def test_the_recurrent_weight_decides_whether_the_gradient_vanishes_or_explodes(factor, grows):
    """At h = 0 the slope of tanh is 1, so after 50 steps the gradient is factor^50: 0.005 or 6.4e8."""
    params = RNN(jnp.ones((1, 1)), jnp.full((1, 1), factor), jnp.zeros(1))
    dhs = jnp.zeros((50, 1, 1)).at[-1].set(1.0)
    dh0 = rnn_backward(dhs, jnp.zeros((50, 1, 1)), *params, jnp.zeros((1, 1)))[-1]
    assert float(dh0[0, 0]) == pytest.approx(factor**50, rel=1e-4) and (dh0[0, 0] > 1) == grows


def test_the_number_of_parameters_does_not_depend_on_the_length():
    params = arrays(*PARAMETERS)
    assert rnn(jnp.zeros((3, 2, 3)), *params).shape == (3, 2, 4)
    assert rnn(jnp.zeros((300, 2, 3)), *params).shape == (300, 2, 4)


def test_says_what_is_wrong(as_reader):
    xs, wx, wh, b = arrays((5, 2, 3), *PARAMETERS)
    with pytest.raises(ValueError, match="rnn: x has 2 features but wx has 3"):
        rnn(xs[:, :, :2], wx, wh, b)
    with pytest.raises(ValueError, match="rnn: wx has 4 columns but b has 3"):
        rnn(xs, wx, wh, b[:3])
    with pytest.raises(ValueError, match=r"rnn: wh must have 1 times as many columns as rows, got the shape \(3, 4\)"):
        rnn(xs, wx, wh[:3], b)
    with pytest.raises(ValueError, match=r"rnn: h0 must have the shape \(2, 4\), got \(4,\)"):
        rnn(xs, wx, wh, b, jnp.zeros(4))
    with pytest.raises(ValueError, match="rnn: activation must be one of 'tanh', .*, got 'softsign'"):
        rnn(xs, wx, wh, b, activation="softsign")
    with pytest.raises(TypeError, match="sequence_lengths"):
        rnn(xs, wx, wh, b, sequence_lengths=jnp.array([3, 5]))
