r"""The simple recurrent layer of :cite:t:`elman1990finding` over a sequence, and back-propagation through time.

Sequences lie time first, `[t, n, d]`: step, sample, feature.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import relu, sigmoid, tanh
from dlbook.ops.through_time import backward_through_time, initial


class RNN(NamedTuple):
    """Parameters of one layer: from the input, from the hidden units a step ago, and the bias."""

    wx: Float[Array, "d h"]
    wh: Float[Array, "h h"]
    b: Float[Array, " h"]


ACTIVATIONS = {"tanh": tanh, "sigmoid": sigmoid, "relu": relu, "identity": lambda z: z}
SLOPES = {  # each read off the output
    "tanh": lambda h: 1 - h**2,
    "sigmoid": lambda h: h * (1 - h),
    "relu": lambda h: (h > 0).astype(h.dtype),
    "identity": jnp.ones_like,
}


def rnn_step(
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    wx: Float[Array, "d h"],
    wh: Float[Array, "h h"],
    b: Float[Array, " h"],
    *,
    activation: str = "tanh",
) -> Float[Array, "n h"]:
    """Return the hidden units after one step: equation :eq:`rnn`.

    Parameters
    ----------
    h
        The hidden units a step ago.
    activation
        One of tanh, sigmoid, relu, identity.

    Raises
    ------
    ValueError
        If sizes do not match, or there is no activation of this name.
    """
    checks.recurrent("rnn", 1, x, wx, wh, b, h=h)
    checks.one_of("rnn", "activation", activation, ACTIVATIONS)
    return ACTIVATIONS[activation](x @ wx + h @ wh + b)


def rnn_step_backward(
    dy: Float[Array, "n h"],
    x: Float[Array, "n d"],
    h: Float[Array, "n h"],
    wx: Float[Array, "d h"],
    wh: Float[Array, "h h"],
    b: Float[Array, " h"],
    *,
    activation: str = "tanh",
) -> tuple[Float[Array, "n d"], Float[Array, "n h"], Float[Array, "d h"], Float[Array, "h h"], Float[Array, " h"]]:
    """Gradients by `x`, by `h` a step ago, and by the parameters: equation :eq:`rnn-step-backward`."""
    dz = dy * SLOPES[activation](rnn_step(x, h, wx, wh, b, activation=activation))
    return dz @ wx.T, dz @ wh.T, x.T @ dz, h.T @ dz, dz.sum(0)


@partial(jax.jit, static_argnames="activation")
def rnn(
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d h"],
    wh: Float[Array, "h h"],
    b: Float[Array, " h"],
    h0: Float[Array, "n h"] | None = None,
    *,
    activation: str = "tanh",
) -> Float[Array, "t n h"]:
    """Return the hidden units after each step: equation :eq:`rnn`, the same parameters at every step.

    Parameters
    ----------
    h0
        The hidden units before the first step, by default zeros.
    activation
        One of tanh, sigmoid, relu, identity.

    Raises
    ------
    ValueError
        If sizes do not match, or there is no activation of this name.
    """
    checks.recurrent("rnn", 1, xs, wx, wh, b, h0=h0)

    def step(h, x):
        h = rnn_step(x, h, wx, wh, b, activation=activation)
        return h, h

    return lax.scan(step, initial(h0, xs, wh), xs)[1]


@partial(jax.jit, static_argnames="activation")
def rnn_backward(
    dhs: Float[Array, "t n h"],
    xs: Float[Array, "t n d"],
    wx: Float[Array, "d h"],
    wh: Float[Array, "h h"],
    b: Float[Array, " h"],
    h0: Float[Array, "n h"] | None = None,
    *,
    activation: str = "tanh",
) -> tuple[Float[Array, "..."], ...]:
    """Back-propagation through time: equation :eq:`bptt` with :eq:`rnn-step-backward` at every step.

    Returns
    -------
    The gradients by `xs`, `wx`, `wh`, `b`, and by `h0` if that was given.
    """
    hs, start = rnn(xs, wx, wh, b, h0, activation=activation), initial(h0, xs, wh)
    step = lambda dstate, *at: rnn_step_backward(*dstate, *at, activation=activation)
    dxs, dparams, dstart = backward_through_time(step, dhs, xs, (wx, wh, b), [start], [hs])
    return dxs, *dparams, *([] if h0 is None else dstart)
