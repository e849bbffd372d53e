"""Made data: points in the plane for classifiers and generators, and two sets for regression.

Every function is pure.  `samples` fixes a shape, so it is an ordinary number;
`noise`, the standard deviation of what is added to each coordinate, may be
traced, so that `jit`, `vmap` and a slider can vary it.

Where classes are to be told apart they take turns (0, 1, 0, 1, ...), so each has
its share exactly.  Where a distribution is to be learned (`ring_of_gaussians`,
`grid_of_gaussians`) every sample is drawn on its own.
"""

import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks

Points = tuple[Float[Array, "n 2"], Int[Array, " n"]]

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "nor": (1, 0, 0, 0), "xor": (0, 1, 1, 0)}
TRIANGLE = ((0.0, 1.5), (-1.3, -0.75), (1.3, -0.75))


def logic_gate(name: str) -> Points:
    """Return the truth table of a gate: the four corners of the unit square, and 0 or 1 for each.

    Parameters
    ----------
    name
        One of and, or, nand, nor, xor.

    Raises
    ------
    ValueError
        If there is no gate of this name.

    Examples
    --------
    >>> x, labels = logic_gate("xor")
    >>> x.tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> labels.tolist()
    [0, 1, 1, 0]
    """
    checks.one_of("logic_gate", "name", name, GATES)
    return jnp.array(CORNERS, "float32"), jnp.array(GATES[name], "int32")


def xor(key: PRNGKeyArray, samples: int = 200, noise=0.1) -> Points:
    """Scatter points about the corners of the unit square; opposite corners share a label."""
    _check("xor", samples, noise)
    corners, labels = logic_gate("xor")
    corner = _turns(samples, 4)
    return _scatter(key, corners[corner], noise), labels[corner]


def two_moons(key: PRNGKeyArray, samples: int = 200, noise=0.1) -> Points:
    r"""Draw two half circles of radius 1 that reach into each other.

    Notes
    -----
    With angles drawn evenly from :math:`[0, \pi]`, class 0 is
    :math:`(\cos\alpha, \sin\alpha)` and class 1 is :math:`(1 - \cos\alpha, \tfrac12 - \sin\alpha)`.
    """
    _check("two_moons", samples, noise)
    key_angle, key_noise = jr.split(key)
    labels = _turns(samples, 2)
    upper = _polar(1.0, jr.uniform(key_angle, (samples,), maxval=jnp.pi))
    lower = jnp.array([1.0, 0.5]) - upper
    return _scatter(key_noise, jnp.where(labels[:, None] == 0, upper, lower), noise), labels


def spirals(key: PRNGKeyArray, samples: int = 300, noise=0.02, *, arms: int = 2, turns=1.0) -> Points:
    r"""Draw spiral arms that start at the origin and end at radius 1.

    Parameters
    ----------
    arms
        Number of arms, each a class.
    turns
        How often an arm winds round the origin; it may be traced.

    Notes
    -----
    Arm :math:`k` of :math:`K` has the angle :math:`2\pi(\mathrm{turns} \cdot r + k/K)` at radius
    :math:`r`; the radius is the root of an even number, so that the points do not crowd at the origin.
    """
    _check("spirals", samples, noise)
    checks.positive("spirals", "arms", arms)
    key_radius, key_noise = jr.split(key)
    labels = _turns(samples, arms)
    radius = jnp.sqrt(jr.uniform(key_radius, (samples,)))
    return _scatter(key_noise, _polar(radius, 2 * jnp.pi * (turns * radius + labels / arms)), noise), labels


def blobs(key: PRNGKeyArray, samples: int = 300, noise=0.5, *, centres=TRIANGLE) -> Points:
    """Draw round clouds, one class about each of the centres.

    Parameters
    ----------
    noise
        Standard deviation of each cloud.
    centres
        One point of the plane in each row; they may be traced.

    Raises
    ------
    ValueError
        If the centres are not points of the plane.
    """
    _check("blobs", samples, noise)
    centres = jnp.asarray(centres, "float32")
    if centres.ndim != 2 or centres.shape[1] != 2 or len(centres) == 0:
        raise ValueError(f"blobs: centres must be rows of two coordinates, got the shape {centres.shape}.")
    labels = _turns(samples, len(centres))
    return _scatter(key, centres[labels], noise), labels


def circles(key: PRNGKeyArray, samples: int = 300, noise=0.05, *, radii=(0.5, 1.0)) -> Points:
    """Draw rings about the origin, one class for each radius; the radii may be traced."""
    _check("circles", samples, noise)
    checks.positive("circles", "number of radii", len(radii))
    key_angle, key_noise = jr.split(key)
    labels = _turns(samples, len(radii))
    angle = jr.uniform(key_angle, (samples,), maxval=2 * jnp.pi)
    return _scatter(key_noise, _polar(jnp.asarray(radii, "float32")[labels], angle), noise), labels


def ring_of_gaussians(key: PRNGKeyArray, samples: int = 512, noise=0.02, *, modes: int = 8, radius=2.0) -> Points:
    """Draw from a mixture of narrow Gaussians at equal steps round a circle; the label is the mode.

    A generator that puts all its samples on a few of the modes has collapsed.

    Parameters
    ----------
    noise
        Standard deviation of each mode.
    radius
        Of the circle; it may be traced.
    """
    _check("ring_of_gaussians", samples, noise)
    checks.positive("ring_of_gaussians", "modes", modes)
    return _mixture(key, samples, ring_centres(modes=modes, radius=radius), noise)


def ring_centres(*, modes: int = 8, radius=2.0) -> Float[Array, "m 2"]:
    """Return the centres of the modes of :func:`ring_of_gaussians`, in the order of its labels."""
    return _polar(radius, 2 * jnp.pi * jnp.arange(modes) / modes)


def grid_of_gaussians(key: PRNGKeyArray, samples: int = 512, noise=0.05, *, side: int = 5, step=2.0) -> Points:
    """Draw from a mixture of narrow Gaussians on a square grid about the origin; the label is the mode.

    Parameters
    ----------
    noise
        Standard deviation of each mode.
    side
        Modes along each side of the grid, so 5 gives 25 modes.
    step
        Between neighbours; it may be traced.
    """
    _check("grid_of_gaussians", samples, noise)
    checks.positive("grid_of_gaussians", "side", side)
    return _mixture(key, samples, grid_centres(side=side, step=step), noise)


def grid_centres(*, side: int = 5, step=2.0) -> Float[Array, "m 2"]:
    """Return the centres of the modes of :func:`grid_of_gaussians`, in the order of its labels."""
    ticks = step * (jnp.arange(side) - (side - 1) / 2)
    return jnp.stack(jnp.meshgrid(ticks, ticks), -1).reshape(-1, 2)


def house_prices(key: PRNGKeyArray, samples: int = 500, noise=10.0) -> tuple[Float[Array, "n 4"], Float[Array, " n"]]:
    r"""Make houses and their prices, in thousands.

    Returns
    -------
    x
        For each house its size (15 to 215 m²), its bedrooms (1 to 6), the access that its postal
        code gives to the centre, and the wealth of its neighbourhood (both in [0, 1]).
    y
        Its price, never below 0.

    Notes
    -----
    Nobody sees the three quantities that decide the price: the family that the house can hold,
    the accessibility of the area, the quality of the schools.  Each is 0 up to a kink:

    .. math::

        a_1 &= \max(x_1 / 30 + x_2 / 2 - 2.5,\ 0) \\
        a_2 &= \max(1.5\, x_3 - 0.5,\ 0) \\
        a_3 &= \max(x_3 + x_4 - 0.8,\ 0) \\
        y &= \max(60\, a_1 + 40\, a_2 + 60\, a_3 + \mathrm{noise} \cdot \varepsilon,\ 0)

    with :math:`\varepsilon` standard normal.  So without noise a network of these three
    hidden units and 12 parameters can be exact; and the price rises with the
    size only from about 60 m² on.  Large houses have more bedrooms, and wealth
    follows access, as it does in towns.

    Examples
    --------
    >>> x, price = house_prices(jr.key(0), 3)
    >>> x.shape, price.shape
    ((3, 4), (3,))
    """
    _check("house_prices", samples, noise)
    key_size, key_bedrooms, key_access, key_wealth, key_noise = jr.split(key, 5)
    size = jr.uniform(key_size, (samples,), minval=15.0, maxval=215.0)
    bedrooms = jnp.clip(jnp.round(size / 35 + jr.normal(key_bedrooms, (samples,))), 1, 6)
    access = jr.uniform(key_access, (samples,))
    wealth = 0.5 * access + 0.5 * jr.uniform(key_wealth, (samples,))
    family = jnp.maximum(size / 30 + bedrooms / 2 - 2.5, 0)
    accessibility = jnp.maximum(1.5 * access - 0.5, 0)
    school = jnp.maximum(access + wealth - 0.8, 0)
    price = _scatter(key_noise, 60 * family + 40 * accessibility + 60 * school, noise)
    return jnp.stack([size, bedrooms, access, wealth], 1), jnp.maximum(price, 0)


def noisy_sine(key: PRNGKeyArray, samples: int = 30, noise=0.2) -> tuple[Float[Array, "n 1"], Float[Array, " n"]]:
    r"""Draw one period of a sine for curve fitting: :math:`y = \sin 2\pi x + \mathrm{noise} \cdot \varepsilon`.

    The places `x` are drawn evenly from [0, 1).
    """
    _check("noisy_sine", samples, noise)
    key_x, key_noise = jr.split(key)
    x = jr.uniform(key_x, (samples, 1))
    return x, _scatter(key_noise, jnp.sin(2 * jnp.pi * x[:, 0]), noise)


def _turns(samples, classes):
    return jnp.arange(samples, dtype="int32") % classes


def _polar(radius, angle):
    return jnp.stack([radius * jnp.cos(angle), radius * jnp.sin(angle)], 1)


def _scatter(key, x, noise):
    return x + noise * jr.normal(key, x.shape)


def _mixture(key, samples, centres, noise):
    key_mode, key_noise = jr.split(key)
    mode = jr.randint(key_mode, (samples,), 0, len(centres), "int32")
    return _scatter(key_noise, centres[mode], noise), mode


def _check(where, samples, noise):
    checks.positive(where, "samples", samples)
    checks.in_range(where, "noise", noise, 0, float(np.finfo("float32").max))
