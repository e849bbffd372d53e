"""Auto-encoder: a network that must reproduce its input through a narrow layer, the code."""

from collections.abc import Callable
from typing import NamedTuple

import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook.models import mlp
from dlbook.ops.activations import relu, sigmoid
from dlbook.ops.losses import squared_error


class AutoEncoder(NamedTuple):
    """The way from inputs to code, and the way back."""

    encoder: mlp.Params
    decoder: mlp.Params


def init(key: PRNGKeyArray, sizes: tuple[int, ...]) -> AutoEncoder:
    """Draw the weights as `mlp.init` does; the decoder has the encoder's sizes in reverse.

    Parameters
    ----------
    sizes
        Units of each layer of the encoder, from the inputs to the code, as in `(64, 32, 2)`.

    Raises
    ------
    ValueError
        If there are fewer than two sizes or one is below 1.
    """
    key_encoder, key_decoder = jr.split(key)
    return AutoEncoder(mlp.init(key_encoder, sizes), mlp.init(key_decoder, sizes[::-1]))


def encode(params: AutoEncoder, x: Float[Array, "n d"], *, activation: Callable = relu) -> Float[Array, "n m"]:
    """Return the code of each row: the first half of equation :eq:`autoencoder`."""
    return mlp.apply(params.encoder, x, activation=activation)


def decode(params: AutoEncoder, code: Float[Array, "n m"], *, activation: Callable = relu) -> Float[Array, "n d"]:
    """Return the input that each code stands for, in (0, 1): the second half of equation :eq:`autoencoder`."""
    return sigmoid(mlp.apply(params.decoder, code, activation=activation))


def apply(params: AutoEncoder, x: Float[Array, "n d"], *, activation: Callable = relu) -> Float[Array, "n d"]:
    """Return the reconstruction of each row: equation :eq:`autoencoder`."""
    return decode(params, encode(params, x, activation=activation), activation=activation)


def loss(
    params: AutoEncoder, x: Float[Array, "n d"], key: PRNGKeyArray | None = None, *, activation: Callable = relu
) -> Float[Array, ""]:
    """Half the squared distance between input and reconstruction, averaged over the batch."""
    return squared_error(apply(params, x, activation=activation), x)
