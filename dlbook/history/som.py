"""Kohonen's self-organising map :cite:`kohonen1982self`: a grid of units that unfolds over the data."""

from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks

Map = Float[Array, "r c d"]  # the weights of the unit in each row and column of the grid


def init(key: PRNGKeyArray, rows: int, columns: int, features: int) -> Map:
    """Draw the weights evenly from [0, 1].

    Raises
    ------
    ValueError
        If there is no row, no column or no feature.
    """
    for name, count in {"rows": rows, "columns": columns, "features": features}.items():
        checks.in_range("som.init", name, count, 1, float("inf"))
    return jr.uniform(key, (rows, columns, features))


def winner(w: Map, x: Float[Array, " d"]) -> Int[Array, "2"]:
    """Return row and column of the unit nearest to `x`, equation :eq:`som-winner`; of equals the first."""
    return _place(w, _distances(w, x).argmin())


def neighbourhood(w: Map, centre: Int[Array, "2"], radius) -> Float[Array, "r c"]:
    """Return how far each unit follows the winner, from 1 at the centre to 0: equation :eq:`som-step`."""
    rows, columns = jnp.arange(w.shape[0]), jnp.arange(w.shape[1])
    squared = (rows[:, None] - centre[0]) ** 2 + (columns - centre[1]) ** 2
    return jnp.exp(-squared / (2 * radius**2))


def step(w: Map, x: Float[Array, " d"], rate, radius) -> tuple[Map, Int[Array, "2"]]:
    """Move the winner and its neighbours towards `x`, equation :eq:`som-step`; return the winner too."""
    centre = winner(w, x)
    return w + rate * neighbourhood(w, centre, radius)[..., None] * (x - w), centre


def fit(
    w: Map, x: Float[Array, "n d"], *, key: PRNGKeyArray, steps: int = 2000, rate=(0.5, 0.05), radius=(4.0, 0.5)
) -> tuple[Map, Int[Array, "steps 2"]]:
    """Show `steps` samples drawn at random; return the map and the winner of each.

    Parameters
    ----------
    rate, radius
        First and last value; both shrink geometrically :eq:`som-schedule`.  They may be traced.

    Raises
    ------
    ValueError
        If the samples have other features than the units, or a rate or radius is not above 0.
    """
    checks.same("som.fit", "features", x=x.shape[1], w=w.shape[2])
    for name, ends in {"rate": rate, "radius": radius}.items():
        for end in ends:
            checks.positive("som.fit", name, end)
    return _fit(w, x, key, steps, rate, radius)


@partial(jax.jit, static_argnums=3)
def _fit(w, x, key, steps, rate, radius):
    def present(w, t):
        sample = x[jr.randint(jr.fold_in(key, t), (), 0, len(x))]
        return step(w, sample, shrunk(rate, t / steps), shrunk(radius, t / steps))

    return lax.scan(present, w, jnp.arange(steps))


def shrunk(ends, share):
    """Return what has shrunk from the first to the last of `ends` after a share of the run: :eq:`som-schedule`."""
    first, last = ends
    return first * (last / first) ** share


def quantisation_error(w: Map, x: Float[Array, "n d"]) -> Float[Array, ""]:
    """Mean distance from a sample to its winner."""
    return jnp.sqrt(jax.vmap(lambda x: _distances(w, x).min())(x)).mean()


def topographic_error(w: Map, x: Float[Array, "n d"]) -> Float[Array, ""]:
    """Share of samples whose two nearest units are no neighbours on the grid :cite:`kiviluoto1996topology`.

    Units are neighbours if they touch, at a side or at a corner.
    """

    def torn(x):
        nearest = lax.top_k(-_distances(w, x).ravel(), 2)[1]
        steps = jnp.abs(_place(w, nearest[0]) - _place(w, nearest[1]))
        return steps.max() > 1

    return jax.vmap(torn)(x).mean()


def _distances(w, x):
    return ((w - x) ** 2).sum(-1)


def _place(w, index):
    return jnp.stack([index // w.shape[1], index % w.shape[1]])
