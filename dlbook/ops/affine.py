"""The affine map `x @ w + b` of a batch of rows, alone and followed by ReLU, and their backward passes."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import relu


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


def affine_relu(x: Float[Array, "n i"], w: Float[Array, "i o"], b: Float[Array, " o"]) -> Float[Array, "n o"]:
    """Return `relu(x @ w + b)`, a layer of a network as one op: equation :eq:`affine-relu`.

    Raises
    ------
    ValueError
        As :func:`affine` does.
    """
    return relu(affine(x, w, b))


def affine_relu_backward(
    dy: Float[Array, "n o"], x: Float[Array, "n i"], w: Float[Array, "i o"], b: Float[Array, " o"]
) -> tuple[Float[Array, "n i"], Float[Array, "i o"], Float[Array, " o"]]:
    """Gradients by `x`, `w` and `b`: equation :eq:`affine-relu-backward`.

    Which units conduct is read off the output, above 0 exactly where the pre-activation is.  A network
    that keeps its outputs need not keep the pre-activations; this op gets its inputs alone, as all ops
    do, and computes the output again.  The slope at 0 is 0.
    """
    y = affine_relu(x, w, b)
    return affine_backward(jnp.where(y > 0, dy, 0), x, w, b)
