"""Convolution and cross-correlation of two sequences: each is the backward pass of the other."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@jax.jit
def convolve1d(x: Float[Array, " n"], kernel: Float[Array, " m"]) -> Float[Array, " s"]:
    r"""Convolve two sequences, as mathematics does, with the kernel flipped: equation :eq:`convolution-1d`.

    Notes
    -----
    .. math:: s_t = \sum_i x_i \, k_{t-i}, \qquad t = 0, \ldots, n + m - 2

    Examples
    --------
    >>> convolve1d(jnp.array([1.0, 2, 3]), jnp.array([2.0, 3, 1])).tolist()
    [2.0, 7.0, 13.0, 11.0, 3.0]
    """
    m = kernel.shape[0]
    return correlate1d(jnp.pad(x, m - 1), kernel[::-1])


@jax.jit
def convolve1d_backward(
    dy: Float[Array, " s"], x: Float[Array, " n"], kernel: Float[Array, " m"]
) -> tuple[Float[Array, " n"], Float[Array, " m"]]:
    """Gradients by `x` and `kernel`: cross-correlations, without a flip: equation :eq:`convolution-1d-backward`."""
    return correlate1d(dy, kernel), correlate1d(dy, x)


@jax.jit
def correlate1d(x: Float[Array, " n"], kernel: Float[Array, " m"]) -> Float[Array, " s"]:
    r"""Slide the kernel along `x` without flipping it (cross-correlation): equation :eq:`correlation-1d`.

    Raises
    ------
    ValueError
        If the kernel is longer than the sequence.

    Notes
    -----
    .. math:: s_t = \sum_i x_{t+i} \, k_i, \qquad t = 0, \ldots, n - m

    Examples
    --------
    >>> correlate1d(jnp.array([1.0, 2, 3, 4]), jnp.array([1.0, -1])).tolist()
    [-1.0, -1.0, -1.0]
    """
    n, m = x.shape[0], kernel.shape[0]
    if m > n:
        raise ValueError(f"correlate1d: a kernel of {m} taps does not fit in a sequence of {n}.")
    return sum(kernel[i] * x[i : i + n - m + 1] for i in range(m))


@jax.jit
def correlate1d_backward(
    dy: Float[Array, " s"], x: Float[Array, " n"], kernel: Float[Array, " m"]
) -> tuple[Float[Array, " n"], Float[Array, " m"]]:
    """Gradients by `x`, a convolution with the flip, and by `kernel`: equation :eq:`correlation-1d-backward`."""
    return convolve1d(dy, kernel), correlate1d(x, dy)
