"""Convolutional GAN for small images: transposed convolutions make them, strided ones judge them.

This is the architecture of :cite:t:`radford2016unsupervised` at the size of scikit-learn's digits: the generator
begins with 2 by 2 pixels and doubles their number along each side twice; the discriminator goes the same way back.
Images are rows of 64 pixels in [0, 1], as :func:`dlbook.data.digits` gives them.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models.gan import GAN, conditioned
from dlbook.ops.activations import leaky_relu, relu, sigmoid
from dlbook.ops.affine import Affine, affine
from dlbook.ops.by_hand import by_hand
from dlbook.ops.conv import Conv, conv2d, conv2d_backward
from dlbook.ops.conv_transpose import conv2d_transpose, conv2d_transpose_backward

KERNEL, START, SIDE = 4, 2, 8
GEOMETRY = dict(stride=2, padding=1)  # with a kernel of 4 this doubles, or halves, the side
enlarge = by_hand(conv2d_transpose, conv2d_transpose_backward, **GEOMETRY)
reduce = by_hand(conv2d, conv2d_backward, **GEOMETRY)
leak = partial(leaky_relu, slope=0.2)


class Generator(NamedTuple):
    """An affine map to the first 2 by 2 pixels, and two transposed convolutions."""

    first: Affine
    convs: list[Conv]


class Discriminator(NamedTuple):
    """Two strided convolutions, and an affine map to the score."""

    convs: list[Conv]
    last: Affine


def init(key: PRNGKeyArray, *, latent: int = 16, features: int = 32, classes: int = 0) -> GAN:
    """Draw normal weights with He's deviation :eq:`he-initialisation`, and zero biases.

    Parameters
    ----------
    latent
        Numbers in a row of noise.
    features
        Feature maps at 4 by 4 pixels; there are twice as many at 2 by 2.
    classes
        Of a conditional network.  The generator's affine map has as many inputs more, and the discriminator's
        first convolution as many channels.

    Raises
    ------
    ValueError
        If a size is below 1.
    """
    checks.sizes("dcgan.init", (latent, features))
    keys = iter(jr.split(key, 6))
    wide = START * START * 2 * features
    up = [_up(next(keys), 2 * features, features), _up(next(keys), features, 1)]
    generator = Generator(_affine(next(keys), (latent + classes, wide)), up)
    down = [_down(next(keys), 1 + classes, features), _down(next(keys), features, 2 * features)]
    return GAN(Discriminator(down, _affine(next(keys), (wide, 1))), generator)


def generate(
    generator: Generator, z: Float[Array, "n m"], labels: Int[Array, " n"] | None = None
) -> Float[Array, "n d"]:
    """Make an image, a row of 64 pixels, from each row of noise: equation :eq:`dcgan-generator`."""
    first, (middle, last) = generator
    x = relu(affine(conditioned(z, labels, len(first.w)), *first))
    x = relu(enlarge(x.reshape(len(z), START, START, -1), *middle))
    return sigmoid(enlarge(x, *last)).reshape(len(z), -1)


def score(
    discriminator: Discriminator, x: Float[Array, "n d"], labels: Int[Array, " n"] | None = None
) -> Float[Array, " n"]:
    """Return the score of each image, high if it looks real: equation :eq:`dcgan-discriminator`.

    A label is a plane of ones among planes of zeros, beside the pixels.  Appended to the last features instead it
    would only add a number to the score, and nobody could tell a label that does not fit.
    """
    x = x.reshape(len(x), SIDE, SIDE, 1)
    if labels is not None:
        classes = discriminator.convs[0].kernel.shape[2] - 1
        checks.labels("dcgan.score", labels, classes)
        planes = jax.nn.one_hot(labels, classes, dtype=x.dtype)[:, None, None]
        x = jnp.concatenate([x, jnp.broadcast_to(planes, (len(x), SIDE, SIDE, classes))], 3)
    for conv in discriminator.convs:
        x = leak(reduce(x, *conv))
    return affine(x.reshape(len(x), -1), *discriminator.last)[:, 0]


def _down(key, channels, features):
    """A convolution; each output reads every tap."""
    return Conv(_he(key, (KERNEL, KERNEL, channels, features), KERNEL**2 * channels), jnp.zeros(features))


def _up(key, features, channels):
    """A transposed convolution; at a stride of 2 each output reads a quarter of the taps."""
    return Conv(_he(key, (KERNEL, KERNEL, channels, features), KERNEL**2 * features / 4), jnp.zeros(channels))


def _affine(key, shape):
    return Affine(_he(key, shape, shape[0]), jnp.zeros(shape[1]))


def _he(key, shape, inputs):
    return (2 / inputs) ** 0.5 * jr.normal(key, shape)
