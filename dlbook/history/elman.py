"""Elman's simple recurrent network :cite:`elman1990finding`: an MLP that sees its own hidden units of a step ago."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.activations import sigmoid
from dlbook.ops.affine import Affine, affine
from dlbook.ops.losses import squared_error


class Elman(NamedTuple):
    """The layer that reads input and context, and the layer that answers."""

    hidden: Affine
    output: Affine


class State(NamedTuple):
    """What one presentation hands to the next: the parameters, and the hidden units copied as context."""

    params: Elman
    context: Float[Array, " h"]


def init(key: PRNGKeyArray, features: int, hidden: int, outputs: int) -> Elman:
    """Draw normal weights with deviation 1 / sqrt(inputs); biases start at zero.

    Raises
    ------
    ValueError
        If a layer has no unit.
    """
    checks.sizes("elman.init", (features, hidden, outputs))
    key_hidden, key_output = jr.split(key)
    draw = lambda key, n_in, n_out: jr.normal(key, (n_in, n_out)) / jnp.sqrt(n_in)
    return Elman(
        Affine(draw(key_hidden, features + hidden, hidden), jnp.zeros(hidden)),
        Affine(draw(key_output, hidden, outputs), jnp.zeros(outputs)),
    )


def start(params: Elman) -> Float[Array, " h"]:
    """Return the context before the first step: all units at 0.5."""
    return jnp.full_like(params.hidden.b, 0.5)


def apply(
    params: Elman, context: Float[Array, " h"], x: Float[Array, " d"]
) -> tuple[Float[Array, " h"], Float[Array, " k"]]:
    """Return the hidden units, which are the next context, and the outputs: equation :eq:`elman`."""
    hidden = sigmoid(affine(jnp.concatenate([x, context])[None], *params.hidden))
    return hidden[0], sigmoid(affine(hidden, *params.output))[0]


def step(state: State, x: Float[Array, " d"], y: Float[Array, " k"], *, rate) -> tuple[State, Float[Array, ""]]:
    """Take one step against the gradient of this step's error; return the error as it was before.

    The context counts as one more input: no gradient passes through it to earlier steps.
    """

    def error(params):
        context, outputs = apply(params, state.context, x)
        return squared_error(outputs[None], y[None]), context

    (loss, context), grads = jax.value_and_grad(error, has_aux=True)(state.params)
    params = jax.tree.map(lambda p, g: p - rate * g, state.params, grads)
    return State(params, context), loss


@jax.jit
def fit(params: Elman, x: Float[Array, "t d"], y: Float[Array, "t k"], *, rate=0.1) -> tuple[Elman, Float[Array, " t"]]:
    """Show a sequence once, in order; return the parameters and the error at each step."""
    state, errors = lax.scan(lambda state, xy: step(state, *xy, rate=rate), State(params, start(params)), (x, y))
    return state.params, errors


@jax.jit
def predict(params: Elman, x: Float[Array, "t d"]) -> Float[Array, "t k"]:
    """Return the outputs at each step of a sequence."""
    return lax.scan(lambda context, x: apply(params, context, x), start(params), x)[1]
