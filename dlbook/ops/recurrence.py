"""The recurrences of `rnn`, `lstm` and `gru` in the form that trains fast, with hand-written derivatives.

They take inputs that have already met their weights, `zs = xs @ wx + b`: one matrix product for all
steps.  Three more things make the backward pass fast.  The coefficients by which a step multiplies
what comes back depend on the forward pass alone, so they are computed for all steps at once; the scan
carries nothing but the gradient by the state; and the gradient by `wh` is one product over all steps at the end.

`jax.grad` of these functions takes this backward pass, which also reuses the states of the forward pass.
The functions of the same name in `rnn`, `lstm` and `gru` are the readable forms.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import sigmoid, tanh
from dlbook.ops.gru import RESETS
from dlbook.ops.rnn import ACTIVATIONS, SLOPES
from dlbook.ops.through_time import before


@partial(jax.jit, static_argnames="activation")
def rnn_recurrence(
    zs: Float[Array, "t n h"], wh: Float[Array, "h h"], h0: Float[Array, "n h"], *, activation: str = "tanh"
) -> Float[Array, "t n h"]:
    """Return the hidden units after each step: equation :eq:`rnn`.

    Raises
    ------
    ValueError
        If sizes do not match, or there is no activation of this name.
    """
    checks.same("rnn_recurrence", "columns", zs=zs.shape[2], wh=wh.shape[1])
    checks.recurrence("rnn_recurrence", 1, zs, wh, h0=h0)
    checks.one_of("rnn_recurrence", "activation", activation, ACTIVATIONS)
    return _RNN[activation](zs, wh, h0)


@partial(jax.jit, static_argnames="activation")
def rnn_recurrence_backward(
    dhs: Float[Array, "t n h"],
    zs: Float[Array, "t n h"],
    wh: Float[Array, "h h"],
    h0: Float[Array, "n h"],
    *,
    activation: str = "tanh",
) -> tuple[Float[Array, "t n h"], Float[Array, "h h"], Float[Array, "n h"]]:
    """Gradients by `zs`, `wh` and `h0`: equation :eq:`bptt`."""
    return jax.vjp(_RNN[activation], zs, wh, h0)[1](dhs)


@jax.jit
def lstm_recurrence(
    zs: Float[Array, "t n g"], wh: Float[Array, "h g"], h0: Float[Array, "n h"], c0: Float[Array, "n h"]
) -> tuple[Float[Array, "t n h"], Float[Array, "t n h"]]:
    """Return hidden state and cell after each step: equations :eq:`lstm-gates` to :eq:`lstm-hidden`.

    Since tanh z = 2 sigmoid(2 z) - 1, the columns of the candidate are doubled once, and one sigmoid a step
    serves all four blocks.

    Raises
    ------
    ValueError
        If sizes do not match.
    """
    checks.same("lstm_recurrence", "columns", zs=zs.shape[2], wh=wh.shape[1])
    checks.recurrence("lstm_recurrence", 4, zs, wh, h0=h0, c0=c0)
    return _LSTM(zs, wh, h0, c0)


@jax.jit
def lstm_recurrence_backward(
    dy: tuple[Float[Array, "t n h"], Float[Array, "t n h"]],
    zs: Float[Array, "t n g"],
    wh: Float[Array, "h g"],
    h0: Float[Array, "n h"],
    c0: Float[Array, "n h"],
) -> tuple[Float[Array, "t n g"], Float[Array, "h g"], Float[Array, "n h"], Float[Array, "n h"]]:
    """Gradients by `zs`, `wh`, `h0` and `c0`: equation :eq:`lstm-backward`."""
    return jax.vjp(_LSTM, zs, wh, h0, c0)[1](dy)


@partial(jax.jit, static_argnames="reset")
def gru_recurrence(
    zs: Float[Array, "t n g"],
    wh: Float[Array, "h g"],
    bh: Float[Array, " h"],
    h0: Float[Array, "n h"],
    *,
    reset: str = "after",
) -> Float[Array, "t n h"]:
    """Return the hidden state after each step: equation :eq:`gru`.

    Raises
    ------
    ValueError
        If sizes do not match, or `reset` is neither "after" nor "before".
    """
    checks.same("gru_recurrence", "columns", zs=zs.shape[2], wh=wh.shape[1])
    checks.recurrence("gru_recurrence", 3, zs, wh, h0=h0)
    checks.same("gru_recurrence", "units", wh=wh.shape[0], bh=bh.shape[0])
    checks.one_of("gru_recurrence", "reset", reset, RESETS)
    return _GRU[reset](zs, wh, bh, h0)


@partial(jax.jit, static_argnames="reset")
def gru_recurrence_backward(
    dhs: Float[Array, "t n h"],
    zs: Float[Array, "t n g"],
    wh: Float[Array, "h g"],
    bh: Float[Array, " h"],
    h0: Float[Array, "n h"],
    *,
    reset: str = "after",
) -> tuple[Float[Array, "t n g"], Float[Array, "h g"], Float[Array, " h"], Float[Array, "n h"]]:
    """Gradients by `zs`, `wh`, `bh` and `h0`: equation :eq:`gru-backward`."""
    return jax.vjp(_GRU[reset], zs, wh, bh, h0)[1](dhs)


def _remembering(forward, backward):
    """A function with a derivative by hand that gets what the forward pass remembered.

    `forward(*arrays)` returns the result and the memory, `backward(dy, memory, *arrays)` the gradients.
    """
    op = jax.custom_vjp(lambda *arrays: forward(*arrays)[0])

    def remember(*arrays):
        y, memory = forward(*arrays)
        return y, (memory, arrays)

    op.defvjp(remember, lambda kept, dy: backward(dy, kept[0], *kept[1]))
    return op


def _rnn_forward(zs, wh, h0, *, activation):
    def step(h, z):
        h = ACTIVATIONS[activation](z + h @ wh)
        return h, h

    hs = lax.scan(step, h0, zs)[1]
    return hs, hs


def _rnn_backward(dhs, hs, zs, wh, h0, *, activation):
    w = wh.T

    def step(dh, at):
        dh_here, slope = at
        dz = (dh + dh_here) * slope
        return dz @ w, dz

    dh0, dzs = lax.scan(step, jnp.zeros_like(h0), (dhs, SLOPES[activation](hs)), reverse=True)
    return dzs, _over_steps(before(h0, hs), dzs), dh0


def _lstm_forward(zs, wh, h0, c0):
    doubled = jnp.repeat(jnp.array([1, 1, 1, 2], zs.dtype), len(wh))
    w = wh * doubled

    def step(state, z):
        h, c = state
        gates = sigmoid(z + h @ w)
        i, f, o, g = jnp.split(gates, 4, axis=1)
        c = f * c + i * (2 * g - 1)
        h = o * tanh(c)
        return (h, c), (h, c, gates)

    hs, cs, gates = lax.scan(step, (h0, c0), zs * doubled)[1]
    return (hs, cs), (hs, cs, gates)


def _lstm_backward(dy, memory, zs, wh, h0, c0):
    (dhs, dcs), (hs, cs, gates) = dy, memory
    i, f, o, g = jnp.split(gates, 4, axis=2)
    g, tanh_cs, w = 2 * g - 1, tanh(cs), wh.T
    to_c, to_o = o * (1 - tanh_cs**2), tanh_cs * o * (1 - o)
    to_i, to_f, to_g = g * i * (1 - i), before(c0, cs) * f * (1 - f), i * (1 - g**2)

    def step(carry, at):
        dh, dc = carry
        dh_here, dc_here, f, to_c, to_i, to_f, to_o, to_g = at
        dh = dh + dh_here
        dc = dc + dc_here + dh * to_c
        dz = jnp.concatenate([dc * to_i, dc * to_f, dh * to_o, dc * to_g], axis=1)
        return (dz @ w, dc * f), dz

    zeros = jnp.zeros_like(h0), jnp.zeros_like(c0)
    sequence = dhs, dcs, f, to_c, to_i, to_f, to_o, to_g
    (dh0, dc0), dzs = lax.scan(step, zeros, sequence, reverse=True)
    return dzs, _over_steps(before(h0, hs), dzs), dh0, dc0


def _gru_after_forward(zs, wh, bh, h0):
    """One product a step, then the reset gate: `q` is what it multiplies."""
    units = len(wh)

    def step(h, z):
        product = h @ wh
        gates = sigmoid(z[:, : 2 * units] + product[:, : 2 * units])
        r, u = jnp.split(gates, 2, axis=1)
        q = product[:, 2 * units :] + bh
        n = tanh(z[:, 2 * units :] + r * q)
        h = n + u * (h - n)
        return h, (h, r, u, q, n)

    hs, *rest = lax.scan(step, h0, zs)[1]
    return hs, (hs, *rest)


def _gru_after_backward(dhs, memory, zs, wh, bh, h0):
    hs, r, u, q, n = memory
    held, w = before(h0, hs), wh.T
    to_n = (1 - u) * (1 - n**2)
    to_product = jnp.concatenate([to_n * q * r * (1 - r), (held - n) * u * (1 - u), to_n * r], axis=2)

    def step(dh, at):
        dh_here, u, to_product = at
        dh = dh + dh_here
        dproduct = jnp.tile(dh, (1, 3)) * to_product
        return dh * u + dproduct @ w, (dh, dproduct)

    dh0, (dh, dproducts) = lax.scan(step, jnp.zeros_like(h0), (dhs, u, to_product), reverse=True)
    dgates, dq = jnp.split(dproducts, [2 * len(wh)], axis=2)
    dzs = jnp.concatenate([dgates, dh * to_n], axis=2)
    return dzs, _over_steps(held, dproducts), dq.sum((0, 1)), dh0


def _gru_before_forward(zs, wh, bh, h0):
    """The reset gate first, so the candidate needs a second product."""
    units = len(wh)
    w_gates, w_n = wh[:, : 2 * units], wh[:, 2 * units :]

    def step(h, z):
        r, u = jnp.split(sigmoid(z[:, : 2 * units] + h @ w_gates), 2, axis=1)
        n = tanh(z[:, 2 * units :] + (r * h) @ w_n + bh)
        h = n + u * (h - n)
        return h, (h, r, u, n)

    hs, *rest = lax.scan(step, h0, zs)[1]
    return hs, (hs, *rest)


def _gru_before_backward(dhs, memory, zs, wh, bh, h0):
    hs, r, u, n = memory
    held, units = before(h0, hs), len(wh)
    w_gates, w_n = wh[:, : 2 * units].T, wh[:, 2 * units :].T
    to_n, to_u, to_r = (1 - u) * (1 - n**2), (held - n) * u * (1 - u), held * r * (1 - r)

    def step(dh, at):
        dh_here, r, u, to_n, to_u, to_r = at
        dh = dh + dh_here
        dn = dh * to_n
        dreset = dn @ w_n
        dgates = jnp.concatenate([dreset * to_r, dh * to_u], axis=1)
        return dh * u + dreset * r + dgates @ w_gates, (dgates, dn)

    dh0, (dgates, dn) = lax.scan(step, jnp.zeros_like(h0), (dhs, r, u, to_n, to_u, to_r), reverse=True)
    dwh = jnp.concatenate([_over_steps(held, dgates), _over_steps(r * held, dn)], axis=1)
    return jnp.concatenate([dgates, dn], axis=2), dwh, dn.sum((0, 1)), dh0


def _over_steps(states, dzs):
    """The gradient by a matrix that every step multiplies its state by: one product."""
    return jnp.tensordot(states, dzs, ((0, 1), (0, 1)))


_RNN = {
    name: _remembering(partial(_rnn_forward, activation=name), partial(_rnn_backward, activation=name))
    for name in ACTIVATIONS
}
_LSTM = _remembering(_lstm_forward, _lstm_backward)
_GRU = {
    "after": _remembering(_gru_after_forward, _gru_after_backward),
    "before": _remembering(_gru_before_forward, _gru_before_backward),
}
