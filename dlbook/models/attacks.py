"""Adversarial examples: inputs moved a little, so that a classifier errs; training against them; and Defense-GAN.

A classifier is known here by its loss alone, `loss(params, (x, labels), key)`, such as `mlp.loss` and `cnn.loss`.
Every pixel stays in [0, 1], and no pixel moves by more than `epsilon`.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks


def fast_gradient_sign(
    loss: Callable, params: Any, x: Float[Array, "n *d"], labels: Int[Array, " n"], epsilon
) -> Float[Array, "n *d"]:
    """Move every pixel by `epsilon` up the loss: equation :eq:`fast-gradient-sign` :cite:`goodfellow2015explaining`.

    Parameters
    ----------
    epsilon
        Largest change of a pixel; it may be traced.

    Raises
    ------
    ValueError
        If `epsilon` is not between 0 and 1.
    """
    checks.in_range("fast_gradient_sign", "epsilon", epsilon, 0, 1)
    return jnp.clip(x + epsilon * _uphill(loss, params, x, labels), 0, 1)


def projected_gradient(
    key: PRNGKeyArray,
    loss: Callable,
    params: Any,
    x: Float[Array, "n *d"],
    labels: Int[Array, " n"],
    epsilon,
    *,
    steps: int = 10,
    rate=0.25,
) -> Float[Array, "n *d"]:
    """Repeat small steps up the loss, each brought back to within `epsilon`: :eq:`projected-gradient`.

    It begins at a random point of the allowed cube :cite:`madry2018towards`.

    Parameters
    ----------
    rate
        Length of a step as a share of `epsilon`.

    Raises
    ------
    ValueError
        If `epsilon` is not between 0 and 1, or there is no step.
    """
    checks.in_range("projected_gradient", "epsilon", epsilon, 0, 1)
    checks.positive("projected_gradient", "steps", steps)
    low, high = jnp.clip(x - epsilon, 0, 1), jnp.clip(x + epsilon, 0, 1)

    def step(moved, _):
        moved = moved + rate * epsilon * _uphill(loss, params, moved, labels)
        return jnp.clip(moved, low, high), None

    start = low + (high - low) * jr.uniform(key, x.shape)
    return lax.scan(step, start, None, length=steps)[0]


@cache
def adversarial_loss(loss: Callable, *, steps: int = 1) -> Callable:
    """Return a loss of clean and attacked samples: equation :eq:`adversarial-training`.

    The same arguments give the same function, so that nothing is compiled again.

    Parameters
    ----------
    loss
        The classifier's.
    steps
        1 attacks by :func:`fast_gradient_sign`, more by as many steps of :func:`projected_gradient`.

    Returns
    -------
    A loss with the settings `epsilon` and `share`, the weight of the clean samples; both may be traced.

    Raises
    ------
    ValueError
        If there is no step.
    """
    checks.positive("adversarial_loss", "steps", steps)

    def hardened(params, batch, key, *, epsilon=0.1, share=0.5):
        x, labels = batch
        frozen = lax.stop_gradient(params)  # the attack is given: no gradient goes through it
        if steps == 1:
            moved = fast_gradient_sign(loss, frozen, x, labels, epsilon)
        else:
            moved = projected_gradient(key, loss, frozen, x, labels, epsilon, steps=steps)
        moved = lax.stop_gradient(moved)
        return share * loss(params, batch) + (1 - share) * loss(params, (moved, labels))

    return hardened


class Projection(NamedTuple):
    """What a generator can make that is nearest to each sample, its noise, and half the squared distance."""

    x: Float[Array, "n *d"]
    z: Float[Array, "n m"]
    distance: Float[Array, " n"]


@partial(jax.jit, static_argnames=("generate", "latent", "restarts", "steps"))
def project(
    key: PRNGKeyArray,
    generate: Callable,
    generator: Any,
    x: Float[Array, "n *d"],
    *,
    latent: int,
    restarts: int = 8,
    steps: int = 100,
    rate=0.1,
    beta=0.7,
) -> Projection:
    """Replace each sample by the nearest one that a generator can make, as Defense-GAN does: :eq:`defense-gan`.

    From each of several random starts the noise descends, with momentum, on the squared distance; the best
    is kept :cite:`samangouei2018defense`.

    Parameters
    ----------
    generate
        `generate(generator, z)`, samples of the shape of `x`.
    latent
        Numbers in a row of noise.
    restarts, steps
        Random starts, and updates of the noise from each.
    rate, beta
        Learning rate and momentum; they may be traced.
    """

    def distance(z):
        return ((generate(generator, z) - x) ** 2).reshape(len(x), -1).sum(1) / 2

    def step(state, _):
        z, velocity = state
        velocity = beta * velocity - rate * jax.grad(lambda z: distance(z).sum())(z)
        return (z + velocity, velocity), None

    def descend(number):
        z = jr.normal(jr.fold_in(key, number), (len(x), latent))
        (z, _), _ = lax.scan(step, (z, jnp.zeros_like(z)), None, length=steps)
        return z, distance(z)

    zs, distances = lax.map(descend, jnp.arange(restarts))
    best, rows = distances.argmin(0), jnp.arange(len(x))
    z = zs[best, rows]
    return Projection(generate(generator, z), z, distances[best, rows])


def _uphill(loss, params, x, labels):
    """Sign of the loss's gradient by each pixel."""
    return jnp.sign(jax.grad(lambda x: loss(params, (x, labels)))(x))
