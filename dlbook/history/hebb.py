"""Learning without a teacher: Hebb's rule :cite:`hebb1949organization` and Oja's :cite:`oja1982simplified`.

A unit answers :math:`y = \\mathbf w \\cdot \\mathbf x`, and what is active together grows together.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks

Weights = Float[Array, " d"]
Answer = Float[Array, ""]


def init(key: PRNGKeyArray, features: int) -> Weights:
    """Draw a direction at random: weights of norm 1."""
    w = jr.normal(key, (features,))
    return w / jnp.linalg.norm(w)


def predict(w: Weights, x: Float[Array, "*n d"]) -> Float[Array, "*n"]:
    """Return the unit's answer to each input."""
    return x @ w


def hebb(w: Weights, x: Weights, learning_rate) -> tuple[Weights, Answer]:
    """Show one input to Hebb's rule, equation :eq:`hebb-rule`; return the new weights and the answer."""
    y = predict(w, x)
    return w + learning_rate * y * x, y


def oja(w: Weights, x: Weights, learning_rate) -> tuple[Weights, Answer]:
    """Show one input to Oja's rule, equation :eq:`oja-rule`; return the new weights and the answer."""
    y = predict(w, x)
    return w + learning_rate * y * (x - y * w), y


def fit(
    w: Weights, x: Float[Array, "n d"], *, step: Callable = oja, learning_rate=0.01, epochs: int = 1
) -> tuple[Weights, Float[Array, "epochs n d"]]:
    """Show the samples in order, `epochs` times; return the weights, and those after each sample.

    Parameters
    ----------
    step
        The rule: `hebb` or `oja`.
    learning_rate
        Above 0.  Oja's rule needs less than about 2 divided by the largest squared length of a sample.

    Raises
    ------
    ValueError
        If the learning rate is not above 0, or the samples have another number of features than the weights.
    """
    checks.positive("hebb.fit", "learning_rate", learning_rate)
    checks.same("hebb.fit", "features", x=x.shape[1], w=len(w))
    return _fit(w, x, learning_rate, step, epochs)


@partial(jax.jit, static_argnums=(3, 4))
def _fit(w, x, learning_rate, step, epochs):
    def present(w, sample):
        w, _ = step(w, sample, learning_rate)
        return w, w

    return lax.scan(lambda w, _: lax.scan(present, w, x), w, None, length=epochs)
