"""Rosenblatt's perceptron :cite:`rosenblatt1958perceptron`: a threshold unit that learns from its mistakes."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int


class Perceptron(NamedTuple):
    """Weights and bias of the one unit."""

    w: Float[Array, " d"]
    b: Float[Array, ""]


def init(features: int) -> Perceptron:
    """Start at zero: with a threshold unit nothing has to be drawn at random."""
    return Perceptron(jnp.zeros(features), jnp.zeros(()))


def predict(params: Perceptron, x: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return +1 or -1 for each row: the side of the hyperplane, which itself counts as +1."""
    return jnp.where(x @ params.w + params.b >= 0, 1.0, -1.0)


def step(params: Perceptron, x: Float[Array, " d"], y: Float[Array, ""]) -> tuple[Perceptron, Bool[Array, ""]]:
    """The learning rule, equation :eq:`perceptron-rule`: move only after a mistake."""
    mistake = y * (x @ params.w + params.b) <= 0
    return Perceptron(params.w + mistake * y * x, params.b + mistake * y), mistake


@partial(jax.jit, static_argnames="epochs")
def fit(
    params: Perceptron, x: Float[Array, "n d"], y: Float[Array, " n"], *, epochs: int = 10
) -> tuple[Perceptron, Int[Array, " epochs"]]:
    """Show the samples in order, `epochs` times; return the parameters and the mistakes of each epoch."""

    def epoch(params, _):
        params, mistakes = lax.scan(lambda params, sample: step(params, *sample), params, (x, y))
        return params, mistakes.sum()

    return lax.scan(epoch, params, None, length=epochs)
