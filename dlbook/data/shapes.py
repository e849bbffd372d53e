"""Made images, without a download: one shape on dark ground with its kind and its box, and textures to paint with."""

import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks

KINDS = ("square", "disc", "cross")
TEXTURES = ("stripes", "diagonals", "checks", "dots")


def shapes(
    key: PRNGKeyArray, n: int, *, size: int = 16, noise=0.1
) -> tuple[Float[Array, "n h w 1"], tuple[Int[Array, " n"], Float[Array, "n 4"]]]:
    """Make images that show one shape each.

    Parameters
    ----------
    n
        Images.
    size
        Height and width in pixels.
    noise
        Standard deviation of what is added to each pixel; it may be traced.

    Returns
    -------
    Images, then for each its kind, an index into `KINDS`, and its :func:`box`.

    Raises
    ------
    ValueError
        If there is no image, or the images are too small for a shape.

    Examples
    --------
    >>> images, (kinds, boxes) = shapes(jr.key(0), 5)
    >>> images.shape, kinds.shape, boxes.shape
    ((5, 16, 16, 1), (5,), (5, 4))
    """
    checks.positive("shapes", "n", n)
    checks.in_range("shapes", "size", size, 8, 1024)
    key_kind, key_radius, key_place, key_noise = jr.split(key, 4)
    kinds = jr.randint(key_kind, (n,), 0, len(KINDS))
    radius = jr.uniform(key_radius, (n,), minval=size / 8, maxval=size / 4)
    centre = radius[:, None] + jr.uniform(key_place, (n, 2)) * (size - 1 - 2 * radius[:, None])
    images = jax.vmap(lambda *one: draw(*one, size=size))(kinds, centre, radius)
    boxes = jax.vmap(lambda *one: box(*one, size=size))(centre, radius)
    return (images + noise * jr.normal(key_noise, images.shape))[..., None], (kinds, boxes)


def draw(kind, centre, radius, *, size: int = 16) -> Float[Array, "h w"]:
    """Draw one shape, 1 on 0, with grey pixels where its edge crosses them.

    Parameters
    ----------
    kind
        Index into `KINDS`.
    centre
        Row and column of its middle, in pixels; the middle of the first pixel is (0, 0).
    radius
        Half its height and width, in pixels.  All three may be traced.
    size
        Height and width of the image.
    """
    pixels = jnp.arange(size, dtype="float32")
    down, across = pixels - centre[0], pixels - centre[1]
    rows, columns = _covered(down, radius)[:, None], _covered(across, radius)
    thin_rows, thin_columns = _covered(down, radius / 3)[:, None], _covered(across, radius / 3)
    disc = jnp.clip(radius + 0.5 - jnp.sqrt(down[:, None] ** 2 + across**2), 0, 1)
    cross = jnp.maximum(rows * thin_columns, thin_rows * columns)
    return jnp.where(kind == 0, rows * columns, jnp.where(kind == 1, disc, cross))


def box(centre, radius, *, size: int = 16) -> Float[Array, " 4"]:
    """Return top, left, bottom and right of a shape as shares of the image, so 0 to 1.

    Parameters
    ----------
    centre, radius, size
        As for :func:`draw`.
    """
    centre = jnp.asarray(centre, "float32")
    return (jnp.concatenate([centre - radius, centre + radius]) + 0.5) / size


def texture(kind, *, size: int = 16, period=4.0) -> Float[Array, "h w"]:
    """Paint a pattern that repeats, between 0 and 1.

    Parameters
    ----------
    kind
        Index into `TEXTURES`; it may be traced.
    size
        Height and width in pixels.
    period
        Pixels from one stripe or dot to the next, across and down; it may be traced.
    """
    angle = 2 * jnp.pi / period * (jnp.arange(size, dtype="float32") + 0.5)
    down, across = angle[:, None], angle[None, :]
    patterns = [
        0.5 * jnp.sin(down + 0 * across),
        0.5 * jnp.sin(down + across),
        1.5 * jnp.sin(down) * jnp.sin(across),
        2 * jnp.cos(down) * jnp.cos(across) + jnp.cos(down) + jnp.cos(across) - 0.5,
    ]
    return jnp.clip(0.5 + jnp.stack(patterns)[kind], 0, 1)


def _covered(distance, half):
    """Share of a pixel, at this distance from the middle of a bar, that the bar of half this width covers."""
    return jnp.clip(jnp.minimum(distance + 0.5, half) - jnp.maximum(distance - 0.5, -half), 0, 1)
