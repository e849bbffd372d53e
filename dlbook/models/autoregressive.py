"""Fully visible sigmoid belief network: each pixel is predicted from those before it :cite:`neal1992connectionist`.

The probability of an image is a product of one factor a pixel, so it can be computed exactly, and no other model of
the book that makes images can say the same :cite:`frey1998graphical`.
"""

from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.activations import sigmoid
from dlbook.ops.affine import Affine, affine

Params = Affine  # w[j, i]: weight of pixel j for pixel i, used where j comes before i


def init(pixels: int) -> Params:
    """Return weights and biases of 0; descent finds the one best likelihood from anywhere, so nothing is drawn.

    Raises
    ------
    ValueError
        If there is no pixel.
    """
    checks.positive("autoregressive.init", "pixels", pixels)
    return Affine(jnp.zeros((pixels, pixels)), jnp.zeros(pixels))


def apply(params: Params, x: Float[Array, "n d"]) -> Float[Array, "n d"]:
    """Return the score of each pixel given those before it: equation :eq:`autoregressive`."""
    return affine(x, jnp.triu(params.w, 1), params.b)


def log_likelihood(params: Params, x: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return log p(x) of binary images, a sum over the pixels, in nats: equation :eq:`autoregressive-likelihood`."""
    scores = apply(params, x)
    return (x * scores - jnp.logaddexp(scores, 0.0)).sum(1)


def loss(params: Params, batch: Float[Array, "n d"], key: PRNGKeyArray | None = None, *, l2=0.0) -> Float[Array, ""]:
    """Minus the mean log-likelihood of a batch, in nats, plus weight decay: equation :eq:`weight-decay`."""
    return -log_likelihood(params, batch).mean() + l2 / 2 * (jnp.triu(params.w, 1) ** 2).sum()


@partial(jax.jit, static_argnums=2)
def sample(key: PRNGKeyArray, params: Params, samples: int) -> Float[Array, "n d"]:
    """Draw images pixel by pixel, each given those drawn before it."""

    def pixel(x, place):
        score = x @ jnp.where(jnp.arange(len(params.b)) < place, params.w[:, place], 0) + params.b[place]
        return x.at[:, place].set(jr.bernoulli(jr.fold_in(key, place), sigmoid(score)).astype(x.dtype)), None

    return lax.scan(pixel, jnp.zeros((samples, len(params.b))), jnp.arange(len(params.b)))[0]
