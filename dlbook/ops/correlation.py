"""What a convolution and its transpose are both made of, for the way back of one is the way forth of the other."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook.ops.windows import windows, windows_backward


def correlate(x: Float[Array, "n h w c"], kernel: Float[Array, "i j c f"], **geometry) -> Float[Array, "n u v f"]:
    """Multiply every window by the kernel, laid out as a matrix: equation :eq:`im2col`."""
    return jnp.tensordot(windows(x, size=kernel.shape[:2], **geometry), kernel, 3)


def correlate_transposed(
    y: Float[Array, "n u v f"], kernel: Float[Array, "i j c f"], x: Float[Array, "n h w c"], **geometry
) -> Float[Array, "n h w c"]:
    """Add up the kernels, each times its entry of `y`, where they read from an image of the size of `x`."""
    strokes = jnp.einsum("nuvf,ijcf->nuvijc", y, kernel)
    return windows_backward(strokes, x, size=kernel.shape[:2], **geometry)[0]


def kernel_gradient(
    dy: Float[Array, "n u v f"], x: Float[Array, "n h w c"], size: tuple[int, int], **geometry
) -> Float[Array, "i j c f"]:
    """Multiply what each tap has read by the signal, and add up over images and positions."""
    dkernel = jnp.tensordot(dy, windows(x, size=size, **geometry), ((0, 1, 2),) * 2)  # quicker than windows times `dy`
    return jnp.moveaxis(dkernel, 0, 3)
