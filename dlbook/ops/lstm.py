"""Long short-term memory :cite:`hochreiter1997long` over a sequence, and back-propagation through time.

Sequences lie time first, `[t, n, d]`: step, sample, feature.  The columns of the parameters are four
blocks of h, in the order of `Gates`.  `dlbook.ops.recurrence` has the form that trains fast.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import sigmoid, tanh
from dlbook.ops.through_time import backward_through_time, initial


class LSTM(NamedTuple):
    """Parameters of one layer: from the input, from the hidden state a step ago, and the bias."""

    wx: Float[Array, "d g"]
    wh: Float[Array, "h g"]
    b: Float[Array, " g"]


class Gates(NamedTuple):
    """Input, forget and output gate, each between 0 and 1, and the candidate, between -1 and 1."""

    i: Float[Array, "*s h"]
    f: Float[Array, "*s h"]
    o: Float[Array, "*s h"]
    g: Float[Array, "*s h"]


def lstm_gates(
    x: Float[Array, "*s d"],
    h: Float[Array, "*s h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
) -> Gates:
    """Return the gates and the candidate from input and hidden state a step ago: equation :eq:`lstm-gates`.

    Leading axes may be a batch, or steps and a batch: with the hidden states of a whole run it
    returns the gates of all its steps.
    """
    checks.recurrent("lstm", 4, x, wx, wh, b)
    i, f, o, g = jnp.split(x @ wx + h @ wh + b, 4, axis=-1)
    return Gates(sigmoid(i), sigmoid(f), sigmoid(o), tanh(g))


def lstm_gates_backward(
    dy: Gates,
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
) -> tuple[Float[Array, "n d"], Float[Array, "n h"], Float[Array, "d g"], Float[Array, "h g"], Float[Array, " g"]]:
    """Gradients by input, hidden state and parameters, for a batch: equation :eq:`lstm-gates-backward`."""
    i, f, o, g = lstm_gates(x, h, wx, wh, b)
    slopes = i * (1 - i), f * (1 - f), o * (1 - o), 1 - g**2
    dz = jnp.concatenate([d * slope for d, slope in zip(dy, slopes, strict=True)], axis=1)
    return dz @ wx.T, dz @ wh.T, x.T @ dz, h.T @ dz, dz.sum(0)


def lstm_step(
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    c: Float[Array, "n h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
) -> tuple[Float[Array, "n h"], Float[Array, "n h"]]:
    """Return hidden state and cell after one step: equations :eq:`lstm-cell` and :eq:`lstm-hidden`.

    Parameters
    ----------
    h, c
        Hidden state and cell a step ago.

    Raises
    ------
    ValueError
        If sizes do not match.
    """
    checks.recurrent("lstm", 4, x, wx, wh, b, h=h, c=c)
    i, f, o, g = lstm_gates(x, h, wx, wh, b)
    c = f * c + i * g
    return o * tanh(c), c


def lstm_step_backward(
    dy: tuple[Float[Array, "n h"], Float[Array, "n h"]],
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    c: Float[Array, "n h"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
) -> tuple[Float[Array, "..."], ...]:
    """Gradients by `x`, `h`, `c` and the parameters, from those by the next `h` and `c`: equation :eq:`lstm-backward`.

    The cell is reached on two ways, directly and through the hidden state; to the cell a step ago
    it is one product with the forget gate.
    """
    dh, dc = dy
    i, f, o, g = lstm_gates(x, h, wx, wh, b)
    tanh_c = tanh(f * c + i * g)
    dc = dc + dh * o * (1 - tanh_c**2)
    dx, dh, *dparams = lstm_gates_backward(Gates(dc * g, dc * c, dh * tanh_c, dc * i), x, h, wx, wh, b)
    return dx, dh, dc * f, *dparams


@jax.jit
def lstm(
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    h0: Float[Array, "n h"] | None = None,
    c0: Float[Array, "n h"] | None = None,
) -> Float[Array, "t n h"]:
    """Return the hidden state after each step: equations :eq:`lstm-gates` to :eq:`lstm-hidden`.

    Parameters
    ----------
    h0, c0
        Hidden state and cell before the first step, by default zeros.

    Raises
    ------
    ValueError
        If sizes do not match.
    """
    checks.recurrent("lstm", 4, xs, wx, wh, b, h0=h0, c0=c0)
    return _unroll(xs, wx, wh, b, initial(h0, xs, wh), initial(c0, xs, wh))[0]


@jax.jit
def lstm_backward(
    dhs: Float[Array, "t n h"],
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d g"],
    wh: Float[Array, "h g"],
    b: Float[Array, " g"],
    h0: Float[Array, "n h"] | None = None,
    c0: Float[Array, "n h"] | None = None,
) -> tuple[Float[Array, "..."], ...]:
    """Back-propagation through time: equation :eq:`bptt` with :eq:`lstm-backward` at every step.

    Returns
    -------
    The gradients by `xs`, `wx`, `wh`, `b`, and by each initial state that was given.
    """
    starts = initial(h0, xs, wh), initial(c0, xs, wh)
    states = _unroll(xs, wx, wh, b, *starts)
    dxs, dparams, dstarts = backward_through_time(lstm_step_backward, dhs, xs, (wx, wh, b), starts, states)
    given = [d for d, state in zip(dstarts, (h0, c0), strict=True) if state is not None]
    return dxs, *dparams, *given


def _unroll(xs, wx, wh, b, h0, c0):
    """Hidden state and cell after each step."""

    def step(state, x):
        state = lstm_step(x, *state, wx, wh, b)
        return state, state

    return lax.scan(step, (h0, c0), xs)[1]
