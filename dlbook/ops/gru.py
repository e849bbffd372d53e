"""Gated recurrent unit :cite:`cho2014learning` over a sequence, and back-propagation through time.

Sequences lie time first, `[t, n, d]`: step, sample, feature.  The columns of the parameters are three
blocks of h: reset gate, update gate, candidate.  `dlbook.ops.recurrence` has the form that trains fast.

There are two units of this name.  The first one multiplies the hidden state by the reset gate
*before* the matrix product; libraries reset *after* it, which leaves one product a step.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import sigmoid, tanh
from dlbook.ops.through_time import backward_through_time, initial

RESETS = ("after", "before")


class GRU(NamedTuple):
    """Parameters of one layer; `bh` is the second bias of the candidate, which the reset gate may close."""

    wx: Float[Array, "d g"]
    wh: Float[Array, "h g"]
    b: Float[Array, " g"]
    bh: Float[Array, " h"]


def gru_step(
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    bh: Float[Array, " h"],
    *,
    reset: str = "after",
) -> Float[Array, "n h"]:
    """Return the hidden state after one step: equation :eq:`gru`.

    Parameters
    ----------
    h
        The hidden state a step ago.
    reset
        Whether the reset gate acts after or before the matrix product.

    Raises
    ------
    ValueError
        If sizes do not match, or `reset` is neither of the two.
    """
    checks.recurrent("gru", 3, x, wx, wh, b, h=h)
    checks.same("gru", "units", wh=wh.shape[0], bh=bh.shape[0])
    checks.one_of("gru", "reset", reset, RESETS)
    _, z, _, n = _gates(x, h, wx, wh, b, bh, reset)
    return (1 - z) * n + z * h


def gru_step_backward(
    dy: Float[Array, "n h"],
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    bh: Float[Array, " h"],
    *,
    reset: str = "after",
) -> tuple[Float[Array, "..."], ...]:
    """Gradients by `x`, by `h` a step ago, and by the parameters: equation :eq:`gru-backward`."""
    r, z, q, n = _gates(x, h, wx, wh, b, bh, reset)
    wn = _blocks(wh)[2]
    dn = dy * (1 - z) * (1 - n**2)
    dz = dy * (h - n) * z * (1 - z)
    if reset == "after":
        dr, dbh, dh, dwn = dn * q, dn * r, (dn * r) @ wn.T, h.T @ (dn * r)
    else:
        dr, dbh, dh, dwn = (dn @ wn.T) * h, dn, (dn @ wn.T) * r, (r * h).T @ dn
    dgates = jnp.concatenate([dr * r * (1 - r), dz], axis=1)
    dh = dh + dy * z + dgates @ wh[:, : dgates.shape[1]].T
    d = jnp.concatenate([dgates, dn], axis=1)
    return d @ wx.T, dh, x.T @ d, jnp.concatenate([h.T @ dgates, dwn], axis=1), d.sum(0), dbh.sum(0)


@partial(jax.jit, static_argnames="reset")
def gru(
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    bh: Float[Array, " h"],
    h0: Float[Array, "n h"] | None = None,
    *,
    reset: str = "after",
) -> Float[Array, "t n h"]:
    """Return the hidden state after each step: equation :eq:`gru`.

    Parameters
    ----------
    h0
        The hidden state before the first step, by default zeros.
    reset
        Whether the reset gate acts after or before the matrix product.

    Raises
    ------
    ValueError
        If sizes do not match, or `reset` is neither of the two.
    """
    checks.recurrent("gru", 3, xs, wx, wh, b, h0=h0)

    def step(h, x):
        h = gru_step(x, h, wx, wh, b, bh, reset=reset)
        return h, h

    return lax.scan(step, initial(h0, xs, wh), xs)[1]


@partial(jax.jit, static_argnames="reset")
def gru_backward(
    dhs: Float[Array, "t n h"],
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    bh: Float[Array, " h"],
    h0: Float[Array, "n h"] | None = None,
    *,
    reset: str = "after",
) -> tuple[Float[Array, "..."], ...]:
    """Back-propagation through time: equation :eq:`bptt` with :eq:`gru-backward` at every step.

    Returns
    -------
    The gradients by `xs`, `wx`, `wh`, `b`, `bh`, and by `h0` if that was given.
    """
    hs, start = gru(xs, wx, wh, b, bh, h0, reset=reset), initial(h0, xs, wh)
    step = lambda dstate, *at: gru_step_backward(*dstate, *at, reset=reset)
    dxs, dparams, dstart = backward_through_time(step, dhs, xs, (wx, wh, b, bh), [start], [hs])
    return dxs, *dparams, *([] if h0 is None else dstart)


def _gates(x, h, wx, wh, b, bh, reset):
    """Reset gate, update gate, what the reset gate multiplies, and the candidate."""
    (xr, xz, xn), (wr, wz, wn) = _blocks(x @ wx + b), _blocks(wh)
    r, z = sigmoid(xr + h @ wr), sigmoid(xz + h @ wz)
    if reset == "after":
        q = h @ wn + bh
        return r, z, q, tanh(xn + r * q)
    return r, z, h, tanh(xn + (r * h) @ wn + bh)


def _blocks(a):
    return jnp.split(a, 3, axis=1)
