"""The distance by which one heap of samples on a line must be moved to become another."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def earth_mover_distance(x: Float[Array, " n"], y: Float[Array, " m"]) -> Float[Array, ""]:
    r"""Return the Wasserstein-1 distance of two samples on a line, exactly: equation :eq:`earth-mover-line`.

    Raises
    ------
    ValueError
        If a sample is empty.

    Notes
    -----
    On a line the best transport plan keeps the order, so that the distance is the area between the two
    distribution functions:

    .. math:: W_1 = \int |F_x(t) - F_y(t)| \, dt

    and of two samples of equal size the mean distance of the smallest to the smallest, the second to the
    second and so on.

    Examples
    --------
    >>> earth_mover_distance(jnp.array([0.0, 1.0, 3.0]), jnp.array([6.0, 5.0, 8.0])).item()
    5.0
    """
    if not (len(x) and len(y)):
        raise ValueError(f"earth_mover_distance: both samples must hold a number, got {len(x)} and {len(y)}.")
    places = jnp.sort(jnp.concatenate([x, y]))
    below = [jnp.searchsorted(jnp.sort(sample), places[:-1], side="right") / len(sample) for sample in (x, y)]
    return (jnp.abs(below[0] - below[1]) * jnp.diff(places)).sum()
