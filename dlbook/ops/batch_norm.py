"""Batch normalisation: each feature brought to mean 0 and variance 1 over the batch, then scaled and shifted.

In training the batch speaks for itself; afterwards the statistics of the population stand in its place.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks


class BatchNorm(NamedTuple):
    """Parameters of one normalisation, one scale and one shift a feature; its gradient has the same form."""

    gamma: Float[Array, " d"]
    beta: Float[Array, " d"]


class Statistics(NamedTuple):
    """Mean and variance of each feature over the population."""

    mean: Float[Array, " d"]
    variance: Float[Array, " d"]


def batch_norm(
    x: Float[Array, "*n d"], gamma: Float[Array, " d"], beta: Float[Array, " d"], *, eps=1e-5
) -> Float[Array, "*n d"]:
    r"""Normalise each feature over the batch, scale and shift: equation :eq:`batch-norm` :cite:`ioffe2015batch`.

    Parameters
    ----------
    x
        Features in the last axis; the mean is taken over all others, so over samples and positions of images.
    gamma, beta
        Scale and shift; with gamma = sqrt(variance + eps) and beta = mean nothing changes.
    eps
        Added to the variance.

    Raises
    ------
    ValueError
        If `x` has another number of features than `gamma` and `beta`, or `eps` is not above 0.

    Notes
    -----
    .. math:: \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y = \gamma \hat{x} + \beta

    The variance divides by the count m, not by m - 1.
    """
    _check("batch_norm", x, gamma, beta, eps)
    return gamma * _normalise(x, eps)[0] + beta


def batch_norm_backward(
    dy: Float[Array, "*n d"],
    x: Float[Array, "*n d"],
    gamma: Float[Array, " d"],
    beta: Float[Array, " d"],
    *,
    eps=1e-5,
) -> tuple[Float[Array, "*n d"], Float[Array, " d"], Float[Array, " d"]]:
    r"""Gradients by `x`, `gamma` and `beta`: equation :eq:`batch-norm-backward`.

    Notes
    -----
    What would move the mean or stretch the batch is taken out of the signal, since the normalisation undoes it:

    .. math:: \delta x = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}}
              \big( \delta y - \overline{\delta y} - \hat{x} \, \overline{\delta y \, \hat{x}} \big)
    """
    scaled, deviation = _normalise(x, eps)
    batch = tuple(range(x.ndim - 1))
    mean = lambda a: a.mean(batch)
    dx = gamma / deviation * (dy - mean(dy) - scaled * mean(dy * scaled))
    return dx, (dy * scaled).sum(batch), dy.sum(batch)


def frozen_batch_norm(
    x: Float[Array, "*n d"],
    gamma: Float[Array, " d"],
    beta: Float[Array, " d"],
    mean: Float[Array, " d"],
    variance: Float[Array, " d"],
    *,
    eps=1e-5,
) -> Float[Array, "*n d"]:
    """Normalise by given statistics, those of the population: equation :eq:`batch-norm-inference`.

    Now an affine map of each feature, which does not depend on the other samples.

    Raises
    ------
    ValueError
        As :func:`batch_norm` does.
    """
    _check("frozen_batch_norm", x, gamma, beta, eps)
    return gamma * (x - mean) * lax.rsqrt(variance + eps) + beta


def frozen_batch_norm_backward(
    dy: Float[Array, "*n d"],
    x: Float[Array, "*n d"],
    gamma: Float[Array, " d"],
    beta: Float[Array, " d"],
    mean: Float[Array, " d"],
    variance: Float[Array, " d"],
    *,
    eps=1e-5,
) -> tuple[Float[Array, "*n d"], Float[Array, " d"], Float[Array, " d"], Float[Array, " d"], Float[Array, " d"]]:
    """Gradients by all five arrays, each feature by itself."""
    slope = lax.rsqrt(variance + eps)
    batch = tuple(range(x.ndim - 1))
    along, total = (dy * (x - mean)).sum(batch), dy.sum(batch)
    return gamma * slope * dy, along * slope, total, -gamma * slope * total, -gamma / 2 * slope**3 * along


def population_statistics(batches: Float[Array, "m *n d"]) -> Statistics:
    """Estimate mean and variance of each feature from equal batches: equation :eq:`population-statistics`.

    Parameters
    ----------
    batches
        What came into the normalisation, one batch in each entry of the first axis.

    Returns
    -------
    The mean of the batches' means, and of their variances, which are made unbiased by the factor n / (n - 1).

    Raises
    ------
    ValueError
        If a batch has fewer than two numbers for each feature.
    """
    within = tuple(range(1, batches.ndim - 1))
    count = batches[0, ..., 0].size
    if count < 2:
        raise ValueError(f"population_statistics: a batch must hold at least 2 numbers a feature, got {count}.")
    variance = batches.var(within).mean(0) * (count / (count - 1))
    return Statistics(batches.mean(within).mean(0), variance)


def _normalise(x, eps):
    """The batch at mean 0 and variance 1, and the deviation it was divided by."""
    batch = tuple(range(x.ndim - 1))
    centred = x - x.mean(batch)
    deviation = jnp.sqrt((centred**2).mean(batch) + eps)
    return centred / deviation, deviation


def _check(where, x, gamma, beta, eps):
    checks.same(where, "features", x=x.shape[-1], gamma=gamma.shape[0])
    checks.same(where, "features", gamma=gamma.shape[0], beta=beta.shape[0])
    checks.positive(where, "eps", eps)
