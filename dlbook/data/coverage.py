"""How much of a mixture of Gaussians a generator covers: the modes that it reaches, and the samples that are good."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dlbook import checks


class Coverage(NamedTuple):
    """What samples make of the modes of a mixture.

    Attributes
    ----------
    modes
        Modes with a good sample at least.
    good
        Share of the good samples.
    shares
        Good samples of each mode, as a share of all samples.
    """

    modes: Int[Array, ""]
    good: Float[Array, ""]
    shares: Float[Array, " m"]


def coverage(samples: Float[Array, "n d"], centres: Float[Array, "m d"], deviation, *, within=3.0) -> Coverage:
    r"""Count the modes that `samples` reach and the samples of high quality: equation :eq:`mode-coverage`.

    A sample is good if it lies within three standard deviations of its nearest mode; a mode is covered if it is the
    nearest of a good sample.  This is the measure of :cite:t:`srivastava2017veegan`, who draw 2500 samples.

    Parameters
    ----------
    deviation
        Standard deviation of the modes; it may be traced.
    within
        Distance up to which a sample is good, in standard deviations.

    Raises
    ------
    ValueError
        If samples and centres have not as many coordinates, or the deviation is not above 0.

    Notes
    -----
    In the plane even true samples are good only with probability :math:`1 - e^{-9/2} = 0.989`.

    Examples
    --------
    >>> coverage(jnp.array([[0.0, 0.2], [9.0, 9.0]]), jnp.array([[0.0, 0.0], [5.0, 5.0]]), 0.1).modes.item()
    1
    """
    checks.same("coverage", "coordinates", samples=samples.shape[1], centres=centres.shape[1])
    checks.positive("coverage", "deviation", deviation)
    distance = jnp.linalg.norm(samples[:, None] - centres, axis=-1)
    good = distance.min(1) <= within * deviation
    nearest = distance.argmin(1)[:, None] == jnp.arange(len(centres))
    shares = (nearest & good[:, None]).mean(0)
    return Coverage((shares > 0).sum(), good.mean(), shares)
