"""Made images of a shape somewhere on dark ground, with its kind and its box: for localisation, without a download."""

import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

KINDS = ("square", "disc", "cross")


def shapes(
    key: PRNGKeyArray, n: int, *, size: int = 16, noise=0.1
) -> tuple[Float[Array, "n h w 1"], tuple[Int[Array, " n"], Float[Array, "n 4"]]]:
    """Draw images that show one shape each.

    Parameters
    ----------
    n
        Images.
    size
        Height and width in pixels.
    noise
        Standard deviation of what is added to each pixel.

    Returns
    -------
    Images, then for each its kind, an index into `KINDS`, and its box: top, left, bottom and right as shares
    of the image, so 0 to 1.

    Examples
    --------
    >>> images, (kinds, boxes) = shapes(jr.key(0), 5)
    >>> images.shape, kinds.shape, boxes.shape
    ((5, 16, 16, 1), (5,), (5, 4))
    """
    key_kind, key_radius, key_place, key_noise = jr.split(key, 4)
    kinds = jr.randint(key_kind, (n,), 0, len(KINDS))
    radius = jr.uniform(key_radius, (n, 1), minval=size / 8, maxval=size / 4)
    centre = radius + jr.uniform(key_place, (n, 2)) * (size - 1 - 2 * radius)
    images = jax.vmap(lambda *one: _draw(size, *one))(kinds, radius[:, 0], centre)
    images = images + noise * jr.normal(key_noise, images.shape)
    boxes = jnp.concatenate([centre - radius, centre + radius], 1)
    return images[..., None], (kinds, (boxes + 0.5) / size)


def _draw(size, kind, radius, centre):
    """Pixels in the shape are 1; a pixel lies in it if its centre does."""
    row, column = (jnp.abs(jnp.arange(size)[:, None] - centre[0]), jnp.abs(jnp.arange(size) - centre[1]))
    box = (row <= radius) & (column <= radius)
    inside = [box, row**2 + column**2 <= radius**2, box & ((row <= radius / 3) | (column <= radius / 3))]
    return jnp.stack(inside)[kind].astype(radius.dtype)
