"""The perceptron of Aizerman, Braverman and Rozonoer :cite:`aizerman1964theoretical`: inner products become kernels."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from dlbook import checks

Counts = Float[Array, " n"]
Gram = Float[Array, "n n"]


def gaussian(x: Float[Array, "n d"], z: Float[Array, "m d"], width=0.5) -> Float[Array, "n m"]:
    """Return the Gaussian kernel of each pair, equation :eq:`gaussian-kernel`."""
    squares = ((x[:, None] - z[None]) ** 2).sum(-1)
    return jnp.exp(-squares / (2 * width**2))


def polynomial(x: Float[Array, "n d"], z: Float[Array, "m d"], degree: int = 2) -> Float[Array, "n m"]:
    r"""Return :math:`(1 + \mathbf x \cdot \mathbf z)^p` for each pair; degree 1 is the ordinary perceptron."""
    return (1 + x @ z.T) ** degree


def init(samples: int) -> Counts:
    """Start with no mistakes."""
    return jnp.zeros(samples)


def step(counts: Counts, i: Int[Array, ""], gram: Gram, y: Counts) -> tuple[Counts, Bool[Array, ""]]:
    """Show sample i, equation :eq:`kernel-perceptron`: a mistake is counted, and nothing else is learnt.

    Parameters
    ----------
    counts
        How often each sample has been mistaken.
    i
        The sample shown.
    gram
        The kernel of each pair of samples.
    y
        The targets, -1 or +1.
    """
    mistake = y[i] * (gram[i] @ (counts * y)) <= 0
    return counts.at[i].add(mistake.astype(counts.dtype)), mistake


def scores(counts: Counts, y: Counts, kernel: Float[Array, "m n"]) -> Float[Array, " m"]:
    """Return the score of places, given the kernel of each with each sample; its sign decides."""
    return kernel @ (counts * y)


def fit(
    x: Float[Array, "n d"], y: Counts, *, kernel: Callable = gaussian, epochs: int = 10
) -> tuple[Counts, Int[Array, " epochs"]]:
    """Show the samples in order, `epochs` times; return their counts and the mistakes of each epoch.

    Raises
    ------
    ValueError
        If a target is not -1 or +1.
    """
    checks.signs("kernel_perceptron.fit", y)
    return _fit(x, y, kernel, epochs)


@partial(jax.jit, static_argnums=(2, 3))
def _fit(x, y, kernel, epochs):
    gram = kernel(x, x)

    def epoch(counts, _):
        counts, mistakes = lax.scan(lambda c, i: step(c, i, gram, y), counts, jnp.arange(len(y), dtype="int32"))
        return counts, mistakes.sum()

    return lax.scan(epoch, init(len(y)), None, length=epochs)
