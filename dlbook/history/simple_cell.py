"""A simple cell of the visual cortex as Hubel and Wiesel met it :cite:`hubel1959receptive`: an oriented filter.

Its receptive field is modelled by a Gabor function :cite:`jones1987evaluation`: a wave under a Gaussian window.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import relu

Image = Float[Array, "h w"]


def gabor(orientation, frequency, *, size: int = 21, width=0.35) -> Image:
    """Return the receptive field of a cell, equation :eq:`gabor`, with mean 0 and norm 1.

    Parameters
    ----------
    orientation
        Of its stripes, in degrees: 0 lies level, 90 stands upright.
    frequency
        Stripes (light and dark together) across half the field, which reaches from -1 to 1.
    size
        Pixels along each side.
    width
        Standard deviation of the window, in halves of the field.

    Raises
    ------
    ValueError
        If the frequency or the width is not above 0.
    """
    checks.positive("gabor", "frequency", frequency)
    checks.positive("gabor", "width", width)
    along, across = _turned(orientation, size)
    field = jnp.exp(-(along**2 + across**2) / (2 * width**2)) * jnp.cos(2 * jnp.pi * frequency * across)
    field -= field.mean()
    return field / jnp.sqrt((field**2).sum())


def bar(orientation, *, size: int = 21, thickness=0.3, position=0.0) -> Image:
    """Return a bright bar on a dark ground, with soft edges of a pixel's width.

    Parameters
    ----------
    orientation
        In degrees: 0 lies level, 90 stands upright.
    size
        Pixels along each side.
    thickness
        In halves of the field.
    position
        Shift of the bar across its own direction, in halves of the field.
    """
    _, across = _turned(orientation, size)
    distance = thickness / 2 - jnp.abs(across - position)
    return jnp.clip(distance * size / 2 + 0.5, 0, 1)


def predict(field: Image, image: Image) -> Float[Array, ""]:
    """Return the cell's firing rate: the overlap of image and receptive field, which cannot be negative."""
    return relu((field * image).sum())


def tuning_curve(field: Image, orientations: Float[Array, " n"], **shape) -> Float[Array, " n"]:
    """Return the cell's answer to a bar of each orientation, in degrees; `shape` is passed on to `bar`."""
    return jax.vmap(lambda orientation: predict(field, bar(orientation, size=field.shape[0], **shape)))(orientations)


def _turned(orientation, size):
    """Return each pixel's coordinates along and across the orientation; row 0 is the top."""
    angle = jnp.deg2rad(orientation)
    ticks = jnp.linspace(-1, 1, size)
    x, y = ticks[None, :], -ticks[:, None]
    return x * jnp.cos(angle) + y * jnp.sin(angle), y * jnp.cos(angle) - x * jnp.sin(angle)
