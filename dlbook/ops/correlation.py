"""What a convolution and its transpose are both made of, for the way back of one is the way forth of the other."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook.ops.geometry import Axis
from dlbook.ops.windows import windows


def correlate(x: Float[Array, "n h w c"], kernel: Float[Array, "i j c f"], **geometry) -> Float[Array, "n u v f"]:
    """Multiply every window by the kernel, laid out as a matrix: equation :eq:`im2col`."""
    return jnp.tensordot(windows(x, size=kernel.shape[:2], **geometry), kernel, 3)


def turned(kernel: Float[Array, "i j c f"]) -> Float[Array, "i j f c"]:
    """Turn a kernel by half a circle and exchange its input and output channels."""
    return kernel[::-1, ::-1].swapaxes(2, 3)


def zeros_inserted(dy: Float[Array, "n u v f"], along: tuple[Axis, Axis]) -> Float[Array, "n a b f"]:
    """Spread the signal by the stride, and give it the border with which plain windows restore the input's size."""
    config, cut = [], [slice(None)]
    for a in along:
        low = a.span - 1 - a.low
        high = a.size + a.low - 1 - a.stride * (a.count - 1)
        config.append((max(low, 0), max(high, 0), a.stride - 1))
        cut.append(slice(max(-low, 0), min(high, 0) or None))  # a border as wide as the kernel sees no pixel
    return lax.pad(dy, jnp.zeros((), dy.dtype), [(0, 0, 0), *config, (0, 0, 0)])[tuple(cut)]
