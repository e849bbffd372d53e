"""Augmentation: new images from old, by small rotations and shifts that leave the label as it is."""

import jax
import jax.numpy as jnp
import jax.random as jr
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float, PRNGKeyArray


def move(image: Float[Array, "h w c"], angle, down, right) -> Float[Array, "h w c"]:
    """Turn an image about its centre, then shift it; what comes in from outside is 0.

    Parameters
    ----------
    angle
        In degrees, against the clock.
    down, right
        In pixels; parts of pixels are mixed from their neighbours.

    Examples
    --------
    >>> move(jnp.array([[[1.0], [2.0]], [[3.0], [4.0]]]), 0, 0, 1)[:, :, 0].tolist()
    [[0.0, 1.0], [0.0, 3.0]]
    """
    h, w, _ = image.shape
    row, column = jnp.meshgrid(jnp.arange(h) - (h - 1) / 2 - down, jnp.arange(w) - (w - 1) / 2 - right, indexing="ij")
    cos, sin = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    source = [cos * row + sin * column + (h - 1) / 2, -sin * row + cos * column + (w - 1) / 2]
    return jax.vmap(lambda channel: map_coordinates(channel, source, order=1), 2, 2)(image)


def augment(key: PRNGKeyArray, images: Float[Array, "n h w c"], *, angle=10.0, shift=1.0) -> Float[Array, "n h w c"]:
    """Turn and shift each image by amounts of its own, drawn evenly.

    Call it inside a loss, so that each epoch sees other images.

    Parameters
    ----------
    angle
        Largest rotation either way, in degrees; may be traced.
    shift
        Largest shift each way, in pixels; may be traced.
    """
    amounts = jr.uniform(key, (3, len(images)), minval=-1) * jnp.array([angle, shift, shift])[:, None]
    return jax.vmap(move)(images, *amounts)
