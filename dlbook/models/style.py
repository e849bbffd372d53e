"""Style transfer: an image is learned, with the features of a network held fixed :cite:`gatys2016image`.

*Content* is what the features are, place by place; *style* is which features occur together, wherever that is.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import relu, relu_backward
from dlbook.ops.by_hand import by_hand
from dlbook.ops.conv import Conv, conv2d, conv2d_backward
from dlbook.ops.pool import mean_pool2d, mean_pool2d_backward


def gabor_bank(size: int = 5, *, wavelength=4.0, orientations: int = 4) -> list[Conv]:
    """Return one layer of fixed filters: Gabor functions :eq:`gabor`, four phases of each orientation, and a blur.

    The waves have mean 0 and norm 1, so an even patch leaves them silent; the blur, the last filter, sums to 1.

    Parameters
    ----------
    size
        Pixels along each side.
    wavelength
        Pixels from crest to crest.
    orientations
        How many, evenly spread.

    Raises
    ------
    ValueError
        If the size is below 3, the wavelength not above 0, or there is no orientation.
    """
    checks.in_range("gabor_bank", "size", size, 3, 99)
    checks.positive("gabor_bank", "wavelength", wavelength)
    checks.positive("gabor_bank", "orientations", orientations)
    at = jnp.arange(size) - (size - 1) / 2
    window = jnp.exp(-(at[:, None] ** 2 + at**2) / 2 / (0.3 * size) ** 2)
    angle = jnp.arange(orientations)[:, None, None] * jnp.pi / orientations
    along = 2 * jnp.pi / wavelength * (jnp.cos(angle) * at + jnp.sin(angle) * at[:, None])
    waves = jnp.cos(along[:, None] + jnp.arange(4)[:, None, None] * jnp.pi / 2) * window
    waves = waves.reshape(-1, size, size)
    waves -= waves.mean((1, 2), keepdims=True)
    waves /= jnp.sqrt((waves**2).sum((1, 2), keepdims=True))
    filters = jnp.concatenate([waves, window[None] / window.sum()])
    return [Conv(filters.transpose(1, 2, 0)[:, :, None], jnp.zeros(len(filters)))]


def maps(convs: list[Conv], image: Float[Array, "h w"]) -> list[Float[Array, "_ _ _"]]:
    """Return the feature maps of each convolution, after its ReLU, with mean-pooling between them.

    Parameters
    ----------
    convs
        :func:`gabor_bank`, or layers of a trained network, such as `params.convs` of :mod:`dlbook.models.cnn`.
    """
    found, x = [], image[None, :, :, None]
    for layer in convs:
        x = by_hand(mean_pool2d, mean_pool2d_backward)(x) if found else x
        x = by_hand(conv2d, conv2d_backward, padding="valid")(x, *layer)
        x = by_hand(relu, relu_backward)(x)
        found.append(x[0])
    return found


def gram(features: Float[Array, "h w c"]) -> Float[Array, "c c"]:
    """Mean over all places of the product of each two features: equation :eq:`gram`."""
    rows = features.reshape(-1, features.shape[2])
    return rows.T @ rows / len(rows)


def gram_backward(dgram: Float[Array, "c c"], features: Float[Array, "h w c"]) -> tuple[Float[Array, "h w c"]]:
    """Each place's features times the symmetric part of the signal: equation :eq:`gram-backward`."""
    places = features.shape[0] * features.shape[1]
    return (features @ (dgram + dgram.T) / places,)


def content_loss(found: Float[Array, "h w c"], wanted: Float[Array, "h w c"]) -> Float[Array, ""]:
    """Half the mean squared difference of two sets of maps: equation :eq:`content-loss`."""
    return ((found - wanted) ** 2).mean() / 2


def style_loss(found: list[Float[Array, "_ _ _"]], grams: list[Float[Array, "_ _"]]) -> Float[Array, ""]:
    """A quarter of the mean squared difference of Gram matrices, added over the layers: equation :eq:`style-loss`."""
    gram_by_hand = by_hand(gram, gram_backward)
    return sum(((gram_by_hand(f) - g) ** 2).mean() / 4 for f, g in zip(found, grams, strict=True))


def loss(image, convs: list[Conv], content: Float[Array, "h w"], style: Float[Array, "p q"], *, weight):
    """Content and style loss of an image, which is what is learned: equation :eq:`transfer-loss`.

    Parameters
    ----------
    content, style
        The image whose shapes, and the image whose texture is wanted; sizes may differ.
    weight
        What the style counts against the content; may be traced.
    """
    found = maps(convs, image)
    wanted = maps(convs, content)[-1]
    return content_loss(found[-1], wanted) + weight * style_loss(found, [gram(f) for f in maps(convs, style)])
