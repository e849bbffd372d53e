"""Derivatives by differences, and the certificate that every backward pass of the book carries."""

import inspect
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks

AGREEMENT = 1e-10  # of two formulas for one gradient, in 64 bits
DIFFERENCES = 1e-6  # of a formula and central differences with a step of 1e-5, in 64 bits


def numerical_gradient(f, x: Float[Array, "*s"], *, step: float = 1e-5) -> Float[Array, "*s"]:
    """Gradient of the number f(x) by central differences: equation :eq:`central-difference`.

    Each entry of `x` costs two calls of `f`, which is why this only checks other gradients.

    Parameters
    ----------
    f
        A function of one array that returns one number.
    x
        Where to differentiate; take 64-bit numbers, in 32 bits round-off drowns the difference.
    step
        Half the distance of the two points compared.

    Raises
    ------
    ValueError
        If `step` is not a positive number.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> with jax.enable_x64(True):
    ...     g = numerical_gradient(lambda x: (x**2).sum(), jnp.asarray([1.0, -3.0]))
    >>> [round(float(v), 6) for v in g]
    [2.0, -6.0]
    """
    checks.positive("numerical_gradient", "step", step)
    steps = step * jnp.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    slope = lambda h: (f(x + h) - f(x - h)) / (2 * step)
    return jax.lax.map(slope, steps).reshape(x.shape)


def relative_error(a: Float[Array, "*s"], b: Float[Array, "*s"]) -> float:
    """Largest difference in size, over the largest number of either in size, or over 1 where all are smaller."""
    scale = jnp.maximum(jnp.maximum(jnp.abs(a).max(), jnp.abs(b).max()), 1)
    return float(jnp.abs(a - b).max() / scale)


class Certificate(NamedTuple):
    """How well a backward pass agrees with two others; one row for each array that has a gradient.

    Attributes
    ----------
    op
        Name of the op.
    arrays
        Name of each array that has a gradient.
    autodiff
        Relative error against `jax.vjp`.
    differences
        Relative error against central differences.
    """

    op: str
    arrays: tuple[str, ...]
    autodiff: tuple[float, ...]
    differences: tuple[float, ...]

    @property
    def holds(self) -> bool:
        """Whether every gradient agrees to `AGREEMENT` with autodiff and to `DIFFERENCES` with differences."""
        return all(e < AGREEMENT for e in self.autodiff) and all(e < DIFFERENCES for e in self.differences)

    def __repr__(self) -> str:
        rows = zip(self.arrays, self.autodiff, self.differences, strict=True)
        lines = [f"  by {name:<9}{_bound(a, AGREEMENT):>12}{_bound(d, DIFFERENCES):>15}" for name, a, d in rows]
        head = f"{self.op}_backward: {'certified' if self.holds else 'WRONG'}"
        return "\n".join([head, f"  {'gradient':<12}{'autodiff':>12}{'differences':>15}", *lines])


def certify(op, op_backward, *arrays, **static) -> Certificate:
    """Compare a hand-written backward pass with autodiff and with finite differences, in 64 bits.

    Parameters
    ----------
    op, op_backward
        The two halves of an op, in the protocol of :mod:`dlbook.ops`; the result may be a tuple of arrays.
    arrays
        Where to compare; floating-point arrays are widened to 64 bits, and no entry may sit on a kink.
    static
        Keyword arguments of both halves.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from dlbook.ops.activations import tanh, tanh_backward
    >>> certify(tanh, tanh_backward, jnp.linspace(-2, 2, 5))
    tanh_backward: certified
      gradient        autodiff    differences
      by x             < 1e-10        < 1e-06
    """
    names = list(inspect.signature(op).parameters)
    with jax.enable_x64(True):
        arrays = [_wide(a) for a in arrays]
        floating = [i for i, a in enumerate(arrays) if jnp.issubdtype(a.dtype, jnp.floating)]

        @jax.jit
        def gradients(arrays):
            f = lambda *some: op(*_put(arrays, floating, some), **static)
            y, pull_back = jax.vjp(f, *(arrays[i] for i in floating))
            dy = _probe(y)
            by_hand = op_backward(dy, *arrays, **static)
            by_differences = [_by_differences(op, dy, arrays, i, static) for i in floating]
            return [by_hand[i] for i in floating], pull_back(dy), by_differences

        ours, *others = gradients(arrays)
        autodiff, differences = (list(map(relative_error, ours, other)) for other in others)
    return Certificate(op.__name__, tuple(names[i] for i in floating), tuple(autodiff), tuple(differences))


def _by_differences(op, dy, arrays, i, static):
    def weighted(a):
        products = jax.tree.map(lambda d, y: (d * y).sum(), dy, op(*_put(arrays, [i], [a]), **static))
        return sum(jax.tree.leaves(products))

    return numerical_gradient(weighted, arrays[i])


def _put(arrays, places, values):
    return [dict(zip(places, values, strict=True)).get(i, a) for i, a in enumerate(arrays)]


def _wide(a):
    a = jnp.asarray(a)
    return a.astype("float64") if jnp.issubdtype(a.dtype, jnp.floating) else a


def _probe(y):
    """A gradient for the output that treats no two entries alike, without a random draw."""
    leaves, tree = jax.tree.flatten(y)
    wave = lambda start, a: jnp.cos(start + jnp.arange(a.size, dtype=a.dtype)).reshape(a.shape)
    return tree.unflatten([wave(1 + k / 2, a) for k, a in enumerate(leaves)])


def _bound(error, tolerance):
    if error < tolerance:
        return f"< {tolerance:.0e}"
    return "nan" if math.isnan(error) else f"{error:.1e}"
