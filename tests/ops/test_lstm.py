import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops.lstm import (
    Gates,
    lstm,
    lstm_backward,
    lstm_gates,
    lstm_gates_backward,
    lstm_step,
    lstm_step_backward,
)
from tests.gradients import check_backward
from tests.ops.test_rnn import arrays

PARAMETERS = (3, 16), (4, 16), (16,)  # shapes: three features, four units


def stacked(function):
    """A function of several results as one of a single array."""
    return jax.jit(lambda *arrays: jnp.stack(function(*arrays)))


def test_backward_of_the_gates_is_the_gradient():
    backward = lambda dy, *arrays: lstm_gates_backward(Gates(*dy), *arrays)
    check_backward(stacked(lstm_gates), jax.jit(backward), (2, 3), (2, 4), *PARAMETERS)


def test_backward_of_a_step_is_the_gradient():
    backward = lambda dy, *arrays: lstm_step_backward((dy[0], dy[1]), *arrays)
    check_backward(stacked(lstm_step), jax.jit(backward), (2, 3), (2, 4), (2, 4), *PARAMETERS)


def test_backpropagation_through_time_is_the_gradient():
    check_backward(lstm, lstm_backward, (5, 2, 3), *PARAMETERS, (2, 4), (2, 4))


def test_initial_states_are_zero_unless_given_and_only_those_given_have_gradients():
    with jax.enable_x64(True):
        xs, *params, c0, dhs = (a.astype("float64") for a in arrays((5, 2, 3), *PARAMETERS, (2, 4), (5, 2, 4)))
        both = lstm_backward(dhs, xs, *params, jnp.zeros_like(c0), c0)
        one = lstm_backward(dhs, xs, *params, None, c0)
        assert len(one) == 5 and len(lstm_backward(dhs, xs, *params)) == 4
        assert len(lstm_backward(dhs, xs, *params, jnp.zeros_like(c0))) == 5
        np.testing.assert_allclose(one[-1], both[-1], rtol=1e-12)
        np.testing.assert_allclose(lstm(xs, *params, None, c0), lstm(xs, *params, jnp.zeros_like(c0), c0))


def test_steps_one_by_one_are_the_scan_and_the_gates_of_all_steps_come_from_its_states():
    xs, *params, h0, c0 = arrays((6, 2, 3), *PARAMETERS, (2, 4), (2, 4))
    hs, h, c = lstm(xs, *params, h0, c0), h0, c0
    gates = lstm_gates(xs, jnp.concatenate([h0[None], hs[:-1]]), *params)
    for t, x in enumerate(xs):
        for all_steps, one in zip(gates, lstm_gates(x, h, *params), strict=True):
            np.testing.assert_allclose(all_steps[t], one, rtol=1e-4, atol=1e-6)
        h, c = lstm_step(x, h, c, *params)
        np.testing.assert_allclose(hs[t], h, rtol=1e-5, atol=1e-6)


def test_gates_lie_between_their_bounds_and_have_the_size_of_the_cell():
    x, h, *params = arrays((50, 3), (50, 4), *PARAMETERS)
    gates = lstm_gates(x, h, *params)
    for gate in gates[:3]:
        assert gate.shape == h.shape and 0 < gate.min() < gate.max() < 1
    assert -1 < gates.g.min() < 0 < gates.g.max() < 1


def test_the_direct_path_of_the_cell_is_the_forget_gate_but_the_whole_derivative_may_be_negative():
    """Scalar LSTM, o = 0.9 a step ago, recurrent weights -3, biases 1, c = 0.5: f = 0.4384, dc'/dc = -0.5721."""
    wx, wh, b = jnp.zeros((1, 4)), jnp.full((1, 4), -3.0), jnp.ones(4)
    x, c = jnp.zeros((1, 1)), jnp.full((1, 1), 0.5)
    through_h = lambda c: lstm_step(x, 0.9 * jnp.tanh(c), c, wx, wh, b)[1].sum()
    direct = lambda c: lstm_step(x, 0.9 * jnp.tanh(jnp.full((1, 1), 0.5)), c, wx, wh, b)[1].sum()
    f = lstm_gates(x, 0.9 * jnp.tanh(c), wx, wh, b).f
    assert float(f[0, 0]) == pytest.approx(0.4384, abs=1e-4)
    assert float(jax.grad(direct)(c)[0, 0]) == pytest.approx(float(f[0, 0]), rel=1e-5)
    assert float(jax.grad(through_h)(c)[0, 0]) == pytest.approx(-0.5721, abs=1e-4)


def test_an_open_forget_gate_and_a_closed_input_gate_keep_the_cell():
    wx, wh, b = jnp.zeros((1, 4)), jnp.zeros((1, 4)), jnp.array([-100.0, 100.0, 100.0, 0.0])
    hs = lstm(jr.normal(jr.key(0), (100, 1, 1)), wx, wh, b, jnp.zeros((1, 1)), jnp.full((1, 1), 0.7))
    np.testing.assert_allclose(hs[:, 0, 0], np.tanh(0.7), rtol=1e-6)


def test_says_what_is_wrong(as_reader):
    xs, wx, wh, b = arrays((5, 2, 3), *PARAMETERS)
    with pytest.raises(ValueError, match="lstm: x has 2 features but wx has 3"):
        lstm(xs[:, :, :2], wx, wh, b)
    with pytest.raises(
        ValueError, match=r"lstm: wh must have 4 times as many columns as rows, got the shape \(3, 16\)"
    ):
        lstm(xs, wx, wh[:3], b)
    with pytest.raises(ValueError, match="lstm: wx has 16 columns but wh has 12"):
        lstm(xs, wx, wh[:, :12], b)
    with pytest.raises(ValueError, match=r"lstm: c0 must have the shape \(2, 4\), got \(2, 5\)"):
        lstm(xs, wx, wh, b, jnp.zeros((2, 4)), jnp.zeros((2, 5)))
    with pytest.raises(TypeError, match="peepholes"):
        lstm(xs, wx, wh, b, peepholes=jnp.zeros(12))
