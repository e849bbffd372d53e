"""What the readable recurrences share: a state before the first step, and one scan against the time."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def initial(
    state: Float[Array, "n h"] | None, xs: Float[Array, "t n d"], wh: Float[Array, "h g"]
) -> Float[Array, "n h"]:
    """Return the state before the first step: the given one, or zeros."""
    return jnp.zeros((xs.shape[1], wh.shape[0]), xs.dtype) if state is None else state


def before(start: Float[Array, "n h"], states: Float[Array, "t n h"]) -> Float[Array, "t n h"]:
    """Return the state that each step starts from: the initial one, then all but the last."""
    return jnp.concatenate([start[None], states[:-1]])


def backward_through_time(step_backward, dhs, xs, params, starts, states):
    """Back-propagate through all steps of a recurrence :cite:`werbos1990backpropagation`: equation :eq:`bptt`.

    What comes from the loss at a step and what comes back from the step after it are added, passed through the
    step, and handed to the step before.  The parameters serve at every step, so their gradients are sums
    over all of them.

    Parameters
    ----------
    step_backward
        Backward pass of one step, `step_backward(dstate, x, *state, *params)`: returns the gradients by `x`, by each
        part of the state a step ago, and by the parameters.
    dhs
        Gradient of the loss by the hidden state of each step `[t, n, h]`, the first part of the state.
    starts, states
        Each part of the state before the first step `[n, h]`, and after each step `[t, n, h]`.

    Returns
    -------
    The gradients by `xs`, by `params` and by `starts`.
    """

    def step(carry, at):
        (dh, *dstate), dparams = carry
        dh_here, x, *state = at
        dx, *rest = step_backward((dh + dh_here, *dstate), x, *state, *params)
        dstate, terms = rest[: len(state)], rest[len(state) :]
        return (dstate, jax.tree.map(jnp.add, dparams, terms)), dx

    zeros = jax.tree.map(jnp.zeros_like, (list(starts), list(params)))
    sequence = dhs, xs, *map(before, starts, states)
    (dstarts, dparams), dxs = lax.scan(step, zeros, sequence, reverse=True)
    return dxs, dparams, dstarts
