"""The affine map `x @ w + b` of a batch of rows, and its backward pass."""

from typing import NamedTuple

from jaxtyping import Array, Float

from dlbook import checks


class Affine(NamedTuple):
    """Parameters of one affine layer; its gradient has the same form."""

    w: Float[Array, "i o"]
    b: Float[Array, " o"]


def affine(x: Float[Array, "n i"], w: Float[Array, "i o"], b: Float[Array, " o"]) -> Float[Array, "n o"]:
    """Return `x @ w + b`, one sample in each row: equation :eq:`affine`.

    Raises
    ------
    ValueError
        If the features of `x` are not those that `w` expects, or `b` is not one number a unit.
    """
    checks.same("affine", "features", x=x.shape[1], w=w.shape[0])
    checks.same("affine", "units", w=w.shape[1], b=b.shape[0])
    return x @ w + b


def affine_backward(
    dy: Float[Array, "n o"], x: Float[Array, "n i"], w: Float[Array, "i o"], b: Float[Array, " o"]
) -> tuple[Float[Array, "n i"], Float[Array, "i o"], Float[Array, " o"]]:
    """Gradients by `x`, `w` and `b`: equation :eq:`affine-backward`."""
    return dy @ w.T, x.T @ dy, dy.sum(0)
