"""The fast forms against the readable ones, PyTorch, and the ONNX definitions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.ops.gru import RESETS, gru
from dlbook.ops.lstm import lstm, lstm_step
from dlbook.ops.recurrence import (
    gru_recurrence,
    gru_recurrence_backward,
    lstm_recurrence,
    lstm_recurrence_backward,
    rnn_recurrence,
    rnn_recurrence_backward,
)
from dlbook.ops.rnn import ACTIVATIONS, rnn
from tests.gradients import check_backward
from tests.ops import onnx
from tests.ops.test_rnn import arrays


def on_projected(readable, units, blocks):
    """A readable layer whose input weights are the identity: what it reads is already projected."""
    return lambda zs, wh, *rest, **static: readable(
        zs, jnp.eye(blocks * units, dtype=zs.dtype), wh, jnp.zeros(blocks * units, zs.dtype), *rest, **static
    )


def lstm_states(zs, wh, h, c):
    """Hidden states and cells, step by step."""
    eye, b, hs, cs = jnp.eye(zs.shape[2], dtype=zs.dtype), jnp.zeros(zs.shape[2], zs.dtype), [], []
    for z in zs:
        h, c = lstm_step(z, h, c, eye, wh, b)
        hs.append(h)
        cs.append(c)
    return jnp.stack([jnp.stack(hs), jnp.stack(cs)])


def test_fast_lstm_backward_is_the_gradient_of_the_readable_one():
    """By the hidden states and by the cells of all steps."""
    backward = lambda dy, *arrays: lstm_recurrence_backward((dy[0], dy[1]), *arrays)
    check_backward(jax.jit(lstm_states), jax.jit(backward), (3, 2, 16), (4, 16), (2, 4), (2, 4))


@pytest.mark.parametrize("reset", RESETS)
def test_fast_gru_backward_is_the_gradient_of_the_readable_one(reset):
    readable = jax.jit(on_projected(gru, 4, 3), static_argnames="reset")
    check_backward(readable, gru_recurrence_backward, (5, 2, 12), (4, 12), (4,), (2, 4), reset=reset)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_fast_rnn_backward_is_the_gradient_of_the_readable_one(activation):
    readable = jax.jit(on_projected(rnn, 4, 1), static_argnames="activation")
    check_backward(readable, rnn_recurrence_backward, (5, 2, 4), (4, 4), (2, 4), activation=activation)


def test_fast_forms_return_what_the_readable_ones_do():
    with jax.enable_x64(True):
        zs, wh, h0, c0, bh = (a.astype("float64") for a in arrays((9, 3, 16), (4, 16), (3, 4), (3, 4), (4,)))
        np.testing.assert_allclose(lstm_recurrence(zs, wh, h0, c0), lstm_states(zs, wh, h0, c0), rtol=1e-12)
        for reset in RESETS:
            ours = gru_recurrence(zs[:, :, :12], wh[:, :12], bh, h0, reset=reset)
            readable = on_projected(gru, 4, 3)(zs[:, :, :12], wh[:, :12], bh, h0, reset=reset)
            np.testing.assert_allclose(ours, readable, rtol=1e-12)
        for activation in ACTIVATIONS:
            ours = rnn_recurrence(zs[:, :, :4], wh[:, :4], h0, activation=activation)
            readable = on_projected(rnn, 4, 1)(zs[:, :, :4], wh[:, :4], h0, activation=activation)
            np.testing.assert_allclose(ours, readable, rtol=1e-12)


def test_grad_takes_the_backward_pass_by_hand():
    zs, wh, h0, c0, dhs = arrays((5, 2, 16), (4, 16), (2, 4), (2, 4), (5, 2, 4))
    loss = lambda *arrays: (dhs * lstm_recurrence(*arrays)[0]).sum()
    by_hand = lstm_recurrence_backward((dhs, jnp.zeros_like(dhs)), zs, wh, h0, c0)
    for one, other in zip(jax.grad(loss, range(4))(zs, wh, h0, c0), by_hand, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# ONNX -----------------------------------------------------------------------------------------------------------------

D, H, N, T = 3, 4, 2, 6
DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}


def onnx_inputs(blocks, direction, states):
    count = DIRECTIONS[direction]
    shapes = [(T, N, D), (count, blocks * H, D), (count, blocks * H, H), (count, 2 * blocks * H)]
    return [np.asarray(a, "float64") for a in arrays(*shapes, *[(count, N, H)] * states, seed=3)]


def in_direction(layer, X, direction):
    """Y of our layer: `layer(number, xs)` runs the parameters of that direction over a sequence."""
    flip = lambda a: a[::-1]
    runs = {
        "forward": lambda: [layer(0, X)],
        "reverse": lambda: [flip(layer(0, flip(X)))],
        "bidirectional": lambda: [layer(0, X), flip(layer(1, flip(X)))],
    }
    return np.stack(runs[direction](), 1)


def columns(w, order):
    """Blocks of rows, reordered and laid out as columns."""
    return jnp.array(np.concatenate([np.split(w, len(order))[place] for place in order]).T)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_rnn_is_the_onnx_operator(direction):
    X, W, R, B, initial = onnx_inputs(1, direction, 1)
    Y, Y_h = onnx.rnn(X, W, R, B, initial, direction)
    with jax.enable_x64(True):

        def layer(k, xs):
            return rnn(
                jnp.array(xs), columns(W[k], [0]), columns(R[k], [0]), jnp.array(B[k, :H] + B[k, H:]), initial[k]
            )

        ours = in_direction(layer, X, direction)
    np.testing.assert_allclose(ours, Y, rtol=1e-12)
    np.testing.assert_allclose(ours[0 if direction == "reverse" else -1, 0], Y_h[0], rtol=1e-12)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_lstm_is_the_onnx_operator(direction):
    X, W, R, B, initial_h, initial_c = onnx_inputs(4, direction, 2)
    Y, Y_h, Y_c = onnx.lstm(X, W, R, B, initial_h, initial_c, direction)
    order = [0, 2, 1, 3]  # i, o, f, c there
    with jax.enable_x64(True):

        def parameters(k):
            b = columns(B[k, : 4 * H] + B[k, 4 * H :], order)
            return columns(W[k], order), columns(R[k], order), b

        def layer(k, xs):
            return lstm(jnp.array(xs), *parameters(k), jnp.array(initial_h[k]), jnp.array(initial_c[k]))

        ours = in_direction(layer, X, direction)
        wx, wh, b = parameters(0)
        xs = X[::-1] if direction == "reverse" else X
        cells = lstm_recurrence(jnp.array(xs) @ wx + b, wh, jnp.array(initial_h[0]), jnp.array(initial_c[0]))[1]
    np.testing.assert_allclose(ours, Y, rtol=1e-12)
    np.testing.assert_allclose(ours[0 if direction == "reverse" else -1, 0], Y_h[0], rtol=1e-12)
    np.testing.assert_allclose(cells[-1], Y_c[0], rtol=1e-12)


@pytest.mark.parametrize(
    "direction, linear_before_reset", [("forward", 0), ("reverse", 1), ("bidirectional", 0), ("bidirectional", 1)]
)
def test_gru_is_the_onnx_operator(direction, linear_before_reset):
    X, W, R, B, initial = onnx_inputs(3, direction, 1)
    Y, Y_h = onnx.gru(X, W, R, B, initial, direction, linear_before_reset)
    order = [1, 0, 2]  # z, r, h there
    with jax.enable_x64(True):

        def layer(k, xs):
            of_input, of_state = columns(B[k, : 3 * H], order), columns(B[k, 3 * H :], order)
            b = of_input.at[: 2 * H].add(of_state[: 2 * H])
            parameters = columns(W[k], order), columns(R[k], order), b, of_state[2 * H :]
            return gru(jnp.array(xs), *parameters, jnp.array(initial[k]), reset=RESETS[1 - linear_before_reset])

        ours = in_direction(layer, X, direction)
    np.testing.assert_allclose(ours, Y, rtol=1e-12)
    np.testing.assert_allclose(ours[0 if direction == "reverse" else -1, 0], Y_h[0], rtol=1e-12)


# PyTorch --------------------------------------------------------------------------------------------------------------


def torch_gradients(name, order, **options):
    """Inputs, our parameters, a gradient by all outputs, and what PyTorch gives for them."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    layer = getattr(torch.nn, name)(D, H, dtype=torch.float64, **options)
    states = [torch.randn(1, N, H, dtype=torch.float64, requires_grad=True) for _ in range(2 if name == "LSTM" else 1)]
    xs = torch.randn(T, N, D, dtype=torch.float64, requires_grad=True)
    hs, _ = layer(xs, tuple(states) if name == "LSTM" else states[0])
    dhs = torch.randn(T, N, H, dtype=torch.float64)
    (hs * dhs).sum().backward()
    numpy = lambda tensor: tensor.detach().numpy()
    parts = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0]
    reorder = lambda part: columns(numpy(part), order)
    inputs = jnp.array(numpy(xs)), [reorder(p) for p in parts], [jnp.array(numpy(s)[0]) for s in states]
    gradients = numpy(xs.grad), [reorder(p.grad) for p in parts], [numpy(s.grad)[0] for s in states]
    return inputs, jnp.array(numpy(dhs)), numpy(hs), gradients


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_rnn_is_pytorch_forward_and_backward(nonlinearity):
    with jax.enable_x64(True):
        data = torch_gradients("RNN", [0], nonlinearity=nonlinearity)
        (xs, (wx, wh, bx, bh), states), dhs, hs, (dxs, (dwx, dwh, db, _), dstates) = data
        layer = lambda xs, wx, wh, b, h0: rnn_recurrence(xs @ wx + b, wh, h0, activation=nonlinearity)
        ours, vjp = jax.vjp(layer, xs, wx, wh, bx + bh, *states)
        for one, other in zip([ours, *vjp(dhs)], [hs, dxs, dwx, dwh, db, *dstates], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_lstm_is_pytorch_forward_and_backward():
    with jax.enable_x64(True):
        data = torch_gradients("LSTM", [0, 1, 3, 2])  # i, f, g, o there
        (xs, (wx, wh, bx, bh), states), dhs, hs, (dxs, (dwx, dwh, db, _), dstates) = data
        layer = lambda xs, wx, wh, b, h0, c0: lstm_recurrence(xs @ wx + b, wh, h0, c0)[0]
        ours, vjp = jax.vjp(layer, xs, wx, wh, bx + bh, *states)
        for one, other in zip([ours, *vjp(dhs)], [hs, dxs, dwx, dwh, db, *dstates], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_gru_is_pytorch_forward_and_backward():
    with jax.enable_x64(True):
        data = torch_gradients("GRU", [0, 1, 2])
        (xs, (wx, wh, bx, bh), states), dhs, hs, (dxs, (dwx, dwh, dbx, dbh), dstates) = data
        layer = lambda xs, wx, wh, b, bn, h0: gru_recurrence(xs @ wx + b, wh, bn, h0)
        ours, vjp = jax.vjp(layer, xs, wx, wh, bx.at[: 2 * H].add(bh[: 2 * H]), bh[2 * H :], *states)
        for one, other in zip([ours, *vjp(dhs)], [hs, dxs, dwx, dwh, dbx, dbh[2 * H :], *dstates], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_says_what_is_wrong(as_reader):
    zs, wh, h0 = arrays((5, 2, 16), (4, 16), (2, 4))
    with pytest.raises(ValueError, match="lstm_recurrence: zs has 12 columns but wh has 16"):
        lstm_recurrence(zs[:, :, :12], wh, h0, h0)
    with pytest.raises(ValueError, match=r"lstm_recurrence: c0 must have the shape \(2, 4\), got \(4,\)"):
        lstm_recurrence(zs, wh, h0, h0[0])
    with pytest.raises(ValueError, match="gru_recurrence: wh must have 3 times as many columns as rows"):
        gru_recurrence(zs, wh, jnp.zeros(4), h0)
    with pytest.raises(ValueError, match="rnn_recurrence: activation must be one of"):
        rnn_recurrence(zs[:, :, :4], wh[:, :4], h0, activation="clip")
